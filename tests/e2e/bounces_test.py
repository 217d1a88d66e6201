"""Mail that comes back for a reason that may pass: five times over two weeks are too many, less is not, a mail that arrives begins anew. `serve` is killed with kill -9 after
each mail and lives further ahead each time (tests/support/shifted_clock.cpp); the reports lie in a real maildir folder, each twice.

    python3 tests/e2e/bounces_test.py build/release/tend
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

import serve_test as s
import workspace as w
from channels_test import shown, until

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support", "mail"))
from smtp_double import SmtpDouble, dsn  # noqa: E402

PLAYBOOKS = """customer { email text }
event order { quantity number }
activity is order
policy { timezone "UTC" }
playbook thanks { enter on order
  again always
  send hi
}
message hi on mail { subject "Hello"; body "We are here." }
"""

TOML = """[channels.mail]
adapter = "smtp"
server = "smtp://127.0.0.1:{port}"
from = "Tea House <tea@us.example.test>"
to = "email"
tls = "none"
bounce = "bounce@us.example.test"
bounces = "bounces"
"""

DAYS = [0, 4, 8, 12, 16]
# Of each customer: how his mail of each day comes back; None: not at all, and nothing is heard of it.
SOFT, FULL, HARD, POLICY, DELAYED, DELIVERED = ("failed", "4.2.2"), ("failed", "5.2.2"), ("failed", "5.1.1"), ("failed", "5.7.1"), ("delayed", "4.4.1"), ("delivered", "2.0.0")
COMES_BACK = {
    "five": [SOFT, SOFT, FULL, SOFT, SOFT],
    "four": [SOFT, SOFT, SOFT, SOFT, None],
    "silent": [SOFT, SOFT, None, SOFT, SOFT],
    "receipt": [SOFT, SOFT, SOFT, DELIVERED, SOFT],
    "policy": [POLICY, POLICY, POLICY, POLICY, POLICY],
    "delayed": [DELAYED, DELAYED, DELAYED, DELAYED, DELAYED],
    "nobody": [HARD],
    "former": [SOFT, SOFT, SOFT],       # becomes `later` before the fourth mail
    "later": [None, None, None, SOFT, SOFT],
    "gone": [SOFT, SOFT, SOFT, SOFT, SOFT],  # forgotten before the fifth mail, and back
}
REFUSED = "refused"  # whose server says at once that his mailbox is full
COUNTS = {"four": 4, "silent": 2, "receipt": 1, "gone": 1, "policy": 0, "delayed": 0}


def address(customer):
    if customer == REFUSED:
        return "full@example.test"
    return f"{'later' if customer == 'former' else customer}@example.test"


def told(tend, folder, *words):
    return json.loads(w.run(tend, "customer", *words, "--workspace", folder, "--format", "json").stdout)


class Days:
    """`serve` on a day that has not come yet."""

    def __init__(self, tend, folder, clock):
        self.tend, self.folder, self.clock = tend, folder, clock

    def serve(self, day):
        ahead = {"LD_PRELOAD": self.clock, "CLOCK_AHEAD_S": str(day * 86_400), "ASAN_OPTIONS": "verify_asan_link_order=0"}
        before = {name: os.environ.get(name) for name in ahead}
        os.environ.update(ahead)
        try:
            return s.Server(self.tend, self.folder)
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})


def drop(folder, name, mail):
    """As a mail server delivers it: into tmp, then into new."""
    for part in ("tmp", "new", "cur"):
        os.makedirs(os.path.join(folder, "bounces", part), exist_ok=True)
    path = os.path.join(folder, "bounces", "tmp", name)
    with open(path, "wb") as file:
        file.write(mail)
    os.rename(path, os.path.join(folder, "bounces", "new", name))


def all_read(folder):
    new = os.path.join(folder, "bounces", "new")
    return not os.path.isdir(new) or not os.listdir(new)


def order(server, customer, day):
    if customer == "former" and day >= 12 or customer == "later" and day < 12 or customer == "nobody" and day > 0:
        return False
    status, answer = server.call("POST", "/v1/batch", {"batch": [
        {"type": "identify", "userId": customer, "messageId": f"i{customer}{day}", "traits": {"email": address(customer)}},
        {"type": "track", "userId": customer, "messageId": f"o{customer}{day}", "event": "order", "properties": {"quantity": 1}}]})
    w.check(status == 200, f"{status} {answer}")
    return True


def many_days(tend, folder, clock, mail):
    days = Days(tend, folder, clock)
    for number, day in enumerate(DAYS):
        server = days.serve(day)
        until(lambda: all_read(folder), lambda: "the reports of the day before are not read")
        if day == 12:
            w.check(server.call("POST", "/v1/alias", {"previousId": "former", "userId": "later"})[0] == 200, "former becomes later")
        if day == 16:
            w.check(told(tend, folder, "show", "five")["soft_bounces"][0]["count"] == 4, "four of five before the fifth mail")
            w.check(shown(server, "five")["consent"]["never_written_to"] == [], "four are not too many")
            w.check(told(tend, folder, "show", "gone")["soft_bounces"][0]["count"] == 4, "four before he is forgotten")
            w.check(server.call("POST", "/v1/forget", {"customer": "gone"})[0] == 200, "gone is forgotten")
        before = {customer: len(mail.to(address(customer))) for customer in COMES_BACK}
        went = [customer for customer in COMES_BACK if order(server, customer, day)]
        tries = mail.tries(address(REFUSED))
        order(server, REFUSED, day)
        for customer in went:
            until(lambda: len(mail.to(address(customer))) > before[customer], lambda: f"{customer} has no mail on day {day}")
        until(lambda: mail.tries(address(REFUSED)) > tries, lambda: f"nobody tried the full mailbox on day {day}")
        until(lambda: server.call("GET", "/v1/figures")[1]["playbooks"]["thanks"]["sends"]["hi"]["mail"].get("skipped", {}).get("rejected") == number + 1,
              lambda: "the refusal is not taken")
        until(lambda: server.call("GET", "/v1/channels")[1]["channels"][0]["under_way"] == 0, lambda: "mails are under way")
        server.kill()
        for customer in went:
            comes = COMES_BACK[customer][number]
            if comes is not None:
                for copy in "ab":
                    drop(folder, f"{day}.{customer}.{copy}", dsn(mail.to(address(customer))[-1], *comes))
    server = days.serve(17)
    until(lambda: all_read(folder), lambda: "the last reports are not read")
    return days, server


def check_all(tend, folder, days, server, mail):
    never = {customer for customer in [*COMES_BACK, REFUSED] if "mail" in shown(server, customer)["consent"]["never_written_to"]}
    w.check(never == {"five", "nobody", "former", "later", REFUSED}, f"who is not written to any more: {sorted(never)}")
    for customer, count in COUNTS.items():
        known = told(tend, folder, "show", customer)
        counted = known.get("soft_bounces", [{"count": 0}])[0]["count"]
        w.check(counted == count, f"{customer} has {counted} soft bounces, not {count}: {known}")
    for customer, why in (("five", "5 soft bounces of messages sent from "), ("later", "5 soft bounces of messages sent from "), (REFUSED, "5 soft bounces of messages sent from "),
                          ("nobody", "returned, 5.1.1, message ")):
        known = told(tend, folder, "show", customer)
        w.check([(one["channel"], one["source"]) for one in known["suppressed"]] == [("mail", "channel:mail")], f"{customer}: {known}")
        w.check(known["suppressed"][0]["why"].startswith(why), f"{customer}: {known['suppressed']}")
        entries = [entry for entry in told(tend, folder, "consents", customer)["consents"] if entry["state"] == "never_written_to"]
        w.check(len(entries) == 1 and entries[0]["evidence"].startswith(why), f"{customer}: {entries}")
    text = w.run(tend, "customer", "show", "five", "--workspace", folder).stdout
    w.check("5 soft bounces of messages sent from " in text and "told by channel:mail" in text, text)
    text = w.run(tend, "customer", "consents", "four", "--workspace", folder).stdout
    w.check("mail: 4 soft bounces in a row" in text, text)
    w.check(server.call("GET", "/v1/channels")[1]["channels"][0]["policy"] == 2, f"of the last day two reports were about us: {server.call('GET', '/v1/channels')[1]}")
    # Many in a day are not many over two weeks.
    server.kill()
    server = days.serve(18)
    for again in range(6):
        s_before = len(mail.to(address("burst")))
        order(server, "burst", 18 + again / 10)
        until(lambda: len(mail.to(address("burst"))) > s_before, lambda: "burst has no mail")
    server.kill()
    for number, sender in enumerate(mail.to(address("burst"))):
        drop(folder, f"18.burst.{number}", dsn(sender, *SOFT))
    before = len(mail.to(address("five")))
    server = days.serve(19)
    until(lambda: all_read(folder), lambda: "the reports of burst are not read")
    w.check(shown(server, "burst")["consent"]["never_written_to"] == [], "six in a day are too many")
    w.check(shown(server, "burst")["soft_bounces"][0]["count"] == 6, f"{shown(server, 'burst')}")
    # And nobody writes to who has too many.
    order(server, "five", 19)
    order(server, "four", 19)
    until(lambda: len(mail.to(address("four"))) == 6, lambda: "four is not written to")
    w.check(len(mail.to(address("five"))) == before, "five is written to")
    server.stop()
    # What is known without a server is the same.
    w.check(told(tend, folder, "show", "four")["soft_bounces"][0]["count"] == 4, "without a server he has another count")
    w.run(tend, "doctor", "--data", os.path.join(folder, "data"), folder)


def options(tend, scratch):
    """What cannot be is refused by `check`, with what was probably meant."""
    for number, (line, sentence) in enumerate((("soft_bounces = -1", "`soft_bounces`"), ('soft_bounce_days = "many"', "`soft_bounce_days`"), ("soft_bounce = 5", "did you mean `soft_bounces`"))):
        folder = s.make(os.path.join(scratch, f"wrong{number}"), PLAYBOOKS, TOML.format(port=25) + line + "\n")
        done = subprocess.run([tend, "check", folder], capture_output=True, text=True)
        w.check(done.returncode != 0 and sentence in done.stdout + done.stderr, f"{line}: {done.returncode} {done.stdout} {done.stderr}")
    folder = s.make(os.path.join(scratch, "never"), PLAYBOOKS, TOML.format(port=25) + "soft_bounces = 0\nsoft_bounce_days = 0\n")
    w.run(tend, "check", folder)


def main():
    tend = os.path.abspath(sys.argv[1])
    compiler = shutil.which("c++") or shutil.which("g++")
    if compiler is None:
        print("skipped: there is no compiler for the clock")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as scratch:
        clock = os.path.join(scratch, "shifted_clock.so")
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", clock, os.path.join(HERE, "..", "support", "shifted_clock.cpp"), "-ldl"], check=True)
        options(tend, scratch)
        mail = SmtpDouble()
        folder = s.make(os.path.join(scratch, "shop"), PLAYBOOKS, TOML.format(port=mail.port))
        days, server = many_days(tend, folder, clock, mail)
        check_all(tend, folder, days, server, mail)
    print(f"bounces: {len(COMES_BACK) + 1} customers over {DAYS[-1]} days, serve killed each day: all well")


if __name__ == "__main__":
    main()
