"""Inputs made by chance, and made of ties: equal moments across sources, moments exactly a duration apart or a millisecond beside it, local
times that steps wait for, month ends, days on which the clock changes."""
import datetime as dt

import clock

ZONES = ["UTC", "Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu"]
TIMES = ["10:00", "00:00", "02:30", "01:30", "09:00", "21:15"]
KEPT = ("referrer", "rank")     # attributes that others read: they change only at moments at which nobody else does anything (see `moved_ranks`)


class SourceMaker:
    def next_moment(self, before):
        """A moment made of those that are there: ties, exactly D later, a millisecond beside it, a local time that steps wait for."""
        zone = self.zone or "UTC"
        base = before[-1] if self.chance(0.6) else self.one(before)
        kind = self.dice.random()
        if kind < 0.35:
            return clock.plus(zone, base, self.duration())
        if kind < (0.65 if self.theme == "one event" else 0.5):
            return base
        if self.theme == "months" and kind < 0.75:  # the last days of a month, at a time of day of their own
            last = clock.move_months(clock.today(zone, base).replace(day=1), 1) - dt.timedelta(days=1)
            return clock.clock(zone, dt.datetime.combine(last - dt.timedelta(days=self.one([0, 1, 2])), dt.time.fromisoformat(self.one(TIMES))))
        if kind < 0.60:
            return clock.Moment(clock.plus(zone, base, self.duration()) + self.one([-1, 1]))
        if kind < 0.75:
            return clock.next_clock(zone, base, dt.time.fromisoformat(self.one(self.times)))
        if kind < 0.80:
            return clock.Moment(base + self.dice.randrange(clock.EXACT["hour"]))
        return clock.Moment(base + self.dice.randrange(1, 10) * clock.EXACT["day"] + self.one([0, self.dice.randrange(clock.EXACT["day"])]))

    def crossed(self):
        """Two moments that leave a window of a month in the other order: 30 January 10:00 and 31 January 09:00."""
        date = clock.today(self.zone or "UTC", self.start) - dt.timedelta(days=25)
        while (clock.move_months(date, 1) - date).days != 28 + (date.month != 1) * 2 or date.day != 31:
            date += dt.timedelta(days=1)
            if date > clock.today(self.zone or "UTC", self.end) - dt.timedelta(days=30):
                return []
        early, late = sorted(self.dice.sample(TIMES, 2))
        ats = [(date - dt.timedelta(days=1), late), (date, early)]
        return [clock.clock(self.zone or "UTC", dt.datetime.combine(d, dt.time.fromisoformat(t))) for d, t in ats]

    def first_moment(self):
        kind = self.dice.random()
        if self.theme == "clocks":
            kind *= 0.5
        if kind < 0.15:
            return self.start
        if kind < 0.5:
            return clock.clock(self.zone or "UTC", dt.datetime.fromisoformat(self.some_clock()))
        return clock.Moment(self.start + self.dice.randrange(-40, 30) * clock.EXACT["day"] + self.dice.randrange(24) * clock.EXACT["hour"])

    def value_of(self, name, kind):
        if kind == "date":
            if name == "birthday":
                return ["date", self.one(["2008-02-29", "2000-03-03", str(self.some_date().replace(day=28, year=2008)), "1999-12-31"])]
            return ["date", str(self.some_date())]
        if kind == "moment":
            return ["instant", int(self.one([self.first_moment(), self.start + self.dice.randrange(self.end - self.start)]))]
        return self.literal(kind)

    def sources(self):
        prefix = {name: self.one(["", "a_", "z_", "M"]) for name in list(self.events) + ["changes", "tagging", "people", "profile", "zones"]}
        made = {name: {"name": prefix[name] + name + "s", "event": name, "rows": []} for name in self.events}
        fixed = {n for n in self.attributes if self.chance(0.4)}     # in a register; may be missing there
        moving = [n for n in self.attributes if n not in fixed]      # changed by dated rows, with every cell filled
        fixed -= set(KEPT)
        if fixed:
            made["people"] = {"name": prefix["people"] + "people", "attributes": sorted(fixed), "rows": []}
        moving = [n for n in moving if n not in KEPT]
        if moving:
            made["changes"] = {"name": prefix["changes"] + "changes", "attributes": [self.one(moving if "renewal" not in moving else ["renewal"])], "rows": [], "tags": self.chance(0.3)}
            made["profile"] = {"name": prefix["profile"] + "profile", "attributes": moving, "rows": [], "tags": self.chance(0.7)}
        if "referrer" in self.attributes:  # known from the start, and never changed
            fixed |= {"referrer", "rank"} & set(self.attributes)
            made["people"] = {"name": prefix["people"] + "people", "attributes": sorted(fixed), "rows": []}
        for name in ("people", "changes", "profile"):
            if name in made and self.consents and self.chance(0.8):
                made[name]["consent"] = self.consents
            if name in made and self.has("suppressed") and self.chance(0.8):
                made[name]["suppressed"] = self.dice.sample(["", "outbox", "paper"], self.one([1, 2]))
        if "hi" in self.messages:
            made["added"] = {"name": prefix["people"] + "adds", "event": "added", "rows": []}
        made["tagging"] = {"name": prefix["tagging"] + "tagging", "attributes": [], "tags": True, "rows": []}
        if self.zones_move:
            made["zones"] = {"name": prefix["zones"] + "zones", "attributes": ["timezone"], "rows": []}
        for identity in self.people:
            self.rows_of(identity, made)
        if self.refers_moving:
            made["ranks"] = {"name": prefix["people"] + "ranks", "attributes": ["rank"], "rows": self.moved_ranks()}
        for source in made.values():
            source["style"] = self.one([None, None, "local", "local minutes", "offset", "fine"])
            if self.chance(0.4):
                self.dice.shuffle(source["rows"])  # sources are sorted by `at` before a run
        return [s for s in made.values() if s["rows"]]

    def moved_ranks(self):
        """What others read moves. Between two customers of one moment there is no order, so each row has a millisecond of its own: nothing that
        others do falls on it, nor on anything that follows from it by whole seconds."""
        rows = []
        for identity in self.people:
            for _ in range(self.moves.choice([0, 1, 2, 5])):
                at = self.start + self.moves.randrange(-20, 90) * clock.EXACT["day"] + self.moves.randrange(24 * 60) * clock.EXACT["minute"]
                rows.append({"customer": identity, "at": int(at) + 2 + len(rows) % 900, "values": {"rank": ["number", self.moves.choice([1, 2, 3, 2.5])]}})
        return rows[:900]

    def rows_of(self, identity, made):
        if "people" in made and self.chance(0.8):
            values = {n: None if self.chance(0.15) else self.value_of(n, self.attributes[n]) for n in made["people"]["attributes"]}
            if "referrer" in values and self.chance(0.2):
                values["referrer"] = ["text", identity]
            made["people"]["rows"].append({"customer": identity, "values": values} | self.consent_of(made["people"], 0.8))
        if "zones" in made and self.chance(0.5):
            for _ in range(self.one([1, 2])):
                row = {"customer": identity, "values": {"timezone": ["text", self.one(ZONES)]}, "at": self.first_moment()}
                made["zones"]["rows"].append(row)
        moments = [self.first_moment()]
        kinds = [n for n in made if n in self.events] * 3 + [self.hot] * 6 + [n for n in ("tagging", "changes", "profile", "added") if n in made]
        for _ in range(self.one([0, 1, 2, 4, 6, 8, 12, 20, 29])):
            moments.append(self.next_moment(moments))
        crossed = self.crossed() if self.theme == "months" and self.chance(0.7) else []
        for at in moments + crossed:
            name = self.hot if at in crossed else self.one(kinds)
            source = made[name]
            row = {"customer": identity, "at": int(at)}
            if "event" in source:
                row["values"] = {f: None if self.chance(0.1) else self.literal(kind) for f, kind in self.events.get(name, {}).items()}
            else:
                row["values"] = {n: self.value_of(n, self.attributes[n]) for n in source["attributes"]}
                if source.get("tags"):
                    chosen = self.dice.sample(self.tags, self.dice.randint(0 if source["attributes"] else 1, len(self.tags)))
                    row["tags"] = [("-" if self.chance(0.45) else "") + t for t in chosen]
                row.update(self.consent_of(source, 0.5))
            source["rows"].append(row)

    def consent_of(self, source, share):
        """Consent given, withdrawn, or not spoken of."""
        given = {name: self.one([True] * 5 + [False, None]) for name in source.get("consent", []) if self.chance(share)}
        barred = {channel: self.one([True, False, False, None]) for channel in source.get("suppressed", []) if self.chance(share)}
        return ({"consent": given} if given else {}) | ({"suppressed": barred} if barred else {})
