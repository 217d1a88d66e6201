"""Twilio: Messages (create, fetch, list, cancel), status callbacks, inbound messages with opt-out.

Sources, twilio.com/docs: "Message resource" (fields, statuses, ValidityPeriod), "Error dictionary" (codes), "Webhooks security" (X-Twilio-Signature),
"Messaging opt-out keywords", "Rate limits and message queues"."""
import base64
import datetime as dt
import email.utils
import fnmatch
import re
import urllib.parse

import crypto
import deliver
import server
import sms
from platform_base import BadAct, Platform

MESSAGES = {20003: "Authenticate", 20404: "The requested resource was not found", 20429: "Too Many Requests", 21211: "Invalid 'To' Phone Number",
            21602: "Message body is required", 21603: "A 'From' or a 'MessagingServiceSid' is required", 21604: "'To' phone number is required",
            21606: "The 'From' number is not a valid, SMS-capable Twilio number", 21608: "The number is unverified; trial accounts cannot send to unverified numbers",
            21610: "Attempt to send to unsubscribed recipient", 21611: "This 'From' number has exceeded the maximum number of queued messages",
            21612: "The 'To' phone number is not currently reachable", 21614: "'To' number is not a valid mobile number", 21617: "The message body exceeds 1600 characters"}
STATUS = {20003: 401, 20404: 404, 20429: 429, 21611: 429}
# "Messaging opt-out keywords": whole message, case does not count.
OUT, IN = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}, {"START", "YES", "UNSTOP"}
GSM7 = set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")
GSM7_TWICE = set("^{}\\[~]|€")


class Refused(Exception):
    pass


