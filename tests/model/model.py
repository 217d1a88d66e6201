"""The model: what a playbook means for one customer after the other, worked out slowly and obviously.

It is written from the text of the semantics alone and shares nothing with the engine. Numbers such as §5 are sections of that
text. To find when a condition may flip it does nothing clever: every moment at which anything could change by time is a
candidate, at each of them one timer turn is made, and every condition is worked out anew from all events. A timer turn at a
moment at which nothing is due changes nothing, so too many candidates do no harm.

Input: a program (JSON; README.md says how it is written), its sources, and from/to. Output: `Result`."""
import collections
import copy
import datetime as dt
import heapq
import random
from fractions import Fraction

import clock
import values
from clock import Moment

# Where the text can be read in two ways: the first reading is the model's own. README.md has the sentences.
READINGS = {
    "finished": ("when the last step is done", "in the agenda"),
    "refused_only": ("the first check that failed", "all others held"),
    "line_where": ("fits, and asked again", "fits", "only asked"),
    "edge_again": ("not asked", "asked"),
    "retry": ("while any is left", "one round"),
    "send_begun": ("standing before it", "attempted"),
    "not_in": ("false when missing", "true when missing"),
    "month_deadline": ("zone of now", "zone at entry"),
    "empty_cell": ("no change", "missing"),
}


def prepared(program):
    """A copy in which every step has an `id`, counted in the order of the text."""
    program = copy.deepcopy(program)
    for playbook in program["playbooks"]:
        for number, step in enumerate(steps_of(playbook["steps"])):
            step["id"] = number
    return program


def steps_of(steps):
    """All steps in the order of the text, those of inner blocks after the step that has them."""
    for step in steps:
        yield step
        for block in blocks_of(step):
            yield from steps_of(block["steps"])


def blocks_of(step):
    """The inner blocks of a step: arms, branches, else."""
    return step.get("arms", []) + step.get("branches", []) + ([step["else"]] if "else" in step else [])


def strings_of(tree, test):
    """Every string below `tree` that `test` takes."""
    if isinstance(tree, str):
        return {tree} if test(tree) else set()
    parts = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else []
    return set().union(*(strings_of(part, test) for part in parts))


def parts_of(tree, names):
    """Every expression below `tree` whose head is one of `names`."""
    found = [tree] if isinstance(tree, list) and tree and isinstance(tree[0], str) and tree[0] in names else []
    parts = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else []
    for part in parts:
        found += parts_of(part, names)
    return found


def literal(expression):
    """The value of a literal; a moment without offset needs the zone and is read in `Customer.value`."""
    kind, text = expression
    if kind == "number":
        return float(text)
    if kind == "money":
        return values.money(text)
    if kind == "percent":
        return values.Percent(Fraction(str(text)))
    if kind == "duration":
        return values.Duration(text)
    if kind == "date":
        return dt.date.fromisoformat(text)
    if kind == "instant":
        return Moment(text)
    return text  # text, bool


class Event:
    def __init__(self, name, at, order, fields):
        self.name, self.at, self.order, self.fields = name, at, order, fields


class Journey:
    """One customer's run through a playbook. `state` of a live one: ready, wait, arms, until, send (stands before it), sending."""

    def __init__(self, playbook, number, entry, event, zone):
        self.playbook, self.number, self.entry, self.event, self.entry_zone = playbook, number, entry, event, zone
        self.status, self.goal, self.watched = "live", False, True
        self.state, self.frames = "ready", [[playbook["steps"], 0]]
        self.wake = self.due = None     # when a wait ends; when the send before which it stands was first due
        self.fitting = set()            # the `on` arms that the event of this turn fits
        self.chosen = {}                # event name -> the event that chose an arm

    def live(self):
        return self.status == "live"

    def step(self):
        steps, index = self.frames[-1]
        return steps[index]


class Refused:
    def __init__(self, playbook, clause, event, blocker):
        self.playbook, self.clause, self.event, self.blocker = playbook, clause, event, blocker


