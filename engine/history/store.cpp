// RocksDB: how it is opened, fed with sorted files, scanned, and what its refusals are called.
#include "engine/history/store.hpp"

#include "engine/env/files.hpp"
#include "engine/history/rocks.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/compaction_filter.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/iterator.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <numeric>

namespace tend::history {
namespace {

// Files of single segments that may lie side by side before they are merged. A read looks into each of them.
constexpr int kRunsMax = 12;
// How often a reader tries again when the writer merged files while the reader was opening them.
constexpr int kOpeningsMax = 10;

// The same of messages seen. Those that SeenFilter cannot say no to are looked up in each of the files; a merge costs
// as much for each message as all else that the history does with it.
constexpr int kSeenRunsMax = 8;
// What filters and blocks of messages seen may take in memory, however many there are.
constexpr std::size_t kSeenCacheBytes = 8u << 20;
constexpr double kSeenFilterBits = 12;  // per message: three of a thousand new ones are looked for in vain
const char* const kSeenFamily = "seen";

/// Drops what was seen too long ago, when files are merged.
class Forgetting final : public rocksdb::CompactionFilter {
 public:
  bool Filter(int /*level*/, const rocksdb::Slice& /*key*/, const rocksdb::Slice& value, std::string* /*instead*/,
              bool* /*changed*/) const override {
    return moment_in(value) < since_.load(std::memory_order_relaxed);
  }
  const char* Name() const override { return "tend.seen"; }

  static env::Moment moment_in(const rocksdb::Slice& value) {
    env::Moment moment = env::kNoMoment;
    if (value.size() == sizeof moment) std::memcpy(&moment, value.data(), sizeof moment);
    return moment;
  }
  env::Moment since() const { return since_.load(std::memory_order_relaxed); }
  void now_is(env::Moment moment) {
    if (moment - state::kSeenFor > since_.load()) since_.store(moment - state::kSeenFor);
  }

 private:
  std::atomic<env::Moment> since_{env::kNoMoment};
};

rocksdb::Options options() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.info_log = std::make_shared<NoDiary>();
  // Keys come once and never change, so nothing is won by rewriting old data: files of a like size are merged, and
  // a record is moved a few times in its life.
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  options.compaction_options_universal.max_size_amplification_percent = 1'000'000;
  options.level0_file_num_compaction_trigger = kRunsMax;
  options.compression = rocksdb::kLZ4Compression;
  rocksdb::BlockBasedTableOptions table;
  table.block_size = 32 << 10;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = 64 << 10;  // nothing is put into it, save by replace()
  options.max_manifest_file_size = 1;    // a new table of contents with each change: see renew_table_of_contents
  options.max_open_files = -1;           // a reader keeps the files that it has seen
  options.max_file_opening_threads = 1;
  options.max_background_jobs = 1;
  options.bytes_per_sync = 1 << 20;   // as piece_by_piece(), of merges
  options.stats_dump_period_sec = 0;  // else a thread of its own
  options.stats_persist_period_sec = 0;
  options.skip_stats_update_on_db_open = true;
  return options;
}

/// Of messages seen: small keys that are looked up one by one, and mostly are not there.
rocksdb::ColumnFamilyOptions seen_options(const Forgetting* forgetting) {
  rocksdb::ColumnFamilyOptions options;
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  options.compaction_options_universal.max_size_amplification_percent = 1'000'000;
  options.level0_file_num_compaction_trigger = kSeenRunsMax;
  options.periodic_compaction_seconds = 24 * 60 * 60;  // so that what is too old goes even if nothing new comes
  options.compaction_filter = forgetting;
  options.compression = rocksdb::kNoCompression;  // hashes
  rocksdb::BlockBasedTableOptions table;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kSeenFilterBits));
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.cache_index_and_filter_blocks = true;
  table.block_cache = rocksdb::NewLRUCache(kSeenCacheBytes);
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = 64 << 10;
  return options;
}

tl::unexpected<Error> refused(const std::string& folder, const rocksdb::Status& status) {
  const std::string where = "the history in `" + folder + "`";
  if (status.subcode() == rocksdb::Status::kNoSpace || status.subcode() == rocksdb::Status::kSpaceLimit) {
    return fail(ErrorCode::io, "the disk is full: cannot write " + where);
  }
  // A file that its table of contents names and that is not there is damage too.
  const bool damaged = status.IsCorruption() || status.IsInvalidArgument() || status.IsNotFound() ||
                       status.subcode() == rocksdb::Status::kPathNotFound;
  if (damaged) return fail(ErrorCode::corrupt, where + " is damaged: " + status.ToString());
  const bool locked = status.IsIOError() && status.ToString().find("/LOCK") != std::string::npos;
  if (locked) return fail(ErrorCode::in_use, where + " is in use by another process");
  return fail(ErrorCode::io, where + " cannot be used: " + status.ToString());
}

