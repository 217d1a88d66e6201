"""What an operator does by hand, with the built binary: over a running `serve` and on a folder that nobody holds he pauses, resumes, starts, stops, confirms
and forgets, and reads what came of it, in both tongues; what was answered is there after kill -9.

    python3 tests/e2e/operate_test.py build/release/tend
"""
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
import unicodedata

import serve_test as s
import workspace as w

PLAYBOOKS = """customer { city text; owner staff; name text }
event order { quantity number }
activity is order
policy { timezone "UTC" }
playbook hello { enter on order
  again always
  send hi
  wait 2 seconds
  send bye }
playbook long { enter by hand
  where not customer.city = "Rome"
  send hi
  wait 9 days
  send bye }
playbook visit { enter by hand
  task "visit {{ customer.name default "them" }}" due 2 days as ring
  ask customer.owner to send hi within 1 day else { send bye }
  wait 9 days }
message hi { text "Hi!" }
message bye { text "Bye!" }
"""


def tend(binary, folder, *words, expect=0, text_in=None):
    words = [binary, *words, "--workspace", folder, "--data", os.path.join(folder, "data")]
    done = subprocess.run(words, input=text_in, capture_output=True, text=True, timeout=60)
    w.check(done.returncode == expect, f"{words[1:4]} ends with {done.returncode}, not {expect}: {done.stdout}{done.stderr}")
    return done.stdout if expect == 0 else done.stderr


def asked(binary, folder, *words, **more):
    return json.loads(tend(binary, folder, *words, "--format", "json", **more))


def fits(text):
    """80 columns: a Chinese character takes two."""
    for line in text.splitlines():
        width = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
        w.check(width <= 80, f"{width} columns: {line}")


def messages(folder):
    path = os.path.join(folder, "outbox.jsonl")
    return [(line["customer"], line["message"]) for line in s.outbox(folder)] if os.path.exists(path) else []


def sent(folder, wanted, sentence):
    """An answer comes when its order is durable: what that lets go may take a moment longer."""
    begin = time.monotonic()
    while not wanted(messages(folder)):
        w.check(time.monotonic() - begin < 20, f"{sentence}: {messages(folder)}")
        time.sleep(0.02)


def identify(server, customer, **traits):
    status, answer = server.call("POST", "/v1/identify", {"userId": customer, "traits": traits})
    w.check(status == 200, f"identify is answered {status} {answer}")


def order(server, customer):
    status, answer = server.call("POST", "/v1/track", {"userId": customer, "event": "order", "properties": {"quantity": 1}})
    w.check(status == 200, f"track is answered {status} {answer}")


