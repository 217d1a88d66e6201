"""Prints a program of the model as a workspace: tend.toml, CSV sources, one `.tend` file in the English spelling, model.json."""
import csv
import datetime as dt
import json
import pathlib

import clock
import model

LEVELS = {"or": 1, "and": 2, "not": 3, "+": 5, "-": 5, "*": 6, "/": 6, "default": 8, "negative": 9}
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=", "contains", "starts with")
AGGREGATES = ("total", "average", "min", "max", "first", "last", "most")


def level(e):
    """How tightly the head of an expression binds; the language's operators from `or` to `default`."""
    if e[0] in COMPARISONS + ("in", "not in", "is missing", "is not missing", "within", "no", "inactive", "tagged", "segment"):
        return 4
    return LEVELS.get(e[0], 10)


def inner(e, at_least):
    """`e` as an operand: in parentheses where it binds less tightly than its place needs."""
    return show(e) if level(e) >= at_least else f"({show(e)})"


def quote(text):
    return f'"{text}"'


def filtered(event, where, field=None):
    return event + (f".{field}" if field else "") + (f" where {show(where)}" if where else "")


def show(e):
    """An expression in the English spelling."""
    head, *rest = e
    if head == "text":
        return quote(rest[0])
    if head in ("number", "money", "date", "duration", "moment"):
        return str(rest[0])
    if head == "percent":
        return f"{rest[0]}%"
    if head == "bool":
        return "true" if rest[0] else "false"
    if head in ("attribute", "first_seen"):
        return "customer." + (rest[0] if rest else "first_seen")
    if head == "field":
        return f"{rest[1]}.{rest[0]}" if len(rest) > 1 else rest[0]
    if head == "entry":
        return f"entry.{rest[0]}"
    if head == "arm":
        return f"{rest[0]}.{rest[1]}"
    if head in ("now", "today"):
        return head
    if head == "trait":
        return rest[0]
    if head == "segment":
        return f"in segment {rest[0]}"
    if head == "age":
        return f"age({show(rest[0])})"
    if head == "tagged":
        return f"tagged {quote(rest[0])}"
    if head == "count":
        return f"count({filtered(rest[0], rest[1])})" + (f" over {rest[2]}" if rest[2] else "")
    if head in AGGREGATES:
        return f"{head}({filtered(rest[0], rest[2], rest[1])})" + (f" over {rest[3]}" if rest[3] else "")
    if head == "within":
        return (f"({filtered(rest[0], rest[1])})" if rest[1] else rest[0]) + f" within {rest[2]}"
    if head == "no":
        return "no " + (f"({filtered(rest[0], rest[1])})" if rest[1] else rest[0]) + f" for {rest[2]}"
    if head == "inactive":
        return f"inactive for {rest[0]}"
    if head in ("and", "or"):
        return f" {head} ".join(inner(part, LEVELS[head] + 1) for part in rest)
    if head == "not":
        return "not " + inner(rest[0], 4)
    if head in ("is missing", "is not missing"):
        return f"{inner(rest[0], 5)} {head}"
    if head == "default":
        return f"{inner(rest[0], 9)} default {inner(rest[1], 9)}"
    if head in ("in", "not in"):
        return f"{inner(rest[0], 5)} {head} [{', '.join(show(x) for x in rest[1])}]"
    if head == "negative":
        return "-" + inner(rest[0], 10)
    if head in COMPARISONS:
        return f"{inner(rest[0], 5)} {head} {inner(rest[1], 5)}"
    return f"{inner(rest[0], LEVELS[head])} {head} {inner(rest[1], LEVELS[head] + 1)}"


