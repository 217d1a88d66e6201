"""Every kind of fault, and which calls rules choose. The effect is read from the state dump, not from the answers."""
import http.client
import json
import time

from case_tools import DOUBLE, START, WeComCase, aliyun, sms, tencent, text_to, twilio

SEND = "wecom.message/send"


class Faults(WeComCase):
    def send(self, user="lisi", timeout=10):
        return self.ask("message/send", {"touser": user, "msgtype": "text", "agentid": 1000002, "text": {"content": "hello"}}, timeout=timeout)

    def ask(self, api, told=None, timeout=10, **query):
        status, headers, body = self.raw(api, told, timeout)
        self.assertEqual(status, 200)
        return json.loads(body)

    def raw(self, api, told, timeout=10):
        target = f"/cgi-bin/{api}?access_token={self.token}"
        return DOUBLE.call("POST", target, json.dumps(told).encode(), {}, timeout)

    def rule(self, kind, **more):
        return DOUBLE.post("faults", api=SEND, kind=kind, **more)

    def test_code(self):
        self.rule("code", code=-1, nth=2)
        self.assertEqual([self.send()["errcode"] for _ in range(3)], [0, -1, 0])
        self.assertEqual(len(self.got("lisi")), 2)

    def test_codes_have_each_platforms_form(self):
        for api, code in (("aliyun.SendSms", "isp.SYSTEM_ERROR"), ("tencent.SendSms", "InternalError.Timeout"), ("twilio.Messages", 20429), ("wechat_oa.token", -1)):
            DOUBLE.post("faults", api=api, kind="code", code=code)
        self.assertEqual(sms(), "isp.SYSTEM_ERROR")
        self.assertEqual(tencent({})["Error"]["Code"], "InternalError.Timeout")
        self.assertEqual((text_to()[0], text_to()[1]["code"]), (429, 20429))
        self.assertEqual(json.loads(DOUBLE.call("GET", "/cgi-bin/token")[2])["errcode"], -1)
        self.assertEqual(self.state()["received"], [])

    def test_status(self):
        self.rule("status", status=503, retry_after=7)
        status, headers, _ = self.raw("message/send", {})
        self.assertEqual((status, headers["Retry-After"]), (503, "7"))
        self.assertEqual(self.got("lisi"), [])

    def test_timeout_before_the_effect(self):
        self.rule("timeout_before")
        with self.assertRaises(TimeoutError):
            self.send(timeout=0.05)
        self.assertEqual(self.got("lisi"), [])

    def test_timeout_after_the_effect(self):
        self.rule("timeout_after", times=1)
        with self.assertRaises(TimeoutError):
            self.send(timeout=0.05)
        self.assertEqual(len(self.got("lisi")), 1)
        self.assertEqual(self.send()["errcode"], 0)
        self.assertEqual(self.state()["totals"], {"messages": 2, "recipients": 1, "most_to_one": 2, "repeats": 1})   # what a blind retry does

    def test_timeout_ends_the_connection_when_told(self):
        self.rule("timeout_before", seconds=0.02)
        with self.assertRaises((ConnectionError, http.client.HTTPException)):
            self.send()

    def test_resets(self):
        for kind, effect in (("reset_before", 0), ("reset_after", 1)):
            DOUBLE.control("DELETE", "faults")
            self.rule(kind)
            with self.subTest(kind=kind):
                with self.assertRaises((ConnectionResetError, http.client.RemoteDisconnected)):
                    self.send(user="zhangsan")
                self.assertEqual(len(self.got("zhangsan")), effect)

    def test_slow(self):
        self.rule("slow", seconds=0.1)
        began = time.monotonic()
        self.assertEqual(self.send()["errcode"], 0)
        self.assertGreaterEqual(time.monotonic() - began, 0.1)

    def test_garbage(self):
        self.rule("garbage", nth=1)
        self.rule("garbage", nth=2, body='{"errcode":', effect=False)
        with self.assertRaises(ValueError):
            self.send()
        self.assertEqual(self.raw("message/send", {})[2], b'{"errcode":')
        self.assertEqual(len(self.got("lisi")), 1)

    def test_cut(self):
        self.rule("cut")
        with self.assertRaises(http.client.IncompleteRead):
            self.send()
        self.assertEqual(len(self.got("lisi")), 1)

    def test_effect_may_be_told(self):
        self.rule("code", code=-1, effect=True)
        self.assertEqual(self.send()["errcode"], -1)
        self.assertEqual(len(self.got("lisi")), 1)

    def codes(self, calls, **told):
        DOUBLE.control("DELETE", "faults")
        DOUBLE.post("faults", **{"api": SEND, "kind": "code", "code": -1, **told})
        return [self.send(user)["errcode"] for user in calls]

    def test_which_calls(self):
        four = ["lisi"] * 4
        self.assertEqual(self.codes(four, nth=[1, 3]), [-1, 0, -1, 0])
        self.assertEqual(self.codes(four, **{"from": 2, "to": 3}), [0, -1, -1, 0])
        self.assertEqual(self.codes(four, every=2), [0, -1, 0, -1])
        self.assertEqual(self.codes(four, times=1), [-1, 0, 0, 0])
        self.assertEqual(self.codes(["lisi", "zhangsan", "lisi"], contains='"zhangsan"'), [0, -1, 0])
        self.assertEqual(self.codes(four, api="wecom.ext*"), [0] * 4)
        self.assertEqual(self.codes(four, api="*"), [-1] * 4)

    def test_percentage_is_its_seeds(self):
        self.setup_of(wecom={"member_minute": 10 ** 6})
        first = self.codes(["lisi"] * 100, percent=10, seed=7)
        self.assertEqual(first, self.codes(["lisi"] * 100, percent=10, seed=7))
        self.assertNotEqual(first, self.codes(["lisi"] * 100, percent=10, seed=8))
        self.assertTrue(3 <= first.count(-1) <= 25, first.count(-1))

    def test_rules_and_calls_are_counted(self):
        self.rule("code", code=-1, nth=2)
        self.send(), self.send()
        self.assertEqual([(rule["seen"], rule["fired"]) for rule in DOUBLE.get("faults")["rules"]], [(2, 1)])
        calls = [(row["api"], row["code"], row.get("fault")) for row in DOUBLE.get("calls")["calls"]]
        self.assertEqual(calls, [("wecom.gettoken", "0", None), (SEND, "0", None), (SEND, "-1", "code")])
        self.assertEqual(self.state()["calls"], {"wecom.gettoken": 1, SEND: 2})

    def test_a_call_without_an_answer_can_be_found_again(self):
        """What an adapter does after timeout_after, on the platforms that can tell."""
        for api in ("aliyun.SendSms", "twilio.Messages", "wecom.externalcontact/add_msg_template"):
            DOUBLE.post("faults", api=api, kind="timeout_after", times=1)
        day = {"PhoneNumber": "13900001234", "SendDate": "20260105", "PageSize": "10", "CurrentPage": "1"}
        with self.assertRaises(TimeoutError):
            aliyun({"PhoneNumbers": "13900001234", "SignName": "测试", "TemplateCode": "SMS_2", "TemplateParam": '{"order":"A1"}', "OutId": "key1"}, timeout=0.05)
        found = aliyun(day, "QuerySendDetails")[1]["SmsSendDetailDTOs"]["SmsSendDetailDTO"]
        self.assertEqual([(one["OutId"], one["SendStatus"], one["Content"]) for one in found], [("key1", 1, "【测试】您的订单A1已发货")])
        with self.assertRaises(TimeoutError):
            text_to(timeout=0.05)
        listed = twilio(tail="Messages.json?To=%2B15551230001&DateSent=2026-01-05")[1]["messages"]
        self.assertEqual([(one["to"], one["body"]) for one in listed], [("+15551230001", "hello")])
        with self.assertRaises(TimeoutError):
            self.raw("externalcontact/add_msg_template", {"external_userid": ["wmA"], "text": {"content": "周年庆"}}, 0.05)
        listed = self.ask("externalcontact/get_groupmsg_list_v2", {"chat_type": "single", "start_time": START - 60, "end_time": START + 60})["group_msg_list"]
        self.assertEqual([one["text"]["content"] for one in listed], ["周年庆"])
