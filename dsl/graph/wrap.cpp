#include "dsl/graph/wrap.hpp"

#include "dsl/text/source.hpp"
#include "dsl/text/utf8.hpp"

namespace tend::graph {
namespace {

bool closes(char32_t c) {
  static constexpr std::u32string_view kClosing = U"，。；：？！、）】”’》.,;:?!)]%";
  return kClosing.find(c) != std::u32string_view::npos;
}
bool opens(char32_t c) { return std::u32string_view(U"（【“‘《([").find(c) != std::u32string_view::npos; }
bool is_wide(char32_t c) { return c >= 0x2E80 && c < 0xFFE0; }

/// The pieces that stay whole: words with the blanks before them, Chinese characters with the punctuation that clings.
std::vector<std::string> pieces_of(std::string_view text) {
  std::vector<std::string> pieces;
  char32_t last = 0;
  for (std::size_t at = 0; at < text.size();) {
    const text::CodePoint c = text::decode(text, at);
    const bool blank = c.value == ' ' || c.value == '\n';
    const bool may_break = blank || ((is_wide(c.value) || is_wide(last)) && !closes(c.value) && !opens(last));
    if (pieces.empty() || (may_break && last != ' ')) pieces.emplace_back();
    pieces.back() += blank ? " " : std::string(text.substr(at, c.length));
    last = blank ? ' ' : c.value;
    at += c.length;
  }
  return pieces;
}

/// Cuts off the front of `piece` that fits.
std::string cut(std::string& piece, std::uint32_t cells) {
  std::size_t end = 0;
  while (end < piece.size()) {
    const std::size_t next = end + text::decode(piece, end).length;
    if (end > 0 && text::display_width(std::string_view(piece).substr(0, next)) > cells) break;
    end = next;
  }
  std::string front = piece.substr(0, end);
  piece.erase(0, end);
  return front;
}

}  // namespace

std::vector<std::string> wrap(std::string_view text, std::uint32_t cells, std::size_t lines_max) {
  // More than can be shown need not be looked at: four bytes are the longest character.
  std::size_t end = std::size_t{cells} * 4 * (lines_max + 1);
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  text = text.substr(0, end);
  std::vector<std::string> lines;
  std::string line;
  const auto end_line = [&] {
    if (!line.empty()) lines.push_back(std::move(line));
    line.clear();
  };
  for (std::string& piece : pieces_of(text)) {
    if (text::display_width(line) + text::display_width(piece) > cells && !line.empty()) end_line();
    if (line.empty())
      piece.erase(0, piece.find_first_not_of(' ') == std::string::npos ? piece.size() : piece.find_first_not_of(' '));
    while (text::display_width(piece) > cells) {
      line = cut(piece, cells);
      end_line();
    }
    line += piece;
  }
  end_line();
  if (lines.size() <= lines_max) return lines;
  lines.resize(lines_max);
  std::string& last = lines.back();
  if (text::display_width(last) + 1 > cells) last = cut(last, cells - 1);
  last += "…";
  return lines;
}

}  // namespace tend::graph
