"""Tencent Cloud SMS (腾讯云短信): SendSms, PullSmsSendStatusByPhoneNumber, status pushes and replies.

Sources, cloud.tencent.com/document/product/382: 55981 (SendSms), 59177 (codes), 5807 (status push), 13303 (frequency), 39023 (length), 13301 (rules of content);
cloud.tencent.com/document/api/362/4208 (TC3 signature); the reply of the pull API as github.com/TencentCloud/tencentcloud-sdk-go has it (sms/v20210111)."""
import json
import re
import time

import clock
import crypto
import deliver
import server
import sms
from platform_base import BadAct, Platform

MESSAGES = {"Ok": "send success", "AuthFailure.SignatureExpire": "The provided credentials have expired.", "AuthFailure.SecretIdNotFound": "The SecretId is not found.",
            "AuthFailure.SignatureFailure": "The provided credentials could not be validated. Please check your signature is correct.",
            "LimitExceeded.PhoneNumberDailyLimit": "the number of SMS messages sent from a single mobile number every day exceeds the upper limit",
            "LimitExceeded.PhoneNumberThirtySecondLimit": "the number of SMS messages sent from a single mobile number within 30 seconds exceeds the upper limit",
            "FailedOperation.MarketingSendTimeConstraint": "marketing SMS can only be sent from 8:00 to 22:00",
            "FailedOperation.PhoneNumberInBlacklist": "mobile number is in the blacklist", "InvalidParameterValue.IncorrectPhoneNumber": "incorrect mobile number format"}
E164 = re.compile(r"\+\d{6,15}")


class Refused(Exception):
    pass


