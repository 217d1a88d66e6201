"""Messages over the network, with the built binary against the double of the platforms: `serve` hands over, is killed, hands over; answers that come too late,
calls that never answer; receipts and replies become events of their customers, who says stop is not written to again.

    python3 tests/e2e/channels_test.py build/release/tend [--messages 120] [--seed 1]
"""
import argparse
import http.client
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time

import serve_test as s
import workspace as w

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support", "double"))
import double_client  # noqa: E402

PLAYBOOKS = """customer { phone text }
event order { quantity number }
event reply { text text }
activity is order
policy { timezone "Asia/Shanghai" }
playbook thanks { enter on order
  again always
  send hi
  wait up to 1 day { on delivered { tag "has it" } on unsubscribed { tag "went" } }
}
playbook chat { enter on reply
  again always
  tag "wrote" }
playbook hand { enter by hand
  send hi }
message hi transactional { template "SMS_2" { order: customer.id } }
"""

TOML = """[channels.sms]
adapter = "aliyun_sms"
access_key = "testkey"
access_secret = "env:ALIYUN_SECRET"
sign = "测试"
settle = "1"
callback_key = "env:CALLBACK_KEY"
numbers = "e164"
base = "{base}"
to = "phone"
"""


def phone(i):
    return f"+861390000{i:04}"


def until(wanted, sentence, seconds=60):
    begin = time.monotonic()
    while True:
        found = wanted()
        if found:
            return found
        w.check(time.monotonic() - begin < seconds, f"after {seconds} s: {sentence()}")
        time.sleep(0.05)


def identify(server, i):
    call = {"type": "identify", "userId": f"c{i}", "messageId": f"i{i}", "traits": {"phone": phone(i), "consent": {"sms": True}}}
    order = {"type": "track", "userId": f"c{i}", "messageId": f"o{i}", "event": "order", "properties": {"quantity": 1}}
    while True:
        try:
            if server().call("POST", "/v1/batch", {"batch": [call, order]})[0] == 200:
                return
        except (OSError, http.client.HTTPException, ValueError):
            pass
        time.sleep(0.02)


