"""Adapters in Lua, with the built binary: the script of docs/adapters.md sends through a service on loopback that loses answers and puts off; it keeps to the kit;
its process is killed and so is `serve`, and everybody has one message; it can do nothing that it may not; what cannot be run is said before anything is sent.

    python3 tests/e2e/lua_test.py build/release/tend [--messages 60] [--seed 1]
"""
import argparse
import hmac
import http.client
import http.server
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

import serve_test as s
import workspace as w
from channels_test import until

TOKEN = "only the service knows this"
PLAYBOOKS = """customer { phone text }
event order { quantity number }
activity is order
event reply { text text }
policy { timezone "Asia/Shanghai" }
playbook thanks { enter on order
  again always
  send hi
  wait up to 1 day { on delivered { tag "has it" } }
}
playbook chat { enter on reply
  again always
  tag "wrote" }
message hi transactional { text "您好 🍵!" }
"""


class Service(http.server.ThreadingHTTPServer):
    """Takes each request_id once. A share of the answers is lost after the effect, some calls are put off."""

    daemon_threads, request_queue_size = True, 128

    def __init__(self, seed):
        self.sent, self.calls, self.faults, self.lock, self.chance = {}, 0, False, threading.Lock(), random.Random(seed)
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass   # who calls was killed


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        service = self.server
        with service.lock:
            service.calls += 1
            fault = service.chance.random() if service.faults else 1
            if self.headers["Authorization"] != "Bearer " + TOKEN or self.path != "/v1/messages":
                return self.answer(401, {})
            if fault < 0.05:
                return self.answer(503, {})
            if fault < 0.1:
                return self.answer(429, {}, {"Retry-After": "1"})
            if body["request_id"] in service.sent:
                return self.answer(409, {})
            service.sent[body["request_id"]] = (body["to"], body["text"])
            if fault < 0.2:
                self.close_connection = True
                return None
            return self.answer(200, {"id": f"m-{len(service.sent)}"})

    def answer(self, status, body, headers=None):
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(text)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *words):
        pass


