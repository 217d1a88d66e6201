"""Which days a schedule names: weekdays, days of a month, workdays and holidays by a calendar or without one."""
import calendar
import datetime as dt

import clock


def is_holiday(days, date):
    return any(first <= str(date) <= last for first, last in (days or {}).get("holidays", []))


def is_workday(days, date):
    """By the calendar `days`; without one Monday to Friday."""
    if any(first <= str(date) <= last for first, last in (days or {}).get("workdays", [])):
        return True
    return date.weekday() < 5 and not is_holiday(days, date)


def fits(days, what, date, day=None):
    """Is `date` one of `every WHAT`? A day of the month is clamped to the month's last (§7)."""
    if what == "day":
        return True
    if what == "month":
        return date.day == min(day, calendar.monthrange(date.year, date.month)[1])
    if what == "workday":
        return is_workday(days, date)
    if what == "holiday":
        return is_holiday(days, date)
    return clock.WEEKDAYS[date.weekday()] == what


def next_day(days, what, after):
    """`wait until next workday`: the first such day that is not `after` itself; None where the calendar has none in ten years."""
    for number in range(1, 3660):
        date = after + dt.timedelta(days=number)
        if fits(days, what, date):
            return date
    return None


def counted(date, offset, side):
    """`7 days before DATE`: counted on the calendar."""
    return clock.date_plus(date, offset, -1 if side == "before" else 1)


def relative(clause, date):
    """The days of a way in relative to `date`, each with the date that it goes by: (day, date). Without `yearly` once; with it at
    each anniversary from the first year on, never the date itself (§7)."""
    if not clause.get("yearly"):
        return [(counted(date, clause["offset"], clause["side"]), date)]
    anniversaries = [clock.move_months(date, 12 * years) for years in range(1, 2100 - date.year)]
    return [(counted(a, clause["offset"], clause["side"]), a) for a in anniversaries]
