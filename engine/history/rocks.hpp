// What the data folder's stores of RocksDB have in common: no diary, merges that yield, the sentences for refusals, and
// how something is taken out so that it is nowhere any more.
#pragma once
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/write_batch.h>

#include <cstdarg>
#include <string>

#include "engine/env/result.hpp"

namespace tend::history {

/// RocksDB's own diary is for its developers; what goes wrong comes back as a status.
class NoDiary final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, std::va_list /*arguments*/) override {}
};

/// Merges of files may lag: they should not take the processor from the loop. For all stores of the process.
void merge_behind_all_else();

/// Errors: `corrupt`, `in_use`, `io`, with the folder; none where the status is good.
Result<void> done_in(const std::string& folder, const rocksdb::Status& status);

/// After keys were deleted: writes every file anew, so that nothing of them is in the folder when it returns. A mark
/// that something is deleted would only hide it, and the table of contents of before names keys until the next change
/// begins a new one.
/// Requires: Options::max_manifest_file_size of 1; no key `z` that is needed. Thread: any, beside readers and writers.
rocksdb::Status erase_deleted(rocksdb::DB& db);

}  // namespace tend::history
