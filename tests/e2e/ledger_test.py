"""`tend ledger` and `tend why` over budgets, caps, quiet hours and a control group: accounts that sum to nothing, periods, a reversal that frees its
budget, CSV for settlement; the stories word for word (tests/golden/why, UPDATE_GOLDEN=1 writes them), the same from a data folder and from sources."""
import csv
import io
import json
import os
import shutil
import sys
import tempfile
from decimal import Decimal

import workspace as w

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden", "why")


def ledger(tend, shop, *words):
    return json.loads(w.run(tend, "ledger", "--data", os.path.join(shop, "data"), "--format", "json", *words).stdout)


def sums_to_nothing(accounts):
    sums = {}
    for one in accounts:
        sums[one["currency"]] = sums.get(one["currency"], Decimal(0)) + Decimal(one["amount"])
    return all(total == 0 for total in sums.values())


def balances(tend, shop):
    told = ledger(tend, shop)
    w.check(told["format"] == "tend.ledger/1" and sums_to_nothing(told["accounts"]), f"the accounts are {told['accounts']}")
    accounts = {(one["account"], one["currency"]): one["amount"] for one in told["accounts"]}
    gifts = [one for one in told["budgets"] if one["budget"] == "gifts"][0]
    w.check(accounts[("budget:gifts", "CNY")] == "-" + gifts["spent"], "what a budget paid is its account")
    w.check(accounts[("budget:thanks", "PTS")].find(".") < 0, "a currency of one's own has its declared digits")
    month = gifts["limits"][0]
    w.check(month["first"] == "2025-02-01" and month["last"] == "2025-02-28", f"the period is the calendar's: {month}")
    w.check(Decimal(month["left"]) == Decimal(month["amount"]) - Decimal(month["spent"]), f"what is left: {month}")
    human = w.run(tend, "ledger", "--data", os.path.join(shop, "data"), "--lang", "zh").stdout
    w.check("账户" in human and "customer:anna" in human, f"in Chinese: {human}")
    return told


def settlement(tend, shop):
    data = os.path.join(shop, "data")
    rows = list(csv.DictReader(io.StringIO(w.run(tend, "ledger", "--data", data, "--settle").stdout)))
    w.check({row["kind"] for row in rows} == {"customer", "partner"}, f"who is settled: {rows}")
    whole = sum(Decimal(row["amount"]) for row in rows if row["currency"] == "CNY")
    paid = ledger(tend, shop)
    w.check(whole == sum(Decimal(one["spent"]) for one in paid["budgets"] if one["currency"] == "CNY"), "settlement is what the budgets paid")
    part = w.run(tend, "ledger", "--data", data, "--settle", "--from", "2025-02-01", "--to", "2025-03-01").stdout
    w.check(part.count("\n") < len(rows) + 1, f"of one month: {part}")
    w.run(tend, "ledger", "--data", data, "--from", "2025-02-01", expect=3)


def reversal(tend, shop):
    data = os.path.join(shop, "data")
    before = ledger(tend, shop, "--statement", "customer:anna")
    first = [line for line in before["lines"] if line["currency"] == "CNY"][0]
    done = w.run(tend, "ledger", "reverse", first["entry"], "--reason", "the order was returned", "--data", data)
    w.check("takes back " + first["entry"] in done.stdout, f"it says so: {done.stdout}")
    after = ledger(tend, shop, "--statement", "customer:anna")
    last = after["lines"][-1]
    w.check(last["takes_back"] == first["entry"] and Decimal(last["amount"]) == -Decimal(first["amount"]), f"the last line is {last}")
    w.check(last["reason"] == "the order was returned", "with its reason")
    w.check([line for line in after["lines"] if line["entry"] == first["entry"]][0]["taken_back_by"] == last["entry"], "both know of each other")
    w.check(sums_to_nothing(ledger(tend, shop)["accounts"]), "still nothing in all")
    told = w.run(tend, "why", "anna", "--lang", "en", "--data", "data", cwd=shop).stdout
    w.check("taken back to the budget" in told and "the order was returned" in told, f"why tells of it: {told}")
    again = w.run(tend, "ledger", "reverse", first["entry"], "--reason", "x", "--data", data, expect=1)
    w.check("taken back already" in again.stderr, f"once only: {again.stderr}")
    own = w.run(tend, "ledger", "reverse", last["entry"], "--reason", "x", "--data", data, expect=1)
    w.check("itself a reversal" in own.stderr, f"no reversal of a reversal: {own.stderr}")
    w.run(tend, "ledger", "reverse", "63-999999", "--reason", "x", "--data", data, expect=1)
    w.run(tend, "ledger", "reverse", "twelve", "--reason", "x", "--data", data, expect=3)
    # The engine takes it in: the folder opens, and what it was has not changed otherwise.
    w.run(tend, "replay", ".", "--data", "data", cwd=shop)
    w.check(ledger(tend, shop, "--statement", "customer:anna") == after, "the engine changes nothing of it")


def stories(tend, shop, customers):
    update = os.environ.get("UPDATE_GOLDEN") == "1"
    for customer in customers:
        for lang in ("en", "zh"):
            told = w.run(tend, "why", customer, "--lang", lang, cwd=shop).stdout
            path = os.path.join(GOLDEN, "gifts", f"{customer}.{lang}.txt")
            if update:
                with open(path, "w", encoding="utf-8") as file:
                    file.write(told)
            w.check(os.path.exists(path) and w.read(path) == told, f"{path} is what is told (UPDATE_GOLDEN=1 writes it):\n{told}")
            folder = w.run(tend, "why", customer, "--lang", lang, "--data", "data", cwd=shop).stdout
            # A folder's time ends with its last tick; everything else is the same.
            w.check(folder.splitlines()[:-1] == told.splitlines()[:-1], f"{customer} is told the same from the folder:\n{folder}")


def main():
    tend = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        shop = os.path.join(scratch, "gifts")
        shutil.copytree(os.path.join(GOLDEN, "gifts"), shop)
        w.run(tend, "replay", ".", "--data", "data", cwd=shop)
        w.check("1200 PTS to win" in w.read(os.path.join(shop, "outbox.jsonl")), "messages show a currency of one's own with its digits")
        balances(tend, shop)
        settlement(tend, shop)
        stories(tend, shop, ["anna", "ben", "cleo", "dora", "lea"])
        reversal(tend, shop)
    print("ok")


main()
