// A file of customers' ids: one a line, or a table with a header.
#pragma once
#include <string>
#include <vector>

#include "engine/env/result.hpp"

namespace tend::cli {

inline constexpr std::size_t kIdsFileBytesMax = 256u << 20;

/// The ids in a file, each once, in its order. `path` `-`: standard input. A table is known by `column`, by a first
/// line with a delimiter in it, or by one that is a usual name of such a column (`customer_id`, `id`, …).
/// Errors: of the disk; `invalid` with file and line for a row without an id or one that cannot be read; `usage` where
/// the column has to be named.
Result<std::vector<std::string>> read_customer_ids(const std::string& path, const std::string& column);

/// The same of a text.
Result<std::vector<std::string>> customer_ids_in(const std::string& name, std::string text, const std::string& column);

/// How many of them, from `begin` on, go into one call of `serve`: where the next call begins.
std::size_t call_end(const std::vector<std::string>& ids, std::size_t begin);

}  // namespace tend::cli
