"""Steps made by chance: what a journey does, in all forms that the features ask for."""
import datetime as dt

import clock
from generate_policy import SHARES


class Scope:
    """What a condition may name: the event under test, the entry's event, the events of arms around it, what `let` has kept (name ->
    type); `pure` inside windows."""

    def __init__(self, test=None, entry=None, arms=(), pure=False, lets=None):
        self.test, self.entry, self.arms, self.pure, self.lets = test, entry, tuple(arms), pure, dict(lets or {})

    def inside(self, arm=None, test=None):
        """The scope of a block within this one's steps."""
        return Scope(test, self.entry, self.arms + ((arm,) if arm else ()), False, self.lets)


class StepMaker:
    def steps(self, scope, depth, count, event):
        more = {"tags": ["tag", "untag"] * 4, "clocks": ["wait"] * 3, "one event": ["arms"] * 5 * bool(depth)}.get(self.theme, [])
        kinds = ["send"] * 5 + ["wait"] * 4 + ["arms"] * 5 * bool(depth) + ["if"] * 2 * bool(depth) + ["tag"] * 3 + ["untag"] * 2 + ["set"] * 2 + more
        for feature, weight, deep in (("split", 3, True), ("repeat", 3, True), ("let", 2, False), ("emit", 2, False), ("start", 2, False),
                                      ("start_for", 3, False), ("budget", 3, False), ("staff", 4, False)):
            kinds += [feature] * weight * (self.has(feature) and (bool(depth) or not deep))
        made = [self.made(self.one(kinds), scope, depth, event) for _ in range(count)]
        if depth < 2 and self.chance(0.25):
            made.append({"do": "stop", "reason": "enough"} if self.chance(0.5) else {"do": "stop"})
        return made

    def inner(self, scope, depth, event):
        return self.steps(scope, depth - 1, self.one([1, 1, 1, 2]), event) if self.chance(0.85) else [{"do": "stop"}]

    def made(self, kind, scope, depth, event):
        make = getattr(self, "step_" + kind, None)
        if make is not None:
            return make(scope, depth, event)
        if kind in ("tag", "untag"):
            return {"do": kind, "tag": self.one(self.tags)}
        return self.set_step(scope)

    def step_send(self, scope, depth, event):
        step = {"do": "send", "message": self.one(self.messages)}
        if self.has("fallback") and self.chance(0.2):
            step["channels"] = self.dice.sample(self.named_channels(), self.dice.randint(1, min(2, len(self.named_channels()))))
        if self.chance(0.4 if self.has("caps") or self.has("quiet") else 0.15):
            step["within"] = self.duration()
        if self.has("send_else") and self.chance(0.4):
            step["else"] = {"steps": self.inner(scope.inside(), min(depth, 1), event) if depth and self.chance(0.5) else [{"do": "tag", "tag": self.one(self.tags)}]}
        return step

    def step_wait(self, scope, depth, event):
        if self.has("until") and self.chance(0.3):
            step = {"do": "until", "when": self.condition(scope, 1), "up_to": self.duration()}
            return step | ({"else": {"steps": self.inner(scope.inside(), 1, event)}} if self.chance(0.5) else {})
        if self.has("date") and self.chance(0.3):
            return self.wait_for_date(scope)
        if self.has("workday") and self.chance(0.2):
            return {"do": "wait", "next": self.one(["workday", "workday", "holiday"]) if self.calendar else "workday", "at": self.one(self.times)}
        if self.chance(0.6 if self.theme == "clocks" else 0.3):
            step = {"do": "wait", "until": self.one(self.times)}
            return step | ({"weekday": self.one(clock.WEEKDAYS)} if self.chance(0.3) else {})
        return {"do": "wait", "for": self.duration()}

    def wait_for_date(self, scope):
        dates = [["attribute", name] for name in ("renewal",) if name in self.attributes] * 4 + [["date", str(self.some_date())], ["entry", "date"]]
        date, calendar = self.one(dates), self.one(["1 day", "3 days", "1 week"])
        if "trial" in self.attributes and self.chance(0.3):
            return {"do": "wait", "date": self.one([["attribute", "trial"], ["+", ["attribute", "trial"], ["duration", self.one(["1 day", "90 minutes"])]]])}
        if self.chance(0.15):
            return {"do": "wait", "date": ["moment", self.some_clock()]}
        shifted = self.one([date, ["+", date, ["duration", self.one([calendar, "1 month"])]], ["-", date, ["duration", calendar]]])
        return {"do": "wait", "date": shifted if date[0] != "date" else date, "at": self.one(self.times)}

    def step_arms(self, scope, depth, event):
        arms, up_to = [], self.duration()
        for _ in range(self.one([1, 1, 2, 3])):
            if self.chance(0.7):
                on = event if self.chance(0.5) else self.event_name()
                arm = {"on": on}
                if self.chance(0.35):
                    arm["where"] = self.condition(Scope(test=on, entry=scope.entry, lets=scope.lets), 1)
                inside = scope.inside(arm=on)
            else:
                by_time = [["no", event, None, up_to], ["not", ["within", event, None, up_to]], ["inactive", up_to]]  # flips at the timeout
                arm, inside = {"when": self.one(by_time) if self.chance(0.4) else self.condition(scope, 1)}, scope.inside()
            arms.append(arm | {"steps": self.inner(inside, depth, event)})
        if self.chance(0.6):
            arms.append({"else": True, "steps": self.inner(scope.inside(), depth, event)})
        return {"do": "wait", "up_to": up_to, "arms": arms}

    def step_if(self, scope, depth, event):
        branches = [{"if": self.asked(scope), "steps": self.inner(scope.inside(), depth, event)} for _ in range(self.one([1, 1, 2]))]
        if self.chance(0.5):
            branches.append({"else": True, "steps": self.inner(scope.inside(), depth, event)})
        return {"do": "if", "branches": branches}

    def step_split(self, scope, depth, event):
        shares = self.one(SHARES)
        labels = self.one([["a", "b", "c"], ["story", "offer", "nothing"], ["甲", "乙", "丙"]])
        arms = [{"percent": share, "label": label, "steps": self.inner(scope.inside(), depth, event)} for share, label in zip(shares, labels)]
        return {"do": "split", "arms": arms}

    def step_repeat(self, scope, depth, event):
        step = {"do": "repeat", "times": self.one([1, 2, 2, 3])}
        if self.chance(0.8):
            step["every"] = self.duration()
        if self.chance(0.5):
            step["until"] = self.asked(scope)
        return step | {"body": {"steps": self.inner(scope.inside(), depth, event)}}

    def step_let(self, scope, depth, event):
        self.lets += 1
        name = f"v{self.lets}"
        kind = self.one(["number", "number", "money", "text"])
        if kind == "number":
            to = ["count", self.one(self.events), None, self.over()]
        elif kind == "text" and scope.entry and "store" in self.fields(scope.entry):
            to = ["entry", "store"]
        else:
            to = {"money": ["*", ["money", "9.99 USD"], ["number", 0.5]], "text": ["text", self.one(["a", "b"])]}.get(kind)
        scope.lets[name] = kind
        return {"do": "let", "name": name, "to": to}

    def step_emit(self, scope, depth, event):
        name = self.one(self.events)
        fields = {}
        for field, kind in self.events[name].items():
            fields[field] = self.literal(kind)
            if kind == "text" and scope.entry and "store" in self.fields(scope.entry) and self.chance(0.3):
                fields[field] = ["entry", "store"]
        return {"do": "emit", "event": name, "fields": fields}

    def step_start(self, scope, depth, event):
        others = [name for name in self.names if name != self.current]
        return {"do": "start", "playbook": self.one(others)} if others else self.step_send(scope, depth, event)

    def step_start_for(self, scope, depth, event):
        whom = ["attribute", "referrer"]
        if scope.entry and "sharer" in self.fields(scope.entry) and self.chance(0.5):
            whom = ["entry", "sharer"]
        return {"do": "start", "playbook": self.one(self.names), "for": whom}

    def step_budget(self, scope, depth, event):
        name = self.one(self.budgets)
        step = {"amount": ["money", self.one(["5", "10", "12.50"]) + " USD"], "budget": name}
        if scope.entry and "amount" in self.fields(scope.entry) and self.chance(0.4):
            step["amount"] = ["*", ["default", ["entry", "amount"], ["money", "1 USD"]], ["percent", "30"]]
        if "each" not in self.budgets[name] and self.chance(0.3):
            step = {"do": "credit"} | step | {"to": self.one([{"partner": "garage"}, {"customer": ["attribute", "referrer"]}])}
        else:
            step = {"do": "grant"} | step
            if self.chance(0.5):
                self.lets += 1
                step["as"] = f"g{self.lets}"
        if self.chance(0.6):
            step["else"] = {"steps": [self.one([{"do": "tag", "tag": self.one(self.tags)}, {"do": "send", "message": self.one(self.messages)}, {"do": "stop"}])]}
        return step

    def step_staff(self, scope, depth, event):
        who = {"team": "west"} if self.chance(0.4) else {"staff": ["attribute", "owner"]}
        kind = self.one(["task", "task", "ask", "transfer"])
        if kind == "ask":
            step = {"do": "ask", "message": self.one(self.messages)} | who | ({"within": self.one(["2 hours", "1 hour", self.duration()])} if self.chance(0.6) else {})
        elif kind == "task":
            step = {"do": "task", "text": "call"} | who | ({"due": self.one(["1 day", "2 days", "12 hours"])} if self.chance(0.6) else {})
            self.calls += 1
            step.update({"as": f"call{self.calls}"} if self.chance(0.6) else {})
        else:
            step = {"do": "transfer"} | who
        if self.chance(0.6):
            step["else"] = {"steps": [self.one([{"do": "tag", "tag": self.one(self.tags)}, {"do": "send", "message": self.one(self.messages)}, {"do": "stop"}])]}
        return step

    def set_step(self, scope):
        name, kind = self.one([(n, k) for n, k in self.attributes.items() if n not in ("referrer", "rank")] or [("timezone", "text")])
        to = self.literal(kind)
        if name == "timezone":
            to = ["text", self.zone or "UTC"]
        elif kind == "number":
            points = ["default", ["attribute", name], ["number", 0]]
            to = self.one([to, ["+", points, ["number", 1]], ["count", self.one(self.events), None, self.duration()]])
        elif kind == "money" and self.chance(0.5):
            to = ["+", ["default", ["attribute", name], ["money", "0 USD"]], ["*", ["money", "9.99 USD"], ["number", 0.5]]]
        elif kind == "date":
            to = ["date", str(clock.today(self.zone or "UTC", self.start) - dt.timedelta(days=365 * 18 + 4))] if name == "birthday" else self.one(
                [to, ["+", ["today"], ["duration", "3 days"]]])
        elif kind == "text" and scope.entry and "store" in self.fields(scope.entry) and self.chance(0.4):
            to = ["default", ["entry", "store"], ["text", "a"]]
        return {"do": "set", "attribute": name, "to": to}
