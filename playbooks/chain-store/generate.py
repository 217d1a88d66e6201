#!/usr/bin/env python3
"""造这个工作区的数据：一家虚构连锁店 2025、2026 两年的客户.csv 和 下单.csv；同一个种子，每个字节都一样。

    python3 generate.py [种子]

多数客户有自己的节奏，一部分从某天起再也不来，其中有些过几个月自己回来。
"""
import csv
import datetime as dt
import random
import sys

START, END = dt.datetime(2025, 1, 1), dt.datetime(2027, 3, 1)
NAMES = ["李雷", "韩梅", "王芳", "张伟", "刘洋", "陈静", "杨帆", "赵敏"]


def write(name, header, rows):
    with open(name, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main(seed):
    rng = random.Random(seed)
    people, orders = [], []
    for number in range(1, 401):
        customer = f"c{number:04d}"
        people.append([customer, rng.choice(NAMES) if rng.random() < 0.9 else "", rng.choice(["长沙", "长沙", "株洲", "湘潭"]), rng.choice(["普通", "普通", "银卡", "金卡", ""])])
        rhythm_days = rng.choice([30, 45, 60, 90])
        at = START + dt.timedelta(seconds=rng.randrange(365 * 86400))
        while at < END:
            orders.append([customer, at.strftime("%Y-%m-%d %H:%M:%S"), round(rng.lognormvariate(4, 0.6), 2)])
            if rng.random() < 0.1:
                break                                             # 再也不来
            gap = rng.expovariate(1 / rhythm_days)
            if rng.random() < 0.15:
                gap += rng.uniform(95, 200)                       # 过一阵又来
            at += dt.timedelta(seconds=int(gap * 86400) + 60)
    orders.sort(key=lambda row: (row[1], row[0]))
    write("客户.csv", ["编号", "姓名", "城市", "等级"], people)
    write("下单.csv", ["客户", "时间", "金额"], orders)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
