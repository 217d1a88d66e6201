"""Three levels of tenant over playbooks/auto-service: a dealer, a workshop of his and a car owner each have a key that is bound to what is written on customers,
and see and touch their own alone; when an owner changes workshops, so does who sees him.

    python3 tests/e2e/tenants_test.py build/release/tend
"""
import csv
import json
import os
import shutil
import sys
import tempfile

import keys_test
import workspace as w

SHOP = os.path.join("playbooks", "auto-service")
BOUND = {"dealer": 'dealer = "north"', "workshop": 'dealer = "north" and workshop = "mill lane"', "owner": 'member = "{member}"'}


def main(tend):
    with open(os.path.join(SHOP, "people.csv"), encoding="utf-8") as file:
        people = list(csv.DictReader(file))
    first = lambda dealer, workshop, after=0: [person for person in people if (person["dealer"], person["workshop"]) == (dealer, workshop)][after]
    own, beside, sister, other = first("north", "mill lane"), first("north", "mill lane", 1), first("north", "station"), first("south", "old town")
    with tempfile.TemporaryDirectory(prefix="tend-tenants-") as scratch:
        folder, data, keys = os.path.join(scratch, "shop"), os.path.join(scratch, "data"), {}
        shutil.copytree(SHOP, folder)
        for name, where in BOUND.items():
            words = ["--scope", "read" if name == "owner" else "read,operate", "--where", where.format(member=own["member"])]
            keys[name] = w.run(tend, "keys", "add", name, *words, "--data", data).stdout.strip()
        keys["house"] = w.run(tend, "keys", "add", "house", "--scope", "admin,ingest", "--data", data).stdout.strip()
        server, address = keys_test.start(tend, folder, data)
        try:
            for call in [{"type": "identify", "userId": one["id"], "traits": {name: one[name] for name in ("dealer", "workshop", "member", "adviser")}} for one in (own, beside, sister, other)]:
                w.check(keys_test.call(address, "/v1/identify", call, keys["house"])[0] == 200, "the house makes customers known")

            def seen(by):
                return [keys_test.call(address, "/v1/customers/" + one["id"], key=keys[by])[0] for one in (own, beside, sister, other)]

            w.check(seen("house") == [200, 200, 200, 200], f"the house sees all: {seen('house')}")
            w.check(seen("dealer") == [200, 200, 200, 404], f"the dealer sees both of his workshops: {seen('dealer')}")
            w.check(seen("workshop") == [200, 200, 404, 404], f"the workshop sees its own: {seen('workshop')}")
            w.check(seen("owner") == [200, 404, 404, 404], f"the owner sees himself: {seen('owner')}")
            shown = json.loads(keys_test.call(address, "/v1/customers/" + own["id"], key=keys["owner"])[1])
            w.check(shown["format"] == "tend.customer/1" and own["member"] in json.dumps(shown), f"what an owner sees: {shown}")
            unknown = keys_test.call(address, "/v1/customers/nobody", key=keys["workshop"])[1]
            w.check(keys_test.call(address, "/v1/customers/" + sister["id"], key=keys["workshop"])[1].replace(sister["id"], "nobody") == unknown, "another's customer is as good as not there")

            # What is about all of them is nobody's but the house's.
            for path in ("/v1/figures", "/v1/playbooks", "/v1/tasks", "/v1/journeys", "/metrics"):
                w.check(keys_test.call(address, path, key=keys["house"])[0] == 200, f"the house reads {path}")
                for name in BOUND:
                    w.check(keys_test.call(address, path, key=keys[name])[0] == 403, f"{name} reads {path}")

            # To touch is as to see; the owner's key only reads.
            def stopped(by, one):
                status, words = keys_test.call(address, "/v1/stop", {"playbook": "maintenance", "customers": [one["id"]]}, keys[by])
                return status if status != 200 else json.loads(words)["customers"][0]["result"]

            w.check(stopped("owner", own) == 403, f"an owner orders: {stopped('owner', own)}")
            w.check(stopped("workshop", own) == stopped("house", own), f"a workshop may stop a journey of its own: {stopped('workshop', own)}")
            w.check(stopped("workshop", sister) == stopped("workshop", {"id": "nobody"}) != stopped("house", sister), f"not of its sister: {stopped('workshop', sister)}")
            w.check(stopped("dealer", sister) == stopped("house", sister), f"the dealer may: {stopped('dealer', sister)}")
            w.check(keys_test.call(address, "/v1/pause", {"what": "playbook:maintenance"}, keys["dealer"])[0] == 403, "the dealer pauses a playbook for all")

            # An owner moves: the new workshop sees him, the old one no more; the dealer still does.
            keys_test.call(address, "/v1/identify", {"userId": beside["id"], "traits": {"workshop": "station"}}, keys["house"])
            w.check(seen("workshop") == [200, 404, 404, 404] and seen("dealer") == [200, 200, 200, 404], f"after a move: {seen('workshop')} {seen('dealer')}")
        finally:
            keys_test.stop(server)
    print("a dealer, a workshop and an owner see their own alone")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
