#!/usr/bin/env python3
"""造这个工作区的数据：三家虚构门店、十一个企微号，2025-03 到 2026-09；同一个种子，每个字节都一样。

    python3 generate.py [种子]

会员买多买少差得很远；收到邀约短信的人有一部分去加好友，对照组几乎没有；五一开业活动一天涌进来几十个新好友；
半年里三位导购离职；有人不接电话，有人拒绝，有人删好友，有人撤回授权。
"""
import csv
import datetime as dt
import random
import sys

HISTORY, START, END = dt.datetime(2025, 3, 1), dt.datetime(2026, 3, 1), dt.datetime(2026, 9, 1)
SALE = dt.datetime(2026, 6, 18, 12)
LEAVERS = {"dx-03": dt.datetime(2026, 4, 9, 9, 30), "bj-03": dt.datetime(2026, 5, 20, 9, 30), "jf-04": dt.datetime(2026, 7, 6, 9, 30)}
STORES = {"滨江店": ["bj-01", "bj-02", "bj-03", "bj-04"], "解放路店": ["jf-01", "jf-02", "jf-03", "jf-04"], "大学城店": ["dx-01", "dx-02", "dx-03"]}
NAMES = ["陈晓", "林悦", "周宁", "吴桐", "郑好", "何苗", "许诺", "方圆", "沈一", "姚远", "梁辰", "贺兰"]
KINDS = ["童装", "女装", "家居", "运动"]
WORDS = ["有 120 的吗", "周末几点关门", "这件能退吗", "谢谢", "下次到货喊我", "孩子长高了，要大一码"]
PER_DAY = 8                                       # 老客邀约的“存量 8 每天”


def draw(*parts):
    """与引擎同一种抽签，好让回应跟着邀约走。"""
    mask = (1 << 64) - 1
    h = 0xCBF29CE484222325
    for byte in "\x1f".join(parts).encode():
        h = (h ^ byte) * 0x100000001B3 & mask
    h ^= h >> 33
    h = h * 0xFF51AFD7ED558CCD & mask
    h ^= h >> 33
    h = h * 0xC4CEB9FE1A85EC53 & mask
    h ^= h >> 33
    return h % 10000


def stamp(at):
    return at.strftime("%Y-%m-%d %H:%M")


