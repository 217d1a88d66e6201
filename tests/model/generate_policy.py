"""What stands between a step and a message, made by chance: classes, caps, quiet hours, consent, fallbacks, holdouts, calendars, budgets."""
import datetime as dt

import clock

CHANNELS = ["outbox", "paper", "sms"]
# Whatever is united of these, the afternoon from 14:00 to 20:00 stays free.
QUIET = [("21:00", "09:00"), ("20:00", "08:00"), ("22:30", "02:30"), ("01:30", "03:00"), ("12:00", "14:00"), ("00:00", "10:00"), ("02:30", "10:00")]
SHARES = [["50", "50"], ["33.33", "66.67"], ["10", "20", "70"], ["12.5", "87.5"], ["0.01", "99.99"]]


class PolicyMaker:
    def has(self, feature):
        return feature in self.features

    def message(self):
        made = {"channels": [self.one(["outbox", "outbox", "paper"])]}
        if self.has("fallback") and self.chance(0.5):
            made["channels"] = self.dice.sample(CHANNELS, self.one([1, 2, 2, 3]))
        if self.has("class"):
            kind = self.one([None, "marketing", "marketing", "care", "care", "transactional"])
            made.update({"class": kind} if kind else {})
        return made

    def named_channels(self):
        return sorted({c for m in self.messages.values() for c in m["channels"]})

    def cap(self):
        if self.chance(0.2) and self.has("class"):
            size = self.one([2, 3, 4])
            return {"n": self.dice.randint(1, size - 1), "class": self.one(["marketing", "care"]), "in": size}
        made = {"n": self.one([1, 1, 2, 3]), "per": self.one(self.pool + ["day", "1 day", "2 days", "3 days"])}
        if self.has("class") and self.chance(0.3):
            made["class"] = self.one(["marketing", "care"])
        if self.chance(0.25):
            made["channel"] = self.one(self.named_channels())
        if self.chance(0.25):
            made["skip"] = True
        return made

    def caps(self, most):
        """Caps that differ in what they are about: of two about the same one could make the other needless."""
        found = {}
        for _ in range(self.dice.randint(0, most)):
            cap = self.cap()
            found.setdefault((cap.get("class"), cap.get("channel"), "in" in cap), cap)
        return list(found.values())

    def quiet_rule(self):
        made = dict(zip(("from", "to"), self.one(QUIET)))
        if self.chance(0.3):
            made["channel"] = self.one(self.named_channels())
        return made

    def blackout(self):
        first = self.some_date()
        return {"first": str(first), "last": str(first + dt.timedelta(days=self.one([0, 0, 1, 3])))}

    def policy(self):
        """The program's `policy` and what goes with it."""
        rules, more = {}, {}
        if self.has("quiet") and self.chance(0.7):
            rules["quiet"] = [self.quiet_rule() for _ in range(self.one([1, 1, 2]))]
        if self.has("blackout") and self.chance(0.4):
            rules.setdefault("quiet", []).append(self.blackout())
        if self.has("caps") and self.chance(0.8):
            rules["caps"] = self.caps(3)
        for cap in self.more_caps:
            rules["caps"] = [c for c in rules.get("caps", []) if c.get("class") or c.get("channel")] + [cap]
        if self.has("consent") and self.consents and self.chance(0.5):
            rules["consent"] = self.dice.sample(self.named_channels(), self.dice.randint(1, len(self.named_channels())))
        if self.has("holdout") and self.chance(0.4):
            more["holdout"] = self.one(["5", "12.5", "30", "50"])
        if "alliance" in self.consents:
            rules["purposes"] = ["alliance"]
        if self.calendar:
            more["calendar"] = self.calendar
        if self.budgets:
            more["budgets"] = self.budgets
        if self.has("staff"):
            more["teams"] = {"west": ["s1", "s2", "s3"], "north": ["s4"]}
            if self.chance(0.6):
                rules["load"] = {"n": self.one([1, 2, 3]), "per": "day"}
        if rules.get("quiet") == []:
            rules.pop("quiet")
        return more | {"policy": rules}

    def playbook_policy(self):
        made = {}
        if self.has("caps") and self.chance(0.3):
            made["caps"] = self.caps(1)
        if self.has("quiet") and self.chance(0.25):
            made["quiet"] = [self.quiet_rule()]
        if self.has("holdout") and self.chance(0.35):
            made["holdout"] = self.one(["10", "33.33", "50"])
        return made

    def days(self):
        """A calendar: a holiday near the start, one long after the end so that there always is a next one, a worked weekend."""
        if not self.has("workday") or self.chance(0.3):
            return None
        start = clock.today(self.zone or "UTC", self.start)
        first = start + dt.timedelta(days=self.dice.randint(1, 12))
        after = clock.today(self.zone or "UTC", self.end) + dt.timedelta(days=400)
        saturday = first + dt.timedelta(days=7 + (5 - first.weekday()) % 7)
        return {"holidays": [[str(first), str(first + dt.timedelta(days=self.one([0, 1, 4])))], [str(after), str(after)]], "workdays": [[str(saturday), str(saturday)]]}

    def budget(self):
        per = self.one([None, "day", "week", "month"])
        made = {"totals": [{"amount": self.one(["20", "30", "50", "100"]) + " USD"} | ({"per": per} if per else {})]}
        if self.chance(0.4):
            made["each"] = [{"amount": self.one(["5", "10", "20"]) + " USD"} | ({"per": self.one(["day", "week", "month"])} if self.chance(0.5) else {})]
        return made
