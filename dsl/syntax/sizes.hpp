// Breadth: names too long to show, lists and playbooks too long to follow. Depth is the grammar's business.
#pragma once
#include "dsl/syntax/state.hpp"

namespace tend::syntax {

/// Reports what is longer or has more parts than limits.hpp allows (T0148, T0149), each once.
/// Shape: `state.nodes` are the whole file's.
void check_sizes(State& state);

}  // namespace tend::syntax
