"""WeCom's rules in virtual time."""
import concurrent.futures
import json

from case_tools import DAY, DOUBLE, START, WeComCase, call_json


class Tokens(WeComCase):
    def test_the_same_until_it_ends(self):
        self.advance(7199)
        self.assertEqual(self.token_of()["access_token"], self.token)
        self.assertEqual(self.code("externalcontact/get_follow_user_list"), 0)
        self.advance(1)
        self.assertEqual(self.code("externalcontact/get_follow_user_list"), 42001)
        self.assertNotEqual(self.token_of()["access_token"], self.token)

    def test_expire_on_demand(self):
        DOUBLE.post("wecom/expire")
        self.assertEqual(self.code("externalcontact/get_follow_user_list"), 42001)
        self.token = self.token_of()["access_token"]
        DOUBLE.post("wecom/expire", how="invalid")
        self.assertEqual(self.code("externalcontact/get_follow_user_list"), 40014)
        self.token = ""
        self.assertEqual(self.code("externalcontact/get_follow_user_list"), 41001)

    def test_new_token_each_time_when_set(self):
        self.setup_of(wecom={"token_again": "new"})
        self.assertNotEqual(self.token_of()["access_token"], self.token)
        self.assertEqual(self.code("externalcontact/get_follow_user_list"), 42001)

    def test_wrong_secrets_ban_the_address_for_an_hour(self):
        self.assertEqual(self.token_of(corp="wwx")["errcode"], 40013)
        self.assertEqual([self.token_of(secret="no")["errcode"] for _ in range(5)], [40001] * 4 + [45009])
        self.assertEqual(self.token_of()["errcode"], 45009)
        self.advance(3600)
        self.assertEqual(self.token_of()["errcode"], 0)

    def test_app_without_permission(self):
        self.setup_of(wecom={"apps": {"narrow": {"agentid": 7, "apis": ["message/*"]}}})
        self.token = self.token_of("narrow")["access_token"]
        self.assertEqual(self.code("externalcontact/get_follow_user_list"), 48002)

    def test_errmsg_is_for_people(self):
        self.token = "x"
        said = self.ask("externalcontact/get_follow_user_list")["errmsg"]
        self.assertRegex(said, r"^invalid access_token, hint: \[\d+_\d+_[0-9a-f]{32}\], from ip: 127.0.0.1, more info at https://open.work.weixin.qq.com/devtool/query\?e=40014$")


class Limits(WeComCase):
    def test_minute_blocks_for_a_minute(self):
        self.setup_of(wecom={"api_minute": 3})
        api = "externalcontact/get_follow_user_list"
        self.advance(50)   # 10 s before the natural minute ends: the block outlasts it
        self.assertEqual([self.code(api) for _ in range(5)], [0, 0, 0, 45009, 45009])
        self.assertEqual(self.code("externalcontact/list", userid="lisi"), 0)   # each API on its own
        self.advance(30)
        self.assertEqual(self.code(api), 45009)
        self.advance(30)
        self.assertEqual(self.code(api), 0)

    def test_hour_blocks_for_an_hour(self):
        self.setup_of(wecom={"api_hour": 2})
        api = "externalcontact/get_follow_user_list"
        self.assertEqual([self.code(api) for _ in range(3)], [0, 0, 45009])
        self.advance(3599)
        self.assertEqual(self.code(api), 45009)
        self.advance(1)
        self.token = self.token_of()["access_token"]
        self.assertEqual(self.code(api), 0)

    def test_concurrency(self):
        self.setup_of(wecom={"concurrency": 2})
        DOUBLE.post("faults", api="wecom.externalcontact/list", kind="slow", seconds=0.1)
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            codes = sorted(pool.map(lambda _: self.code("externalcontact/list", userid="zhangsan"), range(3)))
        self.assertEqual(codes, [0, 0, 45033])


