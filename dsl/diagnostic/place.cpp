// Ranges, names of files and URIs, worked out of the text alone: no file is asked.
#include "dsl/diagnostic/place.hpp"

#include <algorithm>

#include "dsl/diagnostic/catalogue.hpp"
#include "dsl/text/must.hpp"

namespace tend::diagnostic {
namespace {

/// The parts between slashes, `.` and `..` worked out.
std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty()) {
      parts.pop_back();  // above the root is the root
    }
  }
  return parts;
}

}  // namespace

Range range_of(std::span<const text::Source> sources, text::Span span) {
  CHECK_OR_DIE(span.file < sources.size(), "a diagnostic points at one of the sources");
  const std::string& text = sources[span.file].text;
  return {text::place_of(text, span.begin), text::place_of(text, std::max(span.begin, span.end))};
}

std::string name_from(std::string_view folder, std::string_view name) {
  if (folder.empty()) return std::string(name);
  const std::string whole = name.starts_with('/') ? std::string(name) : std::string(folder) + "/" + std::string(name);
  const std::vector<std::string_view> base = parts_of(folder), path = parts_of(whole);
  const bool inside = path.size() > base.size() && std::equal(base.begin(), base.end(), path.begin());
  std::string out;
  for (std::size_t i = inside ? base.size() : 0; i < path.size(); ++i) {
    if (!out.empty() || !inside) out += '/';
    out += path[i];
  }
  return out;
}

std::string uri_of(std::string_view path) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte / 16];
    out += kHex[byte % 16];
  }
  return out;
}

std::string sentence_and_help(const Diagnostic& diagnostic, text::Tongue tongue) {
  const std::string help_text = help(diagnostic, tongue);
  const std::string_view colon = tongue == text::Tongue::en ? ": " : "：";
  return message(diagnostic, tongue) + (help_text.empty() ? "" : std::string(colon) + help_text);
}

}  // namespace tend::diagnostic
