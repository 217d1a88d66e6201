// The ledger's arithmetic over entries made by hand: double entry, periods, reversals, settlement.
#include "engine/run/ledger.hpp"

#include <map>

#include "engine/env/zone.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::run;

namespace {

const program::Currency kCny = program::pack_currency("CNY");
const program::Currency kPoints = program::pack_currency("PTS");

env::Moment at(std::string_view text) { return *env::parse_moment(text, env::utc()); }

/// A grant of `amount` to `account`, asked by a journey of `customer` of its own.
LedgerEntry paid(std::uint64_t position, std::string_view moment, std::string account, std::int64_t amount,
                 std::string customer = "anna", std::string budget = "coupons", program::Currency currency = kCny) {
  LedgerEntry entry;
  entry.number = {3, position};
  entry.at = at(moment);
  entry.budget = std::move(budget);
  entry.account = std::move(account);
  entry.amount = amount;
  entry.currency = currency;
  entry.customer = std::move(customer);
  entry.playbook = "win_back";
  entry.journey = static_cast<std::uint32_t>(position);
  return entry;
}

LedgerEntry taken_back(const LedgerEntry& of, std::uint64_t position, std::string_view moment) {
  LedgerEntry entry = of;
  entry.number.position = position;
  entry.at = at(moment);
  entry.amount = -of.amount;
  entry.reversal = true;
  entry.other = of.number;
  entry.reason = "bought nothing";
  return entry;
}

program::Program shop() {
  program::Program program;
  program.timezone = "Asia/Shanghai";
  const program::Duration month{1, 0}, week{0, 7 * env::kDay};
  program.budgets.push_back({.name = "coupons",
                             .title = "",
                             .currency = kCny,
                             .limits = {{10'000, month, false}, {5'000, week, true}, {6'000, std::nullopt, true}}});
  return program;
}

}  // namespace

TEST_CASE("an entry's number is its place in the log") {
  CHECK(format_entry({12, 345}) == "12-345");
  CHECK(parse_entry("12-345") == EntryNumber{12, 345});
  for (const char* wrong : {"", "12", "12-", "-345", "12-345x", "70000-1", "12 -3", "a-b"})
    CHECK_FALSE(parse_entry(wrong));
}

TEST_CASE("what a budget pays, accounts have: by currency all of it sums to nothing") {
  const std::vector<LedgerEntry> entries = {
      paid(1, "2026-03-01", "customer:anna", 500), paid(2, "2026-03-02", "partner:wash", 1200),
      paid(3, "2026-03-03", "customer:anna", 250), paid(4, "2026-03-03", "staff:li", 30, "ben", "points", kPoints)};
  const std::vector<Balance> all = balances(entries);
  std::map<program::Currency, std::int64_t> sums;
  std::string told;
  for (const Balance& one : all) {
    sums[one.currency] += one.amount;
    told += one.account + " " + std::to_string(one.amount) + " " + program::currency_code(one.currency) + "\n";
  }
  CHECK(told ==
        "budget:coupons -1950 CNY\nbudget:points -30 PTS\ncustomer:anna 750 CNY\npartner:wash 1200 CNY\nstaff:li 30 "
        "PTS\n");
  for (const auto& [currency, sum] : sums) CHECK(sum == 0);
}

TEST_CASE("a budget's period is the calendar's of the policy's zone, and what was left lapses") {
  const program::Program program = shop();
  const std::vector<LedgerEntry> entries = {
      paid(1, "2026-02-28T15:59:59Z", "customer:anna", 9000),  // 23:59:59 on the last of February in Shanghai
      paid(2, "2026-02-28T16:00:00Z", "customer:anna", 700),   // midnight: March
      paid(3, "2026-03-08T12:00:00Z", "customer:anna", 300),   // Sunday of the week of 2 March
      paid(4, "2026-03-09T12:00:00Z", "customer:ben", 400, "ben")};
  const auto march = budget_standings(program, entries, env::date_of(env::utc(), at("2026-03-10")));
  REQUIRE(march.size() == 1);
  CHECK(march[0].spent == 10'400);
  REQUIRE(march[0].limits.size() == 3);
  CHECK(march[0].limits[2].first == env::date({2026, 3, 1}));  // without a period it counts by the budget's
  CHECK(march[0].limits[2].spent == 1'000);                    // anna
  CHECK(march[0].limits[0].spent == 1'400);                    // 8,600 left; the 1,000 of February are gone
  CHECK(march[0].limits[0].first == env::date({2026, 3, 1}));
  CHECK(march[0].limits[0].last == env::date({2026, 3, 31}));
  CHECK(march[0].limits[1].first == env::date({2026, 3, 9}));  // Monday
  CHECK(march[0].limits[1].last == env::date({2026, 3, 15}));
  CHECK(march[0].limits[1].spent == 400);  // ben; anna's week is over
  const auto february = budget_standings(program, entries, env::date_of(env::utc(), at("2026-02-20")));
  CHECK(february[0].limits[0].spent == 9'000);
}

TEST_CASE("a budget that the program no longer has is told all the same, and one of another currency is another") {
  program::Program program = shop();
  const std::vector<LedgerEntry> entries = {paid(1, "2026-03-01", "customer:anna", 5, "anna", "old"),
                                            paid(2, "2026-03-01", "customer:anna", 7, "anna", "coupons", kPoints)};
  const auto all = budget_standings(program, entries, 0);
  REQUIRE(all.size() == 3);
  CHECK(all[0].spent == 0);
  CHECK(all[1].budget == "coupons");
  CHECK(all[1].spent == 7);
  CHECK(all[1].limits.empty());
  CHECK(all[2].budget == "old");
}

TEST_CASE("a reversal is an entry of its own, and finds what it takes back") {
  std::vector<LedgerEntry> entries = {paid(2, "2026-03-02", "customer:anna", 300),
                                      paid(1, "2026-03-01", "customer:anna", 500)};
  entries.push_back(taken_back(entries[1], 9, "2026-03-05"));
  CHECK(put_in_order(entries).empty());
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].other == EntryNumber{3, 9});
  CHECK_FALSE(entries[1].other);
  CHECK(entries[2].other == EntryNumber{3, 1});
  CHECK(balances(entries)[1].amount == 300);
  const auto lines = statement(entries, "customer:anna");
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].balance == 500);
  CHECK(lines[1].balance == 800);
  CHECK(lines[2].amount == -500);
  CHECK(lines[2].balance == 300);
  CHECK(statement(entries, "budget:coupons").back().balance == -300);
  CHECK(statement(entries, "customer:nobody").empty());
}

TEST_CASE("what does not add up is said") {
  const LedgerEntry one = paid(1, "2026-03-01", "customer:anna", 500);
  const auto wrong = [](std::vector<LedgerEntry> entries) {
    std::string all;
    for (const std::string& sentence : put_in_order(entries)) all += sentence + "\n";
    return all;
  };
  CHECK(wrong({taken_back(one, 2, "2026-03-02")}) == "entry 3-2 takes back what was never paid\n");
  CHECK(wrong({one, taken_back(one, 2, "2026-03-02"), taken_back(one, 3, "2026-03-03")}) ==
        "entry 3-3 takes back what was taken back before\n");
  LedgerEntry less = taken_back(one, 2, "2026-03-02");
  less.amount = -499;
  CHECK(wrong({one, less}) == "entry 3-2 takes back something else than was paid\n");
  LedgerEntry twice = one;
  CHECK(wrong({one, twice}) == "entry 3-1 is there twice\n");
  LedgerEntry negative = one;
  negative.amount = -1;
  CHECK(wrong({negative}) == "entry 3-1 pays less than nothing\n");
}

TEST_CASE("settlement is by account, budget and currency, from one moment to another") {
  std::vector<LedgerEntry> entries = {
      paid(1, "2026-03-01", "partner:wash", 500), paid(2, "2026-03-15", "partner:wash", 700),
      paid(3, "2026-03-31T23:59:59.999Z", "customer:anna", 50), paid(4, "2026-04-01", "partner:wash", 900)};
  entries.push_back(taken_back(entries[0], 5, "2026-03-20"));
  CHECK(put_in_order(entries).empty());
  const auto march = settle(entries, at("2026-03-01"), at("2026-04-01"));
  REQUIRE(march.size() == 2);
  CHECK(march[0].account == "customer:anna");
  CHECK(march[0].amount == 50);
  CHECK(march[1].account == "partner:wash");
  CHECK(march[1].entries == 2);
  CHECK(march[1].reversals == 1);
  CHECK(march[1].amount == 700);
  CHECK(settle(entries, at("2027-01-01"), at("2028-01-01")).empty());
}
