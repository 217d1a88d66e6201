"""More cases, each with the result that the text gives when read by hand: what the examples of the semantics do not show.

name -> (program, sends as "moment message" or "moment message@channel" or "moment message>customer", figures of playbook `p`)"""
from cases_tools import OUTBOX, events, moment, playbook, program, send, tags

ON_ORDER = [{"on": "order"}]
RECEIPT = OUTBOX | {"class": "transactional"}
CARE = OUTBOX | {"class": "care"}
DAY_CAP = {"caps": [{"n": 1, "per": "day"}]}
QUIET = {"quiet": [{"from": "21:00", "to": "09:00"}]}


def on_order(steps, *others, **more):
    """A playbook that is entered by each order of c1, and the sources."""
    header = {key: more.pop(key) for key in ("again", "goal", "leave", "holdout", "caps", "quiet", "priority", "where") if key in more}
    return program([playbook(steps, enter=ON_ORDER, **header)] + more.pop("playbooks", []), list(others), **more)


def messages(*names, **more):
    return {name: OUTBOX for name in names} | more


def of(customers, at="01-02", event="order"):
    return {"name": event + "s", "event": event, "rows": [{"customer": c, "at": moment(at), "values": {}} for c in customers]}


def attributes(name, *rows):
    """Rows of (customer, at or None, value) for one attribute."""
    made = [{"customer": c, "values": {name: value}} | ({"at": moment(at)} if at else {}) for c, at, value in rows]
    return {"name": f"people_{'changes' if rows[0][1] else 'register'}", "attributes": [name], "rows": made}


def until_renewal(*changes):
    p = playbook([{"do": "wait", "date": ["-", ["attribute", "renewal"], ["duration", "7 days"]], "at": "10:00"}, send("x")], enter=ON_ORDER)
    sources = [attributes("renewal", ("c1", None, ["date", "2026-02-01"])), events("order", "01-02")]
    return program([p], sources + ([attributes("renewal", *changes)] if changes else []), customer={"renewal": "date"})


def budget(limits, *orders):
    p = playbook([{"do": "grant", "amount": ["money", "30 USD"], "budget": "pool", "else": {"steps": [send("no"), {"do": "stop"}]}}, send("yes")],
                 enter=ON_ORDER, again="always")
    rows = [{"customer": c, "at": moment(at), "values": {}} for c, at in orders]
    return program([p], [{"name": "orders", "event": "order", "rows": rows}], budgets={"pool": limits})


def person(step, *others, **more):
    p = playbook([step | {"else": {"steps": [send("no"), {"do": "stop"}]}}, send("yes")], enter=ON_ORDER)
    register = attributes("owner", *[(c, None, ["text", "s1"]) for c in ("c1", "c2")])
    return program([p], [register, *others], customer={"owner": "staff"}, **more)


LATE = {"do": "send", "message": "x", "else": {"steps": [send("t")]}}
STORE = {"name": "orders", "event": "order"}

ONE_STORY = [send("a"), {"do": "wait", "for": "5 days"}, send("b")]


def stories(*changes, **header):
    """c1's order of 01-01 and c2's of 01-03, and what becomes of the two."""
    orders = {"name": "orders", "event": "order", "rows": [{"customer": c, "at": moment(at), "values": {}} for c, at in (("c1", "01-01"), ("c2", "01-03"), ("c1", "01-20"))]}
    return program([playbook(ONE_STORY, enter=ON_ORDER, **header)], [orders], people_changes=[c | {"at": moment(c["at"])} for c in changes])


