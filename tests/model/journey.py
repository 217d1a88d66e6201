"""One customer's run through a playbook: where it stands, and how it goes from step to step (§8, §9)."""
import collections


class Frame:
    """A block of steps and the next of them; `loop` where the block is the body of a `repeat`."""

    def __init__(self, steps, index=0, loop=None):
        self.steps, self.index, self.loop = steps, index, loop

    def over(self):
        return self.index == len(self.steps)


class Loop:
    def __init__(self, step):
        self.step, self.round, self.start = step, 0, None


class Journey:
    """`state` of a live one: ready, wait, arms, until, date (waits for one), send (stands before it), put off, sending (handed over),
    confirming (handed to a person), asking (a budget, a team)."""

    def __init__(self, playbook, number, entry, event, zone, key=None, date=None, held=False):
        self.playbook, self.number, self.entry, self.event, self.entry_zone = playbook, number, entry, event, zone
        self.key, self.date, self.held = key, date, held
        self.status, self.goal, self.watched = "live", False, True
        self.over = None                    # when it ended
        self.state, self.frames = "ready", [Frame(playbook["steps"])]
        self.wake = None                    # when a wait ends, when a send that was put off asks again
        self.reached = None                 # when it came to the step on which it stands
        self.due = self.late = None         # when the send before which it stands was first due; when it is given up
        self.channel = self.tried = 0       # the channel that the send has come to, and the one that put it off
        self.rejected = set()               # the channels that finally rejected it
        self.read = None                    # the attributes that the date waited for was made of
        self.fitting = set()                # the `on` arms that the event of this turn fits
        self.chosen = {}                    # event name -> the event that chose an arm
        self.lets = {}                      # what `let` and `grant … as` keep
        self.visits = collections.Counter()  # how often each step was begun

    def live(self):
        return self.status == "live"

    def step(self):
        return self.frames[-1].steps[self.frames[-1].index]

    def place(self):
        """What orders messages and asks of one customer: playbook, journey number, step, visit (§2.5)."""
        step = self.step()["id"]
        return self.playbook["name"].encode(), self.number, step, self.visits[step]


def priority(journey):
    return journey.playbook.get("priority", 50)