def blocks(path):
    """The script and the table of tend.toml of a page."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    script = "\n".join(re.findall(r"```lua\n(.*?)```", text, re.S))
    table = next(block for block in re.findall(r"```toml\n(.*?)```", text, re.S) if 'adapter = "lua"' in block)
    return script, table


def make(folder, script, table, port, **changed):
    """A workspace around them, for the service on this port."""
    table = table.replace('"sms.example"', f'"127.0.0.1:{port}"').replace("https://sms.example", f"http://127.0.0.1:{port}")
    table += "allow_private = true\n" + "".join(f"{name} = {value}\n" for name, value in changed.items())
    s.make(folder, PLAYBOOKS, table)
    with open(os.path.join(folder, "my_adapter.lua"), "w", encoding="utf-8") as file:
        file.write(script)
    return folder


def documented(tend, scratch, service, port):
    english, chinese = blocks("docs/adapters.md"), blocks("docs/adapters.zh.md")
    code = lambda script: re.sub(r"--.*", "", script)  # noqa: E731
    w.check(code(english[0]) == code(chinese[0]) and english[1] == chinese[1], "the two tongues of docs/adapters.md have other scripts")
    lines = english[0].index("function receive")
    w.check(english[0].count("\n", 0, lines) <= 33, "the script has more lines than it was promised to have")
    folder = make(os.path.join(scratch, "documented"), *english, port)
    run = lambda *words: subprocess.run([tend, "channels", *words, "--workspace", folder], capture_output=True, text=True, timeout=120)  # noqa: E731
    done = run("test", "sms", "--to", "+8613900000001", "--text", "Hello")
    w.check(done.stdout == "accepted, as `m-1`\n" and done.returncode == 0, f"channels test says `{done.stdout}{done.stderr}`")
    w.check(list(service.sent.values()) == [("+8613900000001", "Hello")], f"the service has {service.sent}")
    done = run("test", "sms", "--to", "nobody")
    w.check(done.returncode == 1 and "the address is refused" in done.stdout, f"of a bad address it says `{done.stdout}{done.stderr}`")
    done = run("conformance", "--channel", "sms", "--to", "+8613900000001")
    w.check(done.returncode == 0 and " 0 broken" in done.stdout, f"the kit says\n{done.stdout}{done.stderr}")
    w.check("the same key again is a duplicate" in done.stdout, f"the kit did not look at keys:\n{done.stdout}")
    done = run("conformance", "--to", "x")
    w.check(done.returncode == 3, f"a kit for nothing ends with {done.returncode}")
    shown = subprocess.run([tend, "channels", "--workspace", folder], capture_output=True, text=True, timeout=60)
    w.check("env:SMS_TOKEN" in shown.stdout and TOKEN not in shown.stdout, "channels shows a secret")
    return english


def refused(tend, scratch, script, table, port):
    """What cannot be run is said, with its place, before anything is sent."""
    for name, text, says in (("broken", "function send(", "`my_adapter.lua`: my_adapter.lua:1: "), ("endless", "while true do end", "it works for too long"),
                             ("nothing", "", "it has no function `send`")):
        folder = make(os.path.join(scratch, name), text, table, port)
        done = subprocess.run([tend, "serve", folder, "--open", "--listen", "127.0.0.1:0"], capture_output=True, text=True, timeout=60)
        w.check(done.returncode == 1 and says in done.stderr, f"serve with {name} ends with {done.returncode}: {done.stderr}")
    folder = make(os.path.join(scratch, "elsewhere"), script, table.replace('hosts = ["sms.example"]', 'hosts = ["other.example"]'), port)
    done = subprocess.run([tend, "channels", "test", "sms", "--to", "+1", "--workspace", folder], capture_output=True, text=True, timeout=60)
    w.check("the host is none of the channel's `hosts`" in done.stdout, f"a host that is not named: {done.stdout}{done.stderr}")
    folder = make(os.path.join(scratch, "typo"), script, table.replace("hosts =", "host ="), port)
    done = subprocess.run([tend, "check", folder], capture_output=True, text=True, timeout=60)
    w.check("did you mean `hosts`?" in done.stdout + done.stderr, f"check says of a typo: {done.stdout}{done.stderr}")


def children(parent):
    """The processes that run scripts for this one."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
            with open(f"/proc/{name}/status", encoding="utf-8") as file:
                status = file.read()
        except OSError:
            continue
        if b"lua-child" in words and f"PPid:\t{parent}\n" in status:
            found.append((int(name), status))
    return found


def caged(process, status):
    w.check("Seccomp:\t2\n" in status and "NoNewPrivs:\t1\n" in status, f"the script's process is not shut in:\n{status}")
    with open(f"/proc/{process}/environ", "rb") as file:
        w.check(file.read() == b"", "the script's process has an environment")
    w.check(set(os.listdir(f"/proc/{process}/fd")) == {"0", "1", "2"}, "the script's process has more open than three files")


def called_back(server, service):
    """What the service calls: signed it is taken, a receipt and a reply; else nothing of it."""
    def call(body, token=TOKEN):
        text = json.dumps(body)
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        signature = hmac.new(token.encode(), text.encode(), "sha256").hexdigest()
        connection.request("POST", "/v1/receipts/sms", text, {"X-Signature": signature, "Content-Type": "application/json"})
        return connection.getresponse().status

    tags = lambda customer: server.call("GET", f"/v1/customers/{customer}")[1].get("tags", [])  # noqa: E731
    key = next(key for key, (to, _) in service.sent.items() if to == "+8613900000001")
    w.check(call({"kind": "delivered", "request_id": key}, "a wrong token") == 401, "a forged receipt is taken")
    w.check("has it" not in tags("c1"), "a forged receipt became an event")
    w.check(call({"kind": "delivered", "request_id": key}) == 200, "a receipt is refused")
    until(lambda: "has it" in tags("c1"), lambda: f"the receipt is no event: {tags('c1')}")
    w.check(call({"kind": "reply", "from": "+8613900000002", "id": "r1", "text": "谢谢"}) == 200, "a reply is refused")
    until(lambda: "wrote" in tags("c2"), lambda: f"the reply is no event: {tags('c2')}")
    w.check(call({"kind": "no such kind", "request_id": key}) == 503, "a receipt that is none is taken")
    w.check(call([]) == 503, "what the script cannot read is taken")


