"""Budgets (§12): each is one queue; a grant is all or nothing. What was paid is a list, and every limit is worked out anew from it."""
import datetime as dt

import clock
import values


def period(zone, m, per):
    """The first and the last day of the calendar period around m, in the policy's zone; None, None without a period."""
    if per is None:
        return None, None
    date = clock.today(zone, m)
    if per == "day":
        return date, date
    if per == "week":
        monday = date - dt.timedelta(days=date.weekday())
        return monday, monday + dt.timedelta(days=6)
    if per == "month":
        first = date.replace(day=1)
        return first, clock.move_months(first, 1) - dt.timedelta(days=1)
    return date.replace(month=1, day=1), date.replace(month=12, day=31)


class Budgets:
    """program["budgets"]: name -> {"totals": [{"amount", "per"}], "each": [{"amount", "per"}]}; `per` is day, week, month, year or None."""

    def __init__(self, program):
        self.budgets, self.zone = program.get("budgets", {}), program.get("timezone") or "UTC"
        self.paid = []      # (moment, budget, customer, minor units)

    def spent(self, name, m, per, customer=None):
        around = period(self.zone, m, per)
        return sum(minor for at, budget, whose, minor in self.paid
                   if budget == name and customer in (None, whose) and period(self.zone, at, per) == around)

    def answer(self, asked, m, world):
        """Pays and says True, or pays nothing and says False."""
        budget, amount, customer = self.budgets[asked["budget"]], asked["amount"], asked["customer"]
        if asked.get("to") is not None and world.customer(asked["to"]) is None:
            return True     # a credit to somebody unknown: nothing happens, the sender goes on (§12)
        if amount is None or amount.minor <= 0:
            return False
        limits = [(limit, None, limit.get("per")) for limit in budget["totals"]]
        limits += [(limit, customer, limit.get("per") or self.period(asked["budget"])) for limit in budget.get("each", [])]
        for limit, whose, per in limits:
            if self.spent(asked["budget"], m, per, whose) + amount.minor > values.money(limit["amount"]).minor:
                return False
        self.paid.append((m, asked["budget"], customer, amount.minor))
        return True

    def period(self, name):
        """The shortest of the totals': what a customer's limit without one of its own counts by (§12)."""
        pers = [limit.get("per") for limit in self.budgets[name]["totals"] if limit.get("per")]
        return min(pers, key=["day", "week", "month", "year"].index, default=None)

    def expires(self, name, m):
        """The last day of the period that the budget counts by; None without one."""
        return period(self.zone, m, self.period(name))[1]