def live(binary, scratch):
    folder = s.make(os.path.join(scratch, "shop"), PLAYBOOKS)
    data = os.path.join(folder, "data")
    server = s.Server(binary, folder, "--data", data)
    for customer, city in (("c1", "Bonn"), ("c2", "Rome"), ("客户3", "Bonn")):
        identify(server, customer, city=city, owner="Anna", name=customer.upper(), tags=["new"], consent={"sms": True})

    # Pause and resume.
    w.check("did you mean `hello`" in tend(binary, folder, "pause", "playbook:helo", expect=1), "an unknown playbook is paused")
    w.check("`playbook:hello`" in tend(binary, folder, "pause", "hello", expect=3), "a lone name is taken")
    order(server, "c1")
    text = tend(binary, folder, "pause", "playbook:hello", "--lang", "en")
    w.check(text == "playbook hello: paused; 1 journey is under way\n", text)
    text = tend(binary, folder, "pause", "剧本：hello", "--lang", "zh")
    w.check(text == "剧本 hello：早已暂停\n", text)
    order(server, "c2")
    status, told = server.call("GET", "/v1/playbooks")
    w.check(status == 200 and told["paused"] == ["playbook:hello"] and told["playbooks"][0]["paused"], f"{told}")
    w.check('tend_paused{what="playbook:hello"} 1' in metrics(server), "the metrics do not show what is paused")
    w.check("paused: playbook:hello" in tend_doctor(binary, folder), "the doctor does not show what is paused")
    time.sleep(3)
    w.check(messages(folder) == [("c1", "hi")], f"paused, it sent {messages(folder)}")
    told = asked(binary, folder, "resume", "playbook:hello")
    w.check(told["changed"] and told["due"] == 1 and told["paused"] == [], f"{told}")
    w.check(asked(binary, folder, "resume", "playbook:hello")["changed"] is False, "it is resumed twice")
    sent(folder, lambda lines: lines == [("c1", "hi"), ("c1", "bye")], "resumed, it sent")

    # Start and stop.
    ids = os.path.join(scratch, "ids.csv")
    with open(ids, "w", encoding="utf-8") as file:
        file.write("name,customer_id\nx,c1\ny,c2\nz,客户3\nq,nobody\n")
    text = tend(binary, folder, "start", "long", "--customers", ids, "--lang", "en")
    w.check(text == "playbook long: 2 entered\n  1  no such customer (nobody)\n  1  they do not fit its `where` (c2)\n", text)
    told = asked(binary, folder, "start", "long", "--customers", "-", text_in="c1\n客户3\n\nc1\n")
    w.check(told["entered"] == 0 and told["refused"] == {"live": 2} and len(told["customers"]) == 2, f"{told}")
    w.check("say with --column" in tend(binary, folder, "start", "long", "--customers", "-", text_in="a,b\n1,2\n", expect=3), "no column, no question")
    w.check("did you mean `long`" in tend(binary, folder, "start", "lung", "--customers", ids, expect=1), "an unknown playbook is started")
    status, page = server.call("GET", "/v1/journeys?playbook=long&limit=1")
    more = server.call("GET", "/v1/journeys?playbook=long&limit=1&cursor=" + page["next"])[1]
    last = server.call("GET", "/v1/journeys?playbook=long&limit=1&cursor=" + more["next"])[1] if "next" in more else {"journeys": []}
    seen = [one["customer"] for one in page["journeys"] + more["journeys"] + last["journeys"]]
    w.check(sorted(seen) == ["c1", "客户3"] and page["journeys"][0]["line"] == 13, f"the pages are {page} {more}")
    text = tend(binary, folder, "stop", "long", "--customers", "-", "--lang", "zh", text_in="客户3\nc2\n")
    w.check(text == "剧本 long：1 人已停止\n  1  不在剧本中（c2）\n", text)
    figures = server.call("GET", "/v1/figures")[1]["playbooks"]["long"]
    w.check((figures["entered"], figures["left"], figures["live"]) == (2, 1, 1), f"{figures}")
    story = subprocess.run([binary, "why", "客户3", "--data", data, "--lang", "en"], cwd=folder, capture_output=True, text=True, check=True).stdout
    w.check("left: an operator stopped it" in story, story)

    # Tasks and what people say about them.
    tend(binary, folder, "start", "visit", "--customers", "-", text_in="c1\nc2\n")
    text = tend(binary, folder, "tasks", "Anna", "--lang", "en")
    fits(text)
    w.check(text.startswith("Anna: 4 tasks\n  send hi\n    c1, due ") and "  visit C1\n    c1, due " in text, text)
    fits(tend(binary, folder, "tasks", "--lang", "zh"))
    w.check(tend(binary, folder, "tasks", "Bob", "--lang", "zh") == "没有待办\n", "Bob has something to do")
    w.check(server.call("GET", "/v1/tasks?person=Anna")[1]["count"] == 4, "the tasks over HTTP are others")
    w.check("did you mean `ring`" in tend(binary, folder, "confirm", "c1", "rin", expect=1), "an unknown task is done")
    text = tend(binary, folder, "confirm", "c1", "ring", "--lang", "en")
    w.check(text == "ring for c1: done, journey 1 of visit\n", text)
    told = asked(binary, folder, "confirm", "c1", "hi")
    w.check(told["kind"] == "message" and told["done"], f"{told}")
    text = tend(binary, folder, "confirm", "c2", "hi", "--refused", "--reason", "not a friend", "--lang", "zh")
    w.check(text == "hi — c2：未发送，剧本 visit 第 1 次旅程\n", text)
    sent(folder, lambda lines: ("c2", "bye") in lines, "the refused message's `else` does not run")
    status, answer = server.call("POST", "/v1/confirm", {"customer": "c2", "what": "ring", "done": False})
    w.check(status == 200 and answer["done"] is False, f"{status} {answer}")
    w.check(asked(binary, folder, "tasks")["count"] == 0, "a task is left")

    # One customer.
    show = tend(binary, folder, "customer", "show", "c1", "--lang", "en")
    fits(show)
    for part in ("customer c1\n", "  city: Bonn\n", "  tags: new\n", "  consents to: sms\n", "  long, journey 1: waits until ", "shop.tend:13)", " hi on outbox: accepted\n", " hi: confirmed\n"):
        w.check(part in show, f"`{part}` is missing in {show}")
    fits(tend(binary, folder, "customer", "show", "客户3", "--lang", "zh"))
    whole = asked(binary, folder, "customer", "export", "c1")
    kinds = [one["kind"] for one in whole["past"][0]["inputs"]]
    w.check(kinds[:2] == ["attributes", "event"] and "start" in kinds and "confirm" in kinds, f"{kinds}")
    w.check(whole["known"]["attributes"]["city"] == "Bonn" and whole["past"][0]["story"], f"{whole}")
    status, answer = server.call("POST", "/v1/alias", {"previousId": "c2", "userId": "c1"})
    w.check(status == 200, f"{status} {answer}")
    status, answer = server.call("POST", "/v1/batch", {"batch": [{"type": "alias", "previousId": "c1", "userId": "c2"}]})
    w.check(status == 200, f"a circle is answered {status} {answer}")
    status, answer = server.call("GET", "/v1/customers/c2")
    w.check(status == 200 and answer["customer"] == "c1" and answer["was"] == "c2", f"{status} {answer}")
    text = tend(binary, folder, "customer", "forget", "c1", "--lang", "en")
    fits(text)
    w.check("what remains:\n  entries of the ledger" in text, text)
    w.check("there is no customer `c1`" in tend(binary, folder, "customer", "show", "c1", expect=1), "he is known still")
    w.check("there is no customer `c1`" in tend(binary, folder, "customer", "export", "c1", expect=1), "he is exported still")
    tend(binary, folder, "pause", "channel:outbox")
    server.kill()

    # Nobody holds the folder now: this process does it, and what was answered before is there.
    told = asked(binary, folder, "resume", "channel:outbox")
    w.check(told["changed"] and told["paused"] == [], f"after kill -9 {told}")
    w.check("there is no customer `c1`" in tend(binary, folder, "customer", "show", "c1", expect=1), "after kill -9 he is known again")
    told = asked(binary, folder, "start", "long", "--customers", "-", text_in="客户3\n")
    w.check(told["refused"] == {"again": 1}, f"{told}")
    told = asked(binary, folder, "start", "visit", "--customers", "-", text_in="客户3\n")
    w.check(told["entered"] == 1, f"{told}")
    w.check(asked(binary, folder, "tasks", "Anna")["count"] == 2, "a task is missing")
    tend(binary, folder, "pause", "everything")
    server = s.Server(binary, folder, "--data", data)
    w.check(server.call("GET", "/v1/playbooks")[1]["paused"] == ["everything"], "what this process paused is not paused for serve")
    tend(binary, folder, "resume", "everything")
    server.stop()
    w.run(binary, "doctor", folder, "--data", data, expect=0)
    keys = [line["key"] for line in s.outbox(folder)]
    w.check(len(keys) == len(set(keys)), "a key stands twice in the outbox")
    print("ok: pause, resume, start, stop, tasks, confirm, customer, alias; live, after kill -9 and by itself")


