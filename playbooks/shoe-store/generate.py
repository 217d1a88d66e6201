#!/usr/bin/env python3
"""Makes this workspace's data, a year of three made-up shoe shops and the year before: the same bytes for the same seed.

    python3 generate.py [SEED] [--apart]

People scan advertisements, leave an address or walk on, book, come or do not, are measured, buy at the till or at home, bring shoes back. A browser's id (w…) becomes the till's (m…) where the shop finds out whose it
is; the files say what is known in the end. With --apart nobody is found out: what happened on the web stays with the browser's id.
"""
import argparse
import csv
import datetime as dt
import random

BEFORE, START, END = dt.datetime(2025, 1, 3), dt.datetime(2026, 1, 1), dt.datetime(2027, 1, 1)
NAMES = ["Anna", "Ben", "Clara", "David", "Elif", "Finn", "Greta", "Hannes", "Ines", "Jan", "Karla", "Luis", "Mia", "Noah", "Olga", "Paul"]
FITTERS = {"Harbour": "ida", "Market": "jonas", "Station": "mara"}
PLACES = ["tram stop", "tram stop", "cinema", "hiking magazine", "shop window"]
MODELS = [("Skerry", 139), ("Moor", 159), ("Alm", 189), ("Dune", 119)]
LAUNCH = dt.datetime(2026, 9, 15, 10, 0)
FILES = {
    "people": ["id", "name", "email", "size", "width", "measured_on", "fitter", "tags", "email_ok"],
    "scans": ["customer", "at", "place"],
    "addresses": ["customer", "at", "name", "email", "email_ok"],
    "bookings": ["customer", "at", "id", "shop", "slot"],
    "fittings": ["customer", "at", "shop", "left", "right", "size", "width", "fitter"],
    "orders": ["customer", "at", "id", "amount", "place", "model", "size"],
    "returns": ["customer", "at", "id", "reason"],
    "reviews": ["customer", "at", "score"],
    "linked": ["customer", "at", "by"],
    "complaints": ["customer", "at", "tags"],
}