/// As a number that compares as they do.
std::uint64_t first_bytes(const state::SeenId& id) {
  std::uint64_t value = 0;
  std::memcpy(&value, id.data(), sizeof value);
  return __builtin_bswap64(value);
}

/// By id, of one id the latest first. Ids are hashes: their first bits part them into piles of one size, each of which
/// is sorted in the cache.
void sort_by_id(std::vector<SeenMessage>& seen) {
  constexpr int kPileBits = 12;
  const auto pile_of = [](const SeenMessage& one) { return first_bytes(one.id) >> (64 - kPileBits); };
  std::vector<std::size_t> ends((1u << kPileBits) + 1, 0);
  for (const SeenMessage& one : seen) ++ends[pile_of(one) + 1];
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  const std::vector<std::size_t> begins(ends.begin(), ends.end() - 1);
  std::vector<SeenMessage> piles(seen.size());
  for (const SeenMessage& one : seen) piles[ends[pile_of(one)]++] = one;
  const auto at = [&](std::size_t index) { return piles.begin() + static_cast<std::ptrdiff_t>(index); };
  for (std::size_t pile = 0; pile < begins.size(); ++pile) {
    std::sort(at(begins[pile]), at(ends[pile]), [](const SeenMessage& a, const SeenMessage& b) {
      const std::uint64_t first_a = first_bytes(a.id), first_b = first_bytes(b.id);
      if (first_a != first_b) return first_a < first_b;
      return a.id != b.id ? a.id < b.id : a.moment > b.moment;
    });
  }
  seen = std::move(piles);
}

/// Where a file is written before it becomes part of the store.
std::string incoming(const std::string& folder) { return folder + "/incoming.tmp"; }
std::string incoming_seen(const std::string& folder) { return folder + "/incoming-seen.tmp"; }

/// A file goes to the disk as it is written: whoever syncs something small meanwhile does not wait behind all of it.
rocksdb::EnvOptions piece_by_piece() {
  rocksdb::EnvOptions options;
  options.bytes_per_sync = 1 << 20;
  return options;
}

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

class RocksStore final : public Store {
 public:
  RocksStore(std::unique_ptr<rocksdb::DB> db, std::string folder) : db_(std::move(db)), folder_(std::move(folder)) {}
  /// The same with messages seen. Shape: `family` is of `db`.
  RocksStore(std::unique_ptr<rocksdb::DB> db, std::string folder, rocksdb::ColumnFamilyHandle* family,
             std::unique_ptr<Forgetting> forgetting)
      : forgetting_(std::move(forgetting)), db_(std::move(db)), seen_(family), folder_(std::move(folder)) {}
  ~RocksStore() override {
    rocksdb::CancelAllBackgroundWork(db_.get(), true);  // a merge that is under way is done again another time
    if (seen_ != nullptr) (void)db_->DestroyColumnFamilyHandle(seen_);
  }

  Result<void> ingest(Grouping& records, Mark& mark, std::vector<SeenMessage>& seen) override;
  Result<void> find_seen(std::span<const state::SeenId> ids, env::Moment since, std::vector<bool>& found) override;
  Result<void> replace(std::span<const std::string> gone, std::span<const KeyAndValue> instead) override;
  Result<Mark> last_mark() const override;
  Result<void> scan(std::string_view prefix, const VisitKey& visit) const override;

 private:
  rocksdb::Status write_file(const std::string& path, Grouping& records, Mark& mark);
  rocksdb::Status renew_table_of_contents();
  rocksdb::Status write_seen(const std::string& path, std::vector<SeenMessage>& seen);
  rocksdb::Status fill_filter();

  std::unique_ptr<Forgetting> forgetting_;  // outlives the database
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::ColumnFamilyHandle* seen_ = nullptr;  // none: open for reading
  SeenFilter filter_;
  std::atomic<bool> filled_{false};  // it has all that was seen
  std::string folder_;
};

rocksdb::Status RocksStore::write_file(const std::string& path, Grouping& records, Mark& mark) {
  rocksdb::SstFileWriter writer(piece_by_piece(), db_->GetOptions(), nullptr, false);
  rocksdb::Status status = writer.Open(path);
  std::string key;
  mark.records = 0;
  for (Group group; status.ok() && records.next(group);) {
    key.clear();
    append_customer_prefix(key, group.partition, group.customer);
    append_segment(key, mark.segment);
    mark.records += group.records;
    status = writer.Put(key, slice(group.value));
  }
  if (status.ok()) status = writer.Put(mark_key(mark.segment), encode_mark(mark));
  if (status.ok()) status = writer.Finish();
  return status;
}

