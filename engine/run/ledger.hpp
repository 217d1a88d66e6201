// The ledger: what budgets paid to whom. It is a view of the log's answers: nothing is kept twice, so nothing can
// disagree. Double entry: each entry takes its amount from `budget:NAME` and gives it to one account (`customer:ID`,
// `staff:ID`, `partner:NAME`), so all accounts of a currency sum to nothing. Pure; reading a folder is read_ledger.hpp.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/program/program.hpp"
#include "engine/env/moment.hpp"

namespace tend::run {

/// Where an entry stands in the log: `12-345`, partition and position. For life the same.
struct EntryNumber {
  std::uint16_t partition = 0;
  std::uint64_t position = 0;
  friend auto operator<=>(const EntryNumber&, const EntryNumber&) = default;
};
std::string format_entry(EntryNumber number);
std::optional<EntryNumber> parse_entry(std::string_view text);

/// One entry. What is taken back is an entry of its own with a negative amount.
struct LedgerEntry {
  EntryNumber number;
  env::Moment at = 0;
  std::string budget;       // name
  std::string account;      // who has it
  std::int64_t amount = 0;  // minor units
  program::Currency currency = 0;
  // Whose journey asked.
  std::string customer;
  std::string playbook;  // name
  std::uint32_t journey = 0;
  std::uint32_t step = 0;
  std::uint32_t visit = 0;
  bool reversal = false;
  std::string reason;  // of a reversal
  /// Of a reversal the entry that it takes back; of one that was taken back its reversal, once put_in_order knows it.
  std::optional<EntryNumber> other = {};
};

/// Sorts entries by moment, then number, and pairs reversals with what they take back.
/// Errors: a sentence for each that does not add up: a reversal of nothing, of another amount or account, a second one.
std::vector<std::string> put_in_order(std::vector<LedgerEntry>& entries);

struct Balance {
  std::string account;
  program::Currency currency = 0;
  std::int64_t amount = 0;
};
/// Of every account and currency that has entries, budgets among them, sorted by account. Sums to 0 by currency.
std::vector<Balance> balances(const std::vector<LedgerEntry>& entries);

/// A limit of a budget and what its present period has used of it.
struct LimitStanding {
  program::BudgetLimit limit;
  env::Date first = 0, last = 0;  // the period's days; both 0 of a limit for all time
  std::int64_t spent = 0;         // of a limit per customer: by the one who has used most
};
struct BudgetStanding {
  std::string budget;
  program::Currency currency = 0;
  std::int64_t spent = 0;             // ever
  std::vector<LimitStanding> limits;  // as the program's; empty for a budget that it no longer has
};
/// Of each budget of the program, then of those that only the entries know, each sorted by name. `day` is today by the
/// policy's clock.
std::vector<BudgetStanding> budget_standings(const program::Program& program, const std::vector<LedgerEntry>& entries,
                                             env::Date day);

/// A line of an account's statement.
struct StatementLine {
  const LedgerEntry* entry = nullptr;
  std::int64_t amount = 0;   // what the account gets; of a budget what it pays, negative
  std::int64_t balance = 0;  // of this currency, after it
};
/// Lifetime: the entries'.
std::vector<StatementLine> statement(const std::vector<LedgerEntry>& entries, std::string_view account);

/// What an account is owed for a time: what it was given less what was taken back.
struct SettlementLine {
  std::string account;
  std::string budget;
  program::Currency currency = 0;
  std::uint64_t entries = 0;
  std::uint64_t reversals = 0;
  std::int64_t amount = 0;
};
/// Entries with from <= at < to by account, budget and currency, sorted so. Budgets are no accounts that are settled.
std::vector<SettlementLine> settle(const std::vector<LedgerEntry>& entries, env::Moment from, env::Moment to);

}  // namespace tend::run
