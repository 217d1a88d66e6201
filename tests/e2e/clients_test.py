"""The official clients, unmodified from npm, deliver events while `serve` is killed with kill -9 and started again, twice: each event is stored once.
Counted from the log of the data folder (docs/formats/log.md).

    python3 tests/e2e/clients_test.py build/release/tend [EVENTS]      (20000 by hand, fewer in CI)
"""
import collections
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile

import serve_test
import workspace as w

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clients")
EVENT = 5


def install(folder):
    """The packages in a folder of their own; skipped where npm or its registry cannot be had."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        print("npm and node are not here: skipped")
        sys.exit(77)
    shutil.copytree(HERE, folder)
    done = subprocess.run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        print(f"npm cannot install the clients: skipped: {done.stderr[-300:]}")
        sys.exit(77)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(tend, folder, data, port):
    process = subprocess.Popen([tend, "serve", folder, "--open", "--data", data, "--listen", f"127.0.0.1:{port}"], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    line = process.stdout.readline()
    w.check(line.startswith("listening on "), f"serve says `{line}`")
    return process


def events_by_customer(data):
    """What the log has, record by record."""
    found = collections.Counter()
    folder = os.path.join(data, "log")
    segments = sorted(name for name in os.listdir(folder) if name.endswith(".seg") and not name.startswith("spare"))
    headers = []
    for name in segments:
        with open(os.path.join(folder, name), "rb") as file:
            headers.append(file.read())
    w.check(struct.unpack_from("<I", headers[0], 20)[0] == 1, "the log reaches back to its beginning")
    for number, content in enumerate(headers):
        at = struct.unpack_from("<I", content, 12)[0]
        end = struct.unpack_from("<Q", headers[number + 1], 40)[0] if number + 1 < len(headers) else len(content)
        position = 0
        while at + 24 <= end:
            length, _, kind, _, _, _, batch = struct.unpack_from("<IIBBHIQ", content, at)
            if kind == 0 or (kind == 255 and batch < position):
                break
            if kind == 255:
                position = batch
            if kind == EVENT:
                size = struct.unpack_from("<I", content, at + 24 + 8)[0]
                found[content[at + 36 : at + 36 + size].decode()] += 1
            at += 24 + (length + 7) // 8 * 8
    return found


def main():
    tend = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 4000
    with tempfile.TemporaryDirectory(prefix="tend-clients-") as scratch:
        clients = os.path.join(scratch, "clients")
        install(clients)
        folder, data = serve_test.make(os.path.join(scratch, "shop")), os.path.join(scratch, "data")
        port = free_port()
        server = start(tend, folder, data, port)
        sender = subprocess.Popen(["node", "send.cjs", f"http://127.0.0.1:{port}", str(count), "segment-key", "rudder-key"], cwd=clients,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        kills_at, result = [count // 4, count // 2], None
        for line in sender.stdout:
            word, value = line.split(" ", 1)
            if word == "done":
                result = json.loads(value)
            elif kills_at and int(value) >= kills_at[0]:
                kills_at.pop(0)
                server.kill()
                server.communicate()
                server = start(tend, folder, data, port)
        sender.wait(timeout=60)
        w.check(result is not None, f"the clients end with {sender.returncode}: {sender.stderr.read()[-500:]}")
        w.check(not kills_at, f"it was not killed twice: {kills_at}")
        w.check(result["failures"] == 0 and result["delivered"] == count, f"not everything was delivered: {result}")
        server.terminate()
        server.communicate(timeout=60)
        found = events_by_customer(data)
        wanted = {f"s{i}" for i in range((count + 1) // 2)} | {f"r{i}" for i in range(count // 2)}
        twice = {c: n for c, n in found.items() if n != 1}
        w.check(set(found) == wanted, f"{len(wanted - set(found))} events are missing, {len(set(found) - wanted)} are nobody's")
        w.check(not twice, f"{len(twice)} events are stored more than once: {list(twice.items())[:3]}")
        print(f"{count} events by two clients, two kills: each is stored once")


if __name__ == "__main__":
    main()
