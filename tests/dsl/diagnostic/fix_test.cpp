// Mirrors dsl/diagnostic/fix.
#include "dsl/diagnostic/fix.hpp"

#include "dsl/diagnostic/catalogue.hpp"
#include "tests/support/test.hpp"

using namespace tend::diagnostic;
using tend::text::Source;

namespace {

Diagnostic with(std::vector<Fix> fixes) {
  Diagnostic one = make(104, fixes.empty() ? tend::text::Span{} : fixes.front().span, {"x"});
  one.fixes = std::move(fixes);
  return one;
}

struct Outcome {
  std::string texts;  // of the files that changed, `0:abc `
  std::string applied;
};

Outcome apply(const std::vector<Diagnostic>& diagnostics, const std::function<bool(std::uint32_t)>& may_change) {
  const std::vector<Source> sources = {{"a", "0123456789"}, {"b", "客户"}};
  const Applied applied = apply_fixes(sources, diagnostics, may_change);
  Outcome out;
  for (const auto& [file, text] : applied.texts) out.texts += std::to_string(file) + ":" + text + " ";
  for (const std::size_t i : applied.diagnostics) out.applied += std::to_string(i);
  return out;
}

bool all(std::uint32_t) { return true; }

}  // namespace

TEST_CASE("fixes of several diagnostics and files go in at once, whatever their lengths") {
  const Outcome done = apply({with({{{0, 8, 9}, "eight"}}), with({}), with({{{0, 1, 3}, ""}}),
                              with({{{1, 3, 6}, "群"}}), with({{{0, 5, 5}, "-"}}), with({{{0, 10, 10}, "!"}})},
                             all);
  CHECK(done.texts == "0:034-567eight9! 1:客群 ");
  CHECK(done.applied == "02345");
}

TEST_CASE("of two that touch the same text the first wins, neighbours do not touch") {
  CHECK(apply({with({{{0, 2, 5}, "a"}}), with({{{0, 4, 6}, "b"}})}, all).texts == "0:01a56789 ");
  CHECK(apply({with({{{0, 4, 6}, "b"}}), with({{{0, 2, 5}, "a"}})}, all).texts == "0:0123b6789 ");
  CHECK(apply({with({{{0, 2, 8}, "a"}}), with({{{0, 4, 5}, "b"}})}, all).applied == "0");
  CHECK(apply({with({{{0, 4, 5}, "b"}}), with({{{0, 2, 8}, "a"}})}, all).applied == "0");
  CHECK(apply({with({{{0, 2, 4}, "a"}}), with({{{0, 4, 6}, "b"}})}, all).texts == "0:01ab6789 ");
  CHECK(apply({with({{{0, 4, 6}, "b"}}), with({{{0, 2, 4}, "a"}})}, all).texts == "0:01ab6789 ");
  CHECK(apply({with({{{0, 4, 4}, "a"}}), with({{{0, 4, 4}, "a"}})}, all).texts == "0:0123a456789 ");
}

TEST_CASE("the fixes of a diagnostic go in all or none") {
  CHECK(apply({with({{{0, 0, 1}, "a"}}), with({{{0, 5, 6}, "b"}, {{0, 0, 1}, "c"}}), with({{{0, 5, 6}, "d"}})}, all)
            .texts == "0:a1234d6789 ");
  const auto first_only = [](std::uint32_t file) { return file == 0; };
  CHECK(apply({with({{{0, 0, 1}, "a"}, {{1, 0, 3}, "b"}}), with({{{1, 0, 3}, "c"}})}, first_only).texts.empty());
  CHECK(apply({}, all).texts.empty());
}
