// Edit distance (optimal string alignment) on code points.
#include "dsl/diagnostic/suggest.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "dsl/text/utf8.hpp"

namespace tend::diagnostic {
namespace {

constexpr std::size_t kPointsMax = 64;

std::vector<char32_t> points(std::string_view text) {
  std::vector<char32_t> out;
  for (std::size_t at = 0; at < text.size() && out.size() < kPointsMax;) {
    const text::CodePoint point = text::decode(text, at);
    at += point.length;
    out.push_back(point.value >= 'A' && point.value <= 'Z' ? point.value + ('a' - 'A') : point.value);
  }
  return out;
}

std::uint32_t distance(const std::vector<char32_t>& a, const std::vector<char32_t>& b) {
  std::array<std::array<std::uint32_t, kPointsMax + 1>, 3> rows{};
  auto* two_back = &rows[0];
  auto* back = &rows[1];
  auto* row = &rows[2];
  for (std::size_t j = 0; j <= b.size(); ++j) (*back)[j] = static_cast<std::uint32_t>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    (*row)[0] = static_cast<std::uint32_t>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::uint32_t change = (*back)[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      (*row)[j] = std::min({(*back)[j] + 1, (*row)[j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        (*row)[j] = std::min((*row)[j], (*two_back)[j - 2] + 1);
    }
    std::swap(two_back, back);
    std::swap(back, row);
  }
  return (*back)[b.size()];
}

}  // namespace

std::uint32_t edit_distance(std::string_view a, std::string_view b) { return distance(points(a), points(b)); }

std::optional<std::string> did_you_mean(std::string_view name, const std::vector<std::string>& candidates) {
  const std::vector<char32_t> wanted = points(name);
  const auto length = static_cast<std::uint32_t>(wanted.size());
  const std::uint32_t limit = std::max(1u, length / 3);
  const std::string* best = nullptr;
  std::uint32_t best_distance = 0;
  std::size_t best_difference = 0;
  for (const std::string& candidate : candidates) {
    // No code point takes more than four bytes: most candidates are too long or too short without being read.
    if (candidate.size() > 4 * (length + limit) || candidate.size() + limit < length || candidate == name) continue;
    const std::vector<char32_t> other = points(candidate);
    if (other.size() > length + limit || length > other.size() + limit) continue;
    const std::uint32_t d = distance(wanted, other);
    if (d > limit || d >= std::max<std::size_t>(length, other.size())) continue;
    const std::size_t difference = std::max<std::size_t>(length, other.size()) - std::min<std::size_t>(length, other.size());
    if (best != nullptr && std::tie(best_distance, best_difference, *best) <= std::tie(d, difference, candidate)) continue;
    best = &candidate;
    best_distance = d;
    best_difference = difference;
  }
  if (best == nullptr) return std::nullopt;
  return *best;
}

}  // namespace tend::diagnostic
