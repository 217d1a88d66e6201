"""Virtual time: a clock that tests move, timers on it, and the windows in which platforms count.

China has had no summer time since 1991, so its natural minutes, hours, days and months are those of UTC+8."""
import asyncio
import bisect
import datetime as dt
import heapq
import inspect
import itertools
import time

CHINA = dt.timezone(dt.timedelta(hours=8))


class Clock:
    """Runs with real time, or stands (`frozen`) until it is advanced. Seconds since 1970."""

    def __init__(self):
        self.order = itertools.count()
        self.lock = asyncio.Lock()
        self.tasks = set()
        self.set(time.time(), False)

    def set(self, now, frozen):
        self.frozen = frozen
        self.timers = []
        self.base = now
        self.started = time.monotonic()

    def now(self):
        return self.base if self.frozen else self.base + time.monotonic() - self.started

    def after(self, seconds, call):
        """Runs `call` that much later; what it returns is awaited if it can be."""
        heapq.heappush(self.timers, (self.now() + seconds, next(self.order), call))

    async def run_due(self, until, wait=True):
        """Runs the timers due until then, each at its own moment, with those that they set; one after the other if it is to wait for them."""
        async with self.lock:
            while self.timers and self.timers[0][0] <= until:
                due, _, call = heapq.heappop(self.timers)
                self.base += max(0.0, due - self.now())
                result = call()
                if inspect.isawaitable(result):
                    task = asyncio.ensure_future(result)
                    self.tasks.add(task)
                    task.add_done_callback(self.tasks.discard)
                    if wait:
                        await task

    async def advance(self, seconds):
        until = self.now() + seconds
        await self.run_due(until)
        self.base += max(0.0, until - self.now())

    async def tick(self):
        """Keeps a running clock's timers going, none waiting for another; never returns."""
        while True:
            await asyncio.sleep(0.01)
            if not self.frozen:
                await self.run_due(self.now(), wait=False)


def china(now):
    return dt.datetime.fromtimestamp(now, CHINA)


def natural(now, per):
    """When the natural minute, hour, day or month in China began that `now` is in; a number is windows of so many seconds."""
    if per == "month":
        return china(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp()
    if per == "week":
        day = china(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return (day - dt.timedelta(days=day.weekday())).timestamp()
    length = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}.get(per, per)
    return now - (now + 8 * 3600) % length


def days_in_month(now):
    first = china(now).replace(day=1)
    return ((first + dt.timedelta(days=32)).replace(day=1) - first).days


class Counts:
    """How often something happened in the natural window that is now."""

    def __init__(self):
        self.windows = {}

    def count(self, key, now, per):
        start, found = self.windows.get((key, per), (None, 0))
        return found if start == natural(now, per) else 0

    def add(self, key, now, per, n=1):
        found = self.count(key, now, per) + n
        self.windows[key, per] = (natural(now, per), found)
        return found


class Times:
    """When something happened, for windows that roll."""

    def __init__(self):
        self.moments = {}

    def add(self, key, now):
        self.moments.setdefault(key, []).append(now)

    def within(self, key, now, seconds):
        moments = self.moments.get(key, [])
        return len(moments) - bisect.bisect_right(moments, now - seconds)
