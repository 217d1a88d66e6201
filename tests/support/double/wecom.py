"""WeCom (企业微信): tokens, rate limits, errors, messages to staff, encrypted callbacks. Customers are in wecom_customers.py, mass messages in wecom_mass.py.

Sources, developer.work.weixin.qq.com/document/path: 91039 (token), 90454 (limits), 90313 (error codes), 90236 (messages to staff), 96361 and 92277 (events), 90253 (media), 91144 (encryption)."""
import fnmatch
import json

import callbacks
import clock
import server
import wecom_customers
import wecom_mass
from platform_base import BadAct, Platform
from wecom_api import APIS, Refused, api

TEXTS = {-1: "system busy", 0: "ok", 40001: "invalid credential", 40013: "invalid corpid", 40014: "invalid access_token", 41001: "access_token missing",
         42001: "access_token expired", 45009: "api freq out of limit", 45033: "api concurrent out of limit", 48002: "api forbidden for this agent", 6000: "data version conflict",
         60111: "userid not found", 84061: "not external contact", 40096: "invalid external userid", 41048: "no customer to send", 41050: "invalid welcome_code",
         41051: "already sent welcome msg or chat already started", 41063: "group msg is dispatching", 81013: "user & party & tag all invalid", 60020: "not allow to access from your ip"}
MESSAGE_TYPES = {"text", "image", "voice", "video", "file", "textcard", "news", "mpnews", "markdown", "miniprogram_notice", "template_card"}
# Asked without a token.
OPEN = {"gettoken", "webhook/send"}


