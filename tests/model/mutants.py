"""Engines that are wrong in one way each: they show that the comparison can fail and how soon the seeds find such a mistake.

`python3 compare.py --stand-in NAME` holds the model against one of them, `python3 compare.py --mutants N` against all."""
import clock
import entry
import journey as journeys
import model
import policy
import tree
from model import Customer


class WindowClosed(Customer):
    """§5: an event leaves its window only after t + D."""

    def window(self, name, where, over, journey=None):
        self.now = clock.Moment(self.now - (over is not None))
        found = super().window(name, where, over, journey)
        self.now = clock.Moment(self.now + (over is not None))
        return found


class EdgesBeforeArms(Customer):
    """§3: in an input turn edges are worked out before goals and arms."""

    def goals(self, event):
        self.edges()
        super().goals(event)


class LeaveBeforeGoal(Customer):
    """§8: leave is worked out before goals."""

    def goals(self, event):
        self.leave()
        super().goals(event)


class NoRetry(Customer):
    """§7: a refused entry is never asked again."""

    def settle(self):
        self.agenda()
        self.refused = []


class RetryAll(Customer):
    """§7: every refused entry is asked again at the turn's end, not only those refused because of a live journey."""

    def ask_for(self, asked, again=False):
        name = asked.playbook["name"]
        before = len(self.journeys[name])
        super().ask_for(asked, again)
        listed = any(r.asked is asked for r in self.refused)
        if not again and not listed and len(self.journeys[name]) == before:
            over = journeys.Journey(asked.playbook, 0, self.now, None, self.zone())
            over.status = "over"
            self.refused.append(entry.Refused(asked, over))


class BitOnlyWhenEntered(Customer):
    """§5: the bit stays 0 when the entry is refused, so that the condition enters later."""

    def edges(self):
        self.bounded()
        assert sum(len(j) for j in self.journeys.values()) < 2_000, "it enters again every millisecond"
        for playbook in self.playbooks:
            for number, clause in enumerate(playbook["enter"]):
                if "when" in clause:
                    key, new = (playbook["name"], number), self.true(clause["when"])
                    before = len(self.journeys[playbook["name"]])
                    if new and not self.bits.get(key, False):
                        self.ask(playbook, clause)
                        new = len(self.journeys[playbook["name"]]) > before
                    self.bits[key] = new


class BornWithBits(Customer):
    """§5: what is true right after the first input of a new customer is not an edge."""

    def take(self, given):
        born = not self.exists()
        event = super().take(given)
        if born:
            for playbook in self.playbooks:
                for number, clause in enumerate(playbook["enter"]):
                    if "when" in clause:
                        self.bits[(playbook["name"], number)] = self.true(clause["when"])
        return event


class SendsGoOn(Customer):
    """§3: an accepted send goes on inside its turn, so that two sends of one journey go back to back."""

    def attempt(self, j):
        super().attempt(j)
        if j.live() and j.state == "sending":
            self.past(j)


class SendWhenReached(Customer):
    """§3: a send is attempted as soon as its journey stands before it, not when nobody can take another step."""

    def run_step(self, j):
        super().run_step(j)
        if j.live() and j.state == "send":
            self.attempt(j)


class ReactAtTheEnd(Customer):
    """§3: after a step that changed the customer the others hear of it only when the agenda is done."""

    def change(self, j, step):
        leave, waited_for, edges = self.leave, self.waited_for, self.edges
        self.leave = self.waited_for = self.edges = lambda: None
        super().change(j, step)
        self.leave, self.waited_for, self.edges = leave, waited_for, edges

    def agenda(self):
        while True:
            super().agenda()
            before = (str(self.bits), [(j.status, j.state) for j in self.in_order()])
            self.leave()
            self.waited_for()
            self.edges()
            if before == (str(self.bits), [(j.status, j.state) for j in self.in_order()]):
                return


class GoalAtEnd(Customer):
    """§8: an event at exactly entry + D is still the goal."""

    def deadline(self, journey, d):
        return clock.Moment(super().deadline(journey, d) + 1)


class NoWatch(Customer):
    """§8: a finished journey is not watched for its goal."""

    def end(self, journey, status, why=None):
        super().end(journey, status, why)
        journey.watched = False


class WatchGoesOn(Customer):
    """§8: a new entry does not end the watch of the journey before."""

    def enter(self, playbook, journey):
        super().enter(playbook, journey)
        for old in self.journeys[playbook["name"]]:
            old.watched = True


