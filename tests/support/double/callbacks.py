"""Callbacks of WeCom and the Official Account: XML, encrypted or plain, signed, doubled, out of order, redelivered; and ones that a receiver must refuse.

`POST /_sim/emit` takes `url`, `events` (a list of fields), `pad` (an exact number from 1 to 32, "over16", the default, or "natural"), `times`, `order`,
`bad` ("signature", "receiveid", "padding", "body") and `verify` (the receiver's address is checked with an echostr).

Sources: developer.work.weixin.qq.com/document/path/92277 and 96361 (events), 91144 (encryption, checking the address);
developers.weixin.qq.com/doc/offiaccount "Message encryption" and "Access overview"."""
import base64
import html
import re
import urllib.parse

import crypto
import deliver
from platform_base import BadAct


def element(name, value):
    if isinstance(value, dict):
        return f"<{name}>" + "".join(element(*one) for one in value.items()) + f"</{name}>"
    if isinstance(value, list):
        return "".join(element(name, one) for one in value)
    if isinstance(value, (int, float)):
        return f"<{name}>{int(value)}</{name}>"
    return f"<{name}><![CDATA[{value}]]></{name}>" if "]]>" not in value else f"<{name}>{html.escape(value)}</{name}>"


def padded(text, receiveid, pad):
    """The XML with blanks before its end, so that the padding gets the size that is wanted."""
    wanted = range(17, 33) if pad == "over16" else range(1, 33) if pad == "natural" else [pad]
    while crypto.pad_of(text, receiveid) not in wanted:
        text = text.removesuffix("</xml>") + " </xml>"
    return text


class Sealer:
    """What a platform sends to one URL: the same event sealed anew each time."""

    def __init__(self, platform, told, account, signs_plain):
        self.platform, self.told, self.signs_plain = platform, told, signs_plain
        self.settings = platform["callback"]
        self.receiveid = self.settings["receiveid"] or account
        self.account = account
        self.url = told.get("url") or self.settings["url"]
        if not self.url:
            raise BadAct("there is no url, here or in the setting `callback`")

    def random16(self):
        return bytes(self.platform.random.randrange(256) for _ in range(16))

    def query(self, encrypted, **more):
        stamp, nonce, token = str(int(self.platform.now())), self.platform.token(10), self.settings["token"]
        if self.told.get("bad") == "signature":
            token += "x"
        query = {"timestamp": stamp, "nonce": nonce, **more}
        if encrypted is not None:
            query["msg_signature"] = crypto.wechat(token, stamp, nonce, encrypted)
        if self.signs_plain:
            query["signature"] = crypto.wechat(token, stamp, nonce)
        return self.url + ("&" if "?" in self.url else "?") + urllib.parse.urlencode(query)

    def sealed(self, text):
        bad = self.told.get("bad")
        receiveid = "wwsomebodyelse00000" if bad == "receiveid" else self.receiveid
        encrypted = crypto.encrypt(self.settings["aes_key"], receiveid, text, self.random16())
        if bad == "padding":   # the block before the last decides the last one's plaintext
            raw = bytearray(base64.b64decode(encrypted))
            raw[-17] ^= 0x55
            encrypted = base64.b64encode(raw).decode()
        return encrypted

    def delivery(self, fields, what):
        """One call with one event."""
        text = "<xml>" + "".join(element(*one) for one in fields.items()) + "</xml>"
        if self.told.get("plain"):
            return self.post(self.query(None), text, what)
        text = padded(text, self.receiveid, self.told.get("pad", "over16"))
        encrypted = self.sealed(text)
        more = {"encrypt_type": "aes", "openid": fields.get("FromUserName", "")} if self.signs_plain else {}
        url = self.query(encrypted, **more)
        agent = "" if self.signs_plain else element("AgentID", "")
        body = "<xml>" + element("ToUserName", self.account) + agent + element("Encrypt", encrypted) + "</xml>"
        return self.post(url, "<xml><Encrypt>" if self.told.get("bad") == "body" else body, what)

    def post(self, url, body, what):
        retries = tuple(self.settings["retries"]) if self.told.get("redeliver", True) else ()
        return deliver.Delivery(self.platform.name, what, url, {"Content-Type": "text/xml"}, body.encode(), taken, retries)

    def check(self):
        """The platform checks the receiver's address: the decrypted echostr, bare, within a second (91144)."""
        text = str(self.platform.random.randrange(10 ** 18))
        if self.signs_plain and self.told.get("plain", True):
            url = self.query(None, echostr=text)
        else:
            encrypted = self.sealed(text)
            url = self.query(encrypted, echostr=encrypted)
        return deliver.Delivery(self.platform.name, "address check", url, {}, b"", lambda status, body: status == 200 and body == text.encode(), (), 1.0, "GET")


def taken(status, body):
    """200 with nothing or `success`, or a passive reply, within 5 seconds; else it comes again, up to 3 times (92277)."""
    return status == 200 and (body.strip() in (b"", b"success") or bool(re.match(rb"\s*<xml>", body)))


async def emit(platform, told, account, signs_plain, prepare):
    sealer = Sealer(platform, told, account, signs_plain)
    if told.get("verify"):
        return [await deliver.deliver(platform.double, sealer.check())]
    events = [prepare(dict(fields)) for fields in told.get("events", ())]
    rows = []
    for fields in deliver.arranged(events, told, platform.random):
        what = " ".join(str(fields[name]) for name in ("Event", "ChangeType", "MsgType") if name in fields)
        rows.append({**await deliver.deliver(platform.double, sealer.delivery(fields, what)), "event": fields})
    return rows


async def emit_wecom(w, told):
    return await emit(w, told, w["corpid"], False, lambda fields: prepare_wecom(w, fields))


def event(w, fields):
    """An event that the platform itself makes, if the setting `callback.url` says where to."""
    return emit_wecom(w, {"events": [fields]}) if w["callback"]["url"] else None


def prepare_wecom(w, fields):
    """Makes the change that the event tells of, and completes the event: a new customer gets a welcome code unless `WelcomeCode` is given as null."""
    kind, user, customer = fields.get("ChangeType"), fields.get("UserID"), fields.get("ExternalUserID")
    head = {"ToUserName": w["corpid"], "FromUserName": "sys", "CreateTime": int(w.now()), "MsgType": "event", "Event": "change_external_contact"}
    if kind in ("add_external_contact", "add_half_external_contact"):
        one = w["customers"].setdefault(customer, {"name": customer, "follow": {}})
        one.setdefault("follow", {})[user] = {"state": fields.get("State", ""), "createtime": w.now(), "tags": []}
        if kind == "add_external_contact" and "WelcomeCode" not in fields:
            fields["WelcomeCode"] = w.token(32)
        if fields.get("WelcomeCode"):
            w.welcomes[fields["WelcomeCode"]] = {"userid": user, "external_userid": customer, "at": w.now(), "used": False}
    follow = w["customers"].get(customer, {}).get("follow", {}).get(user)
    if follow is not None and kind in ("del_external_contact", "del_follow_user"):
        follow["relation"] = "deleted" if kind == "del_external_contact" else "left"
    return {name: value for name, value in {**head, **fields}.items() if value is not None}
