"""Prints a program of the model as the text of a `.tend` file, in English or in Chinese keywords; names and texts stay as they are.

Both tongues have the same lines, so that figures by line can be compared."""
import clock
import tree

LEVELS = {"or": 1, "and": 2, "not": 3, "+": 5, "-": 5, "*": 6, "/": 6, "default": 8, "negative": 9}
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=", "contains", "starts with")
AGGREGATES = ("total", "average", "min", "max", "first", "last", "most")

WORDS = {word: zh for line in """
playbook 剧本|customer 客户|event 事件|activity is 活跃指|trait 指标|segment 人群|message 消息|policy 规则|budget 预算|calendar 日历
text 文字|number 数字|money 金额|percent 百分比|bool 是否|duration 时长|date 日期|moment 时间|staff 员工|one of 选自
enter 进入|when 当|on event 遇|on channel 经|on date 于|on day 第|every 每|yearly 每年|before 前|after 后|by hand 手动|per 按|where 条件|which 其中
backfill 存量|none 不补|all 全部|pace 匀速|people 人|again 重复进入|never 不允许|always 随时|interval 间隔|goal 目标|and stay 达成后继续|leave 退出
holdout 对照组|priority 优先级|cap 频控|per time 每|per customer 每客户|at most 最多|skip 跳过|quiet 免打扰|to 至|blackout 停发|consent on 须同意|purpose 用途
load 工作量|rate 限速|timezone 时区|workday 工作日|holiday 节假日|next 下一个|marketing 营销类|care 关怀类|transactional 通知类|welcome 欢迎语
send 发送|ask 请|task 任务|due 限期|transfer to 转给|someone of 任一|as 记为|else 否则|wait 等待|wait until 等到|up to 至多|if 如果|split 分流|repeat 循环|until 直到
tag 打标签|untag 去标签|set 更新|emit 记事件|grant 发放|from 出自|credit 入账|credit to 给|start 启动|for person 为|let 设|stop 结束
or 或|and 且|not 非|in 属于|not in 不属于|in segment 属于人群|contains 包含|starts with 开头是|is missing 为空|is not missing 不为空|default 默认
true 是|false 否|over 近|no 未|for 满|inactive 沉默|tagged 有标签|consents to 同意|count 次数|total 合计|average 平均|min 最小|max 最大|last 最近|first 首次|most 最常|age 年龄
now 现在|today 今天|entry 进入事件|at 发生时间|entry date 日期|first_seen 首次出现|id 编号|sent 已发送|added 添加好友|task_done 任务完成|task_refused 任务被拒
channel 渠道名|message name 消息名|playbook name 剧本名|label 任务名|added staff 添加人|added state 渠道参数|day 天|month 月|year 年|week 周|hour 小时|minute 分钟|second 秒|millisecond 毫秒
monday 周一|tuesday 周二|wednesday 周三|thursday 周四|friday 周五|saturday 周六|sunday 周日
on edit 改版后|pin 留旧版|follow 随新版|move 迁移|move to 到""".strip().splitlines()
         for word, zh in (pair.rsplit(" ", 1) for pair in line.split("|"))}
ENGLISH = {"on event": "on", "on channel": "on", "on date": "on", "on day": "on", "which": "where", "per time": "per", "interval": "after", "for person": "for",
           "credit to": "to", "move to": "to", "message name": "message", "playbook name": "playbook", "entry date": "date",
           "added staff": "staff", "added state": "state"}
BUILT_IN_FIELDS = {"message": "message name", "channel": "channel", "playbook": "playbook name", "label": "label", "staff": "added staff", "state": "added state"}


def quote(text):
    return f'"{text}"'


def level(e):
    """How tightly the head of an expression binds; the language's operators from `or` to `default`."""
    if e[0] in COMPARISONS + ("in", "not in", "is missing", "is not missing", "within", "no", "inactive", "tagged", "consents", "segment"):
        return 4
    return LEVELS.get(e[0], 10)


