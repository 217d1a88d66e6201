// A page for one reader: the sections of his tongue, put together again.
#include "dsl/diagnostic/pages.hpp"

#include <map>

#include "dsl/diagnostic/catalogue.hpp"

namespace tend::diagnostic {
namespace {

constexpr std::string_view kChinese = "中文";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == '\n') text.remove_prefix(1);
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  return text;
}

/// The sections by their headings; what stands before the first one under "". The title is left out.
std::map<std::string_view, std::string_view> sections(std::string_view page) {
  std::map<std::string_view, std::string_view> found;
  std::string_view heading;
  std::size_t begin = std::min(page.find('\n'), page.size());
  bool code = false;
  for (std::size_t at = begin; at < page.size();) {
    const std::size_t end = std::min(page.find('\n', at), page.size());
    const std::string_view line = page.substr(at, end - at);
    if (line.starts_with("```")) code = !code;
    if (!code && line.starts_with("## ")) {
      found[heading] = trimmed(page.substr(begin, at - begin));
      heading = line.substr(3);
      begin = std::min(end + 1, page.size());
    }
    at = end + 1;
  }
  found[heading] = trimmed(page.substr(begin));
  return found;
}

}  // namespace

std::string page_in(std::uint16_t code, Tongue tongue) {
  const bool english = tongue == Tongue::en;
  auto parts = sections(page(code));
  std::string out = "# " + code_name(code) + (english ? ": " : "：") + sentence_with_gaps(code, tongue) + "\n";
  const auto add = [&](std::string_view heading, std::string_view text) {
    if (text.empty()) return;
    if (!heading.empty()) out += "\n## " + std::string(heading) + "\n";
    out += "\n" + std::string(text) + "\n";
  };
  add("", parts[english ? std::string_view() : kChinese]);
  add(english ? "Wrong" : "错误写法", parts["Wrong"]);
  add(english ? "Right" : "正确写法", parts["Right"]);
  return out;
}

}  // namespace tend::diagnostic
