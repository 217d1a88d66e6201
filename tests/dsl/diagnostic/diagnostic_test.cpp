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
    REQUIRE(taken.size() == limits::kDiagnosticsMax + 1);
    for (std::uint32_t i = 0; i < limits::kDiagnosticsMax; ++i) CHECK(taken[i].span.begin == i);
    CHECK(taken.back().code == 999);
    CHECK(taken.back().span.begin == limits::kDiagnosticsMax);
    CHECK(sink->errors() == 0);
    CHECK(sink->take().empty());
  }
}

TEST_CASE("limits::kDiagnosticsMax problems are all shown, one more is not") {
  Sink sink;
  for (std::uint32_t i = 0; i < limits::kDiagnosticsMax; ++i) sink.report(at(i));
  CHECK(sink.take().size() == limits::kDiagnosticsMax);
  for (std::uint32_t i = 0; i <= limits::kDiagnosticsMax; ++i) sink.report(at(i));
  const std::vector<Diagnostic> taken = sink.take();
  CHECK(taken.size() == limits::kDiagnosticsMax + 1);
  CHECK(taken.back().code == 999);
}

TEST_CASE("`too many problems` is as bad as the worst of them, and the same whether the sink or `capped` says so") {
  for (const bool with_error : {false, true}) {
    Sink small, large(kDiagnosticsKept);
    for (std::uint32_t i = 0; i <= limits::kDiagnosticsMax; ++i) {
      const Diagnostic lint = make(601, {0, i, i + 1}, {"p"});
      small.report(lint);
      large.report(lint);
    }
    if (with_error) {
      small.report(at(500));
      large.report(at(500));
    }
    const std::vector<Diagnostic> taken = small.take();
    const std::vector<Diagnostic> all = large.take();
    CHECK(all.size() == limits::kDiagnosticsMax + (with_error ? 2 : 1));
    const std::vector<Diagnostic> cut = capped(all);
    REQUIRE(taken.size() == limits::kDiagnosticsMax + 1);
    REQUIRE(cut.size() == taken.size());
    for (const auto& list : {taken, cut}) {
      CHECK(list.back().code == 999);
      CHECK(list.back().span.begin == limits::kDiagnosticsMax);
      CHECK(list.back().severity == (with_error ? Severity::error : Severity::warning));
    }
  }
}

TEST_CASE("what a sentence quotes is cut where it is too long, at the border of a character") {
  for (const std::size_t count : {133u, 134u, 300'000u}) {
    std::string name;
    for (std::size_t i = 0; i < count; ++i) name += "客";
    const Diagnostic mistake = make(208, {}, {name});
    const std::string said = message(mistake, text::Tongue::en);
    CHECK(said.size() < 500);
    CHECK((said.find("…") != std::string::npos) == (count > 133));
    CHECK(said.find("`客") == 0);
  }
}
