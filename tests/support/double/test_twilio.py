"""Twilio's rules in virtual time, and its signed callbacks."""
import urllib.parse

from case_tools import DAY, DOUBLE, Case, Receiver, text_to, twilio

import crypto   # noqa: E402


class Twilio(Case):
    def code(self, **more):
        status, said = text_to(**more)
        return status, said.get("code")

    def status(self, sid):
        return twilio(tail=f"Messages/{sid}.json")[1]["status"]

    def forms(self, receiver):
        """The callbacks' forms; each signature must fit."""
        found = []
        for _, headers, body in receiver.calls:
            form = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
            self.assertEqual(headers["X-Twilio-Signature"], crypto.twilio("testtoken", receiver.url, form))
            found.append(form)
        return found

    def test_caller(self):
        self.assertEqual(twilio({"To": "+1"}, secret="wrong"), (401, {"code": 20003, "message": "Authenticate", "more_info": "https://www.twilio.com/docs/errors/20003", "status": 401}))
        self.assertEqual(DOUBLE.call("GET", "/2010-04-01/Accounts/AC1/Messages.json")[0], 401)
        self.setup_of(twilio={"api_keys": {"SK1": "s"}})
        self.assertEqual(twilio(user="SK1", secret="s")[0], 200)

    def test_statuses(self):
        status, made = text_to()
        self.assertEqual((status, made["status"], made["error_code"], made["num_segments"]), (201, "queued", None, "1"))
        self.assertEqual((self.got("+15551230001"), made["date_created"]), (["hello"], "Mon, 05 Jan 2026 02:00:00 +0000"))
        self.advance(0)
        self.assertEqual(self.status(made["sid"]), "sent")
        self.advance(2)
        self.assertEqual(self.status(made["sid"]), "delivered")
        self.assertEqual(text_to(From="", MessagingServiceSid="MG00000000000000000000000000000001")[1]["status"], "accepted")

    def test_refusals(self):
        self.setup_of(twilio={"unsubscribed": ["+15551230003"], "landlines": ["+15551230004"], "verified": None})
        self.assertEqual(self.code(number="12345"), (400, 21211))
        self.assertEqual(self.code(number=""), (400, 21604))
        self.assertEqual(self.code(Body=""), (400, 21602))
        self.assertEqual(self.code(Body="x" * 1601), (400, 21617))
        self.assertEqual(self.code(From="+15550000000"), (400, 21606))
        self.assertEqual(self.code(From=""), (400, 21603))
        self.assertEqual(self.code(number="+15551230003"), (400, 21610))
        self.assertEqual(self.code(number="+15551230004"), (400, 21614))
        self.setup_of(twilio={"verified": []})
        self.assertEqual(self.code(), (400, 21608))

    def test_too_many(self):
        self.setup_of(twilio={"calls_per_second": 1})
        self.assertEqual([self.code()[0], self.code()], [201, (429, 20429)])
        self.advance(1)
        self.assertEqual(self.code()[0], 201)

    def test_callbacks_are_signed_and_without_the_first_status(self):
        with Receiver() as receiver:
            text_to(StatusCallback=receiver.url)
            self.advance(2)
            self.assertEqual([(form["MessageStatus"], form["To"]) for form in self.forms(receiver)], [("sent", "+15551230001"), ("delivered", "+15551230001")])

    def test_callbacks_out_of_order_and_twice(self):
        self.setup_of(twilio={"receipts": {"order": "reversed", "times": 2}})
        with Receiver() as receiver:
            made = text_to(StatusCallback=receiver.url)[1]
            self.advance(2)
            self.assertEqual([form["MessageStatus"] for form in self.forms(receiver)], ["delivered", "delivered", "sent", "sent"])
        self.assertEqual(self.status(made["sid"]), "delivered")

    def test_callbacks_before_the_reply(self):
        self.setup_of(twilio={"receipts": {"before_reply": True, "outcomes": {"+15551230001": "30006"}}})
        with Receiver() as receiver:
            made = text_to(StatusCallback=receiver.url)[1]
            forms = self.forms(receiver)
        self.assertEqual(([form["MessageStatus"] for form in forms], forms[1]["ErrorCode"]), (["sent", "undelivered"], "30006"))
        self.assertEqual((made["status"], self.status(made["sid"]), self.got("+15551230001")), ("queued", "undelivered", []))

    def test_one_segment_a_second_and_validity(self):
        sids = [text_to(number=f"+1555123000{n}", Body="长" * 71, ValidityPeriod="3")[1]["sid"] for n in range(3)]
        self.advance(1.5)
        self.assertEqual([self.status(sid) for sid in sids], ["sent", "queued", "queued"])
        self.advance(10)
        self.assertEqual([self.status(sid) for sid in sids], ["delivered", "delivered", "failed"])
        self.assertEqual(twilio(tail=f"Messages/{sids[2]}.json")[1]["error_code"], 30036)
        self.assertEqual(self.got("+15551230002"), [])

    def test_list_is_the_way_to_ask(self):
        text_to(), text_to(number="+15551230002")
        self.advance(DAY)
        text_to(Body="later")
        ask = lambda query: [one["body"] for one in twilio(tail=f"Messages.json?{query}")[1]["messages"]]   # noqa: E731
        self.assertEqual(ask("To=%2B15551230001"), ["later", "hello"])
        self.assertEqual(ask("To=%2B15551230001&DateSent=2026-01-05"), ["hello"])
        self.assertEqual(ask("DateSent%3E=2026-01-06"), ["later"])
        page = twilio(tail="Messages.json?PageSize=2")[1]
        self.assertEqual((len(page["messages"]), "Page=1" in page["next_page_uri"]), (2, True))

    def test_scheduled_and_cancelled(self):
        service = {"From": "", "MessagingServiceSid": "MG00000000000000000000000000000001", "ScheduleType": "fixed"}
        made = [text_to(SendAt="2026-01-05T03:00:00+00:00", **service)[1] for _ in range(2)]
        self.assertEqual(made[0]["status"], "scheduled")
        self.assertEqual(twilio({"Status": "canceled"}, tail=f"Messages/{made[0]['sid']}.json")[1]["status"], "canceled")
        self.assertEqual(text_to(ScheduleType="fixed", SendAt="2026-01-05T03:00:00+00:00")[1]["code"], 35118)
        self.advance(3700)
        self.assertEqual([self.status(one["sid"]) for one in made], ["canceled", "delivered"])
        self.assertEqual(len(self.got("+15551230001")), 1)

    def test_stop_unsubscribes_at_twilio_too(self):
        with Receiver() as receiver:
            for text, code in ((" stop ", 400), ("START", 201)):
                DOUBLE.post("emit", platform="twilio", kind="reply", url=receiver.url, text=text, **{"from": "+15551230001"})
                self.assertEqual(text_to()[0], code)
            self.assertEqual([(form["Body"], form["OptOutType"]) for form in self.forms(receiver)], [(" stop ", "STOP"), ("START", "START")])

    def test_forged_callback(self):
        with Receiver() as receiver:
            DOUBLE.post("emit", platform="twilio", kind="reply", url=receiver.url, text="STOP", bad="signature", **{"from": "+15551230001"})
            with self.assertRaises(AssertionError):
                self.forms(receiver)
