#!/usr/bin/env python3
"""The journey bench's peer: BullMQ on a Redis server of its own, for one run.

    journey_peer.py FOLDER CUSTOMERS

FOLDER keeps the two packages of npm between runs (fetched once). The server listens on a free loopback port, writes its append-only file every second
into a folder of its own, and is stopped by its process number. Prints what journey_peer.mjs prints. Exit 77 with a sentence: something is not
installed, or npm cannot fetch; 1: the run failed.
"""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

PACKAGES = ["bullmq@6.7.0", "ioredis@5"]


def leave_out(why):
    print(why)
    sys.exit(77)


def fetch(folder):
    if os.path.isdir(os.path.join(folder, "node_modules", "bullmq")):
        return
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "package.json"), "w", encoding="utf-8") as file:
        file.write('{ "name": "journey-peer", "private": true }\n')
    got = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES], cwd=folder, capture_output=True, text=True, timeout=300)
    if got.returncode != 0:
        leave_out("npm cannot fetch " + " and ".join(PACKAGES) + ": " + got.stderr.strip().splitlines()[-1])


def free_port():
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return some.getsockname()[1]


def wait_for(port, server):
    for _ in range(500):
        if server.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.01)
    sys.exit("redis-server did not start")


def main():
    folder, customers = os.path.abspath(sys.argv[1]), sys.argv[2]
    missing = [tool for tool in ("node", "npm", "redis-server") if shutil.which(tool) is None]
    if missing:
        leave_out("not installed: " + ", ".join(missing))
    fetch(folder)
    port = free_port()
    with tempfile.TemporaryDirectory(dir=folder) as data:
        server = subprocess.Popen(["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--dir", data, "--appendonly", "yes",
                                   "--appendfsync", "everysec", "--save", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(port, server)
            script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "journey_peer.mjs")
            ran = subprocess.run(["node", script, str(port), customers, str(server.pid)], cwd=folder, stdout=subprocess.PIPE, text=True, timeout=600)
        finally:
            server.terminate()
            server.wait()
    sys.stdout.write(ran.stdout)
    sys.exit(0 if ran.returncode == 0 else 1)


main()
