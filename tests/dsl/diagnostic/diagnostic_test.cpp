// Mirrors dsl/diagnostic/diagnostic: what a sink gives back does not depend on how much it was given.
#include "dsl/diagnostic/diagnostic.hpp"

#include "dsl/diagnostic/catalogue.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::diagnostic;

namespace {

Diagnostic at(std::uint32_t begin) { return make(208, {0, begin, begin + 1}, {std::to_string(begin)}); }

}  // namespace

TEST_CASE("a sink gives the first by place, whatever the order of reporting") {
  constexpr std::uint32_t kMany = 20'000;
  Sink forwards, backwards, doubled;
  for (std::uint32_t i = 0; i < kMany; ++i) {
    forwards.report(at(i));
    backwards.report(at(kMany - 1 - i));
    doubled.report(at(i / 2));
  }
  CHECK(forwards.errors() == kMany);
  CHECK(doubled.errors() == kMany);
  for (Sink* sink : {&forwards, &backwards, &doubled}) {
    const std::vector<Diagnostic> taken = sink->take();
    REQUIRE(taken.size() == kDiagnosticsMax + 1);
    for (std::uint32_t i = 0; i < kDiagnosticsMax; ++i) CHECK(taken[i].span.begin == i);
    CHECK(taken.back().code == 999);
    CHECK(taken.back().span.begin == kDiagnosticsMax);
    CHECK(sink->errors() == 0);
    CHECK(sink->take().empty());
  }
}

TEST_CASE("kDiagnosticsMax problems are all shown, one more is not") {
  Sink sink;
  for (std::uint32_t i = 0; i < kDiagnosticsMax; ++i) sink.report(at(i));
  CHECK(sink.take().size() == kDiagnosticsMax);
  for (std::uint32_t i = 0; i <= kDiagnosticsMax; ++i) sink.report(at(i));
  const std::vector<Diagnostic> taken = sink.take();
  CHECK(taken.size() == kDiagnosticsMax + 1);
  CHECK(taken.back().code == 999);
}
