// Which soft bounces count, and when they are too many.
#include "engine/history/soft_bounces.hpp"

#include <algorithm>

#include "engine/history/sent.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using env::kDay;
using history::Passage;
using history::Passed;

namespace {

struct Told {
  int day;
  Passage what;
};

std::vector<Passed> messages(const std::vector<Told>& told) {
  std::vector<Passed> all;
  for (const Told& one : told) {
    all.push_back({.key = {1, all.size()},
                   .at = one.day * kDay,
                   .customer = "anna",
                   .channel = "mail",
                   .mailbox = "m",
                   .what = one.what,
                   .reason = "day " + std::to_string(one.day)});
  }
  return all;
}

}  // namespace

TEST_CASE("soft bounces count since the last message that arrived", "[bounces]") {
  constexpr auto out = Passage::out, delivered = Passage::delivered, refused = Passage::refused, soft = Passage::soft;
  struct Row {
    const char* what;
    std::vector<Told> told;
    int today;
    unsigned count;
    int first, last;
  };
  const std::vector<Row> rows = {
      {"nothing was sent", {}, 500, 0, 0, 0},
      {"one", {{500, soft}}, 500, 1, 500, 500},
      {"several", {{500, soft}, {510, soft}, {520, soft}}, 521, 3, 500, 520},
      {"a receipt of delivery begins anew",
       {{500, soft}, {505, soft}, {510, delivered}, {520, soft}},
       521,
       1,
       520,
       520},
      {"after a delivery nothing is left", {{500, soft}, {505, delivered}}, 506, 0, 0, 0},
      {"what came back before the delivered one was sent", {{500, delivered}, {505, soft}}, 506, 1, 505, 505},
      {"no news is none within seven days", {{500, soft}, {505, out}, {511, soft}}, 511, 2, 500, 511},
      {"seven days without news are an arrival", {{500, soft}, {505, out}, {512, soft}}, 512, 1, 512, 512},
      {"one that came back otherwise is no arrival", {{500, soft}, {505, refused}, {520, soft}}, 530, 2, 500, 520},
      {"the oldest that counts", {{500, soft}, {899, soft}}, 899, 2, 500, 899},
      {"what is older does not", {{500, soft}, {900, soft}}, 900, 1, 900, 900},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    std::vector<Passed> all = messages(row.told);
    for (int turn = 0; turn < 2; ++turn) {  // in whatever order they come
      const auto counted = count_soft_bounces(all, row.today * kDay);
      CHECK(counted.count == row.count);
      if (row.count > 0) {
        CHECK(counted.first == row.first * kDay);
        CHECK(counted.last == row.last * kDay);
        CHECK(counted.reason == "day " + std::to_string(row.last));
      }
      std::reverse(all.begin(), all.end());
    }
  }
}

TEST_CASE("too many is so many over so long", "[bounces]") {
  const auto over = [](unsigned count, env::Moment span) { return history::SoftBounces{count, 0, span, ""}; };
  const history::SoftLimit limit{5, 14 * kDay};
  CHECK(is_too_many(over(5, 14 * kDay), limit));
  CHECK(is_too_many(over(9, 30 * kDay), limit));
  CHECK_FALSE(is_too_many(over(4, 14 * kDay), limit));
  CHECK_FALSE(is_too_many(over(5, 14 * kDay - 1), limit));
  CHECK(is_too_many(over(1, 0), {1, 0}));
  CHECK_FALSE(is_too_many(over(1'000, 399 * kDay), {0, 0}));
}

TEST_CASE("the book keeps what came back, by mailbox and by customer, once each", "[bounces]") {
  const TempFolder folder;
  const auto message = [](std::uint64_t i, int day, const char* customer, const char* channel = "mail") {
    return history::Sent{{i, i}, day * kDay, customer, "p", "m", channel};
  };
  const auto counted = [](const history::SentBook& book, std::uint64_t i, int day) {
    return count_soft_bounces(book.to_same_mailbox({i, i}), day * kDay).count;
  };
  {
    auto book = *history::SentBook::open(folder.file("sent"));
    // Before the first soft bounce nothing is kept of him.
    REQUIRE(book->called(message(1, 1, "anna"), "a@x.test"));
    REQUIRE(book->committed({1, 1}));
    REQUIRE(book->passed({1, 1}, Passage::delivered, ""));
    CHECK(book->passed_of("anna").empty());
    REQUIRE(book->called(message(2, 2, "anna"), "a@x.test"));
    for (int time = 0; time < 3; ++time) REQUIRE(book->passed({2, 2}, Passage::soft, "returned, 4.2.2"));
    CHECK(counted(*book, 2, 2) == 1);
    // What is heard later of one that came back softly changes nothing; another mailbox is another count.
    REQUIRE(book->passed({2, 2}, Passage::delivered, ""));
    CHECK(counted(*book, 2, 2) == 1);
    REQUIRE(book->called(message(3, 3, "anna"), "other@x.test"));
    REQUIRE(book->passed({3, 3}, Passage::soft, "returned, 4.4.7"));
    CHECK(counted(*book, 3, 3) == 1);
    REQUIRE(book->called(message(4, 4, "anna", "letters"), "a@x.test"));
    REQUIRE(book->passed({4, 4}, Passage::soft, "returned, 4.4.7"));
    CHECK(counted(*book, 4, 4) == 1);
    CHECK(book->passed_of("anna").size() == 3);
    CHECK(book->passed_of("ann").empty());
    // Of a message that nobody knows nothing is kept.
    REQUIRE(book->passed({9, 9}, Passage::soft, "returned, 4.2.2"));
  }
  auto book = *history::SentBook::open(folder.file("sent"));
  CHECK(counted(*book, 2, 2) == 1);
  // Now what goes out to him is kept as well, and once it has arrived nothing counts.
  REQUIRE(book->called(message(5, 5, "anna"), "a@x.test"));
  REQUIRE(book->committed({5, 5}));
  CHECK(counted(*book, 5, 11) == 1);
  CHECK(counted(*book, 5, 12) == 0);
  REQUIRE(book->called(message(6, 6, "bo"), "a@x.test"));
  REQUIRE(book->passed({6, 6}, Passage::soft, "returned, 4.2.2"));
  {
    const auto beside = history::SentBook::open_for_reading(folder.file("sent"));
    REQUIRE(beside);
    CHECK((*beside)->passed_of("anna").size() == 4);
  }
  // Other files are dropped by age long before these are.
  book->now_is(300 * kDay);
  REQUIRE(book->forget(std::vector<std::string>{"anna"}));
  CHECK(book->passed_of("anna").empty());
  const auto left = book->passed_of("bo");
  REQUIRE(left.size() == 1);
  CHECK(left[0].what == Passage::soft);
  CHECK(left[0].reason == "returned, 4.2.2");
  CHECK(left[0].at == 6 * kDay);
  REQUIRE(book->called(message(7, 7, "anna"), "a@x.test"));
  REQUIRE(book->committed({7, 7}));
  CHECK(book->passed_of("anna").empty());
  book->now_is(500 * kDay);
  REQUIRE(book->forget(std::vector<std::string>{"nobody"}));
  CHECK(book->passed_of("bo").empty());
}
