// Rejected rows that are never read again, as those of a database behind its cursor: one file for all imports, each row
// in it once.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

#include "engine/env/files.hpp"
#include "engine/env/result.hpp"

namespace tend::simulate {

class RejectsFile {
 public:
  /// Reads what an earlier import put there; makes nothing yet.
  /// Errors: of the disk; `invalid` where the file has another header.
  static Result<RejectsFile> open(env::Files& files, std::string path, std::string header);

  /// Shape: a line without its end.
  void add(std::string_view line);
  /// Durable when it returns. A crash before loses lines that were added since, one behind it none.
  Result<void> write();

  const std::string& path() const { return path_; }

 private:
  RejectsFile(env::Files& files, std::string path, std::string header)
      : files_(&files), path_(std::move(path)), header_(std::move(header)) {}

  env::Files* files_;
  std::string path_;
  std::string header_;
  std::uint64_t size_ = 0;  // of whole lines
  std::string pending_;
  std::unordered_set<std::string> known_;  // hashes of lines: membership only
};

}  // namespace tend::simulate