def metrics(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", "/metrics")
    return connection.getresponse().read().decode()


def shown(server, customer):
    return server.call("GET", f"/v1/customers/{customer}")[1]


def run(tend, scratch, double, arguments, chance):
    os.environ["ALIYUN_SECRET"], os.environ["CALLBACK_KEY"] = "testsecret", "only the platform knows"
    double.post("setup", aliyun={"templates": {"SMS_2": {"kind": "notice", "text": "您的订单${order}已发货"}}})
    # A tenth of the calls have their effect and no answer, some are lost before it, some are told to come later.
    double.post("faults", api="aliyun.SendSms", kind="timeout_after", percent=10, seed=arguments.seed, seconds=0.3)
    double.post("faults", api="aliyun.SendSms", kind="reset_before", percent=5, seed=arguments.seed + 1)
    double.post("faults", api="aliyun.SendSms", kind="status", status=503, percent=5, seed=arguments.seed + 2)
    folder = s.make(os.path.join(scratch, "shop"), PLAYBOOKS, TOML.format(base=double.url))
    data = os.path.join(folder, "data")
    server = s.Server(tend, folder, "--data", data)
    kills = sorted(chance.sample(range(5, arguments.messages), 3))
    for i in range(arguments.messages):
        if i in kills:
            time.sleep(chance.uniform(0, 0.2))
            server.kill()
            server = s.Server(tend, folder, "--data", data)
        identify(lambda: server, i)

    totals = lambda: double.get("state?platform=aliyun")["totals"]  # noqa: E731
    reached = lambda: double.get("state?platform=aliyun")["by_recipient"]  # noqa: E731
    wanted = {phone(i).removeprefix("+86") for i in range(arguments.messages)}
    until(lambda: {number[-11:] for number in reached()} >= wanted, lambda: f"{len(reached())} of {len(wanted)} have their message: {totals()}", 120)
    w.check(totals()["most_to_one"] == 1, f"somebody has it twice: {totals()}")
    figures = lambda: server.call("GET", "/v1/figures")[1]["playbooks"]["thanks"]["sends"]["hi"]["sms"]  # noqa: E731
    until(lambda: figures()["accepted"] == arguments.messages, lambda: f"the answers: {figures()}")

    # Receipts, told twice: an event of the customer whose message it was. A reply is one as well; who says stop is not written to again.
    url = f"http://127.0.0.1:{server.port}/v1/receipts/sms?key=only+the+platform+knows"
    double.post("emit", platform="aliyun", kind="report", url=url, times=2)
    until(lambda: "has it" in shown(server, "c1").get("tags", []), lambda: f"no receipt came: {double.get('deliveries')}"[:3000])
    double.post("emit", platform="aliyun", kind="reply", url=url, **{"from": "1390000" + "0002", "text": "谢谢"})
    until(lambda: "wrote" in shown(server, "c2").get("tags", []), lambda: f"no reply came: {shown(server, 'c2')}")
    double.post("emit", platform="aliyun", kind="reply", url=url, **{"from": "1390000" + "0003", "text": "ＴＤ"})
    until(lambda: "sms" in shown(server, "c3")["consent"]["never_written_to"], lambda: f"nobody stopped: {shown(server, 'c3')}")
    server.call("POST", "/v1/track", {"userId": "c3", "event": "order", "properties": {"quantity": 1}})
    server.call("POST", "/v1/track", {"userId": "c4", "event": "order", "properties": {"quantity": 1}})
    until(lambda: totals()["most_to_one"] == 2, lambda: f"c4 had no second message: {totals()}")
    counts = {number[-11:]: len(got) if isinstance(got, list) else got for number, got in reached().items()}
    w.check(counts["13900000003"] == 1 and counts["13900000004"] == 2, f"after the stop: {counts['13900000003']}, {counts['13900000004']}")
    status, _ = server.call("POST", "/v1/receipts/nothing", {})
    w.check(status == 404, f"an unknown channel is answered {status}")
    talk = server.stop()
    w.check("1390000" not in talk, f"a number stands in what it says: {talk}")

    # What is let go while nobody serves waits until somebody does; nobody takes it for sent.
    before = len(reached()[phone(5).removeprefix("+86")])
    told = subprocess.run([tend, "start", "hand", "--customers", "-", "--workspace", folder, "--data", data], input="c5\n", capture_output=True, text=True, timeout=60)
    w.check(told.returncode == 0, f"start ends with {told.returncode}: {told.stderr}")
    w.check(len(reached()[phone(5).removeprefix("+86")]) == before, "it was sent by who only lets customers in")
    server = s.Server(tend, folder, "--data", data)
    until(lambda: len(reached()[phone(5).removeprefix("+86")]) == before + 1, lambda: f"what waited is not sent: {reached()[phone(5).removeprefix('+86')]}")

    # Who is forgotten is forgotten among receipts: one that comes later is nobody's.
    lost = lambda: int(re.search(r"^tend_lost_news_total (\d+)", metrics(server), re.M)[1])  # noqa: E731
    status, _ = server.call("POST", "/v1/forget", {"customer": "c6"})
    w.check(status == 200, f"forget is answered {status}")
    none = lost()
    double.post("emit", platform="aliyun", kind="reply", url=url.replace(url.split("/")[2], f"127.0.0.1:{server.port}"), **{"from": "13900000006", "text": "谢谢"})
    until(lambda: lost() == none + 1, lambda: "a reply of who was forgotten found somebody")
    server.stop()
    w.run(tend, "doctor", "--data", data, folder)
    toml = w.read(os.path.join(folder, "tend.toml"))
    with open(os.path.join(folder, "tend.toml"), "w", encoding="utf-8") as file:
        file.write(toml.replace('to = "phone"', 'to = "phon"'))
    told = w.run(tend, "serve", folder, "--open", "--data", data, expect=1).stderr
    w.check("did you mean `phone`" in told, f"a wrong attribute: {told}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tend")
    parser.add_argument("--messages", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as scratch, double_client.Double(frozen=False) as double:
        run(os.path.abspath(arguments.tend), scratch, double, arguments, chance)
    print(f"channels: {arguments.messages} messages, each once, seed {arguments.seed}: all well")


if __name__ == "__main__":
    main()
