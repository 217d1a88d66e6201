#include "engine/cli/ledger_report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "dsl/program/money.hpp"
#include "dsl/prose/limits.hpp"
#include "dsl/text/source.hpp"
#include "engine/channel/escape.hpp"
#include "engine/env/zone.hpp"
#include "engine/simulate/columns.hpp"
#include "engine/simulate/csv.hpp"

namespace tend::cli {

using run::BudgetStanding;
using run::LedgerEntry;
using run::LimitStanding;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kAccountCells = 46;
constexpr std::size_t kAmountCells = 18;

class Words {
 public:
  explicit Words(const LedgerReport& report) : report_(report) {}

  bool zh() const { return report_.tongue == text::Tongue::zh; }
  std::string say(const char* english, const char* chinese) const { return zh() ? chinese : english; }
  std::string money(std::int64_t minor, program::Currency currency) const {
    return program::money_text(report_.program.currencies, minor, currency);
  }
  std::string amount(std::int64_t minor, program::Currency currency) const {
    return program::amount_text(minor, program::currency_digits(report_.program.currencies, currency));
  }

 private:
  const LedgerReport& report_;
};

std::string visible(const std::string& text) {
  std::string out;
  channel::append_visible(out, text);
  return out;
}

std::string day_text(env::Date day) {
  std::string out;
  env::append_date(out, day);
  return out;
}

/// What is left of a limit that binds all customers together.
std::int64_t left_of(const LimitStanding& limit) { return limit.limit.amount - limit.spent; }

std::string kind_of(const std::string& account) { return account.substr(0, account.find(':')); }
std::string id_of(const std::string& account) {
  const auto colon = account.find(':');
  return colon == std::string::npos ? "" : account.substr(colon + 1);
}

std::string until_text(env::Moment until) { return until == env::kNoMoment ? "" : env::format_moment(until); }

}  // namespace

std::string ledger_text(const LedgerReport& report, const std::vector<BudgetStanding>& budgets,
                        const std::vector<run::Balance>& balances) {
  const Words words(report);
  std::string out;
  if (report.until != env::kNoMoment) out += words.say("as of ", "截至 ") + env::format_moment(report.until) + "\n";
  if (budgets.empty()) out += words.say("no budgets\n", "没有预算\n");
  for (const BudgetStanding& standing : budgets) {
    out += "\n" + visible(standing.budget) + "\n  " +
           simulate::padded(words.say("spent ever", "累计支出"), kAccountCells) +
           simulate::right(words.money(standing.spent, standing.currency), kAmountCells) + "\n";
    const auto known = std::find_if(report.program.budgets.begin(), report.program.budgets.end(),
                                    [&](const program::Budget& one) { return one.name == standing.budget; });
    for (const LimitStanding& limit : standing.limits) {
      const std::string what =
          prose::finish(prose::limit_words(report.program, *known, limit.limit, report.tongue), report.tongue);
      const bool period = limit.last != 0;
      out += "  " + simulate::padded(what, kAccountCells) +
             simulate::right(words.money(limit.spent, standing.currency), kAmountCells);
      if (limit.limit.per_customer) {
        out += words.say(" by the one who has most", "（用得最多的客户）");
      } else {
        out += words.say(" spent, ", " 已用，") + words.money(left_of(limit), standing.currency) +
               words.say(" left", " 剩余");
      }
      if (period)
        out += words.say(", ", "，") + day_text(limit.first) + words.say(" to ", " 至 ") + day_text(limit.last);
      out += "\n";
    }
  }
  out += "\n" + words.say("accounts", "账户") + "\n";
  for (const run::Balance& balance : balances)
    out += "  " + simulate::padded(visible(balance.account), kAccountCells) +
           simulate::right(words.money(balance.amount, balance.currency), kAmountCells) + "\n";
  if (balances.empty()) out += "  " + words.say("no entry yet", "还没有分录") + "\n";
  return out;
}

std::string ledger_json(const LedgerReport& report, const std::vector<BudgetStanding>& budgets,
                        const std::vector<run::Balance>& balances) {
  const Words words(report);
  Json json = {{"format", "tend.ledger/1"},
               {"until", until_text(report.until)},
               {"budgets", Json::array()},
               {"accounts", Json::array()}};
  for (const BudgetStanding& standing : budgets) {
    Json limits = Json::array();
    for (const LimitStanding& limit : standing.limits) {
      Json one = {{"amount", words.amount(limit.limit.amount, standing.currency)},
                  {"per_customer", limit.limit.per_customer},
                  {"first", limit.last != 0 ? Json(day_text(limit.first)) : Json(nullptr)},
                  {"last", limit.last != 0 ? Json(day_text(limit.last)) : Json(nullptr)},
                  {"spent", words.amount(limit.spent, standing.currency)}};
      one["left"] = limit.limit.per_customer ? Json(nullptr) : Json(words.amount(left_of(limit), standing.currency));
      limits.push_back(std::move(one));
    }
    json["budgets"].push_back({{"budget", standing.budget},
                               {"currency", program::currency_code(standing.currency)},
                               {"spent", words.amount(standing.spent, standing.currency)},
                               {"limits", std::move(limits)}});
  }
  for (const run::Balance& balance : balances)
    json["accounts"].push_back({{"account", balance.account},
                                {"currency", program::currency_code(balance.currency)},
                                {"amount", words.amount(balance.amount, balance.currency)}});
  return json.dump(2) + "\n";
}

