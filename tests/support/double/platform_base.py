"""What the doubles of all platforms have: settings that a test may change, state that a reset clears, APIs by name."""
import copy
import random
import time


class BadAct(ValueError):
    """A test asks for something that cannot be: the control API answers 400 with this sentence."""


def merge(into, told):
    """Settings are merged, object into object; all else replaces."""
    for name, value in told.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            merge(into[name], value)
        else:
            into[name] = value


class Platform:
    name = ""
    DEFAULTS = {}

    def __init__(self, double):
        self.double = double
        self.reset()

    def reset(self):
        self.settings = copy.deepcopy(self.DEFAULTS)
        self.random = random.Random(1)
        self.numbers = 0
        self.clear()

    def clear(self):
        """Forgets what happened."""

    def __getitem__(self, name):
        return self.settings[name]

    def now(self):
        return self.double.clock.now()

    def signed_now(self):
        """The time that signatures are held against: the virtual one, real time (`wall`) where the caller signs with its own clock, or None (`off`)."""
        return {"virtual": self.now, "wall": time.time, "off": lambda: None}[self["signature_clock"]]()

    def next_number(self):
        self.numbers += 1
        return self.numbers

    def token(self, length=32):
        return "".join(self.random.choice("0123456789abcdef") for _ in range(length))

    def route(self, request):
        """The name of the API that a request is for, or None when it is not this platform's."""
        raise NotImplementedError

    def answer(self, api, request):
        """Does it and answers."""
        raise NotImplementedError

    def refusal(self, code, request, message=None):
        """This platform's form of an error, for faults by `code`."""
        raise NotImplementedError

    def shown(self):
        """What the state dump says beyond what was received."""
        return {}