class Staff(WeComCase):
    def send(self, user="lisi", text="请确认群发", **more):
        return self.ask("message/send", {"touser": user, "msgtype": "text", "agentid": 1000002, "text": {"content": text}, **more})

    def test_the_31st_in_a_minute_vanishes(self):
        self.assertEqual({self.send(text=str(n))["errcode"] for n in range(31)}, {0})
        self.assertEqual(self.got("lisi")[-1], {"content": "29"})
        self.assertEqual([(row["recipient"], row["why"]) for row in self.state()["dropped"]], [("lisi", "frequency")])
        self.advance(60)
        self.send(text="again")
        self.assertEqual(len(self.got("lisi")), 31)

    def test_person_times_a_day(self):
        self.setup_of(wecom={"accounts": 0.01})
        self.assertEqual([self.send()["errcode"] for _ in range(3)], [0, 0, 45009])

    def test_unknown_and_all_unknown(self):
        said = self.send("LiSi|Nobody|ghost")
        self.assertEqual((said["errcode"], said["invaliduser"]), (0, "nobody|ghost"))
        self.assertEqual(self.send("nobody")["errcode"], 81013)
        self.assertEqual(self.send("")["errcode"], 82001)
        self.assertEqual(self.send("@all")["errcode"], 0)
        self.assertEqual(self.state()["totals"]["messages"], 3)

    def test_duplicate_check_is_of_the_whole_json(self):
        check = {"enable_duplicate_check": 1, "duplicate_check_interval": 600}
        for text in ("a", "a", "b"):
            self.send(text=text, **check)
        self.assertEqual(len(self.got("lisi")), 2)
        self.send("lisi|zhangsan", "a", **check)   # the same content in another request
        self.assertEqual(len(self.got("lisi")), 3)
        self.advance(601)
        self.send(text="a", **check)
        self.assertEqual((len(self.got("lisi")), self.state()["totals"]["repeats"]), (4, 2))

    def test_refusals(self):
        self.send(text="长" * 683)
        self.assertEqual(self.got("lisi"), [{"content": "长" * 682}])   # cut to 2048 bytes
        self.setup_of(wecom={"long_text": "refuse"})
        self.assertEqual(self.send(text="长" * 683)["errcode"], 45002)
        self.assertEqual(self.send(agentid=5)["errcode"], 301002)
        self.assertEqual(self.send(msgtype="poem")["errcode"], 40008)

    def test_recall(self):
        message = self.send()["msgid"]
        self.assertEqual(self.code("message/recall", {"msgid": message}), 0)
        self.assertTrue(self.state()["received"][0]["recalled"])

    def test_robot(self):
        ask = lambda key: call_json("POST", f"/cgi-bin/webhook/send?key={key}", {"msgtype": "text", "text": {"content": "x"}})["errcode"]   # noqa: E731
        self.assertEqual(ask("other"), 93000)
        self.assertEqual([ask("testkey") for _ in range(21)], [0] * 20 + [45009])

    def test_kf_window(self):
        send = lambda **more: self.code("kf/send_msg", {"touser": "wmA", "msgtype": "text", "text": {"content": "x"}, **more})   # noqa: E731
        self.assertEqual(send(), 95002)
        DOUBLE.post("wecom/talk_kf", external_userid="wmA")
        self.assertEqual([send(msgid="one"), send(msgid="one"), send(), send(), send(), send(), send()], [0, 0, 0, 0, 0, 0, 95001])
        self.advance(48 * 3600 + 1)
        self.token = self.token_of()["access_token"]
        self.assertEqual(send(), 95002)


