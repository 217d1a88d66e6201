"""Aliyun's and Tencent's rules in virtual time: signatures, windows for each number, hours, receipts, replies."""
import json
import time

from case_tools import DAY, DOUBLE, START, Case, Receiver, aliyun, sms, tencent, tencent_codes

TAKEN_A, TAKEN_T = (200, b'{"code":0,"msg":"\xe6\x8e\xa5\xe6\x94\xb6\xe6\x88\x90\xe5\x8a\x9f"}'), (200, b'{"result":0,"errmsg":"OK"}')
TOLD = {"PhoneNumbers": "13900001234", "SignName": "测试", "TemplateCode": "SMS_2", "TemplateParam": '{"order":"a b*~"}'}


class Aliyun(Case):
    def code(self, **more):
        status, said = aliyun(TOLD, **more)
        return status, said["Code"]

    def test_signature(self):
        self.assertEqual(self.code(), (200, "OK"))
        self.assertEqual(self.code(told_hash="0" * 64), (400, "SignatureDoesNotMatch"))
        self.assertEqual(self.code(key="nobody"), (404, "InvalidAccessKeyId.NotFound"))
        self.assertEqual(self.code(secret="wrong"), (400, "SignatureDoesNotMatch"))
        self.assertEqual(self.code(tamper=True), (400, "SignatureDoesNotMatch"))
        self.assertEqual(self.code(body=b"OutId=slipped in"), (400, "SignatureDoesNotMatch"))
        self.assertEqual(self.code(date=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(START - 901))), (400, "InvalidTimeStamp.Expired"))
        self.assertEqual(self.code(date="yesterday"), (400, "InvalidTimeStamp.Format"))
        self.assertEqual([self.code(nonce="n1"), self.code(nonce="n1")], [(200, "OK"), (400, "SignatureNonceUsed")])
        self.assertEqual(self.code(action="SendFax"), (404, "InvalidAction.NotFound"))
        status, _, body = DOUBLE.call("POST", "/?PhoneNumbers=1", b"", {"x-acs-action": "SendSms"})
        self.assertEqual((status, json.loads(body)["Code"]), (400, "MissingParameter"))
        self.assertEqual(len(self.got("13900001234")), 2)

    def test_time_of_signatures_may_be_real(self):
        self.setup_of(aliyun={"signature_clock": "wall"})
        self.assertEqual(self.code()[1], "InvalidTimeStamp.Expired")
        self.assertEqual(self.code(date=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))[1], "OK")

    def test_one_time_passwords(self):
        send = lambda: sms(template="SMS_3", variables={"code": "1234"})   # noqa: E731
        self.assertEqual([send(), send()], ["OK", "isv.BUSINESS_LIMIT_CONTROL"])
        codes = []
        for _ in range(5):
            self.advance(60)
            codes.append(send())
        self.assertEqual(codes, ["OK"] * 4 + ["isv.BUSINESS_LIMIT_CONTROL"])   # 5 in the natural hour
        for _ in range(2):
            self.advance(3600)
            for _ in range(3):
                send()
                self.advance(60)
        self.assertEqual(len(self.got("13900001234")), 10)
        self.advance(3600)
        said = aliyun({"PhoneNumbers": "13900001234", "SignName": "测试", "TemplateCode": "SMS_3", "TemplateParam": '{"code":"1"}'})[1]
        self.assertEqual((said["Code"], said["Message"]), ("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:10"))
        self.advance(DAY)
        self.assertEqual(send(), "OK")

    def test_minute_is_natural_and_day_rolls(self):
        self.advance(59)
        self.assertEqual(sms(template="SMS_3", variables={"code": "1"}), "OK")
        self.advance(1)
        self.assertEqual(sms(template="SMS_3", variables={"code": "1"}), "OK")
        self.setup_of(aliyun={"template_day": 1})
        self.assertEqual([sms("13900001235"), sms("13900001235")], ["OK", "isv.BUSINESS_LIMIT_CONTROL"])
        self.advance(20 * 3600)   # another natural day, the same 24 hours
        self.assertEqual(sms("13900001235"), "isv.BUSINESS_LIMIT_CONTROL")
        self.advance(4 * 3600)
        self.assertEqual(sms("13900001235"), "OK")

    def test_forty_a_day_over_all_and_the_whitelist(self):
        self.assertEqual([sms() for _ in range(41)], ["OK"] * 40 + ["isv.BUSINESS_LIMIT_CONTROL"])
        self.setup_of(aliyun={"whitelist": ["13900001234"]})
        self.assertEqual(sms(), "OK")

    def test_promotions_only_from_8_to_20(self):
        send = lambda: sms("13900001236", "SMS_1", {"name": "李"})   # noqa: E731
        codes = [send()]
        for hour in (9.99, 0.01, 11.99, 0.02):   # 19:59, 20:00, 7:59, 8:00
            self.advance(hour * 3600)
            codes.append(send())
        self.assertEqual(codes, ["OK", "OK", "isv.BUSINESS_LIMIT_CONTROL", "isv.BUSINESS_LIMIT_CONTROL", "OK"])
        self.assertEqual(self.got("13900001236")[0], "【测试】李您好，本店周年庆，拒收请回复R")

    def test_content(self):
        self.assertEqual(sms(template="SMS_9"), "isv.SMS_TEMPLATE_ILLEGAL")
        self.assertEqual(sms(SignName="别家"), "isv.SMS_SIGNATURE_ILLEGAL")
        self.assertEqual(sms(variables={}), "isv.TEMPLATE_MISSING_PARAMETERS")
        self.assertEqual(sms(variables={"order": 5}), "isv.INVALID_JSON_PARAM")
        self.assertEqual(sms(variables={"order": "见 http://a.cn/x"}), "isv.PARAM_NOT_SUPPORT_URL")
        self.assertEqual(sms(variables={"order": "x" * 36}), "isv.PARAM_LENGTH_LIMIT")
        self.assertEqual(sms(variables={"order": "赌博"}), "isv.BLACK_KEY_CONTROL_LIMIT")
        self.assertEqual(sms("1390000"), "isv.MOBILE_NUMBER_ILLEGAL")
        self.assertEqual(sms(",".join(["13900001234"] * 1001)), "isv.MOBILE_COUNT_OVER_LIMIT")
        self.assertEqual([sms(number) for number in ("+8613900001234", "008613900001234", "8613900001234")], ["OK"] * 3)

    def test_business_errors_with_400_when_set(self):
        self.setup_of(aliyun={"business_status": 400})
        self.assertEqual(aliyun({**TOLD, "TemplateCode": "x"})[0], 400)

    def test_batch(self):
        told = {"PhoneNumberJson": '["13900001234","13900001235"]', "SignNameJson": '["测试","测试"]', "TemplateCode": "SMS_2", "TemplateParamJson": '[{"order":"1"},{"order":"2"}]'}
        self.assertEqual(aliyun(told, "SendBatchSms")[1]["Code"], "OK")
        self.assertEqual(self.got("13900001235"), ["【测试】您的订单2已发货"])
        self.assertEqual(aliyun({**told, "SignNameJson": '["测试"]'}, "SendBatchSms")[1]["Code"], "isv.INVALID_PARAMETERS")

    def test_receipts_late_twice_and_until_answered(self):
        with Receiver((500, TAKEN_A[1]), TAKEN_A) as receiver:
            self.setup_of(aliyun={"receipts": {"url": receiver.url, "delay": 3600, "times": 2}})
            sms(OutId="key1")
            self.advance(3599)
            self.assertEqual(receiver.calls, [])
            self.advance(1)
            self.assertEqual(len(receiver.calls), 2)   # the first was not taken
            self.advance(60)
            found = receiver.bodies()
        self.assertEqual(found[0], found[2])
        self.assertEqual([(one["phone_number"], one["out_id"], one["err_code"], one["success"], one["sms_size"]) for (one,) in found], [("13900001234", "key1", "DELIVERED", True, "1")] * 3)
        self.assertEqual(found[0][0]["report_time"], "2026-01-05 11:00:00")

    def test_receipt_before_the_reply(self):
        with Receiver(TAKEN_A) as receiver:
            self.setup_of(aliyun={"receipts": {"url": receiver.url, "before_reply": True}})
            said = aliyun(TOLD)[1]   # the clock stands: nothing but the call itself can bring the receipt
            self.assertEqual([one["biz_id"] for (one,) in receiver.bodies()], [said["BizId"]])

    def test_receipts_come_by_themselves_when_time_runs(self):
        DOUBLE.post("now", frozen=False)
        with Receiver(TAKEN_A) as receiver:
            self.setup_of(aliyun={"receipts": {"url": receiver.url, "delay": 0.02}})
            sms(OutId="key1")
            until = time.monotonic() + 5
            while not receiver.calls and time.monotonic() < until:
                time.sleep(0.01)
            self.assertEqual(receiver.bodies()[0][0]["out_id"], "key1")

    def test_receipts_by_hand_and_of_failures(self):
        self.setup_of(aliyun={"receipts": {"outcomes": {"13900001235": "SMS_OVERDUE"}}})
        sms(), sms("13900001235")
        self.advance(2)
        with Receiver(TAKEN_A) as receiver:
            DOUBLE.post("emit", platform="aliyun", kind="report", url=receiver.url, order="reversed", times=2, one_push=True)
            self.assertEqual([(one["phone_number"], one["success"]) for one in receiver.bodies()[0]], [("13900001235", False)] * 2 + [("13900001234", True)] * 2)
        self.assertEqual(self.got("13900001235"), [])
        day = {"PhoneNumber": "13900001235", "SendDate": "20260105", "PageSize": "10", "CurrentPage": "1"}
        self.assertEqual([one["SendStatus"] for one in aliyun(day, "QuerySendDetails")[1]["SmsSendDetailDTOs"]["SmsSendDetailDTO"]], [2])

    def test_replies(self):
        with Receiver(TAKEN_A) as receiver:
            for text in ("R", "TD", "退订", "STOP"):
                DOUBLE.post("emit", platform="aliyun", kind="reply", url=receiver.url, text=text, **{"from": "13900001234"})
            self.assertEqual([one["content"] for (one,) in receiver.bodies()], ["R", "TD", "退订", "STOP"])