def metrics(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", "/metrics")
    return connection.getresponse().read().decode()


def tend_doctor(binary, folder):
    return w.run(binary, "doctor", folder, "--data", os.path.join(folder, "data"), expect=0).stdout


def hostile(binary, scratch):
    folder = s.make(os.path.join(scratch, "hostile"), PLAYBOOKS)
    server = s.Server(binary, folder, "--data", os.path.join(folder, "data"))
    for path, body, status, part in [
            ("/v1/pause", {}, 400, "`what` is missing"), ("/v1/pause", [], 400, "not a JSON object"),
            ("/v1/pause", {"what": "channel:fax"}, 404, "there is no channel `fax`"),
            ("/v1/start", {"playbook": "long", "customers": ["x"] * 20000}, 400, "more than 10000"),
            ("/v1/start", {"playbook": "long", "customers": "x"}, 400, "`customers`"),
            ("/v1/stop", {"playbook": "long", "customers": [], "all": True}, 400, "no key `all`"),
            ("/v1/forget", {"customer": "zoe"}, 404, "no customer `zoe`"),
            ("/v1/confirm", {"customer": "zoe"}, 400, "`what` is missing"),
            ("/v1/alias", {"userId": "a"}, 400, "`previousId` is missing"),
            ("/v1/alias", {"userId": "a", "previousId": "a"}, 400, "are the same")]:
        got, answer = server.call("POST", path, body)
        w.check(got == status and part in answer["error"], f"{path} {str(body)[:60]} is answered {got} {answer}")
    for path, status in [("/v1/customers/zoe", 404), ("/v1/customers/%ff", 400), ("/v1/customers/", 404), ("/v1/journeys?limit=x", 400),
                         ("/v1/journeys?cursor=x", 400), ("/v1/journeys?playbook=lung", 404), ("/v1/tasks?person=a&person=b", 400), ("/v1/forget", 405)]:
        got, answer = server.call("GET", path)
        w.check(got == status, f"{path} is answered {got} {answer}")
    got, answer = server.call("POST", "/v1/start", {"playbook": "long", "customers": []})
    w.check(got == 200 and answer["entered"] == 0, f"nobody is answered {got} {answer}")
    server.stop()
    empty = os.path.join(scratch, "empty")
    os.makedirs(empty)
    w.check("not a tend data folder" in tend(binary, empty, "pause", "everything", expect=1), "a folder in which nothing runs is paused")
    print("ok: what is wrong gets a sentence")


def main(binary):
    binary = os.path.abspath(binary)
    with tempfile.TemporaryDirectory() as scratch:
        live(binary, scratch)
        hostile(binary, scratch)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
