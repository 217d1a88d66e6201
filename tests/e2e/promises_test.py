#!/usr/bin/env python3
"""What playbooks/textbook-publisher and playbooks/beauty-experts promise, held message by message and entry by entry over their year, which `tend replay` does through kill -9:
no book protected for dealers is offered; a teacher is credited to the department whose post he came by first, to no other and once; of four messages at most one
advertises, none does after a reaction, and nothing at all goes out by e-mail after an unsubscription. Worked out from their data apart from tend.

    python3 tests/e2e/promises_test.py build/release/tend [SEED]
"""
import csv
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

import workspace as w

PLAYBOOKS = "playbooks"
YEAR = ["--from", "2026-01-01", "--to", "2027-01-01"]
SHANGHAI = timezone(timedelta(hours=8))
# textbook-publisher: messages that offer a book, and what a department gets of a first order.
OFFERS = ("直供书讯", "直供报价")
OF_AN_ORDER = {"高教分社": 10, "职教分社": 10, "外语分社": 8}
ADVERTISEMENTS = ("from_the_shelf", "first_aid_set")
UNCOUNTED = ("confirm_address", "stop_using_it")   # transactional


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def rows(folder, name):
    with open(os.path.join(folder, name + ".csv"), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def messages(folder):
    """All that went out, in the order of time."""
    found = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".jsonl"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                found += map(json.loads, file)
    w.check(len({message["key"] for message in found}) == len(found) > 1000, "many messages, none twice")
    return sorted(found, key=lambda message: moment(message["at"]))


def a_year(tend, name, scratch, rng):
    """The workspace after its year, killed some times on the way."""
    folder = os.path.join(scratch, name)
    shutil.copytree(os.path.join(PLAYBOOKS, name), folder)
    kills = 0
    while True:
        process = subprocess.Popen([tend, "replay", "--data", "data", *YEAR], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            process.wait(timeout=rng.uniform(0.02, 0.3) if kills < 5 else 300)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
            continue
        w.check(process.returncode == 0, f"{name} after {kills} kills: {process.stderr.read().decode()}")
        return folder


def protected_books(folder):
    lists = {}
    for name, who in (("老师", "编号"), ("样书申请", "老师"), ("保护书目", "老师")):
        for row in rows(folder, name):
            lists.setdefault(row[who], []).append((moment(row.get("时间") or "2026-01-01T00:00:00+08:00"), row["保护书目"]))
    books = {row["书名"]: row["书号"] for name in ("新书", "询购") for row in rows(folder, name)}
    offered = asked = 0
    for message in messages(folder):
        if message["message"] in OFFERS:
            known = [books_then for at, books_then in sorted(lists[message["customer"]]) if at <= moment(message["at"])]
            book = books[re.search("《(.+?)》", message["text"]).group(1)]
            w.check(known and known[-1] and book not in known[-1].split(";"), f"{message['customer']} was offered {book}, protected are {known[-1:]}: {message}")
            offered += 1
        asked += message["message"] in ("已转经销商", "经销商电话")
    w.check(offered > 100 and asked > 10, f"{offered} offers, {asked} inquiries about protected books")


def credited_departments(tend, folder):
    applications = sorted(rows(folder, "样书申请"), key=lambda row: row["时间"])
    old = {row["编号"] for row in rows(folder, "老师")}
    first, students, orders, returned = {}, {}, {}, {}
    for row in applications:
        first.setdefault(row["老师"], row["部门"])
        students[row["老师"]] = Decimal(row["授课人数"] or 100)
    for row in rows(folder, "退货"):
        returned[row["单号"]] = moment(row["时间"])
    for row in rows(folder, "下单"):
        back = returned.get(row["单号"])
        if back is None or back >= moment(row["时间"]) + timedelta(days=15):
            orders.setdefault(row["老师"], []).append(Decimal(row["金额"]))
    months, people, heads = {}, {}, 0
    for department, percent in OF_AN_ORDER.items():
        told = json.loads(w.run(tend, "ledger", "--data", "data", "--statement", f"partner:{department}", "--format", "json", cwd=folder).stdout)
        for entry in told["lines"]:
            who, amount = entry["customer"], Decimal(entry["amount"])
            w.check(first[who] == department and who not in old, f"{who} came by {first[who]}, and {department} was credited")
            month = moment(entry["at"]).astimezone(SHANGHAI).strftime("%Y-%m")
            months[month] = months.get(month, 0) + amount
            people.setdefault(who, []).append(amount)
            head = students[who] * Decimal("0.2")
            shares = {(order * percent / 100).quantize(Decimal("0.01"), ROUND_HALF_UP) for order in orders.get(who, [])}
            w.check(amount == head and len(people[who]) == 1 or amount in shares, f"{who}: {amount} is neither {head} for his students nor a share of {shares}")
            heads += amount == head
    w.check(all(len(amounts) <= 2 and sum(amounts) <= 60 for amounts in people.values()), "a teacher is credited once, his first order once, and at most 60 CNY in all")
    w.check(all(spent <= 500 for spent in months.values()) and max(months.values()) > 480, f"no month beyond its budget, and some run dry: {months}")
    w.check(heads > 100, f"{heads} teachers credited")


def content_first(folder):
    def until(table, who="reader"):
        found = {}
        for row in rows(folder, table):
            found.setdefault(row[who], []).append(moment(row["at"]))
        return found

    reacted, cleared, refused = until("reactions"), until("all_clear"), until("refusals")
    counted, advertised = {}, 0
    for message in messages(folder):
        who, at = message["customer"], moment(message["at"])
        w.check(message["channel"] != "email" or not any(since < at for since in refused.get(who, [])), f"{who} had unsubscribed: {message}")
        if message["message"] in UNCOUNTED:
            continue
        advertises = message["message"] in ADVERTISEMENTS
        last = counted.setdefault(who, [])
        w.check(not (advertises and any(last[-3:])), f"{who} got a second advertisement within four messages: {message}")
        last.append(advertises)
        advertised += advertises
        open_since = [since for since in reacted.get(who, []) if since < at and not any(since < over <= at for over in cleared.get(who, []))]
        w.check(not (advertises and open_since), f"{who} reacts since {open_since}: {message}")
    w.check(advertised > 50, f"{advertised} advertisements")


def main(tend, seed):
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="tend-promises-") as scratch:
        publisher = a_year(tend, "textbook-publisher", scratch, rng)
        protected_books(publisher)
        credited_departments(tend, publisher)
        content_first(a_year(tend, "beauty-experts", scratch, rng))
    print("promises are kept")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
