"""`tend customer forget` erases: nothing that a person was known by stands in the data folder any more, in no segment of the log, no snapshot, no file of the history, no
dead letter; others are there as before, accounts too; killed with kill -9 in the middle it is done by the next start.

    python3 tests/e2e/forget_test.py build/release/tend
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import serve_test
import workspace as w

SHOP = """customer { phone text; name text; city text; referrer text }
event order { amount money; note text }
activity is order
policy { timezone "UTC" }
budget gifts { 10_000 CNY per month }
playbook long {
  enter on order
  again always
  grant 5 CNY from gifts
  wait 30 days
  send care
}
segment noted = (order where note = "nothing") within 90 days
playbook never { enter when noted
  send care }
message care { text "About {order.note}, {name}." }
"""
# Not even what he was called before, and what he wrote once.
SECRETS = ("wang-7788-x", "anonymous-5566-y", "13977712345", "8Q9zKformerX7w", "王小明的名字", "please-ring-twice-4711", "wrong-event-value-8822", "tag-of-his-3344")


def identify(who, **traits):
    return {"type": "identify", "userId": who, "traits": traits}


def order(who, note, **more):
    return {"type": "track", "userId": who, "event": "order", "properties": {"amount": "CNY 12.00", "note": note}, **more}


def post(server, calls):
    status, answer = server.call("POST", "/v1/batch", {"batch": calls})
    w.check(status == 200, f"a batch is answered {status} {answer}")


def found(data):
    """Which secrets stand in which files."""
    out = set()
    for at, _, names in os.walk(data):
        for name in names:
            with open(os.path.join(at, name), "rb") as file:
                content = file.read()
            out |= {(secret, os.path.relpath(os.path.join(at, name), data)) for secret in SECRETS if secret.encode() in content}
    return out


def places(data):
    return {path.split(os.sep)[0] for _, path in found(data)}


def live_a_little(tend, folder, data):
    """Everything that he leaves behind, in several segments of the log, snapshots and files of the history."""
    server = serve_test.Server(tend, folder, "--data", data)
    post(server, [identify(f"c{i}", phone=f"1370000{i:04}", name=f"n{i}", city="Berlin") for i in range(300)])
    post(server, [{"type": "identify", "anonymousId": "anonymous-5566-y", "traits": {"city": "Berlin", "phone": "8Q9zKformerX7w"}},
                  identify("wang-7788-x", phone="8Q9zKformerX7w", name="王小明的名字", tags=["tag-of-his-3344"])])
    post(server, [{"type": "alias", "previousId": "anonymous-5566-y", "userId": "wang-7788-x"}, identify("wang-7788-x", phone="13977712345"),
                  order("wang-7788-x", "please-ring-twice-4711"), order("c1", "a note")])
    post(server, [order("c2", "n", ), {"type": "track", "userId": "wang-7788-x", "event": "nobody_knows_it", "properties": {"v": "wrong-event-value-8822"}},
                  {"type": "track", "userId": "c3", "event": "nobody_knows_it", "properties": {"v": "of another"}}])
    server.stop()
    told = json.loads(w.run(tend, "customer", "forget", "c299", "--workspace", folder, "--data", data, "--format", "json").stdout)
    w.check(told["records"] > 0 and not told["waits"], f"forgetting c299 says {told}")
    server = serve_test.Server(tend, folder, "--data", data)
    post(server, [order("wang-7788-x", "please-ring-twice-4711"), identify("c4", referrer="c5")])
    server.kill()
    server = serve_test.Server(tend, folder, "--data", data)
    post(server, [order("wang-7788-x", "another")])
    return server


def others(tend, folder, data):
    """What is there of others, as far as it can be asked."""
    out = {}
    for who in ("c1", "c2", "c3", "c4"):
        export = json.loads(w.run(tend, "customer", "export", who, "--workspace", folder, "--data", data, "--format", "json").stdout)
        export["known"].pop("at", None)
        out[who] = export
    return out


def balances(tend, data):
    told = json.loads(w.run(tend, "ledger", "--data", data, "--format", "json").stdout)
    return {one["account"]: one["amount"] for one in told["accounts"]}, told["budgets"]


def erased(tend, folder, data, before, money):
    left = {(secret, path) for secret, path in found(data) if path != "audit.jsonl"}
    w.check(not left, f"after forgetting there still is {sorted(left)}")
    w.check({secret for secret, _ in found(data)} <= {"wang-7788-x", "anonymous-5566-y"}, "the audit log has more than who was forgotten")
    w.check(others(tend, folder, data) == before, "others are not what they were")
    accounts, budgets = balances(tend, data)
    w.check(budgets == money[1] and sorted(accounts.values()) == sorted(money[0].values()), f"the ledger was {money} and is {accounts} {budgets}")
    w.check("customer:wang-7788-x" not in accounts and any(name.startswith("customer:erased-") for name in accounts), f"the ledger's accounts are {accounts}")
    done = w.run(tend, "doctor", "--data", data, folder, expect=None)
    w.check(done.returncode == 0, f"the doctor says {done.stdout}{done.stderr}")
    for verb in (("customer", "show", "wang-7788-x"), ("customer", "export", "wang-7788-x"), ("customer", "forget", "wang-7788-x")):
        w.run(tend, *verb, "--workspace", folder, "--data", data, expect=1)


def online(tend, scratch):
    folder, data = serve_test.make(os.path.join(scratch, "online"), SHOP), os.path.join(scratch, "online-data")
    server = live_a_little(tend, folder, data)
    w.check({"log", "snapshots", "history", "dead-letters"} <= places(data), f"before, he stands only in {places(data)}: the check is of no use")
    w.check({secret for secret, _ in found(data)} == set(SECRETS), f"before, some of it is nowhere: {set(SECRETS) - {s for s, _ in found(data)}}")
    before, money = others(tend, folder, data), balances(tend, data)
    text = w.run(tend, "customer", "forget", "anonymous-5566-y", "--workspace", folder, "--data", data, "--lang", "en").stdout
    w.check("1 dead letter\n" in text and "backups of the data" in text, text)
    post(server, [identify("c9", city="Bonn")])
    left = {(secret, path) for secret, path in found(data) if path != "audit.jsonl"}
    w.check(not left, f"while serve runs there still is {sorted(left)}")
    server.kill()
    erased(tend, folder, data, before, money)
    # Who comes again is somebody new.
    server = serve_test.Server(tend, folder, "--data", data)
    post(server, [order("wang-7788-x", "new"), order("anonymous-5566-y", "new")])
    for who in ("wang-7788-x", "anonymous-5566-y"):
        status, shown = server.call("GET", "/v1/customers/" + who)
        w.check(status == 200 and shown["customer"] == who and not shown["tags"] and "phone" not in {k for k, v in shown["attributes"].items() if v}, f"who comes again is {shown}")
    status, _ = server.call("POST", "/v1/forget", {"customer": "nobody-at-all"})
    w.check(status == 404, f"nobody is forgotten: {status}")
    server.stop()
    w.run(tend, "doctor", "--data", data, folder)


def offline_and_killed(tend, scratch):
    folder, data = serve_test.make(os.path.join(scratch, "offline"), SHOP), os.path.join(scratch, "offline-data")
    live_a_little(tend, folder, data).stop()
    before, money = others(tend, folder, data), balances(tend, data)
    words = [tend, "customer", "forget", "wang-7788-x", "--workspace", folder, "--data", data]
    kills = 0
    for wait in (0, 0.03, 0.06, 0.09, 0.12, 0.15, 0.18):
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # What a former one has left makes it begin at once.
        until(lambda: process.poll() is not None or os.path.exists(os.path.join(data, "forgetting")), "forgetting begins")
        time.sleep(wait)
        kills += process.poll() is None
        process.kill()
        process.wait()
    # Whatever is put into the folder next ends it first.
    subprocess.run([tend, "customer", "forget", "nobody-at-all", "--workspace", folder, "--data", data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    w.check(not os.path.exists(os.path.join(data, "forgetting")), "somebody is still being forgotten")
    erased(tend, folder, data, before, money)
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    w.check(done.returncode == 1 and "there is no customer" in done.stderr, f"called again, forget ends with {done.returncode}: {done.stderr}")
    return kills


def until(holds, what, seconds=120):
    end = time.monotonic() + seconds
    while not holds():
        w.check(time.monotonic() < end, f"{what}: not within {seconds} seconds")
        time.sleep(0.005)


def many_beside(tend, scratch):
    """Many at once over a running server: inputs are taken meanwhile; who comes again meanwhile is somebody new and stays; killed in the middle it is done by calling again."""
    folder, data = serve_test.make(os.path.join(scratch, "many"), SHOP), os.path.join(scratch, "many-data")
    server = serve_test.Server(tend, folder, "--data", data)
    names = [f"person-{i:05}-z" for i in range(2000)]
    for first in range(0, len(names), 500):
        post(server, [identify(name, phone=f"139{i:08}") for i, name in enumerate(names[first:first + 500], first)])
        for note in range(4):
            post(server, [order(name, f"note {note} of {name} " + "x" * 200) for name in names[first:first + 500]])
    post(server, [identify("kept-0001-z", phone="1"), order("kept-0001-z", "stays")])
    gone, kills = names[:1500], 0
    with open(os.path.join(scratch, "gone.csv"), "w", encoding="utf-8") as file:
        file.write("id\n" + "\n".join(gone[2:]) + "\nnobody-1-z\n")
    words = [tend, "customer", "forget", *gone[:3], "--from", os.path.join(scratch, "gone.csv"), "--workspace", folder, "--data", data, "--format", "json"]
    forgetting = os.path.join(data, "forgetting")
    asking = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for wait in (0, 0.02, 0.1, 0.2, 0.3):
        # A new server goes on with it of its own accord.
        until(lambda: kills > 0 or os.path.exists(forgetting), "forgetting begins")
        time.sleep(wait)
        kills += os.path.exists(forgetting)
        server.kill()
        # Whoever is answered that it is done has it done, also when the server dies right after.
        if asking.wait() == 0:
            w.check(not left_of(data, gone), "it was said that they are gone, and they are not")
        server = serve_test.Server(tend, folder, "--data", data)
    w.check(kills > 0, "nobody was killed in the middle")
    until(lambda: not os.path.exists(forgetting), "forgetting ends by itself")
    w.check(not left_of(data, gone), f"still there after the next start: {sorted(left_of(data, gone))[:5]}")
    status, answer = server.call("POST", "/v1/forget", {"customers": gone})
    w.check(status == 404, f"asked for again, they are forgotten anew: {status} {answer}")
    gone, more = names[:1600], names[1500:1600]
    words = [tend, "customer", "forget", *more, "--workspace", folder, "--data", data, "--format", "json"]
    with tempfile.TemporaryFile("w+") as talk_file:
        asking = subprocess.Popen(words, stdout=talk_file, stderr=talk_file, text=True)
        taken = 0
        while asking.poll() is None:
            post(server, [order(f"kept-{taken:04}-z", f"meanwhile {taken}")])
            taken += 1
        talk_file.seek(0)
        talk, trouble = talk_file.read(), ""
    w.check(asking.returncode in (0, 1), f"forgetting many ends with {asking.returncode}: {talk}{trouble}")
    w.check(not left_of(data, gone), f"still there: {sorted(left_of(data, gone))[:5]}")
    w.check(server.call("GET", "/v1/customers/person-01600-z")[0] == 200, "others went with them")
    status, answer = server.call("POST", "/v1/forget", {"customers": gone[:2] + ["kept-0001-z", names[1600]]})
    w.check((status, answer["forgotten"], answer["unknown"], answer["waiting"]) == (200, 2, 2, 0), f"{status} {answer}")
    w.check([one["known"] for one in answer["customers"]] == [False, False, True, True], f"{answer}")
    w.check(server.call("POST", "/v1/forget", {"customers": gone[:2]})[0] == 404, "nobody is found")
    w.check(server.call("POST", "/v1/forget", {"customers": []})[0] == 400, "an empty list is forgotten")
    # Two at the same time, and one of them comes again while it goes on.
    pair = [subprocess.Popen([tend, "customer", "forget", *some, "--workspace", folder, "--data", data], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for some in (names[1700:1750], names[1750:1800])]
    again = 0
    while any(one.poll() is None for one in pair):
        post(server, [order(names[1700] if again % 50 == 0 else f"kept-{again:04}-z", "came-again-6677")])
        again += 1
    for one in pair:
        talk, trouble = one.communicate()
        w.check(one.returncode == 0 and "50 customers are forgotten" in talk, f"{one.returncode} {talk} {trouble}")
    w.check(not left_of(data, names[1701:1800]), "of two erasures at a time one is not done")
    post(server, [order(names[1700], "came-again-6677")])
    told = json.loads(w.run(tend, "customer", "export", names[1700], "--workspace", folder, "--data", data, "--format", "json").stdout)
    notes = [one["fields"]["note"] for past in told["past"] for one in past["inputs"] if one["kind"] == "event"]
    w.check(notes and set(notes) == {"came-again-6677"}, f"who came again has {notes[:5]}")
    server.stop()
    # What a crash leaves says how far it came: who was forgotten already and came again stays.
    for left, stays in (({"ids": [names[1850]], "through": 0}, True), ({"ids": [names[1850]]}, False)):
        with open(forgetting, "w", encoding="utf-8") as file:
            file.write("tend.forgetting/1\n" + json.dumps(left) + "\n")
        server = serve_test.Server(tend, folder, "--data", data)
        until(lambda: not os.path.exists(forgetting), "what was left of forgetting is done")
        status, _ = server.call("GET", "/v1/customers/" + names[1850])
        w.check(status == (200 if stays else 404), f"of {left} he is {status}")
        server.stop()
    w.check(not left_of(data, names[1850:1851]), "who was to be forgotten is still there")
    w.run(tend, "doctor", "--data", data, folder)
    return kills, taken


def left_of(data, ids):
    """Those of them that stand in a file of the data folder, but for who asked for what."""
    out = set()
    for at, _, files in os.walk(data):
        for name in files:
            if name == "audit.jsonl":
                continue
            with open(os.path.join(at, name), "rb") as file:
                content = file.read()
            out |= {one.decode() for one in re.findall(rb"person-\d{5}-z", content)}
    return out & set(ids)


def main():
    tend = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="tend-forget-") as scratch:
        online(tend, scratch)
        kills = offline_and_killed(tend, scratch)
        print(f"{len(SECRETS)} things he was known by are nowhere, online and offline, with {kills} kills")
        kills, taken = many_beside(tend, scratch)
        print(f"1500 at once are nowhere, with {kills} kills in the middle; {taken} inputs were taken meanwhile")


if __name__ == "__main__":
    main()
