#!/usr/bin/env python3
"""What playbooks/skincare-adviser and playbooks/bakery-chain promise about how often and when they write, held message by message over their year: caps, quiet
hours, consent, content before promotion, and peace for whoever complains, whose skin reacts, who belongs to a doctor or wants less. Worked out from their data apart from tend.

    python3 tests/e2e/no_pushing_test.py build/release/tend
"""
import os
import shutil
import sys
import tempfile
from datetime import timedelta
from zoneinfo import ZoneInfo

import owed
import workspace as w

PLAYBOOKS = "playbooks"
YEAR = ["--from", "2026-01-01", "--to", "2027-01-01"]
DAY = timedelta(days=1)


class Told:
    """All messages to one customer, in the order of time: when, which, on which channel."""

    def __init__(self):
        self.messages = []

    def of(self, *names):
        return [(at, name) for at, name, _ in self.messages if name in names]

    def without(self, *names):
        return [at for at, name, _ in self.messages if name not in names]


def a_year(tend, name, scratch):
    """The workspace after its year, and what each customer was told."""
    folder = os.path.join(scratch, name)
    shutil.copytree(os.path.join(PLAYBOOKS, name), folder)
    w.run(tend, "replay", ".", "--data", "data", *YEAR, cwd=folder)
    told = {}
    for at, customer, message, channel in owed.all_sent(folder):
        told.setdefault(customer, Told()).messages.append((at, message, channel))
    return folder, told


def at_most(moments, count, span, who):
    """Of the moments at most so many in any span [t, t + span)."""
    for first, later in zip(moments, moments[count:]):
        w.check(later - first >= span, f"{who}: more than {count} messages within {span}, from {first} on")


def awake(moments, zone, begin, end, who):
    for at in moments:
        clock = at.astimezone(ZoneInfo(zone)).strftime("%H:%M")
        w.check(begin <= clock < end, f"{who} was written to at {clock}")


def at_most_one_promotes(messages, promotions, among, who):
    for place, (_, name) in enumerate(messages):
        lately = [other for _, other in messages[max(0, place - among + 1) : place]]
        w.check(name not in promotions or not promotions & set(lately), f"{who} got {name} after {lately}")


def skincare(folder, told):
    own_affairs = ("sorry_it_takes", "your_analysis", "see_a_doctor", "noted", "stop_using")   # transactional
    pages = ("fragrance_page", "redness_page", "breakouts_page", "sun_page", "ingredients_page")
    people = {row["id"]: row for row in owed.rows(folder, "people")}
    analyses, reads, questions, orders, tests, back = (
        owed.by_customer(owed.rows(folder, name, "at"), "customer") for name in ("analyses", "reads", "questions", "orders", "tests", "consents")
    )
    offers = read = 0
    for who, one in told.items():
        counted = [(at, name) for at, name, _ in one.messages if name not in own_affairs]
        moments = [at for at, _ in counted]
        at_most(moments, 1, 3 * DAY, who)
        at_most(moments, 5, 30 * DAY, who)
        awake(moments, "Europe/Vienna", "08:00", "21:00", who)
        at_most_one_promotes(counted, {"your_set"}, 4, who)
        w.check(not counted or people[who]["email"] == "yes", f"{who} has not agreed to mail")
        w.check(people[who]["bounced"] != "yes", f"{who} has no address")
        doctor = min((row["at"] for row in analyses.get(who, []) if row["see_doctor"] == "yes" and (who not in back or row["at"] < back[who][0]["at"])), default=None)
        if people[who]["profiling"] == "yes" and doctor:
            w.check(all(at < doctor for at, _ in one.of(*pages, "your_set", "nearly_empty", "empty_now")), f"{who} belongs to a doctor and was still written to")
        for at, _ in one.of("your_analysis"):
            w.check(people[who]["profiling"] == "yes" and not any(row["at"] <= at for row in back.get(who, [])), f"{who} never agreed that somebody reads his test")
        for at, _ in one.of("nearly_empty", "empty_now"):
            w.check("wants reminders" in people[who]["tags"], f"{who} asked for no reminder")
        for at, _ in one.of("your_set"):
            entry = at - 3 * DAY   # a day, the adviser's yes, the night
            pages_read = [row for row in reads.get(who, []) if entry - 60 * DAY < row["at"] <= at]
            asked = [row for row in questions.get(who, []) if entry - 60 * DAY < row["at"] <= at]
            bought = [row for row in orders.get(who, []) if at - 90 * DAY < row["at"] <= entry]
            w.check(len(pages_read) >= 4 and asked and not bought and tests[who][0]["at"] < at, f"{who} had not earned an offer at {at}")
            offers += 1
        read += len(one.of(*pages))
    for row in owed.rows(folder, "less", "at"):
        wished = sum(1 for other in owed.rows(folder, "less", "at") if other["customer"] == row["customer"] and other["at"] <= row["at"])
        if people[row["customer"]]["pace"] != "weekly" or wished > 1:
            after = [at for at, _ in told.get(row["customer"], Told()).of(*pages, "your_set") if at > row["at"]]
            w.check(not after, f"{row['customer']} wanted to hear no more at {row['at']}, and was written to at {after}")
    w.check(20 < offers < read / 20, f"{offers} offers beside {read} pages")
    return offers, read


def bakery(folder, told):
    promotions = {"短信邀请", "再来券", "送一只", "新品"}
    people = {row["编号"]: row for row in owed.rows(folder, "客户")}
    scores = owed.by_customer(owed.rows(folder, "评价", "时间"))
    promoted = 0
    for who, one in told.items():
        counted = [(at, name) for at, name, _ in one.messages]
        moments = [at for at, _ in counted]
        at_most(one.without("欢迎语"), 1, DAY, who)        # a welcome passes caps and quiet hours, but takes its place
        awake(one.without("欢迎语"), "Asia/Shanghai", "09:00", "20:30", who)
        if not one.of("欢迎语"):
            at_most(moments, 3, 7 * DAY, who)
        at_most_one_promotes(counted, promotions, 3, who)
        texts = [at for at, _, channel in one.messages if channel == "sms"]
        at_most(texts, 1, 30 * DAY, who)
        awake(texts, "Asia/Shanghai", "09:00", "20:00", who)
        w.check(not texts or people[who]["同意短信"] == "是", f"{who} has not agreed to text messages")
        for row in scores.get(who, []):
            if int(row["分"]) <= 2:
                after = [at for at, _ in one.of(*promotions) if row["时间"] < at < row["时间"] + 14 * DAY]
                w.check(not after, f"{who} complained at {row['时间']} and got a promotion at {after}")
        promoted += len(one.of(*promotions))
    w.check(promoted > 100, f"{promoted} promotions")
    return promoted, sum(len(one.messages) for one in told.values())


def main(tend):
    with tempfile.TemporaryDirectory(prefix="tend-no-pushing-") as scratch:
        offers, read = skincare(*a_year(tend, "skincare-adviser", scratch))
        promoted, written = bakery(*a_year(tend, "bakery-chain", scratch))
    print(f"ok: {offers} offers beside {read} pages; {promoted} of {written} messages of the bakery promote")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
