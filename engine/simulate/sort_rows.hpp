// Rows in the order of their moments.
#pragma once
#include <vector>

#include "engine/simulate/sources.hpp"

namespace tend::simulate {

/// Sorts by `at`; rows of one moment keep their order. Costs one reading where they are in order already.
void sort_by_moment(std::vector<SourceRow>& rows);

}  // namespace tend::simulate
