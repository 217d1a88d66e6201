"""Makes a program that differs as small as it goes: `shrink(program, differs)`."""
import copy

import tree
import wording


def smaller(program):
    """Programs a little smaller than this one, the boldest first."""
    def cut(place):
        made = copy.deepcopy(program)
        place(made)
        return made

    for n in range(len(program["playbooks"])):
        if len(program["playbooks"]) > 1:
            yield cut(lambda m: m["playbooks"].pop(n))
    customers = sorted({r["customer"] for s in program["sources"] for r in s["rows"]})
    for half in (customers[:len(customers) // 2], customers[len(customers) // 2:]):
        if len(customers) > 1:
            yield cut(lambda m: [s.update(rows=[r for r in s["rows"] if r["customer"] in half]) for s in m["sources"]])
    for n, source in enumerate(program["sources"]):
        yield cut(lambda m: m["sources"].pop(n))
        size = len(source["rows"])
        step = max(1, size // 2)
        while step:
            for at in range(0, size, step):
                yield cut(lambda m: m["sources"][n].update(rows=m["sources"][n]["rows"][:at] + m["sources"][n]["rows"][at + step:]))
            step //= 2
    for n, p in enumerate(program["playbooks"]):
        for clause in range(len(p["enter"])):
            if len(p["enter"]) > 1:
                yield cut(lambda m: m["playbooks"][n]["enter"].pop(clause))
        for key in ("where", "goal", "leave", "priority", "turn", "again", "caps", "quiet", "holdout", "pace", "backfill"):
            if key in p:
                yield cut(lambda m: m["playbooks"][n].pop(key))
    rules = program.get("policy", {})
    for key in rules:
        for n in range(len(rules[key]) if isinstance(rules[key], list) else 1):
            yield cut(lambda m: m["policy"][key].pop(n) if isinstance(rules[key], list) and len(rules[key]) > 1 else m["policy"].pop(key))
    for key in ("holdout", "calendar", "budgets", "teams", "chinese"):
        if program.get(key):
            yield cut(lambda m: m.pop(key))
    for name, message in program["messages"].items():
        if "class" in message:
            yield cut(lambda m: m["messages"][name].pop("class"))
        for n in range(len(message["channels"]) if len(message["channels"]) > 1 else 0):
            yield cut(lambda m: m["messages"][name]["channels"].pop(n))
    yield from smaller_trees(program)
    for n, source in enumerate(program["sources"]):
        for name in source.get("attributes", []):
            yield cut(lambda m: (m["sources"][n]["attributes"].remove(name), [r["values"].pop(name) for r in m["sources"][n]["rows"]]))
    for kind in ("traits", "segments", "messages", "events", "customer"):
        for name in program[kind]:
            made = cut(lambda m: (m[kind].pop(name), m.update(activity=[a for a in m["activity"] if a != name])))
            if not tree.strings_of(made, lambda text: text == name):  # nothing speaks of it any more
                yield made
    if program.get("local_range"):
        yield cut(lambda m: m.update(local_range=False))
    if any(s.get("style") for s in program["sources"]):
        yield cut(lambda m: [s.update(style=None) for s in m["sources"]])


def smaller_trees(program):
    """Without a step, with a step's inner block in its place, without an arm, with a simpler condition."""
    def walk(node, path):
        if isinstance(node, dict):
            for key, part in node.items():
                yield from walk(part, path + [key])
            for key in ("where", "within", "else", "every", "until", "channels", "per"):
                if key in node and path and path[-1] not in ("playbooks",) and node.get(key) is not True:
                    yield path, "without", key
        elif isinstance(node, list):
            if path[-1] in ("steps", "arms", "branches"):
                for n in range(len(node)):
                    if len(node) > 1:
                        yield path, "drop", n
                    if path[-1] == "steps":
                        for block in range(len(tree.blocks_of(node[n]))):
                            yield path, "inline", (n, block)
            elif node and node[0] in ("and", "or"):
                yield path, "become", 1
                yield path, "become", 2
            elif node and node[0] == "not":
                yield path, "become", 1
            elif node and node[0] in ("count", "within") and len(node) > 2 and node[2]:
                yield path, "clear", 2
            elif node and node[0] in wording.AGGREGATES and len(node) > 3 and node[3]:
                yield path, "clear", 3
            for n, part in enumerate(node):
                yield from walk(part, path + [n])

    for path, action, what in list(walk(program["playbooks"], ["playbooks"])):
        made = copy.deepcopy(program)
        holder = made
        for key in path[:-1]:
            holder = holder[key]
        node = holder[path[-1]]
        if action == "without":
            node.pop(what)
        elif action == "drop":
            node.pop(what)
        elif action == "inline":
            node[what[0]:what[0] + 1] = tree.blocks_of(node[what[0]])[what[1]]["steps"]
        elif action == "become":
            holder[path[-1]] = node[what]
        else:
            node[what] = None
        yield made


def shrink(program, differs):
    """The smallest program that `smaller` reaches from here and that still differs."""
    again = True
    while again:
        again = False
        for made in smaller(program):
            try:
                still = differs(made)
            except Exception:  # a cut too deep: neither side can run it
                continue
            if still:
                program, again = made, True
                break
    return program
