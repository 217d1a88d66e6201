#!/usr/bin/env python3
"""造这个工作区的数据：一家虚构的面包连锁 2026 年的客人、外卖单、加好友、进退群、自家的单、退款、评价、回复；同一个种子，每个字节都一样。

    python3 generate.py [种子]

三家店。客人大多先在外卖平台上买；有人第二单之后就扫了袋里的卡，有人要等短信，有人永远不扫。进了群的，一部分变成常客，一部分买一次就走，一部分过几天退群。
三月和九月有开业活动，进群的人多，活动的码一人 4 元，拉新奖金那时不够用。有人没有店长（名册里没登记），有人不同意短信，员工自己也买面包，有的单退一部分、退全部、退两次。
"""
import csv
import datetime as dt
import random
import sys

START, END = dt.datetime(2026, 1, 1), dt.datetime(2027, 1, 1)
SHOPS = {"河东店": ["hd-mei", "hd-jun"], "河西店": ["hx-lan", "hx-bo"], "大学城店": ["dx-yue", "dx-qi", "dx-nan"]}
MANAGER = {"河东店": "hd-boss", "河西店": "hx-boss", "大学城店": "dx-boss"}
NAMES = ["陈姐", "李哥", "小周", "王阿姨", "阿芳", "何老师", "小林", "赵叔", "婷婷", "大刘"]
ASKED = ["今天还有吐司吗", "能送到学校吗", "我牛奶过敏", "群里吵不吵", "几点出炉"]
OPENINGS = [(62, 78), (246, 262)]   # 开业活动：一年里的第几天
PEOPLE = 360


