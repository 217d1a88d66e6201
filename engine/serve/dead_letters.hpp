// Calls of lists that no playbook could take: kept with the reason, so that they can be looked at and, once the
// playbooks know them, taken. Files of JSON lines in the data folder, as many as there is room for (docs/serve.md).
#pragma once
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/env/files.hpp"
#include "engine/env/moment.hpp"

namespace tend::serve {

struct DeadLetter {
  env::Moment at = 0;  // when it came
  std::string source;  // of its messages: the key's name, or the write key
  bool cloud = false;  // a CloudEvent; else one of Segment's calls
  std::string sent;    // `sentAt` of the list that it came in
  std::string reason;
  std::string call;  // its JSON
};

std::string line_of(const DeadLetter& letter);
/// Errors: false for a line that is none.
bool read_line(std::string_view line, DeadLetter& letter);

struct DeadLetterLimits {
  std::uint64_t file_bytes = 4u << 20;
  std::size_t files = 16;  // the oldest goes
};

/// Told of each, oldest first.
using VisitLetter = std::function<Result<void>(const DeadLetter&)>;
/// What is in a folder, also beside the process that writes it. A line that was not finished is left out.
Result<void> read_dead_letters(env::Files& files, const std::string& folder, const VisitLetter& visit);

/// Errors: of the disk. Thread: any.
class DeadLetters {
 public:
  /// Shape: `folder` is made when the first comes.
  DeadLetters(env::Files& files, std::string folder, const DeadLetterLimits& limits = {})
      : files_(files), folder_(std::move(folder)), limits_(limits) {}

  /// Durable when it returns.
  Result<void> add(const std::vector<DeadLetter>& letters);

  /// Begins a new file, and names those before it: nothing is added to them any more.
  Result<std::vector<std::string>> close_files();
  /// The letters of such a file.
  Result<std::vector<DeadLetter>> read(const std::string& name);
  Result<void> remove(const std::string& name);

  /// Takes out the letters in which one of these ids stands, and gives how many they were. A file that had some is
  /// written anew.
  Result<std::uint64_t> forget(const std::vector<std::string>& ids);

  std::uint64_t added() const;
  std::uint64_t dropped_files() const;

 private:
  Result<void> begin_file();
  Result<void> drop_oldest();

  env::Files& files_;
  const std::string folder_;
  const DeadLetterLimits limits_;
  mutable std::mutex mutex_;
  std::unique_ptr<env::File> file_;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t added_ = 0, dropped_files_ = 0;
};

}  // namespace tend::serve
