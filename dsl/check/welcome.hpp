// Greetings: a message of the class `welcome` goes out once, within seconds of somebody having been added.
#pragma once
#include "dsl/check/schema.hpp"

namespace tend::check {

/// Reports (T0544) sends of welcome messages that are not a playbook's first message after `enter on added`, or that
/// come after a wait. Shape: `program` with its messages, as lowering leaves it.
void check_welcomes(Workspace& workspace, const program::Program& program, const program::Places& places);

}  // namespace tend::check
