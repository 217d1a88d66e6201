"""Writes a program of the model as a workspace: tend.toml, CSV sources, one `.tend` file (wording.py), model.json."""
import csv
import datetime as dt
import json
import pathlib

import clock
import tree
from wording import tend_text


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
        fields = program["events"].get(source["event"], {})
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
        parts += [f'"consent.{name}" = "consent_{name}"' for name in source.get("consent", [])]
        parts += [f'"{suppressed(name)}" = "{suppressed(name)}"' for name in source.get("suppressed", [])]
        lines.append(f"attributes = {{ {', '.join(parts)} }}")
    return lines, columns, names


def suppressed(channel):
    """The column of a suppression: of everything, or of one channel."""
    return "suppressed" + (f".{channel}" if channel else "")


def write_source(program, source, folder):
    lines, columns, names = toml_source(program, source)
    with open(folder / f"{source['name']}.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns + names + (["tags"] if source.get("tags") else []) + [f"consent_{n}" for n in source.get("consent", [])]
                     + [suppressed(n) for n in source.get("suppressed", [])])
        for row in source["rows"]:
            at = [moment_text(row["at"], source.get("style"), program.get("timezone"))] if "at" in columns else []
            tags = [";".join(row.get("tags", []))] if source.get("tags") else []
            said = [row.get(kind, {}).get(n) for kind in ("consent", "suppressed") for n in source.get(kind, [])]
            consent = [{True: "yes", False: "no", None: ""}[answer] for answer in said]
            out.writerow([row["customer"]] + at + [cell(row["values"].get(n)) for n in names] + tags + consent)
    return lines


def channels(program):
    """Every channel that the program names."""
    steps = [s for p in program["playbooks"] for s in tree.steps_of(p["steps"])]
    named = [c for m in program["messages"].values() for c in m["channels"]] + [c for s in steps for c in s.get("channels", [])]
    rules = program.get("policy", {})
    asked = [r["channel"] for r in rules.get("quiet", []) + rules.get("caps", []) if r.get("channel")] + rules.get("consent", [])
    return sorted(set(named + asked))


def edits_of(program):
    """The programs that are put in, in order, by the number of their operation."""
    return {number: tree.edited(program, done["edit"]) for number, done in enumerate(program.get("operations", [])) if "edit" in done}


def operations(program):
    """`steps.json`: what is done when; an edit is a folder with the complete new `.tend` files, one that is no part of the workspace itself."""
    found, edits = [], 0
    for done in program.get("operations", []):
        edits += "edit" in done
        what = {"edit": f".edits/{edits}"} if "edit" in done else {"pause": done["pause"], "what": done["what"]}
        found.append({"at": clock.print_moment(done["at"])} | what)
    return found


def write_operations(program, folder):
    """`steps.json` and the folders of the edits, where there are any."""
    if not program.get("operations"):
        return
    texts = edits_of(program)
    for number, done in enumerate(operations(program)):
        if "edit" in done:
            (folder / done["edit"]).mkdir(parents=True, exist_ok=True)
            (folder / done["edit"] / "playbooks.tend").write_text(tend_text(texts[number])[0], encoding="utf-8")
    lines = ",\n ".join(json.dumps(done, ensure_ascii=False) for done in operations(program))
    (folder / "steps.json").write_text(f"[{lines}]\n", encoding="utf-8")


def write(program, folder):
    """The whole workspace. Gives the step lines by playbook."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    toml = ["[workspace]", 'name = "model"', 'language = "en"', ""]
    for source in program["sources"]:
        toml += write_source(program, source, folder) + [""]
    texts = [program, *edits_of(program).values()]
    for channel in sorted({name for text in texts for name in channels(text)}):
        toml += [f"[channels.{channel}]", 'adapter = "file"', f'path = "{channel}.jsonl"', ""]
    if program.get("teams"):
        toml += ["[teams]"] + [f"{name} = {json.dumps(members)}" for name, members in program["teams"].items()] + [""]
    text, step_lines = tend_text(program)
    (folder / "tend.toml").write_text("\n".join(toml), encoding="utf-8")
    write_operations(program, folder)
    (folder / "playbooks.tend").write_text(text, encoding="utf-8")
    (folder / "model.json").write_text(json.dumps(program, ensure_ascii=False, indent=1), encoding="utf-8")
    return step_lines


def range_arguments(program):
    """--from and --to: in the policy's zone where `local_range` asks for it and the clock gives the same moment back."""
    style = "local" if program.get("local_range") else None
    return ["--from", moment_text(program["from"], style, program.get("timezone")),
            "--to", moment_text(program["to"], style, program.get("timezone"))]

