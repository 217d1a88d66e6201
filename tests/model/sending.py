"""What an attempt to send asks, and what its outcome does (§11). The part of `model.Customer` that sends."""
import clock
import policy
import tree
from clock import Moment
from steps import CONFIRMED_AFTER

NEVER = Moment(2**62)


class Sending:
    def attempt(self, j):
        """Every channel in turn, until one takes the message or puts it off; a refusal tries the next at the same moment."""
        step = j.step()
        passed_over = j.held and self.program["messages"][step["message"]].get("class") != "transactional"
        if step["do"] == "ask" and not passed_over and not self.people(step, j):  # no such person
            self.skipped(j, tree.channels_of(self.program, step)[0], "rejected")
            return self.past(j, step.get("else"))
        if self.readings["send_begun"] == "attempted" and not j.channel and not j.rejected:
            self.reached[(j.playbook["name"], j.playbook["version"], step["id"])] += 1
        channels = tree.channels_of(self.program, step)
        while j.channel < len(channels):
            channel = channels[j.channel]
            if channel in j.rejected:
                j.channel += 1
                continue
            verdict, what = self.asked(j, step["message"], channel)
            if verdict == "put off":
                return self.put_off(j, what)
            if verdict == "go":
                return self.hand_over(j, channel)
            self.skipped(j, channel, what)
            if verdict == "pass over":
                return self.past(j)
            j.channel += 1
        self.past(j, step.get("else"))

    def asked(self, j, message, channel):
        """The checks in their order: ("go", None), ("put off", until), ("refuse", reason), ("pass over", "held_out")."""
        kind = self.program["messages"][message].get("class", "marketing")
        rules = self.program.get("policy", {})
        if self.paused(j.playbook["name"]) or {"", "channel:" + channel} & self.world.paused:
            self.stats["put off by a pause"] += 1
            return "put off", None
        if {"", channel} & self.suppressed:
            return "refuse", "suppressed"
        if j.held and kind != "transactional":
            return "pass over", "held_out"
        needed = [channel] * (channel in rules.get("consent", [])) + [kind] * (kind in rules.get("purposes", []))
        if kind != "transactional" and not all(self.consent.get(name) is True for name in needed):
            return "refuse", "consent"
        if kind in policy.PERSUADING:
            until = policy.quiet_until(rules.get("quiet", []) + j.playbook.get("quiet", []), channel, self.zone(), self.now)
            if until is not None:
                self.stats["put off by quiet hours"] += 1
                return "put off", until
        said = [policy.cap_says(cap, owner, kind, channel, self.contacts, self.zone(), self.now)
                for owner, caps in ((None, rules.get("caps", [])), (j.playbook["name"], j.playbook.get("caps", []))) for cap in caps]
        said = [answer for answer in said if answer is not None]
        if "refuse" in said:
            return "refuse", "cap"
        if said:
            self.stats["put off by caps"] += 1
            return "put off", max(said)
        return "go", None

    def put_off(self, j, until):
        """It asks again at that moment, from the top; without one when what is paused is resumed."""
        self.say(f"{j.playbook['name']} {j.number}: put off until {'it is resumed' if until is None else clock.print_moment(until)}")
        if self.readings["fallback_again"] == "from the first channel":
            j.tried, j.channel = j.channel, 0
        else:
            j.tried = j.channel
        self.sleep(j, "put off", until)

    def skipped(self, j, channel, reason):
        self.stats["skipped " + reason] += 1
        self.say(f"{j.playbook['name']} {j.number}: {j.step()['message']} on {channel}: {reason}")
        self.skips[(j.playbook["name"], j.step()["message"], channel, reason)] += 1

    def too_late(self, j):
        """`within D`: given up at reached + D; what a person was asked to send and has not confirmed by then is taken back."""
        self.take_back(j)
        channels = tree.channels_of(self.program, j.step())
        first = next(c for c in channels if c not in j.rejected)
        by_first = self.readings["too_late_at"] == "the first to be asked" and j.state != "confirming"
        self.skipped(j, first if by_first else channels[j.tried], "too_late")
        self.past(j, j.step().get("else"))

    def take_back(self, j):
        """A person need not confirm any more; the place of the caps is free again."""
        for coming in [c for c in self.coming if c[2].get("outcome") is j]:
            self.coming.remove(coming)
            self.contacts.remove(coming[2]["contact"])

    def hand_over(self, j, channel):
        """A place of the caps is taken here. The outcome is an input of its own, at the same moment; a person's after two hours."""
        step = j.step()
        message = self.program["messages"][step["message"]]
        contact = policy.Contact(self.now, message.get("class", "marketing"), channel, j.playbook["name"])
        self.contacts.append(contact)
        outcome = {"outcome": j, "place": j.place(), "message": step["message"], "channel": channel, "contact": contact,
                   "accepted": self.world.accepts(self.id, step["message"], channel)}
        self.say(f"{j.playbook['name']} {j.number}: {step['do']} {step['message']} on {channel}")
        if step["do"] == "ask":
            j.state, j.tried = "confirming", j.channel
            self.later(clock.plus(self.zone(), self.now, CONFIRMED_AFTER), outcome)
        else:
            j.state = "sending"
            self.queue.append(outcome)

    def take_outcome(self, given):
        """Accepted: a `sent` event, and on to the next step. Finally rejected: the next channel, or `else`. Gives the event."""
        j, channel, message = given["outcome"], given["channel"], given["message"]
        stands = j.live() and j.state in ("sending", "confirming") and j.place() == given["place"]
        if stands and j.state == "confirming" and j.late is not None and j.late <= self.now:
            # The playbook is paused, else it would have been given up before: `[0, D)` is over, and the end of the pause gives it up.
            self.coming.append((NEVER, self.made, given))
            return None
        if not given["accepted"]:
            self.contacts.remove(given["contact"])
            self.stats["skipped rejected"] += 1
            self.say(f"{j.playbook['name']} {j.number}: {message} on {channel}: rejected")
            self.skips[(j.playbook["name"], message, channel, "rejected")] += 1
            if stands:
                j.rejected.add(channel)
                j.channel += 1
                j.state = "send"
                if j.channel >= len(tree.channels_of(self.program, j.step())):
                    self.past(j, j.step().get("else"))
            return None
        self.sends.append((self.now, self.id, j.playbook["name"], message, channel))
        event = self.new_event("sent", self.now, {"message": message, "channel": channel, "playbook": j.playbook["name"]})
        if stands:
            self.past(j)
        return event

    def later(self, moment, item):
        """An input that is known to come at `moment`: a person's confirmation."""
        self.made += 1
        self.coming.append((Moment(moment), self.made, item))
        self.push(moment)
