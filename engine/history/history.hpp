// The history: every input by customer, far back. It is a view of the log, made from sealed segments and never ahead
// of it: what is not indexed yet is read from the log itself.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/env/result.hpp"
#include "engine/history/store.hpp"
#include "engine/log/log.hpp"

namespace tend::history {

/// Called for each record, in the order of the log. May say no: reading then ends with its error.
/// Shape: payload valid during the call.
using Visit = std::function<Result<void>(const log::Record&)>;
/// The same with the customer; empty for records about nobody.
using VisitCustomer = std::function<Result<void>(std::string_view customer, const log::Record&)>;

/// The history of a data folder. It holds all records of the indexed segments but ticks and the log's own; records
/// about nobody (programs, deploys, …) stand under the empty customer of their partition, messages seen apart.
/// Errors: `corrupt` when store or log do not fit each other or are damaged; `io`; in every case nothing has changed.
/// Thread: reading from several threads; index_segment and catch_up from one, beside readers only of other History.
class History {
 public:
  /// Opens the history to write, or makes it. Nothing else may have it open to write. Costs some milliseconds, so it
  /// is for those who need it. Errors: also `version`, `in_use`.
  static Result<std::unique_ptr<History>> open(const std::string& folder);

  /// Opens it beside its writer: takes no lock, changes nothing, sees what is indexed at this moment. A history that
  /// nobody has made yet is empty.
  static Result<std::unique_ptr<History>> open_for_reading(const std::string& folder);

  /// Takes the records of a sealed segment in, all or none, durably. One that is already in changes nothing.
  /// Errors: `invalid` when an earlier segment is missing.
  /// Requires: opened to write. Memory: about twice the segment.
  Result<void> index_segment(log::Log& log, std::uint32_t segment);

  /// index_segment for all sealed segments that are not in. Returns how many came in.
  /// Thread: a log belongs to one thread; to index beside the one that writes, open the log for reading, anew each
  /// time.
  Result<std::uint32_t> catch_up(log::Log& log);

  /// Takes out the records of the customers and of those who became them up to a segment, so that nothing of those is
  /// in the folder any more, and gives how many they were. Entries of the ledger stay under a made-up name, because
  /// others' accounts are reckoned from them. Costs a writing of the whole history; nothing where they have no records.
  /// Requires: opened to write; the log's sealed segments are in.
  Result<std::uint64_t> erase(std::uint32_t partitions, std::span<const std::string> customers,
                              std::uint32_t through = UINT32_MAX);

  /// The last segment that is in, 0 if none is. What stands below it in the log can be trimmed.
  std::uint32_t indexed_through() const { return mark_.segment; }
  /// For each partition the last position that is in; empty before the first segment.
  std::span<const std::uint64_t> heads() const { return mark_.heads; }

  /// Sets `found` where a message from outside was seen, in the indexed segments, at `since` or later. From any
  /// thread, also beside index_segment. Requires: opened to write.
  Result<void> find_seen(std::span<const state::SeenId> ids, env::Moment since, std::vector<bool>& found) const {
    return store_->find_seen(ids, since, found);
  }

  /// The customer's records in the indexed segments.
  Result<void> read_customer(std::uint16_t partition, std::string_view customer, const Visit& visit) const;

  /// All records of the customer: the indexed ones, then the log's, none twice, none missing. A reader beside a writer
  /// looks again when the writer has indexed and dropped segments meanwhile.
  Result<void> read_customer(std::uint16_t partition, std::string_view customer, log::Log& log, const Visit& visit);

  /// Those of these customers of whom history or log have a record. Costs one reading of what the log has beyond it.
  Result<std::set<std::string>> known_of(std::span<const std::string> customers, log::Log& log);

  /// Everything that is indexed, by partition, customer (his bytes) and position.
  Result<void> for_each(const VisitCustomer& visit) const;

  /// The same with what the log has beyond it. Memory: what the log has beyond it.
  Result<void> for_each(log::Log& log, const VisitCustomer& visit);

  /// Reads everything and holds it against the marks: each segment from the first to the last is there with all its
  /// records. Errors: `corrupt` with the segment.
  Result<void> verify() const;

 private:
  History(std::string folder, std::unique_ptr<Store> store, bool writable)
      : folder_(std::move(folder)), store_(std::move(store)), writable_(writable) {}
  static Result<std::unique_ptr<History>> start(std::unique_ptr<History> history);
  Result<void> fits(const log::Log& log) const;
  Result<void> reopen();
  Result<std::set<std::string>> with_former_ids(std::span<const std::string> customers, std::uint32_t through) const;
  Result<std::uint64_t> keep_ledger(std::string_view value, const std::string& customer, const std::string& name,
                                    std::string& kept, std::uint64_t& records) const;
  template <typename Read>
  Result<void> read_beyond(log::Log& log, Read read);
  tl::unexpected<Error> damaged(const std::string& how) const;

  std::string folder_;
  std::unique_ptr<Store> store_;  // none: a reader that came before the first writer
  bool writable_;
  Mark mark_;
  std::size_t seen_expected_ = 0;  // messages of a segment, by the last one
};

struct OpenedHistory {
  std::unique_ptr<History> history;
  std::string rebuilt;  // why it was built anew, as a sentence; empty if it was not
};

/// Opens the history to write and brings it up to the log's last sealed segment. One that is damaged or of another
/// version is built anew, if the log still begins with its first segment.
/// Errors: as open and index_segment; of what cannot be built anew, the sentence says so.
Result<OpenedHistory> open_or_rebuild(const std::string& folder, log::Log& log);

}  // namespace tend::history
