"""How long do callers of `serve` wait while customers are forgotten? A data folder of many customers and events, one connection that posts small batches without
a pause, and the same while `tend customer forget` runs: the longest and the 99th part of a hundred of what the calls waited.

    python3 tests/bench/forget_wait.py build/release/tend [--customers 20000] [--events 1000000] [--forget 1] [--times 3] [--keep FOLDER]
"""
import argparse
import atexit
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

PLAYBOOKS = """customer { city text; phone text }
event order { amount money; note text }
activity is order
policy { timezone "UTC" }
playbook long {
  enter when inactive for 60 days
  send care
}
message care { text "It has been a while." }
"""
TOML = """[channels.outbox]
adapter = "file"
path = "outbox.jsonl"
"""


class Server:
    def __init__(self, tend, folder):
        self.process = subprocess.Popen([tend, "serve", folder, "--open", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=sys.stderr, text=True)
        atexit.register(self.process.kill)  # of a run that fails in the middle
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(120)


def post(connection, batch):
    while True:
        connection.request("POST", "/v1/batch", json.dumps({"batch": batch}), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status == 200:
            return
        if answer.status not in (429, 503):
            sys.exit(f"a batch is answered {answer.status}")
        time.sleep(0.01)


def fill(server, customers, events):
    connection = server.connect()
    for first in range(0, customers, 1000):
        post(connection, [{"type": "identify", "userId": f"c{i}", "traits": {"city": f"city {i % 100}", "phone": f"138{i:08}"}} for i in range(first, min(first + 1000, customers))])
    for first in range(0, events, 1000):
        post(connection, [{"type": "track", "userId": f"c{(i * 7919) % customers}", "event": "order", "messageId": f"m{i}", "properties": {"amount": "CNY 12.50", "note": f"order number {i}, as always"}}
                          for i in range(first, min(first + 1000, events))])


class Caller:
    """Posts batches of ten without a pause and notes how long each took."""

    def __init__(self, server, customers):
        self.server, self.customers, self.waits, self.done = server, customers, [], False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        connection, number = self.server.connect(), 0
        while not self.done:
            batch = [{"type": "track", "userId": f"c{(number * 10 + i) % self.customers}", "event": "order", "properties": {"note": "now"}} for i in range(10)]
            number += 1
            begin = time.monotonic()
            post(connection, batch)
            self.waits.append(time.monotonic() - begin)

    def end(self):
        self.done = True
        self.thread.join()
        return sorted(self.waits)


def told(waits, what, took):
    at = lambda share: waits[min(len(waits) - 1, int(len(waits) * share))] * 1000  # noqa: E731
    print(f"{what}: {took:.2f} s, {len(waits)} calls: half within {at(0.5):.1f} ms, 99 of 100 within {at(0.99):.1f} ms, the longest {waits[-1] * 1000:.0f} ms", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tend")
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--forget", type=int, default=1, help="so many customers at a time")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--keep", help="a folder to fill, or one that was filled")
    arguments = parser.parse_args()
    tend = os.path.abspath(arguments.tend)
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or os.path.join(scratch, "shop")
        filled = os.path.exists(os.path.join(folder, "filled"))
        if not filled:
            os.makedirs(folder)
            for name, text in (("shop.tend", PLAYBOOKS), ("tend.toml", TOML)):
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(text)
        server = Server(tend, folder)
        if not filled:
            begin = time.monotonic()
            fill(server, arguments.customers, arguments.events)
            print(f"filled with {arguments.customers} customers and {arguments.events} events in {time.monotonic() - begin:.0f} s", flush=True)
            open(os.path.join(folder, "filled"), "w").close()
        size = sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(os.path.join(folder, "data")) for name in names)
        print(f"the data folder has {size >> 20} MiB", flush=True)
        caller = Caller(server, arguments.customers)
        time.sleep(3)
        told(caller.end(), "nobody is forgotten", 3)
        for turn in range(arguments.times):
            ids = [f"c{arguments.customers - 1 - turn * arguments.forget - i}" for i in range(arguments.forget)]
            caller = Caller(server, arguments.customers // 2)
            time.sleep(1)
            begin = time.monotonic()
            done = subprocess.run([tend, "customer", "forget", *ids, "--workspace", folder, "--format", "json"], capture_output=True, text=True)
            took = time.monotonic() - begin
            waits = caller.end()
            if done.returncode != 0:
                sys.exit(done.stdout + done.stderr)
            told(waits, f"{arguments.forget} forgotten", took)
        server.stop()


if __name__ == "__main__":
    main()
