"""An edit meets those inside (§13): what becomes of every journey, and of the bits, when another program is put in at a moment.

`pin`: old steps, goal, leave. `follow`: the same step of the new version. `move`: by label, the step starts anew. What lets people in and
what limits sends is always the newest; so the playbook that a journey holds is a version's `steps`, `goal`, `leave` under the newest header."""
import datetime as dt
import json

import clock
import days
import tree
from clock import Moment
from journey import Frame, Loop


def put_in(world, text, customers):
    """Puts the program in for all; False, and nothing has changed, where a `move` does not cover a step on which somebody stands."""
    new = tree.prepared(text)
    books = {p["name"]: p for p in new["playbooks"]}
    if any(c.uncovered(j, books.get(name)) for c in customers for name, all_his in c.journeys.items() for j in all_his if j.live()):
        return False
    for customer in customers:
        for name, journeys in customer.journeys.items():
            for j in journeys:
                customer.carry(j, books.get(name), is_new(world, j, books.get(name)))
        customer.keep_bits(new)
        customer.adopt(new)
        if customer.exists():
            for name, number in customer.just_set:
                customer.bits[(name, number)] = customer.true(clause_of(books[name], number)["when"])
            customer.push_zone()
    world.program = new
    for name, book in books.items():
        world.versions.setdefault(name, set()).add(book["version"])
    world.playbooks.update(books)
    return True


def clause_of(playbook, number):
    return playbook["enter"][number]


def is_new(world, j, book):
    """Does the edit carry this journey: does the playbook have a version that is not the journey's, and is it this edit's?"""
    if book is None or book["version"] == j.playbook["version"]:
        return False
    return world.readings["who_is_carried"] == "everybody on an older one" or world.playbooks[book["name"]]["version"] != book["version"]


# --- bits, and what else is remembered by clause ---------------------------------------------------------------------------------------

def clauses(playbook):
    """(what the clause is about, how many-th of these) -> its number: a condition alone, or a schedule without its `where`."""
    found, seen = {}, {}
    for number, clause in enumerate(playbook["enter"]):
        text = json.dumps(clause["when"] if "when" in clause else {k: v for k, v in clause.items() if k != "where"}, sort_keys=True)
        seen[text] = seen.get(text, -1) + 1
        found[(text, seen[text])] = number
    return found


def keep_bits(customer, new):
    """Unchanged `enter when` keep their bits, the others are `just_set`; a schedule keeps the days that it has used; an entry that is to
    come by `backfill` or `pace` goes with its clause."""
    old = {p["name"]: p for p in customer.playbooks}
    numbers, customer.just_set = {}, set()  # (playbook, old number) -> new number
    for book in new["playbooks"]:
        before = clauses(old[book["name"]]) if book["name"] in old else {}
        for what, number in clauses(book).items():
            if what in before:
                numbers[(book["name"], before[what])] = number
            elif "when" in clause_of(book, number):
                customer.just_set.add((book["name"], number))
    customer.bits = {(key[0], numbers[key]): bit for key, bit in customer.bits.items() if key in numbers}
    customer.used_days = {(name, numbers[(name, n)], day) for name, n, day in customer.used_days if (name, n) in numbers}
    books, kept = {p["name"]: p for p in new["playbooks"]}, []
    for moment, made, asked in customer.postponed:
        name = asked.playbook["name"]
        number = numbers.get((name, next((n for n, c in enumerate(asked.playbook["enter"]) if c is asked.clause), None)))
        if number is not None:
            asked.playbook, asked.clause = books[name], clause_of(books[name], number)
            kept.append((moment, made, asked))
    customer.postponed = kept


# --- those inside --------------------------------------------------------------------------------------------------------------------------

def stands_on(j):
    """The step on which a live journey stands; between two rounds it is the `repeat`."""
    return j.frames[-1].loop.step if j.frames[-1].over() else j.step()


def label_of(step):
    return step.get("label") or (step.get("as") if step["do"] in ("task", "credit") else None)


def called(step):
    """What a `move` calls the step: its label, or `wait 3 days`, where a week is 7 days."""
    if label_of(step) or step["do"] != "wait" or "for" not in step:
        return label_of(step)
    count, unit = clock.duration(step["for"])
    return f"wait {count * 7} days" if unit == "week" else f"wait {step['for']}"


def rule_of(book):
    return book.get("on_edit", "pin")


def uncovered(world, j, book):
    return is_new(world, j, book) and isinstance(rule_of(book), list) and called(stands_on(j)) not in dict(rule_of(book))


def carry(customer, j, book, new):
    """One journey goes over to the edit."""
    if book is None:        # removed: takes nobody in, those inside finish
        customer.stats["inside a removed playbook"] += j.live()
        return
    pinned = {k: v for k, v in book.items() if k not in tree.DONE_BY_JOURNEYS} | {k: j.playbook[k] for k in (*tree.DONE_BY_JOURNEYS, "version") if k in j.playbook}
    if not new or rule_of(book) == "pin":
        customer.stats["pinned"] += new and j.live()
        j.playbook = pinned
    elif not j.live():
        j.watched = j.watched and not_over(customer, j)
        j.playbook = book
    elif rule_of(book) == "follow":
        follow(customer, j, book, pinned)
    else:
        target = dict(rule_of(book))[called(stands_on(j))]
        j.playbook = book
        goto(customer, j, next(step for step in tree.steps_of(book["steps"]) if called(step) == target), {})
        j.state, j.wake, j.late, j.fitting = "ready", None, None, set()
        j.channel, j.tried, j.rejected = 0, 0, set()
        customer.stats["moved"] += 1
        customer.say(f"{book['name']} {j.number}: moved to {target}")


