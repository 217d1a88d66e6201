"""`tend plan` and `tend apply` as a user has them: an edit goes into a running `serve` and into a folder that nobody holds; those inside are pinned,
follow or are moved; a refused edit says who stands where; kill -9 during and after an apply changes nothing.

    python3 tests/e2e/apply_test.py build/release/tend [SEED] [KILLS]
"""
import json
import os
import random
import sys
import tempfile
import threading
import time

import serve_test as s
import workspace as w

DECLARED = """event order { amount money; quantity number }
activity is order
policy { timezone "UTC" }
"""
FIRST = DECLARED + """playbook p {
  enter on order
  again always
  send hello
  wait 2 days
  send bye as last
}
message hello { text "Hello!" }
message bye { text "Bye!" }
"""
PINNED = FIRST.replace("wait 2 days", "wait 5 days").replace("Bye!", "Farewell!")
FOLLOWING = FIRST.replace("again always", "again always\n  on edit follow").replace("wait 2 days", "wait 9 days")
MOVING = FIRST.replace("again always", 'again always\n  on edit move "last" to "end"').replace("wait 2 days", "wait 1 day").replace("as last", "as end")
REMOVED = DECLARED + """playbook q { enter when inactive for 10 minutes
  backfill all
  send hello }
message hello { text "Hello!" }
"""
CLOCK = ["--speed", "14400", "--start", "2026-01-01"]   # four hours a second


def write(folder, playbooks):
    with open(os.path.join(folder, "shop.tend"), "w", encoding="utf-8") as file:
        file.write(playbooks)


def plan(tend, folder, data, expect):
    return json.loads(w.run(tend, "plan", folder, "--data", data, "--format", "json", expect=expect).stdout)


def apply(tend, folder, data, *words, expect=0):
    return w.run(tend, "apply", *words, "--workspace", folder, "--data", data, expect=expect)


def order(server, customer):
    status, answer = server.call("POST", "/v1/track", {"userId": customer, "event": "order", "properties": {"quantity": 1}})
    w.check(status == 200, f"an order is answered {status} {answer}")


def lines_until(folder, wanted, seconds=40):
    begin = time.monotonic()
    while time.monotonic() - begin < seconds:
        lines = s.outbox(folder) if os.path.exists(os.path.join(folder, "outbox.jsonl")) else []
        if wanted(lines):
            return lines
        time.sleep(0.1)
    w.check(False, f"the outbox holds {lines}")


def text_of(line):
    return json.dumps(line, ensure_ascii=False)


def running(tend, scratch):
    """Into a running serve: pin, a refused move, follow, a removal with backfill."""
    folder, data = s.make(os.path.join(scratch, "shop"), FIRST), os.path.join(scratch, "shop-data")
    server = s.Server(tend, folder, "--data", data, *CLOCK)
    for customer in ("anna", "bob"):
        order(server, customer)
    lines_until(folder, lambda lines: len(lines) == 2)
    w.check(plan(tend, folder, data, 0)["changes"] is False, "an unchanged workspace is planned as a change")

    write(folder, PINNED)
    shown = plan(tend, folder, data, 2)
    inside = shown["playbooks"]["p"]["inside"]
    w.check([(one["step"], one["line"], one["customers"], one["becomes"], one["some"]) for one in inside] == [("wait 2 days", 8, 2, "pinned", ["anna", "bob"])],
            f"the plan says {inside}")
    saved = os.path.join(scratch, "plan.json")
    w.run(tend, "plan", folder, "--data", data, "--save", saved, expect=2)
    human = w.run(tend, "plan", folder, "--data", data, "--lang", "en", expect=2).stdout
    w.check("2 customers at `wait 2 days` (line 8): finish on version 1 (anna, bob)" in human, f"people read {human}")
    apply(tend, folder, data, saved)
    w.check("another edit was put in" in apply(tend, folder, data, saved, expect=1).stderr, "a plan is put in twice")
    w.check(plan(tend, folder, data, 0)["changes"] is False, "what was put in is planned as a change")
    order(server, "carl")
    lines = lines_until(folder, lambda lines: sum(line["message"] == "bye" for line in lines) == 3, 200)
    waited = {}
    for line in lines:
        at = time.mktime(time.strptime(line["at"][:19], "%Y-%m-%dT%H:%M:%S"))
        waited.setdefault(line["customer"], []).append(at)
    days = {customer: (moments[1] - moments[0]) / 86400 for customer, moments in waited.items()}
    w.check(days["anna"] < 2.5 and days["bob"] < 2.5 and 5 <= days["carl"] < 5.5, f"they waited {days} days")
    w.check(all("Farewell!" in text_of(line) for line in lines if line["message"] == "bye"), "the newest text is not sent to those pinned")

    order(server, "dora")
    write(folder, MOVING)
    talk = apply(tend, folder, data, expect=1).stderr
    w.check("says nothing of those who stand at `wait 5 days` in line 8 (1 customer: `dora`)" in talk, f"a refused edit is answered {talk}")
    w.check("dora" in plan(tend, folder, data, 1)["refused"], "a refused plan says nobody")
    write(folder, FOLLOWING)
    apply(tend, folder, data)
    server.kill()
    server = s.Server(tend, folder, "--data", data, *CLOCK)
    w.check(plan(tend, folder, data, 0)["changes"] is False, "after kill -9 the edit is out again")

    write(folder, REMOVED)
    time.sleep(1)   # four hours
    shown = plan(tend, folder, data, 2)
    w.check(shown["playbooks"]["p"]["change"] == "removed" and shown["playbooks"]["q"]["enters"]["entered"] == 4, f"the plan says {shown}")
    apply(tend, folder, data)
    lines = lines_until(folder, lambda lines: sum(line["playbook"] == "q" for line in lines) == 4)
    status, figures = server.call("GET", "/v1/figures")
    w.check(status == 200 and figures["playbooks"]["p"]["entered"] == 4 and figures["playbooks"]["q"]["entered"] == 4, f"the figures are {figures}")
    server.stop()
    keys = [line["key"] for line in s.outbox(folder)]
    w.check(len(keys) == len(set(keys)), "a key stands twice in the outbox")
    story = w.run(os.path.abspath(tend), "why", "dora", "--data", data, "--lang", "en", cwd=folder).stdout
    w.check("after the edit it goes on at: wait 9 days" in story, f"why says {story}")
    print("ok: edits go into a running serve: pinned, refused, followed, removed, with backfill")


