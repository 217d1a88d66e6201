// Mirrors dsl/diagnostic/catalogue and the sink.
#include "dsl/diagnostic/catalogue.hpp"

#include <set>

#include "tests/support/test.hpp"

using namespace tend::diagnostic;
using tend::text::Span;

namespace {

std::size_t holes(std::string_view sentence) {
  std::set<char> found;
  for (std::size_t i = 0; i + 2 < sentence.size(); ++i)
    if (sentence[i] == '{' && sentence[i + 2] == '}' && sentence[i + 1] >= '0' && sentence[i + 1] <= '9')
      found.insert(sentence[i + 1]);
  return found.size();
}

void check_rows(const std::vector<Entry>& entries) {
  std::set<std::uint16_t> seen;
  for (const Entry& entry : entries) {
    INFO(code_name(entry.code) << " " << entry.en);
    CHECK(seen.insert(entry.code).second);
    CHECK_FALSE(entry.en.empty());
    CHECK_FALSE(entry.zh.empty());
    CHECK(holes(entry.en) == holes(entry.zh));
    CHECK(entry.en.back() != '.');
    CHECK(entry.zh.find("。") == std::string_view::npos);
    CHECK_FALSE((entry.en[0] >= 'A' && entry.en[0] <= 'Z'));
    CHECK(entry.en.find('\n') == std::string_view::npos);
  }
}

}  // namespace

TEST_CASE("every code and help has both sentences, with the same arguments") {
  check_rows(codes());
  check_rows(helps());
}

TEST_CASE("arguments are filled in, phrases in the reader's tongue") {
  Diagnostic d = make(102, Span{0, 3, 4}, {argument(Phrase::condition), "where"});
  CHECK(message(d, Tongue::en) == "a condition is expected after `where`");
  CHECK(message(d, Tongue::zh) == "`where` 之后应为条件");
  CHECK(help(d, Tongue::en).empty());
  d.help = 1;
  d.help_arguments = {"{1}"};
  CHECK(help(d, Tongue::en) == "did you mean `{1}`?");
  CHECK(message(make(107, {}), Tongue::en) == "this `{` is never closed");
  CHECK(message(make(101, {}, {argument(Phrase::smallest_units)}), Tongue::en) ==
        "milliseconds, months or years is expected here");
}

TEST_CASE("code names have four digits") {
  CHECK(code_name(1) == "T0001");
  CHECK(code_name(201) == "T0201");
  CHECK(code_name(1203) == "T1203");
}

TEST_CASE("every T06xx has a name of its own, every named one is a warning") {
  std::set<std::uint16_t> named;
  std::set<std::string_view> names;
  for (const LintName& lint : lint_names()) {
    INFO(code_name(lint.code) << " " << lint.name);
    CHECK(named.insert(lint.code).second);
    CHECK(names.insert(lint.name).second);
    REQUIRE(entry_of(lint.code) != nullptr);
    CHECK(entry_of(lint.code)->severity == Severity::warning);
  }
  for (const Entry& entry : codes()) {
    if (entry.code < 600 || entry.code > 699) continue;
    INFO(code_name(entry.code));
    CHECK(named.contains(entry.code));
  }
}

TEST_CASE("a code is found by whatever people call it") {
  for (const char* written : {"T0201", "t0201", "T201", "201", "0201"}) {
    INFO(written);
    CHECK(code_named(written) == 201);
  }
  CHECK(code_named("no_goal") == 601);
  for (const char* written : {"", "T", "T02", "T00201", "T0201x", "-201", "No_Goal", "T0198"}) {
    INFO(written);
    CHECK_FALSE(code_named(written));
  }
  CHECK(nearest_code_name("no_gaol") == "no_goal");
  CHECK(nearest_code_name("T02O1") == "T0201");
  CHECK(nearest_code_name("t198").has_value());
  CHECK_FALSE(nearest_code_name("something else entirely"));
  CHECK(sentence_with_gaps(203, Tongue::en) == "the event `…` has no field `…`");
}

TEST_CASE("the sink sorts, drops exact doubles and counts errors") {
  Sink sink;
  sink.report(make(104, Span{1, 5, 6}, {"b"}));
  sink.report(make(104, Span{0, 9, 10}, {"a"}));
  sink.report(make(104, Span{0, 9, 10}, {"a"}));
  sink.report(make(130, Span{0, 2, 4}));
  CHECK(sink.errors() == 3);
  const std::vector<Diagnostic> taken = sink.take();
  REQUIRE(taken.size() == 3);
  CHECK(taken[0].code == 130);
  CHECK(taken[0].severity == Severity::warning);
  CHECK(taken[1].span.begin == 9);
  CHECK(taken[2].span.file == 1);
  CHECK(sink.take().empty());
}

TEST_CASE("a hundred diagnostics pass, one more becomes `too many problems`") {
  for (const std::size_t count : {tend::limits::kDiagnosticsMax, tend::limits::kDiagnosticsMax + 1}) {
    Sink sink;
    for (std::size_t i = count; i > 0; --i)
      sink.report(make(108, Span{0, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i + 1)}));
    const std::vector<Diagnostic> taken = sink.take();
    if (count == tend::limits::kDiagnosticsMax) {
      CHECK(taken.size() == tend::limits::kDiagnosticsMax);
      CHECK(taken.back().code == 108);
    } else {
      REQUIRE(taken.size() == tend::limits::kDiagnosticsMax + 1);
      CHECK(taken.back().code == 999);
      CHECK(taken.back().span.begin == tend::limits::kDiagnosticsMax + 1);
      CHECK(taken.front().span.begin == 1);
    }
  }
}
