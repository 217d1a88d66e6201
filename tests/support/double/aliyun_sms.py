"""Aliyun SMS (阿里云短信): SendSms, SendBatchSms, QuerySendDetails, receipts (SmsReport) and replies (SmsUp).

Sources, help.aliyun.com documents: 55284 (SendSms: not idempotent), 44335 (frequency, length, hours), 101346 (error codes), 101867 (SmsReport), 60127 (SmsUp),
419277 (QuerySendDetails), 2593177 (V3 signature)."""
import calendar
import json
import re
import time

import clock
import crypto
import deliver
import server
import sms
from platform_base import BadAct, Platform

MESSAGES = {"OK": "OK", "isv.BUSINESS_LIMIT_CONTROL": "触发业务流控", "isv.MOBILE_NUMBER_ILLEGAL": "号码格式错误", "isv.MOBILE_COUNT_OVER_LIMIT": "手机号码数量超过限制",
            "isv.SMS_TEMPLATE_ILLEGAL": "该账号下找不到对应模板", "isv.SMS_SIGNATURE_ILLEGAL": "该账号下找不到对应签名", "isv.INVALID_JSON_PARAM": "JSON参数不合法",
            "isv.TEMPLATE_MISSING_PARAMETERS": "模板变量中存在未赋值变量", "isv.PARAM_NOT_SUPPORT_URL": "不支持URL", "isv.PARAM_LENGTH_LIMIT": "参数超过长度限制",
            "isv.BLACK_KEY_CONTROL_LIMIT": "黑名单管控", "isv.INVALID_PARAMETERS": "参数异常", "isv.AMOUNT_NOT_ENOUGH": "账户余额不足",
            "isv.DOMESTIC_NUMBER_NOT_SUPPORTED": "国际/港澳台消息模板不支持发送境内号码", "isv.DAY_LIMIT_CONTROL": "触发日发送限额"}
# What the gateway refuses before the business sees it: code -> HTTP status.
GATEWAY = {"MissingParameter": 400, "InvalidAccessKeyId.NotFound": 404, "SignatureDoesNotMatch": 400, "InvalidTimeStamp.Expired": 400,
           "InvalidTimeStamp.Format": 400, "SignatureNonceUsed": 400, "InvalidAction.NotFound": 404, "InvalidVersion": 400, "Throttling.User": 400}
