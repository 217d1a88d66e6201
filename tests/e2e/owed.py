"""What the worked playbooks bakery-chain, koc-incubator and auto-service owe to whom, added up from their data apart from tend. Of tend only what
it did otherwise is read: when a message went out, when somebody was a graduate. Each function gives {(budget, kind, id): amount}, as `tend ledger --settle` has it.
"""
import csv
import json
import os
from bisect import bisect_right
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

SHANGHAI = timezone(timedelta(hours=8))
CENT = Decimal("0.01")


def days(number):
    return timedelta(days=number)


def moment(text):
    """A moment as a file has it; without an offset it is on Shanghai's clock."""
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def rows(folder, name, *moments):
    """The rows of NAME.csv; the columns of moments as moments."""
    with open(os.path.join(folder, name + ".csv"), encoding="utf-8", newline="") as file:
        return [{key: moment(value) if key in moments else value for key, value in row.items()} for row in csv.DictReader(file)]


def all_sent(folder):
    """All that went out, from the outboxes, in the order of time: when, to whom, which message, on which channel."""
    found = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".jsonl"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                found += [(moment(line["at"]), line["customer"], line["message"], line["channel"]) for line in map(json.loads, file)]
    return sorted(found)


def sent(folder, message):
    """When a message went out and to whom."""
    return [(at, customer) for at, customer, name, _ in all_sent(folder) if name == message]


def share(amount, percent):
    return (amount * percent / 100).quantize(CENT, ROUND_HALF_UP)


def by_customer(table, key="客户"):
    found = {}
    for row in table:
        found.setdefault(row[key], []).append(row)
    return found


class Claims:
    """Who asks which budget for what at which moment. A budget answers in the order of time, then of customers, then as they asked; all or nothing,
    by calendar months."""

    def __init__(self, until, zone, limits):
        self.until, self.zone, self.limits, self.claims = until, zone, limits, []

    def ask(self, at, customer, budget, account, amount):
        if at < self.until and account[1]:
            self.claims.append((at, customer.encode(), len(self.claims), budget, account, amount))

    def paid(self):
        sums, spent = {}, {}
        for at, customer, _, budget, account, amount in sorted(self.claims):
            month = at.astimezone(self.zone).strftime("%Y-%m")
            total, each = self.limits[budget]
            here, his = spent.get((budget, month), Decimal(0)), spent.get((budget, month, customer), Decimal(0))
            if here + amount > total or (each is not None and his + amount > each):
                continue
            spent[budget, month], spent[budget, month, customer] = here + amount, his + amount
            sums[budget, *account] = sums.get((budget, *account), Decimal(0)) + amount
        return sums


# ---- bakery-chain


class Bakery:
    """One customer's year, as the clauses of the playbooks need it."""

    def __init__(self, person, tables):
        self.person = person
        self.joined, self.gone, self.orders, self.refunds, self.scores = tables
        self.amounts = [(row["时间"], Decimal(row["金额"])) for row in self.orders]
        self.staff = person["标签"] == "员工"
        self.complaints = []          # from when to when he is tagged 投诉

    def credited_staff(self, claims):
        """拉新记功. Gives since when the agency has a share in him, if ever."""
        first = next((row for row in self.joined if row["邀请人"]), None)
        if first is None or self.staff or any(at <= first["时间"] for at, _ in self.amounts):
            return None
        at, by = first["时间"], ("staff", first["邀请人"])
        agency = at if first["途径"] == "包裹卡" else None
        if any(at < row["时间"] < at + days(7) for row in self.gone):
            return agency
        stays = at + days(7)
        claims.ask(stays, self.person["编号"], "拉新奖", by, Decimal(first["单价"] or 2))
        order = next(((bought, amount) for bought, amount in self.amounts if amount >= 15), None)
        if order and order[0] < stays + days(30):
            claims.ask(max(stays, order[0]), self.person["编号"], "拉新奖", by, share(order[1], 10))
        return agency

    def shared_with_agency(self, claims, since):
        """代运营分成."""
        for order in self.orders:
            at, amount = order["时间"], Decimal(order["金额"])
            if since is None or at < since or order["渠道"] == "收银台":
                continue
            back = [(row["时间"], Decimal(row["金额"])) for row in self.refunds if row["单号"] == order["单号"] and row["时间"] > at]
            due = at + days(3)
            if back and back[0][0] < due:
                due, part = back[0][0] + days(3), back[0][1]
                if part >= amount or any(again < due for again, _ in back[1:]):
                    continue
                amount -= part
            new = any(row["时间"] <= due < row["时间"] + days(90) for row in self.joined)
            claims.ask(due, self.person["编号"], "代运营费", ("partner", "代运营公司"), share(amount, 8 if new else 4))

    def made_up_for(self, claims, letters):
        """差评."""
        again = None
        for row in self.scores:
            at = row["时间"]
            if int(row["分"]) > 2 or (again and at < again):
                continue
            again = at + days(30)
            letter = next((when for when in letters if when > at), None) if self.person["店长"] else None
            self.complaints.append((at, letter + days(14) if letter else datetime.max.replace(tzinfo=timezone.utc)))
            if letter:
                before = bisect_right(self.amounts, letter, key=lambda pair: pair[0])
                last = self.amounts[before - 1][1] if before else Decimal(20)
                claims.ask(letter, self.person["编号"], "补偿", ("customer", self.person["编号"]), share(last, 50))

    def complained(self, begin, end):
        return any(since < end and begin < until for since, until in self.complaints)

    def given_back(self, claims, tips, regulars):
        """再来有礼 and 满五赠一: what is due some days after a message, unless something came between."""
        name = self.person["编号"]
        account = ("customer", name)
        for tip in tips:
            entry, amount = self.amounts[0]
            due = tip + days(6)
            if not any(entry < at < min(due, entry + days(30)) for at, _ in self.amounts) and not self.complained(entry, due):
                claims.ask(due, name, "回头礼", account, share(amount, 20))
        for word in regulars:
            due = word + days(1)
            if not self.complained(word, due):
                month = sum((amount for at, amount in self.amounts if at <= due < at + days(30)), Decimal(0))
                claims.ask(due, name, "回头礼", account, share(month, 8))