class Mass(WeComCase):
    def results(self, message, user="zhangsan"):
        rows = self.ask("externalcontact/get_groupmsg_send_result", {"msgid": message, "userid": user})
        return {row["external_userid"]: row["status"] for row in rows["send_list"]} if rows["errcode"] == 0 else rows["errcode"]

    def test_a_task_until_the_member_confirms(self):
        made = self.mass("wmA", "wmX", sender="zhangsan")
        self.assertEqual((made["errcode"], made["fail_list"]), (0, ["wmX"]))
        self.assertEqual(self.results(made["msgid"]), 41063)   # the first query
        self.assertEqual(self.results(made["msgid"]), {"wmA": 0})
        self.assertEqual(self.got("wmA"), [])
        self.assertEqual(DOUBLE.post("wecom/confirm", userid="zhangsan")["done"], 1)
        self.assertEqual(self.results(made["msgid"]), {"wmA": 1})
        self.assertEqual(self.got("wmA"), [{"content": "周年庆"}])
        tasks = self.ask("externalcontact/get_groupmsg_task", {"msgid": made["msgid"]})["task_list"]
        self.assertEqual([(one["userid"], one["status"], one["send_time"]) for one in tasks], [("zhangsan", 2, START)])

    def test_days_in_month_then_status_3(self):
        for n in range(32):
            made = self.mass("wmA", sender="zhangsan")
            DOUBLE.post("wecom/confirm", userid="zhangsan")
        self.results(made["msgid"])
        self.assertEqual(self.results(made["msgid"]), {"wmA": 3})
        self.assertEqual(len(self.got("wmA")), 31)
        self.advance(27 * DAY)   # February
        self.token = self.token_of()["access_token"]
        self.mass("wmA", sender="zhangsan")
        self.assertEqual(DOUBLE.post("wecom/confirm", userid="zhangsan")["done"], 1)

    def test_members_own_messages_count_too(self):
        self.setup_of(wecom={"mass_cap": {"per": "day"}})
        self.assertEqual(DOUBLE.post("wecom/staff_mass", userid="zhangsan", customers=["wmA", "wmB"])["done"], 2)
        made = self.mass("wmA", sender="zhangsan")
        DOUBLE.post("wecom/confirm", userid="zhangsan")
        self.results(made["msgid"])
        self.assertEqual(self.results(made["msgid"]), {"wmA": 3})

    def test_who_left_is_status_2(self):
        made = self.mass("wmA", "wmB", sender="zhangsan")
        self.setup_of(wecom={"customers": {"wmB": {"follow": {"zhangsan": {"relation": "left"}}}}})
        DOUBLE.post("wecom/confirm", userid="zhangsan")
        self.results(made["msgid"])
        self.assertEqual(self.results(made["msgid"]), {"wmA": 1, "wmB": 2})

    def test_without_sender_the_last_to_talk_is_asked(self):
        self.assertEqual(list(self.task(self.mass("wmA", "wmB"))["members"]), ["zhangsan", "lisi"])
        DOUBLE.post("wecom/chat", userid="zhangsan", external_userid="wmB")
        self.assertEqual(list(self.task(self.mass("wmA", "wmB"))["members"]), ["zhangsan"])

    def task(self, made):
        return self.state()["platforms"]["wecom"]["tasks"][made["msgid"]]

    def test_tag_filter_is_and_of_ors(self):
        self.setup_of(wecom={"tags": {"g": {"name": "g", "tags": {"t1": "1", "t2": "2", "t3": "3"}}}})
        self.ask("externalcontact/mark_tag", {"userid": "zhangsan", "external_userid": "wmA", "add_tag": ["t1", "t3"]})
        self.ask("externalcontact/mark_tag", {"userid": "zhangsan", "external_userid": "wmB", "add_tag": ["t2"]})
        groups = {"group_list": [{"tag_list": ["t1", "t2"]}, {"tag_list": ["t3"]}]}
        self.assertEqual(list(self.task(self.mass(sender="zhangsan", tag_filter=groups))["members"]["zhangsan"]["to"]), ["wmA"])

    def test_groups(self):
        self.setup_of(wecom={"groups": {"wr1": {"owner": "lisi"}, "wr2": {"owner": "zhangsan"}}})
        made = self.mass(chat_type="group", sender="lisi", chat_id_list=["wr1", "wr2"])
        self.assertEqual(made["fail_list"], ["wr2"])
        DOUBLE.post("wecom/confirm", userid="lisi")
        self.assertEqual(len(self.got("wr1")), 1)

    def test_refusals(self):
        code = lambda *customers, **more: self.mass(*customers, **more)["errcode"]   # noqa: E731
        self.assertEqual(code("wmX"), 41048)
        self.assertEqual(code("wmA", sender="nobody"), 60111)
        self.assertEqual(code("wmA", text={"content": ""}), 40063)
        self.assertEqual(code("wmA", text={"content": "长" * 1334}), 45002)
        self.assertEqual(code("wmA", attachments=[{"msgtype": "poem"}]), 41065)
        self.assertEqual(code("wmA", attachments=[{"msgtype": "image", "image": {"media_id": "gone"}}]), 40007)
        self.assertEqual(code("wmA", attachments=[{"msgtype": "link", "link": {"title": "x" * 129}}]), 41064)
        self.assertEqual(code(), 40058)

    def test_media_lives_three_days(self):
        body = b'--B\r\nContent-Disposition: form-data; name="media"; filename="a.png"\r\n\r\n123456\r\n--B--\r\n'
        made = DOUBLE.call("POST", f"/cgi-bin/media/upload?access_token={self.token}&type=image", body, {"Content-Type": "multipart/form-data; boundary=B"})
        media = json.loads(made[2])["media_id"]
        image = {"attachments": [{"msgtype": "image", "image": {"media_id": media}}], "text": {}}
        self.assertEqual(self.mass("wmA", **image)["errcode"], 0)
        self.advance(3 * DAY + 1)
        self.token = self.token_of()["access_token"]
        self.assertEqual(self.mass("wmA", **image)["errcode"], 40007)

    def test_remind_and_cancel(self):
        made = {"msgid": self.mass("wmA", sender="zhangsan")["msgid"]}
        self.assertEqual([self.code("externalcontact/remind_groupmsg_send", made) for _ in range(4)], [0, 0, 0, 41094])
        self.assertEqual([self.code("externalcontact/cancel_groupmsg_send", made) for _ in range(2)], [0, 41093])
        self.assertEqual(DOUBLE.post("wecom/confirm", userid="zhangsan")["done"], 0)

    def test_pages(self):
        self.setup_of(wecom={"customers": {f"wm{n}": {"follow": {"zhangsan": {}}} for n in range(5)}})
        message = self.mass(*(f"wm{n}" for n in range(5)), sender="zhangsan")["msgid"]
        self.results(message)
        seen, cursor = [], ""
        while True:
            told = self.ask("externalcontact/get_groupmsg_send_result", {"msgid": message, "userid": "zhangsan", "limit": 2, "cursor": cursor})
            seen += [row["external_userid"] for row in told["send_list"]]
            if not (cursor := told["next_cursor"]):
                break
        self.assertEqual(seen, [f"wm{n}" for n in range(5)])

    def test_moments(self):
        job = self.ask("externalcontact/add_moment_task", {"text": {"content": "新品"}})["jobid"]
        results = [self.ask("externalcontact/get_moment_task_result", jobid=job) for _ in range(2)]
        self.assertEqual([one["status"] for one in results], [2, 3])
        self.assertEqual(DOUBLE.post("wecom/publish", userid="zhangsan", moment_id=results[1]["result"]["moment_id"])["done"], 2)
        self.assertEqual(self.got("wmA"), [{"content": "新品"}])


