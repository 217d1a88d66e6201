"""A customer's state and what conditions make of it (§5, §6, §14): every one is worked out anew from all events.

To find when a condition may flip nothing clever is done: every moment at which anything could change by time is a candidate, and a
timer turn at a moment at which nothing is due changes nothing."""
import datetime as dt
import heapq

import clock
import tree
import values
from clock import Moment

LITERALS = ("text", "number", "money", "percent", "bool", "duration", "date", "instant")
BUILT_IN = ("sent", "delivered", "opened", "clicked", "unsubscribed", "complained", "failed", "added", "task_done", "task_refused")


class Event:
    """`at` is when it happened, `taken` when it came (§4), `order` its place in the order of coming."""

    def __init__(self, name, at, taken, order, fields):
        self.name, self.at, self.taken, self.order, self.fields = name, at, taken, order, fields


class Conditions:
    """What a customer's turns ask about him. The part of `model.Customer` that only looks."""

    def zone(self):
        """§1: the attribute `timezone`, else the policy's, else UTC."""
        return self.attributes.get("timezone") or self.program.get("timezone") or "UTC"

    # --- moments at which time alone may change something --------------------------------------------------------------

    def anchor(self, t):
        """Everything that lasts D from t ends at t + D (§5); `now > t` flips a millisecond later."""
        if t in self.anchors:
            return
        self.anchors.add(t)
        self.push_around(t)

    def push_around(self, t):
        for d in self.durations:
            self.push(clock.plus(self.zone(), t, d))
            if self.compares_now and clock.is_exact(d):  # `now + D >= t`
                self.push(clock.minus(self.zone(), t, d))
        self.push(t)

    def push(self, m):
        for candidate in (m, m + 1) if self.compares_now else (m,):
            if self.now is None or candidate > self.now:
                heapq.heappush(self.timers, Moment(candidate))

    def push_zone(self):
        """What depends on the zone: months, dates, schedules, moments written without offset. Again when the zone changes."""
        for t in list(self.anchors):
            self.push_around(t)
        for text in self.moments:
            self.anchor(clock.clock(self.zone(), dt.datetime.fromisoformat(text)))
        times = ({dt.time()} if self.dates else set()) | self.times
        date = clock.today(self.zone(), self.program["from"]) - dt.timedelta(days=1)
        while times and date <= clock.today(self.zone(), self.program["to"]) + dt.timedelta(days=1):
            for time in times:
                self.push(clock.clock(self.zone(), dt.datetime.combine(date, time)))
            date += dt.timedelta(days=1)

    # --- conditions (§5, §14) --------------------------------------------------------------------------------------------

    def window(self, name, where, over, journey=None):
        """The events of a window, oldest first by (at, order of coming): `t <= m < t + D`."""
        found = []
        for e in sorted(self.events, key=lambda e: (e.at, e.order)):
            if e.name != name or e.at > self.now:
                continue
            if over is not None and not self.now < clock.plus(self.zone(), e.at, over):
                continue
            if where is not None and not self.true(where, journey, e):
                continue
            found.append(e)
        return found

    def silent(self, last, d):
        """`inactive for D`, `no E for D`: iff m >= last + D, last being first_seen before any."""
        since = last if last is not None else self.first_seen
        return self.now >= clock.plus(self.zone(), since, d)

    def true(self, expression, journey=None, event=None):
        """A condition's value now. Missing is false as a bool."""
        return expression is None or self.value(expression, journey, event) is True

    def value(self, expression, journey=None, event=None):
        """An expression's value now; None is missing. `event` is the event under test, `journey` gives `entry` and arms."""
        head, *rest = expression
        if head == "moment":
            return clock.clock(self.zone(), dt.datetime.fromisoformat(rest[0]))
        if head in LITERALS:
            return tree.literal(expression)
        if head in ("attribute", "first_seen", "id", "tagged", "consents", "reference"):
            return self.value_of_customer(head, rest)
        if head == "field":
            return event.at if rest[0] == "at" else event.fields.get(rest[0])
        if head in ("entry", "arm", "let", "granted"):
            return self.value_of_journey(head, rest, journey)
        if head == "now":
            return self.now
        if head == "today":
            return clock.today(self.zone(), self.now)
        if head == "age":
            birthday = self.value(rest[0], journey, event)
            return None if birthday is None else float(clock.age(birthday, clock.today(self.zone(), self.now)))
        if head == "trait":
            return self.value(rest[1])
        if head == "segment":
            return self.true(rest[1])
        if head in ("count", "total", "average", "min", "max", "first", "last", "most", "within", "no", "inactive"):
            return self.value_of_window(head, rest)
        if head == "and":
            return all([self.true(part, journey, event) for part in rest])
        if head == "or":
            return any([self.true(part, journey, event) for part in rest])
        if head == "not":
            return not self.true(rest[0], journey, event)
        if head == "is missing":
            return self.value(rest[0], journey, event) is None
        if head == "is not missing":
            return self.value(rest[0], journey, event) is not None
        if head == "default":
            first = self.value(rest[0], journey, event)
            return first if first is not None else self.value(rest[1], journey, event)
        if head in ("in", "not in"):
            sought = self.value(rest[0], journey, event)
            if sought is None:  # §14: every comparison with missing is false, `in` too; `not in` is read as one comparison
                return head == "not in" and self.readings["not_in"] == "true when missing"
            found = any(values.compare("=", sought, self.value(e, journey, event), self.zone()) for e in rest[1])
            return found if head == "in" else not found
        if head == "negative":
            inner = self.value(rest[0], journey, event)
            return inner if inner is None else values.arithmetic("*", inner, -1.0, self.zone())
        a, b = self.value(rest[0], journey, event), self.value(rest[1], journey, event)
        if head in ("+", "-", "*", "/"):
            return values.arithmetic(head, a, b, self.zone())
        return values.compare(head, a, b, self.zone())

    def value_of_customer(self, head, rest):
        if head == "attribute":
            return self.attributes.get(rest[0])
        if head == "first_seen":
            return self.first_seen
        if head == "id":
            return self.id
        if head == "tagged":
            return rest[0] in self.tags
        if head == "consents":
            return self.consent.get(rest[0]) is True
        other = self.world.customer(self.attributes.get(rest[0]))  # through a reference, as of now
        return None if other is None else other.attributes.get(rest[1])

    def value_of_journey(self, head, rest, journey):
        if head == "entry" and rest[0] in ("at", "date"):
            return journey.entry if rest[0] == "at" else journey.date
        if head == "entry":
            return journey.event.fields.get(rest[0]) if journey.event else None
        if head == "let":
            return journey.lets.get(rest[0])
        if head == "granted":
            return journey.lets.get(rest[0], {}).get(rest[1])
        chosen = journey.chosen.get(rest[0])
        return None if chosen is None else chosen.at if rest[1] == "at" else chosen.fields.get(rest[1])

    def value_of_window(self, head, rest):
        if head == "count":
            return float(len(self.window(rest[0], rest[1], rest[2])))
        if head == "within":
            return bool(self.window(rest[0], rest[1], rest[2]))
        if head == "no":
            found = self.window(rest[0], rest[1], None)
            return self.silent(found[-1].at if found else None, rest[2])
        if head == "inactive":
            found = [e.at for e in self.events if e.name in self.program["activity"]]
            return self.silent(max(found) if found else None, rest[0])
        name, field, where, over = rest
        found = [e.at if field == "at" else e.fields.get(field) for e in self.window(name, where, over)]
        return values.aggregate(head, [v for v in found if v is not None], self.field_type(name, field))

    def field_type(self, name, field):
        if field == "at":
            return "moment"
        return "text" if name in BUILT_IN else self.program["events"][name][field]
