#!/usr/bin/env python3
"""Makes this workspace's data, a made-up beauty seller's readers in 2025 and 2026: readers, sign-ups, confirmations, refusals, clicks, shelf views, questions,
answers, seats, orders, returns, reactions, all-clears, each a .csv; the same bytes for the same seed.

    python3 generate.py [SEED]

A third reads nearly every lesson, a third now and then, a third hardly any. Some never confirm their address, some buy before anybody has said a word, and on three
evenings everybody asks at once.
"""
import csv
import datetime as dt
import random
import sys

NOW, END = dt.datetime(2026, 1, 1), dt.datetime(2027, 1, 1)
NAMES = ["Aoife", "Ciara", "Niamh", "Emma", "Grace", "Sean", "Lucy", "Holly", "Ruth", "Kate"]
THEMES = ["skin", "skin", "hair", "make-up"]
SHELF = {   # theme: the goods under its lessons, and whose lessons they are
    "skin": [("S10", "the mild cleanser", 14, "orla"), ("S20", "the barrier cream", 28, "dr-maeve"), ("S30", "the sun cream", 19.5, "dr-maeve"), ("S40", "the acid, five percent", 24, "orla")],
    "hair": [("H10", "the scalp wash", 16, "tomas"), ("H20", "the vinegar rinse", 12.5, "tomas")],
    "make-up": [("M10", "the brow comb", 9.9, "bea"), ("M20", "the cleansing balm", 22, "bea")],
}
ASKED = {"skin": ["Can I use acid while breastfeeding?", "My cheeks burn after washing"], "hair": ["How do I soften hard water?", "My scalp itches in winter"],
         "make-up": ["Which brow colour for grey hair?", "My eyes water with mascara"]}
EVENINGS = [(dt.datetime(2026, 4, 16, 19), "hair", 15), (dt.datetime(2026, 6, 18, 18), "make-up", 14), (dt.datetime(2026, 10, 15, 18), "skin", 24)]   # everybody asks at once


