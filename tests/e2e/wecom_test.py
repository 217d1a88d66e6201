"""WeCom beside its messages, with the built binary against the double of the platform: who came by which code, and the codes themselves.

    python3 tests/e2e/wecom_test.py build/release/tend
"""
import argparse
import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import time

import serve_test as s
import workspace as w
from channels_test import shown, until

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support", "double"))
import double_client  # noqa: E402

CUSTOMERS = """customer { external text
  owner staff
  successor staff }
event order { quantity number }
activity is order
policy { timezone "Asia/Shanghai" }
"""
CHANNEL = """[channels.wecom]
adapter = "wecom"
corp = "ww0000000000000001"
secret = "env:WECOM_SECRET"
callback_token = "env:WECOM_TOKEN"
callback_aes_key = "env:WECOM_KEY"
settle = "1"
base = "{base}"
to = "external"
staff = "owner"
{more}
"""
SECRETS = {"WECOM_SECRET": "testsecret", "WECOM_TOKEN": "testtoken", "WECOM_KEY": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"}


def befriend(double, customers, staff="zhangsan"):
    double.post("setup", wecom={"customers": {customer: {"name": customer, "follow": {staff: {"createtime": 1}}} for customer in customers}})


class Corp:
    """A workspace with a channel of the double's corp, and what its data folder is served by."""

    def __init__(self, tend, scratch, name, double, playbooks, more=""):
        self.tend, self.double = tend, double
        self.folder = s.make(os.path.join(scratch, name), CUSTOMERS + playbooks, CHANNEL.format(base=double.url, more=more))
        self.data = os.path.join(self.folder, "data")
        self.server = None

    def serve(self):
        self.server = s.Server(self.tend, self.folder, "--data", self.data)
        return self.server

    def again(self):
        """Killed, and served by somebody else at once."""
        self.server.kill()
        return self.serve()

    def post(self, calls):
        """Until they are taken, through whatever happens."""
        while True:
            try:
                if self.server.call("POST", "/v1/batch", {"batch": calls})[0] == 200:
                    return
            except (OSError, http.client.HTTPException, ValueError):
                pass
            time.sleep(0.02)

    def identify(self, *customers, **traits):
        self.post([{"type": "identify", "userId": "c" + one, "traits": {"external": one, "owner": "zhangsan", **traits}} for one in customers])

    def track(self, event, *customers):
        self.post([{"type": "track", "userId": "c" + one, "event": event, "properties": {}} for one in customers])

    def state(self):
        return self.double.get("state?platform=wecom")["platforms"]["wecom"]

    def calls(self, api):
        return self.double.get("state?platform=wecom")["calls"].get("wecom.externalcontact/" + api, 0)

    def tags(self, customer, staff="zhangsan"):
        """The names of the tags of a pair on the platform."""
        state = self.state()
        names = {tag: name for group in state["tags"].values() for tag, name in group["tags"].items()}
        return sorted(names[tag] for tag in state["customers"][customer]["follow"].get(staff, {}).get("tags", []))

    def mirror(self):
        rows = self.server.call("GET", "/v1/channels")[1]["channels"]
        return next(row["mirror"] for row in rows if row["channel"] == "wecom")

    def told(self, times=1, **fields):
        """Calls of the platform, each the same; what they say is durable when this returns."""
        url = f"http://127.0.0.1:{self.server.port}/v1/receipts/wecom"
        rows = self.double.post("emit", platform="wecom", url=url, events=[fields], times=times)["deliveries"]
        w.check(all(row["accepted"] for row in rows), f"the platform's call is not taken: {rows}")


WAYS_IN = """playbook shop_12 {
  enter on added where state = "shop-12"
  again always
  set customer.owner = entry.staff
  tag "of shop 12"
}
playbook others {
  enter on added where state != "shop-12"
  tag "of another shop"
}
"""


def who_added_whom(tend, scratch, double, _):
    """Who came by which code, and through whom, decides in a playbook; told twice it happens once."""
    corp = Corp(tend, scratch, "added", double, WAYS_IN)
    server = corp.serve()
    for customer, state in (("wm1", "shop-12"), ("wm2", "shop-13"), ("wm3", "")):
        corp.told(ChangeType="add_external_contact", UserID="zhangsan", ExternalUserID=customer, State=state, times=2)
    until(lambda: "of shop 12" in shown(server, "wm1").get("tags", []), lambda: f"wm1 did not come in: {shown(server, 'wm1')}")
    until(lambda: "of another shop" in shown(server, "wm2").get("tags", []), lambda: f"wm2 did not come in: {shown(server, 'wm2')}")
    w.check(shown(server, "wm1")["attributes"]["owner"] == "zhangsan", f"nobody serves wm1: {shown(server, 'wm1')}")
    w.check("of shop 12" not in shown(server, "wm2")["tags"] and shown(server, "wm3")["tags"] == [], "somebody came in by a code that he did not come by")
    entered = server.call("GET", "/v1/figures")[1]["playbooks"]["shop_12"]["entered"]
    w.check(entered == 1, f"wm1 came in {entered} times")
    server.stop()


def codes(tend, scratch, double, _):
    """Codes: one for each state, whatever becomes of the answers; limits and refusals in a sentence that says what to do."""
    corp = Corp(tend, scratch, "codes", double, "")
    double.post("setup", wecom={"staff": {"wangwu": {"inactive": True}}})

    def way(*words, expect=0):
        return w.run(tend, "channels", "way", "wecom", "--workspace", corp.folder, *words, expect=expect)

    def made(*words):
        return json.loads(way(*words, "--format", "json").stdout)

    def held():
        return double.get("state?platform=wecom")["platforms"]["wecom"]["contact_ways"]

    first = made("--state", "shop-1", "--staff", "zhangsan,lisi", "--remark", "the shop at the lake")
    w.check(first["now"] == "made" and first["way"]["qr"].startswith("https://") and set(held()) == {first["way"]["id"]}, f"the first: {first}")
    again = made("--state", "shop-1", "--staff", "lisi,zhangsan")
    w.check(again["now"] == "there" and again["way"] == {**first["way"], "staff": again["way"]["staff"]} and len(held()) == 1, f"asked for again: {again}")

    # The platform makes it, and the answer is lost; then the request itself.
    double.post("faults", api="wecom.externalcontact/add_contact_way", kind="timeout_after", nth=1, seconds=0.3)
    lost = made("--state", "shop-2", "--staff", "zhangsan")
    double.control("DELETE", "faults")
    double.post("faults", api="wecom.externalcontact/add_contact_way", kind="reset_before", nth=1)
    never = made("--state", "shop-3", "--staff", "zhangsan")
    double.control("DELETE", "faults")
    states = sorted(one["state"] for one in held().values())
    w.check(states == ["shop-1", "shop-2", "shop-3"], f"after lost answers there are {states}")
    w.check(lost["now"] == never["now"] == "made" and lost["way"]["id"] in held() and lost["way"]["qr"] == held()[lost["way"]["id"]]["qr_code"] and never["way"]["id"] in held(), f"told are {lost} and {never}")

    # Many of them: pages, and questions side by side.
    for i in range(120):
        token = double.call("GET", "/cgi-bin/gettoken?corpid=ww0000000000000001&corpsecret=testsecret")[2]
        body = {"type": 2, "scene": 2, "state": f"old-{i}", "user": ["lisi"]}
        double.call("POST", f"/cgi-bin/externalcontact/add_contact_way?access_token={json.loads(token)['access_token']}", json.dumps(body).encode())
    every = json.loads(w.run(tend, "channels", "ways", "wecom", "--workspace", corp.folder, "--format", "json").stdout)["ways"]
    w.check({one["state"] for one in every} == {"shop-1", "shop-2", "shop-3", *(f"old-{i}" for i in range(120))} and len(every) == 123, f"listed are {len(every)}")
    w.check("shop-2  zhangsan" in w.run(tend, "channels", "ways", "wecom", "--workspace", corp.folder).stdout, "a person does not find shop-2")

    told = way("--state", "shop-2", "--staff", "lisi", expect=1).stderr
    w.check("is of zhangsan" in told and "--update" in told, f"other members: {told}")
    w.check(made("--state", "shop-2", "--staff", "lisi", "--update")["now"] == "changed" and held()[lost["way"]["id"]]["user"] == ["lisi"], "the members are not changed")
    w.check(made("--state", "shop-2", "--remove")["now"] == "removed" and lost["way"]["id"] not in held(), "it is not removed")
    w.check("there is no code" in way("--state", "shop-2", "--remove", expect=1).stderr, "what is gone is removed again")

    # Thirty characters of a state and a remark, one more of each, and what the platform refuses.
    made("--state", "店" * 30, "--staff", "lisi", "--remark", "注" * 30)
    before = len(held())
    for words, sentence in ((("--state", "店" * 31, "--staff", "lisi"), "1 to 30 characters"), (("--state", "a", "--staff", "lisi", "--remark", "注" * 31), "at most 30"),
                            (("--state", "a"), "1 to 100 members"), (("--state", "a", "--staff", "lisi,lisi"), "named twice"), (("--state", "", "--staff", "lisi"), "1 to 30")):
        told = way(*words, expect=3).stderr
        w.check(sentence in told, f"{words}: {told}")
    for staff, sentence in (("nobody", "通讯录"), ("wangwu", "log in")):
        told = way("--state", "b", "--staff", staff, expect=1).stderr
        w.check(sentence in told, f"a code of {staff}: {told}")
    double.post("setup", wecom={"contact_ways": before})
    told = way("--state", "b", "--staff", "lisi", expect=1).stderr
    w.check("41045" in told and "--remove" in told and len(held()) == before, f"beyond what a corp may have: {told}")


TAGGING = """event refund
event nap
playbook dear {
  enter on order
  again always
  tag "vip"
}
playbook not_dear {
  enter on refund
  again always
  untag "vip"
}
playbook rests {
  enter on nap
  again always
  tag "睡着 了"
  tag "nobody's"
}
"""


def tags(tend, scratch, double, arguments):
    """Tags are told to the platform as they stand, through lost answers and kills; those that nobody named, and of others, are not."""
    chance = random.Random(arguments.seed)
    corp = Corp(tend, scratch, "tags", double, TAGGING, 'tags = ["vip", "睡着 了"]')
    names = [f"wm{i}" for i in range(arguments.customers)]
    befriend(double, [*names, "wm-late"])
    befriend(double, ["wm-other"], "lisi")
    double.post("setup", wecom={"tags": {"g1": {"name": "levels", "tags": {"t-gold": "gold"}}}})
    double.post("faults", api="wecom.externalcontact/add_corp_tag", kind="timeout_after", nth=1, seconds=0.3)
    double.post("faults", api="wecom.externalcontact/mark_tag", kind="timeout_after", percent=10, seed=arguments.seed, seconds=0.2)
    double.post("faults", api="wecom.externalcontact/mark_tag", kind="reset_before", percent=5, seed=arguments.seed + 1)
    double.post("faults", api="wecom.externalcontact/mark_tag", kind="slow", percent=30, seed=arguments.seed + 2, seconds=0.2)
    corp.serve()
    corp.identify(*names)
    dear, kills = names[: len(names) // 2], sorted(chance.sample(range(1, len(names) // 2), 4))
    for i, one in enumerate(dear):
        corp.track("order", one)
        if i in kills:  # while calls have had their effect, and no answer
            seen = corp.calls("mark_tag")
            until(lambda: corp.calls("mark_tag") > seen, lambda: f"nothing is told: {corp.mirror()}")
            corp.again()
    until(lambda: all(corp.tags(one) == ["vip"] for one in dear), lambda: f"told are {[one for one in dear if corp.tags(one) != ['vip']]} not: {corp.mirror()}", 120)
    back = dear[::3]
    corp.track("refund", *back)
    corp.track("nap", *names[-3:])
    corp.again()
    until(lambda: all(corp.tags(one) == [] for one in back), lambda: f"not taken back of {[one for one in back if corp.tags(one)]}", 120)
    until(lambda: all(corp.tags(one) == ["睡着 了"] for one in names[-3:]), lambda: f"{corp.tags(names[-1])}: {corp.mirror()}", 120)
    double.control("DELETE", "faults")
    until(lambda: corp.mirror()["waiting"] == 0, lambda: f"something waits: {corp.mirror()}", 120)
    for one in names:
        wanted = ["睡着 了"] if one in names[-3:] else ["vip"] if one in dear and one not in back else []
        w.check(corp.tags(one) == wanted, f"{one} has {corp.tags(one)}, not {wanted}")
    held = sorted(name for group in corp.state()["tags"].values() for name in group["tags"].values())
    w.check(held == ["gold", "vip", "睡着 了"] and sorted(group["name"] for group in corp.state()["tags"].values()) == ["levels", "tend"], f"tags on the platform: {corp.state()['tags']}")

    # What was told is not told again by a start: neither by one after a kill, nor by one after an orderly end.
    before = corp.calls("mark_tag")
    corp.again()
    corp.track("nap", names[0])
    until(lambda: "睡着 了" in corp.tags(names[0]), lambda: f"{corp.tags(names[0])}")
    corp.server.stop()
    corp.serve()
    corp.track("nap", names[1])
    until(lambda: "睡着 了" in corp.tags(names[1]), lambda: f"{corp.tags(names[1])}")
    w.check(corp.calls("mark_tag") == before + 2, f"two changes took {corp.calls('mark_tag') - before} calls")

    # A customer whom WeCom knows only later; one of whom it knows nothing; a tag that somebody has taken away there.
    corp.post([{"type": "track", "userId": "late", "event": "order", "properties": {}}])
    corp.identify("wm-other")
    corp.track("order", "wm-other")
    until(lambda: corp.mirror()["refused"] == 1 and "84061" in corp.mirror()["last_error"], lambda: f"who is no customer of zhangsan: {corp.mirror()}")
    w.check("84061" in w.run(tend, "channels", "--workspace", corp.folder, "--data", corp.data).stdout, "`tend channels` does not say why")
    corp.post([{"type": "identify", "userId": "late", "traits": {"external": "wm-late", "owner": "zhangsan"}}])
    until(lambda: corp.tags("wm-late") == ["vip"], lambda: f"who came later: {corp.tags('wm-late')}")
    state = corp.state()
    group, vip = next((group, tag) for group, one in state["tags"].items() for tag, name in one["tags"].items() if name == "vip")
    token = json.loads(double.call("GET", "/cgi-bin/gettoken?corpid=ww0000000000000001&corpsecret=testsecret")[2])["access_token"]
    double.call("POST", f"/cgi-bin/externalcontact/del_corp_tag?access_token={token}", json.dumps({"tag_id": [vip]}).encode())
    corp.track("order", names[2])
    corp.track("refund", names[2])
    corp.track("order", names[2])
    until(lambda: "vip" in corp.tags(names[2]), lambda: f"a tag that was taken away: {corp.tags(names[2])}, {corp.mirror()}")
    corp.server.stop()

    # While nobody serves: what an operator's own process does is told by the next start.
    toml = os.path.join(corp.folder, "shop.tend")
    with open(toml, "a", encoding="utf-8") as file:
        file.write('playbook by_hand {\n  enter by hand\n  tag "vip"\n}\n')
    w.run(tend, "apply", "--workspace", corp.folder, "--data", corp.data)
    done = subprocess.run([tend, "start", "by_hand", "--customers", "-", "--workspace", corp.folder, "--data", corp.data], input=f"c{names[-2]}\n", capture_output=True, text=True, timeout=60)
    w.check(done.returncode == 0, f"start ends with {done.returncode}: {done.stderr}")
    corp.serve()
    until(lambda: "vip" in corp.tags(names[-2]), lambda: f"what happened while nobody served: {corp.tags(names[-2])}")

    # As many tags as a corp may have: the reason is seen, and the others are told.
    corp.server.stop()
    double.post("setup", wecom={"tag_cap": 3})
    with open(os.path.join(corp.folder, "tend.toml"), encoding="utf-8") as file:
        text = file.read()
    with open(os.path.join(corp.folder, "tend.toml"), "w", encoding="utf-8") as file:
        file.write(text.replace('tags = ["vip", ', 'tags = ["nobody\'s", "vip", '))
    corp.serve()
    corp.track("nap", names[4])
    until(lambda: corp.tags(names[4]) in (["vip", "睡着 了"], ["睡着 了"]) and "40126" in corp.mirror()["last_error"], lambda: f"a tag too many: {corp.tags(names[4])}, {corp.mirror()}")
    w.run(tend, "customer", "forget", "c" + names[5], "--workspace", corp.folder, "--data", corp.data)
    corp.server.stop()


MOVING = """event leave
event transfer_failed { staff text
  reason text }
playbook moves {
  enter on leave
  again always
  tag "moved"
  transfer to customer.successor
}
playbook stays {
  enter on transfer_failed
  again always
  if entry.reason = "customer_refused" and entry.staff = "lisi" { tag "refused lisi" }
  if entry.reason starts with "40099" { tag "not taken" }
}
"""


def transfers(tend, scratch, double, arguments):
    """Transfers happen once on the platform; what comes to nothing is an event, once, whoever tells of it first."""
    corp = Corp(tend, scratch, "transfers", double, MOVING, 'tags = ["moved"]\ntransfers = "true"\ntransfer_poll = "1"')
    double.post("setup", wecom={"staff": {"zhangsan": {}, "lisi": {}, "wangwu": {"resigned": True}, "full": {"customer_limit": 0}}})
    befriend(double, ["wm-goes", "wm-refuses", "wm-full", "wm-tells"])
    befriend(double, ["wm-left"], "wangwu")
    server = corp.serve()
    corp.identify("wm-goes", "wm-refuses", "wm-tells", successor="lisi")
    corp.identify("wm-full", successor="full")
    corp.identify("wm-left", owner="wangwu", successor="lisi")

    def moves():
        return {one["external_userid"]: [t for t in corp.state()["transfers"] if t["external_userid"] == one["external_userid"]] for one in corp.state()["transfers"]}

    def failed():
        return server.call("GET", "/v1/figures")[1]["playbooks"]["stays"]["entered"]

    # The platform begins it, and tend is killed before it hears of that; then the same without a kill.
    double.post("faults", api="wecom.externalcontact/transfer_customer", kind="timeout_after", nth=[1, 3], seconds=1)
    corp.track("leave", "wm-goes")
    until(lambda: "wm-goes" in moves(), lambda: f"nothing is begun: {corp.mirror()}")
    server = corp.again()
    corp.track("leave", "wm-refuses", "wm-tells")
    until(lambda: {"wm-refuses", "wm-tells"} <= set(moves()), lambda: f"begun are {sorted(moves())}: {corp.mirror()}", 150)
    double.control("DELETE", "faults")
    begun = corp.calls("transfer_result")
    until(lambda: corp.calls("transfer_result") > begun + 1, lambda: "nobody asks what became of them")
    w.check(all(len(rows) == 1 and rows[0]["status"] == 2 for rows in moves().values()), f"twice on the platform: {moves()}")
    w.check(corp.tags("wm-goes") == ["moved"], f"until it has happened he is told of with who has him: {corp.tags('wm-goes')}")

    # A day later: one is done, one has refused, of one the platform tells by a call as well, before or after it is asked.
    double.post("wecom/refuse", external_userid="wm-refuses")
    double.post("wecom/refuse", external_userid="wm-tells")
    double.post("advance", seconds=86400)
    corp.told(ChangeType="transfer_fail", FailReason="customer_refused", UserID="lisi", ExternalUserID="wm-tells", times=2)
    until(lambda: corp.tags("wm-goes", "lisi") == ["moved"], lambda: f"{corp.state()['customers']['wm-goes']}: {corp.mirror()}")
    until(lambda: failed() == 2, lambda: f"{failed()} were told of: {corp.mirror()}")
    server = corp.again()
    corp.told(ChangeType="transfer_fail", FailReason="customer_refused", UserID="lisi", ExternalUserID="wm-refuses", times=2)
    asked = corp.calls("transfer_result")

    # Who has left hands on by another API; a member who can take nobody, and one transfer too many, come to nothing at once.
    corp.track("leave", "wm-left", "wm-full")
    until(lambda: failed() == 3 and "wm-left" in moves(), lambda: f"{failed()} failed, begun are {sorted(moves())}: {corp.mirror()}")
    w.check("not taken" in shown(server, "cwm-full")["tags"], f"why wm-full stays: {shown(server, 'cwm-full')}")
    w.check(all("refused lisi" in shown(server, "c" + one)["tags"] for one in ("wm-refuses", "wm-tells")), f"why they stay: {shown(server, 'cwm-refuses')}")
    double.post("advance", seconds=86400)
    until(lambda: corp.tags("wm-left", "lisi") == ["moved"], lambda: f"{corp.state()['customers']['wm-left']}: {corp.mirror()}")
    w.check(corp.calls("transfer_result") > asked and failed() == 3, f"{failed()} were told of in the end")
    for one, rows in moves().items():
        w.check(len(rows) == 1, f"{one} was transferred {len(rows)} times")
    corp.server.stop()


ASKING = """playbook through_owner {
  enter on order
  again always
  send hi
  tag "sent"
}
event question
playbook through_another {
  enter on question
  again always
  ask customer.successor to send other within 1 day else { tag "not sent" }
  tag "gone on"
}
message hi transactional on wecom { text "hello {{ customer.id }}" }
message other transactional on wecom { text "the answer" }
"""


def asks(tend, scratch, double, arguments):
    """A message on a channel where a person confirms is a task of the platform's in that person's name, one for each; what he does there is what he did."""
    corp = Corp(tend, scratch, "asks", double, ASKING)
    names = [f"wm{i}" for i in range(8)]
    befriend(double, names)
    befriend(double, names[:4], "lisi")
    double.post("faults", api="wecom.externalcontact/add_msg_template", kind="timeout_after", nth=[1, 4, 6], seconds=0.5)
    server = corp.serve()
    corp.identify(*names, successor="lisi")

    def tasks():
        """(member, customer) of each task."""
        return sorted((user, one) for task in corp.state()["tasks"].values() for user, member in task["members"].items() for one in member["to"])

    corp.track("order", names[0])
    until(lambda: tasks(), lambda: f"nobody is asked: {server.call('GET', '/v1/tasks')}")
    server = corp.again()  # the task is made, and nobody has heard of it
    corp.track("order", *names[1:])
    corp.track("question", *names[:3])
    wanted = sorted([("zhangsan", one) for one in names] + [("lisi", one) for one in names[:3]])
    until(lambda: len(tasks()) >= len(wanted), lambda: f"asked are {tasks()}: {server.call('GET', '/v1/channels')}", 120)
    server = corp.again()
    corp.track("question", names[7])  # lisi does not know him: a refusal, and the journey goes on
    until(lambda: "gone on" in shown(server, "c" + names[7])["tags"], lambda: f"{shown(server, 'c' + names[7])}", 120)
    w.check("not sent" in shown(server, "c" + names[7])["tags"], f"what was refused counts as sent: {shown(server, 'c' + names[7])}")
    w.check(tasks() == wanted, f"asked are {tasks()}, not {wanted}")
    w.check("sent" not in shown(server, "c" + names[0])["tags"], "nobody has sent it yet")

    # They tap send; the platform is asked after a minute.
    for member in ("zhangsan", "lisi"):
        double.post("wecom/confirm", userid=member)
    until(lambda: all("sent" in shown(server, "c" + one)["tags"] for one in names), lambda: f"{[shown(server, 'c' + one)['tags'] for one in names]}", 150)
    until(lambda: all("gone on" in shown(server, "c" + one)["tags"] for one in names[:3]), lambda: f"{shown(server, 'c' + names[0])}", 150)
    w.check(all("not sent" not in shown(server, "c" + one)["tags"] for one in names[:3]), "what was sent counts as refused")
    totals = double.get("state?platform=wecom")["totals"]
    w.check(totals["messages"] == len(wanted) and totals["repeats"] == 0 and tasks() == wanted, f"in the end: {totals}, {tasks()}")
    corp.server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tend")
    parser.add_argument("--customers", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only")
    arguments = parser.parse_args()
    os.environ.update(SECRETS)
    for part in (who_added_whom, codes, tags, transfers, asks):
        if arguments.only not in (None, part.__name__):
            continue
        with tempfile.TemporaryDirectory() as scratch, double_client.Double(frozen=False) as double:
            part(os.path.abspath(arguments.tend), scratch, double, arguments)
    print("ok")


if __name__ == "__main__":
    main()