def segments(text):
    """GSM-7 160, or 153 in parts; else UCS-2 70, or 67 in parts."""
    if set(text) <= GSM7 | GSM7_TWICE:
        size = len(text) + sum(character in GSM7_TWICE for character in text)
        return 1 if size <= 160 else -(-size // 153)
    size = len(text.encode("utf-16-le")) // 2
    return 1 if size <= 70 else -(-size // 67)


class Twilio(Platform):
    name = "twilio"
    DEFAULTS = {
        "account": "AC00000000000000000000000000000001", "auth_token": "testtoken", "api_keys": {}, "numbers": ["+15005550006"],
        "services": {"MG00000000000000000000000000000001": ["+15005550006"]}, "unsubscribed": [], "landlines": [], "unreachable": [], "verified": None,
        "segments_per_second": 1, "queue_seconds": 36000, "calls_per_second": None, "concurrency": None,
        "signature_clock": "virtual", "receipts": {**sms.RECEIPTS, "outcome": "delivered", "order": "sent"},
    }

    def clear(self):
        self.messages, self.queue_free, self.calls = {}, {}, []

    def route(self, request):
        found = re.fullmatch(r"/2010-04-01/Accounts/[^/]+/(Messages)(/[^/]+)?\.json", request.path)
        return found and ("Message" if found.group(2) else "Messages" if request.method == "POST" else "MessageList")

    def refusal(self, code, request, message=None):
        code = int(code)
        status = STATUS.get(code, 400)
        return server.json_reply({"code": code, "message": message or MESSAGES.get(code, "error"), "more_info": f"https://www.twilio.com/docs/errors/{code}",
                                  "status": status}, status, code)

    def answer(self, api, request):
        try:
            self.check_caller(request)
            self.check_rate()
            return {"Messages": self.create, "MessageList": self.list, "Message": self.one}[api](request)
        except Refused as refused:
            return self.refusal(refused.args[0], request, *refused.args[1:])

    def check_caller(self, request):
        account = request.path.split("/")[3]
        kind, _, told = request.headers.get("authorization", "").partition(" ")
        try:
            user, _, secret = base64.b64decode(told, validate=True).decode().partition(":")
        except ValueError:
            raise Refused(20003) from None
        known = {self["account"]: self["auth_token"], **self["api_keys"]}
        if kind.lower() != "basic" or account != self["account"] or user not in known or not crypto.same(known[user], secret):
            raise Refused(20003)

    def check_rate(self):
        """20429: too many calls at once, or (a setting) in a second."""
        under_way = sum(n for api, n in self.double.under_way.items() if fnmatch.fnmatchcase(api, "twilio.*"))
        if self["concurrency"] is not None and under_way > self["concurrency"]:
            raise Refused(20429)
        if self["calls_per_second"] is not None:
            self.calls = [at for at in self.calls if at > self.now() - 1] + [self.now()]
            if len(self.calls) > self["calls_per_second"]:
                raise Refused(20429)

    def create(self, request):
        told = request.form()
        to, body = told.get("To", ""), told.get("Body", "")
        sender = self.sender(told)
        self.check_recipient(to)
        if not body and "MediaUrl" not in told:
            raise Refused(21602)
        if len(body) > 1600:
            raise Refused(21617)
        validity = int(told.get("ValidityPeriod") or self["queue_seconds"])
        if not 1 <= validity <= 36000:
            raise Refused(20001, "ValidityPeriod is from 1 to 36000 seconds")
        message = {"sid": f"SM{self.token(32)}", "account_sid": self["account"], "to": to, "from": sender, "body": body, "num_segments": str(segments(body)),
                   "messaging_service_sid": told.get("MessagingServiceSid"), "status": "accepted" if told.get("MessagingServiceSid") else "queued",
                   "error_code": None, "error_message": None, "direction": "outbound-api", "api_version": "2010-04-01", "number": to, "at": self.now(),
                   "callback": told.get("StatusCallback") or self["receipts"]["url"], "validity": validity}
        self.messages[message["sid"]] = message
        reply = server.json_reply(self.shape(message), 201, 201)
        if told.get("ScheduleType") == "fixed":
            return self.schedule(message, told)
        reply.before = self.run(message)
        return reply

    def sender(self, told):
        if told.get("MessagingServiceSid"):
            if told["MessagingServiceSid"] not in self["services"]:
                raise Refused(20404)
            return self["services"][told["MessagingServiceSid"]][0]
        if not told.get("From"):
            raise Refused(21603)
        if told["From"] not in self["numbers"]:
            raise Refused(21606)
        return told["From"]

    def check_recipient(self, to):
        if not to:
            raise Refused(21604)
        if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
            raise Refused(21211, f"Invalid 'To' Phone Number: {to}")
        for setting, code in (("unsubscribed", 21610), ("landlines", 21614), ("unreachable", 21612)):
            if to in self[setting]:
                raise Refused(code)
        if self["verified"] is not None and to not in self["verified"]:
            raise Refused(21608)

    def schedule(self, message, told):
        """SendAt with ScheduleType=fixed: Messaging Services only, 15 minutes to 35 days ahead."""
        try:
            wait = dt.datetime.fromisoformat(told.get("SendAt", "")).timestamp() - self.now()
        except ValueError:
            raise Refused(35114, "SendAt is not a moment") from None
        if not message["messaging_service_sid"] or not 900 <= wait <= 35 * 86400:
            del self.messages[message["sid"]]
            raise Refused(35118 if not message["messaging_service_sid"] else 35114, "MessagingServiceSid and a SendAt 15 minutes to 35 days ahead are needed")
        message["status"] = "scheduled"
        self.double.clock.after(wait, lambda: message["status"] == "scheduled" and self.run(message) and None)
        return server.json_reply(self.shape(message), 201, 201)

    def run(self, message):
        """Moves a message on, and calls back at each state but the first. What must run before the answer."""
        told, after = self["receipts"], self.double.clock.after
        steps = self.steps(message)
        shown = deliver.arranged([step[1:] for step in steps], told, self.random)
        if told["before_reply"]:
            for _, status, code in steps:
                self.become(message, status, code)
            return [lambda one=one: self.call_back(message, *one) for one in shown] if message["callback"] else []
        for wait, status, code in steps:
            after(wait, lambda status=status, code=code: self.become(message, status, code))
        waits = sorted(wait for wait, _, _ in steps for _ in range(told["times"]))   # another order swaps the calls, not the message's states
        for wait, one in zip(waits, shown) if message["callback"] else ():
            after(wait, lambda one=one: self.call_back(message, *one))
        return []

    def steps(self, message):
        """(wait, status, code): sent when the sender's line is free (one segment a second for a US long code), then delivered or not."""
        told, now = self["receipts"], self.now()
        start = max(now, self.queue_free.get(message["from"], now))
        if start - now > message["validity"]:
            return [(message["validity"], "failed", 30036)]   # expired in the queue, not refused by anybody
        self.queue_free[message["from"]] = start + int(message["num_segments"]) / self["segments_per_second"]
        outcome = sms.outcome(told, message["to"], self.random)
        code = 30003 if outcome == "UNDELIV" else int(outcome) if str(outcome).isdigit() else None
        if not code:
            self.double.receive("twilio", "Messages", message["to"], message["body"], message["sid"])
        return [(start - now, "sent", None), (start - now + told["delay"], "undelivered" if code else outcome, code)]

    @staticmethod
    def become(message, status, code):
        message.update(status=status, error_code=code, error_message=code and MESSAGES.get(code, "Delivery failed"))

    def call_back(self, message, status, code):
        form = {"MessageSid": message["sid"], "SmsSid": message["sid"], "MessageStatus": status, "SmsStatus": status, "To": message["to"], "From": message["from"],
                "AccountSid": self["account"], "ApiVersion": "2010-04-01"}
        if code:
            form["ErrorCode"] = str(code)
        return deliver.deliver(self.double, self.signed(message["callback"], form, f"status {message['to']} {status}"))

    def signed(self, url, form, what, bad=None):
        """"Webhooks security": the signature over the URL and the sorted parameters."""
        token = self["auth_token"] if bad != "signature" else "another"
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "X-Twilio-Signature": crypto.twilio(token, url, form), "User-Agent": "TwilioProxy/1.1",
                   "I-Twilio-Idempotency-Token": self.token(36)}
        return deliver.Delivery("twilio", what, url, headers, urllib.parse.urlencode(form).encode(), lambda status, _: 200 <= status < 300, (), 15.0)

    def one(self, request):
        """Fetch; POST with Status=canceled cancels what is scheduled."""
        message = self.messages.get(request.path.rsplit("/", 1)[1].removesuffix(".json"))
        if message is None:
            raise Refused(20404)
        if request.method == "POST" and request.form().get("Status") == "canceled":
            if message["status"] != "scheduled":
                raise Refused(30409, "Message cannot be canceled")
            message["status"] = "canceled"
        return server.json_reply(self.shape(message), code=200)

    def list(self, request):
        """The way out of a call without an answer: To, From and DateSent (=, <=, >=; days of UTC), newest first."""
        rows = [one for one in reversed(self.messages.values()) if request.query.get("To") in (None, one["to"]) and request.query.get("From") in (None, one["from"])]
        for name, fits in (("DateSent", lambda day, at: at.startswith(day)), ("DateSent<", lambda day, at: at[:10] <= day), ("DateSent>", lambda day, at: at[:10] >= day)):
            if day := request.query.get(name):
                rows = [one for one in rows if fits(day[:10], iso(one["at"]))]
        size, page = int(request.query.get("PageSize", 50)), int(request.query.get("Page", 0))
        shown = [self.shape(one) for one in rows[page * size:(page + 1) * size]]
        more = len(rows) > (page + 1) * size
        query = urllib.parse.urlencode({**request.query, "Page": page + 1, "PageSize": size})
        return server.json_reply({"messages": shown, "page": page, "page_size": size, "uri": request.target,
                                  "next_page_uri": f"{request.path}?{query}" if more else None}, code=200)

    def shape(self, message):
        stamp = email.utils.format_datetime(dt.datetime.fromtimestamp(message["at"], dt.timezone.utc))
        hidden = {"number", "at", "callback", "validity"}
        return {**{name: value for name, value in message.items() if name not in hidden}, "num_media": "0", "price": None, "price_unit": "USD", "date_created": stamp,
                "date_updated": stamp, "date_sent": None if message["status"] in ("queued", "accepted", "scheduled") else stamp,
                "uri": f"/2010-04-01/Accounts/{self['account']}/Messages/{message['sid']}.json"}

    async def emit(self, told):
        """`kind` reply (`from`, `text`; STOP and its like unsubscribe at Twilio too) or status (`of` a sid, `status`, `error_code`)."""
        if told.get("kind") == "reply":
            sid, word = f"SM{self.token(32)}", told["text"].strip().upper()
            form = {"MessageSid": sid, "SmsMessageSid": sid, "SmsSid": sid, "AccountSid": self["account"], "From": told["from"], "To": told.get("to", self["numbers"][0]),
                    "Body": told["text"], "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received", "ApiVersion": "2010-04-01"}
            if word in OUT and told["from"] not in self["unsubscribed"]:
                self["unsubscribed"].append(told["from"])
            if word in IN and told["from"] in self["unsubscribed"]:
                self["unsubscribed"].remove(told["from"])
            if word in OUT | IN:
                form["OptOutType"] = "STOP" if word in OUT else "START"
            calls = [self.signed(told["url"], form, f"reply {told['from']} {told['text']}", told.get("bad"))]
        elif told.get("kind") == "status":
            calls = []
            for status in told["statuses"]:
                message = self.messages[told["of"]]
                form = {"MessageSid": message["sid"], "MessageStatus": status, "To": message["to"], "From": message["from"], "AccountSid": self["account"], "ApiVersion": "2010-04-01"}
                calls.append(self.signed(told["url"], {**form, **({"ErrorCode": str(told["error_code"])} if "error_code" in told else {})},
                                         f"status {message['to']} {status}", told.get("bad")))
        else:
            raise BadAct("twilio emits the kinds reply and status")
        return [await deliver.deliver(self.double, one) for one in deliver.arranged(calls, told, self.random)]

    def shown(self):
        return {"messages": list(self.messages.values()), "unsubscribed": self["unsubscribed"]}


def iso(at):
    return dt.datetime.fromtimestamp(at, dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
