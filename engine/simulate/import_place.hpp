// How far the sources of a workspace have been imported. It stands in the log's cursor, in the same write as the rows
// (docs/formats/inputs.md).
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "engine/env/result.hpp"
#include "engine/simulate/database_rows.hpp"

namespace tend::simulate {

struct FilePlace {
  std::string content;     // a hash: a file that has changed is another one
  std::string program;     // under which its rows were counted
  std::uint64_t rows = 0;  // of those of the source, in the order of a run
};

/// By the source's name.
struct ImportPlace {
  std::map<std::string, FilePlace> files;
  std::map<std::string, DatabasePlace> databases;
};

/// Errors: `invalid` where it is longer than the log's cursor may be.
Result<std::string> write_import_place(const ImportPlace& place);
/// Nothing imported for a cursor of somebody else's.
ImportPlace read_import_place(std::string_view cursor);

}  // namespace tend::simulate
