// Private data: attributes declared `private`, and whatever is made of them.
#pragma once
#include <string_view>
#include <vector>

#include "dsl/check/expression.hpp"

namespace tend::check {

/// The private attribute whose value shows in `value`; kNone where none does. What is only asked about (a condition)
/// does not show.
std::uint32_t private_in(const Workspace& workspace, const Ir& value);

/// Reports private data (T0351) in what everybody can see in logs and exports; `where` is the keyword of the statement:
/// `tag`, `stop`, `emit`, or `set` of an attribute that is not private itself.
void keep_private(Workspace& workspace, const Ir& value, std::string_view where);
void keep_private(Workspace& workspace, const std::vector<PartIr>& parts, std::string_view where);

}  // namespace tend::check
