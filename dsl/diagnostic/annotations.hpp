// Annotations of GitHub Actions: the lines that make it write something beside the code.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "dsl/diagnostic/diagnostic.hpp"
#include "dsl/text/tongue.hpp"

namespace tend::diagnostic {

/// As many of either severity as GitHub shows of one step.
inline constexpr std::size_t kAnnotationsMax = 10;

struct Annotation {
  Severity severity = Severity::error;
  std::string file;        // from the top of the repository; empty: it stands nowhere
  std::uint32_t line = 0;  // 0: none, then the other three mean nothing either
  std::uint32_t column = 0;
  std::uint32_t end_line = 0;
  std::uint32_t end_column = 0;  // one past the last
  std::string title;
  std::string message;
};

/// A line each: errors, then warnings, in the order given. Of more than kAnnotationsMax of a severity the first are
/// shown, and the last line of that severity says how many there are in all.
std::string annotation_lines(const std::vector<Annotation>& annotations, text::Tongue tongue);

}  // namespace tend::diagnostic
