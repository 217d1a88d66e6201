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


def beside(tend, folder, data):
    """New rows while `serve` runs: killed themselves and with the server, each row is taken once; a deploy in between and a second import at once are told."""
    with open(os.path.join(folder, "orders.csv"), "w", encoding="utf-8") as file:
        file.write("who,at,n\n")
        for i in range(ROWS):
            file.write(f"s{i},2024-01-{1 + i % 28:02} 10:00,{i % 7}\n")
        file.write("bad,2024-01-01,many\n")
    with open(os.path.join(folder, "tend.toml"), "a", encoding="utf-8") as file:
        file.write('\n[sources.people]\nfile = "people.csv"\ncustomer = "who"\nattributes = { "consent.sms" = "sms", tags = "tags" }\n')
    with open(os.path.join(folder, "people.csv"), "w", encoding="utf-8") as file:
        file.write("who,sms,tags\n" + "".join(f"s{i},yes,vip;tea\n" for i in range(100)))
    server = serve_test.Server(tend, folder, "--data", data)
    kills = 0
    for wait in (0.1, 0.2, 0.3):
        process = subprocess.Popen([tend, "import", "--workspace", folder, "--data", data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(wait)
        kills += process.poll() is None
        if wait == 0.2:
            server.kill()
            process.wait()
            server = serve_test.Server(tend, folder, "--data", data)
        process.kill()
        process.wait()
    two = [subprocess.Popen([tend, "import", "--workspace", folder, "--data", data, "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in "ab"]
    for process in two:
        out, err = process.communicate(timeout=120)
        w.check(process.returncode == 1 and ("another import went on" in err or '"rejected":1' in out), f"two at once: {process.returncode} {out}{err}")
    done = run(tend, folder, data)
    w.check(done.stdout, f"after two at once, one ends with {done.returncode}: {done.stderr}")
    told = json.loads(done.stdout)
    w.check(told["rejected"] == 1 and told["imported"] + told["before"] == ROWS + 1100, f"import beside serve says {told}")
    w.check(json.loads(run(tend, folder, data).stdout)["imported"] == 0, "a second import beside serve imports something")
    status, shown = server.call("GET", "/v1/customers/s7")
    w.check(status == 200 and sorted(shown["tags"]) == ["tea", "vip"], f"s7 is {shown}")
    status, said = server.call("POST", "/v1/import", {})
    w.check(status == 415, f"JSON at /v1/import: {status} {said}")
    server.stop()
    found = clients_test.events_by_customer(data)
    wrong = {c: n for c, n in found.items() if n != 1}
    w.check(sum(c.startswith("s") for c in found) == ROWS and not wrong, f"{len(found)} customers, not once: {list(wrong.items())[:3]}")
    print(f"beside serve {ROWS + 100} rows, {kills} kills: each is there once")


def main():
    tend = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="tend-import-") as scratch:
        folder, data = serve_test.make(os.path.join(scratch, "shop"), toml=TOML), os.path.join(scratch, "data")
        with open(os.path.join(folder, "orders.csv"), "w", encoding="utf-8") as file:
            file.write("who,at,n\n")
            for i in range(ROWS):
                file.write(f"c{i},2024-01-{1 + i % 28:02} 10:00,{i % 7}\n")
            file.write("bad,2024-01-01,many\n")
            file.write("slip,2099-01-01 10:00,1\n")  # more than a day ahead
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
        w.check(told["rejected"] == 2 and told["imported"] + told["before"] == ROWS + 1000, f"import says {told}")
        with open(os.path.join(folder, "orders.rejects.csv"), encoding="utf-8") as file:
            rejects = file.read()
            w.check("many" in rejects and "`2099-01-01T10:00:00Z` is more than a day ahead" in rejects, f"the rejects file has not the rows: {rejects}")
        again = json.loads(run(tend, folder, data).stdout)
        w.check(again["imported"] == 0, f"a second import says {again}")
        found = clients_test.events_by_customer(data)
        w.check(len(found) == ROWS + 1000 and set(found.values()) == {1}, f"{len(found)} customers, events {set(found.values())}")
        server = serve_test.Server(tend, folder, "--data", data)
        again = json.loads(run(tend, folder, data, "orders").stdout)
        w.check(again["imported"] == 0, f"beside serve it says {again}")
        server.stop()
        beside(tend, folder, data)
        w.check(run(tend, folder, data, "nothing").returncode == 3, "a source that is not there is imported")
        print(f"{ROWS + 1000} rows, {kills} kills: each is there once")


if __name__ == "__main__":
    main()
