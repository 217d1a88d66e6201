// JSON lines: one object a line, its wanted keys as cells. Dotted names reach into objects.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/run/intake.hpp"

namespace tend::simulate {

inline constexpr std::size_t kJsonDepthMax = 16;

struct JsonRow {
  std::uint64_t line = 0;        // from 1
  std::string_view raw;          // the line without its end
  std::vector<run::Cell> cells;  // as `wanted`; CellKind::absent where the object has no such key
  std::string problem;           // not empty: the line cannot be read, and why (without file and line)
};

/// Reads the lines front to back.
/// Shape: `text` is UTF-8; the reader keeps it. Cells live until the next call of next().
class JsonLinesReader {
 public:
  /// `wanted`: names of keys. `a.b` is the key `b` of the object under `a`, or the key that is spelled `a.b`; of a key
  /// that comes twice the last counts.
  JsonLinesReader(std::string text, std::vector<std::string> wanted);
  JsonLinesReader(JsonLinesReader&&) noexcept;
  JsonLinesReader& operator=(JsonLinesReader&&) noexcept;
  ~JsonLinesReader();

  /// The next line, false at the end. Empty lines are passed over.
  bool next(JsonRow& row);

  /// The wanted names that no line has had so far.
  std::vector<std::string> never_seen() const;
  /// The keys of the first line, in its order, to show what there would be.
  const std::vector<std::string>& first_keys() const;

 private:
  struct Inside;  // simdjson stays in json_lines.cpp
  std::unique_ptr<Inside> inside_;
};

}  // namespace tend::simulate
