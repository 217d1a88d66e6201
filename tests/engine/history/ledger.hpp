// A log on the real disk with small segments, and what a history must say of it, remembered independently.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "engine/env/files.hpp"
#include "engine/history/history.hpp"
#include "engine/log/segment_log.hpp"
#include "engine/state/input.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/test.hpp"

namespace tend::history {

inline constexpr std::uint32_t kPartitions = 4;

/// What a reader got of one record: partition, position, kind, epoch, payload.
using Seen = std::tuple<std::uint16_t, std::uint64_t, int, std::uint32_t, std::string>;

inline Seen seen(const log::Record& record) {
  return {record.partition, record.position, record.kind, record.epoch, std::string(record.payload)};
}

class Ledger {
 public:
  Ledger() { open(); }

  void open() {
    log_.reset();
    Result<log::OpenedLog> opened =
        log::open_log(env::real_files(), folder_.file("log"), {.partitions = kPartitions, .segment_bytes = 8192});
    INFO((opened ? "" : opened.error().message));
    REQUIRE(opened);
    log_ = std::move(opened->log);
    REQUIRE(log_->claim("test"));
  }

  void event(std::uint16_t partition, const std::string& customer, const std::string& fields = "") {
    std::string payload;
    encode(payload, state::EventInput{.moment = 1, .at = 1, .customer = customer, .event = 0, .fields = fields});
    add(partition, state::InputKind::event, payload, customer, true);
  }
  void tick(std::uint16_t partition) {
    std::string payload;
    state::encode_moment(payload, 5);
    add(partition, state::InputKind::tick, payload, "", false);
  }
  /// A message seen at `moment`: beside the history by customer.
  void seen_at(const state::SeenId& id, env::Moment moment) {
    std::string payload;
    encode(payload, state::SeenInput{.moment = moment, .ids = {reinterpret_cast<const char*>(id.data()), id.size()}});
    add(0, state::InputKind::seen, payload, "", false);
  }
  void deploy(std::uint16_t partition) { add(partition, state::InputKind::deploy, "a program", "", true); }

  void append() {
    std::vector<Seen> appended;
    REQUIRE(log_->append(batch_));
    batch_.each([&](const log::Record& record) { appended.push_back(seen(record)); });
    REQUIRE(appended.size() == pending_.size());
    for (std::size_t i = 0; i < pending_.size(); ++i) {
      const auto& [customer, indexed] = pending_[i];
      if (indexed) expected_[{std::get<0>(appended[i]), customer}].push_back(appended[i]);
    }
    batch_.clear();
    pending_.clear();
  }

  /// Events of two customers per partition until the log has `count` sealed segments.
  void fill(std::uint32_t count) {
    while (sealed() < count) {
      const auto partition = static_cast<std::uint16_t>(next_ % kPartitions);
      event(partition, "c" + std::to_string(next_ % 2),
            std::string(100 + next_ % 50, static_cast<char>('a' + next_ % 26)));
      if (next_ % 3 == 0) tick(partition);
      if (++next_ % 5 == 0) append();
    }
    if (!pending_.empty()) append();
  }

  std::uint32_t sealed() const {
    std::uint32_t last = 0;
    for (const log::SegmentInfo& segment : log_->segments()) last = segment.sealed ? segment.number : last;
    return last;
  }
  log::Log& log() { return *log_; }
  const TempFolder& folder() const { return folder_; }
  std::string history_folder() const { return folder_.file("history"); }
  /// By partition and customer, as for_each must give it.
  const std::map<std::pair<std::uint16_t, std::string>, std::vector<Seen>>& expected() const { return expected_; }
  std::vector<Seen> expected(std::uint16_t partition, const std::string& customer) const {
    const auto found = expected_.find({partition, customer});
    return found == expected_.end() ? std::vector<Seen>() : found->second;
  }

 private:
  void add(std::uint16_t partition, state::InputKind kind, const std::string& payload, const std::string& customer,
           bool indexed) {
    batch_.add(static_cast<std::uint8_t>(kind), partition, payload);
    pending_.emplace_back(customer, indexed);
  }

  TempFolder folder_;
  std::unique_ptr<log::Log> log_;
  log::Batch batch_;
  std::vector<std::pair<std::string, bool>> pending_;
  std::map<std::pair<std::uint16_t, std::string>, std::vector<Seen>> expected_;
  std::uint64_t next_ = 0;
};

inline std::unique_ptr<History> open_history(const std::string& folder) {
  Result<std::unique_ptr<History>> history = History::open(folder);
  INFO((history ? "" : history.error().message));
  REQUIRE(history);
  return std::move(*history);
}

inline std::vector<Seen> read(const History& history, std::uint16_t partition, const std::string& customer) {
  std::vector<Seen> records;
  REQUIRE(history.read_customer(partition, customer, [&](const log::Record& record) -> Result<void> {
    records.push_back(seen(record));
    return {};
  }));
  return records;
}

inline std::vector<Seen> read_all(History& history, log::Log& log, std::uint16_t partition,
                                  const std::string& customer) {
  std::vector<Seen> records;
  const auto done = history.read_customer(partition, customer, log, [&](const log::Record& record) -> Result<void> {
    records.push_back(seen(record));
    return {};
  });
  INFO((done ? "" : done.error().message));
  REQUIRE(done);
  return records;
}

/// Everything in the order in which for_each gives it.
using Listing = std::vector<std::pair<std::string, Seen>>;

inline Listing listing(const std::map<std::pair<std::uint16_t, std::string>, std::vector<Seen>>& expected) {
  Listing all;
  for (const auto& [key, records] : expected) {
    for (const Seen& record : records) all.emplace_back(key.second, record);
  }
  return all;
}

inline Listing list(History& history, log::Log* log) {
  Listing all;
  const auto visit = [&](std::string_view customer, const log::Record& record) -> Result<void> {
    all.emplace_back(customer, seen(record));
    return {};
  };
  REQUIRE((log == nullptr ? history.for_each(visit) : history.for_each(*log, visit)));
  return all;
}

}  // namespace tend::history
