#!/usr/bin/env python3
"""Makes this workspace's data, a made-up shop's year: people.csv and orders.csv; the same bytes for the same seed.

    python3 generate.py [SEED]

Birthdays at all times, a few on 29 February; older people keep the lunar one. Some come for their gift, some in any case.
"""
import csv
import datetime as dt
import random
import sys

NAMES = ["Mei", "Anna", "Bo", "Chen", "Dora", "Fang", "Hao", "Ines", "Jun", "Lei", "Nora", "Wen"]


def write(name, header, rows):
    with open(name, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main(seed):
    rng = random.Random(seed)
    people, orders = [], []
    for number in range(1, 1201):
        customer = f"c{number:04d}"
        born = dt.date(1950, 1, 1) + dt.timedelta(days=rng.randint(0, 55 * 365))
        if rng.random() < 0.01:
            born = dt.date(rng.choice([1964, 1988, 2000]), 2, 29)
        keeps = rng.choice(["lunar", "solar", ""]) if born.year < 1975 else rng.choice(["solar", "solar", ""])
        people.append([customer, rng.choice(NAMES) if rng.random() < 0.9 else "", born.isoformat() if rng.random() < 0.92 else "", keeps,
                       rng.choice(["normal", "normal", "normal", "silver", "gold"]), rng.choice(["li", "wu", "zhao", "sun", ""]),
                       rng.choice(["zh", "zh", "en", ""]), "yes" if number % 30 == 0 else "", "asked not to be greeted" if rng.random() < 0.02 else ""])
        for _ in range(rng.choice([0, 1, 1, 2, 3])):
            near = dt.datetime(2026, born.month, min(born.day, 28)) + dt.timedelta(days=rng.randint(-6, 13))
            any_day = dt.datetime(2026, 1, 1) + dt.timedelta(days=rng.randint(0, 364))
            at = (near if rng.random() < 0.3 else any_day) + dt.timedelta(seconds=rng.randint(32400, 75600))
            orders.append([customer, at.strftime("%Y-%m-%d %H:%M:%S"), round(rng.lognormvariate(4.5, 0.6), 2)])
    orders.sort(key=lambda row: (row[1], row[0]))
    write("people.csv", ["id", "name", "birthday", "keeps", "level", "owner", "language", "no_wecom", "tags"], people)
    write("orders.csv", ["customer", "at", "amount"], orders)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
