// Lints: what is not wrong but seldom meant. Warnings, one file each, asked only about workspaces without errors: a
// mistake would make them say it again in other words.
#pragma once
#include <map>
#include <string>

#include "dsl/check/lowering.hpp"
#include "dsl/check/schema.hpp"

namespace tend::check {

/// T0601: a playbook without `goal` can never be told whether it works.
void lint_no_goal(Workspace& workspace);
/// T0602: a message that no playbook sends.
void lint_never_sent(Workspace& workspace, const std::map<std::string, MessageUse>& uses);
/// T0603: steps behind a `stop` on every way.
void lint_unreachable(Workspace& workspace, const Findings& findings);
/// T0604: `not level = "gold"` holds for everybody without a level.
void lint_not_missing(Workspace& workspace);

/// T0605: an `enter` that can let nobody in.
void lint_enter_never(Workspace& workspace, const program::Program& program, const program::Places& places);
/// T0606: a `leave when` that holds for everybody who could enter.
void lint_leaves_at_once(Workspace& workspace, const program::Program& program, const program::Places& places);
/// T0607: a condition, or a part of one, that always holds.
void lint_always_holds(Workspace& workspace, const program::Program& program, const program::Places& places);
/// T0608: a message that no cap counts.
void lint_no_cap(Workspace& workspace, const program::Program& program, const program::Places& places);
/// T0609: a `grant` without a care message before it.
void lint_discount_before_care(Workspace& workspace, const program::Program& program, const program::Places& places);
/// T0610: a marketing text in a short message that does not say how to opt out.
void lint_no_opt_out(Workspace& workspace, const program::Program& program, const program::Places& places);
/// T0611: two playbooks that can write to the same customer on the same day.
void lint_same_day(Workspace& workspace, const program::Program& program, const program::Places& places);
/// T0612: a wait or a decision after which nothing happens.
void lint_always_stops(Workspace& workspace, const program::Program& program, const program::Places& places);
/// T0613: an arm that takes the event of `enter on`.
void lint_arm_takes_entry(Workspace& workspace, const program::Program& program, const program::Places& places);
/// T0614: a playbook whose messages set it off again, without an end.
void lint_sets_itself_off(Workspace& workspace, const program::Program& program, const program::Places& places);

inline void lint_all(Workspace& workspace, const std::map<std::string, MessageUse>& uses, const Findings& findings,
                     const program::Program& program, const program::Places& places) {
  lint_no_goal(workspace);
  lint_never_sent(workspace, uses);
  lint_unreachable(workspace, findings);
  lint_not_missing(workspace);
  for (const auto lint :
       {lint_enter_never, lint_leaves_at_once, lint_always_holds, lint_no_cap, lint_discount_before_care,
        lint_no_opt_out, lint_same_day, lint_always_stops, lint_arm_takes_entry, lint_sets_itself_off}) {
    lint(workspace, program, places);
  }
}

}  // namespace tend::check
