// Who is being forgotten just now: a file of the data folder, so that a crash in the middle leaves nobody half
// forgotten. It names people, and is gone as soon as nothing is left of them.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/env/files.hpp"

namespace tend::serve {

/// One order's customers.
struct BeingForgotten {
  std::uint64_t number = 0;
  std::vector<std::string> ids;  // former ones too
  /// From when the state has forgotten them: they are erased up to this segment of the log, and whoever comes again
  /// under such an id stands behind it. 0: the log has nothing of them. None: the state may know them still.
  std::optional<std::uint32_t> through;
};

/// Shape: what the file says is what left() says. Errors: of the disk; nothing has changed then. Thread: any.
class Forgetting {
 public:
  /// Errors: `corrupt` where the file is none of tend's.
  static Result<std::unique_ptr<Forgetting>> open(env::Files& files, std::string path);

  /// Before anything is forgotten. Durable, as all of this is. Gives its number.
  Result<std::uint64_t> begin(std::vector<std::string> ids);
  /// The state has forgotten these of them.
  Result<void> erases(std::uint64_t number, std::vector<std::string> ids, std::uint32_t through);
  /// Nothing is left of them.
  Result<void> done(std::uint64_t number);

  /// Those that are not done.
  std::vector<BeingForgotten> left() const;

 private:
  Forgetting(env::Files& files, std::string path) : files_(files), path_(std::move(path)) {}
  Result<void> put(std::vector<BeingForgotten> all);

  env::Files& files_;
  const std::string path_;
  mutable std::mutex mutex_;
  std::vector<BeingForgotten> all_;
  std::uint64_t next_ = 1;
};

}  // namespace tend::serve
