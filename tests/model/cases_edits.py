"""Cases of edits and pauses (§13), each with the result that the text gives when read by hand.

name -> (program, sends, figures of playbook `p`; of them `refused` says which of the operations were)"""
from cases_more import DAY_CAP, ON_ORDER, attributes, messages, of
from cases_tools import OUTBOX, events, moment, playbook, program, send, tags
import tree


def wait(d):
    return {"do": "wait", "for": d}


def edit(at, *playbooks, **more):
    """From `at` on (a millisecond after it, so that nothing else is due) the workspace has these playbooks; `more` may name other parts."""
    return {"at": moment(at) + 1, "edit": {"playbooks": list(playbooks)} | more}


def pause(at, what, pausing=True):
    return {"at": moment(at) + 1, "pause": pausing, "what": what}


def resume(at, what):
    return pause(at, what, False)


def story(first, sources, *operations, also=(), **more):
    """`first` is the playbook at the start; messages of all texts stand in all."""
    made = program([first, *also], list(sources), operations=list(operations), **more)
    names = [s["message"] for done in operations for p in done.get("edit", {}).get("playbooks", []) for s in tree.steps_of(p["steps"]) if s["do"] == "send"]
    made["messages"] = {name: OUTBOX for name in names} | made["messages"]
    return made


def p(*steps, **more):
    return playbook(list(steps), **{"enter": ON_ORDER, "again": "always"} | more)


ORDERS = [events("order", "01-01", "01-10")]
ONCE = [events("order", "01-01")]
AB = p(send("a"), wait("5 days"), send("b"))
HOLDS = [">=", ["count", "order", None, None], ["number", 1]]
NEVER = ["tagged", "never"]
THREE = [of(["c1", "c2", "c3"], "01-01")]
VISITED = {"goal": {"on": "visit", "within": "10 days"}}
ON_VISIT = {"do": "wait", "up_to": "5 days", "arms": [{"on": "visit", "steps": [send("v")]}, {"else": True, "steps": [send("e")]}]}

