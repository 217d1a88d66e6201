"""The model: what a playbook means for a customer, worked out slowly and obviously, from the text of the semantics alone.

It shares nothing with the engine. Numbers such as §5 are sections of that text. A customer's turns are here (§2, §3); what he asks about
himself in conditions.py, who lets him in in entry.py, his steps in steps.py, what he is sent in sending.py, everybody together in world.py.

Input: a program (JSON; README.md says how it is written), its sources, and from/to. Output: `world.Result`."""
import collections
import datetime as dt
import heapq

import clock
import edits
import merging
import tree
import world
from clock import Moment
from conditions import Conditions, Event
from entry import Entries
from journey import priority
from sending import Sending
from steps import Steps

# Where the text can be read in two ways: the first reading is the model's own. README.md has the sentences.
READINGS = {
    "finished": ("when the last step is done", "in the agenda"),
    "refused_only": ("the first check that failed", "all others held"),
    "line_where": ("fits, and asked again", "fits", "only asked"),
    "edge_again": ("not asked", "asked"),
    "retry": ("while any is left", "one round"),
    "send_begun": ("standing before it", "attempted"),
    "not_in": ("false when missing", "true when missing"),
    "month_deadline": ("zone of now", "zone at entry"),
    "empty_cell": ("missing", "no change"),
    "too_late_at": ("the first to be asked", "the one that put it off"),
    "fallback_again": ("from the first channel", "from the one that put it off"),
    # What the text leaves open about edits and pauses.
    "gone_step": ("pinned whole", "with the new goal and leave"),
    "label_gone": ("gone", "by kind"),
    "how_many_th": ("of all", "of those without a label"),
    "step_kind": ("each form of wait", "one kind of wait"),
    "who_is_carried": ("where the edit makes a new version", "everybody on an older one"),
    "pause_of_all": ("every playbook", "sends only"),
    "overdue": ("still waits", "over"),
    "paused_flips": ("go on", "wait"),
}
OF_EDITS = tuple(READINGS)[list(READINGS).index("gone_step"):]
LATE = "24 hours"


