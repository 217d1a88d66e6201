#!/usr/bin/env python3
"""Makes this workspace's data, the year 2026 of a made-up skin-care house: people.csv, consents.csv, tests.csv, analyses.csv, reads.csv, questions.csv,
orders.csv, feedback.csv, less.csv; the same bytes for the same seed.

    python3 generate.py [SEED]

Most come by the skin test, a third of them in the three days in March in which a magazine wrote about it: more than the advisers can read in a day. Some never
get their analysis, some get it late, some are sent to a doctor. Few read much, fewer ask; some buy before anybody offers them anything, some buy without a test, some skins
react. Some want to read less, some take their consent back while their test is being read, some never agreed to mail, some addresses do not exist any more.
"""
import csv
import datetime as dt
import random
import sys

START, END = dt.datetime(2026, 1, 1), dt.datetime(2027, 1, 1)
NAMES = ["Anna", "Lea", "Mina", "Jonas", "Clara", "Iris", "Elif", "Paul", "Nora", "Vera"]
AVOIDS = ["fragrance", "lanolin", "pregnant", "nickel", "propolis", "retinol"]
ASKED = ["Can I use it in the morning?", "Does it work under sunscreen?", "I take antibiotics, is that a problem?", "How long until I see something?"]
TOPICS = ["redness", "breakouts", "spots", "lines", "sun", "ingredients"]
PEOPLE = 540
READ_A_DAY = 30                 # tests, by all advisers together