class Text:
    """Lines of the `.tend` file, and the line of each step."""

    def __init__(self):
        self.lines, self.depth, self.step_lines = [], 0, {}

    def line(self, text):
        self.lines.append("  " * self.depth + text if text else "")
        return len(self.lines)

    def block(self, head, steps, playbook):
        self.line(head + " {")
        self.inside(steps, playbook)
        self.line("}")

    def inside(self, steps, playbook):
        self.depth += 1
        for step in steps:
            self.step(step, playbook)
        self.depth -= 1

    def step(self, step, playbook):
        at = len(self.lines) + 1
        self.step_lines[playbook].append(at)
        kind = step["do"]
        if kind == "send":
            head = f"send {step['message']}" + (f" within {step['within']}" if "within" in step else "")
            if "else" in step:
                self.block(head + " else", step["else"]["steps"], playbook)
            else:
                self.line(head)
        elif kind == "wait" and "for" in step:
            self.line(f"wait {step['for']}")
        elif kind == "wait" and "until" in step:
            self.line("wait until " + (f"{step['weekday']} " if step.get("weekday") else "") + step["until"])
        elif kind == "wait":
            self.line(f"wait up to {step['up_to']} {{")
            self.depth += 1
            for arm in step["arms"]:
                head = "else" if arm.get("else") else f"on {arm['on']}" if "on" in arm else f"when {show(arm['when'])}"
                self.block(head + (f" where {show(arm['where'])}" if arm.get("where") else ""), arm["steps"], playbook)
            self.depth -= 1
            self.line("}")
        elif kind == "until":
            head = f"wait until {show(step['when'])} up to {step['up_to']}"
            if "else" in step:
                self.block(head + " else", step["else"]["steps"], playbook)
            else:
                self.line(head)
        elif kind == "if":
            for number, branch in enumerate(step["branches"]):
                head = "} else " if number else ""
                self.line(head + (f"if {show(branch['if'])} {{" if "if" in branch else "{"))
                self.inside(branch["steps"], playbook)
            self.line("}")
        elif kind in ("tag", "untag"):
            self.line(f"{kind} {quote(step['tag'])}")
        elif kind == "set":
            self.line(f"set customer.{step['attribute']} = {show(step['to'])}")
        else:
            self.line("stop" + (f" {quote(step['reason'])}" if "reason" in step else ""))

    def clauses(self, p):
        """The header, one clause a line."""
        found = []
        for clause in p["enter"]:
            what = f"on {clause['on']}" if "on" in clause else f"when {show(clause['when'])}"
            found.append(f"enter {what}" + (f" where {show(clause['where'])}" if clause.get("where") else ""))
        if p.get("where"):
            found.append(f"where {show(p['where'])}")
        if "again" in p:
            found.append("again " + (p["again"] if p["again"] in ("never", "always") else f"after {p['again']}"))
        if p.get("goal"):
            goal = p["goal"]
            found.append(f"goal {goal['on']}" + (f" within {goal['within']}" if "within" in goal else "")
                         + (f" where {show(goal['where'])}" if goal.get("where") else "") + (" and stay" if goal.get("stay") else ""))
        if p.get("leave"):
            found.append(f"leave when {show(p['leave'])}")
        if "priority" in p:
            found.append(f"priority {p['priority']}")
        return found[p.get("turn", 0):] + found[:p.get("turn", 0)]  # header clauses stand in any order


def type_text(kind):
    return "one of " + ", ".join(quote(member) for member in kind) if isinstance(kind, list) else kind


def tend_text(program):
    """The `.tend` file and, by playbook, the line of each step in the order of the text."""
    out = Text()
    if program.get("timezone"):
        out.line(f'policy {{ timezone "{program["timezone"]}" }}')
    if program["customer"]:
        out.line("customer {")
        for name, kind in program["customer"].items():
            out.line(f"  {name} {type_text(kind)}")
        out.line("}")
    for name, fields in program["events"].items():
        out.line(f"event {name} {{ " + ", ".join(f"{f} {kind}" for f, kind in fields.items()) + " }")
    if program["activity"]:
        out.line("activity is " + ", ".join(program["activity"]))
    for name, e in program["traits"].items():
        out.line(f"trait {name} = {show(e)}")
    for name, e in program["segments"].items():
        out.line(f"segment {name} = {show(e)}")
    for name, m in program["messages"].items():
        out.line(f"message {name} on {m['channel']} {{ text {quote(name)} }}")
    for p in program["playbooks"]:
        out.line("")
        out.step_lines[p["name"]] = []
        out.line(f"playbook {p['name']} {{")
        out.depth += 1
        for clause in out.clauses(p):
            out.line(clause)
        out.depth -= 1
        out.line("")
        out.inside(p["steps"], p["name"])
        out.line("}")
    return "\n".join(out.lines) + "\n", out.step_lines


