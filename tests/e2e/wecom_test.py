"""WeCom beside its messages, with the built binary against the double of the platform: who came by which code, and the codes themselves.

    python3 tests/e2e/wecom_test.py build/release/tend
"""
import argparse
import json
import os
import sys
import tempfile

import serve_test as s
import workspace as w
from channels_test import shown, until

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support", "double"))
import double_client  # noqa: E402

CUSTOMERS = """customer { external text
  adviser staff }
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
staff = "adviser"
{more}
"""
SECRETS = {"WECOM_SECRET": "testsecret", "WECOM_TOKEN": "testtoken", "WECOM_KEY": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"}


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

    def told(self, times=1, **fields):
        """Calls of the platform, each the same; what they say is durable when this returns."""
        url = f"http://127.0.0.1:{self.server.port}/v1/receipts/wecom"
        rows = self.double.post("emit", platform="wecom", url=url, events=[fields], times=times)["deliveries"]
        w.check(all(row["accepted"] for row in rows), f"the platform's call is not taken: {rows}")


WAYS_IN = """playbook shop_12 {
  enter on added where state = "shop-12"
  again always
  set customer.adviser = entry.staff
  tag "of shop 12"
}
playbook others {
  enter on added where state != "shop-12"
  tag "of another shop"
}
"""


def who_added_whom(tend, scratch, double):
    """Who came by which code, and through whom, decides in a playbook; told twice it happens once."""
    corp = Corp(tend, scratch, "added", double, WAYS_IN)
    server = corp.serve()
    for customer, state in (("wm1", "shop-12"), ("wm2", "shop-13"), ("wm3", "")):
        corp.told(ChangeType="add_external_contact", UserID="zhangsan", ExternalUserID=customer, State=state, times=2)
    until(lambda: "of shop 12" in shown(server, "wm1").get("tags", []), lambda: f"wm1 did not come in: {shown(server, 'wm1')}")
    until(lambda: "of another shop" in shown(server, "wm2").get("tags", []), lambda: f"wm2 did not come in: {shown(server, 'wm2')}")
    w.check(shown(server, "wm1")["attributes"]["adviser"] == "zhangsan", f"nobody serves wm1: {shown(server, 'wm1')}")
    w.check("of shop 12" not in shown(server, "wm2")["tags"] and shown(server, "wm3")["tags"] == [], "somebody came in by a code that he did not come by")
    entered = server.call("GET", "/v1/figures")[1]["playbooks"]["shop_12"]["entered"]
    w.check(entered == 1, f"wm1 came in {entered} times")
    server.stop()


def codes(tend, scratch, double):
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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tend")
    arguments = parser.parse_args()
    os.environ.update(SECRETS)
    for part in (who_added_whom, codes):
        with tempfile.TemporaryDirectory() as scratch, double_client.Double(frozen=False) as double:
            part(os.path.abspath(arguments.tend), scratch, double)
    print("ok")


if __name__ == "__main__":
    main()