def write(name, header, rows):
    with open(name, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def stamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(rng, day):
    """A moment of this day of the year, between seven and half past nine in the evening, Vienna's time."""
    return START + dt.timedelta(days=int(day), seconds=rng.randint(6 * 3600, 20 * 3600 + 1800))


def test(rng, tables, person, at):
    """A test, and what becomes of it: the moment of its analysis, if it gets one."""
    customer, skin = person["id"], person["skin"]
    number = f"t{len(tables['tests']) + 1}"
    tables["tests"].append([customer, at, number, skin[0], skin[1], skin[2], rng.choice(AVOIDS) if rng.random() < 0.2 else ""])
    if person["profiling"] != "yes" or rng.random() < 0.07:
        return None
    day = (at - START).days
    while len(tables["read on"].setdefault(day, [])) == READ_A_DAY:
        day += 1                                                 # more than they can read: the next day, or the one after it
    tables["read on"][day].append(number)
    late = dt.timedelta(days=day - (at - START).days)
    done = at + late + dt.timedelta(hours=rng.uniform(3, 44) if rng.random() < 0.95 else rng.uniform(50, 80))
    doctor = rng.random() < (0.12 if skin[2] >= 8 else 0.05)
    tables["analyses"].append([customer, done, number, "yes" if doctor else "no"])
    return None if doctor else done


def reading(rng, tables, person, begins):
    """What somebody reads and asks in the months after his analysis."""
    kind = person["kind"]
    day = begins + rng.uniform(1, 9)
    for _ in range({"avid": rng.randint(7, 22), "light": rng.randint(1, 4), "never": 0}[kind]):
        topic = person["skin"][1] if rng.random() < 0.5 else rng.choice(TOPICS)
        tables["reads"].append([person["id"], moment(rng, day), topic])
        day += rng.uniform(2, 19)
    if rng.random() < {"avid": 0.7, "light": 0.15, "never": 0.03}[kind]:
        for _ in range(rng.choice([1, 1, 2, 4])):
            tables["questions"].append([person["id"], moment(rng, begins + rng.uniform(5, 110)), rng.choice(ASKED)])


def buying(rng, tables, person, begins):
    """Orders, and what the skin says of them."""
    day = begins
    for _ in range(rng.choice([1, 1, 2, 3, 5])):
        if day > 362:
            return
        at = moment(rng, day)
        tables["orders"].append([person["id"], at, f"{rng.choice([19, 24, 32, 48, 56, 74])}.{rng.choice(['00', '50', '90'])}"])
        if rng.random() < 0.55:
            reaction = rng.random() < (0.22 if person["skin"][2] >= 7 else 0.06)
            score = 1 if reaction else rng.choice([2, 3, 4, 4, 5, 5])
            tables["feedback"].append([person["id"], at + dt.timedelta(days=rng.uniform(5, 20)), score, "yes" if reaction else "no"])
            if reaction:
                return
        day += rng.uniform(34, 80)


def life(rng, tables, person, number):
    wave = number % 3 == 0
    begins = rng.triangular(70, 73, 70.4) if wave else rng.uniform(2, 330)
    if rng.random() < 0.08:                                      # buys without a test
        buying(rng, tables, person, begins)
        return
    at = moment(rng, begins)
    told = test(rng, tables, person, at)
    if person["profiling"] == "yes" and rng.random() < 0.05:     # takes it back, some while the test is being read
        tables["consents"].append([person["id"], at + dt.timedelta(hours=rng.choice([8, 20, 60, 900, 2000])), "no"])
    if told is None:
        return
    reading(rng, tables, person, begins + (told - at).days + 1)
    if rng.random() < {"avid": 0.62, "light": 0.3, "never": 0.08}[person["kind"]]:
        buying(rng, tables, person, begins + rng.choice([3, 25, 45, 70, 120]) + rng.uniform(0, 20))
    if rng.random() < 0.1:
        for _ in range(rng.choice([1, 1, 2])):
            tables["less"].append([person["id"], moment(rng, begins + rng.uniform(10, 120))])
    if rng.random() < 0.2:
        person["skin"] = (person["skin"][0], rng.choice(TOPICS[:4]), max(0, person["skin"][2] - rng.randint(0, 4)))
        again = moment(rng, begins + rng.uniform(120, 230))
        if again < END:
            test(rng, tables, person, again)


def main(seed):
    rng = random.Random(seed)
    tables = {"read on": {}} | {name: [] for name in ("consents", "tests", "analyses", "reads", "questions", "orders", "feedback", "less")}
    people = []
    for number in range(1, PEOPLE + 1):
        person = {
            "id": f"c{number:03d}",
            "kind": rng.choices(["avid", "light", "never"], [36, 36, 28])[0],
            "profiling": rng.choice(["yes", "yes", "yes", "yes", "no", ""]),
            "skin": (rng.choice(["dry", "oily", "combination", "normal"]), rng.choice(TOPICS[:4]), rng.choice([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])),
        }
        people.append([person["id"], rng.choice(NAMES) if rng.random() < 0.85 else "", rng.choice(["ada", "ines", "tove"]) if rng.random() < 0.2 else "",
                       rng.choices(["weekly", "monthly", "", "none"], [30, 40, 22, 8])[0], "wants reminders" if rng.random() < 0.35 else "",
                       "yes" if rng.random() < 0.88 else "", person["profiling"], "yes" if rng.random() < 0.06 else ""])
        life(rng, tables, person, number)
    del tables["read on"]
    for rows in tables.values():
        rows[:] = sorted((row for row in rows if START <= row[1] < END), key=lambda row: (row[1], row[0]))
    for number, row in enumerate(tables["orders"], 1):
        row.insert(2, f"o{number}")
    headers = {"consents": ["profiling"], "tests": ["id", "skin", "concern", "sensitivity", "avoids"], "analyses": ["id", "see_doctor"], "reads": ["topic"],
               "questions": ["text"], "orders": ["id", "amount"], "feedback": ["score", "reaction"], "less": []}
    write("people.csv", ["id", "name", "adviser", "pace", "tags", "email", "profiling", "bounced"], people)
    for name, rows in tables.items():
        write(name + ".csv", ["customer", "at", *headers[name]], [[row[0], stamp(row[1]), *row[2:]] for row in rows])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