def offline(tend, scratch):
    """Into a folder that nobody holds; serve and replay with an edited workspace."""
    folder, data = s.make(os.path.join(scratch, "offline"), FIRST), os.path.join(scratch, "offline-data")
    w.check("not a tend data folder" in w.run(tend, "plan", folder, "--data", data, expect=1).stderr, "a plan of nothing")
    server = s.Server(tend, folder, "--data", data)
    order(server, "anna")
    server.stop()
    write(folder, PINNED)
    server = s.Server(tend, folder, "--data", data)
    order(server, "bob")
    talk = server.stop()
    w.check("the workspace has been edited since" in talk, f"serve with an edited workspace says {talk}")
    w.check(plan(tend, folder, data, 2)["playbooks"]["p"]["inside"][0]["customers"] == 2, "bob is not inside the version in force")
    apply(tend, folder, data)
    w.check(plan(tend, folder, data, 0)["changes"] is False, "what was put in is planned as a change")
    write(folder, FIRST.replace("send hello", "send hullo"))
    w.run(tend, "apply", "--workspace", folder, "--data", data, expect=1)
    write(folder, PINNED)
    server = s.Server(tend, folder, "--data", data)
    talk = server.stop()
    w.check("edited" not in talk, f"serve says {talk}")
    print("ok: an edit goes into a folder that nobody holds")


def crashes(tend, scratch, rng, kills):
    """Applies under load, killed at random moments: every order is thanked for once, and the edit is in or out, never half."""
    edits = [s.THANKS, s.THANKS.replace("send thanks", "tag \"x\"\n  send thanks"), s.THANKS.replace("Thank you!", "Thanks!")]
    folder, data = s.make(os.path.join(scratch, "crash"), edits[0]), os.path.join(scratch, "crash-data")
    posters = s.Posters(rng, 0.03)
    done = 0
    for kill in range(kills):
        server = s.Server(tend, folder, "--data", data)
        posters.server = server
        time.sleep(rng.uniform(0.0, 0.3))
        write(folder, edits[(kill + 1) % len(edits)])
        applying = threading.Thread(target=lambda: w.run(tend, "apply", "--workspace", folder, "--data", data, expect=None))
        applying.start()
        time.sleep(rng.uniform(0.0, 0.6))
        server.kill()
        applying.join()
        done += 1
    apply(tend, folder, data)
    server = s.Server(tend, folder, "--data", data)
    posters.server = server
    time.sleep(0.5)
    server.stop()
    posters.end()
    w.check(not posters.refused, f"an order was refused: {posters.refused[:1]}")
    server = s.Server(tend, folder, "--data", data)
    figures = server.call("GET", "/v1/figures")[1]
    server.stop()
    lines = s.outbox(folder)
    keys = [line["key"] for line in lines]
    customers = {line["customer"] for line in lines}
    w.check(len(set(keys)) == len(keys), "a key stands twice in the outbox")
    w.check(posters.acked <= customers <= posters.posted, f"{len(posters.acked - customers)} acknowledged orders were never thanked for")
    w.check(len(lines) == figures["events"] == figures["playbooks"]["thanks"]["entered"], f"{len(lines)} messages, figures {figures}")
    print(f"ok: {done} applies killed, {len(posters.acked)} orders acknowledged, none lost, no message twice")


def main(tend, seed, kills):
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch:
        running(tend, scratch)
        offline(tend, scratch)
        crashes(tend, scratch, rng, kills)
    return 0


if __name__ == "__main__":
    seed_ = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed_}", flush=True)
    sys.exit(main(sys.argv[1], seed_, int(sys.argv[3]) if len(sys.argv) > 3 else 6))
