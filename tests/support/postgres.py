"""A PostgreSQL of a test's own: a cluster in a temporary folder, on a loopback port that nobody else has, run by an unprivileged user, gone at the end."""
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PASSWORD = "s3cret-of-the-test"


def binaries():
    """The folder of the newest installed server; none where there is none."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    return found[-1] if found else None


def as_nobody():
    """The server refuses to run as root."""
    if os.getuid() != 0:
        return [], os.getuid()
    user = next(pwd.getpwnam(name) for name in ("postgres", "nobody") if name in {entry.pw_name for entry in pwd.getpwall()})
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"], user.pw_uid


class Postgres:
    """Use: `with Postgres() as database`. Without PostgreSQL the test is skipped (77)."""

    def __init__(self):
        self.bin = binaries()
        if self.bin is None:
            print("PostgreSQL is not installed")
            sys.exit(77)
        self.folder = tempfile.mkdtemp(prefix="tend-postgres-")
        self.process = None

    def __enter__(self):
        before, user = as_nobody()
        os.chown(self.folder, user, -1)
        self.data = os.path.join(self.folder, "data")
        secret = os.path.join(self.folder, "password")
        with open(secret, "w", encoding="utf-8") as file:
            file.write(PASSWORD)
        os.chown(secret, user, -1)
        made = subprocess.run([*before, os.path.join(self.bin, "initdb"), "-D", self.data, "-U", "tend", "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8",
                               "--locale=C.UTF-8", "--no-sync"], capture_output=True, text=True, cwd=self.folder, timeout=120)
        if made.returncode != 0:
            raise AssertionError(f"initdb: {made.stderr}")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.before = before
        self.start()
        return self

    def start(self):
        self.process = subprocess.Popen([*self.before, os.path.join(self.bin, "postgres"), "-D", self.data, "-c", "listen_addresses=127.0.0.1", "-c", f"port={self.port}", "-c",
                                         "unix_socket_directories=", "-c", "fsync=off"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder)
        until = time.monotonic() + 60
        while self.psql("select 1", check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"PostgreSQL does not begin: {self.process.poll()}")
            time.sleep(0.05)

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)
        self.process = None

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def dsn(self):
        return f"host=127.0.0.1 port={self.port} dbname=postgres user=tend password={PASSWORD}"

    def psql(self, sql, check=True):
        done = subprocess.run([os.path.join(self.bin, "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-At", self.dsn()], input=sql, capture_output=True, text=True, timeout=120)
        if check and done.returncode != 0:
            raise AssertionError(f"psql: {done.stderr}")
        return done
