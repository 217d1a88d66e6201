"""Who is let in, when, and how often (§7), and edges (§5). The part of `model.Customer` that lets in."""
import datetime as dt
import heapq

import clock
import days
import draws
from clock import Moment
from journey import Journey


class Refused:
    """An entry refused only because of a live journey, to be asked once more."""

    def __init__(self, asked, blocker):
        self.asked, self.blocker = asked, blocker


class Asked:
    """An entry that is asked for: `clause` of the playbook, or {"start": …}; the event, the key of `per`, the date that it goes by."""

    def __init__(self, playbook, clause, event=None, key=None, date=None):
        self.playbook, self.clause, self.event, self.key, self.date = playbook, clause, event, key, date


def default_again(playbook):
    """`never`, but `always` where all ways in are schedules or yearly."""
    comes_again = [("every" in clause or clause.get("yearly", False)) for clause in playbook["enter"]]
    return "always" if comes_again and all(comes_again) else "never"


class Entries:
    def live(self, playbook, key=None):
        """The live journey of this playbook and key; there is at most one."""
        return next((j for j in self.journeys[playbook["name"]] if j.live() and j.key == key), None)

    def would(self, asked):
        """The journey that the entry would begin."""
        name = asked.playbook["name"]
        held = (draws.held_out(self.program.get("holdout"), "", self.id) or draws.held_out(asked.playbook.get("holdout"), name, self.id))
        date = asked.date or clock.today(self.zone(), self.now)
        return Journey(asked.playbook, len(self.journeys[name]) + 1, self.now, asked.event, self.zone(), asked.key, date, held)

    def checks(self, asked, would):
        """The checks in the order of the text."""
        playbook, clause = asked.playbook, asked.clause
        before = [j for j in self.journeys[playbook["name"]] if j.key == asked.key]
        after = playbook.get("again", default_again(playbook))

        def again_allows():
            if not before or after == "always":
                return True
            return after != "never" and self.now >= self.deadline(max(before, key=lambda j: (j.entry, j.number)), after)

        def where_holds():
            line = clause.get("where")
            if "on" in clause and (self.readings["line_where"] == "fits"):
                line = None
            return self.true(line, would, asked.event) and self.true(playbook.get("where"), would)

        return [("paused", lambda: not self.paused(playbook["name"])),
                ("live", lambda: self.live(playbook, asked.key) is None),
                ("entered at this very moment", lambda: not any(j.entry == self.now for j in before)),
                ("again", again_allows),
                ("where", where_holds),
                ("leave", lambda: "leave" not in playbook or not self.true(playbook["leave"], would))]

    def ask(self, playbook, clause, event=None, again=False, key=None, date=None):
        """An entry is asked for. The first check that fails is the reason."""
        return self.ask_for(Asked(playbook, clause, event, key, date), again)

    def ask_for(self, asked, again=False):
        playbook, clause = asked.playbook, asked.clause
        would = self.would(asked)
        checks = self.checks(asked, would)
        reason = next((name for name, holds in checks if not holds()), None)
        if again and self.readings["edge_again"] == "asked" and "when" in clause and not self.true(clause["when"]):
            reason = reason or "edge"
        if reason is None:
            return self.enter(playbook, would)
        self.stats["refused " + reason] += 1
        self.say(f"{playbook['name']}: entry refused, {reason}")
        if reason == "live" and not again:
            if self.readings["refused_only"] == "all others held" and not all(holds() for _, holds in checks[2:]):
                return None
            self.refused.append(Refused(asked, self.live(playbook, asked.key)))
        return None

    def enter(self, playbook, journey):
        """Entering runs no step (§3). A new entry ends the watch of the one before (§8)."""
        for old in self.journeys[playbook["name"]]:
            if old.key == journey.key:
                old.watched = False
        self.journeys[playbook["name"]].append(journey)
        self.anchor(self.now)
        self.stats["entered"] += 1
        self.stats["entered held out"] += journey.held
        self.say(f"{playbook['name']} {journey.number}: entered" + (", held out" if journey.held else ""))

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
                    self.ask(playbook, clause)

    def set_bits(self):
        """As at a deploy: bits are set without an edge (§13)."""
        self.just_set = {(p["name"], n) for p in self.playbooks for n, clause in enumerate(p["enter"]) if "when" in clause}
        for playbook in self.playbooks:
            for number, clause in enumerate(playbook["enter"]):
                if "when" in clause:
                    self.bits[(playbook["name"], number)] = self.true(clause["when"])

    def enter_on(self, event):
        """Each event that fits (§7); with `per F` everything is per value of F, and a missing F does not enter."""
        for playbook in self.playbooks:
            for clause in playbook["enter"]:
                if clause.get("on") != event.name:
                    continue
                if self.readings["line_where"] != "only asked" and not self.true(clause.get("where"), None, event):
                    continue
                key = event.fields.get(clause["per"]) if "per" in clause else None
                if "per" in clause and key is None:
                    continue
                self.ask(playbook, clause, event, key=key)

    # --- schedules, dates, backfill ---------------------------------------------------------------------------------------

    def occurrence(self, clause):
        """(day, the date that it goes by) where an occurrence of this clause is now, on the customer's clock."""
        time = dt.time.fromisoformat(clause["at"])
        today = clock.today(self.zone(), self.now)
        near = [d for d in (today - dt.timedelta(days=1), today, today + dt.timedelta(days=1))
                if clock.clock(self.zone(), dt.datetime.combine(d, time)) == self.now]
        if "every" in clause:
            return [(d, d) for d in near if days.fits(self.program.get("calendar"), clause["every"], d, clause.get("day"))]
        if "date" in clause:
            return [(d, d) for d in near if str(d) == clause["date"]]
        date = self.value(clause["relative"])
        if isinstance(date, Moment):
            date = clock.today(self.zone(), date)
        return [] if date is None else [(d, by) for d, by in days.relative(clause, date) if d in near]

    def schedules(self):
        """Each occurrence; no local date is used twice by one schedule. Those of a playbook with `pace` are ranked first."""
        for playbook in self.playbooks:
            for number, clause in enumerate(playbook["enter"]):
                if "at" not in clause:
                    continue
                for day, date in self.occurrence(clause):
                    if (playbook["name"], number, day) in self.used_days:
                        continue
                    self.used_days.add((playbook["name"], number, day))
                    self.stats["occurrences"] += 1
                    asked = Asked(playbook, clause, date=date if "relative" in clause else None)
                    if "pace" in playbook and all(holds() for _, holds in self.checks(asked, self.would(asked))):
                        self.let_in.append((playbook["name"], number, asked))
                    else:
                        self.ask_for(asked)
        while self.postponed and self.postponed[0][0] <= self.now:
            asked = heapq.heappop(self.postponed)[2]
            if "when" not in asked.clause or self.true(asked.clause["when"]):  # a backfill enters if the condition still holds
                self.ask_for(asked)

    def postpone(self, moment, asked):
        """An entry that `pace` or `backfill` has given a moment of its own."""
        self.made += 1
        heapq.heappush(self.postponed, (Moment(moment), self.made, asked))
        self.push(moment)

    def to_backfill(self, playbook):
        """The clauses of the playbook whose bit the deploy has just set to 1."""
        return [clause for number, clause in enumerate(playbook["enter"])
                if (playbook["name"], number) in self.just_set and self.bits.get((playbook["name"], number))]
