"""What is sent again, and to whom who comes again: a message goes out after a kill as it would have gone before it; who was forgotten and comes back is sent anew under keys of his own; who
is about to become somebody who is forgotten does not bring him back.

    python3 tests/e2e/returning_test.py build/release/tend
"""
import json
import os
import subprocess
import sys
import tempfile

import serve_test
import workspace as w
from channels_test import metrics, until

SHOP = """customer { email text }
event order { quantity number }
activity is order
policy { timezone "UTC"
  purpose marketing
  consent on mine }
playbook offers { enter on order
  again always
  send offer
}
message offer marketing { text "An offer." }
"""
# Notes down what it is asked; keeps to itself what it has seen already. `hang`: no answer the first time. `later`: not before a minute has passed.
ADAPTER = """import json, sys, time
seen = {}
for line in sys.stdin:
    question = json.loads(line)
    answer = {"id": question["id"]}
    outcomes = []
    for message in question.get("submit", []):
        with open("asked.txt", "a", encoding="utf-8") as file:
            file.write(json.dumps([message["key"], message["to"], [item["kind"] for item in message["items"]]]) + "\\n")
        if "hang" in message["to"] and len([1 for asked in open("asked.txt", encoding="utf-8") if message["key"] in asked]) == 1:
            time.sleep(600)
        outcomes.append({"fate": "deferred", "scope": "recipient", "reason": "busy", "after": 60} if "later" in message["to"] else {"fate": "accepted", "provider_id": message["key"]})
    if "submit" in question:
        answer["outcomes"] = outcomes
    print(json.dumps(answer), flush=True)
"""
TOML = """[workspace]
name = "shop"

[links]
url = "https://u.example.com"

[channels.mine]
adapter = "program"
command = "python3 adapter.py"
to = "email"
unknown = "again"
timeout = 600
links = "unsubscribe"
"""


class Shop:
    def __init__(self, tend, scratch):
        self.tend, self.folder = tend, serve_test.make(os.path.join(scratch, "shop"), SHOP, TOML)
        self.data = os.path.join(self.folder, "data")
        with open(os.path.join(self.folder, "adapter.py"), "w", encoding="utf-8") as file:
            file.write(ADAPTER)
        self.server, self.number = None, 0

    def start(self):
        self.server = serve_test.Server(self.tend, self.folder, "--data", self.data)

    def post(self, *calls):
        status, answer = self.server.call("POST", "/v1/batch", {"batch": list(calls)})
        w.check(status == 200, f"a batch is answered {status} {answer}")

    def order(self, who, email=None):
        """Says who he is, and that he ordered."""
        self.number += 1
        traits = {"email": email or f"{who}@example.com", "consent": {"mine": True, "marketing": True}}
        self.post({"type": "identify", "userId": who, "traits": traits}, {"type": "track", "userId": who, "event": "order", "messageId": f"m{self.number}", "properties": {}})

    def asked(self, who):
        path = os.path.join(self.folder, "asked.txt")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return [(key, kinds) for key, to, kinds in map(json.loads, file) if to.startswith(who + "@")]

    def verb(self, *words, expect=0):
        return w.run(self.tend, *words, "--workspace", self.folder, "--data", self.data, "--lang", "en", expect=expect)

    def forget(self, who):
        return json.loads(self.verb("customer", "forget", who, "--format", "json").stdout)

    def found(self, text):
        """Files of the data folder where it stands."""
        return subprocess.run(["grep", "-rla", text, self.data], capture_output=True, text=True, check=False).stdout.split()


def sent_again_as_before(shop):
    shop.order("hang")
    until(lambda: len(shop.asked("hang")) == 1, lambda: "nothing is sent")
    shop.server.kill()
    shop.start()
    until(lambda: len(shop.asked("hang")) == 2, lambda: "it is not sent again")
    first, again = shop.asked("hang")
    w.check(first == again and "unsubscribe" in first[1], f"first {first}, then {again}")


def forgotten_and_back(shop):
    for times in (1, 2):
        shop.order("back")
        until(lambda times=times: len(shop.asked("back")) == times, lambda: f"sent: {shop.asked('back')}")
        until(lambda: "accepted" in shop.verb("customer", "show", "back").stdout, lambda: "his message is not answered")
        told = shop.forget("back")
        w.check(not told["waits"], f"forgetting says {told}")
    w.check(shop.asked("back")[0][0] != shop.asked("back")[1][0], "two messages have one key")


def gone(shop, *whom):
    for who in whom:
        w.check(shop.verb("customer", "show", who, expect=None).returncode != 0, f"{who} is known still")
        left = [path for path in shop.found(who) if not path.endswith("audit.jsonl")]
        w.check(left == [], f"{who} stands in {left}")


def what_waits_does_not_go(shop):
    """A message that is not to be tried before a minute has passed: nobody waits for it, with serve and without."""
    for who in ("laterone", "latertwo"):
        shop.order(who)
        until(lambda who=who: shop.asked(who), lambda: "nothing is sent")
        until(lambda: 'state="waiting"} 1' in metrics(shop.server), lambda: "it is not put off: " + "".join(line for line in metrics(shop.server).splitlines(True) if "messages_out" in line))
        if who == "latertwo":
            shop.server.kill()
        told = shop.forget(who)
        w.check(told["known"] and told["left"] == 1 and not told["waits"], f"forgetting {who} says {told}")
        gone(shop, who)
    audit = w.run(shop.tend, "audit", "--data", shop.data).stdout
    w.check("shell  POST /v1/forget latertwo\n" in audit and "POST /v1/forget laterone\n" in audit, f"the audit log has not both: {audit}")
    with open(os.path.join(shop.folder, "adapter.py"), "w", encoding="utf-8") as file:
        file.write(ADAPTER.replace('"later" in', '"never" in'))
    shop.start()
    shop.order("other")
    until(lambda: shop.asked("other"), lambda: "nothing is sent")
    w.check(len(shop.asked("laterone")) == len(shop.asked("latertwo")) == 1, "who was forgotten was written to")


def becomes_who_is_forgotten(shop):
    """Until his message is answered he does not become the other one."""
    shop.order("hangmore")
    until(lambda: shop.asked("hangmore"), lambda: "nothing is sent")
    shop.post({"type": "alias", "previousId": "hangmore", "userId": "entire7"}, {"type": "identify", "userId": "entire7", "traits": {"email": "entire7@example.com"}})
    told = shop.forget("entire7")
    w.check(told["known"] and told["waits"], f"forgetting says {told}")
    shop.server.kill()  # so that it is asked what became of the message
    shop.start()
    until(lambda: len(shop.asked("hangmore")) == 2, lambda: "it is not sent again")
    until(lambda: shop.verb("customer", "show", "hangmore", expect=None).returncode != 0, lambda: "he is known still")
    for who in ("entire7", "hangmore"):
        shop.verb("customer", "forget", who, expect=None)
    gone(shop, "entire7", "hangmore")


def main():
    with tempfile.TemporaryDirectory(prefix="tend-returning-") as scratch:
        shop = Shop(os.path.abspath(sys.argv[1]), scratch)
        shop.start()
        sent_again_as_before(shop)
        forgotten_and_back(shop)
        becomes_who_is_forgotten(shop)
        what_waits_does_not_go(shop)
        shop.server.stop()
    print("a message sent again is the same, who comes back has keys of his own, nobody brings back who is forgotten, and what waits for him does not go")


if __name__ == "__main__":
    main()
