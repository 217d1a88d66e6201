"""What cases are written with: moments as text, sources and playbooks in a line."""
import clock
import tree

OUTBOX = {"channels": ["outbox"]}
AMOUNTS = {"order": {"amount": "money", "id": "text"}, "visit": {"n": "number"}, "reply": {"n": "number"}, "service": {"n": "number"}}


def moment(text):
    """`01-20` and `01-20T10:00` are of 2026."""
    text = text if len(text) > 5 and text[4] == "-" else "2026-" + text
    return clock.parse_moment(text if "T" in text else text + "T00:00")


def events(name, *ats):
    return {"name": name + "s", "event": name, "rows": [{"customer": "c1", "at": moment(at), "values": {}} for at in ats]}


def tags(*pairs):
    return {"name": "tagging", "attributes": {}, "tags": True,
            "rows": [{"customer": "c1", "at": moment(at), "values": {}, "tags": [tag]} for at, tag in pairs]}


def program(playbooks, sources, start="2025-12-01", end="2026-09-01", **more):
    sends = [s["message"] for p in playbooks for s in tree.steps_of(p["steps"]) if s["do"] in ("send", "ask")]
    return {"timezone": None, "customer": {}, "events": AMOUNTS, "activity": ["order"], "traits": {}, "segments": {},
            "messages": {m: {"channels": ["outbox"]} for m in dict.fromkeys(sends)}, "playbooks": playbooks, "sources": sources,
            "from": moment(start), "to": moment(end)} | more


def send(message):
    return {"do": "send", "message": message}


def playbook(steps, name="p", **more):
    return {"name": name, "steps": steps} | more
