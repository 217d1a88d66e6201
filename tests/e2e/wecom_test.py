"""WeCom beside its messages, with the built binary against the double of the platform: who came by which code.

    python3 tests/e2e/wecom_test.py build/release/tend
"""
import argparse
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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tend")
    arguments = parser.parse_args()
    os.environ.update(SECRETS)
    for part in (who_added_whom,):
        with tempfile.TemporaryDirectory() as scratch, double_client.Double(frozen=False) as double:
            part(os.path.abspath(arguments.tend), scratch, double)
    print("ok")


if __name__ == "__main__":
    main()