class Tongue:
    """Words and word order of one tongue; `show` prints an expression."""

    def __init__(self, chinese=False):
        self.chinese = chinese

    def word(self, word):
        return WORDS[word] if self.chinese else ENGLISH.get(word, word)

    def duration(self, text):
        if not self.chinese:
            return text
        count, unit = clock.duration(text)
        return f"{count}{'个' if unit == 'month' else ''}{self.word(unit)}"

    def unit(self, per):
        """`per month`, `per 7 days`."""
        return (self.word("per time") if self.chinese else "per ") + (self.duration(per) if per[0].isdigit() else self.word(per))

    def within(self, what, d):
        return f"{what} {self.duration(d)}内" if self.chinese else f"{what} within {d}"

    def glued(self, word, d):
        """`over 3 days`, `for 3 days`, `up to 3 days`, `every 3 days`; in Chinese without a blank."""
        return self.word(word) + ("" if self.chinese else " ") + self.duration(d)

    def event(self, name):
        return self.word(name) if name in ("sent", "added", "task_done", "task_refused") else name

    def field(self, event, name):
        """A field's name: a built-in one is a keyword."""
        if name == "at":
            return self.word("at")
        built_in = event in ("sent", "added", "task_done", "task_refused") and name in BUILT_IN_FIELDS
        return self.word(BUILT_IN_FIELDS[name]) if built_in else name

    def filtered(self, event, where, field=None):
        made = self.event(event) + (f".{self.field(event, field)}" if field else "")
        return made + (f" {self.word('which')} {self.show(where, event)}" if where else "")

    def inner(self, e, at_least, test=None):
        """`e` as an operand: in parentheses where it binds less tightly than its place needs."""
        return self.show(e, test) if level(e) >= at_least else f"({self.show(e, test)})"

    def show(self, e, test=None):
        """An expression; `test` is the event under test, whose fields are bare names."""
        head, *rest = e
        if head == "text":
            return quote(rest[0])
        if head in ("number", "money", "date", "moment"):
            return str(rest[0])
        if head == "duration":
            return self.duration(rest[0])
        if head == "percent":
            return f"{rest[0]}%"
        if head == "bool":
            return self.word("true" if rest[0] else "false")
        if head in ("attribute", "first_seen", "id", "reference", "field", "entry", "arm", "let", "granted", "now", "today", "trait"):
            return self.show_name(head, rest, test)
        if head == "segment":
            return f"{self.word('in segment')} {rest[0]}"
        if head == "age":
            return f"{self.word('age')}({self.show(rest[0])})"
        if head == "tagged":
            return f"{self.word('tagged')} {quote(rest[0])}"
        if head == "consents":
            return f"{self.word('consents to')} {rest[0]}"
        if head == "count" or head in AGGREGATES:
            event, field, where, over = rest if head != "count" else (rest[0], None, rest[1], rest[2])
            return f"{self.word(head)}({self.filtered(event, where, field)})" + (f" {self.glued('over', over)}" if over else "")
        if head == "within":
            return self.within(f"({self.filtered(rest[0], rest[1])})" if rest[1] else self.event(rest[0]), rest[2])
        if head == "no":
            what = f"({self.filtered(rest[0], rest[1])})" if rest[1] else self.event(rest[0])
            return f"{self.word('no')} {what} {self.glued('for', rest[2])}"
        if head == "inactive":
            return f"{self.word('inactive')} {self.glued('for', rest[0])}"
        return self.show_operator(head, rest, test)

    def show_name(self, head, rest, test):
        if head in ("attribute", "first_seen", "id"):
            return self.word("customer") + "." + (rest[0] if rest else self.word(head))
        if head == "reference":
            return f"{self.word('customer')}.{rest[0]}.{rest[1]}"
        if head == "field":
            field = self.field(rest[1] if len(rest) > 1 else test, rest[0])
            return f"{self.event(rest[1])}.{field}" if len(rest) > 1 else field
        if head == "entry":
            name = {"at": self.word("at"), "date": self.word("entry date")}.get(rest[0], None)
            return f"{self.word('entry')}.{name or self.field(rest[1] if len(rest) > 1 else None, rest[0])}"
        if head == "arm":
            return f"{self.event(rest[0])}.{self.field(*rest)}"
        if head == "granted":
            return f"{rest[0]}.{rest[1]}"
        return self.word(head) if head in ("now", "today") else rest[0]

    def show_operator(self, head, rest, test):
        if head in ("and", "or"):
            return f" {self.word(head)} ".join(self.inner(part, LEVELS[head] + 1, test) for part in rest)
        if head == "not":
            return f"{self.word('not')} " + self.inner(rest[0], 4, test)
        if head in ("is missing", "is not missing"):
            return f"{self.inner(rest[0], 5, test)} {self.word(head)}"
        if head == "default":
            return f"{self.inner(rest[0], 9, test)} {self.word('default')} {self.inner(rest[1], 9, test)}"
        if head in ("in", "not in"):
            return f"{self.inner(rest[0], 5, test)} {self.word(head)} [{', '.join(self.show(x, test) for x in rest[1])}]"
        if head == "negative":
            return "-" + self.inner(rest[0], 10, test)
        sign = self.word(head) if head in ("contains", "starts with") else head
        if head in COMPARISONS:
            return f"{self.inner(rest[0], 5, test)} {sign} {self.inner(rest[1], 5, test)}"
        return f"{self.inner(rest[0], LEVELS[head], test)} {sign} {self.inner(rest[1], LEVELS[head] + 1, test)}"


