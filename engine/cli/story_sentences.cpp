// What is told of each kind of note: for story.cpp.
#include "dsl/prose/step.hpp"
#include "engine/cli/story.hpp"
#include "engine/cli/story_reasons.hpp"
#include "engine/env/moment.hpp"
#include "engine/state/wheel.hpp"

namespace tend::cli {

using journey::Note;
using journey::NoteKind;
using program::kNone;
using program::StepKind;

std::string Story::of_entry(const Note& note) const {
  const program::Playbook& book = program_.playbooks[note.playbook];
  if (note.kind == NoteKind::refused)
    return say("not entered: ", "未进入：") + refusal_words(telling_, note) +
           (note.about.empty() ? "" : say("; asked for by ", "；发起者是") + prose::name(note.about));
  if (note.kind == NoteKind::held_out) return holdout_words(telling_, note);
  if (note.kind != NoteKind::entered) {  // an edge
    const bool holds = note.kind == NoteKind::turned_true;
    const auto& places = telling_.places.playbooks;
    const bool known = note.playbook < places.size() && note.enter < places[note.playbook].enters.size();
    return say(holds ? "turned true: " : "no longer true: ", holds ? "变为成立：" : "不再成立：") + clause_of(note) +
           (known ? place_words(telling_, places[note.playbook].enters[note.enter]) : "");
  }
  const std::string number = std::to_string(note.journey);
  std::string out = chinese_ ? "进入，第" + number + "次" : "entered, journey " + number;
  if (!note.detail.empty()) out += say(" for ", "，") + prose::name(note.detail);
  if (!note.about.empty()) return out + say(", asked for by ", "，发起者是") + prose::name(note.about);
  if (note.event != kNone)
    return out + say(", by ", "，因为") + prose::one_event(program_.events[note.event], telling_.tongue);
  if (note.enter >= book.enters.size()) return out;
  if (book.enters[note.enter].kind == program::EnterKind::when) return out;  // the edge was told
  return out + say(", ", "，") + prose::enter_words(telling_.context(note.playbook), book.enters[note.enter]);
}

std::string Story::arm_text(const Note& note) const {
  const program::Playbook& book = program_.playbooks[note.playbook];
  const program::Step& step = book.steps[note.step];
  const prose::Context context = telling_.context(note.playbook);
  using Branch = program::OutlineBranch;
  if (step.kind == StepKind::split) {
    for (std::uint32_t s = step.first_arm; s < step.first_arm + step.arms; ++s)
      if (book.shares[s].name == note.detail)
        return say("drawn by chance: ", "按比例分到：") +
               prose::branch_words(context, step, {.kind = Branch::Kind::share, .index = s, .block = {}}) +
               step_place(telling_, note.playbook, note.step);
    return {};
  }
  if (note.detail == "else") {
    const bool wait = step.kind == StepKind::wait_up_to;
    return prose::branch_words(context, step, {.kind = wait ? Branch::Kind::late : Branch::Kind::else_, .block = {}}) +
           step_place(telling_, note.playbook, note.step);
  }
  const bool by_event = note.detail == "event";
  std::string place;
  for (std::uint32_t a = step.first_arm; a < step.first_arm + step.arms; ++a) {
    const program::Arm& arm = book.arms[a];
    const bool same =
        arm.on_event == by_event && arm.condition == note.expression && (!by_event || arm.event == note.event);
    const auto& places = telling_.places.playbooks;
    if (same && note.playbook < places.size() && a < places[note.playbook].arms.size()) {
      place = place_words(telling_, places[note.playbook].arms[a]);
      break;
    }
  }
  if (!by_event) return say("it is so: ", "条件成立：") + clause_of(note) + place;
  const std::uint32_t filter = note.expression == kNone ? kNone : program_.expressions[note.expression].root;
  return say("came in time: ", "及时发生：") + prose::event_where(context, note.event, filter) + place;
}

std::string Story::round_text(const Note& note) const {
  const program::Step& step = program_.playbooks[note.playbook].steps[note.step];
  const std::string times = std::to_string(step.times), number = std::to_string(note.count);
  if (note.truth) return chinese_ ? "第" + number + "轮，最多" + times + "轮" : "round " + number + " of " + times;
  if (note.detail == "until") return say("no more rounds: ", "不再重复：") + clause_of(note);
  return chinese_ ? times + "轮已走完" : "all " + times + " rounds are done";
}

/// Steps, and what happens at them inside one customer.
std::string Story::of_wait(const Note& note) const {
  switch (note.kind) {
    case NoteKind::branch: return step_text(note) + say(note.truth ? ": yes" : ": no", note.truth ? "是" : "否");
    case NoteKind::arm: return arm_text(note);
    case NoteKind::waits: return say("waits until ", "等到 ") + env::format_moment(note.until);
    case NoteKind::round: return round_text(note);
    case NoteKind::tagged: return say("tagged ", "打上标签") + prose::quoted(note.detail);
    case NoteKind::untagged: return say("tag taken off: ", "去掉标签") + prose::quoted(note.detail);
    case NoteKind::set: {
      const auto& steps = program_.playbooks[note.playbook].steps;
      const std::uint32_t attribute = note.step < steps.size() ? steps[note.step].attribute : kNone;
      if (attribute == kNone) return say("the customer's owner", "客户的负责人") + kept_text(note, false);
      return prose::name(program_.attributes[attribute].name) +
             kept_text(note, program_.attributes[attribute].is_private);
    }
    case NoteKind::let: return step_text(note) + kept_text(note, false);
    case NoteKind::emitted:
      return say("records the event ", "记录事件") + prose::name(program_.events[note.event].name) +
             fields_text(note.event, note.detail);
    default:
      if (!passed_over(note)) return step_text(note);
      return step_text(note) + say(" is not done: ", "没有执行：") +
             say("they are in a control group, which nobody contacts", "客户属于对照组，不联系");
  }
}

std::string Story::of_send(const Note& note) const {
  const std::string on = note.channel.empty() ? say("the channel", "渠道") : prose::name(note.channel);
  switch (note.kind) {
    case NoteKind::send:
      return step_text(note) + say(": handed over", "：已交给") +
             (chinese_               ? on
              : note.channel.empty() ? ""
                                     : " to " + on) +
             say(", key ", "，编号 ") + note.detail;
    case NoteKind::outcome: {
      if (note.detail == "unknown")
        return on + say(" never answered: whether it was sent is not known, it counts as sent",
                        "没有答复：不知道是否已发出，算作已发送");
      const std::string answer = chinese_ && note.detail == "accepted" ? "已接收" : prose::name(note.detail);
      return on + say(" answered: ", "答复：") + answer;
    }
    case NoteKind::put_off: {
      const bool entry = note.step == kNone;
      const std::string what = entry ? say("entry", "进入") : step_text(note);
      const std::string until =
          note.until == state::kNever
              ? say(" is put off until that changes: ", "推迟，直到情况改变：")
              : say(" is put off until ", "推迟到 ") + env::format_moment(note.until) + say(": ", "：");
      return what + until + reason_words(telling_, note, why_paused(note));
    }
    default: {
      const std::string channel = note.channel.empty() ? "" : chinese_ ? "（" + on + "）" : " on " + on;
      return step_text(note) + (chinese_ ? "没有执行" : " is not done") + channel + say(": ", "：") +
             reason_words(telling_, note, why_paused(note));
    }
  }
}

std::string Story::asked_text(const Note& note) const {
  const std::string about = note.about.empty() ? "" : prose::name(note.about);
  if (note.currency != 0) {
    const std::string money = prose::money_words(program_, note.amount, note.currency, telling_.tongue);
    return chinese_ ? step_text(note) + "：向预算" + about + "申请" + money
                    : step_text(note) + ": asks the budget " + about + " for " + money;
  }
  std::string out = step_text(note);
  if (!about.empty()) out += say(": asks ", "：询问") + about;
  if (note.until != 0 && note.until != state::kNever)
    out += say(", given up at ", "，最迟到 ") + env::format_moment(note.until);
  return out;
}

std::string Story::answered_text(const Note& note) const {
  const std::string about = note.about.empty() ? "" : prose::name(note.about);
  if (note.currency != 0) {
    const std::string money = prose::money_words(program_, note.amount, note.currency, telling_.tongue);
    if (note.truth)
      return chinese_ ? "预算" + about + "发放" + money + "，记入 " + prose::name(note.detail)
                      : "the budget " + about + " pays " + money + " to " + prose::name(note.detail);
    return (chinese_ ? "预算" + about + "不发放" + money + "："
                     : "the budget " + about + " does not pay " + money + ": ") +
           denial_words(telling_, note);
  }
  const std::string who = about.empty() ? say("who was asked", "被询问的人") : about;
  if (note.truth)
    return who + say(" takes it on", "接下") +
           (note.detail.empty() ? "" : say(": ", "：") + prose::quoted(note.detail));
  std::string out = who + say(" does not take it on", "没有接下");
  if (!note.detail.empty()) out += say(": ", "：") + denial_words(telling_, note);
  if (note.until > note.moment && note.until != state::kNever)
    out += say("; there is room at ", "；最早可接于 ") + env::format_moment(note.until);
  return out;
}

/// What is between this customer and a budget, a person or another customer.
std::string Story::of_others(const Note& note) const {
  switch (note.kind) {
    case NoteKind::asked: return asked_text(note);
    case NoteKind::answered: return answered_text(note);
    case NoteKind::taken_back: {
      const std::string money = prose::money_words(program_, note.amount, note.currency, telling_.tongue);
      return (chinese_ ? money + "退回预算" + prose::name(note.about) + "："
                       : money + " taken back to the budget " + prose::name(note.about) + ": ") +
             prose::name(note.detail);
    }
    case NoteKind::message_sent: {
      if (note.truth) return step_text(note) + say(": a message goes to ", "：发消息给") + prose::name(note.about);
      return step_text(note) + say(": there is nobody to be found, so nothing happens", "：没有此人，不做任何事");
    }
    default: {
      const std::string from = note.about.empty() ? say("another customer", "另一位客户") : prose::name(note.about);
      if (note.of_playbook >= program_.playbooks.size()) return say("asked for by ", "发起者是") + from;
      const std::string book = prose::name(program_.playbooks[note.of_playbook].name);
      return chinese_ ? "由" + from + "的" + book + "发起" : "asked for by " + from + "'s " + book;
    }
  }
}

std::string Story::of_end(const Note& note) const {
  const auto place = [&](auto member) {
    const auto& places = telling_.places.playbooks;
    return note.playbook < places.size() ? place_words(telling_, places[note.playbook].*member) : std::string();
  };
  if (note.kind == NoteKind::goal) {
    std::string out = say("goal reached", "达成目标");
    if (note.event != kNone)
      out += say(" by ", "，因为") + prose::one_event(program_.events[note.event], telling_.tongue);
    if (note.detail == "stay") out += say(", and goes on", "，继续走");
    return out + place(&program::PlaybookPlaces::goal);
  }
  if (note.kind == NoteKind::left) {
    if (note.detail == "merged") return say("left: it is one with another journey now", "退出：已与另一次旅程合并");
    if (note.detail == "erased") return say("left: the customer was forgotten", "退出：客户已被遗忘");
    if (note.detail == "stopped") return say("left: an operator stopped it", "退出：运营人员手动停止");
    if (note.expression == kNone) return say("left", "退出");
    return say("left: ", "退出：") + clause_of(note) + place(&program::PlaybookPlaces::leave);
  }
  return say("finished", "走完") + (note.detail.empty() ? "" : say(": ", "：") + prose::name(note.detail));
}

/// What comes from outside: inputs, deploys, pauses.
std::string Story::of_folder(const Note& note) const {
  switch (note.kind) {
    case NoteKind::input_event: {
      std::string out =
          say("event ", "事件") + prose::name(program_.events[note.event].name) + fields_text(note.event, note.detail);
      if (note.until != note.moment) out += say(", which happened at ", "，发生于 ") + env::format_moment(note.until);
      if (note.truth) out += say(" (late: it lets nobody in and opens no arm)", "（迟到：不触发进入，也不触发「遇」）");
      return out;
    }
    case NoteKind::input_attributes: return say("set from outside: ", "外部更新：") + attributes_text(note.detail);
    case NoteKind::deployed: return say("the playbooks came into force", "剧本开始生效");
    case NoteKind::moved: {
      if (note.detail == "pin")
        return say("after the edit it finishes the version that it began", "剧本修改后按进入时的版本走完");
      return say("after the edit it goes on at: ", "剧本修改后改到：") + step_text(note);
    }
    case NoteKind::merged: return say("became one with ", "已与此客户合并：") + prose::name(note.about);
    case NoteKind::forgotten: return say("forgotten: all that is known of them is gone", "已遗忘：资料全部删除");
    case NoteKind::paused: return paused_text(note.about) + say(" is paused", "已暂停");
    default: return paused_text(note.about) + say(" goes on", "已恢复");
  }
}

}  // namespace tend::cli
