// Breaking text into lines by display width: a Chinese character is two cells wide.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tend::graph {

/// Lines of at most `cells` cells. Breaks at blanks, and beside Chinese characters; what has neither is cut. No line
/// begins with closing punctuation where that can be helped. Shape: at most `lines_max` lines; the last then ends in
/// `…`. None for an empty text.
std::vector<std::string> wrap(std::string_view text, std::uint32_t cells, std::size_t lines_max);

}  // namespace tend::graph
