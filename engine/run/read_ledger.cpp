#include "engine/run/read_ledger.hpp"

#include <algorithm>

#include "engine/history/history.hpp"
#include "engine/log/segment_log.hpp"
#include "engine/run/data_folder.hpp"
#include "engine/state/input.hpp"

namespace tend::run {
namespace {

using state::AnswerInput;
using state::AnswerKind;
using state::InputKind;

bool is_money(const AnswerInput& input) {
  if (!input.granted || input.amount == 0) return false;  // of an unknown customer: nothing happened
  return input.kind == AnswerKind::grant || input.kind == AnswerKind::credit || input.kind == AnswerKind::reversal;
}

LedgerEntry entry_of(const log::Record& record, const AnswerInput& input) {
  LedgerEntry entry;
  entry.number = {record.partition, record.position};
  entry.at = input.moment;
  entry.budget = std::string(input.budget);
  entry.account = std::string(input.account);
  entry.amount = input.amount;
  entry.currency = input.currency;
  entry.customer = std::string(input.customer);
  entry.playbook = std::string(input.by_playbook);
  entry.journey = input.journey;
  entry.step = input.step;
  entry.visit = input.visit;
  entry.reversal = input.kind == AnswerKind::reversal;
  if (!entry.reversal) return entry;
  entry.reason = std::string(input.reason);
  entry.other = EntryNumber{record.partition, static_cast<std::uint64_t>(input.until)};
  return entry;
}

Result<std::vector<LedgerEntry>> entries_of(const DataFolder& folder, log::Log& log) {
  auto history = history::History::open_for_reading(folder.history());
  if (!history) return tl::unexpected(history.error());
  std::vector<LedgerEntry> entries;
  const auto take = [&](std::string_view, const log::Record& record) -> Result<void> {
    if (static_cast<InputKind>(record.kind) != InputKind::answer) return {};
    AnswerInput input;
    if (!decode(record.payload, input)) return fail(ErrorCode::corrupt, "an answer in the log cannot be read");
    if (is_money(input)) entries.push_back(entry_of(record, input));
    return {};
  };
  if (auto read = (*history)->for_each(log, take); !read) return tl::unexpected(read.error());
  return entries;
}

/// The record of an entry, as it was written.
Result<std::string> payload_of(const DataFolder& folder, log::Log& log, const LedgerEntry& entry) {
  auto history = history::History::open_for_reading(folder.history());
  if (!history) return tl::unexpected(history.error());
  std::string payload;
  const auto take = [&](const log::Record& record) -> Result<void> {
    if (record.position == entry.number.position) payload = std::string(record.payload);
    return {};
  };
  if (auto read = (*history)->read_customer(entry.number.partition, entry.customer, log, take); !read)
    return tl::unexpected(read.error());
  return payload;
}

/// Does time come as recorded in this partition? What was written last says it.
Result<bool> is_recorded(const DataFolder& folder, log::Log& log, std::uint16_t partition) {
  auto history = history::History::open_for_reading(folder.history());
  if (!history) return tl::unexpected(history.error());
  bool recorded = false;
  const auto take = [&](const log::Record& record) -> Result<void> {
    if (static_cast<InputKind>(record.kind) == InputKind::mode && !record.payload.empty())
      recorded = record.payload.front() != 0;
    return {};
  };
  if (auto read = (*history)->read_customer(partition, "", log, take); !read) return tl::unexpected(read.error());
  return recorded;
}

}  // namespace

Result<FolderLedger> read_ledger(env::Files& files, const std::string& path) {
  auto folder = open_data_folder_for_reading(files, path);
  if (!folder) return tl::unexpected(folder.error());
  auto log = log::open_log_for_reading(files, folder->log());
  if (!log) return tl::unexpected(log.error());
  auto entries = entries_of(*folder, **log);
  if (!entries) return tl::unexpected(entries.error());
  FolderLedger ledger{.entries = std::move(*entries), .wrong = {}};
  ledger.wrong = put_in_order(ledger.entries);
  return ledger;
}

Result<env::Moment> last_tick(log::Log& log, std::optional<std::uint16_t> partition) {
  const auto segments = log.segments();
  for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) {
    env::Moment last = env::kNoMoment;
    log::Visitor visitor;
    visitor.on_record = [&](const log::Record& record) -> Result<void> {
      env::Moment moment = env::kNoMoment;
      const bool asked = !partition || record.partition == *partition;
      if (asked && static_cast<InputKind>(record.kind) == InputKind::tick &&
          state::decode_moment(record.payload, moment))
        last = std::max(last, moment);
      return {};
    };
    if (auto read = log.read_segment(segment->number, visitor); !read) return tl::unexpected(read.error());
    if (last != env::kNoMoment) return last;
  }
  return env::kNoMoment;
}

Result<LedgerEntry> reverse_entry(env::Files& files, const std::string& path, EntryNumber number,
                                  std::string_view reason, env::Moment now) {
  if (reason.empty() || reason.size() > kReversalReasonBytesMax)
    return fail(ErrorCode::usage, "the reason has to have 1 to " + std::to_string(kReversalReasonBytesMax) + " bytes");
  // A folder that is not there is not made.
  if (auto there = open_data_folder_for_reading(files, path); !there) return tl::unexpected(there.error());
  auto folder = open_data_folder(files, path, 0);
  if (!folder) return tl::unexpected(folder.error());
  auto log = log::open_log(files, folder->log(), {.partitions = folder->partitions});
  if (!log) return tl::unexpected(log.error());
  auto entries = entries_of(*folder, *log->log);
  if (!entries) return tl::unexpected(entries.error());
  put_in_order(*entries);
  const auto found =
      std::find_if(entries->begin(), entries->end(), [&](const LedgerEntry& entry) { return entry.number == number; });
  const std::string name = "entry `" + format_entry(number) + "`";
  if (found == entries->end()) return fail(ErrorCode::not_found, "there is no " + name + " in `" + path + "`");
  if (found->reversal) return fail(ErrorCode::invalid, name + " is itself a reversal: grant anew what it took back");
  if (found->other)
    return fail(ErrorCode::invalid, name + " was taken back already, by entry `" + format_entry(*found->other) + "`");

  const auto payload = payload_of(*folder, *log->log, *found);
  if (!payload) return tl::unexpected(payload.error());
  AnswerInput answer;
  if (!decode(*payload, answer)) return fail(ErrorCode::corrupt, name + " cannot be read");
  const auto recorded = is_recorded(*folder, *log->log, number.partition);
  if (!recorded) return tl::unexpected(recorded.error());
  const auto told = last_tick(*log->log, number.partition);
  if (!told) return tl::unexpected(told.error());
  // Time never goes back in a partition, and recorded time does not run ahead of what was recorded.
  const env::Moment least = std::max(*told, found->at);
  answer.moment = *recorded ? least : std::max(least, now);
  answer.kind = AnswerKind::reversal;
  answer.amount = -found->amount;
  answer.until = static_cast<env::Moment>(number.position);
  answer.reason = reason;

  if (auto claimed = log->log->claim("ledger"); !claimed) return tl::unexpected(claimed.error());
  log::Batch batch;
  encode(batch.begin(static_cast<std::uint8_t>(InputKind::answer), number.partition), answer);
  batch.end();
  if (auto appended = log->log->append(batch); !appended) return tl::unexpected(appended.error());
  LedgerEntry entry;
  batch.each([&](const log::Record& record) { entry = entry_of(record, answer); });
  return entry;
}

}  // namespace tend::run