def write(name, header, rows):
    with open(name, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def stamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(rng, day):
    """这一天里的一个时刻（UTC；店里的早上七点到晚上九点）。"""
    return START + dt.timedelta(days=int(day), seconds=rng.randint(-3600, 13 * 3600))


def yuan(rng, middle):
    return f"{max(6.0, rng.lognormvariate(middle, 0.45)):.2f}"


class Shop:
    """所有人的所有事，一张表一个列表，行是 [客户, 时刻, …]。"""

    def __init__(self):
        self.delivered, self.added, self.joined, self.gone, self.orders, self.refunds, self.scores, self.replies = ([] for _ in range(8))


def delivery(rng, shop, customer, begins, ends, gap):
    """平台上的单，隔几天一单；返回它们的日子。"""
    days, day = [], begins
    while day < ends:
        shop.delivered.append([customer, moment(rng, day), yuan(rng, 3.3), rng.choice(["蓝平台", "黄平台"])])
        if rng.random() < 0.012:
            shop.scores.append([customer, shop.delivered[-1][1] + dt.timedelta(hours=rng.randint(2, 30)), rng.choice([1, 2, 4, 5])])
        days.append(day)
        day += max(1, rng.gauss(gap, gap / 3))
    return days


def own_orders(rng, shop, customer, begins, habit):
    """进群之后在自家渠道买的单。"""
    day = begins
    for _ in range({"常客": rng.randint(14, 30), "偶尔": rng.randint(2, 8), "一次": 1}[habit]):
        if day >= 364:
            return
        at = moment(rng, day)
        amount = yuan(rng, 3.4 if habit == "常客" else 3.2)
        shop.orders.append([customer, at, amount, rng.choice(["小程序", "小程序", "接龙", "收银台"])])
        if rng.random() < 0.03:
            shop.scores.append([customer, at + dt.timedelta(hours=rng.randint(2, 30)), rng.choice([1, 2, 2, 3, 5])])
        day += max(1, rng.gauss(*{"常客": (7, 3), "偶尔": (19, 8), "一次": (1, 0)}[habit]))
        if habit == "常客" and rng.random() < 0.04:
            day += rng.randint(24, 60)                          # 出差、放假、换了口味


def life(rng, shop, customer, place):
    """一位客人的一年。"""
    opening = rng.random() < 0.35
    begins = rng.uniform(*rng.choice(OPENINGS)) if opening else rng.uniform(0, 320)
    kind = rng.choices(["扫卡", "等短信", "不扫", "收银台", "朋友"], [34, 16, 32, 12, 6])[0]
    if kind in ("收银台", "朋友"):
        if rng.random() < 0.25:
            shop.orders.append([customer, moment(rng, begins), yuan(rng, 3.2), "收银台"])   # 老客：先买，后进群
        found = begins + rng.uniform(0.5, 20)
    else:
        days = delivery(rng, shop, customer, begins, min(364, begins + rng.choice([20, 60, 150, 330])), rng.choice([6, 10, 10, 16, 30]))
        if kind == "不扫" or len(days) < 2:
            return
        found = days[1] + (rng.uniform(1, 12) if kind == "扫卡" else rng.uniform(14.5, 26))
    if found > 350:
        return
    if rng.random() < 0.9:                                       # 有人不加好友，直接被拉进群
        at = moment(rng, found)
        shop.added.append([customer, at])
        ends = rng.random()
        if ends < 0.12:
            shop.replies.append([customer, at + dt.timedelta(days=1, hours=rng.randint(14, 60)), rng.choice(ASKED)])
        if ends < 0.3:
            return                                               # 只加好友，不进群
    joins = found + rng.choice([0.1, 0.5, 1.6, 3, 6])
    at = moment(rng, joins) + dt.timedelta(hours=1)
    by = rng.choice(SHOPS[place]) if rng.random() < 0.94 else ""
    shop.joined.append([customer, at, place + "群", by, {"收银台": "收银台", "朋友": "朋友"}.get(kind, "包裹卡"), "4.00" if opening else ""])
    if rng.random() < 0.14:
        shop.gone.append([customer, at + dt.timedelta(days=rng.choice([1, 3, 6, 20, 60]), hours=2), place + "群"])
        if rng.random() < 0.5:
            return
    habit = rng.choices(["常客", "偶尔", "一次", "不买"], [34, 34, 14, 18])[0]
    if habit != "不买":
        own_orders(rng, shop, customer, joins + rng.choice([0.2, 1, 3, 9, 16, 36]), habit)
    if rng.random() < 0.1:
        shop.replies.append([customer, moment(rng, min(360, joins + rng.uniform(1, 90))), rng.choice(ASKED)])


def refunds_of(rng, order):
    """退全部、退一部分、退两次；大多在当天，也有三天以后才来的。"""
    customer, at, number, amount = order[:4]
    if rng.random() >= 0.06:
        return []
    later = lambda low, high: at + dt.timedelta(hours=rng.uniform(low, high))
    full, part = float(amount), f"{float(amount) * rng.choice([0.25, 0.4, 0.5]):.2f}"
    how = rng.choices(["全部", "一部分", "两次", "迟了"], [5, 5, 2, 1])[0]
    if how == "两次":
        first = later(0.5, 30)
        return [[customer, first, number, part], [customer, first + dt.timedelta(hours=rng.uniform(2, 60)), number, f"{full - float(part):.2f}"]]
    return [[customer, later(75, 200) if how == "迟了" else later(0.5, 60), number, part if how == "一部分" else amount]]


def main(seed):
    rng = random.Random(seed)
    people, shop = [], Shop()
    for number in range(1, PEOPLE + 1):
        customer, place = f"c{number:03d}", rng.choice(sorted(SHOPS))
        staff = number % 45 == 0
        people.append([customer, rng.choice(NAMES) if rng.random() < 0.85 else "", place, MANAGER[place] if rng.random() < 0.9 else "",
                       "员工" if staff else "", rng.choice(["是", "是", "否", ""])])
        life(rng, shop, customer, place)
    until = lambda rows: sorted((row for row in rows if START <= row[1] < END), key=lambda row: (row[1], row[0]))
    shop.delivered, shop.orders = until(shop.delivered), until(shop.orders)
    for sign, rows in (("w", shop.delivered), ("d", shop.orders)):
        for number, row in enumerate(rows, 1):
            row.insert(2, f"{sign}{number}")
    for order in shop.orders:
        shop.refunds += refunds_of(rng, order)
    tables = [("外卖单", ["单号", "金额", "平台"], shop.delivered), ("加好友", [], shop.added), ("入群", ["群", "邀请人", "途径", "单价"], shop.joined),
              ("退群", ["群"], shop.gone), ("下单", ["单号", "金额", "渠道"], shop.orders), ("退款", ["单号", "金额"], shop.refunds),
              ("评价", ["分"], shop.scores), ("回复", ["内容"], shop.replies)]
    write("客户.csv", ["编号", "称呼", "门店", "店长", "标签", "同意短信"], people)
    for name, fields, rows in tables:
        write(name + ".csv", ["客户", "时间", *fields], [[row[0], stamp(row[1]), *row[2:]] for row in until(rows)])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
