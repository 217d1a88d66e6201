"""Values and their arithmetic (§14). Missing is None, a number a float, money a Money, a percentage a Percent, a duration a Duration."""
import datetime as dt
import math
import typing
from fractions import Fraction

import clock

DIGITS = {"USD": 2, "CNY": 2, "EUR": 2, "JPY": 0}


class Money(typing.NamedTuple):
    """Minor units. `currency` is None for the 0 that `total` of nothing is: it goes with every currency."""
    minor: int
    currency: typing.Optional[str]


class Percent(typing.NamedTuple):
    percent: Fraction


class Duration(typing.NamedTuple):
    text: str


def money(text):
    """"9.99 USD" -> Money(999, "USD")."""
    amount, currency = text.split(" ")
    return Money(int(Fraction(amount) * 10 ** DIGITS[currency]), currency)


def half_away(exact):
    """Rounded half away from zero; `exact` is a Fraction, so that the rounding itself errs nowhere."""
    whole = math.floor(abs(exact) + Fraction(1, 2))
    return whole if exact >= 0 else -whole


def kept(minor, currency):
    """§14: overflow is missing."""
    return Money(minor, currency) if -2**63 <= minor < 2**63 else None


def number(value):
    """§14: no NaN or infinity comes out."""
    return float(value) if math.isfinite(value) else None


def same_currency(a, b):
    return a.currency is None or b.currency is None or a.currency == b.currency


def arithmetic(op, a, b, zone):
    """a op b; missing with anything is missing."""
    if a is None or b is None:
        return None
    if isinstance(b, Duration):
        if isinstance(a, clock.Moment):
            return clock.plus(zone, a, b.text) if op == "+" else clock.minus(zone, a, b.text)
        return clock.date_plus(a, b.text, 1 if op == "+" else -1)
    if isinstance(a, Money) and isinstance(b, Money):
        if not same_currency(a, b):
            return None  # another currency at run time: adding is missing
        if op == "/":  # money / money is a number
            return number(a.minor / b.minor) if b.minor else None
        return kept(a.minor + b.minor if op == "+" else a.minor - b.minor, a.currency or b.currency)
    if op == "*" and isinstance(b, Money):
        a, b = b, a
    if isinstance(a, Money) and isinstance(b, Percent):  # exact, then half away from zero
        return kept(half_away(a.minor * b.percent / 100), a.currency)
    if isinstance(a, Money):  # the IEEE product (or quotient) in minor units, then half away from zero
        if op == "/" and b == 0:
            return None
        product = float(a.minor) * b if op == "*" else float(a.minor) / b
        return kept(half_away(Fraction(product)), a.currency) if math.isfinite(product) else None
    try:
        return number({"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[op]())
    except (ZeroDivisionError, OverflowError):
        return None


def compare(op, a, b, zone):
    """Every comparison with missing is false, `!=` too."""
    if a is None or b is None:
        return False
    if isinstance(a, Money) and isinstance(b, Money):
        if not same_currency(a, b):
            return False
        a, b = a.minor, b.minor
    elif isinstance(a, str):
        if op == "contains":
            return b in a
        if op == "starts with":
            return a.startswith(b)
        a, b = a.encode(), b.encode()  # text compares by bytes of UTF-8
    elif isinstance(a, dt.date) and isinstance(b, clock.Moment):
        a = clock.midnight(zone, a)
    elif isinstance(a, clock.Moment) and isinstance(b, dt.date):
        b = clock.midnight(zone, b)
    return {"=": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]


def micro(x):
    """§14: a number summed over events is rounded to 1e-6, half to even, and summed exactly."""
    return round(Fraction(x) * 1_000_000)


def aggregate(kind, values, field_type):
    """One aggregate over the values of a field, oldest first; events without the field are already left out."""
    if kind == "total":
        if field_type == "money":
            if len({v.currency for v in values}) > 1:
                return None
            return kept(sum(v.minor for v in values), values[0].currency if values else None)
        return float(Fraction(sum(micro(v) for v in values), 1_000_000))
    if not values:
        return None
    if kind == "first":
        return values[0]
    if kind == "last":
        return values[-1]
    if kind == "most":  # the commonest; of equals the one seen last
        last_seen = {v: i for i, v in enumerate(values)}
        return max(last_seen, key=lambda v: (values.count(v), last_seen[v]))
    if field_type == "money":
        if len({v.currency for v in values}) > 1:
            return None
        currency, minors = values[0].currency, [v.minor for v in values]
        if kind == "average":
            return kept(half_away(Fraction(sum(minors), len(minors))), currency)
        return Money(min(minors) if kind == "min" else max(minors), currency)
    if kind == "average":
        return float(Fraction(sum(micro(v) for v in values), 1_000_000 * len(values)))
    return min(values) if kind == "min" else max(values)
