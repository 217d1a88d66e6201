// Did you mean …? The nearest of a few names, by edit distance.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tend::diagnostic {

/// How many code points must be put in, left out, changed or swapped with their neighbour to make `a` of `b` (ASCII
/// case aside). Shape: only the first 64 code points of either are looked at.
std::uint32_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that `name` was probably meant to be: at most a third of its code points wrong (one at least), never
/// all of them. Of equally near ones the one nearest in length, then the first by bytes, so that the answer does not hang on the candidates' order. A
/// candidate equal to `name` is passed over.
std::optional<std::string> did_you_mean(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace tend::diagnostic
