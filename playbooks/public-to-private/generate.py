#!/usr/bin/env python3
"""造这个工作区的数据：一家虚构的猫粮网店 2026 年上半年的客户、订单、签收、加友、进群、预约……；同一个种子，每个字节都一样。

    python3 generate.py [种子]

先在平台买 9.9 元试吃装，四成多的人扫卡加好友，其中多半进群。有人没签收就退，有人不同意短信，有人给差评，有人加了又删。
买不买与收到什么无关：数据先于消息，模拟出来的提升应当是零上下的偶然。
"""
import csv
import datetime as dt
import random
import sys

START, FROM, END = dt.datetime(2026, 1, 5), dt.datetime(2026, 3, 1), dt.datetime(2026, 7, 1)
LAUNCH = dt.datetime(2026, 6, 1, 20, 0)
NAMES = ["林晚", "周周", "阿May", "糖豆妈", "老韩", "小满", "橘子", "Vivi", "大白家", "何姐", "佳佳", "阿楠"]
STAFF = ["小周", "小唐", "阿宁"]
BAD = ["猫不吃", "包装破了", "拉肚子了", "发货太慢", ""]
FOOD = [("鸡肉主粮 2kg", 139, 30), ("鱼肉主粮 2kg", 159, 30), ("鸡肉主粮 5kg", 299, 60)]


def stamp(at):
    return at.strftime("%Y-%m-%d %H:%M:%S")


def write(name, header, rows, end=END):
    rows = sorted((row for row in rows if row[1] < stamp(end)), key=lambda row: (row[1], row[0]))
    with open(name, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main(seed):
    rng = random.Random(seed)
    people, orders, parcels, refunds, bad, friends, unfriends = [], [], [], [], [], [], []
    into, posts, out, lists, reserved = [], [], [], [], []
    day = lambda low, high: dt.timedelta(days=rng.uniform(low, high))

    def waking(at):
        """同一天里人醒着的钟点，晚上多。"""
        return at.replace(hour=rng.choice([9, 11, 12, 13, 15, 18, 19, 20, 20, 21, 21, 22]), minute=rng.randint(0, 59), second=rng.randint(0, 59))

    def buys(customer, at, good, price, days):
        number = f"p{len(orders) + 1:04d}"
        orders.append([customer, stamp(at), number, good, price, f"{days}天" if days else ""])
        if rng.random() < 0.05:
            refunds.append([customer, stamp(at + day(0.2, 11)), number])
        elif rng.random() < 0.04:
            bad.append([customer, stamp(waking(at + day(3, 8))), number, rng.choice(BAD)])
        return number

    for number in range(1, 421):
        customer = f"u{number:03d}"
        first = waking(START + day(0, 135))
        order = buys(customer, first, "试吃装", "9.90", 7)
        signed = waking(first + day(1.5, 5))
        if rng.random() < 0.96:
            parcels.append([customer, stamp(signed), order])
        joins = rng.random() < 0.46
        added = waking(signed + (day(0, 1.5) if rng.random() < 0.6 else day(2, 14)))
        staff = rng.choice(STAFF) if rng.random() < 0.9 else ""
        tags, gone = [], None
        if joins:
            friends.append([customer, stamp(added), staff, "包裹卡" if added - signed < dt.timedelta(days=2) else "短信"])
            if rng.random() < 0.09:
                gone = waking(added + day(1, 40))
                unfriends.append([customer, stamp(gone)])
                if rng.random() < 0.3:
                    friends.append([customer, stamp(waking(gone + day(3, 30))), staff or "小周", "店铺页"])
                    gone = None
            if added < FROM:
                tags = ["已删好友"] if gone and gone < FROM else ["好友"]
            if rng.random() < 0.58:
                joined = waking(added + day(0, 9))
                into.append([customer, stamp(joined)])
                for _ in range(rng.choice([0, 0, 1, 2, 4])):
                    posts.append([customer, stamp(waking(joined + day(0, 60)))])
                if rng.random() < 0.12:
                    out.append([customer, stamp(joined + day(0.1, 12))])
        inside = joins and not gone
        if rng.random() < (0.6 if inside else 0.25):                        # 吃得好，买正装
            good, price, days = rng.choice(FOOD)
            at = waking(first + day(8, 24))
            while at < END:
                buys(customer, at, good, price, days)
                if rng.random() < (0.2 if inside else 0.45):
                    break
                at = waking(at + dt.timedelta(days=days) + day(-4, 12))
        books = inside and added < LAUNCH and rng.random() < 0.34
        if books:
            reserved.append([customer, stamp(waking(LAUNCH - day(1, 6))), "冻干", rng.choice([1, 1, 1, 2, 2, 5])])
        if rng.random() < (0.55 if books else 0.16 if inside else 0.04):
            early = rng.random() < 0.12                                      # 平台上抢先上架，有人先看到了
            at = LAUNCH + (dt.timedelta(minutes=rng.expovariate(1 / 90)) if rng.random() < 0.55 else day(0.4, 12))
            buys(customer, waking(LAUNCH - day(1, 2)) if early else at, "冻干", "89.00", 0)
        people.append([customer, rng.choice(NAMES) if rng.random() < 0.85 else "", staff if tags else "", "",
                       ";".join(tags), "是" if rng.random() < 0.68 else "否"])
    for number, staff in enumerate(["小周", "小周", "小唐", "小唐", "阿宁", ""], 1):
        group = f"g{number}"
        people.append([group, "", staff, "是", "", ""])
        busy = 0.4 if number in (2, 5) else 2.2                              # 两个冷群
        at = FROM - dt.timedelta(days=30)
        while at < END:
            at += dt.timedelta(days=rng.expovariate(busy))
            posts.append([group, stamp(at)])
        if staff:
            lists.append([group, stamp(dt.datetime(2026, 5, 29, 21, rng.randint(0, 59))), rng.randint(8, 29) if number in (2, 5) else rng.randint(31, 80)])
    with open("客户.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["编号", "姓名", "顾问", "是群", "标签", "同意短信"])
        writer.writerows(people)
    write("下单.csv", ["客户", "时间", "单号", "商品", "金额", "够吃"], orders)
    write("签收.csv", ["客户", "时间", "单号"], parcels)
    write("退款.csv", ["客户", "时间", "单号"], refunds)
    write("差评.csv", ["客户", "时间", "单号", "内容"], bad)
    write("加友.csv", ["客户", "时间", "员工", "渠道码"], friends)
    write("删友.csv", ["客户", "时间"], unfriends)
    write("进群.csv", ["客户", "时间"], into)
    write("群发言.csv", ["客户", "时间"], posts)
    write("退群.csv", ["客户", "时间"], out)
    write("接龙.csv", ["客户", "时间", "人数"], lists)
    write("预约.csv", ["客户", "时间", "商品", "份数"], reserved)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6)