/// By id, each once: the last time counts.
rocksdb::Status RocksStore::write_seen(const std::string& path, std::vector<SeenMessage>& seen) {
  sort_by_id(seen);
  rocksdb::SstFileWriter writer(piece_by_piece(), db_->GetOptions(seen_), seen_, false);
  rocksdb::Status status = writer.Open(path);
  const state::SeenId* last = nullptr;
  for (const SeenMessage& one : seen) {
    if (!status.ok()) break;
    if (last != nullptr && one.id == *last) continue;
    last = &one.id;
    forgetting_->now_is(one.moment);
    status = writer.Put(rocksdb::Slice(reinterpret_cast<const char*>(one.id.data()), one.id.size()),
                        rocksdb::Slice(reinterpret_cast<const char*>(&one.moment), sizeof one.moment));
  }
  if (status.ok()) status = writer.Finish();
  return status;
}

/// What is in the store already.
rocksdb::Status RocksStore::fill_filter() {
  rocksdb::ReadOptions read;
  read.fill_cache = false;
  read.readahead_size = 2 << 20;
  const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(read, seen_));
  SeenMessage one;
  for (at->SeekToFirst(); at->Valid(); at->Next()) {
    if (at->key().size() != one.id.size()) continue;
    std::memcpy(one.id.data(), at->key().data(), one.id.size());
    one.moment = Forgetting::moment_in(at->value());
    filter_.add({&one, 1}, forgetting_->since());
  }
  return at->status();
}

Result<void> RocksStore::ingest(Grouping& records, Mark& mark, std::vector<SeenMessage>& seen) {
  const std::string path = incoming(folder_), seen_path = incoming_seen(folder_);
  rocksdb::Status status = write_file(path, records, mark);
  if (status.ok() && !seen.empty()) status = write_seen(seen_path, seen);
  if (status.ok() && !filled_) status = fill_filter();
  if (status.ok()) {
    filter_.add(seen, forgetting_->since());  // before anybody is told that it is in the store
    filled_ = true;
  }
  if (status.ok()) {
    rocksdb::IngestExternalFileOptions how;
    how.move_files = true;  // RocksDB syncs the file, then the folder, then its table of contents
    how.write_global_seqno = false;
    std::vector<rocksdb::IngestExternalFileArg> files(seen.empty() ? 1 : 2);  // all of them or none
    files[0].column_family = db_->DefaultColumnFamily();
    files[0].external_files = {path};
    files[0].options = how;
    if (!seen.empty()) {
      files[1].column_family = seen_;
      files[1].external_files = {seen_path};
      files[1].options = how;
    }
    status = db_->IngestExternalFiles(files);
  }
  if (status.ok()) return {};
  std::error_code ignored;  // what is left behind is written over next time
  std::filesystem::remove(path, ignored);
  std::filesystem::remove(seen_path, ignored);
  return refused(folder_, status);
}

Result<void> RocksStore::find_seen(std::span<const state::SeenId> ids, env::Moment since, std::vector<bool>& found) {
  found.assign(ids.size(), false);
  if (seen_ == nullptr || ids.empty()) return {};
  std::vector<std::uint32_t> maybe;
  if (filled_) {
    filter_.find(ids, maybe);
  } else {
    maybe.resize(ids.size());
    std::iota(maybe.begin(), maybe.end(), 0U);
  }
  if (maybe.empty()) return {};
  std::vector<rocksdb::Slice> keys;
  keys.reserve(maybe.size());
  for (const std::uint32_t i : maybe) keys.emplace_back(reinterpret_cast<const char*>(ids[i].data()), ids[i].size());
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  db_->MultiGet(rocksdb::ReadOptions(), seen_, keys.size(), keys.data(), values.data(), statuses.data());
  for (std::size_t k = 0; k < maybe.size(); ++k) {
    if (statuses[k].IsNotFound()) continue;
    if (!statuses[k].ok()) return refused(folder_, statuses[k]);
    found[maybe[k]] = Forgetting::moment_in(values[k]) >= since;
  }
  return {};
}

