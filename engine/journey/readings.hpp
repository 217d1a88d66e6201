// The values that a condition read: what `why` and a failing `expect` show beside it.
#pragma once
#include <vector>

#include "engine/expr/evaluate.hpp"
#include "engine/journey/trace.hpp"

namespace tend::journey {

/// Every attribute, tag, window and the like below `node`, each with its value in this context. Of `inactive for D` it
/// is the moment since when.
std::vector<Reading> readings_of(const expr::Context& context, std::uint32_t node);

}  // namespace tend::journey
