"""The Official Account's rules in virtual time."""
import urllib.parse

from case_tools import DAY, DOUBLE, START, Case, Receiver, call_json

APP = "wx0000000000000001"


class OfficialAccount(Case):
    def setUp(self):
        super().setUp()
        self.setup_of(wechat_oa={"followers": {"o1": {}, "o2": {}, "gone": {"subscribed": False}, "off": {"muted": True}}, "blacklist": ["o9"]})
        self.token = self.plain()["access_token"]

    def plain(self, **more):
        return call_json("GET", "/cgi-bin/token?" + urllib.parse.urlencode({"grant_type": "client_credential", "appid": APP, "secret": "testsecret", **more}))

    def stable(self, **more):
        return call_json("POST", "/cgi-bin/stable_token", {"grant_type": "client_credential", "appid": APP, "secret": "testsecret", **more})

    def ask(self, api, **told):
        return call_json("POST", f"/cgi-bin/message/{api}?access_token={self.token}", told)

    def template(self, openid="o1", **more):
        return self.ask("template/send", **{"touser": openid, "template_id": "template1", "data": {"k": {"value": "v"}}, **more})

    def custom(self, openid="o1"):
        return self.ask("custom/send", touser=openid, msgtype="text", text={"content": "hi"})["errcode"]

    def bizsend(self, openid="o1"):
        return self.ask("subscribe/bizsend", touser=openid, template_id="subscription1", data={"thing1": {"value": "x"}})["errcode"]

    # Tokens

    def test_each_token_ends_the_one_before_after_five_minutes(self):
        old, self.token = self.token, self.plain()["access_token"]
        self.assertNotEqual(old, self.token)
        new, self.token = self.token, old
        self.assertEqual(self.template()["errcode"], 0)
        self.advance(300)
        self.assertEqual(self.template()["errcode"], 40001)
        self.token = new
        self.assertEqual(self.template()["errcode"], 0)
        self.advance(7200)
        self.assertEqual(self.template()["errcode"], 42001)
        self.token = "x"
        self.assertEqual(self.template()["errcode"], 40014)
        self.assertRegex(self.template()["errmsg"], r" rid: \w+-\w+-\w+$")

    def test_stable_token(self):
        first = self.stable()
        self.assertEqual(first["expires_in"], 7200)
        self.advance(6899)
        self.assertEqual(self.stable(), {**first, "expires_in": 301})
        self.advance(2)
        self.assertNotEqual(self.stable()["access_token"], first["access_token"])
        self.token = first["access_token"]
        self.assertEqual(self.template()["errcode"], 0)   # until its end both work

    def test_stable_token_by_force(self):
        first = self.stable()["access_token"]
        second = self.stable(force_refresh=True)["access_token"]
        self.assertNotEqual(first, second)
        self.assertEqual(self.stable(force_refresh=True)["access_token"], second)   # less than 30 s later
        self.token = first
        self.assertEqual(self.template()["errcode"], 40001)
        answers = []
        for _ in range(19):   # the first and the one that came too early count too
            self.advance(30)
            answers.append(self.stable(force_refresh=True).get("errcode", 0))
        self.assertEqual(answers, [0] * 18 + [45009])
        self.assertEqual(self.plain(secret="no")["errcode"], 40125)
        self.assertEqual(self.plain(appid="no")["errcode"], 40013)

    # Template messages

    def test_client_msg_id_is_known_for_ten_minutes(self):
        first = self.template(client_msg_id="c1")
        self.advance(599)
        self.assertEqual(self.template(client_msg_id="c1"), first)
        self.assertEqual(self.template("o2", client_msg_id="c1")["errcode"], 0)   # of one person
        self.assertEqual((len(self.got("o1")), len(self.got("o2"))), (1, 1))
        self.assertEqual(self.state()["received"][0]["keys"], {"client_msg_id": "c1"})
        self.advance(2)
        self.template(client_msg_id="c1")
        self.assertEqual(len(self.got("o1")), 2)

    def test_refusals(self):
        self.assertEqual([self.template(openid)["errcode"] for openid in ("nobody", "gone", "off")], [40003, 43004, 48002])
        self.assertEqual(self.template(template_id="x")["errcode"], 40037)
        self.assertEqual(self.template(data={"k": "v"})["errcode"], 47003)
        self.setup_of(wechat_oa={"blacklist": ["o1"], "template_day": 1})
        self.assertEqual([self.template(openid)["errcode"] for openid in ("o1", "o2", "o2")], [43019, 0, 45009])

    # Customer-service messages

    def test_five_in_48_hours_after_a_message(self):
        self.assertEqual(self.custom(), 45015)
        DOUBLE.post("wechat_oa/interact", openid="o1")
        self.assertEqual([self.custom() for _ in range(6)], [0] * 5 + [45047])
        DOUBLE.post("wechat_oa/interact", openid="o1")
        self.assertEqual(self.custom(), 0)
        self.advance(48 * 3600 + 1)
        self.token = self.plain()["access_token"]
        self.assertEqual(self.custom(), 45015)

    def test_three_in_a_minute_after_following(self):
        with Receiver() as receiver:
            DOUBLE.post("emit", platform="wechat_oa", url=receiver.url, events=[{"FromUserName": "o7", "Event": "subscribe"}])
        self.assertEqual([self.custom("o7") for _ in range(4)], [0, 0, 0, 45047])
        DOUBLE.post("wechat_oa/interact", openid="o7", what="click")
        self.advance(61)
        self.assertEqual(self.custom("o7"), 45015)

    def test_what_ends_first_is_used_first(self):
        for what in ("message", "scan"):
            DOUBLE.post("wechat_oa/interact", openid="o1", what=what)
        self.assertEqual([self.custom() for _ in range(9)], [0] * 8 + [45047])
        DOUBLE.post("wechat_oa/interact", openid="o1", what="payment")
        self.assertEqual({self.custom() for _ in range(9)}, {0})

    # Subscription messages

    def test_one_accept_is_one_send(self):
        self.assertEqual(self.bizsend(), 43101)
        rows = [{"TemplateId": "subscription1", "SubscribeStatusString": status, "PopupScene": 1} for status in ("accept", "reject")]
        with Receiver() as receiver:
            DOUBLE.post("emit", platform="wechat_oa", url=receiver.url, events=[{"FromUserName": "o1", "Event": "subscribe_msg_popup_event",
                                                                                 "SubscribeMsgPopupEvent": {"List": rows}}])
        self.assertEqual([self.bizsend(), self.bizsend()], [0, 43101])

    # Mass messages

    def mass(self, **more):
        return self.ask("mass/send", touser=["o1", "o2"], msgtype="text", text={"content": "news"}, **more)

    def test_clientmsgid(self):
        first = self.mass(clientmsgid="m1")
        self.advance(59)
        self.assertEqual(self.mass(clientmsgid="m1")["errcode"], 45066)
        self.advance(1)
        again = self.mass(clientmsgid="m1")
        self.assertEqual((again["errcode"], again["msg_id"]), (45065, first["msg_id"]))
        self.assertEqual(self.mass(clientmsgid="m" * 65)["errcode"], 45067)
        self.assertEqual(len(self.got("o1")), 1)
        self.assertEqual(self.ask("mass/get", msg_id=first["msg_id"])["msg_status"], "SEND_SUCCESS")

    def test_four_a_month_for_each(self):
        self.assertEqual({self.mass()["errcode"] for _ in range(5)}, {0})
        self.assertEqual(len(self.got("o1")), 4)
        self.advance(27 * DAY)
        self.assertEqual(DOUBLE.get("now")["now"], START + 27 * DAY)
        self.token = self.plain()["access_token"]
        self.ask("mass/sendall", filter={"is_to_all": True}, msgtype="text", text={"content": "news"})
        self.assertEqual((len(self.got("o1")), self.got("gone"), self.got("off")), (5, [], []))
