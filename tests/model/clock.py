"""Moments, clocks and durations, as the meaning of a playbook has them (§1). Standard library only.

A moment is a whole number of milliseconds since 1970 in UTC, and of the class Moment so that no number is taken for one."""
import calendar
import datetime as dt
import functools
import re
import zoneinfo

EPOCH = dt.datetime(1970, 1, 1)
EXACT = {"millisecond": 1, "second": 1000, "minute": 60_000, "hour": 3_600_000, "day": 86_400_000, "week": 604_800_000}
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DURATION = re.compile(r"^(\d+) (millisecond|second|minute|hour|day|week|month|year)s?$")


class Moment(int):
    """Milliseconds since 1970 in UTC."""


def duration(text):
    """"3 days" -> (3, "day"); "day", as in `per day`, is one."""
    count, unit = DURATION.match(text if text[0].isdigit() else f"1 {text}").groups()
    return int(count), unit


def is_exact(text):
    """True for durations up to weeks, which are whole milliseconds."""
    return duration(text)[1] in EXACT


def length(text):
    """The milliseconds of an exact duration."""
    count, unit = duration(text)
    return count * EXACT[unit]


@functools.lru_cache(maxsize=None)
def zone_of(name):
    return zoneinfo.ZoneInfo(name or "UTC")


@functools.lru_cache(maxsize=200_000)
def local(zone, m):
    """What the clock of the zone shows at m: a datetime without zone, exact to the millisecond."""
    utc = (EPOCH + dt.timedelta(milliseconds=int(m))).replace(tzinfo=dt.timezone.utc)
    return utc.astimezone(zone_of(zone)).replace(tzinfo=None, fold=0)


@functools.lru_cache(maxsize=200_000)
def clock(zone, shown):
    """§1: the first moment at which the clock shows that time or, where a gap skips it, the end of the gap."""
    found = []
    for fold in (0, 1):
        offset = zone_of(zone).utcoffset(shown.replace(fold=fold))
        m = Moment((shown - offset - EPOCH) // dt.timedelta(milliseconds=1))
        found.append(m)
    fits = [m for m in found if local(zone, m) == shown]
    if fits:
        return min(fits)
    # In a gap: before its end the clock shows less than `shown`, from its end on more.
    low, high = min(found) - 1, max(found) + 1
    while high - low > 1:
        middle = (low + high) // 2
        if local(zone, middle) < shown:
            low = middle
        else:
            high = middle
    return Moment(high)


def midnight(zone, date):
    """§1: a date used as a moment is its 00:00."""
    return clock(zone, dt.datetime.combine(date, dt.time()))


def today(zone, m):
    return local(zone, m).date()


def move_months(date, months):
    """The month moved, the day clamped to the month's last."""
    index = date.year * 12 + date.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(date.day, calendar.monthrange(year, month + 1)[1]))


@functools.lru_cache(maxsize=500_000)
def plus(zone, m, text):
    """§1: m + D; exact up to weeks, by the calendar for months and years."""
    count, unit = duration(text)
    if unit in EXACT:
        return Moment(m + count * EXACT[unit])
    shown = local(zone, m)
    date = move_months(shown.date(), count * (12 if unit == "year" else 1))
    return clock(zone, dt.datetime.combine(date, shown.time()))


def minus(zone, m, text):
    """m - D for an exact D. Of months the text says that nothing is counted backwards; the generator does not write that."""
    count, unit = duration(text)
    if unit in EXACT:
        return Moment(m - count * EXACT[unit])
    shown = local(zone, m)
    return clock(zone, dt.datetime.combine(move_months(shown.date(), -count * (12 if unit == "year" else 1)), shown.time()))


def date_plus(date, text, sign=1):
    """A day is a calendar day for dates."""
    count, unit = duration(text)
    if unit in ("day", "week"):
        return date + dt.timedelta(days=sign * count * (7 if unit == "week" else 1))
    return move_months(date, sign * count * (12 if unit == "year" else 1))


def age(birthday, on):
    """Whole years; the anniversary of 29 February is 28 February in other years (§1), which clamping gives."""
    years = on.year - birthday.year
    return years - (1 if on < move_months(birthday, 12 * years) else 0)


def next_clock(zone, m, time, weekday=None):
    """§9, `wait until T [weekday]`: the first `clock` moment at or after m."""
    date = today(zone, m) - dt.timedelta(days=1)
    while True:
        if weekday is None or WEEKDAYS[date.weekday()] == weekday:
            at = clock(zone, dt.datetime.combine(date, time))
            if at >= m:
                return at
        date += dt.timedelta(days=1)


def print_moment(m):
    """`2026-03-01T10:00:00Z`, milliseconds only where not zero."""
    shown = local("UTC", m)
    return shown.strftime("%Y-%m-%dT%H:%M:%S") + (f".{shown.microsecond // 1000:03d}" if shown.microsecond else "") + "Z"


def parse_moment(text):
    """`2026-03-01T10:00[:00[.250]]`, with or without Z, as UTC: for cases written by hand."""
    return Moment((dt.datetime.fromisoformat(text.replace("Z", "")) - EPOCH) // dt.timedelta(milliseconds=1))
