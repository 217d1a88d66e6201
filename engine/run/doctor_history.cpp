// The doctor's look at the history: it is whole, not ahead of the log, and holds what the log holds.
#include <map>

#include "engine/env/draw.hpp"
#include "engine/history/history.hpp"
#include "engine/log/segment_log.hpp"
#include "engine/run/doctor_folder.hpp"

namespace tend::run {
namespace {

/// What a segment holds, in a number that does not depend on the order in which its records are met.
struct Content {
  std::uint64_t records = 0;
  std::uint64_t sum = 0;
  friend bool operator==(const Content&, const Content&) = default;
  void add(const log::Record& record) {
    std::uint64_t hash = env::fnv1a64(record.payload);
    for (const std::uint64_t part : {std::uint64_t{record.kind}, std::uint64_t{record.partition}, record.position})
      hash = env::fmix64(hash ^ part);
    sum += hash;
    ++records;
  }
};

/// Does the history keep records of this kind? Ticks are the clock's, and the log's own are nobody's.
bool is_kept(const log::Record& record) {
  const auto kind = static_cast<state::InputKind>(record.kind);
  return record.partition != log::kNoPartition && kind != state::InputKind::tick && kind != state::InputKind::seen;
}

}  // namespace

Result<void> check_history(const DataFolder& folder, std::vector<Finding>& findings) {
  auto log = log::open_log_for_reading(*folder.files, folder.log());
  if (!log) return log.error().code == ErrorCode::not_found ? Result<void>() : tl::unexpected(log.error());
  auto history = history::History::open_for_reading(folder.history());
  if (!history) return tl::unexpected(history.error());
  const std::uint32_t through = (*history)->indexed_through();
  if (through == 0) return {};
  if (auto whole = (*history)->verify(); !whole) return whole;

  std::map<std::uint32_t, Content> kept, written;
  const auto add = [&](std::string_view, const log::Record& record) -> Result<void> {
    kept[record.segment].add(record);
    return {};
  };
  if (auto read = (*history)->for_each(add); !read) return read;
  log::Visitor visitor;
  for (const log::SegmentInfo& segment : (*log)->segments()) {
    if (!segment.sealed || segment.number > through) continue;
    Content& content = written[segment.number];
    visitor.on_record = [&content](const log::Record& record) -> Result<void> {
      if (is_kept(record)) content.add(record);
      return {};
    };
    if (auto read = (*log)->read_segment(segment.number, visitor); !read) return read;
  }
  for (const auto& [segment, content] : written) {
    if (kept[segment] == content || findings.size() >= kFindingsMax) continue;
    findings.push_back({.check = "history",
                        .partition = 0,
                        .customer = {},
                        .playbook = {},
                        .journey = 0,
                        .what = "the history has " + std::to_string(kept[segment].records) + " records of segment " +
                                std::to_string(segment) + " of the log, which holds " +
                                std::to_string(content.records) +
                                (kept[segment].records == content.records ? ", and they are not the same" : "")});
  }
  for (std::size_t p = 0; p < (*history)->heads().size() && p < (*log)->heads().size(); ++p) {
    if ((*history)->heads()[p] <= (*log)->heads()[p]) continue;
    findings.push_back({.check = "history",
                        .partition = static_cast<std::uint32_t>(p),
                        .customer = {},
                        .playbook = {},
                        .journey = 0,
                        .what = "the history is ahead of the log"});
  }
  return {};
}

}  // namespace tend::run
