// `check --fix`: the fixes of what was found, round by round, until nothing is left that can be fixed.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/cli/compile.hpp"

namespace tend::cli {

inline constexpr int kFixRoundsMax = 10;

/// What became of a workspace, in memory.
struct Fixed {
  Checked checked;                                            // what is left, of the new texts
  std::map<std::string, std::map<std::uint16_t, int>> fixed;  // by file: how many of each code
  std::vector<std::string> refused;  // files whose fixes would have made them worse, left as they were
};

/// Applies fixes and checks anew, at most kFixRoundsMax times. A file keeps its text where the new one would have more
/// syntax errors than it has. Nothing is written. Shape: `may_change` is asked for the name of a source.
/// Errors: those of check_loaded.
Result<Fixed> fix_all(Checked checked, const std::function<bool(const std::string& name)>& may_change);

/// Writes the files that `fixed` names. Errors: of the disk; those before are written then.
Result<void> write_fixed(const Fixed& fixed);

/// `fixed `a.tend`: 2 × T0105` and what was left alone, a line each.
std::vector<std::string> fixed_lines(const Fixed& fixed, text::Tongue tongue);

}  // namespace tend::cli
