#!/usr/bin/env python3
"""A Postfix of its own on loopback, for tests: postfix.py FOLDER.

Everything it has is in FOLDER: configuration, queue, certificate, mailboxes. It prints one JSON line when it answers, `{"port": …, "ca": …, "mail": …}`, and ends
when stdin does. Mail for `u0@example.test` to `u1999@…` goes to FOLDER/mail/u0/, …; `late1@…` is taken and comes back as a bounce; `bounce+…@…` goes to FOLDER/mail/bounces/;
everybody else is unknown and refused. Without Postfix, or without being root, which its master needs to be, it prints an empty line.
"""
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time

MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
nobody unix - n n - - pipe flags=q user=nobody argv=/bin/sh -c {{exit 67}}
"""

MAIN = """\
compatibility_level = 3.6
myhostname = mx.example.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
mynetworks = 127.0.0.0/8
recipient_delimiter =
alias_maps =
alias_database =
virtual_mailbox_domains = example.test
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/conf/customers regexp:{folder}/conf/others
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
transport_maps = regexp:{folder}/conf/transport
smtpd_tls_cert_file = {folder}/conf/cert.pem
smtpd_tls_key_file = {folder}/conf/key.pem
smtpd_tls_security_level = encrypt
smtpd_client_connection_rate_limit = 0
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 1000
smtpd_hard_error_limit = 1000
"""


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make(folder, port):
    user = pwd.getpwnam("postfix")
    for name in ("conf", "queue", "data", "mail"):
        os.makedirs(f"{folder}/{name}")
    at = folder
    while at != "/":  # the mailboxes are written by another user
        os.chmod(at, os.stat(at).st_mode | 0o011)
        at = os.path.dirname(at)
    os.chown(f"{folder}/data", user.pw_uid, user.pw_gid)
    os.chown(f"{folder}/mail", user.pw_uid, user.pw_gid)
    write(f"{folder}/conf/main.cf", MAIN.format(folder=folder, uid=user.pw_uid, gid=user.pw_gid))
    write(f"{folder}/conf/master.cf", MASTER.format(port=port))
    write(f"{folder}/conf/customers", "".join(f"u{i}@example.test u{i}/\n" for i in range(2000)))
    write(f"{folder}/conf/others", "/^late[0-9]+@example\\.test$/ late/\n/^bounce.*@example\\.test$/ bounces/\n")
    write(f"{folder}/conf/transport", "/^late[0-9]+@example\\.test$/ nobody:\n")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", f"{folder}/conf/key.pem", "-out", f"{folder}/conf/cert.pem"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def answers(port, until):
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                return connection.recv(3) == b"220"
        except OSError:
            time.sleep(0.05)
    return False


def main():
    folder = os.path.abspath(sys.argv[1])
    if shutil.which("postfix", path="/usr/sbin:/usr/bin") is None or os.geteuid() != 0:
        print("", flush=True)
        return
    port = free_port()
    make(folder, port)
    with open(f"{folder}/postfix.out", "w") as out:
        subprocess.run(["/usr/sbin/postfix", "-c", f"{folder}/conf", "start"], stdout=out, stderr=out, stdin=subprocess.DEVNULL)
    fine = answers(port, time.monotonic() + 30)
    print(json.dumps({"port": port, "ca": f"{folder}/conf/cert.pem", "mail": f"{folder}/mail"}) if fine else "", flush=True)
    sys.stdin.read()
    with open(f"{folder}/queue/pid/master.pid") as file:
        pid = int(file.read())
    os.kill(pid, signal.SIGTERM)
    while os.path.exists(f"/proc/{pid}"):
        time.sleep(0.02)


main()
