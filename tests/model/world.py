"""Everybody together: moment after moment, and at each what customers do to one another (§2, §12). Nothing else crosses customers.

`run` is the whole run of a program over its sources; `Result` what comes out."""
import collections
import heapq
import random

import clock
import draws
import edits
import tree
from budgets import Budgets
from clock import Moment
from entry import Asked
from staff import Staff

BACKFILL_DAY = clock.EXACT["day"]


def inputs_by_customer(program):
    """§2: sources by the moment at which a row is taken (stable), then at one moment by source name (bytes), then row.
    Gives customer -> (dated, registers). A row's `taken` is later than its `at` where an event comes late (§4)."""
    rows = []
    for source in program["sources"]:
        for number, row in enumerate(source["rows"]):
            cells = {name: None if value is None else tree.literal(value) for name, value in row["values"].items()}
            taken = row.get("taken", row.get("at"))
            given = {"at": taken}
            if "event" in source:
                given.update(event=source["event"], fields={n: v for n, v in cells.items() if v is not None}, happened=row["at"])
            else:
                given.update(attributes=cells, tags=row.get("tags", []), consent=row.get("consent", {}), suppressed=row.get("suppressed", {}))
            rows.append((taken, source["name"].encode(), number, row["customer"], given))
    found = {}
    for at, _, _, customer, given in sorted(rows, key=lambda r: (r[0] is not None, r[0] or 0, r[1], r[2])):
        dated, registers = found.setdefault(customer, ([], []))
        (registers if at is None else dated).append(given)
    for change in program.get("people_changes", []):  # {"at", "merge": A, "customer": B} or {"at", "forget": True, "customer"}: after the rows
        dated = found.setdefault(change["customer"], ([], []))[0]
        dated.append(change)
        dated.sort(key=lambda given: given["at"])
    for dated, _ in found.values():
        for given in dated:
            given["at"] = Moment(given["at"])
    return found