SIGNED_ALWAYS = {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"}


class Refused(Exception):
    pass


class Aliyun(Platform):
    name = "aliyun"
    DEFAULTS = {
        "keys": {"testkey": "testsecret"}, "signature_clock": "virtual", "clock_skew": 900,
        "signs": ["测试"], "templates": {"SMS_1": {"kind": "promotion", "text": "${name}您好，本店周年庆，拒收请回复R"},
                                        "SMS_2": {"kind": "notice", "text": "您的订单${order}已发货"}, "SMS_3": {"kind": "otp", "text": "验证码${code}"}},
        "business_status": 200,              # some gateways answer isv.* with 400: both are seen
        "night": [20, 8], "night_code": "isv.BUSINESS_LIMIT_CONTROL",
        "otp_minute": 1, "otp_hour": 5, "otp_day": 10, "number_day": 40, "template_day": 50, "calls_per_second": 5000,
        "day_limit": None, "balance": None, "whitelist": [], "banned": ["赌博"], "variable_max": 35, "unsubscribed": [],
        "receipts": {**sms.RECEIPTS}, "receipt_retries": [60, 300, 600],
    }

    def clear(self):
        self.counts, self.times, self.nonces, self.sent = clock.Counts(), clock.Times(), {}, []
        self.receipts = sms.Receipts(self, self.report)

    def route(self, request):
        return request.headers.get("x-acs-action") if request.path == "/" else None

    def refusal(self, code, request, message=None):
        said = {"RequestId": self.request_id(), "Code": code, "Message": message or MESSAGES.get(code, code)}
        if code in GATEWAY:
            return server.json_reply({**said, "HostId": request.headers.get("host", ""), "Recommend": ""}, GATEWAY[code], code)
        return server.json_reply(said, self["business_status"], code)

    def request_id(self):
        text = self.token().upper()
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    def answer(self, api, request):
        call = {"SendSms": self.send_sms, "SendBatchSms": self.send_batch, "QuerySendDetails": self.details}.get(api)
        try:
            self.check_signature(request)
            if call is None:
                raise Refused("InvalidAction.NotFound")
            if request.headers.get("x-acs-version") != "2017-05-25":
                raise Refused("InvalidVersion")
            if self.counts.add("calls", self.now(), "second") > self["calls_per_second"]:
                raise Refused("Throttling.User")
            told = dict(request.pairs)
            if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
                told.update(request.form())
            return call(told)
        except Refused as refused:
            return self.refusal(refused.args[0], request, *refused.args[1:])

    def check_signature(self, request):
        """2593177: the gateway's checks, in its order."""
        headers = request.headers
        found = re.fullmatch(r"ACS3-HMAC-SHA256 Credential=([^,]*),\s*SignedHeaders=([^,]*),\s*Signature=([0-9a-f]*)", headers.get("authorization", ""))
        if not found or not SIGNED_ALWAYS <= set(headers):
            raise Refused("MissingParameter", "the Authorization or a header that it needs is missing")
        key, names, signature = found.groups()
        secret = self["keys"].get(key)
        if secret is None:
            raise Refused("InvalidAccessKeyId.NotFound", "Specified access key is not found.")
        now = self.signed_now()
        try:
            at = calendar.timegm(time.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ"))
        except ValueError:
            raise Refused("InvalidTimeStamp.Format") from None
        if now is not None and abs(now - at) > self["clock_skew"]:
            raise Refused("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
        signed = names.split(";")
        right = crypto.acs3(secret, request.method, request.path, request.pairs, headers, signed, crypto.sha256(request.body))
        if headers["x-acs-content-sha256"] != crypto.sha256(request.body) or not SIGNED_ALWAYS <= set(signed) or not crypto.same(right, signature):
            raise Refused("SignatureDoesNotMatch", "Specified signature is not matched with our calculation.")
        if self.nonces.get(key + headers["x-acs-signature-nonce"], -1e18) > self.now() - self["clock_skew"]:
            raise Refused("SignatureNonceUsed", "Specified signature nonce was used already.")
        self.nonces[key + headers["x-acs-signature-nonce"]] = self.now()

    def send_sms(self, told):
        numbers = told.get("PhoneNumbers", "").split(",")
        if len(numbers) > 1000:
            raise Refused("isv.MOBILE_COUNT_OVER_LIMIT")
        ready = [self.checked(number, told.get("SignName", ""), told.get("TemplateCode", ""), told.get("TemplateParam") or "{}") for number in numbers]
        return self.take(ready, told)

    def send_batch(self, told):
        try:
            numbers, signs, variables = (json.loads(told.get(name) or "[]") for name in ("PhoneNumberJson", "SignNameJson", "TemplateParamJson"))
        except ValueError:
            raise Refused("isv.INVALID_JSON_PARAM") from None
        if len(numbers) > 100:
            raise Refused("isv.MOBILE_COUNT_OVER_LIMIT")
        if len(signs) != len(numbers) or variables and len(variables) != len(numbers):
            raise Refused("isv.INVALID_PARAMETERS")
        variables = variables or [{}] * len(numbers)
        ready = [self.checked(number, sign, told.get("TemplateCode", ""), json.dumps(one)) for number, sign, one in zip(numbers, signs, variables)]
        return self.take(ready, told)

    def checked(self, number, sign, code, variables):
        """One message as the handset will show it, or the reason why the whole call is refused (101346)."""
        found = sms.chinese_number(number)
        if found is None:
            raise Refused("isv.MOBILE_NUMBER_ILLEGAL")
        if sign not in self["signs"]:
            raise Refused("isv.SMS_SIGNATURE_ILLEGAL")
        template = self["templates"].get(code)
        if template is None:
            raise Refused("isv.SMS_TEMPLATE_ILLEGAL")
        text = f"【{sign}】" + self.filled(template["text"], variables)
        if len(text) > 500:
            raise Refused("isv.PARAM_LENGTH_LIMIT")
        start, end = self["night"]
        if template["kind"] == "promotion" and not end <= sms.hour(self.now()) < start:
            raise Refused(self["night_code"], "推广短信仅支持8:00-20:00发送")   # 44335
        return {"number": found, "sign": sign, "template": code, "kind": template["kind"], "text": text}

    def filled(self, text, variables):
        try:
            values = json.loads(variables)
        except ValueError:
            raise Refused("isv.INVALID_JSON_PARAM") from None
        if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
            raise Refused("isv.INVALID_JSON_PARAM")
        for value in values.values():
            if len(value) > self["variable_max"]:
                raise Refused("isv.PARAM_LENGTH_LIMIT")
            if sms.URL.search(value):
                raise Refused("isv.PARAM_NOT_SUPPORT_URL")
            if any(word in value for word in self["banned"]):
                raise Refused("isv.BLACK_KEY_CONTROL_LIMIT")
        missing = set(re.findall(r"\$\{(\w+)\}", text)) - set(values)
        if missing:
            raise Refused("isv.TEMPLATE_MISSING_PARAMETERS")
        return re.sub(r"\$\{(\w+)\}", lambda found: values[found.group(1)], text)

    def over(self, message):
        """44335: the window that this message would overflow, as the platform words it, or None. Minutes and hours are natural, a day is the last 24 hours."""
        number, sign, now = message["number"], message["sign"], self.now()
        if number in self["whitelist"]:
            return None
        day = 86400
        if self.times.within(number, now, day) >= self["number_day"]:
            return f"触发天级流控Permits:{self['number_day']}"
        if message["kind"] != "otp":
            full = self.times.within((sign, message["template"], number), now, day) >= self["template_day"]
            return f"触发天级流控Permits:{self['template_day']}" if full else None
        if self.counts.count((sign, number), now, "minute") >= self["otp_minute"]:
            return f"触发分钟级流控Permits:{self['otp_minute']}"
        if self.counts.count((sign, number), now, "hour") >= self["otp_hour"]:
            return f"触发小时级流控Permits:{self['otp_hour']}"
        full = self.times.within((sign, "otp", number), now, day) >= self["otp_day"]
        return f"触发天级流控Permits:{self['otp_day']}" if full else None

    def count(self, message):
        """Counted when the submit is accepted, whatever the receipt says (44335)."""
        number, sign, now = message["number"], message["sign"], self.now()
        self.times.add(number, now)
        self.times.add((sign, message["template"], number), now)
        if message["kind"] == "otp":
            self.times.add((sign, "otp", number), now)
            for per in ("minute", "hour"):
                self.counts.add((sign, number), now, per)

    def take(self, messages, told):
        """55284: no client id stops a second send; OutId is only echoed."""
        for message in messages:
            if reason := self.over(message):
                raise Refused("isv.BUSINESS_LIMIT_CONTROL", reason)
        if self["balance"] is not None and self["balance"] < len(messages):
            raise Refused("isv.AMOUNT_NOT_ENOUGH")
        if self["day_limit"] is not None and self.counts.count("sent", self.now(), "day") + len(messages) > self["day_limit"]:
            raise Refused("isv.DAY_LIMIT_CONTROL")
        biz = f"{self.next_number():06d}{int(self.now())}^0"
        for message in messages:
            self.count(message)
            self.counts.add("sent", self.now(), "day")
            message.update(biz_id=biz, out_id=told.get("OutId", ""), at=self.now(), size=sms.parts(message["text"]))
            self.sent.append(message)
            if message["number"] in self["unsubscribed"]:
                message["outcome"] = "UNDELIVERED_UNSUBSCRIBED"
        if self["balance"] is not None:
            self.settings["balance"] -= len(messages)
        before = self.receipts.of(messages)
        for message in messages:
            if message["outcome"] == "DELIVERED":
                self.double.receive("aliyun", "SendSms", message["number"], message["text"], biz, {"OutId": message["out_id"]})
        reply = server.json_reply({"RequestId": self.request_id(), "BizId": biz, "Code": "OK", "Message": "OK"}, code="OK")
        reply.before = before
        return reply

    def details(self, told):
        """419277: what was sent to a number on a day in China."""
        if not all(told.get(name) for name in ("PhoneNumber", "SendDate", "PageSize", "CurrentPage")):
            raise Refused("isv.INVALID_PARAMETERS")
        number, size, page = sms.chinese_number(told["PhoneNumber"]), int(told["PageSize"]), int(told["CurrentPage"])
        if not 1 <= size <= 50 or page < 1:
            raise Refused("isv.INVALID_PARAMETERS")
        rows = [one for one in self.sent if one["number"] == number and clock.china(one["at"]).strftime("%Y%m%d") == told["SendDate"]
                and told.get("BizId") in (None, "", one["biz_id"])]
        shown = [self.detail(one) for one in rows[(page - 1) * size:page * size]]
        return server.json_reply({"RequestId": self.request_id(), "Code": "OK", "Message": "OK", "TotalCount": len(rows),
                                  "SmsSendDetailDTOs": {"SmsSendDetailDTO": shown}}, code="OK")

    def detail(self, one):
        """SendStatus 1 waits for the receipt, 2 failed, 3 delivered."""
        reported = one.get("reported_at")
        status = 1 if reported is None else 3 if one["outcome"] == "DELIVERED" else 2
        return {"PhoneNum": one["number"], "SendDate": local(one["at"]), "ReceiveDate": local(reported) if reported else "", "SendStatus": status,
                "ErrCode": one["outcome"] if reported else "", "TemplateCode": one["template"], "Content": one["text"], "OutId": one["out_id"]}

    def report(self, messages, url):
        """SmsReport (101867): one push with some receipts; without 200 and a number as `code`, whatever number, it comes again after 1, 5 and 10 minutes."""
        body = [{"phone_number": one["number"], "send_time": local(one["at"]), "report_time": local(one["reported_at"]),
                 "success": one["outcome"] == "DELIVERED", "err_code": one["outcome"], "err_msg": "用户接收成功" if one["outcome"] == "DELIVERED" else "接收失败",
                 "sms_size": str(one["size"]), "biz_id": one["biz_id"], "out_id": one["out_id"]} for one in messages]
        return self.push(url, body, "receipt " + " ".join(f"{one['number']} {one['outcome']}" for one in messages))

    def push(self, url, body, what):
        return deliver.Delivery("aliyun", what, url, {"Content-Type": "application/json; charset=UTF-8"}, json.dumps(body, ensure_ascii=False).encode(),
                                accepted, tuple(self["receipt_retries"]))

    async def emit(self, told):
        """`kind` report (receipts of messages sent, all or those `of` some BizIds, `one_push` or each its own) or reply (`from`, `text`)."""
        if told.get("kind") == "reply":
            reply = {"phone_number": told["from"], "send_time": local(self.now()), "content": told["text"], "sign_name": told.get("sign", self["signs"][0]),
                     "dest_code": told.get("code", "10690001"), "sequence_id": self.next_number()}
            pushes = [self.push(told["url"], [reply], f"reply {told['from']} {told['text']}")]
            return [await deliver.deliver(self.double, one) for one in deliver.arranged(pushes, told, self.random)]
        if told.get("kind") != "report":
            raise BadAct("aliyun emits the kinds report and reply")
        return await self.receipts.emit(told, "biz_id")

    def shown(self):
        return {"sent": self.sent}


def local(at):
    return clock.china(at).strftime("%Y-%m-%d %H:%M:%S")


def accepted(status, body):
    """101867: HTTP 200 and a `code` that is a number; the platform does not look at which."""
    try:
        return status == 200 and isinstance(json.loads(body).get("code"), int)
    except (ValueError, AttributeError):
        return False
