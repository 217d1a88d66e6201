#!/usr/bin/env python3
"""造这个工作区的数据：一家虚构网店双十一前后的 客户.csv、浏览.csv、下单.csv、退款.csv；同一个种子，每个字节都一样。

    python3 generate.py [种子]

有顾问的由顾问预热；开抢后两小时里，一部分人下单。
"""
import csv
import datetime as dt
import random
import sys

SALE = dt.datetime(2026, 11, 11, 19, 30)
GOODS = ["龙井", "普洱", "白茶", "茶杯", "茶壶", "茶宠"]


def write(name, header, rows):
    with open(name, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main(seed):
    rng = random.Random(seed)
    people, views, orders, refunds = [], [], [], []
    stamp = lambda at: at.strftime("%Y-%m-%d %H:%M:%S")
    for number in range(1, 1501):
        customer = f"c{number:04d}"
        people.append([customer, rng.choice(["小李", "小吴", "小赵", "小孙", "", ""]), rng.choice(["是", "是", "是", "否"]), "是" if number % 25 == 0 else "", "是" if number % 40 == 0 else ""])
        for _ in range(rng.choice([0, 0, 1, 2, 4])):
            views.append([customer, stamp(SALE - dt.timedelta(minutes=rng.randint(60, 50 * 1440))), rng.choice(GOODS)])
        if rng.random() < 0.4:
            bought = SALE - dt.timedelta(days=rng.randint(2, 250), minutes=rng.randint(0, 1439))
            orders.append([customer, stamp(bought), round(rng.lognormvariate(4.3, 0.7), 2)])
            if rng.random() < 0.08:
                refunds.append([customer, stamp(bought + dt.timedelta(days=rng.randint(1, 7)))])
        if rng.random() < 0.2:
            orders.append([customer, stamp(SALE + dt.timedelta(minutes=rng.randint(30, 400))), round(rng.lognormvariate(4.6, 0.6), 2)])
    for rows in (views, orders, refunds):
        rows.sort(key=lambda row: (row[1], row[0]))
    write("客户.csv", ["编号", "顾问", "企微", "短信勿扰", "企微勿扰"], people)
    write("浏览.csv", ["客户", "时间", "商品"], views)
    write("下单.csv", ["客户", "时间", "金额"], orders)
    write("退款.csv", ["客户", "时间"], refunds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
