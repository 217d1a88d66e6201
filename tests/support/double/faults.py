"""Which call of which API goes wrong, and how: rules that a test gives before it makes the calls.

A rule is {"api": "wecom.message/send" (with * and ?), "kind": one of KINDS, and which of the calls that it matches}:
`nth` (a number or a list, from 1), `from`/`to`, `every`, or `percent` with `seed`; without one of them, each. `contains` narrows it to calls
whose parameters or body hold a text, `times` ends it after so many. The first rule that fires decides; each counts on its own."""
import fnmatch
import random

# kind -> whether the effect happens unless the rule says so with `effect`.
KINDS = {
    "code": False,             # the platform's own error `code`, in the platform's own form
    "status": False,           # HTTP `status` without a body of the platform's; `retry_after` seconds
    "timeout_before": False,   # nothing happens and no answer comes
    "timeout_after": True,     # it happens and no answer comes: the case that finds double sends
    "reset_before": False,     # the connection is reset
    "reset_after": True,
    "slow": True,              # the answer comes after `seconds` of real time
    "garbage": True,           # 200 with bytes that are no answer (or `body`)
    "cut": True,               # the answer ends in its middle
}
CHOICES = {"nth", "from", "to", "every", "percent"}
FIELDS = CHOICES | {"api", "kind", "seed", "contains", "times", "code", "message", "status", "retry_after", "seconds", "effect", "body"}


class BadRule(ValueError):
    pass


class Rule:
    def __init__(self, told):
        unknown = set(told) - FIELDS
        if unknown:
            raise BadRule(f"a rule has no field {sorted(unknown)[0]!r}")
        if told.get("kind") not in KINDS:
            raise BadRule(f"the kind {told.get('kind')!r} is none of {', '.join(KINDS)}")
        if "api" not in told:
            raise BadRule("a rule needs an api, like wecom.message/send or *")
        if (told["kind"] == "code") != ("code" in told):
            raise BadRule("a code goes with the kind `code`")
        if ("percent" in told) != ("seed" in told) or "percent" in told and CHOICES & set(told) != {"percent"}:
            raise BadRule("a percentage goes with a seed, and with no other choice of calls")
        self.told, self.seen, self.fired = told, 0, 0
        self.chance = random.Random(told["seed"]) if "seed" in told else None

    def matches(self, api, text):
        return fnmatch.fnmatchcase(api, self.told["api"]) and self.told.get("contains", "") in text

    def chooses(self):
        told, n = self.told, self.seen
        if self.chance:
            return self.chance.random() * 100 < told["percent"]
        if "nth" in told:
            return n in told["nth"] if isinstance(told["nth"], list) else n == told["nth"]
        if "every" in told:
            return n % told["every"] == 0
        return told.get("from", 1) <= n <= told.get("to", n)

    def fires(self, api, text):
        """Whether this call goes wrong; counts it."""
        if not self.matches(api, text):
            return False
        self.seen += 1
        if not self.chooses() or self.fired >= self.told.get("times", self.fired + 1):
            return False
        self.fired += 1
        return True

    @property
    def kind(self):
        return self.told["kind"]

    @property
    def effect(self):
        return self.told.get("effect", KINDS[self.kind])

    def shown(self):
        return {**self.told, "seen": self.seen, "fired": self.fired}


class Faults:
    def __init__(self):
        self.rules = []

    def add(self, told):
        self.rules.extend([Rule(one) for one in told])

    def pick(self, api, text):
        """The rule that this call falls under; every rule counts it."""
        fired = [rule for rule in self.rules if rule.fires(api, text)]
        return fired[0] if fired else None
