"""Who did not want to be written to and was forgotten is not written to when he comes again under another id: by a hash of his address, on the channel where he did not want it,
for as much as he did not want; until he is allowed again.

    python3 tests/e2e/suppressed_test.py build/release/tend
"""
import json
import os
import sys
import tempfile

import serve_test
import workspace as w
from channels_test import until

SHOP = """customer { phone text }
event order { quantity number }
event asked { about text }
activity is order
policy { timezone "UTC"
  consent on sms }
playbook offers { enter on order
  again always
  send offer
}
playbook receipts { enter on asked
  again always
  send receipt
}
message offer { text "An offer." }
message receipt transactional { text "Your receipt." }
"""
# Numbers that end with 0 do not exist.
ADAPTER = """import json, sys
def send(message):
    if message["to"].endswith("0"):
        return {"fate": "rejected", "scope": "recipient", "reason": "no such number", "suppress": True}
    with open("sent.txt", "a", encoding="utf-8") as file:
        file.write(json.dumps([message["customer"], message["to"], message["items"][0]["text"]]) + "\\n")
    return {"fate": "accepted", "provider_id": message["key"]}
for line in sys.stdin:
    question = json.loads(line)
    answer = {"id": question["id"]}
    if "submit" in question:
        answer["outcomes"] = [send(message) for message in question["submit"]]
    print(json.dumps(answer), flush=True)
"""


class Shop:
    def __init__(self, tend, scratch):
        self.tend, self.folder = tend, serve_test.make(os.path.join(scratch, "shop"), SHOP)
        self.data = os.path.join(self.folder, "data")
        with open(os.path.join(self.folder, "adapter.py"), "w", encoding="utf-8") as file:
            file.write(ADAPTER)
        with open(os.path.join(self.folder, "tend.toml"), "w", encoding="utf-8") as file:
            file.write('[workspace]\nname = "shop"\n\n[channels.sms]\nadapter = "program"\ncommand = "python3 adapter.py"\nto = "phone"\nunknown = "again"\n')
        self.server, self.number, self.talk = None, 0, ""

    def start(self):
        self.server = serve_test.Server(self.tend, self.folder, "--data", self.data)

    def post(self, *calls):
        status, answer = self.server.call("POST", "/v1/batch", {"batch": list(calls)})
        w.check(status == 200, f"a batch is answered {status} {answer}")

    def known(self, who, phone, sms=True):
        self.post({"type": "identify", "userId": who, "traits": {"phone": phone, "consent": {"sms": sms}}})

    def wants(self, who, event):
        self.number += 1
        self.post({"type": "track", "userId": who, "event": event, "messageId": f"m{self.number}", "properties": {}})

    def sent(self):
        path = os.path.join(self.folder, "sent.txt")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return [tuple(json.loads(line)) for line in file]

    def verb(self, *words, expect=0):
        return w.run(self.tend, *words, "--workspace", self.folder, "--data", self.data, "--lang", "en", expect=expect)

    def said(self):
        """What serve said on stderr so far."""
        stream = self.server.process.stderr.fileno()
        os.set_blocking(stream, False)
        try:
            while piece := os.read(stream, 65536):
                self.talk += piece.decode()
        except BlockingIOError:
            pass
        return self.talk

    def why(self, who):
        return w.run(self.tend, "why", who, "--workspace", self.folder, "--data", self.data, "--lang", "en", expect=None).stdout

    def forget(self, who):
        return json.loads(self.verb("customer", "forget", who, "--format", "json").stdout)


def main():
    tend = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="tend-suppressed-") as scratch:
        shop = Shop(tend, scratch)
        shop.start()
        # One takes his consent back, one has a number that does not exist, one has nothing against it.
        for who, phone in (("left", "+86 139-0000-0001"), ("nowhere", "13900000020"), ("glad", "13900000003")):
            shop.known(who, phone)
            shop.wants(who, "order")
        until(lambda: len(shop.sent()) == 2, lambda: f"sent: {shop.sent()}")
        until(lambda: "no such number" in shop.why("nowhere"), lambda: shop.why("nowhere"))
        shop.known("left", "+86 139-0000-0001", sms=False)
        for who, suppressed in (("left", 1), ("glad", 0)):
            told = shop.forget(who)
            w.check(told["suppressed"] == suppressed and not told["waits"], f"forgetting {who} says {told}")
        shop.server.kill()
        # Offline too, and what it says is said in a sentence.
        text = shop.verb("customer", "forget", "nowhere").stdout
        w.check("a hash of their address on 1 channel" in text, text)
        with open(os.path.join(shop.data, "suppressions"), "rb") as file:
            kept = file.read()
        w.check(kept.count(b"\n") == 3 and b"1390000" not in kept, f"the list is {kept}")

        # They come again, under other ids, from a list that says that they consent.
        shop.start()
        before = shop.sent()
        for who, phone in (("l2", "13900000001"), ("n2", "139 0000 0020"), ("g2", "13900000003"), ("other", "13900000004")):
            shop.known(who, phone)
            shop.wants(who, "order")
            shop.wants(who, "asked")
        new = lambda: [(who, text) for who, _, text in shop.sent()[len(before):]]
        expected = {("l2", "Your receipt."), ("g2", "An offer."), ("g2", "Your receipt."), ("other", "An offer."), ("other", "Your receipt.")}
        until(lambda: set(new()) >= expected, lambda: f"sent: {new()}")
        for who in ("l2", "n2"):
            until(lambda: "whoever had this address before, and was forgotten, did not want it" in shop.why(who), lambda: shop.why(who))
        w.check(sorted(new()) == sorted(expected), f"sent: {new()}")

        # Until he wants it again: serve takes it up at once.
        done = shop.verb("channels", "allow", "sms", "--to", "13900000099", expect=1)
        w.check("nobody who was forgotten had this address on `sms`" in done.stderr, done.stderr)
        done = shop.verb("channels", "allow", "smss", "--to", "13900000001", expect=1)
        w.check("did you mean `sms`" in done.stderr, done.stderr)
        text = shop.verb("channels", "allow", "sms", "--to", "13900000001").stdout
        w.check(text == "this address may be written to again on sms\n", text)
        shop.wants("l2", "order")
        until(lambda: ("l2", "An offer.") in new(), lambda: f"sent: {new()}")

        # A list that cannot be read lets nothing go out, and says so.
        with open(os.path.join(shop.data, "suppressions"), "ab") as file:
            file.write(b"nonsense\n")
        count = len(shop.sent())
        shop.wants("other", "order")
        until(lambda: "is not a list of suppressed addresses" in shop.said(), lambda: shop.said())
        w.check(len(shop.sent()) == count, f"sent although the list is damaged: {shop.sent()[count:]}")
        shop.server.stop()
        done = w.run(tend, "doctor", "--data", shop.data, shop.folder, expect=None)
        w.check(done.returncode == 0, f"the doctor says {done.stdout}{done.stderr}")
        print(f"{len(expected)} messages to those who want them, {len(shop.sent())} in all, none to who did not")


if __name__ == "__main__":
    main()