class TwiceAtOnce(Customer):
    """§3: a playbook may be entered more than once at one moment, by different turns."""

    def input_turn(self, given):
        real = {}
        for name, journeys in self.journeys.items():
            for j in journeys:
                if j.entry == self.now:
                    real[j] = j.entry
                    j.entry = clock.Moment(j.entry - 1)
        if sum(len(j) for j in self.journeys.values()) > 60:  # the circle that the rule is there to stop
            for j, entry in real.items():
                j.entry = entry
        super().input_turn(given)
        for j, entry in real.items():
            j.entry = entry


class MissingUnequal(Customer):
    """§14: a missing value is unequal to everything."""

    def value(self, expression, journey=None, event=None):
        if expression[0] == "!=":
            return not self.value(["="] + expression[1:], journey, event)
        return super().value(expression, journey, event)


class NoForNewcomers(Customer):
    """§5: `no E for D` is the plain `not E within D`."""

    def value(self, expression, journey=None, event=None):
        if expression[0] == "no":
            return not self.value(["within"] + expression[1:], journey, event)
        return super().value(expression, journey, event)


class TimeoutAfterArms(Customer):
    """§9: at reached + D the `when` arms are asked before the timeout."""

    def wake(self):
        self.waited_for()
        super().wake()


class ArmOfTheEventThatLed(Customer):
    """§9: the event that led to the step fits its arms."""

    def settle(self):
        event = self.events[-1] if self.events and self.events[-1].at == self.now else None
        super().settle()
        if event is not None:
            self.on_arms(event)
            self.waited_for(event)
            super().settle()


class PriorityUpward(Customer):
    """§3: the lowest priority is served first."""

    def agenda(self):
        right = model.priority
        model.priority = lambda j: -right(j)
        try:
            super().agenda()
        finally:
            model.priority = right


class AgainFromTheEnd(Customer):
    """§7: `again after D` counts from the end of the last journey."""

    def deadline(self, journey, d):
        return clock.plus(self.zone(), getattr(journey, "ended", journey.entry), d) if d == journey.playbook.get("again") else super().deadline(journey, d)

    def end(self, journey, status, why=None):
        super().end(journey, status, why)
        journey.ended = self.now


class FirstHeadOfMonths(Customer):
    """§6: of a window in months only the oldest event is looked at to see what leaves."""

    def window(self, name, where, over, journey=None):
        if over is None or clock.is_exact(over):
            return super().window(name, where, over, journey)
        found = super().window(name, where, None, journey)
        while found and self.now >= clock.plus(self.zone(), found[0].at, over):
            found.pop(0)
        return found


class DayIs24Hours(Customer):
    """§1: `wait until T` of tomorrow is T of today and 24 hours."""

    def run_step(self, j):
        step = j.step() if j.frames and not j.frames[-1].over() else {}
        if step.get("do") == "wait" and "until" in step and not step.get("weekday"):
            real = clock.next_clock

            def wrong(zone, m, time, weekday=None):
                first = real(zone, clock.Moment(m - clock.EXACT["day"]), time)
                return first if first >= m else clock.Moment(first + clock.EXACT["day"])

            clock.next_clock = wrong
            try:
                return super().run_step(j)
            finally:
                clock.next_clock = real
        return super().run_step(j)


class CapClosed(Customer):
    """§11: a message leaves its cap only after sent + D."""

    def asked(self, j, message, channel):
        self.now = clock.Moment(self.now - 1)
        said = super().asked(j, message, channel)
        self.now = clock.Moment(self.now + 1)
        return said


class TransactionalCounts(Customer):
    """§11: transactional messages take places of caps too."""

    def asked(self, j, message, channel):
        kinds = policy.COUNTED
        policy.COUNTED = kinds + ("transactional",)
        try:
            return super().asked(j, message, channel)
        finally:
            policy.COUNTED = kinds


class QuietOverMidnight(Customer):
    """§11: quiet hours over midnight are those of one date: from 00:00 to `b` and from `a` to 24:00 of a day without them is free."""

    def asked(self, j, message, channel):
        real = policy.intervals
        policy.intervals = lambda rule, zone, m: [(s, e) for s, e in real(rule, zone, m) if clock.today(zone, s) == clock.today(zone, m)]
        try:
            return super().asked(j, message, channel)
        finally:
            policy.intervals = real