class WeCom(Platform):
    name = "wecom"
    DEFAULTS = {
        "corpid": "ww0000000000000001", "apps": {"testsecret": {"agentid": 1000002, "apis": ["*"]}}, "token_seconds": 7200, "token_again": "same",
        "wrong_secrets": 5, "ban_seconds": 3600, "ban_code": 45009,
        "api_minute": 10000, "api_hour": 150000, "ip_minute": 20000, "ip_hour": 600000, "concurrency": None,
        "accounts": 1000, "member_minute": 30, "member_hour": 1000, "long_text": "cut", "robots": ["testkey"], "robot_minute": 20,
        "staff": {"zhangsan": {}, "lisi": {}}, "customers": {}, "groups": {}, "tags": {}, "tag_cap": 3000,
        "dispatch_queries": 1, "mass_cap": {"per": "month", "n": None}, "welcome_seconds": 20, "contact_ways": 500000,
        "callback": {"url": None, "token": "testtoken", "aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "receiveid": None, "retries": [0, 0, 0]},
        "signature_clock": "virtual",
    }

    def clear(self):
        self.tokens, self.wrong_secrets, self.banned_until = {}, 0, 0
        self.counts, self.times, self.blocked = clock.Counts(), clock.Times(), {}
        self.media, self.staff_messages = {}, {}
        wecom_customers.clear(self)
        wecom_mass.clear(self)

    def route(self, request):
        path = request.path.removeprefix("/cgi-bin/")
        return path if path in APIS and path != request.path else None

    def refusal(self, code, request, message=None):
        """The errmsg is for people and changes at will (90313)."""
        text = message or TEXTS.get(int(code), "invalid parameter")
        hint = f"hint: [{int(self.now())}_{self.next_number()}_{self.token()}], from ip: 127.0.0.1, more info at https://open.work.weixin.qq.com/devtool/query?e={code}"
        return server.json_reply({"errcode": int(code), "errmsg": f"{text}, {hint}"}, code=code)

    def answer(self, name, request):
        try:
            app = None if name in OPEN else self.app_of(request)
            self.check_rates(name, app)
            body = request.json() if request.method == "POST" and not name.startswith("media/") else {}
            if body is None:
                raise Refused(40035, "the body is no JSON object")
            method, call = APIS[name]
            if method != request.method:
                raise Refused(43002 if method == "POST" else 43001, f"require {method} method")
            told = call(self, {**request.query, **body}, request, app) or {}
            return server.json_reply({"errcode": 0, "errmsg": "ok", **told}, code=0)
        except Refused as refused:
            return self.refusal(refused.args[0], request, *refused.args[1:])

    def app_of(self, request):
        """Checks the token; the app that it belongs to."""
        token = request.query.get("access_token")
        if not token:
            raise Refused(41001)
        held = self.tokens.get(token)
        if held is None:
            raise Refused(40014)
        if self.now() >= held["until"]:
            raise Refused(42001)
        return self["apps"][held["secret"]]

    def check_rates(self, name, app):
        """90454: per (corp, API) and per (address, API); after an excess the API is blocked as long as its window is. message/send has a quota of its own."""
        if app and not any(fnmatch.fnmatchcase(name, pattern) for pattern in app["apis"]):
            raise Refused(48002)
        full = self["concurrency"]
        if full is not None and self.double.under_way[f"wecom.{name}"] > full:
            raise Refused(45033)
        if name == "message/send":
            return
        now = self.now()
        if now < self.blocked.get(name, 0):
            raise Refused(45009)
        for per, limit, block in (("minute", min(self["api_minute"], self["ip_minute"]), 60), ("hour", min(self["api_hour"], self["ip_hour"]), 3600)):
            if self.counts.add(name, now, per) > limit:
                self.blocked[name] = now + block
                raise Refused(45009)

    async def emit(self, told):
        return await callbacks.emit_wecom(self, told)

    def act_expire(self, how="expired"):
        """Tokens end now: `expired` (42001) or `invalid` (40014, as when the platform revokes them early)."""
        if how == "invalid":
            self.tokens.clear()
        for held in self.tokens.values():
            held["until"] = self.now()
        return how

    def act_confirm(self, **told):
        return wecom_mass.confirm(self, **told)

    def act_staff_mass(self, **told):
        return wecom_mass.staff_mass(self, **told)

    def act_publish(self, **told):
        return wecom_mass.publish(self, **told)

    def act_chat(self, userid, external_userid):
        """The customer and the member begin to talk: no welcome any more, and the member is who talked last."""
        follow = wecom_customers.follow_of(self, userid, external_userid)
        if follow is None:
            raise BadAct(f"{external_userid} is no customer of {userid}")
        follow.update(chatting=True, last_talk=self.now())

    def act_refuse(self, external_userid):
        """The customer refuses the transfer that is under way."""
        found = [one for one in self.transfers.values() if one["external_userid"] == external_userid and one["status"] == 2]
        for one in found:
            one["refused"] = True
        return len(found)

    def act_talk_kf(self, external_userid):
        """The customer writes to 微信客服: 48 hours and 5 messages from now."""
        self.kf[external_userid] = {"at": self.now(), "left": 5}

    def shown(self):
        return {"tasks": self.tasks, "moments": self.moments, "customers": self["customers"], "transfers": list(self.transfers.values()), "contact_ways": self.contact_ways,
                "tags": self["tags"], "welcomes": self.welcomes, "tokens": len(self.tokens)}


@api("gettoken", "GET")
def gettoken(w, told, *_):
    """91039. Whether a second call gives the same token is not documented any more: `token_again` is same or new (which ends the old one)."""
    now = w.now()
    if now < w.banned_until:
        raise Refused(w["ban_code"])
    for name, code in (("corpid", 41002), ("corpsecret", 41004)):
        if not told.get(name):
            raise Refused(code)
    secret = told["corpsecret"]
    if told["corpid"] != w["corpid"] or secret not in w["apps"]:
        w.wrong_secrets += 1
        if w.wrong_secrets >= w["wrong_secrets"]:   # 91039: the address is banned for an hour
            w.banned_until, w.wrong_secrets = now + w["ban_seconds"], 0
        raise Refused(40013 if told["corpid"] != w["corpid"] else 40001)
    held = {token: one for token, one in w.tokens.items() if one["secret"] == secret and now < one["until"]}
    if not held or w["token_again"] == "new":
        for one in held.values():
            one["until"] = now
        held = {w.token(214): {"secret": secret, "until": now + w["token_seconds"]}}
        w.tokens.update(held)
    token, one = next(iter(held.items()))
    return {"access_token": token, "expires_in": int(one["until"] - now)}


@api("message/send")
def message_send(w, told, _, app):
    """90236: a text beyond 2048 bytes is cut; the duplicate check is of the request's whole JSON, so that a retry with other readers or another interval is no duplicate.

    90454 has the limits: an app's person-times a day are refused, one app's messages to one member beyond 30 a minute or 1000 an hour vanish."""
    kind, now = told.get("msgtype"), w.now()
    if told.get("agentid") != app["agentid"]:
        raise Refused(301002)
    if kind not in MESSAGE_TYPES:
        raise Refused(40008)
    users, unknown = recipients(w, told)
    content = told.get(kind)
    if kind == "text":
        text = (content or {}).get("content", "")
        if not text:
            raise Refused(44004)
        if len(text.encode()) > 2048:
            if w["long_text"] == "refuse":
                raise Refused(45002)
            content = {"content": text.encode()[:2048].decode(errors="ignore")}
    if w.counts.add(("send", app["agentid"]), now, "day", len(users)) > w["accounts"] * 200:
        raise Refused(45009)
    message = f"msg{w.next_number()}"
    w.staff_messages[message] = now
    again = told.get("enable_duplicate_check") == 1
    whole = json.dumps({name: value for name, value in told.items() if name != "access_token"}, sort_keys=True)
    interval = min(told.get("duplicate_check_interval") or 1800, 4 * 3600)
    for user in users:
        same, key = ("same", app["agentid"], user, whole), ("member", app["agentid"], user)
        if again and w.times.within(same, now, interval):
            w.double.drop("wecom", "message/send", user, content, "duplicate")
        elif w.times.within(key, now, 60) >= w["member_minute"] or w.times.within(key, now, 3600) >= w["member_hour"]:
            w.double.drop("wecom", "message/send", user, content, "frequency")
        else:
            w.times.add(same, now)
            w.times.add(key, now)
            w.double.receive("wecom", "message/send", user, content, message)
    return {"invaliduser": "|".join(unknown), "invalidparty": "", "invalidtag": "", "unlicenseduser": "", "msgid": message, "response_code": ""}


def recipients(w, told):
    """(members who get it, names that are none). Parties and tags are what the setting `staff` says of each member."""
    users, parties, tags = ([part for part in str(told.get(name) or "").split("|") if part] for name in ("touser", "toparty", "totag"))
    if not users and not parties and not tags:
        raise Refused(82001)
    for listed, limit, code in ((users, 1000, 40032), (parties, 100, 82002), (tags, 100, 82003)):
        if len(listed) > limit:
            raise Refused(code)
    staff = w["staff"]
    if users == ["@all"]:
        return list(staff), []
    by_name = {user.lower(): user for user in staff}   # 90236: the case of a userid does not count, and comes back small
    found = [by_name[user] for user in dict.fromkeys(user.lower() for user in users) if user in by_name]
    found += [user for user, one in staff.items() if user not in found and (str(one.get("party")) in parties or set(map(str, one.get("tags", ()))) & set(tags))]
    if not found:
        raise Refused(81013)
    return found, [user.lower() for user in users if user.lower() not in by_name]


@api("message/recall")
def message_recall(w, told, *_):
    """Within 24 hours; staff no longer see it."""
    sent = w.staff_messages.get(told.get("msgid"))
    if sent is None or w.now() - sent > 86400:
        raise Refused(40058)
    for row in w.double.received:
        if row["platform"] == "wecom" and row["id"] == told["msgid"]:
            row["recalled"] = True


@api("webhook/send")
def robot_send(w, told, *_):
    """Group robot: 20 a minute for each key."""
    if told.get("key") not in w["robots"]:
        raise Refused(93000)
    if w.times.within(("robot", told["key"]), w.now(), 60) >= w["robot_minute"]:
        raise Refused(45009)
    w.times.add(("robot", told["key"]), w.now())
    w.double.receive("wecom", "webhook/send", told["key"], told.get(told.get("msgtype")), f"robot{w.next_number()}")


def upload(w, told, request, kind):
    """90253: multipart field `media`, more than 5 bytes; the id lives 3 days."""
    limits = {"image": 10, "voice": 2, "video": 10, "file": 20}
    if kind not in limits:
        raise Refused(40004)
    name, data = request.files().get("media", (None, b""))
    if name is None or len(data) <= 5:
        raise Refused(44001)
    if len(data) > limits[kind] << 20:
        raise Refused(45001)
    media = f"media{w.next_number()}{w.token(16)}"
    w.media[media] = {"at": w.now(), "type": kind}
    return {"type": kind, "media_id": media, "created_at": str(int(w.now()))}


@api("media/upload")
def media_upload(w, told, request, _):
    return upload(w, told, request, told.get("type"))


@api("media/upload_attachment")
def media_upload_attachment(w, told, request, _):
    return upload(w, told, request, told.get("media_type"))


@api("kf/send_msg")
def kf_send(w, told, *_):
    """微信客服: within 48 hours of the customer's message, 5 of them. What a repeated msgid answers is not documented; here the first answer again, and no second message."""
    message = told.get("msgid") or f"kf{w.next_number()}"
    window = w.kf.get(told.get("touser"))
    if window is None or w.now() - window["at"] > 48 * 3600:
        raise Refused(95002)
    if message in w.kf_sent:
        return {"msgid": message}
    if window["left"] == 0:
        raise Refused(95001)
    window["left"] -= 1
    w.kf_sent.add(message)
    w.double.receive("wecom", "kf/send_msg", told["touser"], told.get(told.get("msgtype")), message, {"msgid": told.get("msgid")})
    return {"msgid": message}
