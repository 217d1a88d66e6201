#!/usr/bin/env python3
"""造这个工作区的数据：一家虚构茶馆两年的 客户.csv、投诉.csv、下单.csv、到店.csv、回复.csv；同一个种子，每个字节都一样。

    python3 generate.py [种子]

客户各有节奏；不少人从某天起不来了，有的收到关怀会回一句，有的自己回来。
"""
import csv
import datetime as dt
import random
import sys

START, END = dt.datetime(2025, 1, 1), dt.datetime(2027, 1, 1)
NAMES = ["李雷", "韩梅", "王芳", "张伟", "刘洋", "陈静", "杨帆", "赵敏", "孙悦"]
SHOPS = ["五一店", "河西店", "南门店"]
WORDS = ["最近忙，过阵子来", "有新茶吗", "周末来", "还有上次那款吗"]


def write(name, header, rows):
    with open(name, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main(seed):
    rng = random.Random(seed)
    people, complaints, orders, visits, replies = [], [], [], [], []
    stamp = lambda at: at.replace(hour=9 + at.hour % 12).strftime("%Y-%m-%d %H:%M:%S")      # 白天来，白天回话
    for number in range(1, 321):
        customer = f"c{number:04d}"
        tag = "员工" if rng.random() < 0.02 else ""
        people.append([customer, rng.choice(NAMES) if rng.random() < 0.9 else "", rng.choice(["长沙", "株洲", "湘潭"]), rng.choice(["小李", "小吴", ""]), tag, "是" if number % 16 == 0 else ""])
        rhythm_days = rng.choice([10, 20, 30, 45])
        at = START + dt.timedelta(seconds=rng.randrange(450 * 86400))
        while at < END:
            orders.append([customer, stamp(at), round(rng.lognormvariate(4.4, 0.7), 2), rng.choice(SHOPS)])
            if rng.random() < 0.3:
                visits.append([customer, stamp(at + dt.timedelta(days=rng.randint(1, 12)))])
            gap = rng.expovariate(1 / rhythm_days)
            silent = rng.random() < 0.12
            if silent:
                gap += rng.uniform(62, 120)
                if rng.random() < 0.1:
                    visits.append([customer, stamp(at + dt.timedelta(days=60 + rng.uniform(0.1, 7)))])
                elif rng.random() < 0.04:
                    complaints.append([customer, stamp(at + dt.timedelta(days=60 + rng.uniform(0.1, 7))), "投诉"])
                elif rng.random() < 0.2:
                    replies.append([customer, stamp(at + dt.timedelta(days=60 + rng.uniform(0.1, 9))), rng.choice(WORDS)])
            if silent and rng.random() < 0.5:
                break
            at += dt.timedelta(seconds=int(gap * 86400) + 60)
    for rows in (complaints, orders, visits, replies):
        rows.sort(key=lambda row: (row[1], row[0]))
    write("客户.csv", ["编号", "姓名", "城市", "顾问", "标签", "企微勿扰"], people)
    write("投诉.csv", ["客户", "时间", "标签"], complaints)
    write("下单.csv", ["客户", "时间", "金额", "门店"], orders)
    write("到店.csv", ["客户", "时间"], visits)
    write("回复.csv", ["客户", "时间", "内容"], replies)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
