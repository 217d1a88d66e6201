"""`serve` as a user has it: killed with kill -9 fifty times under load it has every event that it acknowledged, sends at once and after a wait what
each of them causes, and nothing twice; SIGTERM loses nothing; a demonstration's time runs; what is wrong gets one sentence and its exit code.

    python3 tests/e2e/serve_test.py build/release/tend [SEED] [KILLS]
"""
import atexit
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

import workspace as w

THANKS = """event order { amount money; quantity number }
activity is order
policy { timezone "UTC" }
playbook thanks {
  enter on order
  again always
  send thanks
}
message thanks { text "Thank you!" }
"""
# A journey on its way is killed before a send, in a wait, and between the wait's end and its send.
WAITING = THANKS.replace("  send thanks\n", "  send thanks\n  wait 1 second\n  send more\n") + """message more { text "One more word." }
"""
TOML = """[channels.outbox]
adapter = "file"
path = "outbox.jsonl"
"""


def make(folder, playbook=THANKS, toml=TOML):
    os.makedirs(folder)
    for name, text in (("shop.tend", playbook), ("tend.toml", toml)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    return folder


class Server:
    def __init__(self, tend, folder, *words):
        self.process = subprocess.Popen([tend, "serve", folder, "--open", "--listen", "127.0.0.1:0", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        atexit.register(self.process.kill)  # of a test that fails in the middle
        line = self.process.stdout.readline()
        if not line.startswith("listening on http://127.0.0.1:"):
            w.check(False, f"serve says `{line}` and {self.process.stderr.read()}")
        self.port = int(line.rsplit(":", 1)[1])

    def call(self, method, path, body=None, connection=None):
        connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    def stop(self, expect=0):
        self.process.send_signal(signal.SIGTERM)
        _, talk = self.process.communicate(timeout=60)
        w.check(self.process.returncode == expect, f"SIGTERM ends it with {self.process.returncode}, not {expect}: {talk}")
        return talk

    def kill(self):
        self.process.kill()
        self.process.communicate()


class Posters:
    """Four connections that post batches of new customers' orders, and remember what was acknowledged."""

    def __init__(self, rng, pause):
        self.server, self.acked, self.posted, self.done, self.refused = None, set(), set(), False, []
        self.lock = threading.Lock()
        self.pause = pause
        self.threads = [threading.Thread(target=self.run, args=(name, random.Random(rng.random()))) for name in "abcd"]
        for thread in self.threads:
            thread.start()

    def run(self, name, rng):
        connection, server, number = None, None, 0
        while not self.done:
            if self.server is not server or connection is None:
                server = self.server
                connection = server and http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
            if server is None:
                time.sleep(0.002)
                continue
            customers = [f"{name}{number + i}" for i in range(rng.randint(1, 20))]
            number += len(customers)
            with self.lock:
                self.posted.update(customers)
            try:
                status, answer = server.call("POST", "/v1/batch", {"batch": [{"type": "track", "userId": c, "event": "order", "properties": {"quantity": 1}}
                                                                             for c in customers]}, connection)
            except (OSError, http.client.HTTPException, ValueError):
                connection = None
                time.sleep(0.005)
                continue
            with self.lock:
                if status == 200:
                    self.acked.update(customers)
                elif status != 503:
                    self.refused.append((status, answer))
            time.sleep(rng.uniform(0, self.pause))

    def end(self):
        self.done = True
        for thread in self.threads:
            thread.join()


def outbox(folder):
    with open(os.path.join(folder, "outbox.jsonl"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def crashes(tend, scratch, rng, kills_wanted):
    folder, data = make(os.path.join(scratch, "crash"), WAITING), os.path.join(scratch, "crash-data")
    posters = Posters(rng, 0.03)
    kills, starts = 0, []
    while kills < kills_wanted or len(posters.acked) < 2000:
        begin = time.monotonic()
        server = Server(tend, folder, "--data", data)
        starts.append(time.monotonic() - begin)
        posters.server = server
        time.sleep(rng.uniform(0.0, 0.8))
        server.kill()
        kills += 1
    # SIGTERM under load: whoever was told 200 is there.
    server = Server(tend, folder, "--data", data)
    posters.server = server
    time.sleep(0.5)
    server.stop()
    posters.end()
    w.check(not posters.refused, f"an order was refused: {posters.refused[:1]}")

    server = Server(tend, folder, "--data", data)
    status, figures = server.call("GET", "/v1/figures")
    w.check(status == 200 and len(posters.acked) <= figures["events"] <= len(posters.posted), f"{len(posters.acked)} acknowledged, {figures}")
    begin = time.monotonic()
    while len(outbox(folder)) < 2 * figures["events"] and time.monotonic() - begin < 20:
        time.sleep(0.1)
    server.stop()
    lines = outbox(folder)
    keys = [line["key"] for line in lines]
    w.check(len(set(keys)) == len(keys), "a key stands twice in the outbox")
    for message in ("thanks", "more"):
        customers = [line["customer"] for line in lines if line["message"] == message]
        w.check(posters.acked <= set(customers), f"{len(posters.acked - set(customers))} acknowledged orders never had their `{message}`")
        w.check(set(customers) <= posters.posted and len(customers) == figures["events"], f"{len(customers)} times `{message}` for {figures['events']} orders")
    print(f"ok: {kills} kills, {len(posters.acked)} orders acknowledged, {figures['events']} taken, {len(lines)} messages, none lost, none twice; a start takes {max(starts):.2f} s at most")


def demonstration(tend, scratch):
    folder, data = make(os.path.join(scratch, "demo"), w.PLAYBOOK), os.path.join(scratch, "demo-data")
    speed = ["--data", data, "--speed", "1000000", "--start", "2026-01-01"]
    server = Server(tend, folder, *speed)
    status, answer = server.call("POST", "/v1/track", {"userId": "c1", "event": "order", "timestamp": "2026-01-01", "properties": {"amount": "12.50 USD", "color": "red"}})
    w.check((status, answer) == (200, {"success": True, "ignored": ["color"]}), f"the order is answered {status} {answer}")
    server.stop()
    server = Server(tend, folder, *speed)   # time goes on where it stood
    begin = time.monotonic()
    while time.monotonic() - begin < 20 and len(outbox(folder)) < 2:
        time.sleep(0.05)
    lines = outbox(folder)
    w.check([line["message"] for line in lines[:2]] == ["care", "offer"], f"the outbox holds {lines}")
    # The offer waits from the answer of the channel on, and a millisecond is a quarter of an hour here.
    w.check(lines[0]["at"] == "2026-03-02T00:00:00Z" and "2026-03-09T00:00:00Z" <= lines[1]["at"] < "2026-04-09", f"they went at {lines}")
    server.stop()
    print(f"ok: 67 days in {time.monotonic() - begin:.1f} s")


def mistakes(tend, scratch):
    folder, data = make(os.path.join(scratch, "mistakes")), os.path.join(scratch, "mistakes-data")
    server = Server(tend, folder, "--data", data)
    broken = make(os.path.join(scratch, "broken"), toml="[channels.outbox\n")
    mute = make(os.path.join(scratch, "mute"), toml="")
    wrong = make(os.path.join(scratch, "wrong"), playbook=THANKS.replace("send thanks", "send thank"))
    edited = make(os.path.join(scratch, "edited"), playbook=THANKS.replace("Thank you!", "Thanks!"))
    old = os.path.join(scratch, "old")
    os.makedirs(old)
    with open(os.path.join(old, "tend-data"), "w", encoding="utf-8") as file:
        file.write("tend data 99 partitions 64\n")
    other = ["--data", os.path.join(scratch, "other")]
    for words, code, part in [
        ([folder, *other], 3, "--open"),
        ([folder, *other, "--open", "--listen", "0.0.0.0:0"], 3, "this machine only"),
        ([folder, *other, "--open", "--listen", "nowhere"], 3, "no address"),
        ([folder, *other, "--open", "--speed", "0"], 3, "--speed"),
        ([folder, *other, "--open", "--start", "soon"], 3, "--start"),
        ([folder, *other, "--open", "--listen", f"127.0.0.1:{server.port}"], 4, "another process listens"),
        ([folder, "--data", data, "--open", "--listen", "127.0.0.1:0"], 4, "another process"),
        ([folder, "--data", old, "--open", "--listen", "127.0.0.1:0"], 4, "version 99"),
        ([broken, *other, "--open"], 1, "tend.toml:"),
        ([mute, *other, "--open"], 1, "no channel"),
        ([wrong, *other, "--open"], 1, "thank"),
        ([os.path.join(scratch, "nowhere"), *other, "--open"], 1, "nowhere"),
    ]:
        talk = w.run(tend, "serve", *words, expect=code).stderr
        w.check(part in talk, f"serve {' '.join(words)} says `{talk}` without `{part}`")
    w.check(not os.path.exists(other[1]), "a call that was refused made a data folder")
    server.stop()
    server = Server(tend, edited, "--data", data)
    talk = server.stop()
    w.check("the workspace has been edited since its playbooks were put into the data folder" in talk, f"an edit is answered `{talk}`")
    print("ok: mistakes get their sentence and exit code")


def main(tend, seed, kills):
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch:
        crashes(tend, scratch, rng, kills)
        demonstration(tend, scratch)
        mistakes(tend, scratch)
    return 0


if __name__ == "__main__":
    seed_ = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed_}", flush=True)
    sys.exit(main(sys.argv[1], seed_, int(sys.argv[3]) if len(sys.argv) > 3 else 50))
