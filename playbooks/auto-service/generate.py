#!/usr/bin/env python3
"""Makes this workspace's data, two years of a made-up garage: people.csv, services.csv, mileage.csv, replies.csv, washes.csv, policies.csv; the same
bytes for the same seed.

    python3 generate.py [SEED]

Cars come about once a year; whoever drives much tells his mileage before the date comes. Some answer, some only let their car be washed.
"""
import csv
import datetime as dt
import random
import sys

START, END = dt.datetime(2025, 1, 1), dt.datetime(2027, 1, 1)
NAMES = ["Zhao", "Qian", "Sun", "Li", "Zhou", "Wu", "Zheng", "Wang"]


def write(name, header, rows):
    with open(name, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def stamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def day(at):
    return at.strftime("%Y-%m-%d")


def main(seed):
    rng = random.Random(seed)
    people, services, mileage, replies, washes, policies = [], [], [], [], [], []
    for number in range(1, 301):
        customer = f"c{number:04d}"
        people.append([customer, rng.choice(NAMES) if rng.random() < 0.9 else "", rng.choice(["liu", "ma", "he", ""]),
                       day(START + dt.timedelta(days=rng.randint(200, 1100))) if rng.random() < 0.7 else "", rng.choice(["yes", "yes", "no"])])
        for car in range(1, rng.choice([1, 1, 1, 2]) + 1):
            name, km, daily = f"{customer}-{car}", rng.randint(2000, 90000), rng.choice([10, 25, 40, 60])
            at = START + dt.timedelta(days=rng.randint(0, 330), seconds=rng.randint(8 * 3600, 18 * 3600))
            while at < END:
                until_next = rng.choice([182, 300, 365])
                services.append([customer, stamp(at), name, km + 10000, day(at + dt.timedelta(days=until_next))])
                told = at
                gap = rng.gauss(360, 70) if daily < 40 else rng.gauss(240, 60)
                while rng.random() < 0.8 and told < min(at + dt.timedelta(days=gap), END):
                    told += dt.timedelta(days=rng.randint(40, 110))
                    mileage.append([customer, stamp(told), name, km + daily * (told - at).days])
                if rng.random() < 0.15:
                    replies.append([customer, stamp(at + dt.timedelta(days=until_next - 14, hours=rng.randint(12, 240))), "Is Saturday free?"])
                km += int(daily * gap)
                at += dt.timedelta(days=max(30, gap), seconds=rng.randint(0, 7200))
                if rng.random() < 0.1:
                    break                                         # sold, or gone to another garage
        for _ in range(rng.choice([0, 1, 2, 4])):
            washes.append([customer, stamp(START + dt.timedelta(days=rng.randint(0, 729), hours=rng.randint(8, 18))), rng.choice([25, 35]),
                           rng.choice(["blue lake", "blue lake", "quick wash"])])
        if rng.random() < 0.4:
            policies.append([customer, stamp(START + dt.timedelta(days=rng.randint(300, 715), hours=rng.randint(8, 18))), f"p{number}", rng.randint(1800, 6000)])
    for rows in (services, mileage, replies, washes, policies):
        rows[:] = sorted((row for row in rows if row[1] < stamp(END)), key=lambda row: (row[1], row[0]))
    write("people.csv", ["id", "name", "adviser", "member_until", "alliance"], people)
    write("services.csv", ["customer", "at", "car", "next_mileage", "next_date"], services)
    write("mileage.csv", ["customer", "at", "car", "km"], mileage)
    write("replies.csv", ["customer", "at", "text"], replies)
    write("washes.csv", ["customer", "at", "amount", "shop"], washes)
    write("policies.csv", ["customer", "at", "id", "amount"], policies)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
