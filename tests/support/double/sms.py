"""What the doubles of SMS platforms share: numbers, templates, windows per number, receipts.

Receipts go by the setting `receipts`: `url`, `delay` in seconds of virtual time, `times` (0: they get lost, and only asking tells), `before_reply` (the receipt
overtakes the answer to the send), `outcome`, `outcomes` by number, `fail_percent` with `seed`."""
import random
import re

import clock
import deliver

RECEIPTS = {"url": None, "delay": 2, "times": 1, "before_reply": False, "outcome": "DELIVERED", "outcomes": {}, "fail_percent": 0, "seed": 1}
CHINESE = re.compile(r"(?:\+?86|0086)?(1\d{10})")
URL = re.compile(r"https?://|www\.|\b[\w-]+\.(?:com|cn|net|org|cc|top)\b", re.I)


def chinese_number(text):
    """The 11 digits of a number of mainland China, or None."""
    found = CHINESE.fullmatch(text)
    return found.group(1) if found else None


def hour(now):
    return clock.china(now).hour


def parts(text):
    """How many SMS a text is: to 70 characters one, beyond that 67 each (Aliyun 44335; Tencent Cloud 382/39023)."""
    return 1 if len(text) <= 70 else -(-len(text) // 67)


def outcome(settings, number, chance):
    if number in settings["outcomes"]:
        return settings["outcomes"][number]
    if settings["fail_percent"] and chance.random() * 100 < settings["fail_percent"]:
        return "UNDELIV"
    return settings["outcome"]


class Receipts:
    """Sends a platform's receipts when they are due. `make(messages, url)` gives the Delivery for some messages."""

    def __init__(self, platform, make):
        self.platform, self.make = platform, make
        self.chance = None

    def of(self, messages):
        """Arranges the receipts of messages just taken; the coroutine functions that must run before the answer."""
        told = self.platform["receipts"]
        self.chance = self.chance or random.Random(told["seed"])
        for message in messages:
            message["outcome"] = message.get("outcome") or outcome(told, message["number"], self.chance)
        if told["before_reply"]:
            if told["url"] is None:
                return []
            return [lambda one=message: self.send([one], told["url"]) for message in deliver.arranged(messages, {"times": told["times"]}, self.chance)]
        after = self.platform.double.clock.after
        for message in messages:
            after(told["delay"], lambda one=message: one.setdefault("reported_at", self.platform.now()))
            for _ in range(told["times"] if told["url"] else 0):
                after(told["delay"], lambda one=message: self.send([one], told["url"]))
        return []

    async def send(self, messages, url):
        now = self.platform.now()
        for message in messages:
            message.setdefault("reported_at", now)
        return await deliver.deliver(self.platform.double, self.make(messages, url))

    async def emit(self, told, name):
        """Receipts on demand: of all messages sent, or those whose `name` stands in `of`; in `one_push`, or each in its own."""
        rows = [one for one in self.platform.sent if "of" not in told or one[name] in told["of"]]
        rows = deliver.arranged(rows, told, self.platform.random)
        for one in rows:
            one["outcome"] = told.get("outcome", one["outcome"])
        groups = [rows] if told.get("one_push") else [[one] for one in rows]
        return [await self.send(group, told["url"]) for group in groups]
