// What bytes a file's text is in: everything behind this is UTF-8 without a mark in front.
#pragma once
#include <string>

#include "engine/env/result.hpp"

namespace tend::simulate {

/// Brings the bytes of a text file to UTF-8: UTF-8 stays (a byte order mark goes), UTF-16 is known by its mark,
/// anything else is read as GB18030, as spreadsheets in China write it. Errors: `invalid`, naming `name` and the line:
/// UTF-8 with broken characters, bytes that are no GB18030 either, zero bytes.
Result<std::string> to_utf8(std::string bytes, const std::string& name);

}  // namespace tend::simulate
