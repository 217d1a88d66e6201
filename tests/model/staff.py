"""People's work (§12): who of a team takes a task, and when nobody can. What was given is a list, loads are counted anew from it."""
import datetime as dt

import clock
import draws
from budgets import period


class Staff:
    """program["teams"]: name -> ids; policy `load`: {"n", "per"}: so many tasks a person in a calendar period of the policy's zone."""

    def __init__(self, program):
        self.teams, self.load = program.get("teams", {}), program.get("policy", {}).get("load")
        self.zone = program.get("timezone") or "UTC"
        self.given = []     # (moment, person)

    def loaded(self, person, m):
        around = period(self.zone, m, self.load["per"]) if self.load else None
        return sum(whose == person and (not self.load or period(self.zone, at, self.load["per"]) == around) for at, whose in self.given)

    def answer(self, asked, m):
        """The least loaded of those who can, of equals the first by (draw, id); None where all are full."""
        people = [p for p in asked["people"] if not self.load or self.loaded(p, m) < self.load["n"]]
        if not people:
            return None
        person = min(people, key=lambda p: (self.loaded(p, m), draws.draw("staff", p, asked["customer"]), p.encode()))
        if asked["counts"]:
            self.given.append((m, person))
        return person

    def next_period(self, m):
        """When there may be a place again."""
        return clock.midnight(self.zone, period(self.zone, m, self.load["per"])[1] + dt.timedelta(days=1))
