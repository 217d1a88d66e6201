#!/usr/bin/env python3
"""造这个工作区的数据：一家虚构的高校教材出版社 2025、2026 两年的老师，写成十三个 .csv；同一个种子，每个字节都一样。

    python3 generate.py [种子]

老师名册里的是 2025 年的老客户；2026 年的多数人跟着各分社的样书推文来，推文一发就是一阵。有人不是任课教师，有人样书没签收，有人删了好友，
有人没等推荐就自己下单。各省的经销商专营不同的书，江苏的合同 9 月才签。
"""
import csv
import datetime as dt
import random
import sys

START, NOW, END = dt.datetime(2025, 1, 1), dt.datetime(2026, 1, 1), dt.datetime(2027, 1, 1)
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
SCHOOLS = {"湖南": ["云麓师范学院", "湘南职业学院"], "四川": ["锦水理工学院", "川西医护学院"], "江苏": ["运河经贸学院", "江左外国语学院"], "陕西": ["秦塬工程大学", "渭水职业学院"]}
# 书号 → 书名、定价；前六本是公共课教材，多由经销商专营
BOOKS = {
    "B101": ("大学英语综合教程", 59), "B102": ("高等数学", 62), "B103": ("护理学基础", 68), "B104": ("管理学原理", 56), "B105": ("机械制图", 54), "B106": ("商务英语听说", 49),
    "B201": ("课堂互动一百法", 42), "B202": ("学术英语写作", 58), "B203": ("护理教学案例集", 66), "B204": ("管理学案例库", 72), "B205": ("工科实验安全手册", 38), "B206": ("教学设计实务", 45),
}
PROTECTED = {"湖南": ["B101", "B102", "B104"], "四川": ["B101", "B102", "B103", "B105"], "江苏": [], "陕西": ["B102", "B105", "B202"]}
JIANGSU = (dt.datetime(2026, 9, 15, 1), ["B101", "B204", "B206"])          # 合同那天生效
# 样书推文：哪天、哪个部门、多少人申请
POSTS = [("2026-01-08", "高教分社", 14), ("2026-03-05", "外语分社", 24), ("2026-04-09", "职教分社", 18), ("2026-05-21", "高教分社", 16), ("2026-08-27", "外语分社", 38),
         ("2026-09-24", "高教分社", 40), ("2026-10-29", "职教分社", 36), ("2026-12-03", "外语分社", 14)]
STUDENTS = [40, 60, 60, 80, 80, 100, 120, 120, 150, 180, ""] * 2 + [480]      # 报一句 480 的，来源费超过单人上限
SEASONS = [dt.datetime(2026, 5, 11, 3), dt.datetime(2026, 11, 9, 3)]
NEW_BOOKS = [("2026-02-26", "B206"), ("2026-04-23", "B101"), ("2026-06-11", "B204"), ("2026-08-20", "B202"), ("2026-09-10", "B206"), ("2026-10-15", "B205"), ("2026-11-19", "B203"), ("2026-12-10", "B102")]