class World:
    def __init__(self, program, readings, customer_type, trace=False, noise=None):
        self.program, self.start, self.end = tree.prepared(program), Moment(program["from"]), Moment(program["to"])
        self.text, self.readings = program, readings
        self.playbooks = {p["name"]: p for p in self.program["playbooks"]}     # those that were removed too, as they were last
        self.versions = {p["name"]: {p["version"]} for p in self.program["playbooks"]}
        self.operations = collections.deque(sorted(program.get("operations", []), key=lambda done: done["at"]))
        self.refused, self.in_force = [], None  # of each operation, was it refused; the number of the edit that is in force
        self.paused = set()         # "playbook:NAME", "channel:NAME", "" for everything
        self.letters = []           # (sender's id, his place, receiver, input) or, of an ask, (…, None, what is asked)
        self.budgets, self.staff = Budgets(self.program), Staff(self.program)
        self.stats = collections.Counter()
        self.customers, self.names = {}, {}     # `names`: of whom was merged into another the other's id
        for identity, (dated, registers) in inputs_by_customer(program).items():
            customer = customer_type(self.program, identity, readings, self, trace)
            customer.history(dated, registers)
            dice = random.Random(f"{noise} {identity}")
            for _ in range(40 if noise is not None else 0):
                customer.push(Moment(dice.randrange(self.start, self.end)))
            self.customers[identity] = customer

    def customer(self, identity):
        """Somebody else, if he is known by now."""
        while identity in self.names:
            identity = self.names[identity]
        found = self.customers.get(identity)
        return found if found is not None and found.exists() else None

    def accepts(self, customer, message, channel):
        """What the channel answers."""
        return not draws.rejected(self.program.get("reject_percent", 0), customer, message, channel)

    # --- between customers (§2.5, §12) -------------------------------------------------------------------------------------

    def tell(self, sender, place, receiver, playbook):
        """`start P for X`: an entry that X is asked for in the next round."""
        self.letters.append((sender.id.encode(), place, receiver, {"start": playbook}))

    def ask(self, sender, place, asked):
        """A grant or a credit: answered in the order of the round, the answer is an input of the next one."""
        self.letters.append((sender.id.encode(), place, sender.id, asked))

    def rounds(self, m):
        """What was sent in round r is taken in round r + 1 of the same moment, in the order of (sender, his place)."""
        while self.letters:
            batch, self.letters = sorted(self.letters, key=lambda letter: letter[:2]), []
            for _, _, _, item in batch:
                if "budget" in item:
                    item["accepted"] = self.budgets.answer(item, m, self)
                elif "people" in item:
                    item["person"] = self.staff.answer(item, m)
            for _, _, receiver, item in batch:
                customer = self.customer(receiver)
                if customer is None:  # missing or unknown: recorded, nothing happens
                    self.stats["letters to nobody"] += 1
                    continue
                self.stats["letters"] += 1
                customer.now = m
                customer.input_turn(item)
                customer.caused()

    # --- moment after moment ---------------------------------------------------------------------------------------------

    def run(self):
        self.deploy()
        in_order = [c for _, c in sorted(self.customers.items(), key=lambda pair: pair[0].encode())]
        m = self.start
        while m < self.end:
            if self.operations and self.operations[0]["at"] <= m:
                self.operate(self.operations.popleft(), in_order)
            else:
                self.moment(m, [c for c in in_order if c.next_moment() == m])
            m = min((at for at in (c.next_moment() for c in in_order) if at is not None), default=self.end)
            if self.operations:
                m = min(m, self.operations[0]["at"])

    def operate(self, done, customers):
        """Something is done to all at a moment of its own: an edit is put in, something is paused or resumed (§13)."""
        m = Moment(done["at"])
        for customer in customers:
            customer.now = m
        there = [c for c in customers if c.exists()]
        if "edit" in done:
            self.refused.append(not edits.put_in(self, tree.edited(self.text, done["edit"]), customers))
            self.stats["edits refused" if self.refused[-1] else "edits put in"] += 1
            if not self.refused[-1]:
                self.in_force = len(self.refused) - 1
                self.deploy(m, there, edit=True)
        else:
            self.refused.append(False)
            (self.paused.add if done["pause"] else self.paused.discard)(done["what"])
            for customer in there if not done["pause"] else []:
                customer.resume()
        self.rounds(m)

    def moment(self, m, due):
        """Time, what it caused, inputs from outside, then the rounds. What is due at the start itself by time is history."""
        timed = [c for c in due if c.exists() and c.by_time(m)]
        for customer in due:
            customer.now = m
        for customer in timed:
            customer.timer_turn()
        self.rank(timed)
        for customer in due:
            if customer in timed:
                customer.timer_turn_on()
                customer.caused()
            customer.inputs()
        self.rounds(m)

    def rank(self, customers):
        """`pace N people per D`: of those whom an occurrence lets in rank r enters floor(r * D / N) later (§7)."""
        groups = collections.defaultdict(list)
        for customer in customers:
            for name, number, asked in customer.let_in:
                groups[(name, number)].append((draws.draw("pace", name, customer.id), customer.id.encode(), customer, asked))
            customer.let_in = []
        for (name, _), members in groups.items():
            pace = next(p for p in self.program["playbooks"] if p["name"] == name)["pace"]
            for rank, (_, _, customer, asked) in enumerate(sorted(members, key=lambda member: member[:2])):
                customer.let_in.append((asked, rank * clock.length(pace["per"]) // pace["n"]))

    def deploy(self, m=None, everybody=(), **more):
        """§13: the bits are set; a backfill lets in those whose bit was just set to 1, `N per day` by rank. An edit is a turn of everybody."""
        m = self.start if m is None else m
        at_once = collections.defaultdict(list)
        for playbook in sorted(self.program["playbooks"], key=lambda p: p["name"].encode()):
            backfill = playbook.get("backfill", "none")
            holding = [(draws.draw("backfill", playbook["name"], c.id), c.id.encode(), c) for c in self.customers.values()
                       if c.exists() and c.to_backfill(playbook)] if backfill != "none" else []
            for rank, (_, _, customer) in enumerate(sorted(holding, key=lambda h: h[:2])):
                days = 0 if backfill == "all" else rank // backfill
                for clause in customer.to_backfill(playbook):
                    if days:
                        customer.postpone(m + days * BACKFILL_DAY, Asked(playbook, clause))
                    else:
                        at_once[customer.id].append(Asked(playbook, clause))
        for identity in sorted({*at_once, *(c.id for c in everybody)}, key=str.encode):
            self.customers[identity].deploy(at_once[identity], **more)


class Result:
    """`sends` in the order of --sends; `figures` by playbook; `traces` by customer where asked for."""

    def __init__(self):
        self.sends, self.figures, self.traces, self.stats = [], {}, {}, collections.Counter()
        self.customers = self.events = 0
        self.refused, self.in_force, self.versions, self.removed = [], None, {}, set()


def blank_figures(playbook):
    return {"entered": 0, "goal": 0, "left": 0, "finished": 0, "live": 0, "held_out": 0, "held_out_goal": 0,
            "reached": [0] * len(list(tree.steps_of(playbook["steps"]))), "sends": collections.Counter(), "skipped": collections.Counter()}


def told(world):
    """The result of a world whose run is over."""
    result = Result()
    result.stats += world.stats
    result.refused, result.in_force = world.refused, world.in_force
    result.versions = {name: len(versions) for name, versions in world.versions.items()}
    result.removed = {*world.playbooks} - {p["name"] for p in world.program["playbooks"]}
    for name, p in world.playbooks.items():
        result.figures[name] = blank_figures(p)
    made = []
    for identity, customer in world.customers.items():
        made += [(send[0], send[1].encode(), number, send) for number, send in enumerate(customer.sends)]
        result.customers += customer.exists()
        result.events += customer.taken
        result.stats += customer.stats
        result.traces[identity] = customer.trace
        for (name, version, step), times in customer.reached.items():
            if version == world.playbooks[name]["version"]:
                result.figures[name]["reached"][step] += times
        for (name, message, channel, reason), times in customer.skips.items():
            result.figures[name]["skipped"][(message, channel, reason)] += times
        for j in customer.ended_before + customer.in_order():
            figures = result.figures[j.playbook["name"]]
            figures["entered"] += 1
            figures["goal" if j.goal else j.status] += 1  # §8: goal if reached, whatever else
            figures["held_out"] += j.held
            figures["held_out_goal"] += j.held and j.goal
    for _, _, _, send in sorted(made, key=lambda s: s[:3]):  # by moment, customer (bytes), then as made
        result.sends.append(send)
        result.figures[send[2]]["sends"][(send[3], send[4])] += 1
    return result


def run(program, readings=None, customer_type=None, trace=False, noise=None):
    """The whole run. `readings` overrides READINGS; `customer_type` lets a test put a wrong engine in; `noise` is a seed for timer
    turns at moments at which nothing is due, which must change nothing."""
    import model  # here, because the model is made of what stands in the world
    chosen = {name: kinds[0] for name, kinds in model.READINGS.items()} | (readings or {})
    world = World(program, chosen, customer_type or model.Customer, trace, noise)
    world.run()
    return told(world)