class Customer(Conditions, Entries, Steps, Sending):
    """One customer's state and his turns (§2, §3). Others are reached through `world` alone."""

    def __init__(self, program, identity, readings, in_world=None, keep_trace=False):
        self.id, self.readings, self.world = identity, readings, in_world
        self.events, self.attributes, self.tags, self.consent = [], {}, set(), {}
        self.suppressed = set()                         # channels; "" is all of them
        self.first_seen = None
        self.bits = {}                                  # (playbook, number of the clause) -> bool
        self.just_set = set()                           # those of them that the last deploy has set
        self.journeys = collections.defaultdict(list)   # those of removed playbooks too
        self.ended_before = []                          # the journeys of whom he was before he was forgotten
        self.contacts = []                              # places of caps
        self.used_days = set()                          # (playbook, number of the clause, local date)
        self.now, self.queue, self.refused = None, collections.deque(), []
        self.let_in, self.postponed, self.coming, self.made = [], [], [], 0
        self.rest, self.taken = collections.deque(), 0  # inputs from outside that are still to come; events that have come
        self.work = (None, 0)                           # the moment, and what was done at it
        self.timers, self.anchors = [], set()
        self.sends, self.reached, self.skips = [], collections.Counter(), collections.Counter()
        self.trace, self.keep_trace = [], keep_trace
        self.stats = collections.Counter()
        self.durations, self.moments, self.compares_now, self.dates, self.times = [], [], False, False, set()
        self.adopt(program)

    def adopt(self, program):
        """What is in force from now on. Older versions may still be walked: what time may change for them stays."""
        self.program = program
        self.playbooks = sorted(program["playbooks"], key=lambda p: p["name"].encode())  # §3: through playbooks by name
        used = [program["playbooks"], program.get("traits", {}), program.get("segments", {})]
        self.durations = sorted({*self.durations, *tree.strings_of(used, clock.DURATION.match)})
        self.moments = sorted({*self.moments, *(e[1] for e in tree.parts_of(used, ["moment"]))})
        self.compares_now = self.compares_now or bool(tree.parts_of(used, ["now"]))
        self.dates = self.dates or bool(tree.parts_of(used, ["today", "age", "date"]))
        self.times |= {dt.time.fromisoformat(c["at"]) for p in self.playbooks for c in p["enter"] if "at" in c}

    # --- state -----------------------------------------------------------------------------------------------------

    def exists(self):
        return self.first_seen is not None

    def in_order(self):
        """§3: playbooks by name, journeys by number."""
        return [j for name in sorted(self.journeys, key=str.encode) for j in self.journeys[name]]

    def paused(self, playbook):
        """§13: is this playbook paused? A channel's pause is asked where it sends."""
        return "playbook:" + playbook in self.world.paused or ("" in self.world.paused and self.readings["pause_of_all"] == "every playbook")

    def say(self, text):
        if self.keep_trace:
            self.trace.append(f"{clock.print_moment(self.now)}  {text}")

    def bounded(self):
        """§3: no circle of playbooks can spin, so a moment ends; 5,000 steps and looks at the edges are far beyond any honest one."""
        moment, done = self.work
        self.work = (self.now, done + 1 if moment == self.now else 1)
        assert self.work[1] < 5_000, f"the moment {clock.print_moment(self.now)} of {self.id} does not end"

    # --- the agenda (§3) ---------------------------------------------------------------------------------------------

    def agenda(self):
        """Journeys that can go on, one step at a time; only when none can, one send; then again."""
        while True:
            journeys = [j for j in self.in_order() if j.live()]
            ready = [j for j in journeys if j.state == "ready"]
            if ready:
                self.run_step(min(ready, key=lambda j: (-priority(j), j.playbook["name"].encode(), j.number)))
                continue
            standing = [j for j in journeys if j.state == "send"]
            if not standing:
                return
            self.attempt(min(standing, key=lambda j: (-priority(j), j.due, j.playbook["name"].encode(), j.number)))

    def settle(self):
        """The agenda; then those refused only because of a live journey that ended within this turn, once more, in the order of
        the refusals; then the agenda goes on (§7)."""
        self.agenda()
        while True:
            due = [r for r in self.refused if not r.blocker.live()]
            if not due:
                break
            self.refused = [r for r in self.refused if r.blocker.live()]
            for r in due:
                self.stats["asked once more"] += 1
                self.ask_for(r.asked, again=True)
            self.agenda()
            if self.readings["retry"] == "one round":
                break
        self.refused = []

    # --- turns (§3) --------------------------------------------------------------------------------------------------

    def timer_turn(self):
        """Up to the schedules; those whom `pace` spreads are ranked among all customers before the turn goes on (§7)."""
        self.leave()
        self.wake()
        self.waited_for(by_time=True)
        self.schedules()

    def timer_turn_on(self):
        for asked, delay in self.let_in:
            if delay:
                self.postpone(self.now + delay, asked)
            else:
                self.ask_for(asked)
        self.let_in = []
        self.edges()
        self.settle()

    def input_turn(self, given):
        if "forget" in given:
            return merging.forget(self)
        event = self.take(given)
        if event is not None:
            self.goals(event)
        self.leave()
        if "edit" in given:
            self.wake()     # a wait that was worked out anew and is over by now
        on_time = event is not None and self.now <= clock.plus("UTC", event.at, LATE)
        if on_time:
            self.on_arms(event)
        self.waited_for(event)
        for j in self.in_order():
            j.fitting = set()  # the arms' events of this turn are forgotten
        if on_time:
            self.enter_on(event)
        if "start" in given:
            for started in [p for p in self.playbooks if p["name"] == given["start"]]:     # a removed one takes nobody in
                self.ask(started, {"start": True})
        if "backfill" in given:
            for asked in given["backfill"]:
                self.ask_for(asked)
        self.edges()
        self.settle()

    def take(self, given):
        """The state changes; the event, where the input is one, is given back."""
        born = not self.exists()
        at = Moment(min(given.get("happened", self.now), self.now))
        if born and "merge" not in given:
            self.first_seen = at
        event = None
        if "outcome" in given:
            event = self.take_outcome(given)
        elif "answer" in given:
            self.take_answer(given)
        elif "merge" in given:
            merging.merge(self.world.customers[given["merge"]], self)
            self.world.names[given["merge"]] = self.id
        elif "event" in given:
            event = self.new_event(given["event"], at, given["fields"])
        elif "attributes" in given:
            for name, value in given["attributes"].items():
                if value is not None or self.readings["empty_cell"] == "missing":
                    self.set_attribute(name, value)
            for tag in given["tags"]:
                self.tags.discard(tag[1:]) if tag.startswith("-") else self.tags.add(tag)
            for name, gives in given.get("consent", {}).items():
                if gives is not None:
                    self.consent[name] = gives
            for channel, holds in given.get("suppressed", {}).items():
                if holds is not None:
                    (self.suppressed.add if holds else self.suppressed.discard)(channel)
            self.say(f"attributes {({k: str(v) for k, v in given['attributes'].items()})} tags {given['tags']} {given.get('consent', '')}")
        if born:
            self.push_zone()
        self.anchor(at)
        self.anchor(self.now)
        if born and self.now > clock.plus("UTC", at, LATE):  # a late event that makes the customer: bits without edges (§4)
            self.set_bits()
        return event

    def new_event(self, name, at, fields):
        event = Event(name, at, self.now, len(self.events), fields)
        self.events.append(event)
        self.say(f"{name} {({k: str(v) for k, v in fields.items()})}")
        return event

    def caused(self):
        """§2.2: what he caused himself, first in, first out, right after the turn that caused it."""
        while self.queue:
            self.input_turn(self.queue.popleft())

    # --- the run (§2) --------------------------------------------------------------------------------------------------

    def history(self, dated, registers):
        """What came before the start changes the state, nothing else; then the registers; then the deploy sets the bits (§13)."""
        start = Moment(self.program["from"])
        for given in dated:
            if given["at"] < start:
                self.now = given["at"]
                self.taken += "event" in given
                self.take(given)
        self.now = start
        for given in registers:
            self.take(given)
        if self.exists():
            self.set_bits()
        self.rest = collections.deque(given for given in dated if given["at"] >= start)

    def next_moment(self):
        """The next moment at which anything may be due; None where there is none before the end."""
        while self.timers and self.timers[0] <= self.now:
            heapq.heappop(self.timers)
        return min(([self.rest[0]["at"]] if self.rest else []) + self.timers[:1], default=None)

    def by_time(self, m):
        return bool(self.timers) and self.timers[0] == m and m > self.program["from"]

    def deploy(self, asked, **more):
        """Those whom a backfill lets in at once, in a turn of the deploy's own."""
        self.input_turn({"backfill": asked} | more)
        self.caused()

    def resume(self):
        """A pause is over: what fell due meanwhile is done in one turn."""
        for j in self.in_order():
            if j.live() and j.state == "put off" and j.wake is None:
                j.wake = self.now
        self.timer_turn()
        self.timer_turn_on()
        self.caused()

    def uncovered(self, j, book):
        return edits.uncovered(self.world, j, book)

    def carry(self, j, book, new):
        edits.carry(self, j, book, new)

    def keep_bits(self, new):
        edits.keep_bits(self, new)

    def inputs(self):
        """What comes after the timer turn of this moment: a person's confirmations, then what comes from outside."""
        due = [c for c in self.coming if c[0] <= self.now]
        self.coming = [c for c in self.coming if c[0] > self.now]
        for _, _, item in sorted(due, key=lambda c: c[:2]):
            self.input_turn(item)
            self.caused()
        while self.rest and self.rest[0]["at"] == self.now:
            given = self.rest.popleft()
            self.taken += "event" in given
            self.input_turn(given)
            self.caused()


run = world.run
