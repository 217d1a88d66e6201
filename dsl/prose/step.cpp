#include "dsl/prose/step.hpp"

#include "dsl/text/must.hpp"

namespace tend::prose {
namespace {

using program::kNone;
using program::Step;
using program::StepKind;

std::string duration_value(const Context& context, std::uint32_t expression) {
  return expression == kNone ? std::string() : value_of(context, expression);
}

std::string day_words(const Step& step, Tongue tongue) {
  const bool zh = tongue == Tongue::zh;
  if (step.weekday < 0) return step.next ? (zh ? "第二天" : "the next day") : "";
  const std::string day = step.weekday == 7   ? (zh ? "工作日" : "workday")
                          : step.weekday == 8 ? (zh ? "节假日" : "holiday")
                                              : weekday_words(step.weekday, tongue);
  if (zh) return step.next ? "下一个" + day : day;
  if (step.weekday < 7) return step.next ? "next " + day : day;
  return step.next ? "the next " + day : "a " + day;
}

StepWords send(const Context& context, const Step& step) {
  const bool zh = context.zh();
  const program::Message& message = context.program.messages[step.message];
  StepWords words;
  if (step.kind == StepKind::ask) {
    const std::string person = person_words(context, step.person);
    words.title = zh ? "请" + person + "发送" + name(message.name) : "ask " + person + " to send " + name(message.name);
  } else {
    words.title = (zh ? "发送" : "send ") + name(message.name);
  }
  const auto& channels = step.channels.empty() ? message.channels : step.channels;
  if (!channels.empty()) words.notes.push_back((zh ? "经" : "on ") + channels_words(context, channels));
  if (step.within) {
    const std::string within = duration_words(*step.within, context.tongue);
    words.notes.push_back(zh ? within + "内发不出就放弃" : "given up after " + within);
  }
  if (step.while_open) words.notes.push_back(zh ? "仅在渠道窗口开放时" : "only while the channel's window is open");
  return words;
}

StepWords wait_until(const Context& context, const Step& step) {
  const std::string day = day_words(step, context.tongue);
  const std::string time = time_words(step.time_of_day);
  if (context.zh()) return {"等到" + day + time, {}};
  return {"wait until " + (day.empty() ? time : day + " at " + time), {}};
}

StepWords wait_until_date(const Context& context, const Step& step) {
  const std::string date = value_of(context, step.expression);
  const std::string time = step.time_of_day < 0 ? "" : time_words(step.time_of_day);
  if (context.zh()) return {"等到" + date + (time.empty() ? "" : "的" + time), {}};
  return {"wait until " + date + (time.empty() ? "" : ", at " + time), {}};
}

StepWords wait_until_condition(const Context& context, const Step& step) {
  const std::string condition = clause_of(context, step.expression);
  const std::string most = duration_value(context, step.duration);
  if (context.zh()) return {"等到" + condition, {"最多等" + most}};
  return {"wait until " + condition, {"for at most " + most}};
}

StepWords repeat(const Context& context, const Step& step) {
  const std::string times = std::to_string(step.times);
  StepWords words;
  const std::string every = step.every ? duration_words(*step.every, context.tongue) : "";
  if (context.zh()) {
    words.title = "最多重复" + times + "轮";
    if (!every.empty()) words.notes.push_back("每隔" + every + "一轮");
    if (step.expression != kNone)
      words.notes.push_back("每轮之前先看：" + clause_of(context, step.expression) + "，就不再重复");
    return words;
  }
  words.title = step.times == 1 ? "one round" : "up to " + times + " rounds";
  if (!every.empty()) words.notes.push_back("one every " + every);
  if (step.expression != kNone)
    words.notes.push_back("asked before each round: no more once " + clause_of(context, step.expression));
  return words;
}

StepWords task(const Context& context, const Step& step) {
  const std::string text = "“" + text_words(context, step.text) + "”";
  const std::string person = person_words(context, step.person);
  StepWords words;
  words.title = context.zh() ? "给" + person + "派任务：" + text : "task for " + person + ": " + text;
  if (step.within) {
    const std::string due = duration_words(*step.within, context.tongue);
    words.notes.push_back(context.zh() ? "限" + due + "内完成" : "due within " + due);
  }
  return words;
}

StepWords grant(const Context& context, const Step& step) {
  const std::string money = value_of(context, step.expression);
  const std::string budget = name(context.program.budgets[step.budget].name);
  const std::string slot =
      step.slot == kNone || !context.playbook ? "" : name(context.playbook->grants[step.slot].name);
  if (context.zh()) return {"从" + budget + "发放" + money + (slot.empty() ? "" : "，记为" + slot), {}};
  return {"grant " + money + " from " + budget + (slot.empty() ? "" : " as " + slot), {}};
}

StepWords credit(const Context& context, const Step& step) {
  const std::string money = value_of(context, step.expression);
  const std::string budget = name(context.program.budgets[step.budget].name);
  const std::string person = person_words(context, step.person);
  if (context.zh()) return {"从" + budget + "给" + person + "记入" + money, {}};
  return {"credit " + money + " to " + person + " from " + budget, {}};
}

StepWords emit(const Context& context, const Step& step) {
  const program::Event& event = context.program.events[step.event];
  std::vector<std::string> parts;
  for (const program::FieldSet& set : step.fields) {
    const std::string field = name(event.fields[set.field].name);
    parts.push_back(field + (context.zh() ? "为" : " = ") + value_of(context, set.expression));
  }
  std::string words = (context.zh() ? "记录事件" : "record the event ") + name(event.name);
  if (!parts.empty()) words += (context.zh() ? "：" : ": ") + listed(parts, "and", context.tongue);
  return {words, {}};
}

StepWords start(const Context& context, const Step& step) {
  const program::Playbook& other = context.program.playbooks[step.playbook];
  const std::string whom = step.expression == kNone ? "" : value_of(context, step.expression);
  if (context.zh()) return {(whom.empty() ? "启动剧本" : "为" + whom + "启动剧本") + name(other.name), {}};
  return {"start the playbook " + name(other.name) + (whom.empty() ? "" : " for " + whom), {}};
}

std::string filtered_event(const Context& context, std::uint32_t event, std::uint32_t condition) {
  return event_where(context, event, condition == kNone ? kNone : context.program.expressions[condition].root);
}

std::string refused_words(const Context& context, const Step& step) {
  const bool zh = context.zh();
  switch (step.kind) {
    case StepKind::grant:
    case StepKind::credit: return zh ? "预算不够" : "the budget does not pay it";
    case StepKind::task:
    case StepKind::transfer: return zh ? "没人能接" : "nobody can take it";
    case StepKind::ask: return zh ? "没有发成" : "not sent";
    case StepKind::send: return zh ? "没有发出" : "not sent";
    default: {
      const std::string most = duration_value(context, step.duration);
      return zh ? "等满" + most + "仍未成立" : "not so within " + most;
    }
  }
}

}  // namespace

std::string channels_words(const Context& context, const std::vector<std::string>& channels) {
  std::string out;
  for (std::size_t i = 0; i < channels.size(); ++i)
    out += (i == 0 ? "" : context.zh() ? "，不行再经" : ", else ") + name(channels[i]);
  return out;
}

std::string person_words(const Context& context, const program::Person& person) {
  const bool zh = context.zh();
  using Kind = program::Person::Kind;
  switch (person.kind) {
    case Kind::reference: {
      const std::uint32_t root = context.program.expressions[person.expression].root;
      if (context.program.nodes[root].op == program::Op::customer_id) return zh ? "客户" : "the customer";
      return value_of(context, person.expression);
    }
    case Kind::team:
      return zh ? quoted(person.team) + "里手头任务最少的人"
                : "whoever of " + quoted(person.team) + " has the least to do";
    case Kind::partner: {
      const program::Partner& partner = context.program.partners[person.partner];
      return name(partner.title.empty() ? partner.name : partner.title);
    }
    case Kind::none: break;
  }
  return zh ? "客户的负责人" : "the customer's owner";
}

StepWords step_words(const Context& context, const Step& step) {
  const bool zh = context.zh();
  switch (step.kind) {
    case StepKind::send:
    case StepKind::ask: return send(context, step);
    case StepKind::wait: return {(zh ? "等待" : "wait ") + duration_value(context, step.expression), {}};
    case StepKind::wait_until: return wait_until(context, step);
    case StepKind::wait_until_date: return wait_until_date(context, step);
    case StepKind::wait_until_condition: return wait_until_condition(context, step);
    case StepKind::wait_up_to: return {(zh ? "最多等" : "wait up to ") + duration_value(context, step.expression), {}};
    case StepKind::branch:
      return {zh ? clause_of(context, step.expression) + "？" : "if " + clause_of(context, step.expression), {}};
    case StepKind::split: return {zh ? "按比例分流" : "split by chance", {}};
    case StepKind::repeat: return repeat(context, step);
    case StepKind::tag: return {(zh ? "打上标签“" : "tag “") + text_words(context, step.text) + "”", {}};
    case StepKind::untag: return {(zh ? "去掉标签“" : "take off the tag “") + text_words(context, step.text) + "”", {}};
    case StepKind::set: {
      const std::string attribute = name(context.program.attributes[step.attribute].name);
      const std::string to = value_of(context, step.expression);
      return {zh ? "把" + attribute + "改为" + to : "set " + attribute + " to " + to, {}};
    }
    case StepKind::stop: {
      if (step.text.empty()) return {zh ? "结束" : "stop", {}};
      return {(zh ? "结束：“" : "stop: “") + text_words(context, step.text) + "”", {}};
    }
    case StepKind::task: return task(context, step);
    case StepKind::transfer: return {(zh ? "转给" : "hand over to ") + person_words(context, step.person), {}};
    case StepKind::emit: return emit(context, step);
    case StepKind::grant: return grant(context, step);
    case StepKind::credit: return credit(context, step);
    case StepKind::start: return start(context, step);
    case StepKind::let: {
      const std::string slot = context.playbook ? name(context.playbook->lets[step.slot].name) : "";
      const std::string what = value_of(context, step.expression);
      return {zh ? "记下" + slot + "：" + what : "note " + slot + ": " + what, {}};
    }
    case StepKind::jump:
    case StepKind::round_end: break;
  }
  CHECK_OR_DIE(false, "only steps that the author wrote have words");
}

std::string branch_words(const Context& context, const Step& step, const program::OutlineBranch& branch) {
  using Kind = program::OutlineBranch::Kind;
  const bool zh = context.zh();
  switch (branch.kind) {
    case Kind::yes: return zh ? "是" : "yes";
    case Kind::no: return zh ? "否" : "no";
    case Kind::done:
      return step.kind == StepKind::wait_until_condition ? (zh ? "成立" : "it is so") : (zh ? "成功" : "done");
    case Kind::else_: return refused_words(context, step);
    case Kind::arm: {
      const program::Arm& arm = context.playbook->arms[branch.index];
      if (!arm.on_event) return clause_of(context, arm.condition);
      return filtered_event(context, arm.event, arm.condition);
    }
    case Kind::late: {
      const std::string length = duration_value(context, step.expression);
      return zh ? length + "内都没有" : "nothing within " + length;
    }
    case Kind::share: {
      const program::Share& share = context.playbook->shares[branch.index];
      return number_words(share.hundredths / 100.0) + "%" + (share.name.empty() ? "" : " " + quoted(share.name));
    }
    case Kind::body: return zh ? "每一轮" : "each round";
    case Kind::over: return zh ? "不再重复" : "no more rounds";
  }
  return {};
}

std::string goal_words(const Context& context, const program::Goal& goal) {
  const std::string event = filtered_event(context, goal.event, goal.filter);
  const std::string within = goal.within ? duration_words(*goal.within, context.tongue) : "";
  if (context.zh()) return (within.empty() ? "进入后有" : "进入后" + within + "内有") + event;
  return event + (within.empty() ? " after entry" : " within " + within + " of entry");
}

}  // namespace tend::prose
