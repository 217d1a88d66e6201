"""The double held against the platforms' own vectors, its clock and its controls; runs the tests of the other files too.

    python3 tests/support/double/test_double.py [unittest's options]

Exit code 77 (skipped) where python3-cryptography is missing and the Python is not the system's."""
import sys
import time
import unittest

from case_tools import DOUBLE, HERE, START, Case

import clock           # noqa: E402  (case_tools says where the modules are, and skips where one is missing)
import crypto          # noqa: E402
import double_client   # noqa: E402

KEY43, TOKEN, WECOM = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "1372623149", "wx5823bf96d3bd56c7"


class Vectors(unittest.TestCase):
    """Made by the platforms, or computed apart from this code."""

    def test_aliyun(self):
        query = [("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"), ("RegionId", "cn-shanghai")]
        headers = {"host": "ecs.cn-shanghai.aliyuncs.com", "x-acs-action": "RunInstances", "x-acs-version": "2014-05-26", "x-acs-date": "2023-10-26T10:22:32Z",
                   "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d", "x-acs-content-sha256": crypto.sha256(b"")}
        self.assertEqual(crypto.acs3("YourAccessKeySecret", "POST", "/", query, headers, sorted(headers), crypto.sha256(b"")),
                         "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0")

    def test_aliyun_escapes(self):
        query = [("PhoneNumbers", "13900001234"), ("OutId", "o-1"), ("SignName", "测试"), ("TemplateCode", "SMS_1"), ("TemplateParam", '{"name":"a b*~"}')]
        headers = {"host": "dysmsapi.aliyuncs.com", "x-acs-action": "SendSms", "x-acs-version": "2017-05-25", "x-acs-date": "2026-01-02T03:04:05Z",
                   "x-acs-signature-nonce": "n-1", "x-acs-content-sha256": crypto.sha256(b"")}
        self.assertEqual(crypto.acs3("testsecret", "POST", "/", query, headers, sorted(headers), crypto.sha256(b"")),
                         "2787b7e58744e8f8b47e717814095338d15176eab220840c88876d03ddc9d2c2")

    def test_tencent(self):
        headers = {"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com"}
        body = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
        self.assertEqual(crypto.tc3("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", "cvm", "2019-02-25", 1551113065, headers, ["content-type", "host"], body),
                         "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168")

    def test_tencent_sms(self):
        headers = {"content-type": "application/json", "host": "sms.tencentcloudapi.com"}
        body = b'{"PhoneNumberSet":["+8613900001234"],"SmsSdkAppId":"1400006666","TemplateId":"1110","SignName":"test","TemplateParamSet":["4370"]}'
        self.assertEqual(crypto.tc3("testsecret", "sms", "2026-01-02", 1767323045, headers, ["content-type", "host"], body),
                         "78e7fffb8443b4fbb2f111d41c9e0b225274070c08dcd2b1ccbeaa019da4781a")

    def test_twilio(self):
        form = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309", "To": "+18005551212"}
        self.assertEqual(crypto.twilio("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form), "RSOYDt4T1cUTdK1PDd93/VVr8B8=")

    def test_wecom_official(self):
        sealed = "22vyvcBQ1xafTSJuhMGQuFyOAh00m2enIATgo4R6SGHY/YhofNmfwCksP3OP0Gxnq+cqnJcuvUQtjSbEu60IUA=="
        self.assertEqual(crypto.wechat(TOKEN, "1629824456", "bqe3yfbqfc7", sealed), "6a27598fb5b01ee02684379a339fef6de65c83c2")
        self.assertEqual(crypto.decrypt(KEY43, sealed), ("ECHO", WECOM, 22))

    def test_wecom_pad_beyond_16(self):
        sealed = crypto.encrypt(KEY43, WECOM, "<xml><Event>t</Event></xml>", b"0123456789abcdef")
        self.assertEqual(sealed, "sKqRbbiSUnDhFHOvPjtUMcDt5Jomggz7Q8UQ4ZQQ5sVtvIjVKvA29/1QHQ7RepeAsyFuDEQZburNcscGw6/Cl/apVMVnD1qEfPTTF0TluWH8mve5lln7Zwn3ujpniO6T")
        self.assertEqual(crypto.wechat(TOKEN, "1600000000", "n1", sealed), "994046b5bb5e09ede8d32162c42be9679ebbb321")
        self.assertEqual(crypto.decrypt(KEY43, sealed), ("<xml><Event>t</Event></xml>", WECOM, 31))


class Clocks(unittest.TestCase):
    def test_natural_windows_are_chinas(self):
        self.assertEqual(clock.natural(START, "day"), START - 10 * 3600)
        self.assertEqual(clock.natural(START + 61, "minute"), START + 60)
        self.assertEqual(clock.natural(START, "month"), START - 10 * 3600 - 4 * 86400)
        self.assertEqual(clock.natural(START + 3 * 86400, "week"), START - 10 * 3600)
        self.assertEqual([clock.days_in_month(START), clock.days_in_month(START + 40 * 86400)], [31, 28])

    def test_counts_begin_anew(self):
        counts = clock.Counts()
        self.assertEqual([counts.add("k", START, "minute"), counts.add("k", START + 59, "minute"), counts.add("k", START + 60, "minute")], [1, 2, 1])


class Control(Case):
    def test_time(self):
        self.assertEqual(DOUBLE.get("now"), {"now": START, "frozen": True})
        self.assertEqual(DOUBLE.post("advance", seconds=90)["now"], START + 90)
        self.assertEqual(DOUBLE.post("advance", to=START + 100)["now"], START + 100)
        DOUBLE.post("now", frozen=False)
        time.sleep(0.02)
        self.assertGreater(self.now(), START + 100)

    def test_says_what_cannot_be(self):
        for verb, told in (("advance", {"seconds": -1}), ("setup", {"telegram": {}}), ("setup", {"wecom": {"corpit": "x"}}), ("wecom/dance", {}),
                           ("wecom/confirm", {"who": "x"}), ("emit", {"platform": "telegram"}), ("faults", {"api": "*", "kind": "flood"}),
                           ("faults", {"api": "*", "kind": "code"}), ("faults", {"api": "*", "kind": "slow", "percent": 5}), ("faults", {"kind": "slow"}),
                           ("faults", {"api": "*", "kind": "slow", "nht": 1})):
            with self.subTest(verb=verb, told=told), self.assertRaises(double_client.Refused):
                DOUBLE.post(verb, **told)

    def test_unknown_paths_are_404(self):
        self.assertEqual(DOUBLE.call("GET", "/nowhere")[0], 404)
        self.assertEqual(DOUBLE.call("PUT", "/_sim/now", b"{}")[0], 404)


if __name__ == "__main__":
    names = sys.argv[1:] or sorted(path.stem for path in HERE.glob("test_*.py"))
    unittest.main(module=None, argv=[sys.argv[0], *names])
