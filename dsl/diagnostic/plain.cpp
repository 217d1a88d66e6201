// Light Markdown as plain text for terminals, wrapped by the cells that its characters take.
#include "dsl/diagnostic/pages.hpp"
#include "dsl/text/source.hpp"
#include "dsl/text/utf8.hpp"

namespace tend::diagnostic {
namespace {

constexpr std::string_view kBold = "\x1b[1m", kCode = "\x1b[36m", kReset = "\x1b[0m";

/// `[text](target)` is its text, the rest stays; backticks stay too, they are how the sentences mark an author's words.
std::string without_links(std::string_view line) {
  std::string out;
  bool code = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '`') code = !code;
    const std::size_t middle = !code && line[at] == '[' ? line.find("](", at) : std::string_view::npos;
    const std::size_t end = middle == std::string_view::npos ? middle : line.find(')', middle);
    if (end == std::string_view::npos) {
      out += line[at];
      continue;
    }
    out += line.substr(at + 1, middle - at - 1);
    at = end;
  }
  return out;
}

bool is_wide(char32_t value) { return value >= 0x2E80; }

bool closes(char32_t value) {
  constexpr std::u32string_view kClosing = U"，。、：；？！）》」』”’…)],.:;?!";
  return kClosing.find(value) != std::u32string_view::npos;
}

/// Breaks at blanks, and before any wide character that is no closing mark.
std::string wrapped(std::string_view line, std::uint32_t width) {
  if (width == 0 || text::display_width(line) <= width) return std::string(line);
  std::string out;
  std::uint32_t used = 0;
  for (std::size_t at = 0; at < line.size();) {
    // One piece that is not parted: a word with the blanks before it, or one wide character and the marks that close
    // it.
    std::size_t end = at;
    while (end < line.size() && line[end] == ' ') ++end;
    bool first = true;
    while (end < line.size() && line[end] != ' ') {
      const text::CodePoint point = text::decode(line, end);
      if (!first && is_wide(point.value) && !closes(point.value)) break;
      end += point.length;
      first = false;
    }
    std::string_view piece = line.substr(at, end - at);
    if (used > 0 && used + text::display_width(piece) > width) {
      out += '\n';
      used = 0;
      while (!piece.empty() && piece.front() == ' ') piece.remove_prefix(1);
    }
    out += piece;
    used += text::display_width(piece);
    at = end;
  }
  return out;
}

}  // namespace

std::string plain(std::string_view markdown, const PlainOptions& options) {
  const auto paint = [&](std::string_view color, const std::string& piece) {
    return options.color ? std::string(color) + piece + std::string(kReset) : piece;
  };
  std::string out;
  bool code = false;
  for (std::size_t at = 0; at < markdown.size();) {
    const std::size_t end = std::min(markdown.find('\n', at), markdown.size());
    const std::string_view line = markdown.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("```")) {
      code = !code;
      continue;
    }
    if (code) {
      out += line.empty() ? "" : "    " + paint(kCode, std::string(line));
    } else if (line.starts_with("#")) {
      const std::string_view heading = line.substr(std::min(line.find_first_not_of("# "), line.size()));
      out += paint(kBold, wrapped(without_links(heading), options.width));
    } else {
      out += wrapped(without_links(line), options.width);
    }
    out += '\n';
  }
  return out;
}

}  // namespace tend::diagnostic