class Customer:
    """One customer's state and his turns (§2, §3). Nothing here looks at another customer."""

    def __init__(self, program, identity, readings, keep_trace=False, extra_moments=()):
        self.program, self.id, self.readings = program, identity, readings
        self.playbooks = sorted(program["playbooks"], key=lambda p: p["name"].encode())  # §3: through playbooks by name
        self.events, self.attributes, self.tags = [], {}, set()
        self.first_seen = None
        self.bits = {}                                  # (playbook, number of the clause) -> bool
        self.journeys = {p["name"]: [] for p in self.playbooks}
        self.now, self.queue, self.refused = None, collections.deque(), []
        self.work = (None, 0)                           # the moment, and what was done at it
        self.timers, self.anchors = [], set()
        self.sends, self.reached = [], collections.Counter()
        self.trace, self.keep_trace = [], keep_trace
        self.stats = collections.Counter()
        used = [program["playbooks"], program.get("traits", {}), program.get("segments", {})]
        self.durations = sorted(strings_of(used, clock.DURATION.match))
        self.moments = [e[1] for e in parts_of(used, ["moment"])]
        self.dates = bool(parts_of(used, ["today", "age", "date"]))
        self.extra_moments = extra_moments

    # --- state -----------------------------------------------------------------------------------------------------

    def zone(self):
        """§1: the attribute `timezone`, else the policy's, else UTC."""
        return self.attributes.get("timezone") or self.program.get("timezone") or "UTC"

    def exists(self):
        return self.first_seen is not None

    def live(self, playbook):
        """The live journey of this playbook; there is at most one, as `per` is not in part one."""
        return next((j for j in self.journeys[playbook["name"]] if j.live()), None)

    def in_order(self):
        """§3: playbooks by name, journeys by number."""
        return [j for p in self.playbooks for j in self.journeys[p["name"]]]

    def say(self, text):
        if self.keep_trace:
            self.trace.append(f"{clock.print_moment(self.now)}  {text}")

    def bounded(self):
        """§3: no circle of playbooks can spin, so a moment ends; 5,000 steps and looks at the edges are far beyond any honest one."""
        moment, done = self.work
        self.work = (self.now, done + 1 if moment == self.now else 1)
        assert self.work[1] < 5_000, f"the moment {clock.print_moment(self.now)} of {self.id} does not end"

    # --- moments at which time alone may change something --------------------------------------------------------------

    def anchor(self, t):
        """Everything that lasts D from t ends at t + D (§5); `>` and `<` of a moment flip a millisecond later."""
        if t in self.anchors:
            return
        self.anchors.add(t)
        self.push_around(t)

    def push_around(self, t):
        for d in self.durations:
            self.push(clock.plus(self.zone(), t, d))
            if clock.is_exact(d):  # `now + D >= t`
                self.push(clock.minus(self.zone(), t, d))
        self.push(t)

    def push(self, m):
        for candidate in (m, m + 1):
            if self.now is None or candidate > self.now:
                heapq.heappush(self.timers, Moment(candidate))

    def push_zone(self):
        """What depends on the zone: months, dates, moments written without offset. Again when the zone changes."""
        for t in list(self.anchors):
            self.push_around(t)
        for text in self.moments:
            self.anchor(clock.clock(self.zone(), dt.datetime.fromisoformat(text)))
        if self.dates:
            date = clock.today(self.zone(), self.program["from"]) - dt.timedelta(days=1)
            while date <= clock.today(self.zone(), self.program["to"]) + dt.timedelta(days=1):
                self.push(clock.midnight(self.zone(), date))
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
        if head in ("text", "number", "money", "percent", "bool", "duration", "date", "instant"):
            return literal(expression)
        if head == "attribute":
            return self.attributes.get(rest[0])
        if head == "first_seen":
            return self.first_seen
        if head == "field":
            return event.at if rest[0] == "at" else event.fields.get(rest[0])
        if head == "entry":
            return journey.entry if rest[0] == "at" else journey.event.fields.get(rest[0])
        if head == "arm":
            chosen = journey.chosen.get(rest[0])
            return None if chosen is None else chosen.at if rest[1] == "at" else chosen.fields.get(rest[1])
        if head == "now":
            return self.now
        if head == "today":
            return clock.today(self.zone(), self.now)
        if head == "age":
            birthday = self.value(rest[0], journey, event)
            return None if birthday is None else float(clock.age(birthday, clock.today(self.zone(), self.now)))
        if head == "trait":
            return self.value(self.program["traits"][rest[0]])
        if head == "segment":
            return self.true(self.program["segments"][rest[0]])
        if head == "tagged":
            return rest[0] in self.tags
        if head == "count":
            return float(len(self.window(rest[0], rest[1], rest[2])))
        if head in ("total", "average", "min", "max", "first", "last", "most"):
            name, field, where, over = rest
            found = [e.at if field == "at" else e.fields.get(field) for e in self.window(name, where, over)]
            return values.aggregate(head, [v for v in found if v is not None], self.field_type(name, field))
        if head == "within":
            return bool(self.window(rest[0], rest[1], rest[2]))
        if head == "no":
            found = self.window(rest[0], rest[1], None)
            return self.silent(found[-1].at if found else None, rest[2])
        if head == "inactive":
            found = [e.at for e in self.events if e.name in self.program["activity"]]
            return self.silent(max(found) if found else None, rest[0])
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

    def field_type(self, name, field):
        if field == "at":
            return "moment"
        return "text" if name == "sent" else self.program["events"][name][field]

    # --- entry (§7) --------------------------------------------------------------------------------------------------------

    def ask(self, playbook, clause, event, again=False):
        """An entry is asked for. The checks are in the order of the text; the first that fails is the reason."""
        before = self.journeys[playbook["name"]]
        would = Journey(playbook, len(before) + 1, self.now, event, self.zone())
        blocker = self.live(playbook)
        after = playbook.get("again", "never")

        def again_allows():
            if not before or after == "always":
                return True
            return after != "never" and self.now >= self.deadline(before[-1], after)

        def where_holds():
            line = clause.get("where")
            if "on" in clause and (self.readings["line_where"] == "fits"):
                line = None
            return self.true(line, would, event) and self.true(playbook.get("where"), would)

        checks = [("live", lambda: blocker is None),
                  ("entered at this very moment", lambda: not (before and before[-1].entry == self.now)),
                  ("again", again_allows),
                  ("where", where_holds),
                  ("leave", lambda: "leave" not in playbook or not self.true(playbook["leave"], would))]
        reason = next((name for name, holds in checks if not holds()), None)
        if again and self.readings["edge_again"] == "asked" and "when" in clause and not self.true(clause["when"]):
            reason = reason or "edge"
        if reason is None:
            return self.enter(playbook, would)
        self.stats["refused " + reason] += 1
        self.say(f"{playbook['name']}: entry refused, {reason}")
        if reason == "live" and not again:
            if self.readings["refused_only"] == "all others held" and not all(holds() for _, holds in checks[1:]):
                return None
            self.refused.append(Refused(playbook, clause, event, blocker))
        return None

    def enter(self, playbook, journey):
        """Entering runs no step (§3). A new entry ends the watch of the one before (§8)."""
        for old in self.journeys[playbook["name"]]:
            old.watched = False
        self.journeys[playbook["name"]].append(journey)
        self.anchor(self.now)
        self.stats["entered"] += 1
        self.say(f"{playbook['name']} {journey.number}: entered")

    def deadline(self, journey, d):
        """entry + D, for `again after D` and `goal within D`."""
        fixed = self.readings["month_deadline"] == "zone at entry"
        return clock.plus(journey.entry_zone if fixed else self.zone(), journey.entry, d)

    def edges(self):
        """§5: turns true is bit 0 and value 1; the bit follows the value even when entry is refused."""
        self.bounded()
        for playbook in self.playbooks:
            for number, clause in enumerate(playbook["enter"]):
                if "when" not in clause:
                    continue
                old, new = self.bits.get((playbook["name"], number), False), self.true(clause["when"])
                self.bits[(playbook["name"], number)] = new
                if new and not old:
                    self.stats["edges"] += 1
                    self.ask(playbook, clause, None)

    def enter_on(self, event):
        """Each event that fits (§7)."""
        for playbook in self.playbooks:
            for clause in playbook["enter"]:
                if clause.get("on") != event.name:
                    continue
                if self.readings["line_where"] != "only asked" and not self.true(clause.get("where"), None, event):
                    continue
                self.ask(playbook, clause, event)

    # --- ends (§8) -----------------------------------------------------------------------------------------------------------

    def end(self, journey, status):
        journey.status, journey.state, journey.frames = status, None, []
        self.stats["ended " + status] += 1
        self.say(f"{journey.playbook['name']} {journey.number}: {status}")

    def goals(self, event):
        """An event E with entry <= at < entry + D, taken at m < entry + D, that `where` admits."""
        for j in self.in_order():
            goal = j.playbook.get("goal")
            if goal is None or goal["on"] != event.name or j.goal:
                continue
            if not (j.live() or (j.status == "finished" and j.watched)):
                continue
            if "within" in goal and not (event.at < self.deadline(j, goal["within"]) and self.now < self.deadline(j, goal["within"])):
                continue
            if event.at < j.entry or not self.true(goal.get("where"), j, event):
                continue
            j.goal = True
            self.stats["goal of a live one" if j.live() else "goal of a finished one"] += 1
            if j.live() and not goal.get("stay"):
                self.end(j, "goal")
            else:
                self.say(f"{j.playbook['name']} {j.number}: goal")

    def leave(self):
        """A level, not an edge."""
        for j in self.in_order():
            if j.live() and "leave" in j.playbook and self.true(j.playbook["leave"], j):
                self.end(j, "left")

    # --- steps (§9) ------------------------------------------------------------------------------------------------------------

    def done(self, j):
        """The step on which j stands is done. A journey is live until its last step is done (§8)."""
        j.state, j.wake, j.fitting = "ready", None, set()
        while j.frames and j.frames[-1][1] == len(j.frames[-1][0]):
            j.frames.pop()
        if not j.frames and self.readings["finished"] == "when the last step is done":
            self.end(j, "finished")

    def past(self, j, block=None):
        """Past the step, into `block` where it has one."""
        j.frames[-1][1] += 1
        if block is not None:
            j.frames.append([block["steps"], 0])
        self.done(j)

    def on_arms(self, event):
        """`wait up to D { on … }`: the event came after the step was reached; which arm is taken, `waited_for` says."""
        for j in self.in_order():
            if j.live() and j.state == "arms":
                j.fitting = {n for n, arm in enumerate(j.step()["arms"])
                             if arm.get("on") == event.name and self.true(arm.get("where"), j, event)}

    def waited_for(self, event=None):
        """Conditions waited for; of several arms that fit in one turn the first in the text is taken."""
        for j in self.in_order():
            if j.live() and j.state == "arms":
                self.take_arm(j, event)
            elif j.live() and j.state == "until" and self.true(j.step()["when"], j):
                self.past(j)

    def take_arm(self, j, event=None):
        for n, arm in enumerate(j.step()["arms"]):
            if n in j.fitting or ("when" in arm and self.true(arm["when"], j)):
                if n in j.fitting:
                    j.chosen[event.name] = event
                self.stats["arm on" if n in j.fitting else "arm when"] += 1
                self.say(f"{j.playbook['name']} {j.number}: arm {n + 1}")
                self.past(j, arm)
                return

    def wake(self):
        """Waits and timeouts due at m; a timeout takes `else`."""
        for j in self.in_order():
            if not j.live() or j.wake is None or j.wake > self.now:
                continue
            if j.state == "wait":
                self.past(j)
            elif j.state in ("arms", "until"):
                self.stats["arm else"] += 1
                others = [arm for arm in j.step().get("arms", []) if arm.get("else")] + [j.step().get("else")]
                self.say(f"{j.playbook['name']} {j.number}: timeout")
                self.past(j, others[0])

    def sleep(self, j, state, until):
        j.state, j.wake = state, until
        self.push(until)

    def run_step(self, j):
        """One step of j, up to where it waits, has ended, or stands before a send (§3)."""
        self.bounded()
        if not j.frames:
            return self.end(j, "finished")
        step = j.step()
        kind, name = step["do"], (j.playbook["name"], step["id"])
        if kind == "send":
            j.state, j.due = "send", self.now
            if self.readings["send_begun"] == "standing before it":
                self.reached[name] += 1
            return None
        self.reached[name] += 1
        if kind == "wait" and "for" in step:
            return self.sleep(j, "wait", clock.plus(self.zone(), self.now, step["for"]))
        if kind == "wait" and "until" in step:
            at = clock.next_clock(self.zone(), self.now, dt.time.fromisoformat(step["until"]), step.get("weekday"))
            return self.past(j) if at == self.now else self.sleep(j, "wait", at)  # none to wait if it is now
        if kind == "wait":
            self.anchor(self.now)
            self.sleep(j, "arms", clock.plus(self.zone(), self.now, step["up_to"]))
            return self.take_arm(j)  # an arm `when C` is asked at once too
        if kind == "until":
            self.sleep(j, "until", clock.plus(self.zone(), self.now, step["up_to"]))
            return self.past(j) if self.true(step["when"], j) else None
        if kind == "if":
            taken = next((b for b in step["branches"] if self.true(b.get("if"), j)), None)
            return self.past(j, taken)
        if kind == "stop":
            return self.end(j, "finished")
        return self.change(j, step)

    def change(self, j, step):
        """`tag`, `untag`, `set`: at once; no change, no edge. Then leave, waited-for conditions, edges (§3)."""
        before = (dict(self.attributes), set(self.tags))
        if step["do"] == "tag":
            self.tags.add(step["tag"])
        elif step["do"] == "untag":
            self.tags.discard(step["tag"])
        else:
            self.set_attribute(step["attribute"], self.value(step["to"], j))
        self.say(f"{j.playbook['name']} {j.number}: {step['do']} {step.get('tag') or step.get('attribute')}")
        self.past(j)
        if before != (self.attributes, self.tags):
            self.stats["changes by steps"] += 1
            self.leave()
            self.waited_for()
            self.edges()

    def set_attribute(self, name, value):
        if value is None:
            self.attributes.pop(name, None)
        else:
            self.attributes[name] = value
        if isinstance(value, Moment):
            self.anchor(value)
        if name == "timezone":
            self.push_zone()

    # --- agenda and sends (§3, §11) ------------------------------------------------------------------------------------------------

    def agenda(self):
        """Journeys that can go on, one step at a time; only when none can, one send; then again."""
        while True:
            journeys = [j for j in self.in_order() if j.live()]
            ready = [j for j in journeys if j.state == "ready"]
            if ready:
                self.run_step(min(ready, key=lambda j: (-priority(j), j.playbook["name"].encode(), j.number)))
                continue
            standing = [j for j in journeys if j.state == "send"]
            if not standing:
                return
            self.attempt(min(standing, key=lambda j: (-priority(j), j.due, j.playbook["name"].encode(), j.number)))

    def attempt(self, j):
        """Part one has no caps, quiet hours or consent: every attempt is handed over, and accepted at the same moment; the outcome
        is an input of its own (§2.2, §3)."""
        message = j.step()["message"]
        if self.readings["send_begun"] == "attempted":
            self.reached[(j.playbook["name"], j.step()["id"])] += 1
        channel = self.program["messages"][message]["channel"]
        self.sends.append((self.now, self.id, j.playbook["name"], message, channel))
        self.say(f"{j.playbook['name']} {j.number}: send {message}")
        j.state = "sending"
        sent = {"message": message, "channel": channel, "playbook": j.playbook["name"]}
        self.queue.append({"event": "sent", "fields": sent, "journey": j})

    # --- turns (§3) --------------------------------------------------------------------------------------------------------------------

    def settle(self):
        """The agenda; then those refused only because of a live journey that ended within this turn, once more, in the order of
        the refusals; then the agenda goes on (§7)."""
        self.agenda()
        while True:
            due = [r for r in self.refused if not r.blocker.live()]
            if not due:
                break
            self.refused = [r for r in self.refused if r.blocker.live()]
            for r in due:
                self.stats["asked once more"] += 1
                self.ask(r.playbook, r.clause, r.event, again=True)
            self.agenda()
            if self.readings["retry"] == "one round":
                break
        self.refused = []

    def timer_turn(self):
        self.leave()
        self.wake()
        self.waited_for()
        self.edges()
        self.settle()

    def input_turn(self, given):
        event = self.take(given)
        if event is not None:
            self.goals(event)
        self.leave()
        if event is not None:
            self.on_arms(event)
        self.waited_for(event)
        for j in self.in_order():
            j.fitting = set()  # the arms' events of this turn are forgotten
        if event is not None:
            self.enter_on(event)
        self.edges()
        self.settle()

    def take(self, given):
        """The state changes; the event, where the input is one, is given back."""
        born = not self.exists()
        if born:
            self.first_seen = self.now
        event = None
        if "event" in given:
            event = Event(given["event"], self.now, len(self.events), given["fields"])
            self.events.append(event)
            self.say(f"{event.name} {({k: str(v) for k, v in event.fields.items()})}")
            if "journey" in given and given["journey"].live():  # §11: accepted, on to the next step
                self.past(given["journey"])
        else:
            for name, value in given["attributes"].items():
                if value is not None or self.readings["empty_cell"] == "missing":
                    self.set_attribute(name, value)
            for tag in given["tags"]:
                self.tags.discard(tag[1:]) if tag.startswith("-") else self.tags.add(tag)
            self.say(f"attributes {({k: str(v) for k, v in given['attributes'].items()})} tags {given['tags']}")
        if born:
            self.push_zone()
        self.anchor(self.now)
        return event

    def caused(self):
        """§2.2: what he caused himself, first in, first out, right after the turn that caused it."""
        while self.queue:
            self.input_turn(self.queue.popleft())

    # --- the run (§2) --------------------------------------------------------------------------------------------------------------------

    def run(self, dated, registers):
        """`dated`: inputs in their order, each with `at`; `registers`: rows without, which stand at the start before the deploy."""
        start, end = Moment(self.program["from"]), Moment(self.program["to"])
        for given in dated:
            if given["at"] < start:  # history changes the state, nothing else
                self.now = given["at"]
                self.take(given)
        self.now = start
        for given in registers:
            self.take(given)
        if self.exists():  # the deploy: bits of those who exist are set without an edge (§13)
            for playbook in self.playbooks:
                for number, clause in enumerate(playbook["enter"]):
                    if "when" in clause:
                        self.bits[(playbook["name"], number)] = self.true(clause["when"])
        rest = collections.deque(given for given in dated if start <= given["at"] < end)
        for m in self.extra_moments:
            self.push(m)
        while True:
            while self.timers and self.timers[0] <= self.now:
                heapq.heappop(self.timers)
            after = [m for m in ([rest[0]["at"]] if rest else []) + self.timers[:1] if m < end]
            if not after:
                return
            moment = min(after)
            by_time = bool(self.timers) and self.timers[0] == moment
            self.now = moment
            if by_time and moment > start and self.exists():  # due at the start itself by time is history
                self.timer_turn()
                self.caused()
            while rest and rest[0]["at"] == moment:
                self.input_turn(rest.popleft())
                self.caused()


