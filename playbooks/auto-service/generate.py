#!/usr/bin/env python3
"""Makes this workspace's data, two years of two made-up dealers with two workshops each: people.csv, changes.csv, members.csv, services.csv,
mileage.csv, replies.csv, washes.csv, benefits.csv, quotes.csv, policies.csv, cancelled.csv; the same bytes for the same seed.

    python3 generate.py [SEED]

Cars come once or twice a year, some never again; whoever drives much tells his mileage before the date comes. Some answer, some only let their car be
washed, some complain, some take their consent back; every seventh has no adviser.
"""
import csv
import datetime as dt
import random
import sys

START, END = dt.datetime(2025, 1, 1), dt.datetime(2027, 1, 1)
NAMES = ["Zhao", "Qian", "Sun", "Li", "Zhou", "Wu", "Zheng", "Wang"]
WORKSHOPS = {"north": {"mill lane": ["liu", "ma"], "station": ["he"]}, "south": {"harbour road": ["guo", "lin"], "old town": ["xu"]}}
WORDS = ["Is Saturday free?", "What would it cost?", "Next week, I am away", "Can you fetch the car?"]


def write(name, header, rows):
    with open(name, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def stamp(at):
    return at.strftime("%Y-%m-%d %H:%M:%S")


def day(at):
    return at.strftime("%Y-%m-%d")


def main(seed):
    rng = random.Random(seed)
    within = lambda low, high: START + dt.timedelta(days=rng.randint(low, high), seconds=rng.randint(9 * 3600, 19 * 3600))
    tables = {name: [] for name in ("changes", "members", "services", "mileage", "replies", "washes", "benefits", "quotes", "policies", "cancelled")}
    people = []
    for number in range(1, 301):
        customer, dealer = f"c{number:04d}", rng.choice(["north", "north", "south"])
        workshop = rng.choice(list(WORKSHOPS[dealer]))
        adviser = rng.choice(WORKSHOPS[dealer][workshop]) if rng.random() < 0.85 else ""
        member_until = START + dt.timedelta(days=rng.randint(200, 900)) if rng.random() < 0.8 else None
        insured_until = START + dt.timedelta(days=rng.randint(365, 790)) if rng.random() < 0.8 else None
        shared = rng.random() < 0.7
        people.append([customer, rng.choice(NAMES) if rng.random() < 0.9 else "", dealer, workshop, f"M{7000 + number}", adviser,
                       day(member_until) if member_until else "", rng.choice([1, 2, 3]) if member_until else "", day(insured_until) if insured_until else "", rng.choice([25, 25, 25, 35, 60]), "yes" if shared else "no"])
        for car in range(1, rng.choice([1, 1, 1, 2]) + 1):
            name, km, daily = f"{customer}-{car}", rng.randint(2000, 90000), rng.choice([10, 25, 40, 60])
            at = within(0, 330)
            while at < END:
                until_next = rng.choice([182, 300, 365, 420])
                tables["services"].append([customer, stamp(at), name, km + 10000, day(at + dt.timedelta(days=until_next))])
                told, gap = at, rng.gauss(310, 70) if daily < 40 else rng.gauss(220, 60)
                while rng.random() < 0.8 and told < min(at + dt.timedelta(days=gap), END):
                    told += dt.timedelta(days=rng.randint(40, 110))
                    tables["mileage"].append([customer, stamp(told), name, km + daily * (told - at).days])
                if rng.random() < 0.3:
                    asked = at + dt.timedelta(days=until_next - 14)
                    tables["replies"].append([customer, stamp(asked + dt.timedelta(hours=rng.randint(12, 240))), rng.choice(WORDS)])
                if gap > 130 and rng.random() < 0.35:             # the invitation comes after ninety days
                    tables["washes"].append([customer, stamp(at + dt.timedelta(days=rng.uniform(92, 120))), "", rng.choice(["blue lake", "blue lake", "blue lake", "quick wash"]), rng.choice([25, 25, 35])])
                km += int(daily * gap)
                at += dt.timedelta(days=max(30, gap), seconds=rng.randint(0, 7200))
                if rng.random() < 0.15:
                    break                                         # sold, or gone to another workshop
        for _ in range(rng.choice([0, 1, 3, 6])):
            tables["washes"].append([customer, stamp(within(0, 729)), "", rng.choice(["blue lake", "blue lake", "quick wash"]), rng.choice([25, 25, 35])])
        if member_until:
            for _ in range(rng.choice([0, 0, 1, 2])):
                tables["benefits"].append([customer, stamp(within(300, 729)), ""])
            if rng.random() < 0.25:
                tables["replies"].append([customer, stamp(member_until - dt.timedelta(days=rng.randint(1, 6))), rng.choice(WORDS)])
            if rng.random() < 0.2:                                # prolonged in its last three weeks
                tables["members"].append([customer, stamp(member_until - dt.timedelta(days=rng.randint(8, 20))), day(member_until + dt.timedelta(days=365))])
        if insured_until and shared and rng.random() < 0.7:
            quoted = insured_until - dt.timedelta(days=rng.randint(2, 25)) + dt.timedelta(hours=rng.randint(9, 18))
            premium = rng.randint(1800, 6000)
            tables["quotes"].append([customer, stamp(quoted), "", rng.choice(["harbour", "harbour", "harbour", "elsewhere"]), premium])
            for policy in [f"p{number}"] * (rng.random() < 0.65) + [f"p{number}b"] * (rng.random() < 0.1):
                sold = quoted + dt.timedelta(days=rng.randint(0, 40 if policy.endswith("b") else 6), minutes=rng.randint(5, 50))
                tables["policies"].append([customer, stamp(sold), policy, premium if policy[-1] != "b" else rng.randint(1800, 6000)])
                if rng.random() < 0.12:
                    tables["cancelled"].append([customer, stamp(sold + dt.timedelta(days=rng.randint(1, 20))), policy])
        if rng.random() < 0.05:
            tables["changes"].append([customer, stamp(within(365, 720)), "complaint", ""])
        elif shared and rng.random() < 0.06:
            tables["changes"].append([customer, stamp(within(365, 720)), "", "no"])
    for name, rows in tables.items():
        rows[:] = sorted((row for row in rows if row[1] < stamp(END)), key=lambda row: (row[1], row[0]))
        for number, row in enumerate(rows, 1):
            if name in ("washes", "benefits", "quotes"):
                row[2] = f"{name[0]}{number}"
    write("people.csv", ["id", "name", "dealer", "workshop", "member", "adviser", "member_until", "benefits", "insured_until", "wash_price", "alliance"], people)
    write("changes.csv", ["customer", "at", "tags", "alliance"], tables["changes"])
    write("members.csv", ["customer", "at", "member_until"], tables["members"])
    write("services.csv", ["customer", "at", "car", "next_mileage", "next_date"], tables["services"])
    write("mileage.csv", ["customer", "at", "car", "km"], tables["mileage"])
    write("replies.csv", ["customer", "at", "text"], tables["replies"])
    write("washes.csv", ["customer", "at", "id", "shop", "price"], tables["washes"])
    write("benefits.csv", ["customer", "at", "id"], tables["benefits"])
    write("quotes.csv", ["customer", "at", "id", "shop", "premium"], tables["quotes"])
    write("policies.csv", ["customer", "at", "id", "amount"], tables["policies"])
    write("cancelled.csv", ["customer", "at", "id"], tables["cancelled"])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
