#!/usr/bin/env python3
"""Makes this workspace's data, a made-up shop's first quarter: people.csv, baskets.csv, orders.csv, complaints.csv, clicks.csv; the same bytes for the same seed.

    python3 generate.py [SEED]

Half of the baskets are bought within the hour, some after the reminder, most of the others never; a few complain.
"""
import csv
import datetime as dt
import random
import sys

START = dt.datetime(2026, 1, 1)
GOODS = ["green tea", "oolong", "pu'er", "cups", "kettle", "tea pet", "jasmine", "gift box"]
NAMES = ["Anna", "Ben", "Chen", "Dora", "Emil", "Fang", "Greta", "Hao", "Ines", "Jun", "Kaya", "Lei"]


def write(name, header, rows):
    with open(name, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def stamp(at):
    return at.strftime("%Y-%m-%d %H:%M:%S")


def main(seed):
    rng = random.Random(seed)
    people, baskets, orders, clicks, complaints = [], [], [], [], []
    for number in range(1, 501):
        customer = f"c{number:04d}"
        people.append([customer, rng.choice(NAMES) if rng.random() < 0.9 else "", rng.choice(["li", "wu", "zhao", ""])])
        for _ in range(rng.choice([0, 1, 1, 2, 3, 5])):
            at = START + dt.timedelta(seconds=rng.randrange(90 * 86400))
            basket, amount = f"b{len(baskets) + 1}", round(rng.lognormvariate(4.8, 0.8), 2)
            items = rng.sample(GOODS, rng.randint(1, 3))
            baskets.append([customer, stamp(at), basket, ";".join(items), amount, f"https://shop.example/{basket}"])
            fate = rng.random()
            reminded = at + dt.timedelta(hours=1)
            if fate < 0.5:
                orders.append([customer, stamp(at + dt.timedelta(minutes=rng.randint(2, 58))), f"o{len(orders) + 1}", basket, amount])
            elif fate < 0.8:
                clicked = reminded + dt.timedelta(minutes=rng.randint(5, 1200))
                clicks.append([customer, stamp(clicked), "reminder"])
                if rng.random() < 0.06:
                    complaints.append([customer, stamp(clicked + dt.timedelta(minutes=3)), "complaint"])
                elif rng.random() < 0.3:
                    orders.append([customer, stamp(clicked + dt.timedelta(minutes=rng.randint(5, 1800))), f"o{len(orders) + 1}", basket, amount])
    for rows in (baskets, orders, clicks, complaints):
        rows.sort(key=lambda row: (row[1], row[0]))
    write("people.csv", ["id", "name", "owner"], people)
    write("baskets.csv", ["customer", "at", "id", "items", "amount", "link"], baskets)
    write("orders.csv", ["customer", "at", "id", "basket", "amount"], orders)
    write("complaints.csv", ["customer", "at", "tags"], complaints)
    write("clicks.csv", ["customer", "at", "message"], clicks)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
