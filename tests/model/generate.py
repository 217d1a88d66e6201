"""Random workspaces, each a function of its seed: `python3 generate.py SEED FOLDER`, or `--statistics N` to see what N seeds do.

The programs are made to interact: few tags, few durations, several playbooks that read and set the same things; the inputs are
made of ties: equal moments across sources, moments exactly a duration apart, local times that steps wait for, month ends, days on
which the clock changes. Every program is meant to be well typed."""
import collections
import datetime as dt
import random
import sys

import clock
import model
import spelling
import tree
import wording
from generate_edits import EditMaker
from generate_policy import PolicyMaker
from generate_sources import TIMES, SourceMaker
from generate_steps import Scope, StepMaker

# Zones whose clocks change, by half an hour or at midnight too, and the days on which they do.
SUMMER = {"America/New_York": ["2026-03-08", "2026-11-01", "2017-03-12"], "Europe/London": ["2026-03-29", "2026-10-25"],
          "Australia/Lord_Howe": ["2026-04-05", "2026-10-04"], "America/Havana": ["2024-03-10", "2024-11-03"]}
MONTH_ENDS = ["2026-01-31", "2024-01-31", "2026-02-28", "2025-12-31", "2026-08-31"]
# What a workspace is about: nothing in particular, clock changes, month ends, one event that does everything, tags.
THEMES = ["free", "free", "clocks", "months", "one event", "one event", "tags", "tags"]
DURATIONS = ["1 day", "2 days", "3 days", "7 days", "1 week", "10 days", "14 days", "30 days", "1 month", "2 months", "12 hours",
             "90 minutes", "1 hour", "45 minutes"]
STORES = ["a", "b", "雪"]
TAGS = ["x", "vip", "cold"]
NAMES = ["p_a", "P_b", "welcome", "zz", "剧本", "a1", "win_back", "été"]
CUSTOMERS = ["c{}", "客户{}", "00{}", "A b{}", "é{}"]
AMOUNTS = ["5", "9.99", "10", "25.50", "0.05"]
EVENTS = {"order": {"amount": "money", "quantity": "number", "store": "text"}, "visit": {"n": "number", "store": "text"},
          "reply": {"answer": "text", "n": "number"}, "wash": {"amount": "money", "express": "bool"}}
BUILT_IN = {"sent": {"message": "text", "channel": "text", "playbook": "text"}, "task_done": {"label": "text"}}
ATTRIBUTES = {"city": "text", "level": ["normal", "silver", "gold"], "points": "number", "vip": "bool", "credit": "money",
              "birthday": "date", "renewal": "date", "trial": "moment"}
# Groups of features, by what the engine must know for them.
GROUPS = {"sends": "class welcome caps quiet blackout consent suppressed fallback send_else holdout", "steps": "split let repeat emit date workday until stay no_where start per",
          "ways_in": "schedule relative pace backfill", "others": "start_for budget reference", "people": "staff"}
GROUPS["all"] = " ".join(GROUPS.values())
GROUPS["storm"] = GROUPS["all"] + " edits pauses"       # all, and what is done in the middle
# Days near which clocks change, months end, or leap days stand.
DAYS = ["2026-01-29", "2026-02-27", "2026-03-08", "2026-03-29", "2026-10-25", "2026-11-01", "2024-02-28", "2025-12-30", "2027-04-04",
        "2027-05-15", "2016-11-05", "2026-06-30"]


def expanded(features):
    """The features, groups replaced by what is in them; `-name` takes one away."""
    found = {f for feature in features for f in GROUPS.get(feature, feature).split()}
    return {f for f in found if f and not f.startswith("-") and "-" + f not in found}


