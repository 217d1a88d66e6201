// The log in segment files of a folder: opening it to write, and opening it beside its writer to read.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/env/files.hpp"
#include "engine/env/result.hpp"
#include "engine/log/log.hpp"

namespace tend::log {

/// How a log is kept.
struct LogOptions {
  /// P, from 1 to kPartitionsMax. Fixed when the log is made: another number is refused.
  std::uint32_t partitions = 64;
  /// Units: a multiple of 4096, from 8192 to 1 GiB. May change between two openings.
  std::uint64_t segment_bytes = 64ULL << 20;
  /// How many dropped segments are kept as space for new ones; what is above is given back to the disk.
  unsigned spares_max = 4;
  /// Go through all segments when opening, not only through the last. It costs one reading of the log.
  bool check_all = true;
};

/// What a crash left of a batch, and was cut off.
struct Cut {
  std::string path;
  std::uint64_t at = 0;  // byte of the file
};

struct OpenedLog {
  std::unique_ptr<Log> log;
  std::optional<Cut> cut;
};

/// Opens the log in `folder` to write, or makes it. An unfinished end is cut.
/// Errors: `corrupt` for all else that does not add up, `version` for a format of another version, `usage` for other
/// partitions than it was made with. Requires: nobody else writes to it (Files::lock_folder on the data folder is the
/// caller's business); `files` outlives the log. Source: docs/formats/log.md.
Result<OpenedLog> open_log(env::Files& files, const std::string& folder, const LogOptions& options);

/// Opens the log in `folder` to read beside its writer: takes no lock, changes nothing. read() sees what was durable
/// when it was called, and stops quietly where the writer is. heads(), epoch(), last_batch(), last_cursor() are those
/// of the end that the last read() (or opening) came to. Errors: as open_log, and `not_found` without a log or when the
/// writer dropped a segment that was being read; claim, append and trim answer `usage`.
Result<std::unique_ptr<Log>> open_log_for_reading(env::Files& files, const std::string& folder);

/// The same for whoever wants the sealed segments alone: costs a look at each header, while the other goes through all
/// of the last segment. Until read(), the log seems to end where its last segment begins.
Result<std::unique_ptr<Log>> open_sealed_log_for_reading(env::Files& files, const std::string& folder);

}  // namespace tend::log
