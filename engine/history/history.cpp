// Indexing segments, and reading what is indexed together with the rest of the log.
#include "engine/history/history.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "dsl/text/must.hpp"
#include "engine/env/draw.hpp"
#include "engine/env/files.hpp"
#include "engine/state/input.hpp"

namespace tend::history {
namespace {

// How often a reader looks again because the writer went on.
constexpr int kLooksMax = 10;

/// The customer of a record that belongs into the history; none for ticks and the log's own records.
std::optional<std::string_view> customer_to_index(const log::Record& record) {
  const auto kind = static_cast<state::InputKind>(record.kind);
  if (record.partition == log::kNoPartition) return std::nullopt;
  if (kind == state::InputKind::tick || kind == state::InputKind::seen) return std::nullopt;
  return state::customer_of(kind, record.payload);
}

/// False when its bytes do not add up.
bool add_seen(const log::Record& record, std::vector<SeenMessage>& seen) {
  state::SeenInput input;
  if (!decode(record.payload, input)) return false;
  for (std::size_t i = 0; i < input.ids.size() / sizeof(state::SeenId); ++i)
    seen.push_back({state::seen_at(input.ids, i), input.moment});
  return true;
}

/// Visits the records of one value. False when its bytes do not add up.
Result<bool> visit_value(std::uint16_t partition, std::uint32_t segment, std::string_view value, const Visit& visit) {
  log::Record record;
  record.partition = partition;
  record.segment = segment;
  while (!value.empty()) {
    if (!take_record(value, record)) return false;
    if (Result<void> visited = visit(record); !visited) return tl::unexpected(visited.error());
  }
  return true;
}

/// A record of the log that outlives its call.
struct KeptRecord {
  log::Record record;
  std::string payload;
};

/// Nobody's: it says of nobody who he was.
std::string made_up_name() {
  std::array<unsigned char, 8> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::string name = "erased-";
  for (const unsigned char byte : bytes) {
    name += "0123456789abcdef"[byte >> 4];
    name += "0123456789abcdef"[byte & 15];
  }
  return name;
}

}  // namespace

tl::unexpected<Error> History::damaged(const std::string& how) const {
  return fail(ErrorCode::corrupt, "the history in `" + folder_ + "` " + how);
}

Result<std::unique_ptr<History>> History::start(std::unique_ptr<History> history) {
  if (history->store_ == nullptr) return history;
  Result<Mark> mark = history->store_->last_mark();
  if (!mark) return tl::unexpected(mark.error());
  history->mark_ = std::move(*mark);
  return history;
}

Result<std::unique_ptr<History>> History::open(const std::string& folder) {
  Result<std::unique_ptr<Store>> store = Store::open(folder);
  if (!store) return tl::unexpected(store.error());
  return start(std::unique_ptr<History>(new History(folder, std::move(*store), true)));
}

Result<std::unique_ptr<History>> History::open_for_reading(const std::string& folder) {
  Result<std::unique_ptr<Store>> store = Store::open_for_reading(folder);
  if (!store) return tl::unexpected(store.error());
  return start(std::unique_ptr<History>(new History(folder, std::move(*store), false)));
}

Result<void> History::reopen() {
  Result<std::unique_ptr<History>> again = open_for_reading(folder_);
  if (!again) return tl::unexpected(again.error());
  store_ = std::move((*again)->store_);
  mark_ = std::move((*again)->mark_);
  return {};
}

/// That the history is a view of this log and not ahead of it.
Result<void> History::fits(const log::Log& log) const {
  if (mark_.segment == 0) return {};
  if (mark_.heads.size() != log.partitions()) {
    return damaged("has " + std::to_string(mark_.heads.size()) + " partitions and the log has " +
                   std::to_string(log.partitions()) + ": they do not belong together");
  }
  for (std::size_t partition = 0; partition < mark_.heads.size(); ++partition) {
    if (mark_.heads[partition] <= log.heads()[partition]) continue;
    return damaged("is ahead of the log: in partition " + std::to_string(partition) + " it has record " +
                   std::to_string(mark_.heads[partition]) + ", and the log ends with record " +
                   std::to_string(log.heads()[partition]));
  }
  return {};
}

Result<void> History::index_segment(log::Log& log, std::uint32_t segment) {
  CHECK_OR_DIE(writable_, "a history that is open for reading takes nothing in");
  if (Result<void> fit = fits(log); !fit) return fit;
  if (segment <= mark_.segment) return {};
  if (segment != mark_.segment + 1) {
    return fail(ErrorCode::invalid, "the history in `" + folder_ + "` ends with segment " +
                                        std::to_string(mark_.segment) + " of the log and cannot go on with segment " +
                                        std::to_string(segment));
  }
  const std::vector<log::SegmentInfo> segments = log.segments();
  const auto info = std::find_if(segments.begin(), segments.end(), [&](const auto& s) { return s.number == segment; });
  if (info == segments.end()) {
    return fail(ErrorCode::not_found, "the log has no segment " + std::to_string(segment));
  }
  CHECK_OR_DIE(info->sealed, "a segment is indexed when nothing more is written to it");
  Mark mark{.segment = segment, .heads = info->heads_before};
  const bool follows = mark_.segment == 0 || mark.heads == mark_.heads;
  if (!follows) {
    return damaged("does not end where segment " + std::to_string(segment) +
                   " of the log begins: they do not belong "
                   "together");
  }
  Grouping records(log.partitions(), info->used_bytes);
  std::vector<SeenMessage> seen;
  seen.reserve(seen_expected_);
  const auto gather = [&](const log::Record& record) -> Result<void> {
    if (record.partition == log::kNoPartition) return {};
    mark.heads[record.partition] = record.position;
    if (static_cast<state::InputKind>(record.kind) == state::InputKind::seen && !add_seen(record, seen))
      return damaged("cannot take in segment " + std::to_string(segment) + " of the log: messages seen do not add up");
    if (const auto customer = customer_to_index(record)) records.add(record, *customer);
    return {};
  };
  if (Result<void> read = log.read_segment(segment, {gather, nullptr}); !read) return read;
  if (Result<void> written = store_->ingest(records, mark, seen); !written) return written;
  mark_ = std::move(mark);
  seen_expected_ = seen.size() + seen.size() / 8;
  return {};
}

/// What stays of one customer's records in a segment: entries of the ledger, under another name. Errors: `damaged`.
Result<std::uint64_t> History::keep_ledger(std::string_view value, const std::string& customer, const std::string& name,
                                           std::string& kept, std::uint64_t& records) const {
  std::uint64_t taken_out = 0;
  log::Record record;
  std::string payload;
  while (!value.empty()) {
    if (!take_record(value, record)) return damaged("is damaged: records do not add up");
    state::AnswerInput answer;
    const bool entry = static_cast<state::InputKind>(record.kind) == state::InputKind::answer &&
                       decode(record.payload, answer) && !answer.budget.empty() && answer.granted;
    if (!entry) {
      ++taken_out;
      continue;
    }
    const std::string account = "customer:" + name;
    answer.customer = name;
    answer.reason = {};
    if (answer.account == "customer:" + customer) answer.account = account;
    payload.clear();
    encode(payload, answer);
    record.payload = payload;
    append_record(kept, record);
    ++records;
  }
  return taken_out;
}

/// These, and all who became one of them: a crash may have come after the state forgot that.
Result<std::set<std::string>> History::with_former_ids(std::span<const std::string> customers,
                                                       std::uint32_t through) const {
  std::vector<std::pair<std::string, std::string>> merges;
  const auto visit = [&](std::string_view, const log::Record& record) -> Result<void> {
    state::MergeInput merge;
    const bool counts =
        record.segment <= through && static_cast<state::InputKind>(record.kind) == state::InputKind::merge;
    if (counts && decode(record.payload, merge)) merges.emplace_back(merge.customer, merge.into);
    return {};
  };
  if (auto done = for_each(visit); !done) return tl::unexpected(done.error());
  std::set<std::string> ids(customers.begin(), customers.end());
  for (std::size_t before = 0; before != ids.size();) {
    before = ids.size();
    for (const auto& [customer, into] : merges) {
      if (ids.contains(into)) ids.insert(customer);
    }
  }
  return ids;
}

Result<std::uint64_t> History::erase(std::uint32_t partitions, std::span<const std::string> asked,
                                     std::uint32_t through) {
  CHECK_OR_DIE(writable_, "a history that is open for reading gives nothing up");
  const auto customers = with_former_ids(asked, through);
  if (!customers) return tl::unexpected(customers.error());
  std::vector<std::string> gone;
  std::vector<KeyAndValue> instead;
  std::map<std::uint32_t, std::uint64_t> taken_out;  // by segment
  std::uint64_t sum = 0;
  for (const std::string& customer : *customers) {
    const auto partition = static_cast<std::uint16_t>(env::partition_of(customer, partitions));
    const std::string name = made_up_name();
    std::string prefix, other;
    append_customer_prefix(prefix, partition, customer);
    append_customer_prefix(other, partition, name);
    const auto visit = [&](std::string_view bytes, std::string_view value) -> Result<void> {
      Key key;
      if (!parse_key(bytes, key)) return damaged("is damaged: a key does not add up");
      if (key.segment > through) return {};  // of somebody who came since
      KeyAndValue left{other, {}};
      std::uint64_t records = 0;
      const auto out = keep_ledger(value, customer, name, left.value, records);
      if (!out) return tl::unexpected(out.error());
      gone.emplace_back(bytes);
      taken_out[key.segment] += *out;
      sum += *out;
      append_segment(left.key, key.segment);
      if (records > 0) instead.push_back(std::move(left));
      return {};
    };
    if (auto scanned = store_->scan(prefix, visit); !scanned) return tl::unexpected(scanned.error());
  }
  const auto cut_off = env::real_files().exists(erasing_mark(folder_));
  if (!cut_off) return tl::unexpected(cut_off.error());
  if (gone.empty() && !*cut_off) return std::uint64_t{0};
  const auto renew = [&](std::string_view key, std::string_view value) -> Result<void> {
    Mark mark;
    if (decode_mark(key, value, mark) != MarkStatus::good) return damaged("is damaged: a mark does not add up");
    const auto out = taken_out.find(mark.segment);
    if (out == taken_out.end()) return {};
    if (mark.records < out->second) return damaged("is damaged: a mark tells of fewer records than there are");
    mark.records -= out->second;
    instead.push_back({std::string(key), encode_mark(mark)});
    if (mark.segment == mark_.segment) mark_.records = mark.records;
    return {};
  };
  if (auto scanned = store_->scan(mark_prefix(), renew); !scanned) return tl::unexpected(scanned.error());
  if (auto replaced = store_->replace(gone, instead); !replaced) return tl::unexpected(replaced.error());
  return sum;
}

Result<std::uint32_t> History::catch_up(log::Log& log) {
  std::uint32_t taken = 0;
  if (Result<void> fit = fits(log); !fit) return tl::unexpected(fit.error());
  for (const log::SegmentInfo& segment : log.segments()) {
    if (!segment.sealed || segment.number <= mark_.segment) continue;
    if (Result<void> indexed = index_segment(log, segment.number); !indexed) return tl::unexpected(indexed.error());
    ++taken;
  }
  return taken;
}

Result<void> History::read_customer(std::uint16_t partition, std::string_view customer, const Visit& visit) const {
  if (store_ == nullptr) return {};
  std::string prefix;
  append_customer_prefix(prefix, partition, customer);
  return store_->scan(prefix, [&](std::string_view bytes, std::string_view value) -> Result<void> {
    Key key;
    if (!parse_key(bytes, key)) return damaged("is damaged: a key cannot be read");
    Result<bool> whole = visit_value(partition, key.segment, value, visit);
    if (!whole) return tl::unexpected(whole.error());
    if (!*whole) return damaged("is damaged: records of segment " + std::to_string(key.segment) + " cannot be read");
    return {};
  });
}

/// Calls read(positions that are indexed), which reads the log beyond them; again from the start where the writer
/// has indexed and dropped what a reader was about to read.
template <typename Read>
Result<void> History::read_beyond(log::Log& log, Read read) {
  for (int look = 1;; ++look) {
    const std::vector<std::uint64_t> after =
        mark_.segment == 0 ? std::vector<std::uint64_t>(log.partitions(), 0) : mark_.heads;
    if (after.size() != log.partitions()) return fits(log);
    Result<void> done = read(after);
    if (done) return fits(log);
    if (writable_ || done.error().code != ErrorCode::not_found || look == kLooksMax) return done;
    if (Result<void> again = reopen(); !again) return again;
  }
}

Result<void> History::read_customer(std::uint16_t partition, std::string_view customer, log::Log& log,
                                    const Visit& visit) {
  std::vector<KeptRecord> beyond;
  Result<void> read = read_beyond(log, [&](std::vector<std::uint64_t> after) {
    beyond.clear();
    // Other partitions need not be read: none of their records is above this.
    for (std::size_t other = 0; other < after.size(); ++other) {
      if (other != partition) after[other] = UINT64_MAX;
    }
    const auto keep = [&](const log::Record& record) -> Result<void> {
      if (record.partition == partition && customer_to_index(record) == customer) {
        beyond.push_back({record, std::string(record.payload)});
      }
      return {};
    };
    return log.read(after, {keep, nullptr});
  });
  if (!read) return read;
  if (Result<void> indexed = read_customer(partition, customer, visit); !indexed) return indexed;
  for (KeptRecord& kept : beyond) {
    kept.record.payload = kept.payload;
    if (Result<void> visited = visit(kept.record); !visited) return visited;
  }
  return {};
}

Result<std::set<std::string>> History::known_of(std::span<const std::string> customers, log::Log& log) {
  const std::set<std::string, std::less<>> asked(customers.begin(), customers.end());
  std::set<std::string> known;
  Result<void> read = read_beyond(log, [&](const std::vector<std::uint64_t>& after) {
    const auto look = [&](const log::Record& record) -> Result<void> {
      const auto customer = customer_to_index(record);
      if (customer && asked.contains(*customer)) known.emplace(*customer);
      return {};
    };
    return log.read(after, {look, nullptr});
  });
  if (!read) return tl::unexpected(read.error());
  for (const std::string& customer : asked) {
    const auto partition = static_cast<std::uint16_t>(env::partition_of(customer, log.partitions()));
    const auto found = [&](const log::Record&) -> Result<void> {
      known.insert(customer);
      return {};
    };
    if (auto indexed = read_customer(partition, customer, found); !indexed) return tl::unexpected(indexed.error());
  }
  return known;
}

Result<void> History::for_each(const VisitCustomer& visit) const {
  if (store_ == nullptr) return {};
  return store_->scan("", [&](std::string_view bytes, std::string_view value) -> Result<void> {
    if (bytes.starts_with(mark_prefix())) return {};
    Key key;
    if (!parse_key(bytes, key)) return damaged("is damaged: a key cannot be read");
    Result<bool> whole = visit_value(key.partition, key.segment, value,
                                     [&](const log::Record& record) { return visit(key.customer, record); });
    if (!whole) return tl::unexpected(whole.error());
    if (!*whole) return damaged("is damaged: records of segment " + std::to_string(key.segment) + " cannot be read");
    return {};
  });
}

Result<void> History::for_each(log::Log& log, const VisitCustomer& visit) {
  std::optional<Grouping> beyond;
  Result<void> read = read_beyond(log, [&](const std::vector<std::uint64_t>& after) {
    beyond.emplace(log.partitions(), 0);
    const auto gather = [&](const log::Record& record) -> Result<void> {
      if (const auto customer = customer_to_index(record)) beyond->add(record, *customer);
      return {};
    };
    return log.read(after, {gather, nullptr});
  });
  if (!read) return read;

  Group group;
  bool more = beyond->next(group);
  const auto visit_group = [&]() -> Result<void> {
    Result<bool> whole = visit_value(group.partition, group.segment, group.value,
                                     [&](const log::Record& record) { return visit(group.customer, record); });
    if (!whole) return tl::unexpected(whole.error());
    CHECK_OR_DIE(*whole, "a value that was just made is whole");
    more = beyond->next(group);
    return {};
  };
  const auto is_before = [&](std::uint16_t partition, std::string_view customer) {
    return group.partition != partition ? group.partition < partition : group.customer < customer;
  };
  Result<void> indexed = for_each([&](std::string_view customer, const log::Record& record) -> Result<void> {
    while (more && is_before(record.partition, customer)) {
      if (Result<void> visited = visit_group(); !visited) return visited;
    }
    return visit(customer, record);
  });
  if (!indexed) return indexed;
  while (more) {
    if (Result<void> visited = visit_group(); !visited) return visited;
  }
  return {};
}

Result<void> History::verify() const {
  if (store_ == nullptr) return {};
  std::map<std::uint32_t, std::uint64_t> records;  // by segment
  Result<void> counted = for_each([&](std::string_view, const log::Record& record) -> Result<void> {
    ++records[record.segment];
    return {};
  });
  if (!counted) return counted;
  std::uint32_t last = 0;
  Result<void> held = store_->scan(mark_prefix(), [&](std::string_view key, std::string_view value) -> Result<void> {
    Mark mark;
    if (decode_mark(key, value, mark) != MarkStatus::good) return damaged("is damaged: a mark cannot be read");
    if (mark.segment != last + 1) return damaged("misses segment " + std::to_string(last + 1) + " of the log");
    const std::uint64_t found = records[mark.segment];
    if (found != mark.records) {
      return damaged("has " + std::to_string(found) + " of " + std::to_string(mark.records) + " records of segment " +
                     std::to_string(mark.segment));
    }
    last = mark.segment;
    return {};
  });
  if (!held) return held;
  const bool has_unmarked = !records.empty() && records.rbegin()->first > last;
  if (has_unmarked)
    return damaged("has records of segment " + std::to_string(records.rbegin()->first) + " without its mark");
  return {};
}

Result<OpenedHistory> open_or_rebuild(const std::string& folder, log::Log& log) {
  const auto open_and_catch_up = [&]() -> Result<std::unique_ptr<History>> {
    Result<std::unique_ptr<History>> history = History::open(folder);
    if (!history) return history;
    Result<std::uint32_t> taken = (*history)->catch_up(log);
    if (!taken) return tl::unexpected(taken.error());
    return history;
  };
  Result<std::unique_ptr<History>> history = open_and_catch_up();
  if (history) return OpenedHistory{std::move(*history), ""};
  const Error cause = history.error();
  if (cause.code != ErrorCode::corrupt && cause.code != ErrorCode::version) return tl::unexpected(cause);
  const std::vector<log::SegmentInfo> segments = log.segments();
  if (segments.empty() || segments.front().number != 1) {
    return fail(cause.code, cause.message +
                                "; the log does not reach back to its beginning, so the history cannot be "
                                "built anew from it: take it from a backup");
  }
  if (Result<void> destroyed = Store::destroy(folder); !destroyed) return tl::unexpected(destroyed.error());
  history = open_and_catch_up();
  if (!history) return tl::unexpected(history.error());
  return OpenedHistory{std::move(*history), cause.message + "; it has been built anew from the log"};
}

}  // namespace tend::history
