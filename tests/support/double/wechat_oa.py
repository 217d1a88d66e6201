"""WeChat Official Account (公众号): tokens, template, customer-service, subscription and mass messages, callbacks.

Sources, developers.weixin.qq.com/doc/offiaccount: "Get access token" and "Get stable access token" (Basic_Information), "Template messages",
"Customer service messages", "Subscription notifications" (bizsend, pushes), "Batch sends", "Global return codes"."""
import functools

import callbacks
import clock
import server
from platform_base import BadAct, Platform

TEXTS = {-1: "system error", 40001: "invalid credential, access_token is invalid or not latest", 40003: "invalid openid", 40013: "invalid appid", 40014: "invalid access_token",
         40125: "invalid appsecret", 41001: "access_token missing", 42001: "access_token expired", 43004: "require subscribe", 43101: "user refuse to accept the msg",
         45009: "reach max api daily quota limit", 45015: "response out of time limit or subscription is canceled", 45047: "out of response count limit",
         45065: "clientmsgid exist", 45066: "same clientmsgid retry too fast", 45067: "clientmsgid size out of limit", 40037: "invalid template_id", 48001: "api unauthorized"}
# What a person does -> (how many customer-service messages it opens, for how many seconds): "Customer service messages".
WINDOWS = {"message": (5, 48 * 3600), "subscribe": (3, 60), "click": (3, 60), "scan": (3, 60), "payment": (None, 48 * 3600)}
EVENTS = {"subscribe": "subscribe", "CLICK": "click", "SCAN": "scan"}
PATHS = {"token": "GET", "stable_token": "POST", "message/template/send": "POST", "message/custom/send": "POST", "message/subscribe/bizsend": "POST",
         "message/mass/sendall": "POST", "message/mass/send": "POST", "message/mass/get": "POST"}


class Refused(Exception):
    """An errcode, perhaps with its own errmsg and further fields."""

    def __init__(self, code, message=None, **more):
        super().__init__(code)
        self.code, self.message, self.more = code, message, more


