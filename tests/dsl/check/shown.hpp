// Steps and ways in as short lines.
#pragma once
#include <iterator>
#include <string>
#include <vector>

#include "tests/dsl/check/support.hpp"

namespace tend::test {

inline std::string shown_parts(const program::Program& program, const std::vector<program::TextPart>& parts) {
  std::string out;
  for (const auto& part : parts) {
    out += part.expression == program::kNone ? part.literal : "{" + shown_expression(program, part.expression) + "}";
  }
  return out;
}

inline std::string shown_person(const program::Program& program, const program::Person& person) {
  switch (person.kind) {
    case program::Person::Kind::none: break;
    case program::Person::Kind::reference: return " by " + shown_expression(program, person.expression);
    case program::Person::Kind::team: return " by team " + person.team;
    case program::Person::Kind::partner: return " by " + program.partners[person.partner].name;
  }
  return "";
}

inline std::string shown_step(const program::Program& program, const program::Playbook& book,
                              const program::Step& step) {
  static constexpr const char* kKinds[] = {"send",
                                           "wait",
                                           "wait_until",
                                           "wait_up_to",
                                           "branch",
                                           "jump",
                                           "tag",
                                           "untag",
                                           "set",
                                           "stop",
                                           "ask",
                                           "task",
                                           "transfer",
                                           "wait_until_date",
                                           "wait_until_condition",
                                           "split",
                                           "repeat",
                                           "round_end",
                                           "emit",
                                           "grant",
                                           "credit",
                                           "start",
                                           "let"};
  static_assert(std::size(kKinds) == static_cast<std::size_t>(program::kLastStepKind) + 1);
  std::string out = kKinds[static_cast<int>(step.kind)];
  if (!step.label.empty()) out += " <" + step.label + ">";
  if (!step.name.empty()) out += " as " + step.name;
  if (step.message != program::kNone) out += " " + program.messages[step.message].name;
  for (const std::string& channel : step.channels) out += " on " + channel;
  if (step.while_open) out += " while open";
  if (step.attribute != program::kNone) out += " " + program.attributes[step.attribute].name;
  if (step.event != program::kNone) out += " " + program.events[step.event].name;
  for (const program::FieldSet& set : step.fields) {
    out += " " + program.events[step.event].fields[set.field].name + ":" + shown_expression(program, set.expression);
  }
  if (step.playbook != program::kNone) out += " " + program.playbooks[step.playbook].name;
  if (step.expression != program::kNone) out += " " + shown_expression(program, step.expression);
  if (step.duration != program::kNone) out += " up to " + shown_expression(program, step.duration);
  if (step.budget != program::kNone) out += " from " + program.budgets[step.budget].name;
  if (step.slot != program::kNone) out += " slot " + std::to_string(step.slot);
  out += shown_person(program, step.person);
  if (step.times > 0) out += " times " + std::to_string(step.times);
  if (step.every) out += " every " + std::to_string(step.every->ms);
  if (step.within) out += " within " + std::to_string(step.within->ms);
  if (step.time_of_day >= 0) out += " at " + std::to_string(step.time_of_day) + "/" + std::to_string(step.weekday);
  if (step.next) out += " next";
  if (!step.text.empty()) out += " '" + shown_parts(program, step.text) + "'";
  for (std::uint32_t a = 0; a < step.arms; ++a) {
    if (step.kind == program::StepKind::split) {
      const program::Share& share = book.shares[step.first_arm + a];
      out += " [" + std::to_string(share.hundredths) + " " + share.name + " ->" + std::to_string(share.target) + "]";
      continue;
    }
    const program::Arm& arm = book.arms[step.first_arm + a];
    out += arm.on_event ? " [on " + program.events[arm.event].name : " [when";
    if (arm.condition != program::kNone) out += " " + shown_expression(program, arm.condition);
    out += " ->" + std::to_string(arm.target) + "]";
  }
  if (step.target != program::kNone) out += " ->" + std::to_string(step.target);
  if (step.after != program::kNone) out += " after " + std::to_string(step.after);
  return out;
}

inline std::string shown_steps(const program::Program& program, const program::Playbook& book) {
  std::string out;
  for (std::size_t i = 0; i < book.steps.size(); ++i) {
    out += std::to_string(i) + " " + shown_step(program, book, book.steps[i]) + "\n";
  }
  return out;
}

inline std::string shown_enter(const program::Program& program, const program::Enter& enter) {
  static constexpr const char* kKinds[] = {"when", "on", "every", "date", "relative", "by hand"};
  static constexpr const char* kEvery[] = {"day", "weekday", "month", "workday", "holiday"};
  std::string out = kKinds[static_cast<int>(enter.kind)];
  if (enter.event != program::kNone) out += " " + program.events[enter.event].name;
  if (enter.filter != program::kNone) out += " where " + shown_expression(program, enter.filter);
  if (enter.per_field != program::kNone) out += " per " + program.events[enter.event].fields[enter.per_field].name;
  if (enter.condition != program::kNone) out += " " + shown_expression(program, enter.condition);
  if (enter.kind == program::EnterKind::schedule) out += std::string(" ") + kEvery[static_cast<int>(enter.every)];
  if (enter.weekday >= 0) out += " " + std::to_string(enter.weekday);
  if (enter.month_day >= 0) out += " on " + std::to_string(enter.month_day);
  if (enter.day != 0) out += " " + std::to_string(enter.day);
  if (enter.yearly) out += " yearly";
  if (enter.kind == program::EnterKind::relative) {
    out += " " + std::to_string(enter.offset.months) + "mo" + std::to_string(enter.offset.ms / 86'400'000) + "d" +
           (enter.before ? " before" : " after");
  }
  if (enter.lunar) out += " lunar";
  if (enter.lunar_month >= 0) out += " " + std::to_string(enter.lunar_month) + "-" + std::to_string(enter.lunar_day);
  if (enter.date != program::kNone) out += " " + shown_expression(program, enter.date);
  if (enter.time_of_day >= 0) out += " at " + std::to_string(enter.time_of_day / 60'000);
  if (enter.where != program::kNone) out += " if " + shown_expression(program, enter.where);
  return out;
}

/// The program must hold what the reader of its bytes holds it to.
inline const program::Program& sound(const Checked& checked) {
  INFO(checked.sentences());
  REQUIRE(checked.result.program);
  REQUIRE(program::deserialize(checked.bytes()));
  return *checked.result.program;
}

}  // namespace tend::test