class Customers(WeComCase):
    def test_lists(self):
        self.assertEqual(self.ask("externalcontact/list", userid="zhangsan")["external_userid"], ["wmA", "wmB"])
        self.assertEqual(self.code("externalcontact/list", userid="nobody"), 60111)
        page = self.ask("externalcontact/batch/get_by_user", {"userid_list": ["zhangsan", "lisi"], "limit": 2})
        self.assertEqual([one["follow_info"]["userid"] for one in page["external_contact_list"]], ["zhangsan", "zhangsan"])
        last = self.ask("externalcontact/batch/get_by_user", {"userid_list": ["zhangsan", "lisi"], "limit": 2, "cursor": page["next_cursor"]})
        self.assertEqual((len(last["external_contact_list"]), last["next_cursor"]), (1, ""))
        self.assertEqual([one["userid"] for one in self.ask("externalcontact/get", external_userid="wmB")["follow_user"]], ["zhangsan", "lisi"])

    def test_tags_are_sets_of_the_pair(self):
        tag = self.ask("externalcontact/add_corp_tag", {"group_name": "等级", "tag": [{"name": "金"}]})["tag_group"]["tag"][0]["id"]
        told = {"userid": "zhangsan", "external_userid": "wmB", "add_tag": [tag]}
        self.assertEqual([self.code("externalcontact/mark_tag", told) for _ in range(2)], [0, 0])
        follows = self.ask("externalcontact/get", external_userid="wmB")["follow_user"]
        self.assertEqual([[one["tag_name"] for one in follow["tags"]] for follow in follows], [["金"], []])
        self.assertEqual(self.code("externalcontact/add_corp_tag", {"group_name": "等级", "tag": [{"name": "金"}]}), 40071)
        self.assertEqual(self.code("externalcontact/mark_tag", {**told, "add_tag": ["etx"]}), 40068)
        self.assertEqual(self.code("externalcontact/mark_tag", {**told, "external_userid": "wmX"}), 40096)
        self.assertEqual(self.code("externalcontact/mark_tag", {**told, "userid": "lisi", "external_userid": "wmA"}), 84061)

    def test_one_way_relation_keeps_tags_but_a_members_deletion_does_not(self):
        """90313 on 84061."""
        tag = self.ask("externalcontact/add_corp_tag", {"group_name": "g", "tag": [{"name": "t"}]})["tag_group"]["tag"][0]["id"]
        told = {"userid": "zhangsan", "external_userid": "wmA", "add_tag": [tag]}
        for relation, code in (("left", 0), ("deleted", 84061)):
            self.setup_of(wecom={"customers": {"wmA": {"follow": {"zhangsan": {"relation": relation}}}}})
            self.assertEqual(self.code("externalcontact/mark_tag", told), code)

    def transfer(self, *customers, old="zhangsan", new="lisi", api="transfer_customer"):
        return [one["errcode"] for one in self.ask(f"externalcontact/{api}", {"handover_userid": old, "takeover_userid": new, "external_userid": list(customers)})["customer"]]

    def outcome(self):
        rows = self.ask("externalcontact/transfer_result", {"handover_userid": "zhangsan", "takeover_userid": "lisi"})["customer"]
        return {row["external_userid"]: row["status"] for row in rows}

    def test_transfer_answers_for_each_and_takes_a_day(self):
        self.assertEqual(self.transfer("wmA", "wmX", "wmB"), [0, 40096, 0])
        self.assertEqual(self.transfer("wmA"), [40129])
        self.assertEqual(self.transfer("wmB", new="zhangsan"), [40130])
        self.assertEqual(self.transfer("wmA", old="lisi", new="zhangsan"), [40131])
        DOUBLE.post("wecom/refuse", external_userid="wmB")
        self.assertEqual(self.outcome(), {"wmA": 2, "wmB": 2})
        self.advance(DAY)
        self.token = self.token_of()["access_token"]
        self.assertEqual(self.outcome(), {"wmA": 1, "wmB": 3})
        self.assertEqual(self.ask("externalcontact/list", userid="zhangsan")["external_userid"], ["wmB"])

    def test_two_transfers_in_90_days(self):
        codes = []
        for old, new in (("zhangsan", "lisi"), ("lisi", "zhangsan"), ("zhangsan", "lisi")):
            self.token = self.token_of()["access_token"]
            codes += self.transfer("wmA", old=old, new=new)
            self.advance(DAY)
        self.assertEqual(codes, [0, 0, 40128])

    def test_takers_limit(self):
        self.setup_of(wecom={"staff": {"lisi": {"customer_limit": 2}}})
        self.assertEqual(self.transfer("wmA"), [0])
        self.setup_of(wecom={"customers": {"wmC": {"follow": {"lisi": {}}}}})
        self.advance(DAY)
        self.token = self.token_of()["access_token"]
        self.assertEqual(self.outcome(), {"wmA": 4})
        self.assertEqual(self.transfer("wmA"), [40099])

    def test_resigned(self):
        self.assertEqual(self.ask("externalcontact/resigned/transfer_customer", {"handover_userid": "zhangsan", "takeover_userid": "lisi",
                                                                                "external_userid": ["wmA"]})["errcode"], 40097)
        self.setup_of(wecom={"staff": {"zhangsan": {"resigned": True}}})
        self.assertEqual([one["external_userid"] for one in self.ask("externalcontact/get_unassigned_list", {})["info"]], ["wmA", "wmB"])
        self.assertEqual(self.transfer("wmA", api="resigned/transfer_customer"), [0])
        self.assertEqual(self.transfer("wmA", api="resigned/transfer_customer"), [40100])

    def test_contact_ways(self):
        add = lambda **told: self.ask("externalcontact/add_contact_way", told)   # noqa: E731
        self.assertEqual([add(scene=2)["errcode"], add(type=1)["errcode"], add(type=3, scene=2)["errcode"], add(type=1, scene=2)["errcode"]], [41037, 41038, 41039, 40058])
        made = add(type=1, scene=2, user=["lisi"], state="shop7")
        self.assertIn("qr_code", made)
        self.assertEqual(self.ask("externalcontact/get_contact_way", {"config_id": made["config_id"]})["contact_way"]["state"], "shop7")
        self.setup_of(wecom={"contact_ways": 1})
        self.assertEqual(add(type=1, scene=2, user=["lisi"])["errcode"], 41045)
        self.assertEqual(self.code("externalcontact/del_contact_way", {"config_id": made["config_id"]}), 0)
        self.assertEqual(self.code("externalcontact/get_contact_way", {"config_id": made["config_id"]}), 41044)