class Text:
    """Lines of the `.tend` file, and the line of each step by playbook."""

    def __init__(self, tongue):
        self.tongue, self.word, self.show = tongue, tongue.word, tongue.show
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
        self.step_lines[playbook].append(len(self.lines) + 1)
        kind = step["do"]
        if kind == "if":
            return self.branches(step, playbook)
        head, blocks = self.head(step), []
        if kind == "wait" and "arms" in step:
            blocks = [(self.arm(arm), arm["steps"]) for arm in step["arms"]]
        elif kind == "split":
            blocks = [(f"{arm['percent']}% {quote(arm['label'])}", arm["steps"]) for arm in step["arms"]]
        elif kind == "repeat":
            return self.block(head, step["body"]["steps"], playbook)
        elif "else" in step:
            return self.block(f"{head} {self.word('else')}", step["else"]["steps"], playbook)
        if not blocks:
            return self.line(head)
        self.line(head + " {")
        self.depth += 1
        for inner, steps in blocks:
            self.block(inner, steps, playbook)
        self.depth -= 1
        return self.line("}")

    def branches(self, step, playbook):
        for number, branch in enumerate(step["branches"]):
            head = f"}} {self.word('else')} " if number else ""
            self.line(head + (f"{self.word('if')} {self.show(branch['if'])} {{" if "if" in branch else "{"))
            self.inside(branch["steps"], playbook)
        self.line("}")

    def arm(self, arm):
        if arm.get("else"):
            return self.word("else")
        if "when" in arm:
            return f"{self.word('when')} {self.show(arm['when'])}"
        return f"{self.word('on event')} " + self.tongue.filtered(arm["on"], arm.get("where"))

    def head(self, step):
        """A step's line up to its block."""
        word, show, tongue, kind = self.word, self.show, self.tongue, step["do"]
        if kind in ("send", "ask"):
            words = [word("send"), step["message"]] if kind == "send" else [word("ask"), self.person(step), *([] if tongue.chinese else ["to"]), word("send"), step["message"]]
            if step.get("channels"):
                words += [word("on channel"), f" {word('else')} ".join(step["channels"])]
            made = " ".join(words)
            made = tongue.within(made, step["within"]) if "within" in step else made
            return made + (f" {word('as')} {step['label']}" if "label" in step else "")
        if kind == "task":
            made = " ".join(w for w in (word("task"), self.person(step), quote(step["text"])) if w)
            made += f" {word('due')} {tongue.duration(step['due'])}" if "due" in step else ""
            return made + (f" {word('as')} {step['as']}" if "as" in step else "")
        if kind == "transfer":
            return f"{word('transfer to')} {self.person(step)}"
        if kind in ("wait", "until"):
            return self.wait(step)
        if kind == "split":
            return word("split")
        if kind == "repeat":
            times = f"{word('up to')}{step['times']}次" if tongue.chinese else f"up to {step['times']} times"
            made = f"{word('repeat')} {times}" + (f" {tongue.glued('every', step['every'])}" if "every" in step else "")
            return made + (f" {word('until')} {show(step['until'])}" if "until" in step else "")
        if kind in ("tag", "untag"):
            return f"{word(kind)} {quote(step['tag'])}"
        if kind == "set":
            return f"{word('set')} {word('customer')}.{step['attribute']} = {show(step['to'])}"
        if kind == "let":
            return f"{word('let')} {step['name']} = {show(step['to'])}"
        if kind == "emit":
            return f"{word('emit')} {step['event']}" + (" { " + ", ".join(f"{n}: {show(e)}" for n, e in step["fields"].items()) + " }" if step["fields"] else "")
        if kind == "grant":
            return f"{word('grant')} {show(step['amount'])} {word('from')} {step['budget']}" + (f" {word('as')} {step['as']}" if "as" in step else "")
        if kind == "credit":
            return f"{word('credit')} {show(step['amount'])} {word('credit to')} {self.credited(step['to'])} {word('from')} {step['budget']}"
        if kind == "start":
            return f"{word('start')} {step['playbook']}" + (f" {word('for person')} {show(step['for'])}" if "for" in step else "")
        return word("stop") + (f" {quote(step['reason'])}" if "reason" in step else "")

    def person(self, step):
        if "team" in step:
            return f"{self.word('someone of')} {quote(step['team'])}"
        return self.show(step["staff"]) if "staff" in step else ""

    def credited(self, to):
        return to["partner"] if "partner" in to else self.show(to["staff"] if "staff" in to else to["customer"])

    def wait(self, step):
        word, tongue = self.word, self.tongue
        if "for" in step:
            return f"{word('wait')} {tongue.duration(step['for'])}"
        if step["do"] == "until":
            return f"{word('wait until')} {self.show(step['when'])} {tongue.glued('up to', step['up_to'])}"
        if "date" in step:
            return f"{word('wait until')} {self.show(step['date'])}" + (f" {self.at(step['at'])}" if "at" in step else "")
        if "next" in step:
            return f"{word('wait until')} {word('next')}{'' if tongue.chinese else ' '}{word(step['next'])} {self.at(step['at'])}"
        if "until" in step:
            return f"{word('wait until')} " + (f"{word(step['weekday'])} " if step.get("weekday") else "") + step["until"]
        return f"{word('wait')} {tongue.glued('up to', step['up_to'])}"

    def at(self, time):
        return time if self.tongue.chinese else f"at {time}"

    # --- headers and declarations ----------------------------------------------------------------------------------------

    def enter(self, clause):
        """What stands behind `enter`."""
        word, tongue = self.word, self.tongue
        line = f" {word('which')} {self.show(clause['where'], clause.get('on'))}" if clause.get("where") else ""
        if "on" in clause:
            return f"{word('on event')} {tongue.event(clause['on'])}{line}" + (f" {word('per')} {clause['on']}.{clause['per']}" if "per" in clause else "")
        if "when" in clause:
            return f"{word('when')} {self.show(clause['when'])}{line}"
        if "hand" in clause:
            return word("by hand") + line
        if "every" in clause:
            what = word(clause["every"])
            if clause["every"] == "month":
                what += f" 第{clause['day']}日" if tongue.chinese else f" on {clause['day']}"
            return f"{word('every')}{'' if tongue.chinese else ' '}{what} {self.at(clause['at'])}{line}"
        if "date" in clause:
            return f"{word('on date')} {clause['date']} {self.at(clause['at'])}{line}"
        yearly = f"{word('yearly')} " if clause.get("yearly") else ""
        date, offset = self.show(clause["relative"]), tongue.duration(clause["offset"])
        side = f"{date} {word(clause['side'])}{offset}" if tongue.chinese else f"{offset} {clause['side']} {date}"
        return f"{yearly}{side} {self.at(clause['at'])}{line}"

    def quiet(self, rule):
        channel = f" {self.word('on channel')} {rule['channel']}" if rule.get("channel") else ""
        if "first" in rule:
            return f"{self.word('blackout')} {rule['first']} {self.word('to')} {rule['last']}{channel}"
        return f"{self.word('quiet')} {rule['from']} {self.word('to')} {rule['to']}{channel}"

    def cap(self, rule):
        kind = self.word(rule["class"]) if rule.get("class") else ""
        if self.tongue.chinese:
            made = f"{self.word('cap')} {rule['n']}条" + (f" {kind}" if kind else "")
            made += f" 占 {rule['in']}条" if "in" in rule else f" {self.tongue.unit(rule['per'])}"
        elif "in" in rule:
            made = f"cap {rule['n']} {kind} in {rule['in']} messages"
        else:
            made = f"cap {rule['n']} {kind + ' ' if kind else ''}{'message' if rule['n'] == 1 else 'messages'} {self.tongue.unit(rule['per'])}"
        made += f" {self.word('on channel')} {rule['channel']}" if rule.get("channel") else ""
        return made + (f" {self.word('else')} {self.word('skip')}" if rule.get("skip") else "")

    def clauses(self, p):
        """The header, one clause a line."""
        word, show, tongue = self.word, self.show, self.tongue
        found = [f"{word('enter')} {self.enter(clause)}" for clause in p["enter"]]
        if p.get("where"):
            found.append(f"{word('where')} {show(p['where'])}")
        if "again" in p:
            found.append(f"{word('again')} " + (word(p["again"]) if p["again"] in ("never", "always") else
                                                  word("interval") + ("" if tongue.chinese else " ") + tongue.duration(p["again"])))
        if p.get("goal"):
            goal = p["goal"]
            made = f"{word('goal')} {tongue.event(goal['on'])}"
            made = tongue.within(made, goal["within"]) if "within" in goal else made
            found.append(made + (f" {word('which')} {show(goal['where'], goal['on'])}" if goal.get("where") else "") + (f" {word('and stay')}" if goal.get("stay") else ""))
        if p.get("leave"):
            found.append(f"{word('leave')} {word('when')} {show(p['leave'])}")
        found += [f"{word(key)} {p[key]}" + ("%" if key == "holdout" else "") for key in ("priority", "holdout") if key in p]
        if "backfill" in p:
            kept = p["backfill"]
            found.append(f"{word('backfill')} " + (word(kept) if kept in ("none", "all") else f"{kept} {tongue.unit('day')}"))
        if "on_edit" in p:
            rule = p["on_edit"]
            pairs = ("，" if tongue.chinese else ", ").join(f"{word('move')} {quote(old)} {word('move to')} {quote(new)}" for old, new in rule) if isinstance(rule, list) else word(rule)
            found.append(f"{word('on edit')} {pairs}")
        if "pace" in p:
            people = f"{p['pace']['n']}人" if tongue.chinese else f"{p['pace']['n']} people"
            found.append(f"{word('pace')} {people} {tongue.unit(p['pace']['per'])}")
        found += [self.cap(rule) for rule in p.get("caps", [])] + [self.quiet(rule) for rule in p.get("quiet", [])]
        turn = p.get("turn", 0)
        return found[turn:] + found[:turn]  # header clauses stand in any order

    def policy(self, program):
        word, rules = self.word, program.get("policy", {})
        found = [f'{word("timezone")} "{program["timezone"]}"'] if program.get("timezone") else []
        found += [f'{word("calendar")} "shop"'] if program.get("calendar") else []
        found += [self.quiet(rule) for rule in rules.get("quiet", [])] + [self.cap(rule) for rule in rules.get("caps", [])]
        found += [f"{word('consent on')} {', '.join(rules['consent'])}"] if rules.get("consent") else []
        found += [f"{word('purpose')} {name}" for name in rules.get("purposes", [])]
        found += [f"{word('holdout')} {program['holdout']}%"] if "holdout" in program else []
        if "load" in rules:
            found.append(f"{word('load')} {rules['load']['n']}" + ("个任务 " if self.tongue.chinese else " tasks ") + self.tongue.unit(rules["load"]["per"]))
        return found

    def budget(self, name, budget):
        parts = [limit["amount"] + (f" {self.tongue.unit(limit['per'])}" if limit.get("per") else "") for limit in budget["totals"]]
        for limit in budget.get("each", []):
            parts.append(f"{self.word('at most')} {limit['amount']} {self.word('per customer')}" + (f" {self.tongue.unit(limit['per'])}" if limit.get("per") else ""))
        return f"{self.word('budget')} {name} {{ " + "; ".join(parts) + " }"

    def type(self, kind):
        return f"{self.word('one of')} " + ", ".join(quote(member) for member in kind) if isinstance(kind, list) else self.word(kind)

    def days(self, calendar):
        self.line(f"{self.word('calendar')} shop {{")
        for kind in ("holiday", "workday"):
            for first, last in calendar.get(kind + "s", []):
                self.line(f"  {self.word(kind)} {first}" + (f" {self.word('to')} {last}" if last != first else ""))
        self.line("}")

    def declarations(self, program):
        word = self.word
        lines = self.policy(program)
        if lines:
            self.line(f"{word('policy')} {{")
            for line in lines:
                self.line("  " + line)
            self.line("}")
        if program.get("calendar"):
            self.days(program["calendar"])
        if program["customer"]:
            self.line(f"{word('customer')} {{")
            for name, kind in program["customer"].items():
                self.line(f"  {name} {self.type(kind)}")
            self.line("}")
        for name, fields in program["events"].items():
            self.line(f"{word('event')} {name}" + (" { " + ", ".join(f"{f} {self.type(kind)}" for f, kind in fields.items()) + " }" if fields else ""))
        if program["activity"]:
            self.line(f"{word('activity is')} " + ", ".join(program["activity"]))
        for kind in ("trait", "segment"):
            for name, e in program[kind + "s"].items():
                self.line(f"{word(kind)} {name} = {self.show(e)}")
        for name, budget in program.get("budgets", {}).items():
            self.line(self.budget(name, budget))
        for name in program.get("partners", []):
            self.line(f"{'合作方' if self.tongue.chinese else 'partner'} {name} {quote(name)}")
        for name, m in program["messages"].items():
            kind = f" {word(m['class'])}" if m.get("class") else ""
            channels = f" {word('else')} ".join(m["channels"])
            self.line(f"{word('message')} {name}{kind} {word('on channel')} {channels} {{ {word('text')} {quote(m.get('text', name))} }}".replace(" 文字 ", " 正文 "))


def tend_text(program):
    """The `.tend` file and, by playbook, the line of each step in the order of the text."""
    out = Text(Tongue(program.get("chinese", False)))
    out.declarations(program)
    for p in program["playbooks"]:
        out.line("")
        out.step_lines[p["name"]] = []
        out.line(f"{out.word('playbook')} {p['name']} {{")
        out.depth += 1
        for clause in out.clauses(p):
            out.line(clause)
        out.depth -= 1
        out.line("")
        out.inside(p["steps"], p["name"])
        out.line("}")
    return "\n".join(out.lines) + "\n", out.step_lines


def all_steps(playbook):
    return list(tree.steps_of(playbook["steps"]))