Result<void> RocksStore::replace(std::span<const std::string> gone, std::span<const KeyAndValue> instead) {
  env::Files& files = env::real_files();
  if (auto marked = env::write_whole_file(files, erasing_mark(folder_), "\n"); !marked) return marked;
  // Past RocksDB's own log, which would hold the keys: in memory, then all of it in one file, or nothing.
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  rocksdb::WriteBatch batch;
  rocksdb::Status status;
  for (const std::string& key : gone) status = status.ok() ? batch.Delete(key) : status;
  for (const KeyAndValue& one : instead) status = status.ok() ? batch.Put(one.key, one.value) : status;
  if (status.ok()) status = db_->Write(unlogged, &batch);
  if (status.ok()) status = db_->Flush(rocksdb::FlushOptions());
  rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  if (status.ok()) status = db_->CompactRange(all, nullptr, nullptr);
  if (status.ok()) status = renew_table_of_contents();
  if (!status.ok()) return refused(folder_, status);
  if (auto removed = files.remove(erasing_mark(folder_)); !removed) return removed;
  return files.sync_folder(folder_);
}

/// RocksDB's table of contents names the first and the last key of files that are gone, until the next change begins a
/// new one (options()). What is no longer needed is removed before this returns.
rocksdb::Status RocksStore::renew_table_of_contents() {
  const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(rocksdb::ReadOptions()));
  at->SeekToLast();  // the last mark, written as it is
  if (!at->Valid()) return at->status();
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  rocksdb::Status status = db_->Put(unlogged, at->key(), at->value());
  if (status.ok()) status = db_->Flush(rocksdb::FlushOptions());
  if (status.ok()) status = db_->DisableFileDeletions();
  if (status.ok()) status = db_->EnableFileDeletions(true);  // looks at once
  return status;
}

Result<Mark> RocksStore::last_mark() const {
  const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(rocksdb::ReadOptions()));
  at->SeekToLast();
  if (!at->Valid()) {
    if (!at->status().ok()) return refused(folder_, at->status());
    return Mark();
  }
  Mark mark;
  switch (decode_mark(at->key().ToStringView(), at->value().ToStringView(), mark)) {
    case MarkStatus::good: return mark;
    case MarkStatus::other_version:
      return fail(ErrorCode::version, "the history in `" + folder_ + "` was written by another version of tend");
    case MarkStatus::damaged: break;
  }
  return fail(ErrorCode::corrupt,
              "the history in `" + folder_ + "` is damaged: its last entry is no mark of a segment");
}

Result<void> RocksStore::scan(std::string_view prefix, const VisitKey& visit) const {
  rocksdb::ReadOptions read;
  read.fill_cache = false;
  read.readahead_size = prefix.empty() ? 2 << 20 : 0;
  const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(read));
  for (at->Seek(slice(prefix)); at->Valid() && at->key().starts_with(slice(prefix)); at->Next()) {
    if (Result<void> visited = visit(at->key().ToStringView(), at->value().ToStringView()); !visited) return visited;
  }
  if (!at->status().ok()) return refused(folder_, at->status());
  return {};
}

}  // namespace

std::string erasing_mark(const std::string& folder) { return env::join_path(folder, "erasing"); }

Result<std::unique_ptr<Store>> Store::open(const std::string& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return fail(ErrorCode::io, "cannot make the folder `" + folder + "`: " + failed.message());
  auto forgetting = std::make_unique<Forgetting>();
  rocksdb::Options how = options();
  how.create_missing_column_families = true;  // a history of before has no messages seen
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  rocksdb::DB* db = nullptr;
  merge_behind_all_else();
  const rocksdb::Status status = rocksdb::DB::Open(
      how, folder, {{rocksdb::kDefaultColumnFamilyName, how}, {kSeenFamily, seen_options(forgetting.get())}}, &families,
      &db);
  if (!status.ok()) return refused(folder, status);
  (void)db->DestroyColumnFamilyHandle(families[0]);
  std::error_code ignored;  // of a process that was killed
  std::filesystem::remove(incoming(folder), ignored);
  std::filesystem::remove(incoming_seen(folder), ignored);
  return std::make_unique<RocksStore>(std::unique_ptr<rocksdb::DB>(db), folder, families[1], std::move(forgetting));
}

Result<std::unique_ptr<Store>> Store::open_for_reading(const std::string& folder) {
  rocksdb::Status status;
  for (int opening = 0; opening < kOpeningsMax; ++opening) {
    if (!std::filesystem::exists(folder + "/CURRENT")) return std::unique_ptr<Store>();
    rocksdb::DB* db = nullptr;
    status = rocksdb::DB::OpenForReadOnly(options(), folder, &db);
    if (status.ok()) return std::make_unique<RocksStore>(std::unique_ptr<rocksdb::DB>(db), folder);
  }
  return refused(folder, status);
}

Result<void> Store::destroy(const std::string& folder) {
  const rocksdb::Status status = rocksdb::DestroyDB(folder, options());
  if (!status.ok()) return refused(folder, status);
  return {};
}

}  // namespace tend::history
