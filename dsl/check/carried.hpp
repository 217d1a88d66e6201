// What channels can carry, against what a message says on them.
#pragma once
#include <string>
#include <vector>

#include "dsl/check/item.hpp"

namespace tend::check {

/// Reports everything that a declared limit of `channels` (those that the message goes by) forbids: parts that cannot
/// be carried, texts that are not approved or too long, too many values, private data. Channels of which nothing is
/// declared take anything.
void check_carried(Workspace& workspace, const syntax::Stmt& message, const std::vector<ItemIr>& items,
                   const std::vector<std::string>& channels);

}  // namespace tend::check