class Town:
    def __init__(self, seed, apart):
        self.rng, self.apart = random.Random(seed), apart
        self.rows = {name: [] for name in FILES}
        self.orders = 0

    def day(self, low, high):
        return dt.timedelta(days=self.rng.uniform(low, high))

    def open_hours(self, at):
        """The next time on that day, or after Sunday, at which the shops are open."""
        at += dt.timedelta(days=1 if at.weekday() == 6 else 0)
        return at.replace(hour=self.rng.randint(10, 18), minute=self.rng.choice([0, 15, 30, 45]), second=0)

    def note(self, name, customer, at, *values):
        if at < END:
            self.rows[name].append([customer, at.strftime("%Y-%m-%d %H:%M"), *values])

    def feet(self):
        left = self.rng.gauss(258, 15)
        right = left + self.rng.gauss(0, 3.6)
        size = round((max(left, right) + 15) * 0.15 * 2) / 2
        return round(left), round(right), size, self.rng.choice(["narrow", "regular", "regular", "regular", "wide", "wide"])

    def buys(self, customer, at, size, web, model=None):
        """An order, what comes back of it, and what is said of it."""
        self.orders += 1
        order, (name, price) = f"o{self.orders:04d}", model or self.rng.choice(MODELS)
        self.note("orders", customer, at, order, price, "web" if web else self.rng.choice(sorted(FITTERS)), name, size)
        if self.rng.random() < (0.16 if web else 0.07):
            back, reason = at + self.day(2, 24), self.rng.choice(["too small", "too large", "changed my mind"])
            self.note("returns", customer, back, order, reason)
            if reason != "changed my mind" and self.rng.random() < 0.45:         # measured again, by hand and in peace
                self.measured(customer, customer, self.open_hours(back + self.day(3, 30)), self.feet())
        elif self.rng.random() < 0.35:
            self.note("reviews", customer, at + self.day(9, 26), self.rng.choice([5, 5, 4, 4, 3, 1]))
        if self.rng.random() < 0.03:
            self.note("complaints", customer, at + self.day(3, 20), "complaint")

    def measured(self, customer, browser, at, size_of):
        """A quarter of an hour in a shop, and often a pair of shoes at the end of it."""
        left, right, size, width = size_of
        shop = self.rng.choice(sorted(FITTERS))
        self.note("fittings", customer, at, shop, left, right, size, width, FITTERS[shop] if self.rng.random() < 0.88 else "")
        chance = self.rng.random()
        if chance < 0.5:
            self.buys(customer, at + dt.timedelta(minutes=25), size, False)
        elif chance < 0.7:
            web = self.rng.random() < 0.6
            self.buys(browser if web else customer, at + self.day(1, 18), size, web)
        return chance < 0.7

    def visitor(self, number):
        """Somebody who sees an advertisement in this year, or walks in without one."""
        rng, member, browser = self.rng, f"m{number:03d}", f"w{number:03d}"
        scans, found_out = rng.random() < 0.72, rng.random() < 0.8
        online = browser if self.apart or not found_out else member
        at = START + self.day(0.2, 350)
        at = at.replace(hour=rng.randint(7, 21))
        name, email = rng.choice(NAMES), f"{member}@example.com"
        size_of, came, address = self.feet(), None, False
        if scans:
            self.note("scans", online, at, rng.choice(PLACES))
            address = rng.random() < 0.62
            if address:
                self.note("addresses", online, at + dt.timedelta(minutes=rng.randint(2, 40)), name, email, "yes" if rng.random() < 0.86 else "no")
                if rng.random() < 0.55:
                    booked, shop = at + (self.day(0.02, 0.2) if rng.random() < 0.4 else self.day(1, 7)), rng.choice(sorted(FITTERS))
                    slot = self.open_hours(booked + self.day(2, 9))
                    self.note("bookings", online, booked, f"b{number}", shop, slot.strftime("%Y-%m-%d %H:%M"))
                    if rng.random() < 0.78:
                        came = slot
        if came is None and rng.random() < (0.22 if scans else 0.9):
            came = self.open_hours(at + self.day(1, 25))
        if came is None:
            if scans and rng.random() < 0.1:                                 # knows his size, buys, shows his card
                came = self.open_hours(at + self.day(1, 25))
                self.buys(member, came, size_of[2], False)
                if found_out and not self.apart:
                    self.note("linked", member, came + dt.timedelta(minutes=5), "loyalty card")
            return
        by = rng.choice(["e-mail at the till", "e-mail at the till", "loyalty card", "booking"])
        if scans and found_out and not self.apart:
            self.note("linked", member, came + dt.timedelta(minutes=5), by)
        if not address and rng.random() < 0.5:                                # asked for it at the till
            self.note("addresses", member, came + dt.timedelta(minutes=5), name, email, "yes" if rng.random() < 0.7 else "no")
        bought = self.measured(member, online, came, size_of)
        if bought and rng.random() < 0.4:
            self.buys(online if rng.random() < 0.5 else member, came + self.day(60, 300), size_of[2], rng.random() < 0.5)
        if rng.random() < 0.25:
            self.measured(member, online, self.open_hours(came + self.day(20, 90)), size_of)
        if LAUNCH > came and rng.random() < 0.12:
            self.buys(member, LAUNCH + self.day(0.1, 29), size_of[2], rng.random() < 0.6, ("Fjord", 199))

    def regular(self, number):
        """Somebody who bought in the year before."""
        rng, member = self.rng, f"m{number:03d}"
        at = self.open_hours(BEFORE + self.day(0, 350))
        left, right, size, width = size_of = self.feet()
        measured = rng.random() < 0.7
        shop = rng.choice(sorted(FITTERS))
        self.rows["people"].append([member, rng.choice(NAMES), f"{member}@example.com", size if measured else "", width if measured else "",
                                    at.strftime("%Y-%m-%d") if measured else "", FITTERS[shop] if measured else "", "complaint" if rng.random() < 0.04 else "",
                                    "yes" if rng.random() < 0.75 else "no"])
        if measured:
            self.note("fittings", member, at, shop, left, right, size, width, FITTERS[shop])
        self.buys(member, at + dt.timedelta(minutes=30), size, not measured)
        while rng.random() < 0.35:
            at += self.day(90, 330)
            self.buys(member, at, size, rng.random() < 0.4)
        if rng.random() < 0.25:
            self.measured(member, member, self.open_hours(at + self.day(335, 420)), size_of)
        if rng.random() < 0.1:
            self.buys(member, LAUNCH + self.day(0.1, 29), size, rng.random() < 0.6, ("Fjord", 199))


def main():
    words = argparse.ArgumentParser()
    words.add_argument("seed", nargs="?", type=int, default=3)
    words.add_argument("--apart", action="store_true")
    said = words.parse_args()
    town = Town(said.seed, said.apart)
    for number in range(1, 151):
        town.regular(number)
    for number in range(151, 481):
        town.visitor(number)
    for name, header in FILES.items():
        rows = town.rows[name] if name == "people" else sorted(town.rows[name], key=lambda row: (row[1], row[0]))
        with open(name + ".csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)


if __name__ == "__main__":
    main()