class Maker(StepMaker, PolicyMaker, SourceMaker, EditMaker):
    def __init__(self, seed, features=()):
        self.dice = random.Random(f"workspace {seed}")
        asked = sorted(expanded(features))
        self.features = {f for f in asked if len(asked) < 4 or self.chance(0.6)}  # of many some: all at once stand in each other's way
        self.features |= {"edits", "pauses"} & {*asked}
        self.moves = random.Random(f"moves {seed}")   # of what others read, so that it changes nothing else
        self.refers_moving = self.has("reference") and self.moves.random() < 0.7
        self.calls, self.refers = 0, False          # labels given so far; may a condition read somebody else's attribute here?
        self.more_caps = []                         # caps that recipes add to the policy's
        self.lets, self.current = 0, None           # names given so far; the playbook that is being made
        self.theme = self.one(THEMES)
        self.zone = self.one(SUMMER if self.theme == "clocks" else list(SUMMER) + ["UTC", "Asia/Shanghai", "Asia/Kathmandu", None])
        self.pool = self.dice.sample(DURATIONS, self.dice.randint(2, 4))
        self.pool += {"months": ["1 month", self.one(["1 month", "2 months"])], "clocks": ["1 day"]}.get(self.theme, [])
        if self.has("edits"):  # a week is seven days, and whether that is another text nobody says
            self.pool = ["7 days" if d == "1 week" else d for d in self.pool]
        self.times = self.dice.sample(TIMES[:4], 2) if self.theme == "clocks" else self.dice.sample(TIMES, 2)
        self.events = dict(sorted(EVENTS.items(), key=lambda _: self.dice.random())[:self.dice.randint(2, 4)])
        self.hot = self.one(self.events)            # the event that most of the program is about
        self.tags = TAGS[:self.dice.randint(1, 2 if self.theme == "tags" else 3)]
        names = self.dice.sample(list(ATTRIBUTES), self.dice.randint(1, 5))
        self.attributes = {name: ATTRIBUTES[name] for name in names}
        self.names = self.dice.sample(NAMES, self.one([1, 2, 2, 3, 3, 4]))
        self.messages = {f"m{n}": self.message() for n in range(1, self.dice.randint(2, 5))}
        days = SUMMER[self.zone] if self.theme == "clocks" else MONTH_ENDS if self.theme == "months" else DAYS
        day = dt.date.fromisoformat(self.one(days)) - dt.timedelta(days=self.one([0, 1, 3] if self.theme == "clocks" else [0, 1, 3, 7, 20, 30]))
        self.start = clock.clock(self.zone or "UTC", dt.datetime.combine(day, dt.time.fromisoformat(self.one(TIMES))))
        short = any(d.split()[1].startswith(("hour", "minute")) for d in self.pool)  # short windows go round often enough in a month
        lengths = [60, 100] if self.theme == "months" else [10, 30] if short else [10, 30, 30, 60, 100]
        self.end = clock.Moment(self.start + self.one(lengths) * clock.EXACT["day"])
        self.zones_move = self.chance(0.12)         # some customers have zones of their own
        self.traits, self.segments = {}, {}
        shape = self.one(CUSTOMERS)
        self.people = [shape.format(n + 1) for n in range(self.one([3, 4, 5, 6, 8, 10, 15, 40]))]
        self.consents = self.dice.sample(self.named_channels() + ["alliance"], self.dice.randint(0, 2)) if self.has("consent") else []
        self.calendar = self.days()
        self.budgets = {name: self.budget() for name in ["pool", "gifts"][:self.one([1, 2])]} if self.has("budget") else {}
        if self.has("staff"):
            self.attributes["owner"] = "staff"
        if self.has("reference"):
            self.attributes["rank"] = "number"
        if self.has("start_for") or self.has("budget") or self.has("reference"):
            self.attributes["referrer"] = "customer"
            self.events = {n: f | ({"sharer": "customer"} if n == self.hot else {}) for n, f in self.events.items()}

    def one(self, things):
        return self.dice.choice(list(things))

    def chance(self, p):
        return self.dice.random() < p

    # --- expressions -------------------------------------------------------------------------------------------------

    def duration(self):
        return self.one(self.pool)

    def over(self):
        return "1 month" if self.theme == "months" and self.chance(0.5) else None if self.chance(0.15) else self.duration()

    def literal(self, kind):
        if isinstance(kind, list):
            return ["text", self.one(kind)]
        return {"text": lambda: ["text", self.one(STORES)], "number": lambda: ["number", self.one([1, 2, 3, 2.5])],
                "money": lambda: ["money", self.one(AMOUNTS) + " USD"], "bool": lambda: ["bool", self.chance(0.5)],
                "staff": lambda: ["text", self.one(["s1", "s2", "boss"])], "customer": lambda: ["text", self.one(self.people + ["nobody"])], "date": lambda: ["date", str(self.some_date())], "moment": lambda: ["moment", self.some_clock()]}[kind]()

    def some_date(self):
        days = self.dice.randint(-1, 4) if self.theme == "clocks" else self.dice.randint(-3, 40)
        return clock.today(self.zone or "UTC", self.start) + dt.timedelta(days=days)

    def some_clock(self):
        return f"{self.some_date()} {self.one(self.times)}"

    def fields(self, event):
        return BUILT_IN.get(event) or self.events[event]

    def event_name(self):
        if self.chance(0.8 if self.theme in ("one event", "tags") else 0.4):
            return self.hot
        return self.one(list(self.events) * 3 + ["sent"] + ["task_done"] * 3 * self.has("staff"))

    def compared(self, left, kind):
        """A comparison of `left`, an expression of that kind, with something of the same kind."""
        if kind == "text" or isinstance(kind, list):
            if self.chance(0.25):
                members = kind if isinstance(kind, list) else STORES
                return [self.one(["in", "in", "not in"]), left, [["text", t] for t in self.dice.sample(members, 2)]]
            if kind == "text" and self.chance(0.1):
                return [self.one(["contains", "starts with"]), left, self.literal(kind)]
            return [self.one(["=", "=", "!="]), left, self.literal(kind)]
        if kind == "staff":
            return [self.one(["=", "!="]), left, self.literal(kind)]
        if kind == "bool":
            return left if self.chance(0.5) else ["=", left, self.literal(kind)]
        right = self.literal(kind)
        if kind == "number" and self.chance(0.15):
            right = self.number_of_customer(right)
        return [self.one([">=", ">=", ">", "<", "<=", "=", "!="]), left, right]

    def number_of_customer(self, otherwise):
        if "points" not in self.attributes:
            return otherwise
        points = ["attribute", "points"]
        return self.one([points, ["default", points, ["number", 1]], ["+", ["default", points, ["number", 0]], ["number", 1]]])

    def sent_value(self, field):
        return ["text", self.one({"message": list(self.messages), "channel": ["outbox", "paper"], "playbook": self.names, "label": ["call1", "call2", "call3"]}[field])]

    def field_test(self, event, make):
        """A comparison of a field of `event`, spelled by `make(field)`."""
        field = self.one([f for f, kind in self.fields(event).items() if kind != "customer"])
        if event in BUILT_IN:
            return [self.one(["=", "=", "!="]), make(field), self.sent_value(field)]
        return self.compared(make(field), self.fields(event)[field])

    def window_where(self, event):
        """A window's `where`: the event's fields and attributes, nothing else (§5)."""
        return self.condition(Scope(test=event, pure=True), 1) if self.chance(0.3) else None

    def aggregate(self):
        """(expression, kind) of an aggregate over a field."""
        event = self.one(self.events)
        field, kind = self.one([(f, k) for f, k in self.events[event].items() if k != "customer"])
        numeric = kind in ("number", "money")
        name = self.one(["total", "total", "average", "min", "max", "first", "last"] if numeric else ["last", "first", "most"])
        if kind == "bool":
            name = self.one(["last", "first"])
        e = [name, event, field, self.window_where(event), self.over()]
        if kind == "number" and self.chance(0.2):
            e = self.one([["default", e, ["number", 1]], ["/", e, ["count", event, None, self.duration()]], ["*", e, ["number", 0.7]]])
        if kind == "money" and self.chance(0.2):
            e = self.one([["*", e, ["number", 0.7]], ["*", e, ["percent", "12.5"]], ["default", e, ["money", "9.99 USD"]]])
        return e, kind

    def count(self):
        event = self.event_name()
        e = ["count", event, self.window_where(event), self.over()]
        if self.chance(0.1):
            other = ["count", self.one(self.events), None, self.duration()]
            return [self.one([">", ">=", "<"]), e, self.one([other, ["+", other, ["number", 1]]])]
        op = self.one([">=", ">=", ">=", "=", "<", ">"])
        return [op, e, ["number", self.dice.randint(2 if op == "<" else 1, 3)]]

    def by_time(self):
        """Comparisons with today and now."""
        d = self.duration()
        exact = d if clock.is_exact(d) else "3 days"
        calendar = self.one(["3 days", "1 week", "1 month", "1 day"])
        since = self.one([["last", self.one(self.events), "at", None, self.over()], ["first_seen"], ["moment", self.some_clock()]]
                         + [["attribute", "trial"]] * 3 * ("trial" in self.attributes))
        found = [[self.one([">=", ">", "<"]), ["now"], ["+", since, ["duration", d]]],
                 [self.one([">=", ">", "<="]), ["+", ["now"], ["duration", exact]], since]]
        for date in [n for n in ("birthday", "renewal") if n in self.attributes]:
            side = ["attribute", date]
            found += [[self.one([">=", "=", "<", "<="]), ["today"], self.one([side, ["+", side, ["duration", calendar]],
                                                                          ["-", side, ["duration", "3 days"]]])]] * 2
        if "birthday" in self.attributes:
            found += [[self.one([">=", "<", "="]), ["age", ["attribute", "birthday"]], ["number", self.one([18, 26, 27])]]] * 3
        found.append([self.one([">=", "<"]), ["today"], ["date", str(self.some_date())]])
        return self.one(found)

    def leaf(self, scope):
        if scope.pure or (scope.test and self.chance(0.7)):
            if scope.pure and self.attributes and self.chance(0.15):
                return self.attribute_test()
            qualified = self.chance(0.3)
            return self.field_test(scope.test, lambda f: ["field", f, scope.test] if qualified else ["field", f])
        if scope.entry and self.chance(0.2):
            return self.field_test(scope.entry, lambda f: ["entry", f])
        if scope.arms and self.chance(0.35):
            event = self.one(scope.arms)
            return self.field_test(event, lambda f: ["arm", event, f])
        if scope.lets and self.chance(0.3):
            name, kind = self.one(scope.lets.items())
            return self.compared(["let", name], kind)
        if self.refers and self.has("reference") and not scope.pure and self.chance(0.3):
            return self.compared(["reference", "referrer", "rank"], "number")
        if self.consents and self.chance(0.12):
            return ["consents", self.one(self.consents)]
        kind = self.one(["count"] * 5 + ["tagged"] * (12 if self.theme == "tags" else 4) + ["within", "no", "no", "inactive", "aggregate", "aggregate", "attribute", "time"]
                        + ["named"] * bool(self.segments))
        if kind == "count":
            return self.count()
        if kind == "tagged":
            return ["tagged", self.one(self.tags)]
        if kind in ("within", "no"):
            event = self.event_name()
            return [kind, event, self.window_where(event) if kind == "within" or "no_where" in self.features else None, self.duration()]
        if kind == "inactive":
            return ["inactive", self.duration()]
        if kind == "aggregate":
            return self.compared(*self.aggregate()) if self.chance(0.9) else ["is missing", self.aggregate()[0]]
        if kind == "time":
            return self.by_time()
        if kind == "named":
            return ["segment", self.one(self.segments)] if self.chance(0.6) else self.compared(["trait", self.one(self.traits)], "number")
        return self.attribute_test()

    def attribute_test(self):
        name, kind = self.one([(n, k) for n, k in self.attributes.items() if k != "customer"])
        side = ["attribute", name]
        if kind in ("date", "moment"):
            return [self.one(["is missing", "is not missing"]), side] if self.chance(0.3) else self.compared(side, kind)
        if self.chance(0.2):
            return [self.one(["is missing", "is not missing"]), side]
        if kind in ("number", "money") and self.chance(0.3):
            side = ["default", side, self.literal(kind)]
        return self.compared(side, kind)

    def asked(self, scope=Scope(), depth=1):
        """A condition that is asked and not watched: it may read through a reference."""
        self.refers = True
        made = self.condition(scope, depth)
        self.refers = False
        return made

    def condition(self, scope=Scope(), depth=2):
        kind = self.one(["leaf"] * 5 + ["and"] * 2 + ["or", "not"]) if depth else "leaf"
        if kind == "leaf":
            return self.leaf(scope)
        if kind == "not":
            return ["not", self.condition(scope, depth - 1)]
        return [kind] + [self.condition(scope, depth - 1) for _ in range(2)]

    # --- playbooks ---------------------------------------------------------------------------------------------------

    def enter(self):
        kind = self.one(["event"] * (6 if self.theme in ("one event", "tags") else 4) + ["when"] * (2 if self.theme in ("one event", "tags") else 4)
                        + ["schedule"] * 3 * self.has("schedule") + ["relative"] * 3 * self.has("relative"))
        if kind == "event":
            event = self.event_name() if self.chance(0.9) else "sent"
            clause = {"on": event}
            if self.chance(0.25) or event == "sent":
                clause["where"] = self.condition(Scope(test=event), 1)
            return clause
        clause = {"when": self.condition(depth=2)} if kind == "when" else self.schedule() if kind == "schedule" else self.relative()
        if self.chance(0.15):
            clause["where"] = self.asked()
        return clause

    def greeting(self):
        """A playbook for `welcome`: the first step after `enter on added`."""
        self.current = "greet"
        self.messages["hi"] = {"channels": [self.one(["outbox", "paper"])], "class": "welcome"}
        p = {"name": "greet", "enter": [{"on": "added"}], "again": self.one(["always", "never", self.duration()]), "priority": self.one([0, 50, 100])}
        p.update(self.playbook_policy())
        messages, self.messages = self.messages, {n: m for n, m in self.messages.items() if n != "hi"}
        p["steps"] = [{"do": "send", "message": "hi"}] + self.steps(Scope(), 1, 2, self.hot)
        self.messages = messages
        return p

    def schedule(self):
        if self.chance(0.2):
            return {"date": str(self.some_date()), "at": self.one(self.times)}
        clause = {"every": self.one(["day", "day", "month", "month", "workday"] + clock.WEEKDAYS[:3] + ["holiday"] * bool(self.calendar)), "at": self.one(self.times)}
        if clause["every"] == "month":
            clause["day"] = self.one([1, 15, 28, 29, 30, 31, clock.today(self.zone or "UTC", self.start).day])
        return clause

    def relative(self):
        names = [n for n in ("birthday", "renewal", "trial") if n in self.attributes]
        date = ["attribute", self.one(names)] if names and self.chance(0.85) else ["first_seen"]
        yearly = date[-1] == "birthday" or self.chance(0.3)
        side = self.one(["before", "after"])
        offset = self.one(["1 day", "3 days", "1 week"] + ["1 month"] * (side == "after"))
        return {"relative": date, "offset": offset, "side": side, "at": self.one(self.times)} | ({"yearly": True} if yearly else {})

    def playbook(self, name):
        self.current = name
        enters = [self.enter() for _ in range(self.one([1, 1, 1, 2, 3]))]
        entered = {c.get("on") for c in enters}
        entry = entered.pop() if len(entered) == 1 else None  # `entry` has an event's fields only where all clauses are of that event
        if self.has("per") and entry in self.events and self.chance(0.5):
            field = self.one([f for f, kind in self.events[entry].items() if kind in ("text", "number")] or [None])
            for clause in enters:
                clause.update({"per": field} if field else {})
        scope = Scope(entry=entry)
        again = ["always"] * (6 if self.theme == "one event" else 3) + ["never", self.duration(), self.duration()]
        p = {"name": name, "enter": enters, "again": self.one(again)}
        kinds = {"every" in c or c.get("yearly", False) for c in enters}
        if len(kinds) == 1 and self.chance(0.3):
            p.pop("again")
        if self.chance(0.4 if self.theme == "tags" else 0.25):
            p["where"] = self.asked(scope)
        if self.chance(0.55):
            event = self.event_name()
            p["goal"] = {"on": event}
            if self.chance(0.75):
                p["goal"]["within"] = self.duration()
            if self.chance(0.25):
                p["goal"]["where"] = self.condition(Scope(test=event, entry=entry), 1)
            if "stay" in self.features and self.chance(0.3):
                p["goal"]["stay"] = True
        if self.chance(0.45):
            p["leave"] = ["tagged", self.one(self.tags)] if self.chance(0.4) else self.condition(depth=1)
            if "goal" in p and p["goal"]["on"] in self.events and self.chance(0.3):  # the goal's own event makes it leave
                p["leave"] = [">=", ["count", p["goal"]["on"], None, self.over()], ["number", self.one([2, 3])]]
        if self.chance(0.7):
            p["priority"] = self.one([0, 20, 50, 70, 100])
        if self.zones_move:  # which zone counts for months after a move is open: see README.md
            for holder, key in ((p, "again"), (p.get("goal", {}), "within")):
                if holder.get(key, "never") not in ("never", "always") and not clock.is_exact(holder[key]):
                    holder[key] = "7 days"
        if self.has("backfill") and any("when" in c for c in enters) and self.chance(0.6):
            p["backfill"] = self.one(["none", "all", "all", 1, 2])
        if self.has("pace") and any("every" in c or "date" in c for c in enters) and self.chance(0.5):
            p["pace"] = {"n": self.one([1, 2, 3, 7]), "per": self.one(["hour", "hour", "day", "minute"])}
        p.update(self.playbook_policy())
        p["steps"] = self.steps(scope, 2, self.dice.randint(1, 4), entry or self.one(self.events))
        if not any(s["do"] == "send" for s in tree.steps_of(p["steps"])):
            p["steps"].insert(0, {"do": "send", "message": self.one(self.messages)})
        p["turn"] = self.dice.randint(0, 2)
        return p

    # --- recipes: playbooks that meet in one turn ------------------------------------------------------------------------

    def recipe(self, playbooks):
        """Bends one or two playbooks so that they meet at one moment; the rest of them stays as it fell."""
        p, q = self.one(playbooks), self.one(playbooks)
        t, on_hot = self.one(self.tags), {"on": self.hot}
        where = self.one([["tagged", t], ["not", ["tagged", t]]])
        more = [kind for kind, feature in (("capped", "caps"), ("capped", "caps"), ("quiet", "quiet"), ("rounds", "repeat"), ("aimed", "date"), ("keys", "per"),
                                           ("at the start", "schedule")) if self.has(feature)]
        if more and self.chance(0.7):
            return self.recipe_of(self.one(more), p, q)
        kind = self.one({"months": ["months", "months", "ends"], "clocks": ["until", "until", "ends"]}.get(
            self.theme, ["race", "ends", "ends", "where", "where", "edge", "relay"]))
        if kind == "months":  # leaves of a window in months, out of order
            test = [self.one(["=", "=", ">=", "<"]), ["count", self.hot, None, "1 month"], ["number", self.one([1, 2, 2])]]
            if self.chance(0.4) and "store" in self.events[self.hot]:
                test = ["=", [self.one(["last", "first", "most"]), self.hot, "store", None, "1 month"], ["text", self.one(STORES)]]
            p.update(enter=[{"when": test}], again="always")
            p.pop("where", None)
        elif kind == "until":  # waits over a change of the clock
            p.update(enter=[on_hot], again="always")
            p["steps"][:0] = [{"do": "wait", "until": self.one(self.times)}] + self.sent()
        elif kind == "race":  # one is about to send, another takes the reason away in the same turn
            p.update(enter=[on_hot], again="always", leave=["tagged", t])
            p["steps"][:0] = self.sent()
            q["enter"] = [on_hot]
            q["steps"][:0] = [{"do": "tag", "tag": t}, {"do": "wait", "for": self.duration()}, {"do": "untag", "tag": t}]
        elif kind == "relay":  # a tag wakes one that waits, while another is between its steps
            p["steps"][:0] = [{"do": "wait", "up_to": self.duration(), "arms": [{"when": ["tagged", t], "steps": self.sent()}]}]
            q["steps"][:0] = [{"do": "tag", "tag": t}] + self.sent() + [{"do": "untag", "tag": t}]
        else:
            inner = self.one([[{"do": "stop"}], [{"do": "tag", "tag": t}], [{"do": "untag", "tag": t}],
                              [{"do": "tag", "tag": t}, {"do": "untag", "tag": t}, {"do": "stop"}], [{"do": "untag", "tag": t}, {"do": "stop"}]])
            p["steps"] = self.sent() + [{"do": "wait", "up_to": self.one(self.pool), "arms": [{"on": self.hot, "steps": inner}]}]
            p.update(enter=[on_hot], again="always")
            if kind == "where":  # `where` turns true or false between the refusal and the turn's end
                p["enter"] = [on_hot | {"where": where}] if self.chance(0.5) else [on_hot]
                p["where"] = where if "where" not in p["enter"][0] or self.chance(0.3) else None
                q["steps"][:0] = [{"do": self.one(["tag", "untag"]), "tag": t}]
                q["enter"].append(dict(on_hot))
            elif kind == "edge":  # the edge comes in the turn that ends the journey
                p["enter"].append({"when": self.one([where, [">=", ["count", self.hot, None, self.duration()], ["number", 2]]])})
        self.mend(p, q)

    def recipe_of(self, kind, p, q):
        """The same for what the features add: sends that meet at one cap, rounds that take long, dates that move."""
        on_hot, d = {"on": self.hot}, self.duration()
        if kind in ("capped", "quiet"):
            for one in (p, q):
                one.update(enter=[dict(on_hot)], again="always", priority=self.one([20, 50, 50, 80]))
                one.pop("where", None)
                late = {"within": self.one([d, d, self.duration()])} if self.chance(0.5) else {}
                one["steps"][:0] = [self.one(self.sent()) | late] + ([{"do": "wait", "for": self.duration()}] if self.chance(0.4) else []) + self.sent()
            if kind == "capped":
                cap = {"n": self.one([1, 1, 2]), "per": d}
                if self.chance(0.7):
                    self.more_caps.append(cap)
                else:
                    p["caps"] = [cap]
        elif kind == "rounds":
            body = self.one([self.sent(), self.sent() + [{"do": "wait", "for": self.duration()}], [{"do": "wait", "up_to": d, "arms": [{"on": self.hot, "steps": self.sent()}]}]])
            loop = {"do": "repeat", "times": self.one([2, 3]), "every": self.one([d, self.duration()]), "body": {"steps": body}}
            p.update(enter=[on_hot], again=self.one(["always", "never"]))
            p["steps"][:0] = [loop | ({"until": ["tagged", self.one(self.tags)]} if self.chance(0.5) else {})] + self.sent()
        elif kind == "aimed":
            self.attributes.setdefault("renewal", "date")
            p["enter"] = [on_hot]
            p["steps"][:0] = [{"do": "wait", "date": self.one([["attribute", "renewal"], ["+", ["attribute", "renewal"], ["duration", "1 week"]]]), "at": self.one(self.times)}] + self.sent()
            q.update(enter=[dict(on_hot)], again="always")
            q["steps"][:0] = [{"do": "wait", "for": d}, {"do": "set", "attribute": "renewal", "to": ["+", ["today"], ["duration", self.one(["1 day", "3 days", "1 month"])]]}]
        elif kind == "keys":
            field = self.one([f for f, k in self.events[self.hot].items() if k in ("text", "number")] or [None])
            if field:
                p.update(enter=[on_hot | {"per": field}], again=self.one(["always", "never", d]))
        else:
            shown = clock.local(self.zone or "UTC", self.start)
            p["enter"] = [{"every": "day", "at": shown.strftime("%H:%M")}]
            p["again"] = "always"
        self.mend(p, q)

    def mend(self, p, q):
        for changed in (p, q):
            self.without_entry(changed)
            if not any("when" in c for c in changed["enter"]):
                changed.pop("backfill", None)
            if not any("every" in c or "date" in c for c in changed["enter"]):
                changed.pop("pace", None)

    def sent(self):
        return [{"do": "send", "message": self.one(self.messages)}]

    def without_entry(self, p):
        """`entry` has an event's fields only where every clause is of that event."""
        entered = {c.get("on") for c in p["enter"]}
        fields = {e[1] for e in tree.parts_of(p, ["entry"])}
        if len(entered) > 1 or None in entered or not fields <= set(self.fields(next(iter(entered)))) | {"at"}:
            for key in ("where", "goal", "leave"):
                if tree.parts_of(p.get(key), ["entry"]):
                    p.pop(key)
            p["steps"] = [s for s in p["steps"] if not tree.parts_of(s, ["entry"])] or self.sent()

    def program(self):
        if self.chance(0.3):
            event = self.one(self.events)
            self.traits = {"often": ["count", event, None, self.duration()]}
            segment = self.condition(depth=1)
            self.segments = {"loyal": segment}
        playbooks = [self.playbook(name) for name in self.names]
        for _ in range(self.one([0, 1, 1, 2])):
            self.recipe(playbooks)
        if self.has("welcome"):
            playbooks.append(self.greeting())
        more = self.policy() | ({"partners": ["garage"]} if self.budgets else {})
        if self.has("edits"):
            if self.chance(0.7):
                self.crowded(playbooks)
            self.name_some(playbooks)
        made = more | {"timezone": self.zone, "customer": self.attributes, "events": self.events,
                "activity": self.dice.sample(list(self.events), self.dice.randint(1, 2)), "traits": self.traits, "segments": self.segments,
                "messages": self.messages, "playbooks": playbooks, "sources": self.sources(), "from": int(self.start), "to": int(self.end),
                "local_range": self.chance(0.3), "chinese": self.chance(0.3)}
        if self.has("edits") or self.has("pauses"):
            made["operations"] = self.operations(made)
        return made


