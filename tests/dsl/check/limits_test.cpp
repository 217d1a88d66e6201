// Mirrors what the checker keeps of dsl/text/limits: each at N and at N + 1.
#include "dsl/text/limits.hpp"

#include "tests/dsl/check/support.hpp"

using namespace tend;
using namespace tend::test;

namespace {

template <typename Piece>
std::string many(std::size_t count, const Piece& piece) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += piece(std::to_string(i));
  return out;
}

std::string times(std::size_t count, const std::string& piece) {
  return many(count, [&](const std::string&) { return piece; });
}

std::string codes(const std::string& text) { return check_text(text).codes(); }

const std::string kShop = "customer { a number; b bool }\nevent order { amount money }\n";

}  // namespace

TEST_CASE("an expression has at most kExpressionNodesMax nodes, traits put in their places") {
  // 1 + 1 + … of k has 2k - 1 nodes; a trait of 399 five times, with their signs, has 1,999.
  const std::string text =
      kShop + "trait part = customer.a" + times(199, " + customer.a") + "\ntrait four = part + part + part + part\n";
  static_assert(limits::kExpressionNodesMax == 2'000);
  CHECK(codes(text + "segment s = (four + part) > 0\n") == "T0450");       // 1,999 + `>` + `0`
  CHECK(codes(text + "trait t = -(four + part)\n") == "");                 // 2,000
  CHECK(codes(text + "trait t = four + part + customer.a\n") == "T0450");  // 2,001
  CHECK(codes(text + "trait t = four + part + customer.a\ntrait u = t + t\nsegment s = u > 0\n") == "T0450");
}

TEST_CASE("an expression reads at most kExpressionWindowsMax windows") {
  const auto sum = [](std::size_t n) {
    return kShop + "trait t = count(order)" + times(n - 1, " + count(order)") + "\nsegment s = t > 0\n";
  };
  CHECK(codes(sum(limits::kExpressionWindowsMax)) == "");
  CHECK(codes(sum(limits::kExpressionWindowsMax + 1)) == "T0451");
}

TEST_CASE("at most kCopiedNodesMax nodes are put in the place of traits and segments") {
  static_assert(limits::kCopiedNodesMax == 1'000'000);
  // Each segment takes the trait's 399 nodes and is itself worked out once, 401; the small ones take 1 + 3.
  const std::string text = kShop + "trait part = customer.a" + times(199, " + customer.a") +
                           "\ntrait one = customer.a\n" +
                           many(1249, [](const std::string& i) { return "segment s" + i + " = part > 0\n"; }) +
                           many(100, [](const std::string& i) { return "segment o" + i + " = one > 0\n"; });
  CHECK(codes(text) == "");
  CHECK(codes(text + "trait two = customer.a\n") == "T0404");
}

TEST_CASE("a trait is at most kTraitDepthMax levels deep, and kOpenDepthMax while it is worked out") {
  // From the last one on, so that each is done before the next asks for it.
  const auto chain = [](std::size_t links) {
    std::string text = kShop + "trait t1000 = customer.a\n";
    for (std::size_t i = 1; i < links; ++i)
      text += "trait t" + std::to_string(1000 + i) + " = -t" + std::to_string(1000 + i - 1) + "\n";
    return codes(text);
  };
  CHECK(chain(limits::kTraitDepthMax) == "");
  CHECK(chain(limits::kTraitDepthMax + 1) == "T0404");
  // From the first one on: each asks for the next, two levels a time.
  const auto asking = [](std::size_t links) {
    std::string text = kShop;
    for (std::size_t i = 0; i < links; ++i)
      text += "trait t" + std::to_string(1000 + i) + " = -t" + std::to_string(1000 + i + 1) + "\n";
    return codes(text + "trait t" + std::to_string(1000 + links) + " = customer.a\n");
  };
  CHECK(asking(limits::kOpenDepthMax / 2) == "");
  CHECK(asking(limits::kOpenDepthMax / 2 + 1) == "T0404");
}

TEST_CASE("the customer has at most kFieldsMax attributes, over all blocks") {
  const auto blocks = [](std::size_t n) {
    return codes(many(n - 2, [](const std::string& i) { return "customer { a" + i + " text }\n"; }));
  };
  CHECK(blocks(limits::kFieldsMax) == "");  // `timezone` and `language` are there already
  CHECK(blocks(limits::kFieldsMax + 1) == "T0149");
}

TEST_CASE("a workspace has at most kDeclarationsMax declarations and kPlaybooksMax playbooks") {
  const auto files = [](std::size_t declarations, const std::string& before) {
    std::vector<text::Source> sources;
    for (std::size_t i = 0; i < declarations; ++i) {
      if (i % 20'000 == 0) sources.push_back({"f" + std::to_string(i) + ".tend", ""});
      sources.back().text += before + std::to_string(i) + "\n";
    }
    return check_files(std::move(sources)).codes();
  };
  CHECK(files(limits::kDeclarationsMax, "event e") == "");
  CHECK(files(limits::kDeclarationsMax + 1, "event e") == "T0149");
  const auto playbooks = [&](std::size_t n) {
    std::vector<text::Source> sources = {{"order.tend", "event order\n"}};
    for (std::size_t i = 0; i < n; ++i) {
      if (i % 5'000 == 0) sources.push_back({"p" + std::to_string(i) + ".tend", ""});
      sources.back().text += "playbook p" + std::to_string(i) + " {\n enter on order\n goal order\n stop\n}\n";
    }
    return check_files(std::move(sources)).codes();
  };
  CHECK(playbooks(limits::kPlaybooksMax) == "");
  CHECK(playbooks(limits::kPlaybooksMax + 1) == "T0149");
}

TEST_CASE("after kErrorsMax errors the checker looks no further, and guesses no more after kComparedNamesMax names") {
  const auto wrong = [](std::size_t n) {
    const Checked checked =
        check_text(many(n, [](const std::string& i) { return "trait t" + i + " = nothing" + i + "\n"; }));
    return checked.diagnostics.size();
  };
  CHECK(wrong(limits::kErrorsMax) == limits::kDiagnosticsMax + 1);
  CHECK(wrong(20'000) == limits::kDiagnosticsMax + 1);
}
