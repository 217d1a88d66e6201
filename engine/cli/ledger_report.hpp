// The ledger as people and programs read it (docs/formats/ledger.md). Pure: what is told was read by ledger.cpp.
#pragma once
#include <string>
#include <vector>

#include "dsl/text/tongue.hpp"
#include "engine/run/ledger.hpp"
#include "engine/run/read_ledger.hpp"

namespace tend::cli {

/// Lifetime: what it refers to outlives it.
struct LedgerReport {
  const program::Program& program;  // of which the budgets' limits and the currencies are
  const run::FolderLedger& ledger;
  env::Moment until = env::kNoMoment;  // up to where the folder knows
  text::Tongue tongue = text::Tongue::en;
};

std::string ledger_text(const LedgerReport& report, const std::vector<run::BudgetStanding>& budgets,
                        const std::vector<run::Balance>& balances);
std::string ledger_json(const LedgerReport& report, const std::vector<run::BudgetStanding>& budgets,
                        const std::vector<run::Balance>& balances);

std::string statement_text(const LedgerReport& report, const std::string& account,
                           const std::vector<run::StatementLine>& lines);
std::string statement_json(const LedgerReport& report, const std::string& account,
                           const std::vector<run::StatementLine>& lines);

std::string settlement_csv(const LedgerReport& report, const std::vector<run::SettlementLine>& lines);
std::string settlement_json(const LedgerReport& report, const std::vector<run::SettlementLine>& lines);

/// One sentence about an entry that was just taken back.
std::string reversal_text(const program::Program& program, const run::LedgerEntry& entry, text::Tongue tongue);

}  // namespace tend::cli
