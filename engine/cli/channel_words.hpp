// What adapters and their options are, in Chinese. In English it stands beside each of them (engine/channel).
#pragma once
#include <string_view>

#include "dsl/text/tongue.hpp"

namespace tend::cli {

/// `meaning` in the tongue; as it is where there is no translation, which a test does not allow.
std::string_view in_tongue(std::string_view meaning, text::Tongue tongue);

}  // namespace tend::cli