def bakery(folder, until):
    limits = {"拉新奖": (60, None), "回头礼": (150, 20), "补偿": (30, None), "代运营费": (150, None)}
    claims = Claims(until, SHANGHAI, limits)
    tables = [by_customer(rows(folder, name, "时间")) for name in ("入群", "退群", "下单", "退款", "评价")]
    messages = {}
    for message in ("致歉信", "回烤", "常客"):
        for at, customer in sent(folder, message):
            messages.setdefault((message, customer), []).append(at)
    for person in rows(folder, "客户"):
        name = person["编号"]
        one = Bakery(person, [table.get(name, []) for table in tables])
        one.shared_with_agency(claims, one.credited_staff(claims))
        one.made_up_for(claims, messages.get(("致歉信", name), []))
        one.given_back(claims, messages.get(("回烤", name), []), messages.get(("常客", name), []))
    return claims.paid()


# ---- koc-incubator


def might_graduate(folder):
    """Who has shared often enough to have graduated ever."""
    return sorted(name for name, shares in by_customer(rows(folder, "分享")).items() if len(shares) >= 8)


def koc(folder, until, stages):
    """`stages` has of each customer when he came to which stage: that is asked of tend, the sums are not."""
    claims = Claims(until, SHANGHAI, {"KOC补贴": (2_000, 500), "佣金池": (120, None)})

    def graduate(name, at):
        return next((stage for when, stage in reversed(stages.get(name, [])) if when < at), None) == "毕业"

    for row in rows(folder, "分发", "时间"):
        at, name, friend = row["时间"], row["客户"], row["朋友"]
        if friend != name and graduate(name, at):
            claims.ask(at, name, "KOC补贴", ("customer", friend), Decimal(row["金额"]))
    back = {(row["客户"], row["单号"]): row["时间"] for row in rows(folder, "退款", "时间")}
    for order in rows(folder, "下单", "时间"):
        at, name, by, amount = order["时间"], order["客户"], order["分享人"], Decimal(order["金额"])
        gone = back.get((name, order["单号"]))
        if by and by != name and amount > 0 and graduate(by, at) and not (gone and gone < at + days(7)):
            claims.ask(at + days(7), name, "佣金池", ("customer", by), share(amount, 8))
    return claims.paid()


# ---- auto-service


def garage(folder, begin, until):
    limits = {"alliance_pool": (400, 50), "insurer_pot": (1_800, None)}
    claims = Claims(until, SHANGHAI, limits)
    house, car_wash = ("partner", "house"), ("partner", "car_wash")
    table = lambda name: by_customer(rows(folder, name, "at"), "customer")
    washes, quotes, cancelled, changes = map(table, ("washes", "quotes", "cancelled", "changes"))
    people = {row["id"]: row for row in rows(folder, "people")}
    # Whoever complains or takes his consent back is out of the alliance for good: both clear the consent.
    never = datetime.max.replace(tzinfo=timezone.utc)
    out = {name: changes[name][0]["at"] if name in changes else never for name in people}
    for at, customer in sent(folder, "how_is_the_car"):
        if at + days(1) < out[customer]:
            worth = Decimal(people[customer]["wash_price"] or 25)
            claims.ask(at + days(1), customer, "alliance_pool", ("customer", customer), worth)
    for at, customer in sent(folder, "free_wash"):
        wash = next((row for row in washes.get(customer, []) if row["shop"] == "blue lake" and at < row["at"] < at + days(30)), None)
        if wash and wash["at"] < out[customer]:
            claims.ask(wash["at"], customer, "alliance_pool", car_wash, share(Decimal(wash["price"]), 70))
    for at, customer in sent(folder, "insurance_note"):
        harbour = [(row["at"], Decimal(row["premium"])) for row in quotes.get(customer, []) if row["shop"] == "harbour"]
        told = next((when for when, _ in harbour if at < when < at + days(60)), None)
        if told and told < out[customer]:
            lately = sum(premium for when, premium in harbour if when <= told < when + days(60))
            claims.ask(told, customer, "insurer_pot", house, share(lately, 1))
    for sold in rows(folder, "policies", "at"):
        at, name, amount = sold["at"], sold["customer"], Decimal(sold["amount"])
        back = any(row["id"] == sold["id"] and at < row["at"] < at + days(15) for row in cancelled.get(name, []))
        if at < begin or back:
            continue
        claims.ask(at + days(15), name, "insurer_pot", ("staff", people[name]["adviser"]), share(amount, 3))
        if people[name]["alliance"] == "yes" and at < out[name]:
            claims.ask(at + days(15), name, "insurer_pot", house, share(amount, 5))
    return claims.paid()