EDITS = {
    # --- those inside -----------------------------------------------------------------------------------------------------------
    "pin": (story(AB, ORDERS, edit("01-03", p(send("a"), wait("1 day"), send("c")))), ["01-01 a", "01-06 b", "01-10 a", "01-11 c"], {"finished": 2}),
    "follow": (story(AB, ONCE, edit("01-03", p(send("a"), wait("7 days"), send("b"), on_edit="follow"))), ["01-01 a", "01-08 b"], {}),
    "follow, and the wait is over": (story(AB, ONCE, edit("01-03", p(send("a"), wait("1 day"), send("b"), on_edit="follow"))),
                                     ["01-01 a", "01-03T00:00:00.001 b"], {"finished": 1}),
    "follow past what was put in": (
        story(AB, ONCE, edit("01-03", p(send("a"), {"do": "tag", "tag": "x"}, send("d"), wait("5 days"), send("c"), send("b"), on_edit="follow"))),
        ["01-01 a", "01-06 c", "01-06 b"], {}),
    "follow, and the step is gone": (story(AB, ORDERS, edit("01-03", p(send("a"), send("c"), on_edit="follow"))), ["01-01 a", "01-06 b", "01-10 a", "01-10 c"], {}),
    "the second wait": (story(p(wait("1 day"), send("a"), wait("5 days"), send("b")), ONCE,
                              edit("01-03", p(wait("1 day"), wait("3 days"), send("c"), send("b"), on_edit="follow"))), ["01-02 a", "01-05 c", "01-05 b"], {}),
    "by its label": (  # it stands before `second`, put off by the cap until 01-02; the new text has it first, with another message
        story(p(send("m") | {"label": "first"}, send("m") | {"label": "second"}), ONCE,
              edit("01-01T12:00", p(send("n") | {"label": "second"}, send("m") | {"label": "first"}, on_edit="follow")), policy=DAY_CAP),
        ["01-01 m", "01-02 n", "01-03 m"], {}),
    "follow into another arm": (  # the arms of the new text are asked, and its timeout
        story(p(ON_VISIT), [*ONCE, events("reply", "01-04")], edit("01-03", p(ON_VISIT | {"up_to": "4 days", "arms": [
            {"on": "reply", "steps": [wait("1 day"), send("r")]}, {"else": True, "steps": [send("e")]}]}, on_edit="follow"))), ["01-05 r"], {}),
    "follow between two rounds": (
        story(p({"do": "repeat", "times": 3, "every": "7 days", "body": {"steps": [send("c")]}}, send("z")), ONCE,
              edit("01-02", p({"do": "repeat", "times": 3, "every": "3 days", "body": {"steps": [send("c")]}}, send("z"), on_edit="follow"))),
        ["01-01 c", "01-04 c", "01-07 c", "01-07 z"], {}),
    "follow inside a round": (
        story(p({"do": "repeat", "times": 2, "every": "7 days", "body": {"steps": [wait("3 days"), send("c")]}}, send("z")), ONCE,
              edit("01-02", p({"do": "repeat", "times": 2, "every": "7 days", "body": {"steps": [send("d"), wait("2 days"), send("c")]}}, send("z"), on_edit="follow"))),
        ["01-03 c", "01-08 d", "01-10 c", "01-10 z"], {}),
    "move": (story(AB, ONCE, edit("01-03", p(send("a"), wait("2 days"), send("b"), on_edit=[["wait 5 days", "wait 2 days"]]))),
             ["01-01 a", "01-05T00:00:00.001 b"], {"refused": [False]}),
    "move back to a label": (story(AB, ONCE, edit("01-03", p(send("a") | {"label": "top"}, wait("2 days"), send("b"), on_edit=[["wait 5 days", "top"]]))),
                             ["01-01 a", "01-03T00:00:00.001 a", "01-05T00:00:00.001 b"], {}),
    "a move that does not cover": (story(AB, ORDERS, edit("01-03", p(send("a"), wait("2 days"), send("c"), on_edit=[["wait 9 days", "wait 2 days"]]))),
                                   ["01-01 a", "01-06 b", "01-10 a", "01-15 b"], {"refused": [True]}),
    "it covers where somebody stands": (  # nobody stands at the wait of 9 days any more
        story(p(send("a"), wait("1 day"), wait("5 days"), send("b")), ORDERS,
              edit("01-03", p(send("a"), wait("4 days"), send("c"), on_edit=[["wait 5 days", "wait 4 days"]]))),
        ["01-01 a", "01-07T00:00:00.001 c", "01-10 a", "01-14 c"], {"refused": [False]}),
    "the same text is no new version": (  # so nothing has to be covered
        story(AB, ONCE, edit("01-03", p(send("a"), wait("5 days"), send("b"), on_edit=[["wait 9 days", "wait 5 days"]], priority=80))),
        ["01-01 a", "01-06 b"], {"refused": [False]}),
    "two edits": (story(AB, ONCE, edit("01-02", p(send("a"), wait("7 days"), send("c"), on_edit="follow")), edit("01-03", p(send("a"), wait("9 days"), send("d")))),
                  ["01-01 a", "01-08 c"], {}),
    "pinned, then on": (story(AB, ONCE, edit("01-02", p(send("a"), wait("7 days"), send("c"))), edit("01-03", p(send("a"), wait("9 days"), send("d"), on_edit="follow"))),
                        ["01-01 a", "01-10 d"], {}),
    # --- goal and leave ---------------------------------------------------------------------------------------------------------
    "leave is the new one": (story(AB, [*ONCE, tags(("01-02", "x"))], edit("01-03", AB | {"on_edit": "follow", "leave": ["tagged", "x"]})), ["01-01 a"], {"left": 1}),
    "leave is the old one": (story(AB, [*ONCE, tags(("01-02", "x"))], edit("01-03", AB | {"leave": ["tagged", "x"]})), ["01-01 a", "01-06 b"], {"finished": 1}),
    "the new goal of who has finished": (story(p(send("a"), **VISITED), [*ONCE, events("reply", "01-20")],
                                               edit("01-03", p(send("a"), on_edit="follow", goal={"on": "reply", "within": "30 days"}))), ["01-01 a"], {"goal": 1}),
    "the old goal of who has finished": (story(p(send("a"), **VISITED), [*ONCE, events("visit", "01-08")], edit("01-03", p(send("a"), goal={"on": "reply"}))),
                                         ["01-01 a"], {"goal": 1}),
    "a watch that is over": (story(p(send("a"), goal={"on": "visit", "within": "2 days"}), [*ONCE, events("visit", "01-08")],
                                   edit("01-05", p(send("a"), on_edit="follow", **VISITED))), ["01-01 a"], {"goal": 0, "finished": 1}),
    # --- who comes in -----------------------------------------------------------------------------------------------------------
    "a condition that holds already": (story(p(send("x"), enter=[{"when": NEVER}]), THREE, edit("01-05", p(send("x"), enter=[{"when": HOLDS}]))), [], {"entered": 0}),
    "a condition that holds already, backfill": (
        story(p(send("x"), enter=[{"when": NEVER}]), THREE, edit("01-05", p(send("x"), enter=[{"when": HOLDS}], backfill="all"))),
        ["01-05T00:00:00.001 x>c1", "01-05T00:00:00.001 x>c2", "01-05T00:00:00.001 x>c3"], {}),
    "backfill of an edit day by day": (  # draw(backfill, p, …): c1 5101, c2 8854, c3 3575
        story(p(send("x"), enter=[{"when": NEVER}]), THREE, edit("01-05", p(send("x"), enter=[{"when": HOLDS}], backfill=1))),
        ["01-05T00:00:00.001 x>c3", "01-06T00:00:00.001 x>c1", "01-07T00:00:00.001 x>c2"], {}),
    "those who are to come go on over another edit": (
        story(p(send("x"), enter=[{"when": NEVER}]), THREE, edit("01-05", p(send("x"), enter=[{"when": HOLDS}], backfill=1)),
              edit("01-05T12:00", p(send("y"), enter=[{"when": HOLDS}], backfill=1))),
        ["01-05T00:00:00.001 x>c3", "01-06T00:00:00.001 y>c1", "01-07T00:00:00.001 y>c2"], {}),
    "an unchanged condition keeps its bit": (  # it is true since 01-01; the text of an edit around it is no backfill and no edge
        story(p(send("x"), enter=[{"when": HOLDS}]), THREE, edit("01-05", p(send("y"), enter=[{"when": NEVER}, {"when": HOLDS}], backfill="all"))),
        ["01-01 x>c1", "01-01 x>c2", "01-01 x>c3"], {"entered": 3}),
    "a bit goes on": (story(p(send("x"), enter=[{"when": ["within", "order", None, "5 days"]}]), [events("order", "01-01", "01-08", "01-20")],
                            edit("01-10", p(send("y"), enter=[{"when": ["within", "order", None, "5 days"]}]))), ["01-01 x", "01-08 x", "01-20 y"], {}),
    "again goes on": (story(p(send("x"), again="30 days"), [events("order", "01-01", "01-20", "01-31")], edit("01-05", p(send("y"), again="30 days"))),
                      ["01-01 x", "01-31 y"], {"entered": 2}),
    "a new schedule": (story(AB, ONCE, edit("01-03T12:00", AB, playbook([send("x")], "q", enter=[{"every": "day", "at": "10:00"}])), end="2026-01-06"),
                       ["01-01 a", "01-04T10:00 x", "01-05T10:00 x"], {"live": 1}),
    "removed": (story(AB, [of(["c1"], "01-01"), {**of(["c2"], "01-04"), "name": "later"}], edit("01-03")), ["01-01 a", "01-06 b"], {"entered": 1, "finished": 1}),
    "removed and brought back": (  # `again never` goes on for c1
        story(AB | {"again": "never"}, [of(["c1"], "01-01"), {**of(["c1", "c2"], "01-10"), "name": "later"}], edit("01-03"), edit("01-08", AB | {"again": "never"})),
        ["01-01 a>c1", "01-06 b>c1", "01-10 a>c2", "01-15 b>c2"], {"entered": 2}),
    "start of a removed one": (
        story(p(send("a"), wait("5 days"), {"do": "start", "playbook": "q"}, send("b")), ONCE, edit("01-03", p(send("a"))), also=[playbook([send("c")], "q", enter=[{"on": "visit"}])]),
        ["01-01 a", "01-06 b"], {}),
    # --- what is always the newest ------------------------------------------------------------------------------------------------
    "a cap is the newest": (story(p(send("a"), send("b")), [of(["c1"], "01-01"), {**of(["c2"], "01-01T13:00"), "name": "later"}],
                                  edit("01-01T12:00", p(send("a"), send("b")), policy={}), policy=DAY_CAP),
                            ["01-01 a>c1", "01-01T13:00 a>c2", "01-01T13:00 b>c2", "01-02 b>c1"], {}),
    "a playbook's own cap is the newest": (
        story(p(send("a"), wait("12 hours"), send("b"), caps=[{"n": 1, "per": "day"}]), ONCE, edit("01-01T06:00", p(send("c")))), ["01-01 a", "01-01T12:00 b"], {}),
    "a message is the newest": (story(p(send("a"), wait("23 hours"), send("x")), ONCE, edit("01-01T12:00", p(send("a")), messages=messages("a", x=OUTBOX | {"class": "transactional"})),
                                      policy={"quiet": [{"from": "21:00", "to": "09:00"}]}), ["01-01T09:00 a", "01-02T08:00 x"], {}),
    "a trait of the old version": (
        story(p(send("a"), wait("5 days"), {"do": "if", "branches": [{"if": [">=", ["trait", "often"], ["number", 2]], "steps": [send("b")]}, {"else": True, "steps": [send("c")]}]},
                again="never"), [events("order", "01-01", "01-02")], edit("01-03", p(send("a")), traits={"often": ["count", "visit", None, None]}),
              traits={"often": ["count", "order", None, None]}), ["01-01 a", "01-06 b"], {}),
    "a message follows": (story(AB, ONCE, edit("01-03", AB, messages=messages("a") | {"b": OUTBOX | {"text": "Another text"}})), ["01-01 a", "01-06 b"], {}),
    # --- pauses -------------------------------------------------------------------------------------------------------------------
    "paused": (story(AB, [of(["c1"], "01-01"), {**of(["c2"], "01-04"), "name": "later"}], pause("01-03", "playbook:p"), resume("01-10", "playbook:p")),
               ["01-01 a>c1", "01-10T00:00:00.001 b>c1"], {"entered": 1}),
    "paused, and goes on in time": (story(AB, ONCE, pause("01-02", "playbook:p"), resume("01-04", "playbook:p")), ["01-01 a", "01-06 b"], {}),
    "a paused playbook takes no step by time": (
        story(p(wait("5 days"), {"do": "tag", "tag": "x"}), ONCE, pause("01-03", "playbook:p"), resume("01-10", "playbook:p"),
              also=[playbook([send("y")], "q", enter=[{"when": ["tagged", "x"]}])]), ["01-10T00:00:00.001 y"], {}),
    "another is paused": (story(AB, ONCE, pause("01-03", "playbook:q")), ["01-01 a", "01-06 b"], {}),
    "a channel is paused": (story(AB, ORDERS, pause("01-03", "channel:outbox"), resume("01-12", "channel:outbox"), end="2026-01-16"),
                            ["01-01 a", "01-12T00:00:00.001 b"], {"live": 0, "finished": 1}),
    "everything is paused": (story(AB, ORDERS, pause("01-03", ""), resume("01-12", "")), ["01-01 a", "01-12T00:00:00.001 b"], {}),
    "bits follow in a pause": (story(p(send("x"), enter=[{"when": ["within", "order", None, "5 days"]}]), [events("order", "01-02", "01-20")],
                                     pause("01-01", "playbook:p"), resume("01-04", "playbook:p")), ["01-20 x"], {"entered": 1}),
    "a goal in a pause": (story(AB | VISITED, [*ONCE, events("visit", "01-04")], pause("01-02", "playbook:p"), resume("01-10", "playbook:p")), ["01-01 a"], {"goal": 1}),
    "an arm in a pause": (story(p(ON_VISIT), [*ONCE, events("visit", "01-04")], pause("01-02", "playbook:p"), resume("01-10", "playbook:p")), ["01-10T00:00:00.001 v"], {}),
    "a timeout in a pause": (story(p(ON_VISIT), ONCE, pause("01-02", "playbook:p"), resume("01-10", "playbook:p")), ["01-10T00:00:00.001 e"], {}),
    "too late while a channel is paused": (
        story(p(send("x") | {"within": "2 days", "else": {"steps": [{"do": "send", "message": "y", "channels": ["sms"]}]}}), [events("order", "01-02")],
              pause("01-01", "channel:outbox"), resume("01-12", "channel:outbox")), ["01-04 y@sms"], {}),
    "a pause goes by the name": (story(AB, ONCE, pause("01-03", "playbook:p"), edit("01-04", p(send("a"), wait("2 days"), send("b"), on_edit="follow")),
                                       resume("01-10", "playbook:p")), ["01-01 a", "01-10T00:00:00.001 b"], {}),
    "a pause is no refusal": (story(p(send("x") | {"channels": ["outbox", "sms"]}), [events("order", "01-02")], pause("01-01", "channel:outbox"),
                                    resume("01-12", "channel:outbox")), ["01-12T00:00:00.001 x@outbox"], {}),
    "a date moves, and the new version follows": (
        story(p({"do": "wait", "date": ["attribute", "renewal"], "at": "10:00"}, send("x")), [*ONCE, attributes("renewal", ("c1", None, ["date", "2026-02-01"]))],
              edit("01-05", p({"do": "wait", "date": ["-", ["attribute", "renewal"], ["duration", "7 days"]], "at": "12:00"}, send("x"), on_edit="follow")),
              customer={"renewal": "date"}), ["01-25T12:00 x"], {}),
}