def moment_text(m, style, zone):
    """A source's moment in one of the ways in which people write it; all of them give m back."""
    shown = clock.local("UTC", m)
    if style in ("local", "local minutes"):
        here = clock.local(zone or "UTC", m)
        if clock.clock(zone or "UTC", here) == m and here.year > 1900:
            if style == "local minutes" and not (here.second or here.microsecond):
                return here.strftime("%Y-%m-%d %H:%M")
            return here.strftime("%Y-%m-%dT%H:%M:%S") + (f".{here.microsecond // 1000:03d}" if here.microsecond else "")
    if style == "offset":
        return (shown + dt.timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S") + (f".{shown.microsecond // 1000:03d}" if shown.microsecond else "") + "+08:00"
    if style == "fine":  # finer digits of an input are cut
        return shown.strftime("%Y-%m-%dT%H:%M:%S.") + f"{shown.microsecond // 1000:03d}999Z"
    return clock.print_moment(m)


def cell(value):
    if value is None:
        return ""
    kind, text = value
    if kind == "money":
        return text.split(" ")[0]
    if kind == "bool":
        return "true" if text else "false"
    if kind == "instant":
        return clock.print_moment(text)
    return str(text)


def toml_source(program, source):
    """One [sources.NAME] table and the columns of its file."""
    lines = [f"[sources.{source['name']}]", f'file = "{source["name"]}.csv"', 'customer = "customer_id"']
    dated = any("at" in row for row in source["rows"])
    columns = ["customer_id"] + (["at"] if dated else [])
    if dated:
        lines.append('at = "at"')
    if "event" in source:
        fields = program["events"][source["event"]]
        lines.append(f'event = "{source["event"]}"')
        parts = [f'{n} = {{ column = "{n}", currency = "{source.get("currency", "USD")}" }}' if kind == "money" else f'{n} = "{n}"'
                 for n, kind in fields.items()]
        if parts:
            lines.append(f"fields = {{ {', '.join(parts)} }}")
        names = list(fields)
    else:
        names = list(source["attributes"])
        parts = [f'{n} = {{ column = "{n}", currency = "USD" }}' if program["customer"].get(n) == "money" else f'{n} = "{n}"' for n in names]
        if source.get("tags"):
            parts.append('tags = "tags"')
        lines.append(f"attributes = {{ {', '.join(parts)} }}")
    return lines, columns, names


def write_source(program, source, folder):
    lines, columns, names = toml_source(program, source)
    with open(folder / f"{source['name']}.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns + names + (["tags"] if source.get("tags") else []))
        for row in source["rows"]:
            at = [moment_text(row["at"], source.get("style"), program.get("timezone"))] if "at" in columns else []
            tags = [";".join(row.get("tags", []))] if source.get("tags") else []
            out.writerow([row["customer"]] + at + [cell(row["values"].get(n)) for n in names] + tags)
    return lines


def write(program, folder):
    """The whole workspace. Gives the step lines by playbook."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    toml = ["[workspace]", 'name = "model"', 'language = "en"', ""]
    for source in program["sources"]:
        toml += write_source(program, source, folder) + [""]
    for channel in sorted({m["channel"] for m in program["messages"].values()}):
        toml += [f"[channels.{channel}]", 'adapter = "file"', f'path = "{channel}.jsonl"', ""]
    text, step_lines = tend_text(program)
    (folder / "tend.toml").write_text("\n".join(toml), encoding="utf-8")
    (folder / "playbooks.tend").write_text(text, encoding="utf-8")
    (folder / "model.json").write_text(json.dumps(program, ensure_ascii=False, indent=1), encoding="utf-8")
    return step_lines


def range_arguments(program):
    """--from and --to: in the policy's zone where `local_range` asks for it and the clock gives the same moment back."""
    style = "local" if program.get("local_range") else None
    return ["--from", moment_text(program["from"], style, program.get("timezone")),
            "--to", moment_text(program["to"], style, program.get("timezone"))]


def all_steps(playbook):
    return list(model.steps_of(playbook["steps"]))
