// Source files and spans: where in an author's text something stands. The first station of every playbook.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tend::text {

/// A stretch of one source file.
/// Units: byte offsets, half open [begin, end). Lines and columns are worked out only when a diagnostic is rendered.
struct Span {
  std::uint32_t file = 0;   // index into the workspace's files
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// One file of a workspace. `name` is the path as the user would type it, `text` its bytes as read (UTF-8 or not).
struct Source {
  std::string name;
  std::string text;
};

/// A place for people: lines and columns count from 1, columns in code points; display_column counts terminal cells from 1
/// (a Chinese character is two cells wide).
struct Place {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::uint32_t display_column = 1;
};

/// Shape: `offset` may be text.size() (the end of the file); bytes that are not UTF-8 count as one code point each.
Place place_of(std::string_view text, std::uint32_t offset);

/// Where each line of a text begins: for whoever asks for the lines of many places.
struct Lines {
  std::vector<std::uint32_t> begins;  // the first is 0
};
Lines lines_of(std::string_view text);
/// As place_of(…).line, in logarithmic time.
std::uint32_t line_number(const Lines& lines, std::uint32_t offset);

/// The line (without its end) that holds `offset`.
std::string_view line_at(std::string_view text, std::uint32_t offset);

/// Terminal cells that `text` takes: utf8proc's width, tabs as 1.
std::uint32_t display_width(std::string_view text);

}  // namespace tend::text