class Year:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.rows = {name: [] for name in HEADERS}
        self.orders = self.questions = 0
        self.readers = []                                       # (id, since when, theme) of those who read

    def later(self, at, low, high):
        return at + dt.timedelta(seconds=int(self.rng.uniform(low, high) * 86400))

    def add(self, name, who, at, *cells):
        if at < END:
            self.rows[name].append([who, at.strftime("%Y-%m-%dT%H:%M:%SZ"), *cells])

    def order(self, who, at, sku, price, expert):
        self.orders += 1
        number, copies = f"o{self.orders:04d}", self.rng.choice([1, 1, 1, 2])
        self.add("orders", who, at, number, sku, f"{price * copies:.2f}", expert)
        if self.rng.random() < 0.12:
            self.add("returns", who, self.later(at, 3, 45), number)
        if sku in ("S40", "M20", "S10") and self.rng.random() < 0.12:
            self.react(who, self.later(at, 1, 12), sku)

    def react(self, who, at, sku):
        self.add("reactions", who, at, sku, self.rng.choice(["red patches on both cheeks", "itching eyelids", "burning, an hour long"]))
        fate = self.rng.random()
        if fate < 0.8:
            self.add("all_clear", who, self.later(at, 2, 26) if fate < 0.55 else self.later(at, 32, 80))

    def ask(self, who, at, topic):
        self.questions += 1
        number = f"q{self.questions:04d}"
        self.add("questions", who, at, number, topic, self.rng.choice(ASKED[topic]))
        fate = self.rng.random()
        if fate < 0.88:
            answered = self.later(at, 0.3, 1.9) if fate < 0.7 else self.later(at, 2.2, 6.5)
            self.add("answers", who, answered, number)
            if self.rng.random() < 0.65:
                self.add("clicks", who, self.later(answered, 0.4, 4), "answer_is_here", "email", "ask_the_expert")

    def look(self, who, at, theme):
        sku, product, price, expert = self.rng.choice(SHELF[theme])
        self.add("shelf_views", who, at, sku, product, price)
        chance = self.rng.random()
        if chance < 0.06:
            self.order(who, self.later(at, 0.02, 0.8), sku, price, expert)     # before anybody has said a word
        elif chance < 0.25:
            self.order(who, self.later(at, 1.5, 18), sku, price, expert)
        elif chance < 0.32:
            self.ask(who, self.later(at, 1.2, 5.5), theme)
        elif chance < 0.36:
            self.react(who, self.later(at, 1.2, 5), sku)        # had a sample of it at home

    def series(self, who, began, theme, habit):
        """A series of five Thursdays, as this person reads it."""
        rng = self.rng
        thursday = began + dt.timedelta(days=(3 - began.weekday()) % 7)
        thursday = thursday.replace(hour=18, minute=40)
        if thursday < began:
            thursday += dt.timedelta(days=7)
        for lesson in range(1, 6):
            at = thursday + dt.timedelta(days=7 * (lesson - 1) + (7 if lesson > 2 and habit == 0.04 else 0))
            if lesson == 3 and habit == 0.04:
                if rng.random() > 0.3:
                    return
                self.add("clicks", who, self.later(at - dt.timedelta(days=7), -0.8, 5), "shall_we_go_on", "email", f"{theme.replace('-', '_')}_series")
                habit = 0.5
            if rng.random() < habit:
                read = self.later(at, 0.01, 4)
                self.add("clicks", who, read, f"lesson_{theme.replace('-', '_')}_{lesson}", "email", f"{theme.replace('-', '_')}_series")
                if rng.random() < (0.5 if lesson > 2 else 0.15):
                    self.look(who, self.later(read, 0.01, 0.2), theme)
                if rng.random() < 0.07:
                    self.ask(who, self.later(read, 0.05, 2), theme)
        if habit > 0.5:
            self.readers.append((who, thursday, theme))
            month = dt.datetime(thursday.year, thursday.month, 10, 12)
            for _ in range(3):                                  # the evenings of the next months
                month = (month + dt.timedelta(days=31)).replace(day=10)
                if rng.random() < 0.3:
                    self.add("seats", who, self.later(month, 0.3, 7.5), theme, evening_of(month))
                elif rng.random() < 0.03:                       # one invitation too many
                    self.add("refusals", who, self.later(month, 0.3, 6), "yes", "invitation", "email", "live_evening")
                    break

    def person(self, who, since, old):
        rng = self.rng
        theme, habit = rng.choice(THEMES), rng.choice([0.9, 0.9, 0.45, 0.45, 0.04])
        name, sms, profiling = rng.choice(NAMES) if rng.random() < 0.9 else "", rng.choice(["yes", "no", ""]), "yes" if rng.random() < 0.72 else "no"
        if old:
            self.rows["readers"].append([who, name, theme, "yes" if rng.random() < 0.94 else "no", sms, profiling])
            at = self.later(NOW, -330, -10)
            for _ in range(rng.choice([1, 1, 2, 3])):
                sku, _, price, _ = rng.choice(SHELF[theme])
                self.order(who, at, sku, price, "")
                at = self.later(at, 30, 190)
            if rng.random() < 0.35:                             # comes for another theme in the new year
                other = rng.choice([one for one in SHELF if one != theme])
                at = self.later(NOW, 5, 280)
                self.add("sign_ups", who, at, name, sms, profiling, other)
                self.series(who, at, other, habit)
        else:
            self.add("sign_ups", who, since, name, sms, profiling, theme)
            fate, confirmed = rng.random(), since
            if fate < 0.86:
                confirmed = self.later(since, 0.01, 4)
                self.add("confirmations", who, confirmed, "yes")
                self.series(who, confirmed, theme, habit)
            elif fate < 0.9:
                self.add("confirmations", who, self.later(since, 8, 20), "yes")   # a week too late
            if rng.random() < 0.2:                              # found the shop by himself
                sku, _, price, _ = rng.choice(SHELF[theme])
                self.order(who, self.later(since, 3, 160), sku, price, "")
        if rng.random() < 0.1:
            self.add("refusals", who, self.later(max(since, NOW), 4, 150 if old else 60), "yes", rng.choice(["from_the_shelf", "invitation", "what_next"]), "email", "")


def evening_of(month):
    """The first Thursday from the 19th on."""
    day = month.replace(day=19)
    return (day + dt.timedelta(days=(3 - day.weekday()) % 7)).strftime("%Y-%m-%d")


HEADERS = {
    "readers": ["id", "name", "theme", "email_ok", "sms_ok", "profiling_ok"], "sign_ups": ["reader", "at", "name", "sms_ok", "profiling_ok", "theme"],
    "confirmations": ["reader", "at", "email_ok"], "refusals": ["reader", "at", "refused", "message", "channel", "playbook"], "clicks": ["reader", "at", "message", "channel", "playbook"],
    "shelf_views": ["reader", "at", "sku", "product", "price"], "questions": ["reader", "at", "id", "topic", "text"], "answers": ["reader", "at", "id"],
    "seats": ["reader", "at", "theme", "evening"], "orders": ["reader", "at", "id", "sku", "amount", "expert"], "returns": ["reader", "at", "id"],
    "reactions": ["reader", "at", "sku", "what"], "all_clear": ["reader", "at"],
}


def main(seed):
    year = Year(seed)
    for number in range(1, 71):
        year.person(f"r{number:03d}", NOW, True)
    for number in range(101, 351):
        year.person(f"r{number:03d}", year.later(NOW, 2, 345), False)
    for evening, topic, people in EVENINGS:
        present = [who for who, since, _ in year.readers if since < evening]
        for who in year.rng.sample(present, min(people, len(present))):
            year.ask(who, year.later(evening, 0.01, 0.1), topic)
        if topic == "skin":
            for who in year.rng.sample(present, 3):
                year.react(who, year.later(evening, 0.11, 0.15), "S40")
    for name, header in HEADERS.items():
        rows = year.rows[name] if name == "readers" else sorted(year.rows[name], key=lambda row: (row[1], row[0], row[2:]))
        with open(f"{name}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 59)
