"""Engines that are wrong in one way each about edits and pauses (§13). They differ only over programs of the features `edits` and `pauses`."""
from model import Customer
import edits
import tree


class FollowPins(Customer):
    """`follow`: those inside finish on the old one."""

    def carry(self, j, book, new):
        super().carry(j, book and book | {"on_edit": "pin"}, new)


class PinFollows(Customer):
    """`pin`: those inside take the new one."""

    def carry(self, j, book, new):
        super().carry(j, book | {"on_edit": "follow"} if book and edits.rule_of(book) == "pin" else book, new)


class WaitsFromTheEdit(Customer):
    """A wait under way is worked out anew from the edit, not from when it was reached."""

    def carry(self, j, book, new):
        if new:
            j.reached = self.now
        super().carry(j, book, new)


class WaitsAsTheyWere(Customer):
    """A wait under way keeps its moment in the new version."""

    def carry(self, j, book, new):
        wake = j.wake
        super().carry(j, book, new)
        if j.live() and j.state in ("wait", "arms", "until") and wake is not None:
            j.wake = wake


class FollowByPlace(Customer):
    """`follow` goes by how many steps stand before it, not by which step it is."""

    def carry(self, j, book, new):
        real = edits.same_steps
        edits.same_steps = lambda readings, old, steps: {s["id"]: next((n for n in tree.steps_of(steps) if n["id"] == s["id"] and n["do"] == s["do"]), None) for s in tree.steps_of(old)}
        try:
            super().carry(j, book, new)
        finally:
            edits.same_steps = real


class OldGoalAndLeave(Customer):
    """`follow`: goal and leave are the old ones."""

    def carry(self, j, book, new):
        old = j.playbook
        super().carry(j, book, new)
        j.playbook = {k: v for k, v in j.playbook.items() if k not in ("goal", "leave")} | {k: old[k] for k in ("goal", "leave") if k in old}


class OldHeader(Customer):
    """Caps, quiet hours and priority of a pinned version are the old ones too."""

    def carry(self, j, book, new):
        old = j.playbook
        super().carry(j, book, new)
        if new and j.playbook["version"] == old["version"]:
            j.playbook = old


class MovedStaysThere(Customer):
    """`move`: the step does not start anew."""

    def carry(self, j, book, new):
        wake, state = j.wake, j.state
        super().carry(j, book, new)
        if new and isinstance(edits.rule_of(book), list) and state == "wait" and j.live() and j.step()["do"] == "wait" and "for" in j.step():
            j.state, j.wake = state, wake


class NeverRefused(Customer):
    """A `move` that does not cover somebody's step leaves him where he is, and the edit is put in."""

    def uncovered(self, j, book):
        return False

    def carry(self, j, book, new):
        super().carry(j, book | {"on_edit": "pin"} if j.live() and super().uncovered(j, book) else book, new)


class RemovedEnds(Customer):
    """Those inside a removed playbook leave it."""

    def carry(self, j, book, new):
        super().carry(j, book, new)
        if book is None and j.live():
            self.end(j, "left")


class NumbersAnew(Customer):
    """`again` begins anew with an edit of the playbook."""

    def carry(self, j, book, new):
        super().carry(j, book, new)
        if new and not j.live():
            j.key = object()


class EditsAreEdges(Customer):
    """A condition that is new and holds is an edge at the edit."""

    def keep_bits(self, new):
        super().keep_bits(new)
        self.just_set = set()


class BitsAnew(Customer):
    """At an edit all bits are set anew, and so `backfill` lets in by unchanged conditions too."""

    def keep_bits(self, new):
        super().keep_bits(new)
        self.just_set = {(p["name"], n) for p in new["playbooks"] for n, clause in enumerate(p["enter"]) if "when" in clause}


class BackfillForgotten(Customer):
    """Those who are to come in by and by are forgotten at an edit."""

    def keep_bits(self, new):
        super().keep_bits(new)
        self.postponed = []


class TraitOfToday(Customer):
    """An older version reads traits and segments as they are now."""

    def value(self, expression, journey=None, event=None):
        if expression[0] in ("trait", "segment"):
            return super().value(expression[:2] + [self.program[expression[0] + "s"][expression[1]]], journey, event)
        return super().value(expression, journey, event)


class EntersPaused(Customer):
    """A paused playbook goes on to let in."""

    def checks(self, asked, would):
        return super().checks(asked, would)[1:]


class WakesPaused(Customer):
    """What falls due in a paused playbook is done, only its sends wait."""

    def wake(self):
        self.paused = lambda playbook: False
        super().wake()
        del self.paused


class SendsPaused(Customer):
    """What stands before a send when the pause begins is sent."""

    def asked(self, j, message, channel):
        there, self.world.paused = self.world.paused, set()
        said = super().asked(j, message, channel)
        self.world.paused = there
        return said


class BitsStandStill(Customer):
    """The bits of a paused playbook do not follow, so that resuming it may be an edge."""

    def edges(self):
        there = {key: self.bits.get(key, False) for p in self.playbooks if self.paused(p["name"]) for key in [(p["name"], n) for n in range(len(p["enter"]))]}
        super().edges()
        self.bits.update(there)


class ResumesLater(Customer):
    """Resuming is no turn: what fell due is done when something else happens."""

    def resume(self):
        for j in self.in_order():
            if j.live() and j.state == "put off" and j.wake is None:
                j.wake = self.now


class PauseRefuses(Customer):
    """A paused channel refuses, so that the next one is tried."""

    def asked(self, j, message, channel):
        said = super().asked(j, message, channel)
        return ("refuse", "paused") if said == ("put off", None) else said


OF_EDITS = {kind.__name__: kind for kind in list(globals().values()) if isinstance(kind, type) and issubclass(kind, Customer) and kind is not Customer}
