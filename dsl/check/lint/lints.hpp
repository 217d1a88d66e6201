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

inline void lint_all(Workspace& workspace, const std::map<std::string, MessageUse>& uses, const Findings& findings) {
  lint_no_goal(workspace);
  lint_never_sent(workspace, uses);
  lint_unreachable(workspace, findings);
  lint_not_missing(workspace);
}

}  // namespace tend::check