class Tencent(Platform):
    name = "tencent"
    DEFAULTS = {
        "keys": {"testid": "testsecret"}, "signature_clock": "virtual", "clock_skew": 300, "apps": ["1400006666"], "regions": ["ap-guangzhou", "ap-beijing", "ap-nanjing"],
        "signs": ["test", "测试"], "templates": {"1110": {"kind": "notice", "text": "您的订单{1}已发货"}, "1111": {"kind": "promotion", "text": "{1}您好，本店周年庆，拒收请回复R"},
                                            "1112": {"kind": "otp", "text": "验证码{1}"}},
        "hours": [8, 22], "same_content_seconds": 30, "number_hour": None, "number_day": 2, "same_content_day": None, "carrier_promotion_day": 3, "carrier_other_day": 10,
        "calls_per_second": 3000, "blacklist": [], "banned": ["赌博"], "variable_max": None, "balance": None,
        "receipts": {**sms.RECEIPTS, "outcome": "DELIVRD"}, "receipt_retries": [],
    }

    def clear(self):
        self.counts, self.times, self.sent = clock.Counts(), clock.Times(), []
        self.receipts = sms.Receipts(self, self.report)

    def route(self, request):
        return request.headers.get("x-tc-action") if request.path == "/" else None

    def refusal(self, code, request, message=None):
        """Errors are HTTP 200 as well (55981)."""
        said = {"Code": code, "Message": message or MESSAGES.get(code, code)}
        return server.json_reply({"Response": {"Error": said, "RequestId": self.request_id()}}, code=code)

    def request_id(self):
        text = self.token()
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    def answer(self, api, request):
        call = {"SendSms": self.send_sms, "PullSmsSendStatusByPhoneNumber": self.pull}.get(api)
        try:
            self.check_signature(request)
            if call is None:
                raise Refused("InvalidAction")
            if request.headers.get("x-tc-version") != "2021-01-11":
                raise Refused("NoSuchVersion")
            if request.headers.get("x-tc-region") not in self["regions"]:
                raise Refused("UnsupportedRegion")
            if self.counts.add("calls", self.now(), "second") > self["calls_per_second"]:
                raise Refused("RequestLimitExceeded")
            told = request.json()
            if told is None:
                raise Refused("InvalidParameter", "the body is no JSON object")
            return call(told)
        except Refused as refused:
            return self.refusal(refused.args[0], request, *refused.args[1:])

    def check_signature(self, request):
        headers = request.headers
        found = re.fullmatch(r"TC3-HMAC-SHA256 Credential=([^/]*)/([\d-]*)/(\w*)/tc3_request,\s*SignedHeaders=([^,]*),\s*Signature=([0-9a-f]*)",
                             headers.get("authorization", ""))
        if not found or not headers.get("x-tc-timestamp", "").isdigit():
            raise Refused("AuthFailure.InvalidAuthorization")
        key, date, service, names, signature = found.groups()
        secret = self["keys"].get(key)
        if secret is None:
            raise Refused("AuthFailure.SecretIdNotFound")
        at, now = int(headers["x-tc-timestamp"]), self.signed_now()
        if now is not None and abs(now - at) > self["clock_skew"]:
            raise Refused("AuthFailure.SignatureExpire")
        right = crypto.tc3(secret, "sms", date, at, headers, names.split(";"), request.body)
        if (request.method != "POST" or service != "sms" or date != time.strftime("%Y-%m-%d", time.gmtime(at)) or not {"content-type", "host"} <= set(names.split(";"))
                or not crypto.same(right, signature)):
            raise Refused("AuthFailure.SignatureFailure")

    def send_sms(self, told):
        """55981: an array with a Code for each number; only what is wrong with the whole request is an Error."""
        numbers = told.get("PhoneNumberSet")
        for name in ("PhoneNumberSet", "SmsSdkAppId", "TemplateId"):
            if not told.get(name):
                raise Refused("MissingParameter", f"The request is missing a required parameter `{name}`.")
        if told["SmsSdkAppId"] not in self["apps"]:
            raise Refused("InvalidParameterValue.SdkAppIdNotExist")
        if len(numbers) > 200:
            raise Refused("LimitExceeded.PhoneNumberCountLimit")
        if len({number.startswith("+86") or not number.startswith("+") for number in numbers}) > 1:
            raise Refused("UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber")
        context = told.get("SessionContext", "")
        if len(context.encode()) >= 512:
            raise Refused("InvalidParameter", "SessionContext is 512 bytes or longer")
        wrong, text, kind = self.wrong_content(told)
        rows, taken = [], []
        for number in numbers:
            code = wrong or self.wrong_number(number, text, kind)
            if code is None:
                taken.append(self.take(number, text, kind, told, context))
            rows.append(self.row(number, code, context, taken[-1] if code is None else None))
        before = self.receipts.of(taken)
        for message in taken:
            if message["outcome"] == "DELIVRD":
                self.double.receive("tencent", "SendSms", message["e164"], text, message["sid"], {"SessionContext": context})
        codes = {row["Code"] for row in rows}
        reply = server.json_reply({"Response": {"SendStatusSet": rows, "RequestId": self.request_id()}}, code=codes.pop() if len(codes) == 1 else "mixed")
        reply.before = before
        return reply

    def wrong_content(self, told):
        """(code or None, text, kind): what is wrong for every number alike."""
        template, values = self["templates"].get(told["TemplateId"]), told.get("TemplateParamSet") or []
        if template is None:
            return "FailedOperation.TemplateIncorrectOrUnapproved", "", ""
        if told.get("SignName") not in self["signs"]:
            return "FailedOperation.SignatureIncorrectOrUnapproved", "", ""
        wanted = set(re.findall(r"\{(\d+)\}", template["text"]))
        if len(values) != len(wanted) or not all(isinstance(value, str) for value in values):
            return "FailedOperation.TemplateParamSetNotMatchApprovedTemplate", "", ""
        for value in values:
            if sms.URL.search(value):
                return "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", "", ""
            if self["variable_max"] and len(value) > self["variable_max"]:
                return "InvalidParameterValue.TemplateParameterLengthLimit", "", ""
            if any(word in value for word in self["banned"]):
                return "FailedOperation.ContainSensitiveWord", "", ""
        text = f"【{told['SignName']}】" + re.sub(r"\{(\d+)\}", lambda found: values[int(found.group(1)) - 1], template["text"])
        return "InvalidParameterValue.ContentLengthLimit" if len(text) > 500 else None, text, template["kind"]

    def wrong_number(self, number, text, kind):
        """13303: windows per number. The order of the checks is ours."""
        now, e164 = self.now(), full(number)
        if not E164.fullmatch(e164) or e164.startswith("+86") and not sms.chinese_number(e164):
            return "InvalidParameterValue.IncorrectPhoneNumber"
        if e164 in self["blacklist"]:
            return "FailedOperation.PhoneNumberInBlacklist"
        if self["balance"] is not None and self["balance"] < 1:
            return "FailedOperation.InsufficientBalanceInSmsPackage"
        if kind == "promotion" and not self["hours"][0] <= sms.hour(now) < self["hours"][1]:
            return "FailedOperation.MarketingSendTimeConstraint"
        if self.times.within((e164, text), now, self["same_content_seconds"]):
            return "LimitExceeded.PhoneNumberThirtySecondLimit"
        if self["number_hour"] is not None and self.counts.count(e164, now, "hour") >= self["number_hour"]:
            return "LimitExceeded.PhoneNumberOneHourLimit"
        if self["same_content_day"] is not None and self.counts.count((e164, text), now, "day") >= self["same_content_day"]:
            return "LimitExceeded.PhoneNumberSameContentDailyLimit"
        if self["number_day"] is not None and self.counts.count(e164, now, "day") >= self["number_day"]:
            return "LimitExceeded.PhoneNumberDailyLimit"
        return None

    def take(self, number, text, kind, told, context):
        now, e164 = self.now(), full(number)
        self.times.add((e164, text), now)
        for key, per in ((e164, "hour"), (e164, "day"), ((e164, text), "day")):
            self.counts.add(key, now, per)
        if self["balance"] is not None:
            self.settings["balance"] -= 1
        message = {"sid": f"{self.next_number():04d}:{self.token(20)}", "number": e164, "e164": e164, "text": text, "kind": kind, "at": now, "context": context,
                   "size": sms.parts(text), "template": told["TemplateId"]}
        of_kind = "promotion" if kind == "promotion" else "other"
        if e164.startswith("+86") and self.counts.add((e164, of_kind), now, "day") > self[f"carrier_{of_kind}_day"]:
            message["outcome"] = "MK:0045"   # 13303: the carriers' own rule bites after the platform took it
        self.sent.append(message)
        return message

    def row(self, number, code, context, message):
        return {"SerialNo": message["sid"] if message else "", "PhoneNumber": number, "Fee": message["size"] if message else 0, "SessionContext": context,
                "Code": code or "Ok", "Message": MESSAGES.get(code or "Ok", code), "IsoCode": "CN" if message and full(number).startswith("+86") else ""}

    def pull(self, told):
        """What was sent to a number in a span of time: the way out of a call without an answer."""
        rows = [one for one in self.sent if one["e164"] == full(told.get("PhoneNumber", "")) and told.get("BeginTime", 0) <= one["at"] <= told.get("EndTime", 1e18)
                and "reported_at" in one]
        rows = rows[told.get("Offset", 0):][:told.get("Limit", 100)]
        return server.json_reply({"Response": {"RequestId": self.request_id(), "PullSmsSendStatusSet": [
            {"UserReceiveTime": int(one["reported_at"]), "CountryCode": "86", "SubscriberNumber": one["e164"][3:], "PhoneNumber": one["e164"], "SerialNo": one["sid"],
             "ReportStatus": "SUCCESS" if one["outcome"] == "DELIVRD" else "FAIL", "Description": one["outcome"], "SessionContext": one["context"]} for one in rows]}}, code="Ok")

    def report(self, messages, url):
        """5807: the status push; `sid` is the send's SerialNo."""
        body = [{"user_receive_time": clock.china(one["reported_at"]).strftime("%Y-%m-%d %H:%M:%S"), "nationcode": "86", "mobile": one["e164"].removeprefix("+86"),
                 "report_status": "SUCCESS" if one["outcome"] == "DELIVRD" else "FAIL", "errmsg": one["outcome"],
                 "description": "用户短信送达成功" if one["outcome"] == "DELIVRD" else "发送失败", "sid": one["sid"]} for one in messages]
        return self.push(url, body, "receipt " + " ".join(f"{one['e164']} {one['outcome']}" for one in messages))

    def push(self, url, body, what):
        return deliver.Delivery("tencent", what, url, {"Content-Type": "application/json"}, json.dumps(body, ensure_ascii=False).encode(), accepted,
                                tuple(self["receipt_retries"]))

    async def emit(self, told):
        """`kind` report (receipts of messages sent, all or those `of` some SerialNos, `one_push` or each its own) or reply (`from`, `text`)."""
        if told.get("kind") == "reply":
            reply = {"extend": told.get("extend", ""), "mobile": told["from"].removeprefix("+86"), "nationcode": "86", "content": told["text"],
                     "sign": told.get("sign", self["signs"][0]), "time": int(self.now())}
            pushes = [self.push(told["url"], reply, f"reply {told['from']} {told['text']}")]
            return [await deliver.deliver(self.double, one) for one in deliver.arranged(pushes, told, self.random)]
        if told.get("kind") != "report":
            raise BadAct("tencent emits the kinds report and reply")
        return await self.receipts.emit(told, "sid")

    def shown(self):
        return {"sent": self.sent}


def full(number):
    """A number with its country; without one it is Chinese (55981)."""
    found = sms.chinese_number(number)
    return "+86" + found if found else number


def accepted(status, body):
    """Whether the receiver answered 200 {"result": 0, …}."""
    try:
        return status == 200 and json.loads(body).get("result") == 0
    except (ValueError, AttributeError):
        return False
