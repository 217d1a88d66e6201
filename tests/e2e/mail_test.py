"""Mail through `serve` and a real Postfix, with the built binary: the server is killed again and again, and each customer has his one mail; who is refused is not
written to again. Then the addresses in a mail: what leads on, what tells that it was opened, and unsubscribing by one click.

    python3 tests/e2e/mail_test.py build/release/tend [--mails 200] [--kills 6] [--seed 1]
"""
import argparse
import email
import email.policy
import http.client
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse

import serve_test as s
import workspace as w
from channels_test import shown, until

PLAYBOOKS = """customer { email text }
event order { quantity number }
event visit { page text }
activity is order, visit
policy { timezone "Asia/Shanghai"; consent on mail }
playbook thanks { enter on order
  again always
  send hi
  wait up to 1 day { on clicked { tag "followed" } }
}
playbook seen { enter on opened
  send nothing_more
}
playbook news { enter on visit
  again always
  send more
}
playbook gone { enter on unsubscribed
  tag "gone"
}
message hi on mail { subject "您好"; body "<p>我们想您了。<a href=\\"https://shop.example.test/tea?a=1&amp;b=2\\">茶</a></p>"; link "https://shop.example.test/more" }
message more on mail { subject "新茶"; body "<p>新茶到了。</p>" }
message nothing_more transactional on mail { subject "谢谢"; body "<p>您打开了我们的邮件。</p>" }
"""

TOML = """[channels.mail]
adapter = "smtp"
server = "smtp://127.0.0.1:{port}"
from = "茶 <tea@example.test>"
to = "email"
ca_file = "{ca}"
format = "html"
footer = "Tea House, 1 Lake Road, Hangzhou"
unsubscribe_text = "退订"

[links]
url = "https://u.example.test"
"""

REFUSED = 10  # as many more customers whose address the server does not know


