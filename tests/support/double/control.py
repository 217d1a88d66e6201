"""The tests' side, `/_sim/…`: time, settings, faults, what happened, and what people and platforms do next. Answers are JSON; what cannot be is a 400 with a sentence."""
import collections
import json

import faults
import server
from platform_base import BadAct, merge


def setup(double, told):
    for name, settings in told.items():
        if name not in double.platforms:
            raise BadAct(f"there is no platform {name!r}")
        unknown = set(settings) - set(double.platforms[name].settings)
        if unknown:
            raise BadAct(f"{name} has no setting {sorted(unknown)[0]!r}")
        merge(double.platforms[name].settings, settings)
    return {"set": sorted(told)}


def settings(double):
    return {name: platform.settings for name, platform in double.platforms.items()}


def reset(double, told):
    """All as at the start; the clock stays unless `now` is given."""
    double.forget()
    for platform in double.platforms.values():
        platform.reset()
    double.clock.timers = []
    return set_now(double, told) if told else now(double)


def now(double):
    return {"now": double.clock.now(), "frozen": double.clock.frozen}


def set_now(double, told):
    """Another moment, and timers forgotten; for steps forward there is advance."""
    double.clock.set(told.get("now", double.clock.now()), told.get("frozen", double.clock.frozen))
    return now(double)


async def advance(double, told):
    seconds = told["to"] - double.clock.now() if "to" in told else told.get("seconds")
    if not isinstance(seconds, (int, float)) or seconds < 0:
        raise BadAct("time goes forward: `seconds`, or `to` as unix seconds")
    await double.clock.advance(seconds)
    return now(double)


def add_faults(double, told):
    double.faults.add(told if isinstance(told, list) else told.get("rules", [told]))
    return show_faults(double)


def show_faults(double):
    return {"rules": [rule.shown() for rule in double.faults.rules]}


def clear_faults(double, _):
    double.faults.rules = []
    return show_faults(double)


def state(double, only=None):
    """What each person effectively got, and what each platform holds. `repeats`: how often somebody got by one API what they already had, word for word."""
    received = [row for row in double.received if only in (None, row["platform"])]
    by_recipient, calls = {}, collections.Counter()
    for row in received:
        by_recipient.setdefault(row["recipient"], []).append(row)
    for row in double.calls:
        calls[row["api"]] += 1
    copies = collections.Counter(json.dumps([row["platform"], row["via"], row["recipient"], row["content"]], sort_keys=True) for row in received)
    return {**now(double), "received": received, "by_recipient": by_recipient,
            "dropped": [row for row in double.dropped if only in (None, row["platform"])],
            "totals": {"messages": len(received), "recipients": len(by_recipient), "most_to_one": max(map(len, by_recipient.values()), default=0),
                       "repeats": sum(n - 1 for n in copies.values())},
            "calls": dict(calls), "platforms": {name: platform.shown() for name, platform in double.platforms.items() if only in (None, name)}}


async def emit(double, told):
    platform = double.platforms.get(told.get("platform"))
    if platform is None:
        raise BadAct(f"there is no platform {told.get('platform')!r}")
    return {"deliveries": await platform.emit(told)}


GETS = {"now": now, "setup": settings, "faults": show_faults,
        "calls": lambda double: {"calls": double.calls}, "deliveries": lambda double: {"deliveries": double.deliveries}}
POSTS = {"now": set_now, "advance": advance, "setup": setup, "reset": reset, "faults": add_faults, "emit": emit}
DELETES = {"faults": clear_faults}


async def act(double, verb, told):
    """`/_sim/PLATFORM/ACT`: what a person or the platform does next."""
    name, _, what = verb.partition("/")
    call = getattr(double.platforms.get(name), f"act_{what}", None)
    if call is None:
        raise BadAct(f"there is no /_sim/{verb}")
    result = call(**told)
    return {"done": await result if hasattr(result, "__await__") else result}


async def answer(double, request):
    verb = request.path.removeprefix("/_sim/")
    try:
        if request.method == "GET" and verb == "state":
            return server.json_reply(state(double, request.query.get("platform")))
        if request.method == "GET" and verb in GETS:
            return server.json_reply(GETS[verb](double))
        told = told_in(request)
        if request.method == "DELETE" and verb in DELETES:
            return server.json_reply(DELETES[verb](double, told))
        if request.method != "POST":
            return server.json_reply({"error": f"there is no {request.method} /_sim/{verb}"}, 404)
        result = POSTS[verb](double, told) if verb in POSTS else act(double, verb, told)
        return server.json_reply(await result if hasattr(result, "__await__") else result)
    except (BadAct, faults.BadRule, TypeError, KeyError) as error:
        return server.json_reply({"error": str(error)}, 400)


def told_in(request):
    """The body's object or list."""
    if request.body.lstrip().startswith(b"["):
        return json.loads(request.body)
    told = request.json()
    if told is None:
        raise BadAct("the body is no JSON object")
    return told
