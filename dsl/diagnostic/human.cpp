// The renderer for terminals.
#include <algorithm>

#include "dsl/diagnostic/render.hpp"
#include "dsl/text/must.hpp"
#include "dsl/text/utf8.hpp"

namespace tend::diagnostic {
namespace {

constexpr std::uint32_t kCellsMax = 160;    // of a line
constexpr std::uint32_t kCellsBefore = 60;  // shown before the place where a line is cut

constexpr std::string_view kRed = "\x1b[1;31m", kYellow = "\x1b[1;33m", kBlue = "\x1b[1;34m", kBold = "\x1b[1m",
                           kReset = "\x1b[0m";

/// What stands in the frame: the line, cut to what fits, and the caret's place in it.
struct Shown {
  std::string line;
  std::uint32_t before = 0;  // cells before the caret
  std::uint32_t under = 1;   // cells under which carets stand
};

/// Characters that turn the direction of writing round: a terminal would show the frame in another order than it is in.
bool turns_direction(char32_t value) {
  return value == 0x061C || value == 0x200E || value == 0x200F || (value >= 0x202A && value <= 0x202E) ||
         (value >= 0x2066 && value <= 0x2069);
}

/// As a terminal can show it: control characters, tabs and bad bytes become one cell each, as text::display_width
/// counts them; what turns the direction round has no width and is left out.
std::string printable(std::string_view raw) {
  std::string out;
  for (std::size_t at = 0; at < raw.size();) {
    const text::CodePoint point = text::decode(raw, at);
    if (!point.valid) {
      text::append_utf8(out, 0xFFFD);
    } else if (point.value < 0x20 || point.value == 0x7F) {
      out += ' ';
    } else if (!turns_direction(point.value)) {
      out.append(raw.substr(at, point.length));
    }
    at += point.length;
  }
  return out;
}

/// Leaves out what stands more than `cells` cells before the end of `raw`, at a code point's border.
std::string_view last_cells(std::string_view raw, std::uint32_t cells) {
  std::size_t at = raw.size() > cells * 4 ? raw.size() - cells * 4 : 0;
  while (at < raw.size() && (static_cast<unsigned char>(raw[at]) & 0xC0) == 0x80) ++at;
  raw.remove_prefix(at);
  while (text::display_width(raw) > cells) raw.remove_prefix(text::decode(raw, 0).length);
  return raw;
}

std::string_view first_cells(std::string_view raw, std::uint32_t cells) {
  std::size_t at = 0;
  std::uint32_t used = 0;
  while (at < raw.size()) {
    const std::uint32_t length = text::decode(raw, at).length;
    used += text::display_width(raw.substr(at, length));
    if (used > cells || at > 4 * std::size_t{cells}) break;  // characters without width end too
    at += length;
  }
  return raw.substr(0, at);
}

Shown show(std::string_view source, text::Span span) {
  const std::uint32_t begin = std::min<std::uint32_t>(span.begin, static_cast<std::uint32_t>(source.size()));
  const std::string_view line = text::line_at(source, begin);
  const std::size_t offset =
      std::min<std::size_t>(begin - static_cast<std::size_t>(line.data() - source.data()), line.size());
  std::string_view before = line.substr(0, offset);
  std::string_view after = line.substr(offset);
  std::string_view marked =
      after.substr(0, std::min<std::size_t>(after.size(), span.end > begin ? span.end - begin : 0));
  Shown shown;
  if (text::display_width(line) > kCellsMax || line.size() > 4 * std::size_t{kCellsMax}) {
    const std::string_view kept = last_cells(before, kCellsBefore);
    if (kept.size() < before.size()) shown.line = "…";
    before = kept;
    const std::string_view rest = first_cells(after, kCellsMax - kCellsBefore);
    marked = marked.substr(0, rest.size());
    shown.line += printable(before) + printable(rest) + (rest.size() < after.size() ? "…" : "");
    shown.before = text::display_width(before) + (shown.line.substr(0, 3) == "…" ? text::display_width("…") : 0);
  } else {
    shown.line = printable(line);
    shown.before = text::display_width(before);
  }
  shown.under = std::max(1u, text::display_width(marked));
  return shown;
}

std::string repeat(std::string_view piece, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

}  // namespace

std::string human(const std::vector<Diagnostic>& diagnostics, std::span<const text::Source> sources,
                  const HumanOptions& options) {
  const auto paint = [&](std::string_view color, std::string_view piece) {
    return options.color ? std::string(color) + std::string(piece) + std::string(kReset) : std::string(piece);
  };
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) {
    CHECK_OR_DIE(diagnostic.span.file < sources.size(), "a diagnostic points at one of the sources");
    const text::Source& source = sources[diagnostic.span.file];
    const text::Place place = text::place_of(source.text, diagnostic.span.begin);
    const Shown shown = show(source.text, diagnostic.span);
    const bool is_error = diagnostic.severity == Severity::error;
    const std::string_view color = is_error ? kRed : kYellow;
    const std::string_view word =
        options.tongue == Tongue::en ? (is_error ? "error" : "warning") : (is_error ? "错误" : "警告");
    const std::string number = std::to_string(place.line);
    const std::string margin(number.size(), ' ');
    if (!out.empty()) out += '\n';
    out += paint(color, std::string(word) + "[" + code_name(diagnostic.code) + "]");
    out += paint(kBold, ": " + message(diagnostic, options.tongue)) + "\n";
    out += margin + paint(kBlue, "┌─") + " " + source.name + ":" + number + ":" + std::to_string(place.column) + "\n";
    out += margin + paint(kBlue, "│") + "\n";
    out += paint(kBlue, number + "│") + shown.line + "\n";
    const std::string help_text = help(diagnostic, options.tongue);
    const std::string carets = repeat("^", shown.under) + (help_text.empty() ? "" : " " + help_text);
    out += margin + paint(kBlue, "│") + std::string(shown.before, ' ') + paint(color, carets) + "\n";
  }
  return out;
}

}  // namespace tend::diagnostic