def served(tend, scratch, service, script, table, port, arguments, chance):
    folder = make(os.path.join(scratch, "shop"), script, table, port)
    data = os.path.join(folder, "data")
    service.sent.clear()
    service.faults = True
    server = s.Server(tend, folder, "--data", data)
    kills = set(chance.sample(range(5, arguments.messages), 4))
    killed = 0
    for i in range(arguments.messages):
        if i in kills:
            time.sleep(chance.uniform(0, 0.3))
            for process, _ in children(server.process.pid):
                os.kill(process, signal.SIGKILL)
                killed += 1
        if i == arguments.messages // 2:
            server.kill()
            server = s.Server(tend, folder, "--data", data)
        call = {"type": "identify", "userId": f"c{i}", "messageId": f"i{i}", "traits": {"phone": f"+861390000{i:04}", "consent": {"sms": True}}}
        order = {"type": "track", "userId": f"c{i}", "messageId": f"o{i}", "event": "order", "properties": {"quantity": 1}}
        status, said = server.call("POST", "/v1/batch", {"batch": [call, order]})
        w.check(status == 200, f"a batch is answered {status}: {said}")
    wanted = {(f"+861390000{i:04}", "您好 🍵!") for i in range(arguments.messages)}
    until(lambda: set(service.sent.values()) >= wanted, lambda: f"{len(service.sent)} of {len(wanted)} have their message, as {list(service.sent.values())[:2]}", 120)
    figures = lambda: server.call("GET", "/v1/figures")[1]["playbooks"]["thanks"]["sends"]["hi"]["sms"]  # noqa: E731
    until(lambda: figures()["accepted"] == arguments.messages, lambda: f"the answers: {figures()}")
    w.check(len(service.sent) == arguments.messages, f"somebody has it twice: {len(service.sent)} for {arguments.messages}")
    w.check(killed > 0, "no script was killed")
    called_back(server, service)
    alive = children(server.process.pid)
    w.check(len(alive) == 2, f"{len(alive)} processes run the script, not one for messages and one for calls")
    for one in alive:
        caged(*one)
    talk = server.stop()
    w.check("1390000" not in talk and TOKEN not in talk, f"it says what is nobody's business: {talk}")
    w.check(not any(os.path.exists(f"/proc/{process}") for process, _ in alive), "a script's process outlives tend")
    w.run(tend, "doctor", "--data", data, folder)
    return service.calls, killed


def main():
    words = argparse.ArgumentParser()
    words.add_argument("tend")
    words.add_argument("--messages", type=int, default=60)
    words.add_argument("--seed", type=int, default=1)
    arguments = words.parse_args()
    tend = os.path.abspath(arguments.tend)
    os.environ["SMS_TOKEN"] = TOKEN
    service = Service(arguments.seed)
    port = service.server_address[1]
    with tempfile.TemporaryDirectory() as scratch:
        script, table = documented(tend, scratch, service, port)
        refused(tend, scratch, script, table, port)
        calls, killed = served(tend, scratch, service, script, table, port, arguments, random.Random(arguments.seed))
    print(f"{arguments.messages} messages through a script, each once: {calls} calls, {killed} scripts killed")


if __name__ == "__main__":
    try:
        main()
    except (OSError, http.client.HTTPException) as error:
        w.check(False, str(error))
    sys.exit(0)