class CapsBeforeQuiet(Customer):
    """§11: caps are asked before quiet hours."""

    def asked(self, j, message, channel):
        real = policy.quiet_until
        policy.quiet_until = lambda *_: None
        try:
            without = super().asked(j, message, channel)
        finally:
            policy.quiet_until = real
        return without if without[1] == "cap" or without[0] == "put off" else super().asked(j, message, channel)


class DueAnew(Customer):
    """§3: a send that asks again is due from then on, not from when it was first due."""

    def wake(self):
        before = [j for j in self.in_order() if j.live() and j.state == "put off"]
        super().wake()
        for j in before:
            if j.state == "send":
                j.due = self.now


class TooLateAsksOnce(Customer):
    """§11: at reached + D the send asks once more before it is given up."""

    def wake(self):
        for j in self.in_order():
            if j.live() and j.state == "put off" and j.late == self.now:
                j.late = clock.Moment(j.late + 1)
                j.wake = self.now
        super().wake()


class PutOffFallsBack(Customer):
    """§11: a channel that puts off hands on to the next, as a refusal does."""

    def asked(self, j, message, channel):
        said = super().asked(j, message, channel)
        last = tree.channels_of(self.program, j.step())[-1] == channel
        return ("refuse", "cap") if said[0] == "put off" and not last else said


class HeldOutRunsElse(Customer):
    """§9: for who is held out a send is refused, so that `else` runs."""

    def asked(self, j, message, channel):
        said = super().asked(j, message, channel)
        return ("refuse", "held_out") if said[0] == "pass over" else said


class HeldOutOfReceipts(Customer):
    """§11: who is held out gets no transactional messages either."""

    def asked(self, j, message, channel):
        return ("pass over", "held_out") if j.held else super().asked(j, message, channel)


class RoundsFromTheEnd(Customer):
    """§9: the next round starts D after the last one's end."""

    def after_round(self, j, loop):
        loop.start = self.now
        super().after_round(j, loop)


class WaitsAfterTheLastRound(Customer):
    """§9: after round N it is waited once more."""

    def next_round(self, j):
        frame = j.frames[-1]
        if frame.loop.round == frame.loop.step["times"]:
            j.frames.pop()
            return self.done(j)
        return super().next_round(j)

    def done(self, j):
        loop = j.frames[-1].loop if j.frames and j.frames[-1].over() else None
        if loop is not None and loop.round == loop.step["times"] and "every" in loop.step and loop.start == self.now:
            j.state, j.wake, j.late, j.fitting, j.channel, j.tried, j.rejected = "ready", None, None, set(), 0, 0, set()
            return self.after_round(j, loop)
        return super().done(j)


class NeverReaims(Customer):
    """§9: `wait until DATE` keeps its moment when the date changes."""

    def what_it_reads(self, step):
        return {}


class OneKeyForAll(Customer):
    """§7: `per F` is not looked at."""

    def ask(self, playbook, clause, event=None, again=False, key=None, date=None):
        super().ask(playbook, clause, event, again, None, date)


class YearlyOnTheDate(Customer):
    """§7: `yearly` has the date itself among its anniversaries."""

    def occurrence(self, clause):
        found = super().occurrence(clause)
        return found + super().occurrence(clause | {"yearly": False}) if clause.get("yearly") else found


class OccurrenceAtTheDeploy(Customer):
    """§2: a schedule's moment that is the deploy's own lets in."""

    def history(self, dated, registers):
        super().history(dated, registers)
        if self.exists():
            self.schedules()
            self.let_in = []


class BackfillAlways(Customer):
    """§13: at the deploy everybody for whom `enter when` holds comes in, backfill or not."""

    def history(self, dated, registers):
        for playbook in self.playbooks:
            if playbook.get("backfill", "none") == "none":
                playbook["backfill"] = "all"
        super().history(dated, registers)


class EmitLater(Customer):
    """§2.2: what he caused himself comes after the inputs from outside of the moment."""

    def caused(self):
        if not (self.rest and self.rest[0]["at"] == self.now):
            super().caused()


class LettersAtOnce(Customer):
    """§2.5: `start P for X` reaches X as soon as it is sent when X is himself."""

    def run_start(self, j, step):
        if "for" in step and self.value(step["for"], j) == self.id:
            self.queue.append({"start": step["playbook"]})
            return self.past(j)
        return super().run_start(j, step)


MUTANTS = {kind.__name__: kind for kind in list(globals().values()) if isinstance(kind, type) and issubclass(kind, Customer) and kind is not Customer}
