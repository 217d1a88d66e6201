"""What the platforms of WeChat send: sealed, doubled, out of order, again when nobody answers, and forged."""
import urllib.parse
import xml.etree.ElementTree

from case_tools import DAY, DOUBLE, START, Receiver, WeComCase, call_json

import crypto   # noqa: E402

KEY43, TOKEN, CORP, APP = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "testtoken", "ww0000000000000001", "wx0000000000000001"


def query_of(path):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(path).query))


def opened(call):
    """(fields, receiveid, pad) of a sealed call; the signature must fit."""
    path, _, body = call
    query, sealed = query_of(path), xml.etree.ElementTree.fromstring(body).findtext("Encrypt")
    assert query["msg_signature"] == crypto.wechat(TOKEN, query["timestamp"], query["nonce"], sealed)
    text, receiveid, pad = crypto.decrypt(KEY43, sealed)
    return {one.tag: one.text for one in xml.etree.ElementTree.fromstring(text)}, receiveid, pad


class Callbacks(WeComCase):
    def emit(self, url, *events, **more):
        return DOUBLE.post("emit", platform="wecom", url=url, events=list(events), **more)["deliveries"]

    def added(self, customer="wmN", **more):
        return {"ChangeType": "add_external_contact", "UserID": "lisi", "ExternalUserID": customer, **more}

    def test_pads_beyond_16_by_default_and_any_when_told(self):
        with Receiver() as receiver:
            for customer in ("wmN", "wmNn", "wmNnn"):
                self.emit(receiver.url, self.added(customer))
            for pad in (1, 16, 17, 32):
                self.emit(receiver.url, self.added(), pad=pad)
            found = [opened(call) for call in receiver.calls]
        self.assertTrue(all(pad > 16 for _, _, pad in found[:3]), found[:3])
        self.assertEqual([pad for _, _, pad in found[3:]], [1, 16, 17, 32])
        self.assertEqual({receiveid for _, receiveid, _ in found}, {CORP})
        self.assertEqual((found[0][0]["ToUserName"], found[0][0]["CreateTime"], found[0][0]["ExternalUserID"]), (CORP, str(START), "wmN"))

    def test_twice_and_out_of_order(self):
        with Receiver() as receiver:
            events = [{"ChangeType": "edit_external_contact", "UserID": "zhangsan", "ExternalUserID": customer} for customer in ("wmA", "wmB")]
            self.emit(receiver.url, *events, times=2, order="reversed")
            found = [opened(call)[0] for call in receiver.calls]
        self.assertEqual([one["ExternalUserID"] for one in found], ["wmB", "wmB", "wmA", "wmA"])
        self.assertEqual(found[0], found[1])
        self.assertNotEqual(receiver.calls[0][2], receiver.calls[1][2])   # the same event, sealed anew

    def test_order_may_be_given(self):
        with Receiver() as receiver:
            self.emit(receiver.url, *(self.added(customer) for customer in ("wm0", "wm1", "wm2")), order=[2, 0, 1, 0])
            self.assertEqual([opened(call)[0]["ExternalUserID"] for call in receiver.calls], ["wm2", "wm0", "wm1", "wm0"])

    def test_redelivered_three_times_at_most(self):
        for answers, attempts in (([(500, b""), (200, b"no"), (200, b"success")], 3), ([(500, b"")], 4), ([(200, b"")], 1)):
            with self.subTest(answers=answers), Receiver(*answers) as receiver:
                rows = self.emit(receiver.url, self.added())
                self.assertEqual((len(receiver.calls), rows[0]["attempt"], rows[0]["accepted"]), (attempts, attempts, attempts < 4))

    def test_what_a_receiver_must_refuse(self):
        with Receiver() as receiver:
            for bad in ("signature", "receiveid", "padding", "body"):
                self.emit(receiver.url, self.added(), bad=bad)
        with self.assertRaises(AssertionError):
            opened(receiver.calls[0])
        self.assertEqual(opened(receiver.calls[1])[1], "wwsomebodyelse00000")
        with self.assertRaisesRegex(ValueError, "padding"):
            opened(receiver.calls[2])
        with self.assertRaises(xml.etree.ElementTree.ParseError):
            opened(receiver.calls[3])

    def test_address_check(self):
        def answer(handler):
            return 200, crypto.decrypt(KEY43, query_of(handler.path)["echostr"])[0].encode()
        for answers, taken in (((answer,), True), (((200, b'"1"'),), False)):
            with Receiver(*answers) as receiver:
                self.assertEqual(self.emit(receiver.url, verify=True)[0]["accepted"], taken)

    def test_nested_lists(self):
        with Receiver() as receiver:
            self.emit(receiver.url, {"Event": "change_external_chat", "ChangeType": "update", "ChatId": "wr1", "MemChangeList": {"Item": ["a", "b"]}})
            sealed = xml.etree.ElementTree.fromstring(receiver.calls[0][2]).findtext("Encrypt")
        tree = xml.etree.ElementTree.fromstring(crypto.decrypt(KEY43, sealed)[0])
        self.assertEqual(([one.text for one in tree.findall("MemChangeList/Item")], tree.findtext("Event")), (["a", "b"], "change_external_chat"))

    def test_transfer_that_is_refused_calls_back(self):
        with Receiver() as receiver:
            self.setup_of(wecom={"callback": {"url": receiver.url}})
            self.ask("externalcontact/transfer_customer", {"handover_userid": "zhangsan", "takeover_userid": "lisi", "external_userid": ["wmA", "wmB"]})
            DOUBLE.post("wecom/refuse", external_userid="wmA")
            self.advance(DAY)
            found = [opened(call)[0] for call in receiver.calls]
        self.assertEqual([(one["ChangeType"], one.get("FailReason"), one.get("Source"), one["UserID"]) for one in found],
                         [("transfer_fail", "customer_refused", None, "lisi"), ("del_external_contact", None, "DELETE_BY_TRANSFER", "zhangsan")])


