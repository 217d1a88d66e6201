#!/usr/bin/env python3
"""造这个工作区的数据：两家虚构小馆、六个群、360 位邻居，2025-09 到 2026-09；同一个种子，每个字节都一样。

    python3 generate.py [种子]

熟客一周来一回，多数人一个月来一回，有人只来一次。头一回来的人收到券，回来的多一些（对照组没有券）；熟客给不给券都来。
四月十一日地推，一天进群六十人；有人领了券就退群，有人打两分，有的群慢慢没人说话。
"""
import csv
import datetime as dt
import random
import sys

HISTORY, START, END = dt.datetime(2025, 9, 1), dt.datetime(2026, 3, 1), dt.datetime(2026, 9, 1)
STREET = dt.datetime(2026, 4, 11)                 # 地推那天
GROUPS = {"群-梧桐苑": "w1", "群-河边里": "w1", "群-东门坊": "w2", "群-小学旁": "w2", "群-三号写字楼": "w3", "群-老厂区": ""}
NAMES = ["孙姐", "小顾", "老邓", "钱阿姨", "阿彬", "胡老师", "小满", "丁叔", "冯姐", "大川"]
COMPLAINTS = ["等了四十分钟", "汤里有头发", "少送一个菜", "太咸", "服务员爱答不理", ""]
GIFTS_PER_MONTH = {"邻里券": 30, "回头券": 18}     # 预算除以面额


def draw(*parts):
    """与引擎同一种抽签：对照组里的人没有收到，也就没有多来。"""
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


def meal(rng, day):
    """午饭或晚饭时间。"""
    hour = rng.choice([11.6, 12.2, 17.8, 18.6])
    return dt.datetime(day.year, day.month, day.day) + dt.timedelta(minutes=int(60 * (hour + rng.uniform(0, 1.2))))


