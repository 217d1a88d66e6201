#include "engine/history/rocks.hpp"

#include <rocksdb/options.h>

namespace tend::history {

void merge_behind_all_else() {
  // If the system refuses, they only compete.
  (void)rocksdb::Env::Default()->LowerThreadPoolCPUPriority(rocksdb::Env::LOW, rocksdb::CpuPriority::kLow);
}

Result<void> done_in(const std::string& folder, const rocksdb::Status& status) {
  if (status.ok()) return {};
  const std::string where = "`" + folder + "`";
  if (status.IsCorruption()) return fail(ErrorCode::corrupt, where + " is damaged: " + status.ToString());
  if (status.IsIOError() && status.ToString().find("lock") != std::string::npos)
    return fail(ErrorCode::in_use, "another process has " + where + " open");
  return fail(ErrorCode::io, "cannot use " + where + ": " + status.ToString());
}

rocksdb::Status erase_deleted(rocksdb::DB& db) {
  rocksdb::WriteOptions durable;
  durable.sync = true;
  rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  rocksdb::Status status;
  for (int change = 0; change < 2; ++change) {
    if (status.ok()) status = db.Put(durable, "z", "");
    if (status.ok()) status = db.Flush(rocksdb::FlushOptions());
    if (status.ok()) status = db.CompactRange(all, nullptr, nullptr);
  }
  if (status.ok()) status = db.DisableFileDeletions();
  if (status.ok()) status = db.EnableFileDeletions(true);  // looks at once
  return status;
}

}  // namespace tend::history
