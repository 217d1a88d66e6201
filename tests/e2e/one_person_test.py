"""playbooks/shoe-store: a visitor of the web page and a customer at the till become one person. Live, over HTTP and through kill -9: what either did counts for the one, his journeys go on, and the browser's
id stays his. And what that is worth: the README's table of the same year with one id and with two.

    python3 tests/e2e/one_person_test.py build/release/tend
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import serve_test as s
import workspace as w

SHOP = os.path.join("playbooks", "shoe-store")
READMES = ("README.md", "README.zh.md")
FITTING = {"shop": "Harbour", "left": 260, "right": 262, "size": 41.5, "width": "wide", "fitter": "ida"}
# The rows of the README's table in their order: the playbook and what of its figures.
ROWS = [None, ("from_the_poster", "goal"), ("the_appointment", "no_show"), ("measured_feet", "your_size"), ("measured_feet", "goal"), ("fitters_share", "entered"), ("how_do_they_walk", "entered"), ("soles", "entered")]


def figure(told, row):
    if row is None:
        return told["customers"]
    playbook = told["playbooks"][row[0]]
    if row[1] in playbook:
        return playbook[row[1]]
    if row[1] in playbook["sends"]:
        return playbook["sends"][row[1]]["email"]["accepted"]
    return next(step["reached"] for step in playbook["steps"] if step["step"] == row[1])


def worth(tend, scratch):
    """The README's table is what `simulate` says of both."""
    with open(os.path.join(SHOP, "README.md"), encoding="utf-8") as file:
        period = re.search(r"^\$ tend (simulate [^\n]*)", file.read(), re.M).group(1).split()
    told = []
    for apart in ([], ["--apart"]):
        folder = os.path.join(scratch, "apart" if apart else "one")
        shutil.copytree(SHOP, folder)
        subprocess.run([sys.executable, "generate.py", *apart], cwd=folder, check=True)
        told.append(json.loads(w.run(tend, *period, "--format", "json", cwd=folder).stdout))
    want = [tuple(figure(one, row) for one in told) for row in ROWS]
    for name in READMES:
        with open(os.path.join(SHOP, name), encoding="utf-8") as file:
            shown = [tuple(map(int, row)) for row in re.findall(r"^\| [^|]+ \| (\d+) \| (\d+) \|$", file.read(), re.M)]
        w.check(shown == want, f"{name} shows {shown}, simulate says {want}")


def live(tend, scratch):
    folder, data = os.path.join(scratch, "shop"), os.path.join(scratch, "data")
    shutil.copytree(SHOP, folder)
    words = ["--data", data, "--start", "2026-03-02T09:00:00Z"]
    server = s.Server(tend, folder, *words)

    def say(path, **call):
        status, answer = server.call("POST", path, call)
        w.check(status == 200 and answer["success"], f"{path} {call}: {status} {answer}")

    def known(customer):
        status, answer = server.call("GET", f"/v1/customers/{customer}")
        w.check(status == 200, f"{customer}: {status} {answer}")
        return answer

    # On the way home: a code at the tram stop, an address on the page behind it. At the till nobody knows of that yet.
    say("/v1/track", anonymousId="w-7", event="scan", properties={"place": "tram stop"})
    say("/v1/identify", anonymousId="w-7", traits={"email": "elif@example.com", "consent": {"email": True}})
    say("/v1/identify", userId="m-7", traits={"name": "Elif"})
    apart = server.call("GET", "/v1/figures")[1]
    w.check(apart["customers"] == 2 and apart["playbooks"]["from_the_poster"]["live"] == 1, f"before: {apart}")

    # She gives her address at the till: the browser was hers.
    say("/v1/identify", anonymousId="w-7", userId="m-7", traits={})
    server.kill()
    server = s.Server(tend, folder, *words)
    say("/v1/track", userId="m-7", event="linked", properties={"by": "e-mail at the till"})
    one = json.dumps(known("m-7"), ensure_ascii=False)
    w.check(all(part in one for part in ("Elif", "elif@example.com", "tram stop", "from_the_poster")), f"one person has what both had: {one}")
    browser = known("w-7")
    w.check((browser["customer"], browser["was"]) == ("m-7", "w-7"), f"the browser's id leads to her: {browser}")

    # Measured in the shop, bought at home on the same browser: both are hers, and both are goals.
    say("/v1/track", userId="m-7", event="fitting", properties=FITTING)
    w.check("ida" in json.dumps(known("w-7")), "who measured her looks after her")
    say("/v1/track", anonymousId="w-7", event="order", properties={"id": "o1", "amount": "189 EUR", "place": "web", "model": "Alm", "size": 41.5})
    server.kill()
    server = s.Server(tend, folder, *words)
    told = server.call("GET", "/v1/figures")[1]
    goals = {name: (figures["entered"], figures["goal"]) for name, figures in told["playbooks"].items() if figures["entered"]}
    w.check(goals.get("from_the_poster") == goals.get("measured_feet") == (1, 1) and goals.get("fitters_share", (0,))[0] == 1, f"goals: {goals}")
    w.check(told["customers"] == 1, f"{told['customers']} customers")
    server.stop()
    with open(os.path.join(folder, "email.jsonl"), encoding="utf-8") as file:
        sent = [json.loads(line)["message"] for line in file]
    w.check(sent == ["how_we_measure"], f"one message a day, whatever the id: {sent}")


def main(tend):
    with tempfile.TemporaryDirectory(prefix="tend-one-person-") as scratch:
        live(tend, scratch)
        worth(tend, scratch)
    print("two ids are one person")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
