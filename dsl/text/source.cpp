// Places and widths: worked out only when a diagnostic is shown.
#include "dsl/text/source.hpp"

#include <utf8proc.h>

#include <algorithm>

#include "dsl/text/utf8.hpp"

namespace tend::text {
namespace {

std::size_t line_begin(std::string_view text, std::size_t offset) {
  while (offset > 0 && text[offset - 1] != '\n') --offset;
  return offset;
}

std::uint32_t width_of(CodePoint point) {
  if (!point.valid || point.value < 0x20 || point.value == 0x7F)
    return 1;  // shown as a placeholder or, for a tab, a blank
  return static_cast<std::uint32_t>(std::max(0, utf8proc_charwidth(static_cast<utf8proc_int32_t>(point.value))));
}

}  // namespace

Place place_of(std::string_view text, std::uint32_t offset) {
  const std::size_t end = std::min<std::size_t>(offset, text.size());
  const std::size_t begin = line_begin(text, end);
  Place place;
  place.line =
      1 + static_cast<std::uint32_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(begin), '\n'));
  for (std::size_t at = begin; at < end;) {
    const CodePoint point = decode(text, at);
    at += point.length;
    ++place.column;
    place.display_column += width_of(point);
  }
  return place;
}

Lines lines_of(std::string_view text) {
  Lines lines{{0}};
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', end + 1))
    lines.begins.push_back(static_cast<std::uint32_t>(end + 1));
  return lines;
}

std::uint32_t line_number(const Lines& lines, std::uint32_t offset) {
  const auto after = std::upper_bound(lines.begins.begin(), lines.begins.end(), offset);
  return static_cast<std::uint32_t>(after - lines.begins.begin());
}

std::string_view line_at(std::string_view text, std::uint32_t offset) {
  const std::size_t begin = line_begin(text, std::min<std::size_t>(offset, text.size()));
  std::size_t end = std::min(text.find('\n', begin), text.size());
  if (end > begin && text[end - 1] == '\r') --end;
  return text.substr(begin, end - begin);
}

std::uint32_t display_width(std::string_view text) {
  std::uint32_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode(text, at);
    at += point.length;
    width += width_of(point);
  }
  return width;
}

}  // namespace tend::text
