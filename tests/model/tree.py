"""What a program looks like (README.md has the words): its steps in the order of the text, the blocks of a step, what is named below a part."""
import copy
import datetime as dt
import json
from fractions import Fraction

import values
from clock import Moment

DONE_BY_JOURNEYS = ("steps", "goal", "leave")    # a playbook has another version where one of them is another


def prepared(program):
    """A copy in which every step has an `id`, counted in the order of the text, and every playbook a `version`: what its journeys do.
    What a trait or a segment stands for is written beside its name, so that an older version goes on meaning what it meant (§13)."""
    program = copy.deepcopy({key: part for key, part in program.items() if key != "operations"})
    for playbook in program["playbooks"]:
        stand_for(playbook, program)
        playbook["version"] = json.dumps([playbook.get(part) for part in DONE_BY_JOURNEYS], sort_keys=True)
        for number, step in enumerate(steps_of(playbook["steps"])):
            step["id"] = number
    return program


def stand_for(part, program):
    """Writes beside each trait and segment below `part` what it stands for."""
    for name in parts_of(part, ["trait", "segment"]):
        if len(name) == 2:
            name.append(copy.deepcopy(program[name[0] + "s"][name[1]]))
            stand_for(name[2], program)


def steps_of(steps):
    """All steps in the order of the text, those of inner blocks after the step that has them."""
    for step in steps:
        yield step
        for block in blocks_of(step):
            yield from steps_of(block["steps"])


def blocks_of(step):
    """The inner blocks of a step: arms, branches, a loop's body, else."""
    return step.get("arms", []) + step.get("branches", []) + [step[key] for key in ("body", "else") if key in step]


def strings_of(tree, test):
    """Every string below `tree` that `test` takes."""
    if isinstance(tree, str):
        return {tree} if test(tree) else set()
    parts = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else []
    return set().union(*(strings_of(part, test) for part in parts))


def parts_of(tree, names):
    """Every expression below `tree` whose head is one of `names`."""
    found = [tree] if isinstance(tree, list) and tree and isinstance(tree[0], str) and tree[0] in names else []
    parts = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else []
    for part in parts:
        found += parts_of(part, names)
    return found


def channels_of(program, step):
    """The channels that a send tries, in order: the step's own, else the message's."""
    return step.get("channels") or program["messages"][step["message"]]["channels"]


def literal(expression):
    """The value of a literal; a moment without offset needs the zone and is read where the zone is known."""
    kind, text = expression
    if kind == "number":
        return float(text)
    if kind == "money":
        return values.money(text)
    if kind == "percent":
        return values.Percent(Fraction(str(text)))
    if kind == "duration":
        return values.Duration(text)
    if kind == "date":
        return dt.date.fromisoformat(text)
    if kind == "instant":
        return Moment(text)
    return text  # text, bool


def edited(program, edit):
    """The program as an edit has it: what it does not speak of is as it was written first."""
    return program | edit