MORE = {
    "a blackout": (on_order([send("x")], events("order", "01-05T10:00"), policy={"quiet": [{"first": "2026-01-05", "last": "2026-01-06"}]}),
                   ["01-07 x"], {}),
    "a blackout and quiet hours are one": (
        on_order([send("x")], events("order", "01-04T23:00"), policy={"quiet": [{"first": "2026-01-05", "last": "2026-01-06"}] + QUIET["quiet"]}),
        ["01-07T09:00 x"], {}),
    "quiet on another channel": (on_order([send("x")], events("order", "01-04T23:00"), policy={"quiet": [QUIET["quiet"][0] | {"channel": "sms"}]}),
                                 ["01-04T23:00 x"], {}),
    "quiet hours of the playbook": (on_order([send("x")], events("order", "01-04T08:59:59.999"), quiet=[{"from": "00:00", "to": "09:00"}]),
                                    ["01-04T09:00 x"], {}),
    "care is bound, a receipt is not": (on_order([send("t"), send("c")], events("order", "01-04T23:00"), policy=QUIET, messages=messages(t=RECEIPT, c=CARE)),
                                        ["01-04T23:00 t", "01-05T09:00 c"], {}),
    "quiet hours when the clocks go back": (  # 01:30 comes twice: the first of the two ends it
        on_order([send("x")], events("order", "2017-11-05T04:30"), start="2017-11-01", end="2017-12-01", timezone="America/New_York",
                 policy={"quiet": [{"from": "00:00", "to": "01:30"}]}), ["2017-11-05T05:30 x"], {}),
    "too late": (on_order([LATE | {"within": "2 hours"}], events("order", "01-05T22:00"), policy=QUIET, messages=messages("x", t=RECEIPT)),
                 ["01-06 t"], {"finished": 1}),
    "too late at the very end": (on_order([LATE | {"within": "11 hours"}], events("order", "01-05T22:00"), policy=QUIET, messages=messages("x", t=RECEIPT)),
                                 ["01-06T09:00 t"], {}),
    "not too late": (on_order([LATE | {"within": "660 minutes"}], events("order", "01-05T22:00:00.001"), policy=QUIET, messages=messages("x", t=RECEIPT)),
                     ["01-06T09:00 x"], {}),
    "a cap is skipped": (on_order([LATE], events("order", "01-01", "01-01T12:00", "01-02"), again="always", policy={"caps": [{"n": 1, "per": "day", "skip": True}]},
                                  messages=messages("x", t=RECEIPT)), ["01-01 x", "01-01T12:00 t", "01-02 x"], {}),
    "N of a class in M": (on_order([send("m1"), send("m2"), send("c"), send("m3")], events("order", "01-01"),
                                   policy={"caps": [{"n": 1, "class": "marketing", "in": 2}]}, messages=messages("m1", "m2", "m3", c=CARE)),
                          ["01-01 m1", "01-01 c", "01-01 m3"], {}),
    "a cap of a class": (on_order([send("m1"), send("c"), send("m2")], events("order", "01-01"),
                                  policy={"caps": [{"n": 1, "class": "marketing", "per": "2 days"}]}, messages=messages("m1", "m2", c=CARE)),
                         ["01-01 m1", "01-01 c", "01-03 m2"], {}),
    "care takes a place too": (on_order([send("c"), send("m")], events("order", "01-01"), policy=DAY_CAP, messages=messages("m", c=CARE)),
                               ["01-01 c", "01-02 m"], {}),
    "a receipt takes none": (on_order([send("t"), send("m")], events("order", "01-01"), policy=DAY_CAP, messages=messages("m", t=RECEIPT)),
                             ["01-01 t", "01-01 m"], {}),
    "the last of the full caps": (on_order([send("a"), send("b"), send("c")], events("order", "01-01"), policy={"caps": [{"n": 1, "per": "day"}, {"n": 2, "per": "7 days"}]}),
                                  ["01-01 a", "01-02 b", "01-08 c"], {}),
    "a playbook's own cap counts its own": (on_order([send("a"), send("b")], events("order", "01-01"), caps=[{"n": 1, "per": "day"}],
                                                     playbooks=[playbook([send("c")], "q", enter=ON_ORDER, priority=90)]),
                                            ["01-01 c", "01-01 a", "01-02 b"], {}),
    "deferred until the cap, then quiet": (on_order([send("a"), send("b")], events("order", "01-01T20:00"), policy=DAY_CAP | {"quiet": [{"from": "19:00", "to": "20:30"}]}),
                                           ["01-01T20:30 a", "01-02T20:30 b"], {}),
    "among equals who has waited longest": (
        program([playbook([send("a"), {"do": "wait", "for": "12 hours"}, send("b")], "p", enter=ON_ORDER),
                 playbook([send("c")], "q", enter=[{"on": "visit"}])],
                [events("order", "01-01"), events("visit", "01-01T06:00")], policy=DAY_CAP), ["01-01 a", "01-02 c", "01-03 b"], {}),
    "a put-off send ends with its journey": (on_order([send("a"), send("b")], events("order", "01-01"), events("visit", "01-01T10:00"), goal={"on": "visit"}, policy=DAY_CAP),
                                             ["01-01 a"], {"goal": 1}),
    "consent, and the next channel": (
        program([playbook([send("x")], enter=ON_ORDER)],
                [of(["c1", "c2", "c3"]), {"name": "people", "attributes": [], "consent": ["sms"],
                                          "rows": [{"customer": "c1", "values": {}, "consent": {"sms": True}}, {"customer": "c2", "values": {}, "consent": {"sms": False}}]}],
                messages={"x": {"channels": ["sms", "outbox"]}}, policy={"consent": ["sms"]}), ["01-02 x@sms", "01-02 x@outbox", "01-02 x@outbox"], {}),
    "a receipt needs no consent": (on_order([send("t")], events("order", "01-01"), messages={"t": {"channels": ["sms"], "class": "transactional"}}, policy={"consent": ["sms"]}),
                                   ["01-01 t@sms"], {}),
    "a put-off is no refusal": (on_order([send("a"), send("b")], events("order", "01-01"), messages={"a": OUTBOX, "b": {"channels": ["outbox", "sms"]}},
                                         policy={"caps": [{"n": 1, "per": "day", "channel": "outbox"}]}), ["01-01 a@outbox", "01-02 b@outbox"], {}),
    "a skip is one": (on_order([send("a"), send("b")], events("order", "01-01"), messages={"a": OUTBOX, "b": {"channels": ["outbox", "sms"]}},
                               policy={"caps": [{"n": 1, "per": "day", "channel": "outbox", "skip": True}]}), ["01-01 a@outbox", "01-01 b@sms"], {}),
    "held out": (  # draw(holdout, p, c1) = 5220, (…, c4) = 2480
        program([playbook([LATE, send("r")], enter=ON_ORDER, holdout="30", goal={"on": "visit"})], [of(["c1", "c4"]), of(["c4"], "01-03", "visit")],
                messages=messages("x", "t", r=RECEIPT)), ["01-02 x>c1", "01-02 r>c1", "01-02 r>c4"], {"entered": 2, "held_out": 1, "held_out_goal": 1, "goal": 1}),
    "a split": (  # draw(split, p, a␞b, c1) = 1652, (…, c5) = 5987
        program([playbook([{"do": "split", "arms": [{"percent": "16.52", "label": "a", "steps": [send("a")]}, {"percent": "83.48", "label": "b", "steps": [send("b")]}]}],
                          enter=ON_ORDER)], [of(["c1", "c5"])]), ["01-02 b>c1", "01-02 b>c5"], {}),
    "the other arm": (
        program([playbook([{"do": "split", "arms": [{"percent": "16.53", "label": "a", "steps": [send("a")]}, {"percent": "83.47", "label": "b", "steps": [send("b")]}]}],
                          enter=ON_ORDER)], [of(["c1", "c5"])]), ["01-02 a>c1", "01-02 b>c5"], {}),
    "a body that takes longer": (on_order([{"do": "repeat", "times": 3, "every": "1 day", "body": {"steps": [send("c"), {"do": "wait", "for": "36 hours"}]}}, send("z")],
                                          events("order", "01-01")), ["01-01 c", "01-02T12:00 c", "01-04 c", "01-05T12:00 z"], {}),
    "no wait after the last round": (on_order([{"do": "repeat", "times": 2, "every": "7 days", "body": {"steps": [send("c")]}}, send("z")], events("order", "01-01")),
                                     ["01-01 c", "01-08 c", "01-08 z"], {}),
    "a date is waited for": (until_renewal(), ["01-25T10:00 x"], {}),
    "a date moves": (until_renewal(("c1", "01-10", ["date", "2026-01-20"])), ["01-13T10:00 x"], {}),
    "a date moves into the past": (until_renewal(("c1", "01-10T08:00", ["date", "2026-01-12"])), ["01-10T08:00 x"], {}),
    "a date goes missing": (until_renewal(("c1", "01-10", None)), [], {"finished": 1}),
    "the next workday": (  # 2026-01-02 is a Friday
        on_order([{"do": "wait", "next": "workday", "at": "09:00"}, send("x")], events("order", "01-02T08:00")), ["01-05T09:00 x"], {}),
    "the next workday of a calendar": (
        on_order([{"do": "wait", "next": "workday", "at": "09:00"}, send("x"), {"do": "wait", "next": "holiday", "at": "09:00"}, send("y")], events("order", "01-02T08:00"),
                 calendar={"workdays": [["2026-01-04", "2026-01-04"]], "holidays": [["2026-01-05", "2026-01-06"]]}), ["01-04T09:00 x", "01-05T09:00 y"], {}),
    "the 31st of each month": (program([playbook([send("x")], enter=[{"every": "month", "day": 31, "at": "10:00"}])], [events("order", "01-31T10:00")], end="2026-05-01"),
                               ["02-28T10:00 x", "03-31T10:00 x", "04-30T10:00 x"], {}),
    "workdays": (program([playbook([send("x")], enter=[{"every": "workday", "at": "10:00"}])], [events("order", "01-02")], end="2026-01-07"),
                 ["01-02T10:00 x", "01-05T10:00 x", "01-06T10:00 x"], {}),
    "on one day": (program([playbook([send("x")], enter=[{"date": "2026-01-11", "at": "20:00"}])], [of(["c1", "c2"]), of(["c3"], "01-11T20:00", "visit")]),
                   ["01-11T20:00 x>c1", "01-11T20:00 x>c2"], {}),
    "days after a date": (
        program([playbook([send("x")], enter=[{"relative": ["attribute", "renewal"], "offset": "3 days", "side": "after", "at": "10:00"}], again="always")],
                [attributes("renewal", ("c1", "01-02", ["date", "2026-01-10"]), ("c1", "01-20", ["date", "2026-01-10"]), ("c1", "01-21", ["date", "2026-02-10"]))],
                customer={"renewal": "date"}), ["01-13T10:00 x", "02-13T10:00 x"], {}),
    "who comes later has his own": (
        program([playbook([send("x")], enter=[{"every": "day", "at": "10:00"}], again="1 week")], [of(["c1"], "01-01"), of(["c2"], "01-03T10:00", "visit")], end="2026-01-06"),
        ["01-01T10:00 x>c1", "01-04T10:00 x>c2"], {}),
    "pace": (  # draw(pace, p, …): c1 5143, c2 3699, c3 9651
        program([playbook([send("x")], enter=[{"date": "2026-01-05", "at": "10:00"}], pace={"n": 3, "per": "hour"})], [of(["c1", "c2", "c3"])]),
        ["01-05T10:00 x>c2", "01-05T10:20 x>c1", "01-05T10:40 x>c3"], {}),
    "pace asks again": (
        program([playbook([send("x")], enter=[{"date": "2026-01-05", "at": "10:00"}], pace={"n": 1, "per": "hour"}, where=["not", ["tagged", "x"]])],
                [of(["c1", "c2", "c3"]), tags(("01-05T10:30", "x"))]), ["01-05T10:00 x>c2", "01-05T12:00 x>c3"], {}),
    "backfill": (program([playbook([send("x")], enter=[{"when": [">=", ["count", "order", None, None], ["number", 1]]}], backfill="all")], [of(["c1", "c2"])],
                         start="2026-01-05"), ["01-05 x>c1", "01-05 x>c2"], {}),
    "no backfill": (program([playbook([send("x")], enter=[{"when": [">=", ["count", "order", None, None], ["number", 1]]}])], [of(["c1", "c2"])],
                            start="2026-01-05"), [], {"entered": 0}),
    "backfill day by day": (  # draw(backfill, p, …): c1 5101, c2 8854, c3 3575; c1 is out of the window by then
        program([playbook([send("x")], enter=[{"when": ["within", "order", None, "4 days"]}], backfill=1)],
                [{"name": "orders", "event": "order", "rows": [{"customer": c, "at": moment(at), "values": {}} for c, at in (("c1", "01-02"), ("c2", "01-04"), ("c3", "01-04"))]}],
                start="2026-01-05"), ["01-05 x>c3", "01-07 x>c2"], {}),
    "each key by itself": (
        program([playbook([send("a"), {"do": "wait", "for": "5 days"}, send("b")], enter=[{"on": "order", "per": "id"}], again="always")],
                [STORE | {"rows": [{"customer": "c1", "at": moment(at), "values": {"id": ["text", n]} if n else {}} for at, n in (("01-01", "7"), ("01-02", "8"), ("01-03", "7"), ("01-04", ""))]}]),
        ["01-01 a", "01-02 a", "01-06 b", "01-07 b"], {"finished": 2}),
    "what is kept": (on_order([{"do": "let", "name": "n", "to": ["count", "order", None, None]}, {"do": "wait", "for": "5 days"},
                               {"do": "if", "branches": [{"if": ["=", ["let", "n"], ["number", 1]], "steps": [send("one")]}, {"else": True, "steps": [send("more")]}]}],
                              events("order", "01-01", "01-02")), ["01-06 one"], {}),
    "an event of his own": (
        program([playbook([{"do": "emit", "event": "visit", "fields": {"n": ["number", 3]}}, send("a")], enter=ON_ORDER),
                 playbook([send("b")], "q", enter=[{"on": "visit", "where": ["=", ["field", "n"], ["number", 3]]}], priority=90)], [events("order", "01-01")]),
        ["01-01 a", "01-01 b"], {}),
    "another playbook": (
        program([playbook([{"do": "start", "playbook": "q"}, send("a")], enter=ON_ORDER), playbook([send("b")], "q", enter=[{"on": "visit"}], where=["not", ["tagged", "x"]])],
                [events("order", "01-01")]), ["01-01 a", "01-01 b"], {}),
    "another customer's": (
        program([playbook([{"do": "start", "playbook": "q", "for": ["attribute", "referrer"]}, send("a")], enter=ON_ORDER), playbook([send("b")], "q", enter=[{"on": "visit"}])],
                [of(["c1", "c2", "c3"]), attributes("referrer", ("c1", None, ["text", "c2"]), ("c2", None, ["text", "nobody"]))], customer={"referrer": "customer"}),
        ["01-02 a>c1", "01-02 a>c2", "01-02 b>c2", "01-02 a>c3"], {}),
    "a goal, and stay": (on_order([{"do": "wait", "for": "5 days"}, send("x")], events("order", "01-01"), events("visit", "01-02", "01-03"), goal={"on": "visit", "stay": True}),
                         ["01-06 x"], {"goal": 1, "finished": 0}),
    "until it holds": (on_order([{"do": "until", "when": ["within", "visit", None, "1 day"], "up_to": "5 days", "else": {"steps": [send("no")]}}, send("x")],
                                events("order", "01-01", "01-10"), events("visit", "01-02T10:00"), again="always"), ["01-02T10:00 x", "01-15 no", "01-15 x"], {}),
    "a budget of the month": (budget({"totals": [{"amount": "50 USD", "per": "month"}]}, ("c1", "01-01"), ("c2", "01-15"), ("c1", "02-01")),
                              ["01-01 yes", "01-15 no", "02-01 yes"], {}),
    "at most so much for one": (budget({"totals": [{"amount": "500 USD", "per": "year"}], "each": [{"amount": "59 USD", "per": "month"}]},
                                       ("c1", "01-01"), ("c1", "01-15"), ("c2", "01-15"), ("c1", "02-01")),
                                ["01-01 yes", "01-15 no>c1", "01-15 yes>c2", "02-01 yes"], {}),
    "a person confirms": (person({"do": "ask", "message": "x", "staff": ["attribute", "owner"]}, of(["c1", "c3"])), ["01-02 no>c3", "01-02T02:00 x>c1", "01-02T02:00 yes>c1"], {}),
    "a person is too late": (person({"do": "ask", "message": "x", "staff": ["attribute", "owner"], "within": "2 hours"}, of(["c1"])), ["01-02T02:00 no"], {}),
    "merged": (stories({"at": "01-04", "merge": "c2", "customer": "c1"}), ["01-01 a>c1", "01-03 a>c2", "01-06 b>c1"], {"entered": 2, "finished": 1, "left": 1}),
    "merged the other way": (stories({"at": "01-04", "merge": "c1", "customer": "c2"}, again="always"),
                             ["01-01 a>c1", "01-03 a>c2", "01-06 b>c2", "01-20 a>c2", "01-25 b>c2"], {"entered": 3, "finished": 2, "left": 1}),
    "merged: the last entry counts": (stories({"at": "01-10", "merge": "c2", "customer": "c1"}, again="18 days"),
                                      ["01-01 a>c1", "01-03 a>c2", "01-06 b>c1", "01-08 b>c2"], {"entered": 2}),
    "forgotten": (stories({"at": "01-04", "forget": True, "customer": "c1"}), ["01-01 a>c1", "01-03 a>c2", "01-08 b>c2", "01-20 a>c1", "01-25 b>c1"],
                  {"entered": 3, "finished": 2, "left": 1}),
}
