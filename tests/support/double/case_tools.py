"""What the tests of the double share: one double for all, a receiver of callbacks, calls that are signed as each platform wants."""
import atexit
import http.server
import json
import os
import pathlib
import sys
import threading
import time
import unittest
import urllib.parse

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

try:
    import crypto
except ImportError:   # another Python than the system's, which `./dev` gives the package to
    if os.path.realpath(sys.executable) == os.path.realpath("/usr/bin/python3"):
        sys.exit("failed: python3-cryptography is not installed")
    print("skipped: this Python has no cryptography")
    sys.exit(77)

import base64          # noqa: E402
import double_client   # noqa: E402

START = 1767578400     # 2026-01-05T10:00:00+08:00, a Monday
DAY = 86400
DOUBLE = double_client.Double(now=START)
atexit.register(DOUBLE.close)


class Receiver:
    """Listens for callbacks; answers by a list of (status, body), the last of which stays."""

    def __init__(self, *answers):
        receiver = self
        self.answers, self.calls = list(answers) or [(200, b"")], []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                receiver.calls.append((self.path, dict(self.headers.items()), body))
                answer = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
                status, said = answer(self) if callable(answer) else answer
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)
            do_GET = do_POST

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/in?shop=1"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def bodies(self):
        return [json.loads(body) for _, _, body in self.calls]


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        DOUBLE.post("reset", now=START, frozen=True)

    def setup_of(self, **settings):
        DOUBLE.post("setup", **settings)

    def state(self):
        return DOUBLE.get("state")

    def got(self, recipient):
        return [row["content"] for row in self.state()["received"] if row["recipient"] == recipient]

    def advance(self, seconds):
        DOUBLE.post("advance", seconds=seconds)

    def now(self):
        return DOUBLE.get("now")["now"]


def call_json(method, target, told=None, **options):
    status, _, body = DOUBLE.call(method, target, None if told is None else json.dumps(told).encode(), **options)
    assert status == 200, (status, body)
    return json.loads(body)


class WeComCase(Case):
    """Calls with a token at hand; two customers of zhangsan, one of lisi."""

    def setUp(self):
        super().setUp()
        follow = {"createtime": START - DAY}
        self.setup_of(wecom={"customers": {"wmA": {"follow": {"zhangsan": dict(follow)}}, "wmB": {"follow": {"zhangsan": dict(follow), "lisi": {"createtime": START}}}}})
        self.token = self.token_of()["access_token"]

    def token_of(self, secret="testsecret", corp="ww0000000000000001"):
        return call_json("GET", f"/cgi-bin/gettoken?corpid={corp}&corpsecret={secret}")

    def ask(self, api, told=None, **query):
        query = urllib.parse.urlencode({"access_token": self.token, **query})
        return call_json("GET" if told is None else "POST", f"/cgi-bin/{api}?{query}", told)

    def code(self, api, told=None, **query):
        return self.ask(api, told, **query)["errcode"]

    def mass(self, *customers, **more):
        return self.ask("externalcontact/add_msg_template", {"external_userid": list(customers), "text": {"content": "周年庆"}, **more})


def aliyun(told, action="SendSms", key="testkey", secret="testsecret", nonce=None, date=None, timeout=10, tamper=False, body=b"", told_hash=None):
    """(status, JSON) of a call that is signed without a body."""
    aliyun.calls += 1
    now = DOUBLE.get("now")["now"]
    headers = {"host": DOUBLE.host, "x-acs-action": action, "x-acs-version": "2017-05-25", "x-acs-date": date or time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
               "x-acs-signature-nonce": nonce or f"nonce{aliyun.calls}", "x-acs-content-sha256": told_hash or crypto.sha256(b"")}
    signed = sorted(headers)
    signature = crypto.acs3(secret, "POST", "/", list(told.items()), headers, signed, crypto.sha256(b""))
    headers["Authorization"] = f"ACS3-HMAC-SHA256 Credential={key},SignedHeaders={';'.join(signed)},Signature={signature}"
    query = "&".join(f"{name}={crypto.escape(value)}" for name, value in told.items())
    status, _, body = DOUBLE.call("POST", f"/?{query}{'&OutId=tampered' if tamper else ''}", body, headers, timeout)
    return status, json.loads(body)


aliyun.calls = 0


def sms(number="13900001234", template="SMS_2", variables=None, **more):
    """The Code of an Aliyun SendSms."""
    variables = {"order": "A1"} if variables is None else variables
    return aliyun({"PhoneNumbers": number, "SignName": "测试", "TemplateCode": template, "TemplateParam": json.dumps(variables), **more})[1]["Code"]


def tencent(told, action="SendSms", key="testid", secret="testsecret", at=None, date=None, timeout=10):
    """The Response of a signed call."""
    at = int(DOUBLE.get("now")["now"]) if at is None else at
    date = date or time.strftime("%Y-%m-%d", time.gmtime(at))
    body = json.dumps(told, ensure_ascii=False).encode()
    headers = {"content-type": "application/json", "host": DOUBLE.host}
    signature = crypto.tc3(secret, "sms", date, at, headers, ["content-type", "host"], body)
    headers.update({"X-TC-Action": action, "X-TC-Version": "2021-01-11", "X-TC-Timestamp": str(at), "X-TC-Region": "ap-guangzhou",
                    "Authorization": f"TC3-HMAC-SHA256 Credential={key}/{date}/sms/tc3_request, SignedHeaders=content-type;host, Signature={signature}"})
    status, _, body = DOUBLE.call("POST", "/", body, headers, timeout)
    assert status == 200, (status, body)
    return json.loads(body)["Response"]


def tencent_codes(*numbers, template="1110", values=("4370",), **more):
    """The Code of each number of a Tencent SendSms."""
    told = {"PhoneNumberSet": list(numbers), "SmsSdkAppId": "1400006666", "TemplateId": template, "SignName": "test", "TemplateParamSet": list(values), **more}
    return [row["Code"] for row in tencent(told)["SendStatusSet"]]


ACCOUNT = "AC00000000000000000000000000000001"


def twilio(told=None, tail="Messages.json", user=ACCOUNT, secret="testtoken", timeout=10):
    """(status, JSON): a POST with `told`, else a GET."""
    headers = {"Authorization": "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode(), "Content-Type": "application/x-www-form-urlencoded"}
    body = None if told is None else urllib.parse.urlencode(told).encode()
    status, _, body = DOUBLE.call("GET" if told is None else "POST", f"/2010-04-01/Accounts/{ACCOUNT}/{tail}", body, headers, timeout)
    return status, json.loads(body)


def text_to(number="+15551230001", timeout=10, **more):
    return twilio({"To": number, "From": "+15005550006", "Body": "hello", **more}, timeout=timeout)