def not_over(customer, j):
    """Is the goal of one who has finished still watched for?"""
    goal = j.playbook.get("goal")
    return goal is not None and not ("within" in goal and customer.now >= customer.deadline(j, goal["within"]))


def same_steps(readings, old, new):
    """For each step of `old` (by id) the same one of `new`, if there is one: by its label, or else by kind, message or tag, and how many-th."""
    def kind(step):
        form = "arms" if "arms" in step else step["do"]
        form = "wait" if form in ("wait", "until", "arms") and readings["step_kind"] == "one kind of wait" else form
        return form, step.get("message") if step["do"] in ("send", "ask") else step.get("tag")

    def keys(steps):
        seen, found = {}, []
        for step in steps:
            counts = not label_of(step) or readings["how_many_th"] == "of all"
            found.append((step, kind(step) + (seen.get(kind(step), 0),)))
            seen[kind(step)] = seen.get(kind(step), 0) + counts
        return found

    there = keys(tree.steps_of(new))
    labels = {label_of(step): step for step, _ in there if label_of(step)}
    by_kind = {key: step for step, key in there if readings["label_gone"] == "by kind" or not label_of(step)}
    found = {}
    for step, key in keys(tree.steps_of(old)):
        if label_of(step) and (label_of(step) in labels or readings["label_gone"] == "gone"):
            same = labels.get(label_of(step))
        else:
            same = by_kind.get(key)
        found[step["id"]] = same if same is not None and kind(same)[0] == kind(step)[0] else None
    return found


def follow(customer, j, book, pinned):
    """The same step of the new version; a wait under way is worked out anew from when it was reached."""
    step = stands_on(j)
    same = same_steps(customer.readings, j.playbook["steps"], book["steps"])
    new = same[step["id"]]
    if new is None:
        customer.stats["follows, its step is gone"] += 1
        whole = customer.readings["gone_step"] == "pinned whole"
        j.playbook = pinned if whole else {k: v for k, v in pinned.items() if k not in ("goal", "leave")} | {k: book[k] for k in ("goal", "leave") if k in book}
        return customer.say(f"{book['name']} {j.number}: stays pinned, its step is gone")
    between = j.frames[-1].over()
    loops = {same[f.loop.step["id"]]["id"]: f.loop for f in j.frames if f.loop is not None and same[f.loop.step["id"]] is not None}
    visit = j.visits[step["id"]]
    j.playbook = book
    j.visits[new["id"]] = max(visit, j.visits[new["id"]])
    goto(customer, j, new, loops)
    customer.stats["follows"] += 1
    customer.say(f"{book['name']} {j.number}: follows, at step {new['id'] + 1}")
    if between:
        j.frames[-1].index += 1
        loop = taken_over(new, loops.get(new["id"]), j)
        j.frames.append(Frame(new["body"]["steps"], len(new["body"]["steps"]), loop))
        return rest(customer, j, "wait", clock.plus(customer.zone(), loop.start, new["every"]) if "every" in new else customer.now)
    for _, _, item in customer.coming:
        if item.get("outcome") is j:
            item["place"] = j.place()
    if j.state in ("wait", "arms", "until", "date"):
        wait_anew(customer, j, new)
    elif j.state in ("put off", "confirming"):
        j.late = clock.plus(customer.zone(), j.reached, new["within"]) if "within" in new else None
        if j.late is not None:
            customer.push(j.late)
    return None


def rest(customer, j, state, until):
    """Waits until then; what is over by now the turn of the edit wakes."""
    j.state, j.wake, j.fitting = state, until, set()
    customer.push(until)


def wait_anew(customer, j, step):
    zone = customer.zone()
    if "for" in step:
        return rest(customer, j, "wait", clock.plus(zone, j.reached, step["for"]))
    if "date" in step:
        j.read = customer.what_it_reads(step)
        target = customer.value(step["date"], j)
        if target is None:
            return customer.end(j, "finished", "no date")
        if not isinstance(target, Moment):
            target = clock.clock(zone, dt.datetime.combine(target, dt.time.fromisoformat(step["at"])))
        return rest(customer, j, "date", target)
    if "next" in step:
        date = days.next_day(customer.program.get("calendar"), step["next"], clock.today(zone, j.reached))
        return rest(customer, j, "wait", clock.clock(zone, dt.datetime.combine(date, dt.time.fromisoformat(step["at"]))))
    if "until" in step:
        return rest(customer, j, "wait", clock.next_clock(zone, j.reached, dt.time.fromisoformat(step["until"]), step.get("weekday")))
    return rest(customer, j, "until" if step["do"] == "until" else "arms", clock.plus(zone, j.reached, step["up_to"]))


def taken_over(step, loop, j):
    """The loop of the new version, at the round of the old one."""
    made = Loop(step)
    made.round, made.start = (loop.round, loop.start) if loop is not None else (1, j.reached)
    return made


def goto(customer, j, step, loops):
    """The journey stands before `step` of its playbook, inside whatever blocks the text has around it."""
    j.frames = [Frame(steps, index, taken_over(around, loops.get(around["id"]), j) if around is not None else None)
                for steps, index, around in way_to(j.playbook["steps"], step)]


def way_to(steps, wanted, around=None):
    """[(block, index, the `repeat` whose body it is)] from outside in; the index of an outer block is behind the step that has the inner one."""
    for index, step in enumerate(steps):
        if step is wanted:
            return [(steps, index, around)]
        for block in tree.blocks_of(step):
            inner = way_to(block["steps"], wanted, step if step["do"] == "repeat" else None)
            if inner:
                return [(steps, index + 1, around)] + inner
    return []
