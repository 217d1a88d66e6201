#include "engine/cli/story.hpp"

#include "dsl/prose/step.hpp"
#include "engine/cli/story_reasons.hpp"
#include "engine/env/moment.hpp"
#include "engine/state/consent.hpp"

namespace tend::cli {

using journey::Note;
using journey::NoteKind;
using program::kNone;
using program::StepKind;

std::string Story::fields_text(std::uint32_t event, std::string_view blob) const {
  std::string out;
  state::FieldReader reader(blob);
  std::uint16_t field = 0;
  program::Value value;
  while (reader.next(field, value)) {
    if (value.missing() || field >= program_.events[event].fields.size()) continue;
    out += (out.empty() ? "" : ", ") + prose::name(program_.events[event].fields[field].name) + ": " +
           value_words(telling_, value);
  }
  return out.empty() ? "" : " { " + out + " }";
}

std::string Story::on_channel(const program::Value& channel) const {
  return channel.str().empty() ? "" : say(" on ", "：") + std::string(channel.str());
}

std::string Story::attributes_text(std::string_view blob) const {
  std::string out;
  state::FieldReader reader(blob);
  std::uint16_t index = 0;
  program::Value value;
  while (reader.next(index, value)) {
    std::string part;
    switch (index) {
      case state::kTagAdd: part = say("tag ", "打标签 ") + "“" + value_words(telling_, value) + "”"; break;
      case state::kTagRemove: part = say("untag ", "去标签 ") + "“" + value_words(telling_, value) + "”"; break;
      case state::kConsentGiven: part = say("consents to ", "同意 ") + value_words(telling_, value); break;
      case state::kConsentWithdrawn:
        part = say("no longer consents to ", "不再同意 ") + value_words(telling_, value);
        break;
      case state::kSuppressed: part = say("never to be written to", "不再联系") + on_channel(value); break;
      case state::kUnsuppressed: part = say("may be written to again", "可以再联系") + on_channel(value); break;
      case state::kConsentText: part = say("by the text ", "依据文本 ") + value_words(telling_, value); break;
      case state::kConsentEvidence: part = say("shown by ", "凭证 ") + value_words(telling_, value); break;
      case state::kConsentSource: part = say("told by ", "来源 ") + value_words(telling_, value); break;
      default: {
        const program::Attribute& attribute = program_.attributes[index];
        const std::string shown = value.missing()        ? say("(none)", "（空）")
                                  : attribute.is_private ? "•••"
                                                         : value_words(telling_, value);
        part = prose::name(attribute.name) + " = " + shown;
      }
    }
    out += (out.empty() ? "" : ", ") + part;
  }
  return out;
}

std::string Story::step_text(const Note& note) const {
  const auto& steps = program_.playbooks[note.playbook].steps;
  if (note.step >= steps.size()) return say("the end", "末尾");
  const program::Step& step = steps[note.step];
  if (step.kind == StepKind::jump || step.kind == StepKind::round_end) return say("a step", "步骤");
  return prose::step_words(telling_.context(note.playbook), step).title +
         step_place(telling_, note.playbook, note.step);
}

/// The note's condition as a clause.
std::string Story::clause_of(const Note& note) const {
  return prose::clause_of(telling_.context(note.playbook, event_of(program_, note)), note.expression);
}

/// `: Lyon` behind a step that keeps a value.
std::string Story::kept_text(const Note& note, bool is_private) const {
  if (note.detail.empty()) return say(": (missing)", "：（空）");
  return say(": ", "：") + (is_private ? "•••" : prose::name(note.detail));
}

std::string Story::paused_text(const std::string& what) const {
  const auto colon = what.find(':');
  if (colon == std::string::npos) return what.empty() ? say("everything", "全部") : prose::name(what);
  const std::string of = prose::name(what.substr(colon + 1));
  if (what.substr(0, colon) == "channel") return say("the channel ", "渠道") + of;
  return say("the playbook ", "剧本") + of;
}

std::string Story::why_paused(const Note& note) const {
  for (const std::string& what :
       {std::string(), "playbook:" + program_.playbooks[note.playbook].name, "channel:" + note.channel, note.channel})
    if (paused_.contains(what)) return paused_text(what) + say(" is paused", "已暂停");
  return {};
}

std::string Story::sentence(const Note& note) const {
  switch (note.kind) {
    case NoteKind::turned_true:
    case NoteKind::turned_false:
    case NoteKind::refused:
    case NoteKind::entered:
    case NoteKind::held_out: return of_entry(note);
    case NoteKind::step:
    case NoteKind::branch:
    case NoteKind::arm:
    case NoteKind::waits:
    case NoteKind::round:
    case NoteKind::tagged:
    case NoteKind::untagged:
    case NoteKind::set:
    case NoteKind::let:
    case NoteKind::emitted: return of_wait(note);
    case NoteKind::send:
    case NoteKind::outcome:
    case NoteKind::put_off:
    case NoteKind::skipped: return of_send(note);
    case NoteKind::asked:
    case NoteKind::answered:
    case NoteKind::message_sent:
    case NoteKind::message_taken:
    case NoteKind::taken_back: return of_others(note);
    case NoteKind::goal:
    case NoteKind::left:
    case NoteKind::finished: return of_end(note);
    case NoteKind::input_event:
    case NoteKind::input_attributes:
    case NoteKind::deployed:
    case NoteKind::moved:
    case NoteKind::merged:
    case NoteKind::forgotten:
    case NoteKind::paused:
    case NoteKind::resumed: return of_folder(note);
  }
  return {};
}

void Story::line(const std::string& indent, const std::string& text) {
  out_ += indent + prose::finish(text, telling_.tongue) + "\n";
}

/// Are there other notes of this step, which tell more than that it was begun?
bool Story::told_elsewhere(const Note& note) const {
  const auto& steps = program_.playbooks[note.playbook].steps;
  if (note.step >= steps.size()) return false;
  const bool held_out = held_out_.contains({note.playbook, note.journey});  // then they are passed over
  switch (steps[note.step].kind) {
    case StepKind::branch:
    case StepKind::split:
    case StepKind::repeat:
    case StepKind::send:
    case StepKind::emit:
    case StepKind::let:
    case StepKind::stop: return true;
    case StepKind::ask:
    case StepKind::task:
    case StepKind::grant:
    case StepKind::credit: return !held_out;
    case StepKind::start: return !held_out && steps[note.step].expression != kNone;
    default: return false;
  }
}

bool Story::passed_over(const Note& note) const {
  if (!held_out_.contains({note.playbook, note.journey})) return false;
  switch (program_.playbooks[note.playbook].steps[note.step].kind) {
    case StepKind::ask:
    case StepKind::task:
    case StepKind::transfer:
    case StepKind::grant:
    case StepKind::credit:
    case StepKind::start: return true;
    default: return false;
  }
}

void Story::note(const Note& note) {
  if (note.kind == NoteKind::paused) paused_.insert(note.about);
  if (note.kind == NoteKind::resumed) paused_.erase(note.about);
  const bool about_all = note.playbook == kNone;
  if (playbook_ != kNone && !about_all) {
    // All versions of it are meant.
    const auto& playbooks = program_.playbooks;
    if (playbook_ >= playbooks.size() || playbooks[note.playbook].name != playbooks[playbook_].name) return;
  }
  if (note.kind == NoteKind::held_out) held_out_.insert({note.playbook, note.journey});
  if (note.kind == NoteKind::step && told_elsewhere(note)) return;
  const std::string moment = env::format_moment(note.moment);
  const std::string begin = (note.moment == last_ ? std::string(moment.size(), ' ') : moment) + "  ";
  last_ = note.moment;
  line(begin,
       (about_all ? "" : prose::name(program_.playbooks[note.playbook].name) + say(": ", "：")) + sentence(note));
  const std::string deeper(moment.size() + 6, ' ');
  for (const journey::Reading& reading : note.readings)
    out_ += deeper + reading_words(telling_, note.playbook, event_of(program_, note), reading) + "\n";
  for (const journey::Place& place : note.others) {
    const std::string message = prose::name(program_.messages[place.message].name);
    const std::string book = prose::name(program_.playbooks[place.playbook].name);
    const std::string channel = prose::name(place.channel);
    line(deeper, chinese_
                     ? "已占名额：" + env::format_moment(place.moment) + "，" + book + "经" + channel + "发送" + message
                     : "takes a place: " + env::format_moment(place.moment) + ", " + message + " of " + book + " on " +
                           channel);
  }
}

}  // namespace tend::cli
