// From the target of a GET (`/v1/customers/c1`, `/v1/journeys?playbook=p`) to the question that it is.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/serve/look.hpp"

namespace tend::serve {

/// All of it is valid UTF-8.
bool is_utf8(std::string_view text);
/// `%C3%A9` and, in a query, `+` read as what they stand for. None for a `%` without two hexadecimal digits, and for
/// what is not UTF-8 then.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank);
/// Everything but letters, digits and `-._~` as `%XX`.
std::string percent_encoded(std::string_view text);

/// Is there something to look at under this path (without its query)?
bool is_look_path(std::string_view path);

/// What is looked at, on the engine's thread.
using Look = std::function<Result<std::string>(run::Engine&, env::Moment now)>;
/// Shape: `book` is where soft bounces are counted; null: nobody counts them. Requires: is_look_path. Errors: `invalid`
/// for a parameter that is unknown, comes twice or cannot be read.
Result<Look> read_look(std::string_view target, const std::vector<std::string>& channels,
                       const history::SentBook* book = nullptr);

}  // namespace tend::serve
