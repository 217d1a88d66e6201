"""`import` as a user has it: rows of CSV and JSON lines go into a live data folder once, though it is killed with kill -9 and called again; what cannot be
read stands in a rejects file.

    python3 tests/e2e/import_test.py build/release/tend
"""
import json
import os
import subprocess
import sys
import tempfile
import time

import clients_test
import serve_test
import workspace as w

ROWS = 60_000
TOML = serve_test.TOML + """
[sources.orders]
file = "orders.csv"
event = "order"
customer = "who"
at = "at"
fields = { quantity = "n" }

[sources.more]
file = "more.jsonl"
event = "order"
customer = "who"
at = "at"
fields = { quantity = "n" }
"""


def run(tend, folder, data, *words):
    return subprocess.run([tend, "import", *words, "--workspace", folder, "--data", data, "--format", "json"], capture_output=True, text=True, timeout=120)


def main():
    tend = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="tend-import-") as scratch:
        folder, data = serve_test.make(os.path.join(scratch, "shop"), toml=TOML), os.path.join(scratch, "data")
        with open(os.path.join(folder, "orders.csv"), "w", encoding="utf-8") as file:
            file.write("who,at,n\n")
            for i in range(ROWS):
                file.write(f"c{i},2024-01-{1 + i % 28:02} 10:00,{i % 7}\n")
            file.write("bad,2024-01-01,many\n")
        with open(os.path.join(folder, "more.jsonl"), "w", encoding="utf-8") as file:
            for i in range(1000):
                file.write(json.dumps({"who": f"j{i}", "at": "2024-02-01T00:00:00Z", "n": 1}) + "\n")
        w.check(run(tend, folder, data).returncode != 0, "it imports into a folder in which nothing has run")
        serve_test.Server(tend, folder, "--data", data).stop()
        kills = 0
        for wait in (0.15, 0.3, 0.45):
            process = subprocess.Popen([tend, "import", "--workspace", folder, "--data", data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(wait)
            kills += process.poll() is None
            process.kill()
            process.wait()
        done = run(tend, folder, data)
        w.check(done.returncode == 1, f"a row that cannot be read is no problem: {done.returncode} {done.stderr}")
        told = json.loads(done.stdout)
        w.check(told["rejected"] == 1 and told["imported"] + told["before"] == ROWS + 1000, f"import says {told}")
        with open(os.path.join(folder, "orders.rejects.csv"), encoding="utf-8") as file:
            w.check("many" in file.read(), "the rejects file has not the row")
        again = json.loads(run(tend, folder, data).stdout)
        w.check(again["imported"] == 0, f"a second import says {again}")
        found = clients_test.events_by_customer(data)
        w.check(len(found) == ROWS + 1000 and set(found.values()) == {1}, f"{len(found)} customers, events {set(found.values())}")
        server = serve_test.Server(tend, folder, "--data", data)
        busy = run(tend, folder, data, "orders")
        w.check(busy.returncode == 4 and "stop it first" in busy.stderr, f"beside serve it says {busy.stderr}")
        server.stop()
        w.check(run(tend, folder, data, "nothing").returncode == 3, "a source that is not there is imported")
        print(f"{ROWS + 1000} rows, {kills} kills: each is there once")


if __name__ == "__main__":
    main()