def write(name, header, rows, at=None):
    if at is not None:
        rows = sorted((row for row in rows if row[at] < stamp(END)), key=lambda row: (row[at], row[0]))
    with open(name, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def daytime(rng, day, low=9.5, high=20.5):
    return dt.datetime(day.year, day.month, day.day) + dt.timedelta(minutes=int(60 * rng.uniform(low, high)))


def main(seed):
    rng = random.Random(seed)
    people, orders, friends, replies, calls, removed = {}, [], [], [], [], []
    friend_since, guide_of, store_of, follows = {}, {}, {}, {}

    def buys(customer, at, mean):
        orders.append([customer, stamp(at), round(mean * rng.lognormvariate(0, 0.45), 2), rng.choice([people[customer]["kind"]] * 2 + KINDS)])

    def joins(customer, at, kind, store, account):
        guide = account if rng.random() < 0.85 else ""
        friends.append([customer, stamp(at), kind, store, "号-" + account, guide, "是" if kind == "新客" and rng.random() < 0.4 else ""])
        follows[customer] = friends[-1][6] == "是"
        friend_since[customer], guide_of[customer], store_of[customer] = at, guide, store
        if rng.random() < 0.35:
            replies.append([customer, stamp(daytime(rng, at + dt.timedelta(days=rng.randint(1, 6)))), rng.choice(WORDS)])

    # 会员：从会员系统导入
    register = []
    for number in range(1, 301):
        customer, store = f"m{number:04d}", rng.choice(["滨江店", "滨江店", "解放路店", "大学城店"])
        friend = rng.random() < 0.36
        guide = rng.choice(STORES[store]) if rng.random() < (0.95 if friend else 0.7) else ""
        rhythm, mean = rng.choices([(23, 290), (60, 170), (130, 120)], [30, 35, 35])[0]
        people[customer] = {"kind": rng.choice(KINDS), "rhythm": rhythm, "mean": mean}
        store_of[customer], guide_of[customer] = store, guide
        if friend:
            friend_since[customer] = HISTORY
        level = "金卡" if rhythm < 30 and rng.random() < 0.5 else rng.choice(["普通", "普通", "银卡", ""])
        yes = lambda share: "是" if rng.random() < share else "否"
        tags = ["企微好友"] if friend else []
        if rng.random() < 0.02:
            tags.append("投诉")
        register.append([customer, rng.choice(NAMES) if rng.random() < 0.92 else "", store, level, "会员", guide, ";".join(tags),
                         yes(0.82), yes(0.7), yes(0.45), yes(0.55), "是" if rng.random() < 0.11 else ""])
        at = HISTORY + dt.timedelta(days=rng.uniform(0, rhythm))
        gone = rng.random() < 0.18
        until = START + dt.timedelta(days=rng.uniform(-60, 120)) if gone else END
        while at < until:
            buys(customer, daytime(rng, at), mean)
            at += dt.timedelta(days=max(1, rng.expovariate(1 / rhythm)))
        if friend:
            for _ in range(rng.choice([0, 0, 1, 2, 3])):
                replies.append([customer, stamp(daytime(rng, HISTORY + dt.timedelta(days=rng.uniform(200, 545)))), rng.choice(WORDS)])
    spent = {customer: 0.0 for customer in people}
    for customer, at, amount, _ in orders:
        if at < stamp(START):
            spent[customer] += amount
    by_id = {row[0]: row for row in register}

    # 谁会在哪天收到邀约：与引擎同样排队
    wanted = [c for c in people if spent[c] >= 3000 and "企微好友" not in by_id[c][6]]
    wanted.sort(key=lambda c: (draw("backfill", "老客邀约", c), c.encode()))
    for rank, customer in enumerate(wanted):
        row, day = by_id[customer], START + dt.timedelta(days=rank // PER_DAY)
        store, account = row[2], row[5] or rng.choice(STORES[row[2]])
        if draw("holdout", "老客邀约", customer) < 2000 or row[7] == "否":
            if rng.random() < 0.05:
                joins(customer, daytime(rng, day + dt.timedelta(days=rng.randint(1, 28))), "会员", store, account)
            continue
        if row[11] == "" and rng.random() < (0.32 if row[3] == "金卡" else 0.16):
            joins(customer, day + dt.timedelta(hours=9, minutes=rng.randint(10, 2000)), "会员", store, account)
            continue
        if row[8] == "否":
            continue
        called = day + dt.timedelta(days=3, hours=9, minutes=rng.randint(30, 500))
        answer = rng.choices(["愿意", "未接", "拒绝", ""], [34, 30, 18, 18])[0]
        if answer:
            calls.append([customer, stamp(called), answer])
        if answer == "愿意" and rng.random() < 0.7:
            joins(customer, called + dt.timedelta(minutes=rng.randint(5, 1500)), "会员", store, account)
        elif answer == "未接" and rng.random() < 0.25:
            joins(customer, daytime(rng, called + dt.timedelta(days=rng.randint(2, 8))), "会员", store, account)

    # 新客：扫码来的，五一那天最多
    for number in range(1, 131):
        customer, store = f"n{number:03d}", rng.choice(["滨江店", "滨江店", "解放路店", "大学城店"])
        day = dt.datetime(2026, 5, 1) if number <= 75 else START + dt.timedelta(days=rng.randint(1, 170))
        people[customer] = {"kind": rng.choice(KINDS), "mean": 130}
        weight = [3 if account in ("bj-01", "jf-02") else 1 for account in STORES[store]]
        at = daytime(rng, day, 10, 19.5)
        account = rng.choices(STORES[store], weight)[0]
        joins(customer, at, "新客", store, account if at < LEAVERS.get(account, END) else STORES[store][0])
        for _ in range(rng.choice([0, 0, 1, 2, 4])):
            buys(customer, daytime(rng, at + dt.timedelta(days=rng.uniform(1, 110))), 130)

    # 离职：他的好友各一行；有人不愿转，有的接替号满了
    gone, refused = [], []
    for customer in sorted(guide_of):
        left = LEAVERS.get(guide_of[customer])
        if left and friend_since.get(customer, END) < left:
            gone.append([customer, stamp(left)])
            fate = rng.random()
            if fate < 0.3:
                refused.append([customer, stamp(left + dt.timedelta(minutes=rng.randint(20, 1300))), "客户拒绝" if fate < 0.17 else "好友已满"])
            if rng.random() < 0.3:
                replies.append([customer, stamp(daytime(rng, left + dt.timedelta(days=rng.randint(2, 12)))), rng.choice(WORDS)])

    # 删好友，有人又加回来
    for customer in sorted(friend_since):
        if rng.random() < 0.12:
            at = max(friend_since[customer], START) + dt.timedelta(days=rng.uniform(2, 90))
            if at < END:
                removed.append([customer, stamp(daytime(rng, at))])
                if rng.random() < 0.25:
                    back = daytime(rng, at + dt.timedelta(days=rng.randint(3, 40)))
                    friends.append([customer, stamp(back), "会员" if customer in by_id else "新客", store_of[customer], "号-" + STORES[store_of[customer]][0], "", ""])

    # 抢购那天：与引擎同样排队；轮得到、还有券的人买得多
    clicks = [[rng.choice(sorted(people)), stamp(daytime(rng, START + dt.timedelta(days=rng.uniform(0, 180)))), rng.choice(["朋友圈广告", "短视频"])] for _ in range(70)]
    since = stamp(SALE - dt.timedelta(days=180))
    crowd = {row[0] for row in orders if since < row[1] < stamp(SALE)} | {row[0] for row in clicks if stamp(SALE - dt.timedelta(days=30)) < row[1] < stamp(SALE)}
    for _ in range(16):                                           # 当天点广告进来的，有的早了，有的晚了
        clicks.append([rng.choice(sorted(people)), stamp(SALE + dt.timedelta(minutes=rng.randint(-90, 300))), "短视频"])
    crowd = {c for c in crowd if (by_id[c][7] == "是" or by_id[c][9] == "是" if c in by_id else follows[c])}
    for rank, customer in enumerate(sorted(crowd, key=lambda c: (draw("pace", "开抢", c), c.encode()))):
        if rng.random() < (0.38 if rank < 80 else 0.1):
            buys(customer, SALE + dt.timedelta(minutes=rank * 0.6 + rng.randint(4, 70)), people[customer]["mean"])

    # 账号盘点：每周一；有的号越来越满
    accounts = []
    for store, members in STORES.items():
        for account in members:
            count = {"bj-01": 430, "jf-02": 455, "dx-01": 488, "jf-03": 494, "dx-02": 482}.get(account, rng.randint(120, 330))
            week = START + dt.timedelta(days=1, hours=8)
            while week < END:
                if week < LEAVERS.get(account, END):
                    accounts.append([f"号-{account}", stamp(week), "账号", store, count])
                count += rng.choice([0, 1, 2, 3, 4]) + (5 if account in ("bj-01", "jf-02") else 0)
                if account == "jf-03" and week.month == 6 and count >= 500:
                    count -= 75                                   # 清理了久不说话的
                if week.month == 5 and week.day < 8:
                    count += 12
                count = min(count, 500) if account != "dx-01" else min(count, 499)
                week += dt.timedelta(days=7)

    # 撤回广告授权；有人要求不再联系，有的从前就说过，有的刚加好友就说
    changes = []
    for customer in sorted(people):
        fate = rng.random()
        day = START + dt.timedelta(days=rng.uniform(5, 170))
        if fate < 0.06 and customer in by_id:
            changes.append([customer, stamp(daytime(rng, day)), "否", ""])
        elif fate < 0.11 and customer in by_id:
            changes.append([customer, stamp(daytime(rng, day)), "否" if rng.random() < 0.6 else "", "是"])
        elif fate < 0.14 and customer in by_id:
            changes.append([customer, stamp(daytime(rng, HISTORY + dt.timedelta(days=rng.uniform(100, 360)))), "", "是"])
        elif fate < 0.07:
            changes.append([customer, stamp(friend_since[customer] + dt.timedelta(days=rng.choice([1, 1, 4]), minutes=200)), "", "是"])

    orders.sort(key=lambda row: (row[1], row[0]))
    write("会员.csv", ["编号", "姓名", "门店", "等级", "类别", "导购", "标签", "短信", "电话", "公众号", "广告", "短信退订"], register)
    write("下单.csv", ["客户", "时间", "单号", "金额", "品类"], [[c, at, f"d{n}", amount, kind] for n, (c, at, amount, kind) in enumerate(orders, 1)], 1)
    write("加好友.csv", ["客户", "时间", "类别", "门店", "账号", "导购", "公众号"], friends, 1)
    write("删好友.csv", ["客户", "时间"], removed, 1)
    write("回复.csv", ["客户", "时间", "内容"], replies, 1)
    write("通话.csv", ["客户", "时间", "结果"], calls, 1)
    write("离职.csv", ["客户", "时间"], gone, 1)
    write("接替失败.csv", ["客户", "时间", "原因"], refused, 1)
    write("账号.csv", ["账号", "时间", "类别", "门店", "好友数"], accounts, 1)
    write("广告点击.csv", ["客户", "时间", "平台"], clicks, 1)
    write("授权变更.csv", ["客户", "时间", "广告", "不再联系"], changes, 1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 17)
