#!/usr/bin/env python3
"""造这个工作区的数据：一个虚构社群 2026 年的 客户.csv、变动.csv、发言.csv、分享.csv、下单.csv、退款.csv、心愿.csv、分发.csv；同一个种子，每个字节都一样。

    python3 generate.py [种子]

有人只说话，有人爱分享，少数人带来新客户，其中有些过几个月就不分享了，有些歇一阵又来；他们带来的订单偶尔会退；有人没有顾问，有人不让打扰，有人去了竞品。
"""
import csv
import datetime as dt
import random
import sys

START, END = dt.datetime(2026, 1, 1), dt.datetime(2027, 1, 1)
NAMES = ["小雨", "阿凯", "琳达", "老周", "晓晓", "大宇", "安安", "静静"]
WISHES = ["想要小包装", "想学泡茶", "想去茶山看看", "杯子有没有别的颜色"]


def write(name, header, rows):
    rows.sort(key=lambda row: (row[1], row[0]))
    with open(name, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main(seed):
    rng = random.Random(seed)
    people, changes, talks, shares, orders, refunds, wishes, gifts = [], [], [], [], [], [], [], []
    stamp = lambda at: at.strftime("%Y-%m-%d %H:%M:%S")
    moment = lambda low, high: START + dt.timedelta(days=rng.uniform(low, high))
    stars = []
    for number in range(1, 181):
        customer = f"c{number:03d}"
        people.append([customer, rng.choice(NAMES), rng.choice(["小李", "小吴", "小赵", "小赵", ""]), "主题群" if rng.random() < 0.6 else "", "是" if rng.random() < 0.04 else ""])
        talkative, begins = rng.random() < 0.6, rng.uniform(5, 120)
        for _ in range(rng.randint(8, 14) if talkative else rng.randint(0, 4)):
            talks.append([customer, stamp(moment(begins, begins + 20)), rng.choice(["主题群", "闲聊群"]), rng.randint(2, 60)])
        sharing = rng.choice([0, 0, 2, 5, 11]) if talkative else 0            # 每月几次
        for month in rng.choice([range(3), range(6), range(8), (0, 1, 2, 5, 6, 7)]):
            for _ in range(sharing):
                shares.append([customer, stamp(moment(begins + 20 + 30 * month, begins + 50 + 30 * month)), rng.randint(50, 600), rng.choice([0, 0, 1, 3])])
        for _ in range(rng.choice([0, 1, 2]) if talkative else rng.random() < 0.1):
            wishes.append([customer, stamp(moment(begins + 15, begins + 120)), rng.choice(WISHES)])
        if sharing >= 5:
            stars.append((customer, begins))
        for _ in range(rng.choice([1, 3, 6]) + (4 if sharing > 5 else 0)):
            orders.append([customer, stamp(moment(0, 364)), "", round(rng.lognormvariate(4.5, 0.6), 2), ""])
        if talkative and rng.random() < 0.08:
            changes.append([customer, stamp(moment(begins + 20, begins + 90)), "竞品"])
    for _ in range(320):
        star, begins = rng.choice(stars)
        buyer = star if rng.random() < 0.03 else f"c{rng.randint(1, 180):03d}"                 # 有人拿自己的链接下单
        orders.append([buyer, stamp(moment(begins + 40, 364)), "", round(rng.lognormvariate(4.8, 0.6), 2), star])
    for star, begins in stars:
        for _ in range(rng.choice([0, 6, 14, 24])):
            gifts.append([star, stamp(moment(begins + 60, min(begins + 260, 364))), "", rng.choice([50, 100, 200, 300]), f"c{rng.randint(1, 180):03d}"])
    orders.sort(key=lambda row: (row[1], row[0]))
    for number, order in enumerate(orders, 1):
        order[2] = f"d{number}"
        if rng.random() < 0.08:
            at = dt.datetime.strptime(order[1], "%Y-%m-%d %H:%M:%S") + dt.timedelta(days=rng.uniform(0.5, 12))
            refunds.append([order[0], stamp(at), order[2]])
    gifts.sort(key=lambda row: (row[1], row[0]))
    for number, gift in enumerate(gifts, 1):
        gift[2] = f"f{number}"
    write("客户.csv", ["编号", "姓名", "顾问", "标签", "勿扰"], people)
    write("变动.csv", ["客户", "时间", "标签"], changes)
    for rows in (talks, shares, orders, refunds, wishes, gifts):
        rows[:] = [row for row in rows if row[1] < stamp(END)]
    write("发言.csv", ["客户", "时间", "群", "字数"], talks)
    write("分享.csv", ["客户", "时间", "触达", "新客"], shares)
    write("下单.csv", ["客户", "时间", "单号", "金额", "分享人"], orders)
    write("退款.csv", ["客户", "时间", "单号"], refunds)
    write("心愿.csv", ["客户", "时间", "内容"], wishes)
    write("分发.csv", ["客户", "时间", "单号", "金额", "朋友"], gifts)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
