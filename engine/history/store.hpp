// RocksDB, as far as the history needs it: sorted files that come in whole, and scans.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/env/result.hpp"
#include "engine/history/entry.hpp"
#include "engine/history/grouping.hpp"
#include "engine/history/seen_filter.hpp"
#include "engine/state/input.hpp"

namespace tend::history {

/// Called for each key of a scan; an error ends it.
using VisitKey = std::function<Result<void>(std::string_view key, std::string_view value)>;

struct KeyAndValue {
  std::string key, value;
};

/// A file that is there while a replace() is under way: after a crash what it took out may still stand in files.
std::string erasing_mark(const std::string& folder);

/// Errors: `corrupt` for a damaged store, `io` for the disk's refusals, both with the folder.
/// Thread: scans from several threads; ingest from one.
class Store {
 public:
  virtual ~Store() = default;

  /// Opens the store, or makes it; takes RocksDB's own lock on the folder. Starts no threads.
  static Result<std::unique_ptr<Store>> open(const std::string& folder);
  /// Opens it beside its writer, as it is at this moment and stays for this reader. None where there is no store yet.
  static Result<std::unique_ptr<Store>> open_for_reading(const std::string& folder);
  /// Removes a store that nobody has open, damaged or not.
  static Result<void> destroy(const std::string& folder);

  /// Writes the records of a segment and its mark in one step: after a crash all of them are there, or none. Durable
  /// when it returns; `mark.records` is filled in.
  /// `seen` comes in with it, in any order; what was seen more than state::kSeenFor before the latest of them goes when
  /// files are merged.
  virtual Result<void> ingest(Grouping& records, Mark& mark, std::vector<SeenMessage>& seen) = 0;

  /// Sets `found` where a message was seen at `since` or later. From any thread, also beside ingest. Costs a look into
  /// SeenFilter for those that were not, which is nearly all; before the first ingest, which reads all to fill it, a
  /// look into the filters of RocksDB's files, which lie on the disk.
  virtual Result<void> find_seen(std::span<const state::SeenId> ids, env::Moment since, std::vector<bool>& found) = 0;

  /// Takes keys out and puts others in, in one step, and writes every file anew without what was taken out: when it
  /// returns nothing of it is in the folder; also of what one that a crash cut off took out. Costs a reading and a
  /// writing of the whole store.
  virtual Result<void> replace(std::span<const std::string> gone, std::span<const KeyAndValue> instead) = 0;

  /// The last mark. Shape: segment 0 in a store without any. Errors: also `version`.
  virtual Result<Mark> last_mark() const = 0;

  /// All keys that begin with `prefix`, in their order.
  virtual Result<void> scan(std::string_view prefix, const VisitKey& visit) const = 0;
};

}  // namespace tend::history
