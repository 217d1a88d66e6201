// What a reading says before the steps; for reading.cpp.
#pragma once
#include <string>
#include <vector>

#include "dsl/prose/phrase.hpp"

namespace tend::prose {

/// Sentences about the header: entry, re-entry, success, leaving, control group, caps. Requires: context.playbook.
std::vector<std::string> about(const Context& context);

}  // namespace tend::prose