def priority(journey):
    return journey.playbook.get("priority", 50)


def inputs_by_customer(program):
    """§2: sources by `at` (stable), then at one moment by source name (bytes), then row. Gives customer -> (dated, registers)."""
    rows = []
    for source in program["sources"]:
        for number, row in enumerate(source["rows"]):
            cells = {name: None if value is None else literal(value) for name, value in row["values"].items()}
            given = {"at": row.get("at")}
            if "event" in source:
                given.update(event=source["event"], fields={n: v for n, v in cells.items() if v is not None})
            else:
                given.update(attributes=cells, tags=row.get("tags", []))
            rows.append((row.get("at"), source["name"].encode(), number, row["customer"], given))
    found = {}
    for at, _, _, customer, given in sorted(rows, key=lambda r: (r[0] is not None, r[0] or 0, r[1], r[2])):
        dated, registers = found.setdefault(customer, ([], []))
        (registers if at is None else dated).append(given)
    for dated, _ in found.values():
        for given in dated:
            given["at"] = Moment(given["at"])
    return found


class Result:
    """`sends` in the order of --sends; `figures` by playbook; `traces` by customer where asked for."""

    def __init__(self):
        self.sends, self.figures, self.traces, self.stats = [], {}, {}, collections.Counter()
        self.customers = self.events = 0


