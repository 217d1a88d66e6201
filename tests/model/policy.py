"""The rules of a send that look at nothing but time and what was sent before: quiet hours, blackouts, caps (§11)."""
import datetime as dt

import clock

PERSUADING = ("marketing", "care")              # the classes that quiet hours and caps bind
COUNTED = ("marketing", "care", "welcome")      # the classes that take a place of a cap


class Contact:
    """A place taken: a message that was handed over and not finally refused."""

    def __init__(self, at, kind, channel, playbook):
        self.at, self.kind, self.channel, self.playbook = at, kind, channel, playbook


def binds(rule, channel):
    return rule.get("channel") in (None, channel)


def intervals(rule, zone, m):
    """The stretches of a quiet rule near m: from the first moment, the end not included."""
    if "first" in rule:  # a blackout: from 00:00 of its first day to 24:00 of its last
        last = dt.date.fromisoformat(rule["last"]) + dt.timedelta(days=1)
        return [(clock.midnight(zone, dt.date.fromisoformat(rule["first"])), clock.midnight(zone, last))]
    start, end = dt.time.fromisoformat(rule["from"]), dt.time.fromisoformat(rule["to"])
    found = []
    for days in range(-2, 3):
        date = clock.today(zone, m) + dt.timedelta(days=days)
        until = date if end > start else date + dt.timedelta(days=1)
        found.append((clock.clock(zone, dt.datetime.combine(date, start)), clock.clock(zone, dt.datetime.combine(until, end))))
    return found


def quiet_until(rules, channel, zone, m):
    """The end of the union of all quiet stretches around m; None where m is in none."""
    end = m
    while True:
        around = [e for rule in rules if binds(rule, channel) for s, e in intervals(rule, zone, end) if s <= end < e]
        if not around:
            return end if end > m else None
        end = max(around)
        assert end < m + 4000 * clock.EXACT["day"], "it is never not quiet"


def counted(cap, contacts, playbook):
    """The contacts that a cap counts; `playbook` is the cap's own, None for the policy's."""
    return [c for c in contacts if c.kind in COUNTED and cap.get("class") in (None, c.kind) and binds(cap, c.channel)
            and playbook in (None, c.playbook)]


def cap_says(cap, playbook, kind, channel, contacts, zone, m):
    """None where the cap lets a message of class `kind` go at m; "refuse"; or the moment at which it has a place again."""
    if kind not in PERSUADING or cap.get("class") not in (None, kind) or not binds(cap, channel):
        return None
    if "in" in cap:  # N CLASS in M messages: of the last M - 1 counted ones
        last = counted({}, contacts, playbook)[-(cap["in"] - 1):] if cap["in"] > 1 else []
        return "refuse" if sum(c.kind == kind for c in last) >= cap["n"] else None
    leave = sorted(clock.plus(zone, c.at, cap["per"]) for c in counted(cap, contacts, playbook))
    leave = [at for at in leave if m < at]  # sent <= m < sent + D
    if len(leave) < cap["n"]:
        return None
    return "refuse" if cap.get("skip") else leave[len(leave) - cap["n"]]
