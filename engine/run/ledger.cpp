#include "engine/run/ledger.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>

#include "engine/env/zone.hpp"
#include "engine/journey/budget.hpp"

namespace tend::run {
namespace {

std::string budget_account(const std::string& budget) { return "budget:" + budget; }

struct Days {
  env::Date first = 0, last = 0;
};

/// The calendar period that holds `day`. A limit per customer without a period counts by the budget's.
Days period(const program::Budget& budget, const program::BudgetLimit& limit, env::Date day) {
  const journey::Period period =
      journey::period_of(limit.per_customer && !limit.per ? budget.limits.front().per : limit.per);
  return {journey::first_day(period, day), journey::last_day(period, day)};
}

}  // namespace

std::string format_entry(EntryNumber number) {
  return std::to_string(number.partition) + "-" + std::to_string(number.position);
}

std::optional<EntryNumber> parse_entry(std::string_view text) {
  EntryNumber number;
  const char* const end = text.data() + text.size();
  const auto partition = std::from_chars(text.data(), end, number.partition);
  if (partition.ec != std::errc() || partition.ptr == end || *partition.ptr != '-') return std::nullopt;
  const auto position = std::from_chars(partition.ptr + 1, end, number.position);
  if (position.ec != std::errc() || position.ptr != end) return std::nullopt;
  return number;
}

std::vector<std::string> put_in_order(std::vector<LedgerEntry>& entries) {
  std::sort(entries.begin(), entries.end(), [](const LedgerEntry& a, const LedgerEntry& b) {
    return std::tie(a.at, a.number) < std::tie(b.at, b.number);
  });
  std::vector<std::string> wrong;
  const auto complain = [&](const LedgerEntry& entry, const char* what) {
    wrong.push_back("entry " + format_entry(entry.number) + " " + what);
  };
  std::map<EntryNumber, LedgerEntry*> paid;
  for (LedgerEntry& entry : entries) {
    if (entry.reversal) continue;
    if (entry.amount < 0) complain(entry, "pays less than nothing");
    entry.other.reset();
    if (!paid.emplace(entry.number, &entry).second) complain(entry, "is there twice");
  }
  for (LedgerEntry& entry : entries) {
    if (!entry.reversal) continue;
    const auto of = entry.other ? paid.find(*entry.other) : paid.end();
    if (of == paid.end()) {
      complain(entry, "takes back what was never paid");
      continue;
    }
    LedgerEntry& taken = *of->second;
    if (taken.other) {
      complain(entry, "takes back what was taken back before");
      continue;
    }
    taken.other = entry.number;
    const bool fits = entry.account == taken.account && entry.budget == taken.budget &&
                      entry.currency == taken.currency && entry.amount == -taken.amount;
    if (!fits) complain(entry, "takes back something else than was paid");
  }
  return wrong;
}

std::vector<Balance> balances(const std::vector<LedgerEntry>& entries) {
  std::map<std::pair<std::string, program::Currency>, std::int64_t> sums;
  for (const LedgerEntry& entry : entries) {
    sums[{budget_account(entry.budget), entry.currency}] -= entry.amount;
    sums[{entry.account, entry.currency}] += entry.amount;
  }
  std::vector<Balance> all;
  for (const auto& [key, amount] : sums) all.push_back({key.first, key.second, amount});
  return all;
}

std::vector<BudgetStanding> budget_standings(const program::Program& program, const std::vector<LedgerEntry>& entries,
                                             env::Date day) {
  const env::Zone* found = env::find_zone(program.timezone);
  const env::Zone& zone = found != nullptr ? *found : env::utc();
  std::vector<BudgetStanding> all;
  std::map<std::pair<std::string, program::Currency>, std::size_t> known;
  for (const program::Budget& budget : program.budgets) {
    BudgetStanding standing{.budget = budget.name, .currency = budget.currency, .spent = 0, .limits = {}};
    for (const program::BudgetLimit& limit : budget.limits) {
      const Days days = period(budget, limit, day);
      standing.limits.push_back({.limit = limit, .first = days.first, .last = days.last, .spent = 0});
    }
    known[{budget.name, budget.currency}] = all.size();
    all.push_back(std::move(standing));
  }
  std::map<std::pair<std::string, program::Currency>, std::int64_t> unknown;
  std::map<std::tuple<std::size_t, std::size_t, std::string>, std::int64_t> by_customer;  // standing, limit, customer
  for (const LedgerEntry& entry : entries) {
    const auto at = known.find({entry.budget, entry.currency});
    if (at == known.end()) {
      unknown[{entry.budget, entry.currency}] += entry.amount;
      continue;
    }
    BudgetStanding& standing = all[at->second];
    standing.spent += entry.amount;
    const env::Date date = env::date_of(zone, entry.at);
    for (std::size_t l = 0; l < standing.limits.size(); ++l) {
      LimitStanding& limit = standing.limits[l];
      const bool for_all_time = limit.first == 0 && limit.last == 0;
      if (!for_all_time && (date < limit.first || date > limit.last)) continue;
      if (limit.limit.per_customer) {
        by_customer[{at->second, l, entry.customer}] += entry.amount;
      } else {
        limit.spent += entry.amount;
      }
    }
  }
  for (const auto& [key, spent] : by_customer) {
    std::int64_t& most = all[std::get<0>(key)].limits[std::get<1>(key)].spent;
    most = std::max(most, spent);
  }
  for (const auto& [key, spent] : unknown)
    all.push_back({.budget = key.first, .currency = key.second, .spent = spent, .limits = {}});
  return all;
}

std::vector<StatementLine> statement(const std::vector<LedgerEntry>& entries, std::string_view account) {
  std::vector<StatementLine> lines;
  std::map<program::Currency, std::int64_t> sums;
  for (const LedgerEntry& entry : entries) {
    const bool pays = budget_account(entry.budget) == account;
    if (!pays && entry.account != account) continue;
    const std::int64_t amount = pays ? -entry.amount : entry.amount;
    lines.push_back({&entry, amount, sums[entry.currency] += amount});
  }
  return lines;
}

std::vector<SettlementLine> settle(const std::vector<LedgerEntry>& entries, env::Moment from, env::Moment to) {
  std::map<std::tuple<std::string, std::string, program::Currency>, SettlementLine> lines;
  for (const LedgerEntry& entry : entries) {
    if (entry.at < from || entry.at >= to) continue;
    SettlementLine& line = lines[{entry.account, entry.budget, entry.currency}];
    ++(entry.reversal ? line.reversals : line.entries);
    line.amount += entry.amount;
  }
  std::vector<SettlementLine> all;
  for (auto& [key, line] : lines) {
    std::tie(line.account, line.budget, line.currency) = key;
    all.push_back(std::move(line));
  }
  return all;
}

}  // namespace tend::run