std::string statement_text(const LedgerReport& report, const std::string& account,
                           const std::vector<run::StatementLine>& lines) {
  const Words words(report);
  std::string out = visible(account) + "\n";
  for (const run::StatementLine& line : lines) {
    const LedgerEntry& entry = *line.entry;
    const bool pays = account.rfind("budget:", 0) == 0;
    out += "  " + simulate::padded(env::format_moment(entry.at), 26) +
           simulate::padded(run::format_entry(entry.number), 12) +
           simulate::right(words.money(line.amount, entry.currency), kAmountCells) +
           simulate::right(words.money(line.balance, entry.currency), kAmountCells) + "  ";
    out += pays ? visible(entry.account) : "budget:" + visible(entry.budget);
    out += words.say(", ", "，") + visible(entry.playbook) + words.say(" for ", "：") + visible(entry.customer);
    if (entry.reversal)
      out += words.say(", takes back ", "，冲销 ") + run::format_entry(*entry.other) + ": " + visible(entry.reason);
    if (!entry.reversal && entry.other)
      out += words.say(", taken back by ", "，已被冲销：") + run::format_entry(*entry.other);
    out += "\n";
  }
  return out;
}

std::string statement_json(const LedgerReport& report, const std::string& account,
                           const std::vector<run::StatementLine>& lines) {
  const Words words(report);
  Json json = {{"format", "tend.statement/1"},
               {"until", until_text(report.until)},
               {"account", account},
               {"lines", Json::array()}};
  for (const run::StatementLine& line : lines) {
    const LedgerEntry& entry = *line.entry;
    Json one = {{"entry", run::format_entry(entry.number)},
                {"at", env::format_moment(entry.at)},
                {"budget", entry.budget},
                {"account", entry.account},
                {"currency", program::currency_code(entry.currency)},
                {"amount", words.amount(line.amount, entry.currency)},
                {"balance", words.amount(line.balance, entry.currency)},
                {"customer", entry.customer},
                {"playbook", entry.playbook},
                {"journey", entry.journey}};
    const Json other = entry.other ? Json(run::format_entry(*entry.other)) : Json(nullptr);
    one["takes_back"] = entry.reversal ? other : Json(nullptr);
    one["taken_back_by"] = entry.reversal ? Json(nullptr) : other;
    one["reason"] = entry.reason;
    json["lines"].push_back(std::move(one));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string settlement_csv(const LedgerReport& report, const std::vector<run::SettlementLine>& lines) {
  const Words words(report);
  std::string out = "kind,id,budget,currency,entries,reversals,amount\n";
  for (const run::SettlementLine& line : lines) {
    out += kind_of(line.account) + "," + simulate::csv_cell_for_spreadsheet(id_of(line.account)) + "," +
           simulate::csv_cell_for_spreadsheet(line.budget) + "," + program::currency_code(line.currency) + "," +
           std::to_string(line.entries) + "," + std::to_string(line.reversals) + "," +
           words.amount(line.amount, line.currency) + "\n";
  }
  return out;
}

std::string settlement_json(const LedgerReport& report, const std::vector<run::SettlementLine>& lines) {
  const Words words(report);
  Json json = {{"format", "tend.settlement/1"}, {"until", until_text(report.until)}, {"lines", Json::array()}};
  for (const run::SettlementLine& line : lines) {
    json["lines"].push_back({{"kind", kind_of(line.account)},
                             {"id", id_of(line.account)},
                             {"budget", line.budget},
                             {"currency", program::currency_code(line.currency)},
                             {"entries", line.entries},
                             {"reversals", line.reversals},
                             {"amount", words.amount(line.amount, line.currency)}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string reversal_text(const program::Program& program, const LedgerEntry& entry, text::Tongue tongue) {
  const std::string money = program::money_text(program.currencies, -entry.amount, entry.currency);
  const std::string number = run::format_entry(entry.number), other = run::format_entry(*entry.other);
  if (tongue == text::Tongue::zh)
    return "分录 " + number + "：" + money + " 从 " + visible(entry.account) + " 退回预算 " + visible(entry.budget) +
           "，冲销 " + other + "\n";
  return "entry " + number + ": " + money + " of " + visible(entry.account) + " back to the budget " +
         visible(entry.budget) + ", takes back " + other + "\n";
}

}  // namespace tend::cli
