#!/usr/bin/env python3
"""Makes this workspace's data, a made-up software house's customers in 2026: companies.csv, extensions.csv, logins.csv, answers.csv, signatures.csv,
tickets.csv; the same bytes for the same seed.

    python3 generate.py [SEED]

A third uses the product well, a third a little, some never came; the first sign most often.
"""
import csv
import datetime as dt
import random
import sys

START, END = dt.datetime(2025, 12, 1), dt.datetime(2027, 1, 1)
FIRST, SECOND = ["North", "Red", "Blue", "Silver", "Old", "New"], ["Bridge", "River", "Harbour", "Mill", "Gate", "Field"]


def write(name, header, rows):
    with open(name, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def stamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def main(seed):
    rng = random.Random(seed)
    companies, extensions, logins, answers, signatures, tickets = [], [], [], [], [], []
    for number in range(1, 181):
        company, seats = f"k{number:03d}", rng.choice([5, 10, 20, 50, 100])
        end = dt.datetime(2026, 1, 15) + dt.timedelta(days=rng.randint(0, 330))
        known = rng.random() < 0.95
        companies.append([company, f"{rng.choice(FIRST)} {rng.choice(SECOND)} Ltd", rng.choice(["Ms Lee", "Mr Shaw", ""]), rng.choice(["ann", "bob", "cleo"]), "dora",
                          end.strftime("%Y-%m-%d") if known else "", seats, "gone" if rng.random() < 0.03 else ""])
        use = rng.choice([0, 0.3, 0.3, 0.8, 0.9])
        at = START + dt.timedelta(days=rng.randint(0, 13), hours=9)
        while use and at < END:
            logins.append([company, stamp(at + dt.timedelta(seconds=rng.randint(0, 28800))), max(1, round(seats * min(1, rng.gauss(use, 0.1))))])
            at += dt.timedelta(days=14)
        asked = end - dt.timedelta(days=90) + dt.timedelta(hours=10)
        if rng.random() < 0.5:
            answers.append([company, stamp(asked + dt.timedelta(hours=rng.randint(1, 220))), rng.randint(7, 10) if use > 0.5 else rng.randint(1, 9),
                            rng.choice(["too slow", "all fine", "where is the export", ""])])
        if rng.random() < 0.3:
            tickets.append([company, stamp(end - dt.timedelta(days=rng.randint(1, 120))), rng.randint(1, 4)])
        if rng.random() < 0.25 + 0.6 * use:
            signed = end - dt.timedelta(days=rng.randint(1, 80), hours=rng.randint(1, 9))
            signatures.append([company, stamp(signed), f"r{number}", seats * rng.choice([90, 110, 130])])
            extensions.append([company, stamp(signed + dt.timedelta(hours=1)), end.replace(year=end.year + 1).strftime("%Y-%m-%d")])
    for rows in (extensions, logins, answers, signatures, tickets):
        rows[:] = sorted((row for row in rows if row[1] < stamp(END)), key=lambda row: (row[1], row[0]))
    write("companies.csv", ["id", "company", "name", "owner", "manager", "contract_end", "seats", "tags"], companies)
    write("extensions.csv", ["company", "at", "contract_end"], extensions)
    write("logins.csv", ["company", "at", "seats"], logins)
    write("answers.csv", ["company", "at", "score", "comment"], answers)
    write("signatures.csv", ["company", "at", "id", "amount"], signatures)
    write("tickets.csv", ["company", "at", "severity"], tickets)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
