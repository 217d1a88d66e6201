#!/usr/bin/env python3
"""Makes this workspace's data: customers.csv, orders.csv, replies.csv and complaints.csv of a made-up tea shop, the same bytes for the same seed.

    python3 generate.py [SEED]

Customers come in over the first nine months. Each has a rhythm of his own; most fall silent for good at some time, some come back by themselves;
some of the silent answer, a few complain.
"""
import csv
import datetime as dt
import random
import sys

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 7
CUSTOMERS = 400
START = dt.datetime(2025, 1, 1)
END = dt.datetime(2026, 7, 1)
NAMES = ["Anna", "Ben", "Chen", "Dora", "Emil", "Fang", "Greta", "Hao", "Ines", "Jun", "Kaya", "Lei", "Mei", "Nora", "Otto", "Ping"]
CITIES = ["Changsha", "Zhuzhou", "Xiangtan", "Yueyang"]


def main():
    rng = random.Random(SEED)
    customers, orders, replies, complaints = [], [], [], []
    later = random.Random(SEED + 1)                               # what silent people do: drawn apart, so that the orders stay
    for number in range(1, CUSTOMERS + 1):
        customer = f"c{number:04d}"
        customers.append([customer, rng.choice(NAMES) if rng.random() < 0.9 else "", rng.choice(CITIES)])
        rhythm_days = rng.choice([12, 20, 30, 45, 70])
        at = START + dt.timedelta(seconds=rng.randrange(270 * 86400))
        while at < END:
            orders.append([customer, at, round(rng.lognormvariate(3.6, 0.6), 2), rng.choice(["green", "oolong", "puer", "cups"])])
            if rng.random() < 0.12:
                if later.random() < 0.2:
                    replies.append([customer, at + dt.timedelta(days=60 + later.uniform(0.2, 7)), later.choice(["All fine, thank you", "Is the oolong back?", "Next month"])])
                elif later.random() < 0.05:
                    complaints.append([customer, at + dt.timedelta(days=60 + later.uniform(0.2, 7)), "complaint"])
                break                                             # silent for good
            gap = rng.expovariate(1 / rhythm_days)
            if rng.random() < 0.06:
                gap += rng.uniform(70, 160)                       # silent for a while
            at += dt.timedelta(seconds=int(gap * 86400) + 60)
    orders.sort(key=lambda row: (row[1], row[0]))
    with open("customers.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "name", "city"])
        writer.writerows(customers)
    with open("orders.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["customer_id", "ordered_at", "amount", "sku"])
        for customer, at, amount, sku in orders:
            writer.writerow([customer, at.strftime("%Y-%m-%dT%H:%M:%SZ"), f"{amount:.2f}", sku])
    for name, last, rows in (("replies.csv", "text", replies), ("complaints.csv", "tags", complaints)):
        rows = sorted((row for row in rows if row[1] < END), key=lambda row: row[1])
        with open(name, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["customer_id", "at", last])
            writer.writerows([customer, at.strftime("%Y-%m-%dT%H:%M:%SZ"), word] for customer, at, word in rows)


if __name__ == "__main__":
    main()
