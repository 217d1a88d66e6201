// The ledger of a data folder: the answers of budgets in its history and log, and one more entry behind them.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/env/files.hpp"
#include "engine/log/log.hpp"
#include "engine/run/ledger.hpp"

namespace tend::run {

struct FolderLedger {
  std::vector<LedgerEntry> entries;  // in order
  std::vector<std::string> wrong;    // what put_in_order found
};

/// All entries of a data folder, also beside the process that writes it.
/// Errors: `corrupt` for an answer that cannot be read; those of the disk.
Result<FolderLedger> read_ledger(env::Files& files, const std::string& path);

/// Until when time has been told: the last tick, of `partition` or of any. kNoMoment before the first.
Result<env::Moment> last_tick(log::Log& log, std::optional<std::uint16_t> partition);

/// Takes back an entry by one of its own, durable when it returns: the amount comes back to the budget, in the period
/// of `now` (in a folder of recorded time: of the last moment that it knows).
/// Shape: `reason` is for people, at most kReversalReasonBytesMax. Errors: `in_use` while another process writes the
/// folder; `not_found` for an entry that is not there; `invalid` for a reversal, or what was taken back before.
Result<LedgerEntry> reverse_entry(env::Files& files, const std::string& path, EntryNumber number,
                                  std::string_view reason, env::Moment now);
inline constexpr std::size_t kReversalReasonBytesMax = 1000;

}  // namespace tend::run
