// The rows of codes.inc as tables, and the filling of {0}.
#include "dsl/diagnostic/catalogue.hpp"

#include <algorithm>
#include <utility>

#include "dsl/diagnostic/suggest.hpp"
#include "dsl/text/must.hpp"

namespace tend::diagnostic {
namespace {

constexpr char kPhraseMark = '\x01';  // no word of an author's begins so
constexpr char kSentenceMark = '\x02';

constexpr std::pair<std::string_view, std::string_view> kPhrases[] = {
#define CODE(number, severity, en, zh)
#define HELP(number, en, zh)
#define LINT(number, name)
#define PHRASE(name, en, zh) {en, zh},
#include "dsl/diagnostic/codes.inc"
#undef CODE
#undef HELP
#undef LINT
#undef PHRASE
};

std::string fill(std::string_view sentence, const std::vector<std::string>& arguments, Tongue tongue);
const Entry* find(const std::vector<Entry>& entries, std::uint16_t code);

// mark, code as four digits, then each argument: its length, `:`, its characters
std::string resolve_sentence(std::string_view packed, Tongue tongue) {
  const auto number = [&packed](std::size_t digits) {
    std::size_t value = 0;
    for (const char digit : packed.substr(0, digits)) value = value * 10 + static_cast<std::size_t>(digit - '0');
    packed.remove_prefix(digits);
    return value;
  };
  packed.remove_prefix(1);
  const Entry* entry = find(codes(), static_cast<std::uint16_t>(number(4)));
  CHECK_OR_DIE(entry != nullptr, "the code stands in codes.inc");
  std::vector<std::string> arguments;
  while (!packed.empty()) {
    const std::size_t length = number(packed.find(':'));
    arguments.emplace_back(packed.substr(1, length));
    packed.remove_prefix(1 + length);
  }
  return fill(tongue == Tongue::en ? entry->en : entry->zh, arguments, tongue);
}

/// What the author wrote can be a megabyte long; a sentence cannot.
std::string shortened(const std::string& argument) {
  constexpr std::size_t kBytesMax = 400;  // a name of the greatest length is never cut
  if (argument.size() <= kBytesMax) return argument;
  std::size_t end = kBytesMax;
  while (end > 0 && (static_cast<unsigned char>(argument[end]) & 0xC0) == 0x80) --end;
  return argument.substr(0, end) + "…";
}

std::string resolve(const std::string& argument, Tongue tongue) {
  if (!argument.empty() && argument[0] == kSentenceMark) return resolve_sentence(argument, tongue);
  if (argument.size() != 3 || argument[0] != kPhraseMark) return shortened(argument);
  const auto index =
      static_cast<std::size_t>(static_cast<unsigned char>(argument[1]) * 128 + static_cast<unsigned char>(argument[2]));
  CHECK_OR_DIE(index < std::size(kPhrases), "a phrase of the catalogue");
  return std::string(tongue == Tongue::en ? kPhrases[index].first : kPhrases[index].second);
}

std::string fill(std::string_view sentence, const std::vector<std::string>& arguments, Tongue tongue) {
  std::string out;
  for (std::size_t i = 0; i < sentence.size(); ++i) {
    const bool hole = sentence[i] == '{' && i + 2 < sentence.size() && sentence[i + 1] >= '0' &&
                      sentence[i + 1] <= '9' && sentence[i + 2] == '}';
    if (!hole) {
      out += sentence[i];
      continue;
    }
    const auto index = static_cast<std::size_t>(sentence[i + 1] - '0');
    if (index < arguments.size()) out += resolve(arguments[index], tongue);
    i += 2;
  }
  return out;
}

const Entry* find(const std::vector<Entry>& entries, std::uint16_t code) {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.code == code; });
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace

const std::vector<Entry>& codes() {
  static const std::vector<Entry> entries = {
#define CODE(number, severity, en, zh) {number, Severity::severity, en, zh},
#define HELP(number, en, zh)
#define LINT(number, name)
#define PHRASE(name, en, zh)
#include "dsl/diagnostic/codes.inc"
#undef CODE
#undef HELP
#undef LINT
#undef PHRASE
  };
  return entries;
}

const std::vector<LintName>& lint_names() {
  static const std::vector<LintName> names = {
#define CODE(number, severity, en, zh)
#define HELP(number, en, zh)
#define LINT(number, name) {number, #name},
#define PHRASE(name, en, zh)
#include "dsl/diagnostic/codes.inc"
#undef CODE
#undef HELP
#undef LINT
#undef PHRASE
  };
  return names;
}

const Entry* entry_of(std::uint16_t code) { return find(codes(), code); }

std::string sentence_with_gaps(std::uint16_t code, Tongue tongue) {
  const Entry* entry = entry_of(code);
  CHECK_OR_DIE(entry != nullptr, "the code stands in codes.inc");
  return fill(tongue == Tongue::en ? entry->en : entry->zh, std::vector<std::string>(10, "…"), tongue);
}

const std::vector<Entry>& helps() {
  static const std::vector<Entry> entries = {
#define CODE(number, severity, en, zh)
#define HELP(number, en, zh) {number, Severity::error, en, zh},
#define LINT(number, name)
#define PHRASE(name, en, zh)
#include "dsl/diagnostic/codes.inc"
#undef CODE
#undef HELP
#undef LINT
#undef PHRASE
  };
  return entries;
}

Diagnostic make(std::uint16_t code, text::Span span, std::vector<std::string> arguments) {
  const Entry* entry = find(codes(), code);
  CHECK_OR_DIE(entry != nullptr, "the code stands in codes.inc");
  Diagnostic diagnostic;
  diagnostic.code = code;
  diagnostic.severity = entry->severity;
  diagnostic.span = span;
  diagnostic.arguments = std::move(arguments);
  return diagnostic;
}

std::string argument(Phrase phrase) {
  const auto index = static_cast<unsigned>(phrase);
  return {kPhraseMark, static_cast<char>(index / 128), static_cast<char>(index % 128)};
}

std::string argument(const Diagnostic& other) {
  std::string packed = kSentenceMark + code_name(other.code).substr(1);
  for (const std::string& one : other.arguments) packed += std::to_string(one.size()) + ":" + one;
  return packed;
}

std::string code_name(std::uint16_t code) {
  const std::string digits = std::to_string(code);
  return "T" + std::string(4 - std::min<std::size_t>(4, digits.size()), '0') + digits;
}

std::optional<std::uint16_t> code_named(std::string_view written) {
  for (const LintName& lint : lint_names()) {
    if (lint.name == written) return lint.code;
  }
  if (!written.empty() && (written.front() == 'T' || written.front() == 't')) written.remove_prefix(1);
  if (written.empty() || written.size() > 4 || written.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  const auto code = static_cast<std::uint16_t>(std::stoul(std::string(written)));
  return entry_of(code) == nullptr ? std::nullopt : std::optional(code);
}

std::optional<std::string> nearest_code_name(std::string_view written) {
  std::vector<std::string> names;
  for (const LintName& lint : lint_names()) names.emplace_back(lint.name);
  for (const Entry& entry : codes()) names.push_back(code_name(entry.code));
  // Of digits alone the number is compared, so that `T205` is nearest to its own neighbours.
  std::string whole(written);
  if (!whole.empty() && whole.size() < 5 && whole.find_first_not_of("Tt0123456789") == std::string::npos) {
    if (whole.front() == 'T' || whole.front() == 't') whole.erase(0, 1);
    whole = "T" + std::string(4 - std::min<std::size_t>(4, whole.size()), '0') + whole;
  }
  return did_you_mean(whole, names);
}

std::string message(const Diagnostic& diagnostic, Tongue tongue) {
  const Entry* entry = find(codes(), diagnostic.code);
  CHECK_OR_DIE(entry != nullptr, "the code stands in codes.inc");
  return fill(tongue == Tongue::en ? entry->en : entry->zh, diagnostic.arguments, tongue);
}

std::string help(const Diagnostic& diagnostic, Tongue tongue) {
  if (diagnostic.help == 0) return {};
  const Entry* entry = find(helps(), diagnostic.help);
  CHECK_OR_DIE(entry != nullptr, "the help stands in codes.inc");
  return fill(tongue == Tongue::en ? entry->en : entry->zh, diagnostic.help_arguments, tongue);
}

}  // namespace tend::diagnostic
