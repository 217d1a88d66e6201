// Filters: what `{{ x | money | truncate 20 }}` makes of a value before it becomes text.
#pragma once
#include <optional>
#include <vector>

#include "dsl/check/expression.hpp"

namespace tend::check {

/// The filters of a hole with the value `value`, from left to right; the first needs the value's type, the others a
/// text. Errors: nullopt, reported: there is no such filter, it does not fit, its argument is wrong.
std::optional<std::vector<FilterIr>> filters_of(Workspace& workspace, const std::vector<syntax::Filter>& filters,
                                                const Ir& value);

}  // namespace tend::check