def run(program, readings=None, customer_type=Customer, trace=False, noise=None):
    """The whole run. `readings` overrides READINGS; `customer_type` lets a test put a wrong engine in; `noise` is a seed for timer
    turns at moments at which nothing is due, which must change nothing."""
    program = prepared(program)
    chosen = {name: kinds[0] for name, kinds in READINGS.items()} | (readings or {})
    result = Result()
    for p in program["playbooks"]:
        result.figures[p["name"]] = {"entered": 0, "goal": 0, "left": 0, "finished": 0, "live": 0,
                                     "reached": [0] * len(list(steps_of(p["steps"]))), "sends": collections.Counter()}
    start, end = program["from"], program["to"]
    made = []
    for identity, (dated, registers) in inputs_by_customer(program).items():
        dice = random.Random(f"{noise} {identity}")
        extra = [Moment(dice.randrange(start, end)) for _ in range(40)] if noise is not None else []
        customer = customer_type(program, identity, chosen, trace, extra)
        customer.run(dated, registers)
        made += [(send[0], identity.encode(), number, send) for number, send in enumerate(customer.sends)]
        result.customers += customer.exists()
        result.events += sum("event" in given for given in dated if given["at"] < end)
        result.stats += customer.stats
        result.traces[identity] = customer.trace
        for (name, step), times in customer.reached.items():
            result.figures[name]["reached"][step] += times
        for j in customer.in_order():
            figures = result.figures[j.playbook["name"]]
            figures["entered"] += 1
            figures["goal" if j.goal else j.status] += 1  # §8: goal if reached, whatever else
    for _, _, _, send in sorted(made, key=lambda s: s[:3]):  # by moment, customer (bytes), then as made
        result.sends.append(send)
        result.figures[send[2]]["sends"][(send[3], send[4])] += 1
    return result
