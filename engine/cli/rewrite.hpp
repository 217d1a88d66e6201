// Writing an author's own file.
#pragma once
#include <string>
#include <string_view>

#include "engine/env/result.hpp"

namespace tend::cli {

/// Replaces the text of a file that is there, as a whole or not at all. A link stays one, the file's permissions stay.
Result<void> rewrite_file(const std::string& path, std::string_view text);

/// The absolute path of a file, links worked out; the path itself where it leads nowhere.
std::string real_path(const std::string& path);

}  // namespace tend::cli