def main(seed):
    rng = random.Random(seed)
    people, visits, joins, leaves, used, scores, settled = [], [], [], [], [], [], []
    days = lambda low, high: dt.timedelta(days=rng.uniform(low, high))
    first_visits, rhythm_of = {}, {}
    for number in range(1, 361):
        customer = f"k{number:03d}"
        old = number <= 150
        since = HISTORY + days(0, 150) if old else (STREET + dt.timedelta(hours=10 + number % 8) if number > 300 else START + days(0, 165))
        rhythm = rng.choices([8, 24, 70, 400], [20, 30, 35, 15] if old else [9, 26, 40, 25])[0]
        rhythm_of[customer] = rhythm
        birthday = (dt.date(1958, 1, 1) + dt.timedelta(days=rng.randint(0, 16000))).isoformat() if rng.random() < 0.6 else ""
        tags = ["过农历"] if birthday and birthday < "1972" and rng.random() < 0.6 else []
        people.append([customer, stamp(since), rng.choice(NAMES) if rng.random() < 0.9 else "", "邻居", birthday, rng.choice(["w1", "w1", "w2", "w3", "w3", ""] if rng.random() < 0.6 else ["w1", "w2", "w3"]),
                       rng.choices(["", "20", "30"], [93, 5, 2])[0], ";".join(tags), rng.choice(["", "", "是"]), "是" if rng.random() < 0.035 else ""])
        if rng.random() < (0.8 if number > 300 else 0.45):
            at = since + dt.timedelta(minutes=rng.randint(5, 90)) if not old else START + days(0, 160)
            joins.append([customer, stamp(at), rng.choice(list(GROUPS))])
            if rng.random() < 0.13:
                gone = at + days(0.5, 12)
                leaves.append([customer, stamp(gone)])
                if rng.random() < 0.4:
                    joins.append([customer, stamp(gone + days(1, 45)), joins[-1][2]])     # 又进来，想再领一次
        at = since + days(0, rhythm * 0.7)
        stops = START + days(0, 170) if rng.random() < 0.3 else END
        way = ["堂食"] * 4 + ["自取"] + (["外卖"] * 4 if rng.random() < 0.35 else ["外卖"])
        first = None
        while at < min(stops, END):
            when = meal(rng, at)
            visits.append([customer, stamp(when), "", round(rng.lognormvariate(4.3, 0.45), 1), rng.choice(way)])
            first = first or visits[-1]
            at += dt.timedelta(days=max(1, rng.gammavariate(3, rhythm / 3)))
        if first and first[1] >= stamp(START):
            first_visits[customer] = first

    # 进群券：第二天发，每月发得起三十张；发到的人有三成用掉
    given = {}
    for customer, at, _ in sorted(joins, key=lambda row: (row[1], row[0])):
        day = dt.datetime.strptime(at, "%Y-%m-%d %H:%M") + dt.timedelta(days=1, hours=3)
        month = ("邻里券", day.month)
        if day < END and given.get(month, 0) < GIFTS_PER_MONTH["邻里券"] and customer not in given:
            given[month] = given.get(month, 0) + 1
            given[customer] = True
            if rng.random() < 0.32:
                when = meal(rng, day + days(0.3, 8.5))
                used.append([customer, stamp(when), 15])
                visits.append([customer, stamp(when), "", round(rng.lognormvariate(4.3, 0.4), 1), "堂食"])

    # 回头券：头一回之后十来天；对照组没有，每月发得起十八张
    for customer, first in sorted(first_visits.items(), key=lambda row: (row[1][1], row[0])):
        again = [row for row in visits if row[0] == customer and row[1] > first[1]]
        day = dt.datetime.strptime(first[1], "%Y-%m-%d %H:%M") + dt.timedelta(days=11)
        month = ("回头券", day.month)
        if first[4] == "外卖" or draw("holdout", "回头", customer) < 2000 or any(row[1] < stamp(day) for row in again) or given.get(month, 0) >= GIFTS_PER_MONTH["回头券"]:
            continue
        given[month] = given.get(month, 0) + 1
        if day < END and rng.random() < 0.4:
            visits.append([customer, stamp(meal(rng, day + days(0.5, 13))), "", round(rng.lognormvariate(4.4, 0.4), 1), "堂食"])

    # 一问就来的：三周没来的熟客，两个月没来的人；对照组没人问
    for customer in sorted(rhythm_of):
        mine = sorted(row[1] for row in visits if row[0] == customer)
        for name, silence, often, share in (("熟客没来", 21, 8, 0.25), ("久未来", 60, 2, 0.3)):
            if draw("holdout", name, customer) < 2000:
                continue
            for index, (one, other) in enumerate(zip(mine, mine[1:] + [stamp(END)])):
                silent = dt.datetime.strptime(one, "%Y-%m-%d %H:%M") + dt.timedelta(days=silence)
                recent = [at for at in mine[:index + 1] if at > stamp(silent - dt.timedelta(days=180))]
                if stamp(START) < stamp(silent) < other and len(recent) >= often and rng.random() < share:
                    visits.append([customer, stamp(meal(rng, silent + days(1, 9))), "", round(rng.lognormvariate(4.3, 0.4), 1), "堂食"])
                    break

    visits.sort(key=lambda row: (row[1], row[0]))
    for number, row in enumerate(visits, 1):
        row[2] = f"b{number}"
        if row[1] >= stamp(START) and rng.random() < 0.09:
            at = dt.datetime.strptime(row[1], "%Y-%m-%d %H:%M") + dt.timedelta(hours=rng.uniform(1, 20))
            score = rng.choices([1, 2, 3, 4, 5], [6, 9, 12, 33, 40])[0]
            scores.append([row[0], stamp(at), score, rng.choice(COMPLAINTS) if score <= 2 else ""])
            if score <= 2:
                fate = rng.random()
                if fate < 0.75:
                    settled.append([row[0], stamp(at + (days(0.1, 1.7) if fate < 0.6 else days(2.2, 6)))])

    posts, empty, taken = [], [], []
    for name, rate in zip(GROUPS, [1.1, 0.7, 0.5, 0.9, 0.25, 0.3]):
        day = START
        while day < END:
            fading = name == "群-老厂区" and day > dt.datetime(2026, 5, 1) or name == "群-小学旁" and day.month in (7, 8)
            for _ in range(1 if rng.random() < rate * (0.06 if fading else 1) else 0):
                posts.append([name, stamp(day + dt.timedelta(minutes=rng.randint(480, 1290)))])
            if day.weekday() in (0, 1, 2) and rng.random() < 0.2:
                count = rng.randint(2, 9)
                at = day + dt.timedelta(hours=16)
                empty.append([name, stamp(at), count])
                if count >= 4 and rng.random() < rate * 0.7:
                    taken.append([name, stamp(at + dt.timedelta(minutes=rng.randint(15, 170))), rng.randint(1, 3)])
            day += dt.timedelta(days=1)

    write("邻居.csv", ["编号", "时间", "称呼", "类别", "生日", "管家", "回头礼", "标签", "没关注", "不再联系"], people, 1)
    write("消费.csv", ["客户", "时间", "单号", "金额", "方式"], visits, 1)
    write("用券.csv", ["客户", "时间", "金额"], used, 1)
    write("进群.csv", ["客户", "时间", "群名"], joins, 1)
    write("退群.csv", ["客户", "时间"], leaves, 1)
    write("评价.csv", ["客户", "时间", "分", "内容"], scores, 1)
    write("解决.csv", ["客户", "时间"], settled, 1)
    write("群.csv", ["群", "称呼", "类别", "管家"], [[name, name[2:], "群", keeper] for name, keeper in GROUPS.items()])
    write("群发言.csv", ["群", "时间"], posts, 1)
    write("空桌.csv", ["群", "时间", "桌数"], empty, 1)
    write("接龙.csv", ["群", "时间", "桌数"], taken, 1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 19)
