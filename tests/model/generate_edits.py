"""What is done in the middle of a run, made by chance: the edits that operators make, and pauses (§13).

Each has a moment of its own, at a millisecond at which nothing else can fall. Where a `move` is to cover those inside, the model says who
stands where at that moment. What no text before an edit reads, an engine need not have kept: so a playbook that lets nobody in reads, from
the start, every window that an edit will read."""
import copy
import json

import clock
import edits
import model
import tree
import world
from clock import Moment

MINUTE = clock.EXACT["minute"]
READ = ("count", "total", "average", "min", "max", "first", "last", "most", "within", "no", "inactive")
OPEN = {name: kinds[0] for name, kinds in model.READINGS.items()}
KEEPER = "keeper"


def by_name(program):
    return {p["name"]: p for p in program["playbooks"]}


def blocks(playbook):
    """Every list of steps of the playbook."""
    return [playbook["steps"]] + [block["steps"] for step in tree.steps_of(playbook["steps"]) for block in tree.blocks_of(step)]


def loops_around(steps, wanted):
    return [around["id"] for _, _, around in edits.way_to(steps, wanted) if around is not None]


class EditMaker:
    def operations(self, base):
        """The program with what is done in its middle."""
        kinds = ["edit"] * (self.one([1, 1, 2, 2, 3]) if self.has("edits") else 0) + ["pause"] * (self.one([0, 1, 1, 2] if self.has("edits") else [1, 2]) if self.has("pauses") else 0)
        self.dice.shuffle(kinds)
        self.taken = self.taken_milliseconds(base)
        ran = self.run_to(base, self.end)
        stays = [(j.entry, j.over or self.end, j.playbook["name"]) for c in ran.customers.values() for j in c.in_order()]
        self.stays = [stay for stay in stays if stay[1] - stay[0] > 5 * MINUTE]
        moments = sorted(self.free_moment(base) for _ in kinds)
        kinds = [kind for at, kind in zip(moments, kinds)]
        now, made, self.before, self.gone = base, [], [base], {}
        for at, kind in zip(moments, kinds):
            if kind == "pause":
                made += self.pauses(now, at)
                continue
            then = self.edit(base | {"operations": self.until(made, at)}, now, at)
            made.append({"at": int(at), "edit": self.difference(base, then)})
            made.sort(key=lambda done: done["at"])
            ran = self.run_to(base | {"operations": self.until(made, at + 1)}, at + 1)
            if not ran.refused[-1]:
                now = then
                self.before.append(then)
        return self.kept(base, sorted(made, key=lambda done: done["at"]))

    def name_some(self, playbooks):
        """Labels for some sends."""
        for step in [s for p in playbooks for s in tree.steps_of(p["steps"]) if s["do"] in ("send", "ask")]:
            if self.chance(0.6):
                self.calls += 1
                step["label"] = f"s{self.calls}"

    def crowded(self, playbooks):
        """Bends a playbook so that many are inside when it is edited, and go on by a trait and under a cap of its own."""
        messages, self.messages = self.messages, {n: m for n, m in self.messages.items() if m.get("class") != "welcome"}
        p, waits = self.one([p for p in playbooks if p["name"] != "greet"]), [d for d in self.pool if clock.is_exact(d)] or ["3 days"]
        self.traits = self.traits or {"often": ["count", self.one(self.events), None, self.duration()]}
        often = {"do": "if", "branches": [{"if": [">=", ["trait", "often"], ["number", self.one([1, 2])]], "steps": self.sent()}, {"else": True, "steps": self.sent()}]}
        p.update(enter=[{"on": self.hot}], again=self.one(["always", "always", "never"]))
        p.pop("where", None)
        if self.has("caps"):
            p["caps"] = [{"n": self.one([1, 2]), "per": self.one(waits)}]
        p["steps"][:0] = self.sent() + [{"do": "wait", "for": self.one(waits)}, often, {"do": "wait", "for": self.one(waits)}] + self.sent()
        self.mend(p, p)
        self.messages = messages

    def until(self, made, at):
        return [done for done in sorted(made, key=lambda done: done["at"]) if done["at"] < at]

    def difference(self, base, then):
        return {key: then[key] for key in ("playbooks", "messages", "policy", "traits", "segments") if key == "playbooks" or then.get(key) != base.get(key)}

    def run_to(self, program, at):
        ran = world.World(program | {"to": int(at)}, OPEN, model.Customer)
        ran.run()
        return ran

    # --- moments ---------------------------------------------------------------------------------------------------------------

    def taken_milliseconds(self, base):
        """Where in a minute anything of the program can fall: rows, the start, moments that attributes name, and what `pace` makes of them."""
        found = {int(self.start) % MINUTE, 0}
        for source in base["sources"]:
            for row in source["rows"]:
                found |= {row["at"] % MINUTE} if "at" in row else set()
                found |= {value[1] % MINUTE for value in row["values"].values() if value and value[0] == "instant"}
        for p in base["playbooks"]:
            if "pace" in p:
                length = clock.length("1 " + p["pace"]["per"])
                found |= {(rank * length // p["pace"]["n"]) % MINUTE for rank in range(3 * p["pace"]["n"])}
        return found

    def free_moment(self, base):
        """A moment in the run, while somebody is inside or soon after something happened, at an odd millisecond that nothing else has."""
        if self.stays and self.chance(0.8):
            since, until, _ = self.one(self.stays)
            return self.at_own_millisecond(since + self.dice.randrange(until - since))
        rows = [row["at"] for source in base["sources"] for row in source["rows"] if "at" in row and self.start <= row["at"] < self.end - clock.EXACT["day"]]
        after = self.one(rows) if rows and self.chance(0.7) else self.start + self.dice.randrange(self.end - self.start)
        at = after + self.dice.randrange(clock.length(self.one([d for d in self.pool if clock.is_exact(d)] or ["3 days"])))
        return self.at_own_millisecond(at)

    def at_own_millisecond(self, at):
        """In the minute of `at`, where nothing else can fall; inside the run."""
        at = min(max(at, self.start + MINUTE), self.end - 2 * MINUTE) // MINUTE * MINUTE
        while True:
            inside = self.dice.randrange(1, MINUTE, 2)
            if all(min((inside - other) % MINUTE, (other - inside) % MINUTE) > 8 for other in self.taken):
                self.taken.add(inside)
                return Moment(at + inside)

    # --- pauses ----------------------------------------------------------------------------------------------------------------

    def pauses(self, now, at):
        """Something is paused, and mostly resumed some time later."""
        what = self.one(["playbook:" + name for name in by_name(now) if name != KEEPER] * 2 + ["channel:" + name for name in self.named_channels()] + [""])
        inside = sorted({name for since, until, name in self.stays if since <= at < until} & {*by_name(now)})
        if inside and self.chance(0.6):
            what = "playbook:" + self.one(inside)
        made = [{"at": int(at), "pause": True, "what": what}]
        over = self.at_own_millisecond(at + MINUTE + self.dice.randrange(self.end - at) // self.one([1, 2, 4]))
        if self.chance(0.9) and over > at:
            made.append({"at": int(over), "pause": False, "what": what})
        return made

    # --- edits -------------------------------------------------------------------------------------------------------------------

    def edit(self, program, now, at):
        """The next text: one to three changes, and what the changed playbooks do to those inside."""
        then = copy.deepcopy({key: part for key, part in now.items() if key not in ("operations", "sources")})
        self.names = [name for name in by_name(then) if name not in (KEEPER, "greet")]
        self.messages = {name: m for name, m in then["messages"].items() if m.get("class") != "welcome"}
        ran = self.run_to(program, at)
        self.inside = {name: [j for c in ran.customers.values() for j in c.journeys[name] if j.live()] for name in self.names}
        for _ in range(self.one([1, 1, 2, 3])):
            kinds = ["steps"] * 8 + ["goal"] * 2 + ["leave"] * 2 + ["enter"] * 3 + ["add"] * 2 + ["remove"] * (len(self.names) > 1) + ["back"] * 3 * bool(self.gone)
            kinds += ["text", "label", "again", "where", "priority", "policy", "policy", "trait", "trait", "trait", "trait"]
            getattr(self, "edit_" + self.one(kinds))(then)
        changed = [p for p in then["playbooks"] if self.version(then, p) != self.version(now, by_name(now).get(p["name"]))]
        for p in changed:
            if any(p["name"] in by_name(text) for text in self.before):
                self.rule(then, p)
        return {key: part for key, part in then.items()} | {"sources": now["sources"]}

    def version(self, program, playbook):
        return playbook and next(p["version"] for p in tree.prepared(program)["playbooks"] if p["name"] == playbook["name"])

    def some(self, then):
        """A playbook to be changed, mostly one in which somebody is."""
        lively = [p for p in then["playbooks"] if p["name"] in self.names and self.inside.get(p["name"])]
        return self.one(lively if lively and self.chance(0.75) else [p for p in then["playbooks"] if p["name"] in self.names])

    def edit_steps(self, then):
        p = self.some(then)
        for _ in range(self.one([1, 1, 2])):
            block = self.one(blocks(p))
            kind, end = self.one(["insert", "insert", "drop", "swap", "wait", "wait", "wait"]), len(block) - (block[-1]["do"] == "stop")
            waits = [(s, key) for s in tree.steps_of(p["steps"]) for key in ("for", "up_to", "every") if isinstance(s.get(key), str) and s["do"] in ("wait", "until", "repeat")]
            stood = [{k: v for k, v in edits.stands_on(j).items() if k != "id"} for j in self.inside.get(p["name"], [])]
            if kind == "wait" and waits:
                step, key = self.one([pair for pair in waits if pair[0] in stood] or waits)
                step[key] = self.duration()
            elif kind == "drop":
                free = [s for s in block if not any(inner["do"] == "let" for inner in tree.steps_of([s]))]
                if len(block) > 1 and free:
                    dropped = self.one(free)
                    block[:] = [s for s in block if s is not dropped]
            elif kind == "swap":
                at = self.dice.randrange(max(1, end - 1))
                if at + 1 < end and not any(inner["do"] == "let" for inner in tree.steps_of(block[at:at + 2])):
                    block[at], block[at + 1] = block[at + 1], block[at]
            else:
                made = self.one([{"do": "tag", "tag": self.one(self.tags)}, {"do": "untag", "tag": self.one(self.tags)}, {"do": "wait", "for": self.duration()}]
                                + [{"do": "send", "message": self.one(self.messages)}] * 3)
                block.insert(self.dice.randint(0, end), made)

    def edit_goal(self, then):
        p = self.some(then)
        if "goal" in p and self.chance(0.6):
            p["goal"] = p["goal"] | {"within": self.one([d for d in self.pool if clock.is_exact(d)] + ["3 days"])}
        elif "goal" in p and self.chance(0.4):
            p.pop("goal")
        else:
            p["goal"] = {"on": self.one(self.events), "within": self.one([d for d in self.pool if clock.is_exact(d)] + ["10 days"])}

    def edit_leave(self, then):
        p = self.some(then)
        if "leave" in p and self.chance(0.4):
            p.pop("leave")
        else:
            p["leave"] = ["tagged", self.one(self.tags)] if self.chance(0.6) else self.condition(depth=1)

    def edit_enter(self, then):
        p = self.some(then)
        whens = [clause for clause in p["enter"] if "when" in clause]
        if whens:
            self.one(whens)["when"] = self.condition(depth=1)
        elif not tree.parts_of(p, ["entry"]) and not any("per" in clause for clause in p["enter"]):
            p["enter"].append({"when": self.condition(depth=1)})
        else:
            return
        p["backfill"] = self.one(["none", "all", "all", 1, 2])

    def edit_add(self, then):
        unused = [name for name in ("p_new", "z_new", "后来") if all(name not in by_name(text) for text in [*self.before, then])]
        if unused:
            p = self.playbook(self.one(unused))
            if any("when" in clause for clause in p["enter"]):
                p["backfill"] = self.one(["none", "all", "all", 1, 2])
            then["playbooks"].append(p)
            self.names.append(p["name"])

    def edit_remove(self, then):
        p = self.some(then)
        then["playbooks"] = [q for q in then["playbooks"] if q is not p]
        self.names.remove(p["name"])
        if "pace" not in p and not isinstance(p.get("backfill"), int):  # who was to come in by and by, should it come back, nobody says
            self.gone[p["name"]] = p
        for q in then["playbooks"]:
            self.without_starts(q)

    def edit_back(self, then):
        name = self.one(self.gone)
        if name not in by_name(then):
            p = copy.deepcopy(self.gone[name])
            p.pop("caps", None)     # nobody need have counted for it meanwhile
            then["playbooks"].append(p)
            self.names.append(name)
            self.without_starts(p)

    def without_starts(self, p):
        """A playbook that is not there cannot be started."""
        for block in blocks(p):
            for n, step in enumerate(block):
                if step["do"] == "start" and step["playbook"] not in self.names:
                    block[n] = {"do": "tag", "tag": self.one(self.tags)}

    def edit_text(self, then):
        name = self.one(self.messages)
        then["messages"][name] = then["messages"][name] | {"text": self.one(["Hello", "你好", "Good day"])}
        if self.has("class") and self.chance(0.4):
            then["messages"][name]["class"] = self.one(["marketing", "care", "transactional"])

    def edit_label(self, then):
        """A label is given or taken away; of one text each stands once."""
        p = self.some(then)
        sends = [s for s in tree.steps_of(p["steps"]) if s["do"] in ("send", "ask")]
        if sends:
            step = self.one(sends)
            if step.pop("label", None) is None:
                self.calls += 1
                step["label"] = f"s{self.calls}"

    def edit_again(self, then):
        self.some(then)["again"] = self.one(["always", "never", self.one([d for d in self.pool if clock.is_exact(d)] + ["7 days"])])

    def edit_where(self, then):
        p = self.some(then)
        if "where" in p and self.chance(0.5):
            p.pop("where")
        else:
            p["where"] = self.asked()

    def edit_priority(self, then):
        self.some(then)["priority"] = self.one([0, 20, 50, 70, 100])

    def edit_policy(self, then):
        """Caps that are there already are made tighter or looser, quiet hours come and go."""
        p, rules = self.some(then), then.get("policy", {})
        caps = rules.get("caps", []) + p.get("caps", [])
        if caps and self.chance(0.7):
            cap = self.one(p.get("caps") or caps)
            shorter = [d for d in ["1 day", "2 days", "12 hours"] if "per" in cap and clock.is_exact(cap["per"]) and clock.length(d) < clock.length("1 " + cap["per"] if cap["per"].isalpha() else cap["per"])]
            if shorter and self.chance(0.4):
                cap["per"] = self.one(shorter)
            elif "per" in cap:
                cap["n"] = self.one([n for n in (1, 2, 3) if n != cap["n"]])
            elif cap["in"] > 2:
                cap["n"] = self.dice.randint(1, cap["in"] - 1)
        elif self.has("quiet"):
            rules["quiet"] = [rule for rule in rules.get("quiet", []) if "first" in rule] + [self.quiet_rule()] * self.chance(0.6)
            if not rules["quiet"]:
                rules.pop("quiet")

    def edit_trait(self, then):
        if then["traits"]:
            then["traits"] = {"often": ["count", self.one(self.events), None, self.one([None, self.duration()])]}
            self.traits = then["traits"]

    # --- those inside --------------------------------------------------------------------------------------------------------------

    def rule(self, then, p):
        """`on edit` of a playbook that has become another version."""
        p.pop("on_edit", None)
        rule = self.one(["pin", None, "follow", "follow", "follow", "follow", "move", "move", "move", "move"])
        if rule == "move":
            rule = self.pairs_to_move(then, p) or "follow"
        if rule == "follow" and not self.can_follow(then, p):
            rule = "pin"
        if rule:
            p["on_edit"] = rule

    def can_follow(self, then, p):
        """No step gets into another loop by being followed: the text does not say at which round it would be."""
        new = next(q for q in tree.prepared(then)["playbooks"] if q["name"] == p["name"])
        for text in self.before:
            old = next((q for q in tree.prepared(text)["playbooks"] if q["name"] == p["name"]), None)
            for readings in [OPEN] + [OPEN | {name: kind} for name in ("label_gone", "how_many_th", "step_kind") for kind in model.READINGS[name][1:]]:
                same = edits.same_steps(readings, old["steps"], new["steps"]) if old else {}
                for step in tree.steps_of(old["steps"]) if old else []:
                    there = same[step["id"]]
                    if there is None:
                        continue
                    loops = [same[n] and same[n]["id"] for n in loops_around(old["steps"], step)]
                    if loops != loops_around(new["steps"], there) or (step["do"] == "repeat" and step["times"] > there["times"]):
                        return False
        return True

    def pairs_to_move(self, then, p):
        """Pairs of a `move` that cover where somebody stands, rarely all but one; None where there is no step to move to."""
        new = next(q for q in tree.prepared(then)["playbooks"] if q["name"] == p["name"])
        inside = [edits.stands_on(j) for j in self.inside.get(p["name"], []) if j.playbook["version"] != new["version"]]
        stood = {edits.called(step) for step in inside}
        names = [edits.called(step) for step in tree.steps_of(new["steps"]) if not loops_around(new["steps"], step)]
        every = [edits.called(step) for step in tree.steps_of(new["steps"])]
        targets = sorted({name for name in names if name and every.count(name) == 1})
        if not targets or (None in stood and self.chance(0.85)):
            return None
        covered = sorted(stood - {None})
        if covered and self.chance(0.15):
            covered.remove(self.one(covered))
        if not covered or self.chance(0.3):
            covered += [name for name in ("wait 9 days",) if name not in stood]
        return [[name, self.one(targets)] for name in covered]

    # --- what must have been kept ---------------------------------------------------------------------------------------------------

    def kept(self, base, made):
        """Base and edits with the playbook that reads what an edit reads and a text before it does not."""
        texts = [base] + [tree.edited(base, done["edit"]) for done in made if "edit" in done]
        reads = [{json.dumps(e): e for e in tree.parts_of([text[key] for key in ("playbooks", "traits", "segments")], READ)} for text in texts]
        missing = {name: e for i, earlier in enumerate(reads) for later in reads[i + 1:] for name, e in later.items() if name not in earlier}
        if missing:
            keeper = {"name": KEEPER, "enter": [{"when": self.compared_with(e)} for _, e in sorted(missing.items())], "again": "always", "where": ["tagged", "kept"],
                      "steps": [{"do": "send", "message": next(name for name, m in base["messages"].items() if m.get("class") != "welcome")}]}
            base["playbooks"].append(keeper)
            for done in made:
                if "edit" in done:
                    done["edit"]["playbooks"].append(copy.deepcopy(keeper))
        return made

    def compared_with(self, e):
        if e[0] in ("within", "no", "inactive"):
            return e
        if e[0] == "count":
            return [">=", e, ["number", 1]]
        kind = "moment" if e[2] == "at" else self.fields(e[1])[e[2]]
        if kind == "moment":
            return [">=", ["now"], ["+", e, ["duration", "1 day"]]]
        return [">=" if kind in ("number", "money") else "=", e, self.literal(kind)]
