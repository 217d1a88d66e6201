#!/usr/bin/env python3
"""Makes this workspace's data, a made-up software house's customers in 2026: companies.csv, extensions.csv, logins.csv, answers.csv, signatures.csv,
tickets.csv, upgrades.csv, replies.csv, gone.csv; the same bytes for the same seed.

    python3 generate.py [SEED]

Some use the product well, some grow out of their seats, some a little, some stop in the middle of the year and a few of them come back, some never came. One in six answers a survey. Who uses
it signs most often; some give notice. A few companies have nobody on our side.
"""
import csv
import datetime as dt
import random
import sys

START, END = dt.datetime(2025, 11, 1), dt.datetime(2027, 1, 1)
FIRST, SECOND = ["North", "Red", "Blue", "Silver", "Old", "New"], ["Bridge", "River", "Harbour", "Mill", "Gate", "Field"]
WORDS = ["too slow", "all fine", "where is the export", ""]


def write(name, header, rows):
    with open(name, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def stamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def main(seed):
    rng = random.Random(seed)
    companies = []
    tables = {name: [] for name in ("extensions", "logins", "answers", "signatures", "tickets", "upgrades", "replies", "gone")}
    for number in range(1, 181):
        company, seats = f"k{number:03d}", rng.choice([5, 10, 20, 50, 100])
        end = dt.datetime(2026, 1, 15) + dt.timedelta(days=rng.randint(0, 400))
        known, success, seller, manager = rng.random() < 0.95, rng.choice(["ann", "bob", "cleo", "ann", "bob", "cleo", ""]), rng.choice(["sam", "tess", "sam", "tess", ""]), "dora" if rng.random() < 0.9 else ""
        companies.append([company, f"{rng.choice(FIRST)} {rng.choice(SECOND)} Ltd", rng.choice(["Ms Lee", "Mr Shaw", ""]), success, success, seller, manager,
                          end.strftime("%Y-%m-%d") if known else "", seats, "gone" if rng.random() < 0.02 else ""])
        use = rng.choice([0, 0.3, 0.4, 0.7, 0.7, 0.8, 0.97])
        stops = START + dt.timedelta(days=rng.randint(60, 330)) if use and rng.random() < 0.2 else END
        again = stops + dt.timedelta(days=rng.randint(45, 75)) if rng.random() < 0.4 else END
        now, bought = seats, 0
        at = START + dt.timedelta(days=rng.randint(0, 13), hours=9)
        while use and at < END:
            used = use if at < stops or at > again else 0.1
            tables["logins"].append([company, stamp(at + dt.timedelta(seconds=rng.randint(0, 28800))), max(1, round(now * min(1, rng.gauss(used, 0.08))))])
            if use > 0.95 and at < stops and rng.random() < 0.08 and bought < 2:
                more, bought = max(1, now // 5), bought + 1
                now += more
                tables["upgrades"].append([company, stamp(at + dt.timedelta(days=1)), "", more, now])
            if rng.random() < (0.12 if used > 0.85 or used == 0.1 else 0.02):
                tables["replies"].append([company, stamp(at + dt.timedelta(days=rng.uniform(0.1, 9))), rng.choice(["Can you show us?", "Send a quote", "Not this quarter"])])
            at += dt.timedelta(days=14)
        asked = end - dt.timedelta(days=90) + dt.timedelta(hours=10)
        if rng.random() < 0.17:
            tables["answers"].append([company, stamp(asked + dt.timedelta(hours=rng.randint(1, 460))), rng.randint(5, 10) if use > 0.5 and stops == END else rng.randint(1, 9), rng.choice(WORDS)])
        elif rng.random() < 0.04:
            tables["answers"].append([company, stamp(asked - dt.timedelta(days=rng.randint(30, 200))), rng.randint(1, 6), rng.choice(WORDS)])
        if rng.random() < 0.3:
            tables["tickets"].append([company, stamp(end - dt.timedelta(days=rng.randint(1, 120))), rng.randint(1, 4)])
        if rng.random() < 0.2 + (0.6 * use if stops == END else 0):
            signed = end - dt.timedelta(days=rng.randint(1, 80), hours=rng.randint(1, 9))
            tables["signatures"].append([company, stamp(signed), f"r{number}", now * rng.choice([90, 110, 130])])
            tables["extensions"].append([company, stamp(signed + dt.timedelta(hours=1)), (end + dt.timedelta(days=365)).strftime("%Y-%m-%d")])
        elif rng.random() < 0.15:
            tables["gone"].append([company, stamp(end - dt.timedelta(days=rng.randint(5, 150))), "gone"])
    for rows in tables.values():
        rows[:] = sorted((row for row in rows if stamp(START) <= row[1] < stamp(END)), key=lambda row: (row[1], row[0]))
    for number, row in enumerate(tables["upgrades"], 1):
        row[2] = f"u{number}"
    write("companies.csv", ["id", "company", "name", "owner", "success", "account_owner", "manager", "contract_end", "seats", "tags"], companies)
    write("extensions.csv", ["company", "at", "contract_end"], tables["extensions"])
    write("logins.csv", ["company", "at", "seats"], tables["logins"])
    write("answers.csv", ["company", "at", "score", "comment"], tables["answers"])
    write("signatures.csv", ["company", "at", "id", "amount"], tables["signatures"])
    write("tickets.csv", ["company", "at", "severity"], tables["tickets"])
    write("upgrades.csv", ["company", "at", "id", "more", "seats"], tables["upgrades"])
    write("replies.csv", ["company", "at", "text"], tables["replies"])
    write("gone.csv", ["company", "at", "tags"], tables["gone"])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