class Tencent(Case):
    def error(self, **more):
        told = {"PhoneNumberSet": ["+8613900001234"], "SmsSdkAppId": "1400006666", "TemplateId": "1110", "SignName": "test", "TemplateParamSet": ["4370"]}
        return tencent(told, **more).get("Error", {}).get("Code")

    def test_signature(self):
        self.assertIsNone(self.error())
        self.assertEqual(self.error(key="nobody"), "AuthFailure.SecretIdNotFound")
        self.assertEqual(self.error(secret="wrong"), "AuthFailure.SignatureFailure")
        self.assertEqual(self.error(date="2026-01-04"), "AuthFailure.SignatureFailure")
        self.assertEqual([self.error(at=START - 301), self.error(at=START + 301)], ["AuthFailure.SignatureExpire"] * 2)
        self.assertEqual(self.error(action="SendFax"), "InvalidAction")
        self.assertEqual(len(self.got("+8613900001234")), 1)

    def test_a_code_for_each_number(self):
        self.setup_of(tencent={"blacklist": ["+8613900000009"]})
        self.assertEqual(tencent_codes("+8613900001234", "+86123", "+8613900000009", "13900001235"),
                         ["Ok", "InvalidParameterValue.IncorrectPhoneNumber", "FailedOperation.PhoneNumberInBlacklist", "Ok"])

    def test_windows(self):
        self.assertEqual(tencent_codes("+8613900001234"), ["Ok"])
        self.advance(29)
        self.assertEqual(tencent_codes("+8613900001234", "+8613900001235"), ["LimitExceeded.PhoneNumberThirtySecondLimit", "Ok"])
        self.assertEqual(tencent_codes("+8613900001234", values=["other"]), ["Ok"])
        self.advance(60)
        self.assertEqual(tencent_codes("+8613900001234"), ["LimitExceeded.PhoneNumberDailyLimit"])
        self.advance(14 * 3600)   # another natural day in China
        self.assertEqual(tencent_codes("+8613900001234"), ["Ok"])

    def test_promotions_only_from_8_to_22(self):
        codes = []
        for hours in (11.99, 0.01, 9.99, 0.02):   # 21:59, 22:00, 7:59, 8:00
            self.advance(hours * 3600)
            codes += tencent_codes("+8613900001234", template="1111")
        night = "FailedOperation.MarketingSendTimeConstraint"
        self.assertEqual(codes, ["Ok", night, night, "Ok"])

    def test_carriers_take_three_promotions_a_day(self):
        self.setup_of(tencent={"number_day": None})
        codes = [tencent_codes("+8613900001234", template="1111", values=[str(n)]) for n in range(4)]
        self.assertEqual(codes, [["Ok"]] * 4)
        self.assertEqual(len(self.got("+8613900001234")), 3)

    def test_whole_request(self):
        ask = lambda **more: tencent({"PhoneNumberSet": ["+8613900001234"], "SmsSdkAppId": "1400006666", "TemplateId": "1110", **more})["Error"]["Code"]   # noqa: E731
        self.assertEqual(ask(SmsSdkAppId="1"), "InvalidParameterValue.SdkAppIdNotExist")
        self.assertEqual(ask(PhoneNumberSet=["+8613900001234"] * 201), "LimitExceeded.PhoneNumberCountLimit")
        self.assertEqual(ask(PhoneNumberSet=["+8613900001234", "+15551230001"]), "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber")

    def test_content(self):
        self.assertEqual(tencent_codes("+8613900001234", template="9"), ["FailedOperation.TemplateIncorrectOrUnapproved"])
        self.assertEqual(tencent_codes("+8613900001234", SignName="别家"), ["FailedOperation.SignatureIncorrectOrUnapproved"])
        self.assertEqual(tencent_codes("+8613900001234", values=["https://a.cn"]), ["InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"])
        self.assertEqual(tencent_codes("+8613900001234", values=[]), ["FailedOperation.TemplateParamSetNotMatchApprovedTemplate"])

    def test_receipts_and_the_way_to_ask(self):
        with Receiver(TAKEN_T) as receiver:
            self.setup_of(tencent={"receipts": {"url": receiver.url, "times": 2, "fail_percent": 100}})
            tencent_codes("+8613900001234", SessionContext="key1")
            pull = lambda: tencent({"PhoneNumber": "+8613900001234", "BeginTime": START, "EndTime": START + 60, "Offset": 0, "Limit": 10, "SmsSdkAppId": "1400006666"},   # noqa: E731
                                   "PullSmsSendStatusByPhoneNumber")["PullSmsSendStatusSet"]
            self.assertEqual(pull(), [])
            self.advance(2)
            found = receiver.bodies()
            self.assertEqual([(one["SessionContext"], one["ReportStatus"]) for one in pull()], [("key1", "FAIL")])
        self.assertEqual(found[0], found[1])
        self.assertEqual((found[0][0]["mobile"], found[0][0]["report_status"], found[0][0]["errmsg"]), ("13900001234", "FAIL", "UNDELIV"))
        self.assertEqual(self.got("+8613900001234"), [])

    def test_reply(self):
        with Receiver(TAKEN_T) as receiver:
            DOUBLE.post("emit", platform="tencent", kind="reply", url=receiver.url, text="R", times=2, **{"from": "+8613900001234"})
            self.assertEqual([(one["mobile"], one["content"]) for one in receiver.bodies()], [("13900001234", "R")] * 2)