class Welcome(WeComCase):
    def code_of(self, receiver, **fields):
        told = {"ChangeType": "add_external_contact", "UserID": "lisi", "ExternalUserID": "wmN", "State": "shop7", **fields}
        return DOUBLE.post("emit", platform="wecom", url=receiver.url, events=[told])["deliveries"][0]["event"].get("WelcomeCode")

    def welcome(self, code):
        return self.code("externalcontact/send_welcome_msg", {"welcome_code": code, "text": {"content": "欢迎"}})

    def test_once(self):
        with Receiver() as receiver:
            code = self.code_of(receiver)
            self.assertEqual(opened(receiver.calls[0])[0]["WelcomeCode"], code)
        self.advance(20)
        self.assertEqual([self.welcome(code), self.welcome(code)], [0, 41051])
        self.assertEqual(self.got("wmN"), [{"content": "欢迎"}])
        self.assertEqual(self.ask("externalcontact/get", external_userid="wmN")["follow_user"][0]["state"], "shop7")

    def test_dies_after_20_seconds(self):
        with Receiver() as receiver:
            code = self.code_of(receiver)
        self.advance(20.5)
        self.assertEqual(self.welcome(code), 41050)
        self.assertEqual(self.welcome("made up"), 41050)

    def test_not_when_they_talk_and_not_always_issued(self):
        with Receiver() as receiver:
            code = self.code_of(receiver)
            DOUBLE.post("wecom/chat", userid="lisi", external_userid="wmN")
            self.assertEqual(self.welcome(code), 41051)
            self.assertIsNone(self.code_of(receiver, WelcomeCode=None))
            self.assertNotIn("WelcomeCode", opened(receiver.calls[-1])[0])


class OfficialAccountsCallbacks(WeComCase):
    def emit(self, receiver, *events, **more):
        return DOUBLE.post("emit", platform="wechat_oa", url=receiver.url, events=list(events), **more)["deliveries"]

    def test_sealed_and_plain(self):
        with Receiver() as receiver:
            self.emit(receiver, {"FromUserName": "o1", "MsgType": "text", "Content": "TD"})
            self.emit(receiver, {"FromUserName": "o1", "Event": "unsubscribe"}, plain=True)
            fields, receiveid, pad = opened(receiver.calls[0])
            plain = {one.tag: one.text for one in xml.etree.ElementTree.fromstring(receiver.calls[1][2])}
            query = query_of(receiver.calls[1][0])
        self.assertEqual((fields["Content"], fields["FromUserName"], receiveid, query_of(receiver.calls[0][0])["encrypt_type"]), ("TD", "o1", APP, "aes"))
        self.assertGreater(pad, 16)
        self.assertEqual((plain["Event"], query["signature"]), ("unsubscribe", crypto.wechat(TOKEN, query["timestamp"], query["nonce"])))

    def test_address_check_is_plain(self):
        with Receiver(lambda handler: (200, query_of(handler.path)["echostr"].encode())) as receiver:
            self.assertTrue(self.emit(receiver, verify=True)[0]["accepted"])

    def test_results_may_overtake_the_answer_come_twice_and_have_no_id(self):
        token = call_json("GET", f"/cgi-bin/token?grant_type=client_credential&appid={APP}&secret=testsecret")["access_token"]
        with Receiver() as receiver:
            self.setup_of(wechat_oa={"callback": {"url": receiver.url}, "followers": {"o1": {}}, "events": {"before_reply": True, "times": 2}, "event_id_with_client_msg_id": False})
            told = {"touser": "o1", "template_id": "template1", "data": {"k": {"value": "v"}}}
            made = call_json("POST", f"/cgi-bin/message/template/send?access_token={token}", told)   # the clock stands
            call_json("POST", f"/cgi-bin/message/template/send?access_token={token}", {**told, "client_msg_id": "c1"})
            self.assertEqual([opened(call)[0]["MsgID"] for call in receiver.calls], [str(made["msgid"])] * 2 + ["0"] * 2)

    def test_results_of_sends(self):
        token = call_json("GET", f"/cgi-bin/token?grant_type=client_credential&appid={APP}&secret=testsecret")["access_token"]
        with Receiver() as receiver:
            self.setup_of(wechat_oa={"callback": {"url": receiver.url}, "followers": {"o1": {}, "o2": {"blocks": True}}})
            for openid in ("o1", "o2"):
                call_json("POST", f"/cgi-bin/message/template/send?access_token={token}", {"touser": openid, "template_id": "template1", "data": {"k": {"value": "v"}}})
            self.advance(1)
            found = [opened(call)[0] for call in receiver.calls]
        self.assertEqual([(one["Event"], one["FromUserName"], one["Status"]) for one in found],
                         [("TEMPLATESENDJOBFINISH", "o1", "success"), ("TEMPLATESENDJOBFINISH", "o2", "failed:user block")])
