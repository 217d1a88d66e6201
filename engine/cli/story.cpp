#include "engine/cli/story.hpp"

#include "dsl/text/source.hpp"
#include "engine/channel/escape.hpp"
#include "engine/cli/describe.hpp"
#include "engine/env/moment.hpp"
#include "engine/expr/evaluate.hpp"

namespace tend::cli {

using journey::Note;
using journey::NoteKind;
using program::kNone;

namespace {

std::string value_text(const program::Value& value) {
  static const env::Zone& zone = env::utc();
  expr::Context context{.tables = nullptr, .state = nullptr, .customer = 0, .now = 0};
  context.customer_zone = &zone;
  std::string raw, out;
  if (value.kind == program::ValueKind::list) {
    std::vector<program::Value> elements;
    state::read_list(value, elements);
    expr::append_text(raw, context, program::Value::of_list(elements.data(), value.extra));
  } else {
    expr::append_text(raw, context, value);
  }
  channel::append_visible(out, raw);
  return out;
}

}  // namespace

std::string Story::fields_text(std::uint32_t event, std::string_view blob) const {
  std::string out;
  state::FieldReader reader(blob);
  std::uint16_t field = 0;
  program::Value value;
  while (reader.next(field, value)) {
    if (value.missing() || field >= program_.events[event].fields.size()) continue;
    out += (out.empty() ? "" : ", ") + program_.events[event].fields[field].name + ": " + value_text(value);
  }
  return out.empty() ? "" : " { " + out + " }";
}

std::string Story::attributes_text(std::string_view blob) const {
  std::string out;
  state::FieldReader reader(blob);
  std::uint16_t index = 0;
  program::Value value;
  while (reader.next(index, value)) {
    std::string part;
    switch (index) {
      case state::kTagAdd: part = say("tag ", "打标签 ") + '"' + value_text(value) + '"'; break;
      case state::kTagRemove: part = say("untag ", "去标签 ") + '"' + value_text(value) + '"'; break;
      case state::kConsentGiven: part = say("consents to ", "同意 ") + value_text(value); break;
      case state::kConsentWithdrawn: part = say("no longer consents to ", "不再同意 ") + value_text(value); break;
      default: {
        const program::Attribute& attribute = program_.attributes[index];
        const std::string shown = value.missing()        ? say("(none)", "（空）")
                                  : attribute.is_private ? "•••"
                                                         : value_text(value);
        part = attribute.name + " = " + shown;
      }
    }
    out += (out.empty() ? "" : ", ") + part;
  }
  return out;
}

std::string Story::step_text(const Note& note) const {
  const auto& steps = program_.playbooks[note.playbook].steps;
  if (note.step >= steps.size()) return say("the end", "末尾");
  std::string line;
  const auto& places = places_.playbooks[note.playbook].steps;
  if (note.step < places.size() && places[note.step].line > 0) {
    line = chinese_ ? "（第 " + std::to_string(places[note.step].line) + " 行）"
                    : " (line " + std::to_string(places[note.step].line) + ")";
  }
  return "`" + (steps[note.step].label.empty() ? "else if" : steps[note.step].label) + "`" + line;
}

std::string Story::why_refused(const Note& note) const {
  if (note.detail == "live") return say("a journey is still under way", "上一次旅程还在进行");
  if (note.detail == "this_moment") return say("already entered at this very moment", "同一时刻已进入过");
  if (note.detail == "again") {
    const program::Playbook& playbook = program_.playbooks[note.playbook];
    if (playbook.again == program::Again::never)
      return say("once entered, `again never`: nobody enters twice", "已进入过，且未写「重复进入」，不再进入");
    return chinese_ ? "距上次进入不足 " + describe_duration(playbook.again_after)
                    : "less than " + describe_duration(playbook.again_after) + " since the last entry";
  }
  if (note.detail == "where") return say("`where` does not hold", "不满足「条件」");
  return say("`leave when` holds already", "已满足「退出」的条件");
}

std::string Story::sentence(const Note& note) const {
  switch (note.kind) {
    case NoteKind::input_event: {
      std::string out =
          say("event ", "事件 ") + program_.events[note.event].name + fields_text(note.event, note.detail);
      if (note.until != note.moment) out += say(", which happened at ", "，发生于 ") + env::format_moment(note.until);
      if (note.truth) out += say(" (late: it lets nobody in and opens no arm)", "（迟到：不触发进入，也不触发「遇」）");
      return out;
    }
    case NoteKind::input_attributes: return say("set from outside: ", "外部更新：") + attributes_text(note.detail);
    case NoteKind::deployed: return say("the playbooks came into force", "剧本开始生效");
    case NoteKind::turned_true:
      return say("turned true: ", "变为成立：") + describe(program_, program_.expressions[note.expression].root);
    case NoteKind::turned_false:
      return say("no longer true: ", "不再成立：") + describe(program_, program_.expressions[note.expression].root);
    case NoteKind::refused: return say("not entered: ", "未进入：") + why_refused(note);
    case NoteKind::entered:
      return chinese_ ? "进入，第 " + std::to_string(note.journey) + " 次" +
                            (note.event == kNone ? "" : "，因为事件 " + program_.events[note.event].name)
                      : "entered, journey " + std::to_string(note.journey) +
                            (note.event == kNone ? "" : ", by event " + program_.events[note.event].name);
    case NoteKind::step: return step_text(note);
    case NoteKind::branch: return step_text(note) + say(note.truth ? ": yes" : ": no", note.truth ? "：是" : "：否");
    case NoteKind::arm:
      if (note.detail == "else") return say("nothing came in time: `else`", "期限内没有发生：走「否则」");
      if (note.detail == "when")
        return say("its condition holds: ", "条件成立：") +
               describe(program_, program_.expressions[note.expression].root);
      return say("came in time: ", "及时发生：") + program_.events[note.event].name;
    case NoteKind::waits: return say("waits until ", "等到 ") + env::format_moment(note.until);
    case NoteKind::send: return step_text(note) + say(": handed over, key ", "：已交给渠道，编号 ") + note.detail;
    case NoteKind::outcome: {
      const std::string answer = chinese_ && note.detail == "accepted" ? "已接收" : note.detail;
      return say("the channel answered: ", "渠道答复：") + answer;
    }
    case NoteKind::goal:
      return say("goal reached", "达成目标") +
             (note.event == kNone ? "" : say(" by ", "，因为 ") + program_.events[note.event].name);
    case NoteKind::left:
      return say("left: ", "退出：") + describe(program_, program_.expressions[note.expression].root);
    case NoteKind::finished: return say("finished", "走完") + (note.detail.empty() ? "" : ": " + note.detail);
    case NoteKind::tagged: return say("tagged ", "打上标签 ") + '"' + note.detail + '"';
    case NoteKind::untagged: return say("tag taken off: ", "去掉标签 ") + '"' + note.detail + '"';
    case NoteKind::set: return step_text(note);
    case NoteKind::put_off:
      return say("put off until ", "推迟到 ") + env::format_moment(note.until) + ": " + note.detail;
    case NoteKind::skipped: return step_text(note) + say(": not done, ", "：未执行，") + note.detail;
    case NoteKind::held_out: return say("held out: nobody contacts the control group", "属于对照组，不联系");
    case NoteKind::asked: return step_text(note) + say(": asked ", "：询问 ") + note.about;
    case NoteKind::answered:
      return say("the answer of ", "答复来自 ") + note.about +
             say(note.truth ? ": yes" : ": no", note.truth ? "：是" : "：否");
    case NoteKind::message_sent: return step_text(note) + say(" for ", "，给 ") + note.about;
    case NoteKind::message_taken: return say("asked for by ", "由此客户发起：") + note.about;
    case NoteKind::let: return step_text(note) + " = " + note.detail;
    case NoteKind::emitted:
      return say("records the event ", "记录事件 ") + program_.events[note.event].name +
             fields_text(note.event, note.detail);
    case NoteKind::round:
      return note.truth ? say("round ", "第 ") + std::to_string(note.count) + say("", " 轮")
                        : say("no more rounds", "不再重复");
    case NoteKind::moved: return say("a deploy moved it to ", "部署后移到 ") + step_text(note);
    case NoteKind::merged: return say("became one with ", "合并了 ") + note.about;
    case NoteKind::forgotten: return say("forgotten", "已遗忘");
    case NoteKind::paused: return say("paused ", "暂停 ") + note.about;
    case NoteKind::resumed: return say("resumed ", "恢复 ") + note.about;
  }
  return {};
}

void Story::note(const Note& note) {
  const bool about_all = note.playbook == kNone;
  if (playbook_ != kNone && !about_all && note.playbook != playbook_) return;
  // `if`, tags and sends tell more than that the step was begun.
  if (note.kind == NoteKind::step) {
    const auto& steps = program_.playbooks[note.playbook].steps;
    const program::StepKind kind = steps[note.step].kind;
    if (kind == program::StepKind::branch || kind == program::StepKind::send || kind == program::StepKind::stop) return;
  }
  const std::string moment = env::format_moment(note.moment);
  out_ += note.moment == last_ ? std::string(moment.size(), ' ') : moment;
  last_ = note.moment;
  out_ += "  ";
  if (!about_all) out_ += program_.playbooks[note.playbook].name + ": ";
  out_ += sentence(note) + "\n";
  for (const journey::Reading& reading : note.readings) {
    const bool is_private = program_.nodes[reading.node].op == program::Op::attribute &&
                            program_.attributes[program_.nodes[reading.node].a].is_private;
    std::string shown;
    channel::append_visible(shown, reading.value);
    out_ += std::string(moment.size() + 6, ' ');
    if (program_.nodes[reading.node].op == program::Op::inactive) {
      out_ += say("silent since ", "沉默自 ") + shown + "\n";
      continue;
    }
    out_ += describe(program_, reading.node) + " = " +
            (reading.value.empty() ? say("(missing)", "（空）")
             : is_private          ? "•••"
                                   : shown) +
            "\n";
  }
}

}  // namespace tend::cli
