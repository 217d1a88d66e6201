"""Steps, what is waited for, and what ends a journey (§8, §9). The part of `model.Customer` that walks."""
import datetime as dt

import clock
import days
import draws
import tree
from clock import Moment
from journey import Frame, Loop

CONFIRMED_AFTER = "2 hours"     # in recorded time a person confirms, or does what he was given, after so long
PASSED_OVER = ("task", "transfer", "grant", "credit", "start")   # by who is held out; `send` and `ask` at their attempt


class Steps:
    def end(self, journey, status, why=None):
        self.take_back(journey)     # an end ends a send that waits for a person too (§8)
        journey.status, journey.state, journey.frames, journey.over = status, None, [], self.now
        self.stats["ended " + status] += 1
        self.say(f"{journey.playbook['name']} {journey.number}: {status}" + (f", {why}" if why else ""))

    def goals(self, event):
        """An event E with entry <= at < entry + D, taken at m < entry + D, that `where` admits."""
        for j in self.in_order():
            goal = j.playbook.get("goal")
            if goal is None or goal["on"] != event.name or j.goal:
                continue
            if not (j.live() or (j.status == "finished" and j.watched)):
                continue
            if "within" in goal and not (event.at < self.deadline(j, goal["within"]) and self.now < self.deadline(j, goal["within"])):
                continue
            if event.at < j.entry or not self.true(goal.get("where"), j, event):
                continue
            j.goal = True
            self.stats["goal of a live one" if j.live() else "goal of a finished one"] += 1
            if j.live() and not goal.get("stay"):
                self.end(j, "goal")
            else:
                self.say(f"{j.playbook['name']} {j.number}: goal")

    def leave(self):
        """A level, not an edge."""
        for j in self.in_order():
            if j.live() and "leave" in j.playbook and self.true(j.playbook["leave"], j):
                self.end(j, "left")

    # --- from step to step ---------------------------------------------------------------------------------------------

    def done(self, j):
        """The step on which j stands is done. A journey is live until its last step is done (§8)."""
        j.state, j.wake, j.late, j.fitting = "ready", None, None, set()
        j.channel, j.tried, j.rejected = 0, 0, set()
        while j.frames and j.frames[-1].over():
            loop = j.frames[-1].loop
            if loop is not None and loop.round < loop.step["times"]:
                return self.after_round(j, loop)
            j.frames.pop()
        if not j.frames and self.readings["finished"] == "when the last step is done":
            self.end(j, "finished")

    def past(self, j, block=None):
        """Past the step, into `block` where it has one."""
        j.frames[-1].index += 1
        if block is not None:
            j.frames.append(Frame(block["steps"]))
        self.done(j)

    def after_round(self, j, loop):
        """The next round starts D after the last one's start, at once if the body took longer."""
        if "every" in loop.step and loop.start is not None:
            next_start = clock.plus(self.zone(), loop.start, loop.step["every"])
            if next_start > self.now:
                self.sleep(j, "wait", next_start)

    def next_round(self, j):
        """Before each round the condition is asked; true ends the loop."""
        frame = j.frames[-1]
        step = frame.loop.step
        if "until" in step and self.true(step["until"], j):
            j.frames.pop()
            return self.done(j)
        self.stats["rounds"] += 1
        frame.index, frame.loop.round, frame.loop.start = 0, frame.loop.round + 1, self.now
        return None

    # --- waiting ---------------------------------------------------------------------------------------------------------

    def on_arms(self, event):
        """`wait up to D { on … }`: the event came after the step was reached; which arm is taken, `waited_for` says."""
        for j in self.in_order():
            if j.live() and j.state == "arms" and event.at >= j.entry and not self.overdue(j):
                j.fitting = {n for n, arm in enumerate(j.step()["arms"])
                             if arm.get("on") == event.name and self.true(arm.get("where"), j, event)}

    def overdue(self, j):
        """Its time was over in a pause: does it still wait?"""
        return self.readings["overdue"] == "over" and j.wake is not None and j.wake <= self.now

    def waited_for(self, event=None, by_time=False):
        """Conditions waited for; of several arms that fit in one turn the first in the text is taken."""
        for j in self.in_order():
            if self.overdue(j) or (by_time and self.readings["paused_flips"] == "wait" and self.paused(j.playbook["name"])):
                continue
            if j.live() and j.state == "arms":
                self.take_arm(j, event)
            elif j.live() and j.state == "until" and self.true(j.step()["when"], j):
                self.past(j)
            elif j.live() and j.state == "date" and self.what_it_reads(j.step()) != j.read:
                self.stats["re-aimed"] += 1
                self.aim(j)

    def take_arm(self, j, event=None):
        for n, arm in enumerate(j.step()["arms"]):
            if n in j.fitting or ("when" in arm and self.true(arm["when"], j)):
                if n in j.fitting:
                    j.chosen[event.name] = event
                self.stats["arm on" if n in j.fitting else "arm when"] += 1
                self.say(f"{j.playbook['name']} {j.number}: arm {n + 1}")
                self.past(j, arm)
                return

    def wake(self):
        """Waits, timeouts and sends that were put off, due at m; a timeout takes `else`; a send is given up before it asks again."""
        for j in self.in_order():
            if not j.live() or self.paused(j.playbook["name"]):  # what falls due waits for the end of the pause (§13)
                continue
            if j.state in ("put off", "confirming") and j.late is not None and j.late <= self.now:
                self.too_late(j)
            elif j.state == "queued" and j.late is not None and j.late <= self.now:
                self.past(j, j.step().get("else"))
            elif j.wake is None or j.wake > self.now:
                continue
            elif j.state == "queued":
                self.ask_people(j, j.step(), self.people(j.step(), j))
            elif j.state == "put off":
                j.state, j.wake = "send", None
            elif j.state == "wait" and j.frames[-1].over():  # between two rounds
                j.state, j.wake = "ready", None
            elif j.state in ("wait", "date"):
                self.past(j)
            elif j.state in ("arms", "until"):
                self.stats["arm else"] += 1
                others = [arm for arm in j.step().get("arms", []) if arm.get("else")] + [j.step().get("else")]
                self.say(f"{j.playbook['name']} {j.number}: timeout")
                self.past(j, others[0])

    def sleep(self, j, state, until):
        j.state, j.wake = state, until
        if until is not None:
            self.push(until)

    def what_it_reads(self, step):
        return {name: self.attributes.get(name) for _, name in tree.parts_of(step["date"], ["attribute"])}

    def aim(self, j):
        """`wait until DATE`: that moment, at once if past; missing: the journey stops."""
        step, j.read = j.step(), self.what_it_reads(j.step())
        target = self.value(step["date"], j)
        if target is None:
            return self.end(j, "finished", "no date")
        if not isinstance(target, Moment):
            target = clock.clock(self.zone(), dt.datetime.combine(target, dt.time.fromisoformat(step["at"])))
        return self.past(j) if target <= self.now else self.sleep(j, "date", target)

    # --- steps -----------------------------------------------------------------------------------------------------------

    def begin(self, j, step):
        self.reached[(j.playbook["name"], j.playbook["version"], step["id"])] += 1

    def run_step(self, j):
        """One step of j, up to where it waits, has ended, or stands before a send (§3)."""
        self.bounded()
        if not j.frames:
            return self.end(j, "finished")
        if j.frames[-1].over():
            return self.next_round(j)
        step = j.step()
        kind = step["do"]
        j.visits[step["id"]] += 1
        j.reached = self.now
        if kind in PASSED_OVER and j.held:
            self.begin(j, step)
            self.stats["passed over"] += 1
            return self.past(j)
        if kind in ("send", "ask"):
            j.state, j.due = "send", self.now
            j.late = clock.plus(self.zone(), self.now, step["within"]) if "within" in step else None
            if j.late is not None:
                self.push(j.late)
            if self.readings["send_begun"] == "standing before it":
                self.begin(j, step)
            return None
        self.begin(j, step)
        if kind in ("wait", "until"):
            return self.run_wait(j, step)
        if kind == "if":
            return self.past(j, next((b for b in step["branches"] if self.true(b.get("if"), j)), None))
        if kind == "split":
            arms = step["arms"]
            number = draws.split(j.playbook["name"], [a["percent"] for a in arms], [a["label"] for a in arms], self.id)
            return self.past(j, arms[number])
        if kind == "repeat":
            j.frames[-1].index += 1
            j.frames.append(Frame(step["body"]["steps"], len(step["body"]["steps"]), Loop(step)))
            return self.next_round(j)
        if kind == "let":
            j.lets[step["name"]] = self.value(step["to"], j)
            return self.past(j)
        if kind == "emit":
            fields = {name: self.value(e, j) for name, e in step["fields"].items()}
            self.queue.append({"event": step["event"], "fields": {n: v for n, v in fields.items() if v is not None}, "emitted": True})
            return self.past(j)
        if kind == "start":
            return self.run_start(j, step)
        if kind in ("grant", "credit"):
            return self.run_money(j, step)
        if kind in ("task", "transfer"):
            return self.run_people(j, step)
        if kind == "stop":
            return self.end(j, "finished", step.get("reason"))
        return self.change(j, step)

    def run_wait(self, j, step):
        if "for" in step:
            return self.sleep(j, "wait", clock.plus(self.zone(), self.now, step["for"]))
        if "date" in step:
            return self.aim(j)
        if "next" in step:
            date = days.next_day(self.program.get("calendar"), step["next"], clock.today(self.zone(), self.now))
            return self.sleep(j, "wait", clock.clock(self.zone(), dt.datetime.combine(date, dt.time.fromisoformat(step["at"]))))
        if "until" in step:
            at = clock.next_clock(self.zone(), self.now, dt.time.fromisoformat(step["until"]), step.get("weekday"))
            return self.past(j) if at == self.now else self.sleep(j, "wait", at)  # none to wait if it is now
        up_to = clock.plus(self.zone(), self.now, step["up_to"])
        self.anchor(self.now)
        if step["do"] == "until":
            self.sleep(j, "until", up_to)
            return self.past(j) if self.true(step["when"], j) else None
        self.sleep(j, "arms", up_to)
        return self.take_arm(j)  # an arm `when C` is asked at once too

    def run_start(self, j, step):
        """An entry with the other's own rules, taken next; for somebody else a message to him (§12)."""
        if "for" in step:
            self.world.tell(self, j.place(), self.value(step["for"], j), step["playbook"])
        else:
            self.queue.append({"start": step["playbook"]})
        self.past(j)

    def run_money(self, j, step):
        """Asked of the budget; the journey stands there until the answer comes (§12). A credit to nobody goes on."""
        item = {"answer": j, "place": j.place(), "budget": step["budget"], "amount": self.value(step["amount"], j), "customer": self.id}
        if step.get("to", {}).get("customer") is not None:
            item["to"] = self.value(step["to"]["customer"], j)
            if item["to"] is None:
                return self.past(j)
        j.state = "asking"
        return self.world.ask(self, j.place(), item)

    def take_answer(self, given):
        """A budget's answer: paid, on to the next step; not paid, `else`."""
        j = given["answer"]
        if "people" in given:
            return self.take_person(given)
        self.stats["paid" if given["accepted"] else "not paid"] += 1
        self.say(f"{j.playbook['name']} {j.number}: {given['budget']} {'pays' if given['accepted'] else 'does not pay'}")
        if not (j.live() and j.state == "asking" and j.place() == given["place"]):
            return
        step = j.step()
        if given["accepted"] and "as" in step and step["do"] == "grant":
            j.lets[step["as"]] = {"amount": given["amount"], "expires": self.world.budgets.expires(given["budget"], self.now)}
        self.past(j, None if given["accepted"] else step.get("else"))

    # --- people ----------------------------------------------------------------------------------------------------------

    def people(self, step, j):
        """Who may take it: a team's members, or the one who is named; nobody where he is missing."""
        if "team" in step:
            return self.world.staff.teams.get(step["team"], [])
        person = self.value(step.get("staff", ["attribute", "owner"]), j)
        return [] if person is None else [person]

    def run_people(self, j, step):
        """`task`, `transfer`: asked of the person's queue; nobody there runs `else` at once."""
        people = self.people(step, j)
        if not people:
            return self.past(j, step.get("else"))
        if step["do"] == "transfer" and "team" not in step:
            return self.change(j, step)
        j.late = clock.plus(self.zone(), self.now, step["due"]) if "due" in step else None
        if j.late is not None:
            self.push(j.late)
        return self.ask_people(j, step, people)

    def ask_people(self, j, step, people):
        j.state, j.wake = "asking", None
        self.world.ask(self, j.place(), {"answer": j, "place": j.place(), "customer": self.id, "people": people, "counts": step["do"] == "task"})

    def take_person(self, given):
        """Somebody took it: on to the next step, and a task is done two hours later. All were full: asked again when the next
        period begins, given up at reached + `due`."""
        j, person = given["answer"], given["person"]
        if not (j.live() and j.state == "asking" and j.place() == given["place"]):
            return
        step = j.step()
        self.say(f"{j.playbook['name']} {j.number}: {step['do']} {person or 'waits: all are full'}")
        self.stats["people full" if person is None else "people"] += 1
        if person is None:
            return self.sleep(j, "queued", self.world.staff.next_period(self.now))
        if step["do"] == "transfer":
            self.set_attribute("owner", person)
            return self.past(j)
        fields = {"label": step["as"]} if "as" in step else {}
        self.later(clock.plus(self.zone(), self.now, CONFIRMED_AFTER), {"event": "task_done", "fields": fields})
        return self.past(j)

    def change(self, j, step):
        """`tag`, `untag`, `set`: at once; no change, no edge. Then leave, waited-for conditions, edges (§3)."""
        before = (dict(self.attributes), set(self.tags))
        if step["do"] == "tag":
            self.tags.add(step["tag"])
        elif step["do"] == "untag":
            self.tags.discard(step["tag"])
        elif step["do"] == "transfer":
            self.set_attribute("owner", self.people(step, j)[0])
        else:
            self.set_attribute(step["attribute"], self.value(step["to"], j))
        self.say(f"{j.playbook['name']} {j.number}: {step['do']} {step.get('tag') or step.get('attribute')}")
        self.past(j)
        if before != (self.attributes, self.tags):
            self.stats["changes by steps"] += 1
            self.leave()
            self.waited_for()
            self.edges()

    def set_attribute(self, name, value):
        if value is None:
            self.attributes.pop(name, None)
        else:
            self.attributes[name] = value
        if isinstance(value, Moment):
            self.anchor(value)
        if name == "timezone":
            self.push_zone()