class Year:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.rows = {name: [] for name in ("老师", "保护书目", "标签", "样书申请", "核验", "签收", "试读反馈", "选用", "新书", "询购", "下单", "退货", "回复")}
        self.numbers = {"样书": 0, "订单": 0, "询购": 0}

    def number(self, kind, prefix):
        self.numbers[kind] += 1
        return f"{prefix}{self.numbers[kind]:04d}"

    def later(self, at, low, high):
        return at + dt.timedelta(seconds=int(self.rng.uniform(low, high) * 86400))

    def add(self, name, who, at, *cells):
        if at < END:
            self.rows[name].append([who, stamp(at), *cells])

    def order(self, who, at, book, copies):
        number = self.number("订单", "D")
        self.add("下单", who, at, number, book, BOOKS[book][1] * copies)
        if self.rng.random() < 0.15:
            self.add("退货", who, self.later(at, 2, 13), number)

    def sample(self, who, at, department, person):
        """一本样书的一生，从申请到选用。"""
        rng, number, book = self.rng, self.number("样书", "Y"), self.rng.choice(list(BOOKS))
        self.add("样书申请", who, at, *person, number, book, BOOKS[book][0], department)
        if rng.random() < 0.09:
            return None, book                                             # 寄丢了，或者没人签收
        signed = self.later(at, 4, 9)
        self.add("签收", who, signed, number)
        fate = rng.random()
        if fate < 0.36:
            self.add("试读反馈", who, self.later(signed, 11, 38), number, rng.choice([4, 4, 5, 5]), "")
            if rng.random() < 0.2:
                self.add("选用", who, self.later(signed, 25, 110), book, rng.choice([40, 60, 90, 120, 240]))
        elif fate < 0.46:
            self.add("试读反馈", who, self.later(signed, 11, 36), number, rng.choice([1, 2, 3]), rng.choice(["例题太旧", "篇幅超过课时", "和大纲对不上", ""]))
        elif fate < 0.56:
            self.add("回复", who, self.later(signed, 10.5, 38), rng.choice(["第三章不好讲", "有没有配套题库", "学院统一订，我说了不算"]))
        elif fate < 0.6:
            self.add("选用", who, self.later(signed, 20, 60), book, rng.choice([30, 50]))   # 一句话没说就选用了
        for season in SEASONS:                                            # 多数人等到选用季才定
            if signed < season and rng.random() < (0.3 if fate < 0.36 else 0.08):
                self.add("选用", who, self.later(season, 1, 44), book, rng.choice([40, 60, 90, 120, 240]))
                break
        return signed, book

    def life(self, who, since, province, known):
        """样书以外的事：新书、询购、下单、删好友、投诉。"""
        rng, closed = self.rng, set(PROTECTED[province]) | (set(JIANGSU[1]) if province == "江苏" else set())
        for day, book in NEW_BOOKS:
            at = dt.datetime.fromisoformat(day) + dt.timedelta(hours=rng.uniform(1, 8))
            if at < since or rng.random() < 0.25:
                continue
            self.add("新书", who, at, book, BOOKS[book][0], BOOKS[book][1])
            if book in closed:
                continue
            chance = rng.random()
            if chance < 0.1:
                self.order(who, self.later(at, 7.5, 25), book, rng.choice([1, 1, 2, 3]))
            elif chance < 0.14:
                self.order(who, self.later(at, 0.5, 6), book, 1)             # 没等推荐就买了
            elif chance < 0.2:
                self.add("回复", who, self.later(at, 0.4, 6), rng.choice(["讲得好，有课件吗", "这本适合研究生吗"]))
        if province == "江苏" and since < JIANGSU[0] and rng.random() < 0.3:  # 开学要用，合同还没签
            self.add("询购", who, self.later(JIANGSU[0], -12, -1), self.number("询购", "X"), "B101", BOOKS["B101"][0], rng.choice([30, 60, 120]))
        elif rng.random() < 0.45:
            book, at = rng.choice(list(BOOKS)), self.later(max(since, NOW), 3, 300)
            self.add("询购", who, at, self.number("询购", "X"), book, BOOKS[book][0], rng.choice([1, 5, 30, 60, 120]))
            if book not in closed and rng.random() < 0.4:
                self.order(who, self.later(at, 1, 20), book, rng.choice([5, 30]))
        if rng.random() < 0.35:                                           # 书城里随手买的
            self.order(who, self.later(max(since, NOW), 5, 200), rng.choice([book for book in BOOKS if book not in closed]), 1)
        if rng.random() < (0.04 if known else 0.1):
            self.add("标签", who, self.later(max(since, NOW), 4, 300 if known else 90), rng.choice(["已删好友", "已删好友", "投诉"]))

    def person(self, province):
        rng = self.rng
        books = ";".join(PROTECTED[province]) or "无"
        return [rng.choice(SURNAMES) + "老师" if rng.random() < 0.93 else "", rng.choice(SCHOOLS[province]), province, books if rng.random() < 0.94 else "",
                "yes" if rng.random() < 0.7 else "no", "yes" if rng.random() < 0.55 else "", rng.choice(STUDENTS)]


def stamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def main(seed):
    year = Year(seed)
    rng = year.rng
    provinces = list(SCHOOLS)
    for number in range(1, 81):                                           # 老客户
        who, province = f"t{number:03d}", rng.choice(provinces)
        name, school, _, books, sms, passing, students = year.person(province)
        year.rows["老师"].append([who, name, school, province, "教师", "老客户", rng.choice(["代表-陈", "代表-罗", "代表-邓", "代表-邓", ""]), books, sms, passing])
        signed = START + dt.timedelta(days=rng.uniform(30, 360))
        year.add("签收", who, signed, f"L{number:03d}")
        if rng.random() < 0.45:
            year.add("选用", who, year.later(signed, 10, 200), rng.choice(list(BOOKS)), rng.choice([40, 80, 160]))
        spoke = signed
        while rng.random() < 0.6:                                         # 有人隔一学期才回一句，有人一直没话
            spoke = year.later(spoke, 120.3, 132) if rng.random() < 0.5 else year.later(spoke, 30, 200)
            year.add("回复", who, spoke, rng.choice(["课上用得不错", "发现一处勘误", "新版什么时候出"]))
        year.life(who, NOW, province, True)
        if rng.random() < 0.2:
            year.sample(who, year.later(NOW, 20, 300), rng.choice(["高教分社", "外语分社"]), [name, school, province, books, sms, passing, students])
        if province == "江苏":
            year.add("保护书目", who, JIANGSU[0], ";".join(JIANGSU[1]))
    number = 100
    for day, department, people in POSTS:
        opened = dt.datetime.fromisoformat(day)
        for _ in range(people):
            number += 1
            who, province = f"t{number:03d}", rng.choice(provinces)
            person = year.person(province)
            if province == "江苏" and opened > JIANGSU[0] and person[3]:
                person[3] = ";".join(JIANGSU[1])
            at = opened + dt.timedelta(hours=min(rng.expovariate(1 / 9), 140) + rng.uniform(2, 14))
            fate = rng.random()
            if fate < 0.84:
                year.add("核验", who, year.later(at, 0.1, 2.6), "通过")
            elif fate < 0.9:
                year.add("核验", who, year.later(at, 0.1, 2.6), "不通过")
            elif fate < 0.95:
                year.add("核验", who, year.later(at, 4, 9), "通过")          # 催过才有
            year.sample(who, at, department, person)
            if rng.random() < 0.16:                                       # 又看到别的推文
                for _ in range(rng.choice([1, 1, 3, 4])):
                    year.sample(who, year.later(at, 5, 70), rng.choice(["高教分社", "职教分社", "外语分社"]), person)
            year.life(who, at, province, False)
            if province == "江苏" and at < JIANGSU[0]:
                year.add("保护书目", who, JIANGSU[0], ";".join(JIANGSU[1]))
    headers = {
        "老师": ["编号", "姓名", "院校", "省份", "身份", "来源", "代表", "保护书目", "同意短信", "同意转介"],
        "保护书目": ["老师", "时间", "保护书目"], "标签": ["老师", "时间", "标签"],
        "样书申请": ["老师", "时间", "姓名", "院校", "省份", "保护书目", "同意短信", "同意转介", "授课人数", "单号", "书号", "书名", "部门"],
        "核验": ["老师", "时间", "结果"], "签收": ["老师", "时间", "单号"], "试读反馈": ["老师", "时间", "单号", "评分", "意见"], "选用": ["老师", "时间", "书号", "册数"],
        "新书": ["老师", "时间", "书号", "书名", "定价"], "询购": ["老师", "时间", "单号", "书号", "书名", "册数"], "下单": ["老师", "时间", "单号", "书号", "金额"],
        "退货": ["老师", "时间", "单号"], "回复": ["老师", "时间", "内容"],
    }
    for name, header in headers.items():
        rows = year.rows[name] if name == "老师" else sorted(year.rows[name], key=lambda row: (row[1], row[0], row[2:]))
        with open(f"{name}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