def generate(seed, features=()):
    return Maker(seed, features).program()


def statistics(count, features):
    """Runs the model over many seeds and counts what happened: a generator whose programs do nothing finds nothing."""
    total, share = collections.Counter(), collections.Counter()
    for seed in range(count):
        program = generate(seed, features)
        wording.tend_text(program)
        result = model.run(program)
        result.stats.update(sends=len(result.sends), customers=result.customers, events=result.events)
        total.update(result.stats)
        share.update(result.stats.keys())
        share["nothing sent"] += not result.sends
    print(f"{count} seeds: what happened, how often, in what share of the seeds")
    for name in sorted(share):
        print(f"  {name:32} {total[name]:9} {100 * share[name] / count:6.1f} %")


def main():
    arguments = sys.argv[1:]
    features = ()
    if "--with" in arguments:
        at = arguments.index("--with")
        features = arguments[at + 1].split(",")
        del arguments[at:at + 2]
    if len(arguments) == 2 and arguments[0] == "--statistics":
        return statistics(int(arguments[1]), features)
    if len(arguments) == 2:
        program = generate(int(arguments[0]), features)
        spelling.write(program, arguments[1])
        print(" ".join(["tend", "simulate"] + spelling.range_arguments(program)))
        return 0
    print(__doc__, file=sys.stderr)
    return 3


if __name__ == "__main__":
    sys.exit(main())