class Postfix:
    def __init__(self, folder):
        here = os.path.join(os.path.dirname(__file__), "..", "support", "mail", "postfix.py")
        self.process = subprocess.Popen([sys.executable, here, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline().strip()
        self.at = json.loads(line) if line else None

    def mails(self, user):
        folder = os.path.join(self.at["mail"], user, "new")
        if not os.path.isdir(folder):
            return []
        return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]

    def end(self):
        self.process.stdin.close()
        self.process.wait(60)


def add(server, customer, address):
    calls = [{"type": "identify", "userId": customer, "messageId": f"i{customer}", "traits": {"email": address, "consent": {"mail": True, "mail.text": "条款 3", "mail.evidence": f"form of {customer}"}}},
             {"type": "track", "userId": customer, "messageId": f"o{customer}", "event": "order", "properties": {"quantity": 1}}]
    while True:
        try:
            if server().call("POST", "/v1/batch", {"batch": calls})[0] == 200:
                return
        except (OSError, http.client.HTTPException, ValueError):
            pass
        time.sleep(0.02)


def each_has_one(tend, folder, postfix, arguments):
    chance = random.Random(arguments.seed)
    data = os.path.join(folder, "data")
    server = s.Server(tend, folder, "--data", data)
    for i in range(arguments.mails):
        add(lambda: server, f"u{i}", f"u{i}@example.test")
    for i in range(REFUSED):
        add(lambda: server, f"x{i}", f"nobody{i}@example.test")
    arrived = lambda: sum(bool(postfix.mails(f"u{i}")) for i in range(arguments.mails))  # noqa: E731
    # Killed whenever some more have arrived, so always while mails are under way.
    for kill in range(arguments.kills):
        least = arrived() + chance.randrange(1, max(2, arguments.mails // (arguments.kills + 1)))
        least = min(least, arguments.mails - arguments.mails // 50)  # those of whom nobody may know do not arrive
        until(lambda: arrived() >= least, lambda: f"{arrived()} of {arguments.mails} mails, waiting for {least}: {figures(server)}", 240)
        time.sleep(chance.uniform(0, 0.03))
        server.kill()
        server = s.Server(tend, folder, "--data", data)
    until(lambda: accepted(server) == arguments.mails, lambda: f"the answers: {figures(server)}", 180)
    until(lambda: figures(server).get("skipped", {}).get("rejected") == REFUSED, lambda: f"the answers: {figures(server)}", 60)
    # A kill between writing down that a mail's end goes out and the end itself, some millionths of a second, leaves nobody who knows; that is said.
    unknown = {i for i in range(arguments.mails) if not postfix.mails(f"u{i}") and told(tend, folder, f"u{i}")[0]["outcome"] == "unknown"}
    until(lambda: arrived() == arguments.mails - len(unknown), lambda: f"{arrived()} mails, {len(unknown)} of which nobody knows", 60)
    counts = [len(postfix.mails(f"u{i}")) for i in range(arguments.mails)]
    w.check(all(count == (0 if i in unknown else 1) for i, count in enumerate(counts)), f"mails of each: {counts}")
    w.check(len(unknown) * 50 <= arguments.mails, f"{len(unknown)} are not known about: {sorted(unknown)}")
    until(lambda: "mail" in shown(server, "x1")["consent"]["never_written_to"], lambda: f"who was refused is still written to: {shown(server, 'x1')}")
    return server, unknown


def told(tend, folder, customer):
    """The messages that he had, as `customer export` tells of them."""
    done = w.run(tend, "customer", "export", customer, "--workspace", folder, "--data", os.path.join(folder, "data"), "--format", "json")
    return [send for past in json.loads(done.stdout)["past"] for send in past["sends"]]


def accepted(server):
    return figures(server).get("accepted", 0)


def figures(server):
    return server.call("GET", "/v1/figures")[1]["playbooks"]["thanks"]["sends"]["hi"]["mail"]


def ask(server, method, address, body=None, **headers):
    path = urllib.parse.urlsplit(address).path
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request(method, path, body, {"Host": "u.example.test", **headers})
    response = connection.getresponse()
    return response.status, response.getheader("Location"), response.read().decode(errors="replace")


def addresses(tend, folder, postfix, server):
    with open(postfix.mails("u1")[0], "rb") as file:
        mail = email.message_from_binary_file(file, policy=email.policy.default)
    body = mail.get_content()
    w.check("Tea House, 1 Lake Road" in body and "退订" in body, f"who writes, and how to unsubscribe: {body}")
    w.check("shop.example.test" not in body, f"what leads on leads through us: {body}")
    followed = re.findall(r'href="(https://u\.example\.test/c/[^"]+)"', body)
    opened = re.findall(r'src="(https://u\.example\.test/o/[^"]+)"', body)
    w.check(len(followed) == 2 and len(opened) == 1, f"two links and a picture: {body}")
    once = str(mail["List-Unsubscribe"]).strip("<> ")
    w.check(once.startswith("https://u.example.test/u/") and mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click", f"{once}, {mail['List-Unsubscribe-Post']}")
    w.check("u1@" not in "".join(followed + opened) and "u1" not in urllib.parse.urlsplit(once).path.split("/")[1], "an address says nothing of whom it is about")

    # What leads on does, and is an event of the customer; the picture too.
    status, location, _ = ask(server, "GET", followed[0])
    w.check((status, location) == (302, "https://shop.example.test/tea?a=1&b=2"), f"{status} {location}")
    until(lambda: "followed" in shown(server, "u1").get("tags", []), lambda: f"nobody followed: {shown(server, 'u1')}")
    status, _, picture = ask(server, "GET", opened[0])
    w.check(status == 200 and picture.startswith("GIF89a"), f"{status} {picture}")
    until(lambda: len(postfix.mails("u1")) == 2, lambda: f"opening changed nothing: {shown(server, 'u1')}")
    with open(postfix.mails("u1")[1], "rb") as file:
        transactional = email.message_from_binary_file(file, policy=email.policy.default)
    w.check(transactional["List-Unsubscribe"] is None, "what is no marketing has no address to unsubscribe by")

    # Whoever only looks at the address unsubscribes nobody; a changed one leads nowhere; the click counts once and for all.
    status, _, page = ask(server, "GET", once, **{"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"})
    w.check(status == 200 and "确认退订" in page and 'method="post"' in page, page)
    w.check("mail" in shown(server, "u1")["consent"]["given"], f"looking at the page took the consent: {shown(server, 'u1')['consent']}")
    for wrong in (once[:-1] + ("A" if once[-1] != "A" else "B"), once.replace("/u/", "/c/"), once + "x", "https://u.example.test/u/nothing"):
        status, _, page = ask(server, "GET", wrong)
        w.check(status == 404, f"{wrong} is answered {status}")
    w.check(ask(server, "POST", followed[0])[0] == 405, "a link that leads on is no order")
    for _ in range(2):
        status, location, page = ask(server, "POST", once, "List-Unsubscribe=One-Click", **{"Content-Type": "application/x-www-form-urlencoded"})
        w.check(status == 200 and location is None and "unsubscribed" in page, f"{status} {location} {page}")
    w.check("mail" not in shown(server, "u1")["consent"]["given"], f"the consent is still there: {shown(server, 'u1')['consent']}")
    until(lambda: "gone" in shown(server, "u1").get("tags", []), lambda: "unsubscribing is no event")
    for customer in ("u1", "u2"):
        server.call("POST", "/v1/track", {"userId": customer, "event": "visit", "properties": {"page": "tea"}})
    until(lambda: len(postfix.mails("u2")) == 2, lambda: "u2 has no second mail")
    w.check(len(postfix.mails("u1")) == 2, "who unsubscribed is written to")

    told = w.run(tend, "customer", "consents", "u1", "--data", os.path.join(folder, "data"), "--workspace", folder, "--format", "json")
    consents = [entry for entry in json.loads(told.stdout)["consents"] if entry["what"] == "mail"]
    w.check([c["state"] for c in consents][:2] == ["given", "withdrawn"], f"the ledger: {consents}")
    w.check((consents[0]["text"], consents[0]["evidence"], consents[0]["source"]) == ("条款 3", "form of u1", "http"), f"{consents[0]}")
    w.check(consents[1]["evidence"].startswith("followed the address in message ") and consents[1]["source"] == "channel:mail", f"{consents[1]}")

    # An address outlives what is known of the one whom it is about, and brings nobody back.
    with open(postfix.mails("u3")[0], "rb") as file:
        of_forgotten = str(email.message_from_binary_file(file, policy=email.policy.default)["List-Unsubscribe"]).strip("<> ")
    w.check(server.call("POST", "/v1/forget", {"customer": "u3"})[0] == 200, "u3 is forgotten")
    w.check(ask(server, "POST", of_forgotten, "List-Unsubscribe=One-Click")[0] == 200, "who was forgotten may still say no")
    w.check(server.call("GET", "/v1/customers/u3")[0] == 404, "who was forgotten is back")
    server.stop()
    w.run(tend, "doctor", "--data", os.path.join(folder, "data"), folder)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tend")
    parser.add_argument("--mails", type=int, default=200)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    tend = os.path.abspath(arguments.tend)
    with tempfile.TemporaryDirectory() as scratch:
        postfix = Postfix(os.path.join(scratch, "postfix"))
        if postfix.at is None:
            print("skipped: Postfix is not installed, or cannot be started by this user")
            sys.exit(77)
        try:
            begin = time.monotonic()
            folder = s.make(os.path.join(scratch, "shop"), PLAYBOOKS, TOML.format(**postfix.at))
            server, unknown = each_has_one(tend, folder, postfix, arguments)
            took = time.monotonic() - begin
            addresses(tend, folder, postfix, server)
        finally:
            postfix.end()
    print(f"mail: {arguments.mails} mails in {took:.0f} s, killed {arguments.kills} times, nobody has two, {arguments.mails - len(unknown)} have one, of {len(unknown)} nobody knows; seed {arguments.seed}: all well")


if __name__ == "__main__":
    main()
