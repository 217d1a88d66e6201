#include "engine/channel/platform/opt_out.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace tend::channel {
namespace {

constexpr std::array<std::string_view, 16> kWords = {"R",       "T",      "TD",     "N",          "TN",  "退订",
                                                     "拒收",    "STOP",   "QUIT",   "STOPALL",    "END", "REVOKE",
                                                     "OPT OUT", "OPTOUT", "CANCEL", "UNSUBSCRIBE"};
constexpr std::size_t kLongest = 64;  // in bytes, blanks and full width included

/// Letters as ASCII capitals, the full-width ones (U+FF01 to U+FF5E, U+3000) too.
std::string folded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u; };
    if (byte(i) == 0xEF && (byte(i + 1) == 0xBC || byte(i + 1) == 0xBD) && i + 2 < text.size()) {
      const unsigned full = 0xF000u | (byte(i + 1) & 0x3Fu) << 6 | (byte(i + 2) & 0x3Fu);
      if (full >= 0xFF01 && full <= 0xFF5E) {
        c = static_cast<char>(full - 0xFEE0);
        i += 2;
      }
    } else if (text.substr(i, 3) == "\u3000") {
      c = ' ';
      i += 2;
    } else if (text.substr(i, 3) == "\u3002") {  // 。
      c = '.';
      i += 2;
    }
    out.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return out;
}

bool is_around(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '.' || c == '!'; }

}  // namespace

bool is_opt_out(std::string_view text) {
  if (text.size() > kLongest) return false;
  std::string word = folded(text);
  while (!word.empty() && is_around(word.back())) word.pop_back();
  word.erase(word.begin(), std::find_if_not(word.begin(), word.end(), is_around));
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

}  // namespace tend::channel
