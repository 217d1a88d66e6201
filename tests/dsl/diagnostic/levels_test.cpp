// Mirrors dsl/diagnostic/levels.
#include "dsl/diagnostic/levels.hpp"

#include "dsl/diagnostic/catalogue.hpp"
#include "tests/support/test.hpp"

using namespace tend::diagnostic;

TEST_CASE("levels switch warnings off and make errors of them, and leave the rest as it is") {
  const std::vector<Diagnostic> found = {make(601, {0, 1, 2}, {"p"}), make(602, {0, 3, 4}, {"m"}),
                                         make(201, {0, 5, 6}, {"c"})};
  const auto severities = [&](const Levels& levels) {
    std::string out;
    for (const Diagnostic& d : with_levels(found, levels))
      out += code_name(d.code) + (d.severity == Severity::error ? "!" : "?");
    return out;
  };
  CHECK(severities({}) == "T0601?T0602?T0201!");
  CHECK(severities({{601, Level::off}}) == "T0602?T0201!");
  CHECK(severities({{601, Level::error}, {602, Level::warning}}) == "T0601!T0602?T0201!");
}

TEST_CASE("only warnings have a level, by name or by code") {
  CHECK(warning_named("no_goal") == 601);
  CHECK(warning_named("T0602") == 602);
  CHECK(warning_named("T0130") == 130);
  CHECK_FALSE(warning_named("T0201"));
  CHECK_FALSE(warning_named("nothing"));
  CHECK(level_named("off") == Level::off);
  CHECK_FALSE(level_named("Off"));
  CHECK_FALSE(level_named("deny"));
  for (const std::string& name : warning_names()) CHECK(warning_named(name));
}
