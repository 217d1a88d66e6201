// JUnit's XML as data, for whatever has cases that pass or fail.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tend::diagnostic {

struct JunitFailure {
  std::string type;
  std::string message;  // one line
  std::string text;     // what else is to be said
};

struct JunitCase {
  std::string name;
  std::string file;
  std::uint32_t line = 0;  // 0: none
  std::optional<JunitFailure> failure;
  std::optional<std::string> skipped = {};  // why it was not run
  std::string output;                       // `system-out`; empty: none
};

/// A suite is what is called `classname` in its cases, too: Jenkins groups by that.
struct JunitSuite {
  std::string name;
  std::vector<JunitCase> cases;
};

/// The whole document. `name` says what made it: `tend check`.
/// Shape: in the order given; no times, which would differ from run to run. Bytes that are not UTF-8 become U+FFFD, and
/// characters that XML cannot hold are left out.
std::string junit_xml(std::string_view name, const std::vector<JunitSuite>& suites);

}  // namespace tend::diagnostic
