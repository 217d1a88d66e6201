"""Two customers become one, and one is forgotten (§13): what a customer's state becomes, as functions of the states."""
import clock


def stricter(a, b):
    """Consent withdrawn by either is withdrawn; else given by either is given."""
    found = {}
    for name in {*a, *b}:
        said = [c[name] for c in (a, b) if name in c]
        found[name] = all(said)
    return found


def merge(a, b):
    """Merges A into B, as the state change of an input of B: events, tags and places of caps united, B's attributes win, A's fill gaps,
    the stricter consent, the earlier `first_seen`; A's journeys are numbered after B's; a bit is 1 if either was. A is nobody then."""
    events = sorted(b.events + a.events, key=lambda e: (e.taken, e in a.events, e.order))
    for number, event in enumerate(events):
        event.order = number
    b.events, b.tags = events, b.tags | a.tags
    b.contacts = sorted(b.contacts + a.contacts, key=lambda c: c.at)
    b.attributes = a.attributes | b.attributes
    b.consent, b.suppressed = stricter(a.consent, b.consent), a.suppressed | b.suppressed
    b.first_seen = min((s for s in (a.first_seen, b.first_seen) if s is not None), default=None)
    b.bits = {key: a.bits.get(key, False) or b.bits.get(key, False) for key in {*a.bits, *b.bits}}
    b.used_days |= a.used_days
    for name in [*a.journeys]:
        journeys = b.journeys[name]
        for j in a.journeys[name]:
            j.number = len(journeys) + 1
            journeys.append(j)
        one_live(b, journeys)
    b.coming += a.coming
    b.postponed = sorted(b.postponed + a.postponed, key=lambda p: p[:2])
    b.rest = type(b.rest)(sorted([*b.rest, *a.rest], key=lambda given: given["at"]))
    b.sends += a.sends
    b.reached, b.skips, b.taken = b.reached + a.reached, b.skips + a.skips, b.taken + a.taken
    for t in [*a.anchors, b.first_seen]:
        b.anchor(t)
    for m in a.timers:
        b.push(m)
    b.push_zone()
    empty(a)


def one_live(b, journeys):
    """Of two live ones of one playbook and key the earlier entered stays, the other is `left`; the latest entry alone is watched."""
    for key in {j.key for j in journeys}:
        same = [j for j in journeys if j.key == key]
        live = sorted((j for j in same if j.live()), key=lambda j: (j.entry, j.number))
        for j in live[1:]:
            b.end(j, "left", "merged")
        latest = max(same, key=lambda j: (j.entry, j.number))
        for j in same:
            j.watched = j.watched and j is latest


def forget(customer):
    """Ends his journeys as `left` and removes what he is and did; his next input makes a new customer."""
    for j in customer.in_order():
        if j.live():
            customer.end(j, "left", "erased")
    customer.ended_before += customer.in_order()
    sends, reached, skips, taken = customer.sends, customer.reached, customer.skips, customer.taken
    rest = customer.rest
    empty(customer)
    customer.sends, customer.reached, customer.skips, customer.taken, customer.rest = sends, reached, skips, taken, rest


def empty(customer):
    """Nobody: as before his first input, but for what was counted of him."""
    kept = customer.ended_before
    now, trace, stats = customer.now, customer.trace, customer.stats
    customer.__init__(customer.program, customer.id, customer.readings, customer.world, customer.keep_trace)
    customer.now, customer.trace, customer.stats, customer.ended_before = clock.Moment(now), trace, stats, kept