class OfficialAccount(Platform):
    name = "wechat_oa"
    DEFAULTS = {
        "appid": "wx0000000000000001", "secret": "testsecret", "token_seconds": 7200, "overlap_seconds": 300,
        "followers": {}, "blacklist": [], "templates": ["template1"], "subscription_templates": ["subscription1"],
        "template_day": 100000, "client_msg_seconds": 600, "mass_month": 4, "call_day": None,
        "events": {"delay": 1, "times": 1, "before_reply": False}, "event_id_with_client_msg_id": True,
        "callback": {"url": None, "token": "testtoken", "aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "receiveid": None, "retries": [0, 0, 0], "plain": False},
        "signature_clock": "virtual",
    }

    def clear(self):
        self.tokens, self.plain, self.stable, self.forced = {}, None, None, []
        self.replaced, self.overtaking = set(), []
        self.counts, self.times = clock.Counts(), clock.Times()
        self.windows, self.credits, self.client_ids, self.mass = {}, {}, {}, {}

    def route(self, request):
        path = request.path.removeprefix("/cgi-bin/")
        return path if path in PATHS and path != request.path else None

    def refusal(self, code, request, message=None, **more):
        text = message or TEXTS.get(int(code), "error")
        return server.json_reply({"errcode": int(code), "errmsg": f"{text} rid: {self.token(8)}-{self.token(8)}-{self.token(8)}", **more}, code=code)

    def answer(self, api, request):
        try:
            told = request.json() if request.method == "POST" else {}
            if told is None:
                raise Refused(47001, "data format error")
            if request.method != PATHS[api]:
                raise Refused(43002 if PATHS[api] == "POST" else 43001)
            if api not in ("token", "stable_token"):
                self.check_token(request.query.get("access_token"))
                if self["call_day"] is not None and self.counts.add(("calls", api), self.now(), "day") > self["call_day"]:
                    raise Refused(45009)
            found = getattr(self, "do_" + api.replace("/", "_"))({**request.query, **told})
            reply = server.json_reply(found if "access_token" in found else {"errcode": 0, "errmsg": "ok", **found}, code=0)
            reply.before, self.overtaking = self.overtaking, []
            return reply
        except Refused as refused:
            return self.refusal(refused.code, request, refused.message, **refused.more)

    def check_token(self, token):
        if not token:
            raise Refused(41001)
        if token not in self.tokens:
            raise Refused(40014)
        if self.now() >= self.tokens[token]:
            raise Refused(40001 if token in self.replaced else 42001)   # "Global return codes": invalid, or not the latest

    def check_caller(self, told):
        if told.get("grant_type") != "client_credential":
            raise Refused(40002)
        if told.get("appid") != self["appid"]:
            raise Refused(40013)
        if told.get("secret") != self["secret"]:
            raise Refused(40125)

    def new_token(self, old):
        """A new token; the old one works for the overlap."""
        now, token = self.now(), self.token(136)
        if old in self.tokens and self.tokens[old] > now:
            self.replaced.add(old)
            self.tokens[old] = min(self.tokens[old], now + self["overlap_seconds"])
        self.tokens[token] = now + self["token_seconds"]
        return token

    def do_token(self, told):
        """Each call ends the token before it, five minutes later."""
        self.check_caller(told)
        self.plain = self.new_token(self.plain)
        return {"access_token": self.plain, "expires_in": self["token_seconds"]}

    def do_stable_token(self, told):
        """The same until five minutes before its end; by force at most 20 times a day, and 30 seconds apart (else it is not renewed). Apart from /token."""
        self.check_caller(told)
        now = self.now()
        if self.counts.add("stable", now, "minute") > 10000 or self.counts.add("stable", now, "day") > 500000:
            raise Refused(45009)
        force = told.get("force_refresh") is True
        if force and self.counts.add("force", now, "day") > 20:
            raise Refused(45009)
        renew = force and not (self.forced and now - self.forced[-1] < 30)
        if renew:
            self.forced.append(now)
        held = self.stable in self.tokens and self.tokens[self.stable] - now > 300
        if renew or not held:
            old, self.stable = self.stable, self.new_token(self.stable)
            if renew and held:
                self.tokens[old] = now   # by force the old one ends at once
        return {"access_token": self.stable, "expires_in": int(self.tokens[self.stable] - now)}

    def check_reader(self, told):
        openid = told.get("touser")
        if not openid:
            raise Refused(40003)
        follower = self["followers"].get(openid)
        if follower is None:
            raise Refused(40003)
        if openid in self["blacklist"]:
            raise Refused(43019)
        if not follower.get("subscribed", True):
            raise Refused(43004)
        if follower.get("muted"):
            raise Refused(48002)
        return openid

    def do_message_template_send(self, told):
        """client_msg_id: for one openid the same id sends once within 10 minutes. The answer to the second is the first's."""
        openid, now = self.check_reader(told), self.now()
        if told.get("template_id") not in self["templates"]:
            raise Refused(40037)
        if not isinstance(told.get("data"), dict) or not all(isinstance(value, dict) and "value" in value for value in told["data"].values()):
            raise Refused(47003)
        key = (openid, told.get("client_msg_id"))
        first = self.client_ids.get(key) if key[1] else None
        if first and now - first["at"] < self["client_msg_seconds"]:
            self.double.drop(self.name, "template", openid, told["data"], "client_msg_id")
            return {"msgid": first["msgid"]}
        if self.counts.add("template", now, "day") > self["template_day"]:
            raise Refused(45009)
        message = 3000000000 + self.next_number()
        self.client_ids[key] = {"msgid": message, "at": now}
        status = "failed:user block" if self["followers"][openid].get("blocks") else "success"
        if status == "success":
            self.double.receive(self.name, "template", openid, told["data"], message, {"client_msg_id": key[1]})
        shown = message if self["event_id_with_client_msg_id"] or not key[1] else 0   # callers have seen 0 where they gave a client_msg_id
        self.later({"Event": "TEMPLATESENDJOBFINISH", "FromUserName": openid, "MsgID": shown, "Status": status})
        return {"msgid": message}

    def do_message_custom_send(self, told):
        """A ledger for each person: 5 in 48 hours after their message, 3 in a minute after following, a click or a scan, without end after paying."""
        openid, now = told.get("touser"), self.now()
        if openid not in self["followers"]:
            raise Refused(40003)
        held = self.windows.get(openid, {})
        open_now = [one for one in held.values() if now <= one["until"]]
        if not open_now or not self["followers"][openid].get("subscribed", True):
            raise Refused(45015)
        usable = [one for one in open_now if one["left"] != 0]
        if not usable:
            raise Refused(45047)
        spent = min(usable, key=lambda one: (one["left"] is None, one["until"]))   # what ends first is used first
        if spent["left"] is not None:
            spent["left"] -= 1
        self.double.receive(self.name, "custom", openid, told.get(told.get("msgtype")), f"custom{self.next_number()}")
        return {}

    def do_message_subscribe_bizsend(self, told):
        """One accept is one send."""
        openid, template = self.check_reader(told), told.get("template_id")
        if template not in self["subscription_templates"]:
            raise Refused(40037)
        if not isinstance(told.get("data"), dict) or not told["data"]:
            raise Refused(47003)
        if self.credits.get((openid, template), 0) == 0:
            raise Refused(43101)
        self.credits[openid, template] -= 1
        message = 1700000000000 + self.next_number()
        self.double.receive(self.name, "subscription", openid, told["data"], message)
        self.later({"Event": "subscribe_msg_sent_event", "FromUserName": openid,
                    "SubscribeMsgSentEvent": {"List": {"TemplateId": template, "MsgID": str(message), "ErrorCode": 0, "ErrorStatus": "success"}}})
        return {}

    def do_message_mass_send(self, told):
        readers = told.get("touser")
        if not isinstance(readers, list) or not 2 <= len(readers) <= 10000:
            raise Refused(40130, "invalid openid list size, at least two openid")
        return self.send_mass(told, readers)

    def do_message_mass_sendall(self, told):
        tag = (told.get("filter") or {})
        if not tag.get("is_to_all") and "tag_id" not in tag:
            raise Refused(40152)
        return self.send_mass(told, [openid for openid, one in self["followers"].items() if tag.get("is_to_all") or tag["tag_id"] in one.get("tags", [])])

    def send_mass(self, told, readers):
        """clientmsgid: again within a minute is 45066, later 45065 with the msg_id that there already is."""
        now, key = self.now(), told.get("clientmsgid")
        if key and len(key.encode()) > 64:
            raise Refused(45067)
        if key and key in self.mass:
            first = self.mass[key]
            if now - first["tried"] < 60:
                raise Refused(45066)
            first["tried"] = now
            raise Refused(45065, msg_id=first["msg_id"])
        message = 1000000000 + self.next_number()
        content, sent, filtered = told.get(told.get("msgtype")), 0, 0
        for openid in readers:
            one = self["followers"].get(openid, {"subscribed": False})
            if not one.get("subscribed", True) or one.get("muted") or self.counts.count(("mass", openid), now, "month") >= self["mass_month"]:
                filtered += 1
                continue
            self.counts.add(("mass", openid), now, "month")
            self.double.receive(self.name, "mass", openid, content, message, {"clientmsgid": key})
            sent += 1
        self.mass[key or message] = {"msg_id": message, "at": now, "tried": now}
        self.later({"Event": "MASSSENDJOBFINISH", "FromUserName": "system", "MsgID": message, "Status": "send success", "TotalCount": len(readers),
                    "FilterCount": len(readers) - filtered, "SentCount": sent, "ErrorCount": 0})
        return {"msg_id": message}

    def do_message_mass_get(self, told):
        found = [one for one in self.mass.values() if str(one["msg_id"]) == str(told.get("msg_id"))]
        if not found:
            raise Refused(40059)
        return {"msg_id": found[0]["msg_id"], "msg_status": "SENDING" if self.now() - found[0]["at"] < self["events"]["delay"] else "SEND_SUCCESS"}

    def later(self, fields):
        """The platform's own event on a send; by the setting `events` late, twice, or before the answer to the send."""
        if not self["callback"]["url"]:
            return
        told = self["events"]
        send = functools.partial(self.emit, {"events": [fields], "plain": self["callback"]["plain"], "times": told["times"]})
        if told["before_reply"]:
            self.overtaking.append(send)
        else:
            self.double.clock.after(told["delay"], send)

    def opens(self, openid, what):
        """What the person did opens a window; doing it again opens it anew."""
        if what not in WINDOWS:
            raise BadAct(f"{what!r} opens nothing: {', '.join(WINDOWS)} do")
        count, seconds = WINDOWS[what]
        self["followers"].setdefault(openid, {"subscribed": True})
        self.windows.setdefault(openid, {})[what] = {"left": count, "until": self.now() + seconds}

    def act_interact(self, openid, what="message"):
        self.opens(openid, what)
        return what

    def act_accept(self, openid, template):
        """The person accepts one subscription message."""
        self.credits[openid, template] = self.credits.get((openid, template), 0) + 1
        return self.credits[openid, template]

    def act_expire(self, how="expired"):
        if how == "invalid":
            self.tokens.clear()
        self.tokens = {token: self.now() for token in self.tokens}
        return how

    async def emit(self, told):
        return await callbacks.emit(self, told, self["appid"], True, self.prepare)

    def prepare(self, fields):
        """Makes the change that the event or message tells of, and completes it."""
        kind, openid = fields.get("MsgType", "event"), fields.get("FromUserName", "")
        if kind != "event":
            fields.setdefault("MsgId", 7000000000000000000 + self.next_number())
            self.opens(openid, "message")
        event = fields.get("Event")
        if event in EVENTS:
            self.opens(openid, EVENTS[event])
            self["followers"][openid]["subscribed"] = True
        if event == "unsubscribe" and openid in self["followers"]:
            self["followers"][openid]["subscribed"] = False
        if event == "subscribe_msg_popup_event":
            rows = fields["SubscribeMsgPopupEvent"]["List"]
            for row in rows if isinstance(rows, list) else [rows]:
                if row.get("SubscribeStatusString") == "accept":
                    self.act_accept(openid, row["TemplateId"])
        return {"ToUserName": self["appid"], "FromUserName": openid, "CreateTime": int(self.now()), "MsgType": kind, **fields}

    def shown(self):
        return {"followers": self["followers"], "windows": self.windows, "credits": {f"{openid} {template}": n for (openid, template), n in self.credits.items()},
                "mass": list(self.mass.values()), "tokens": len(self.tokens)}
