// Who did what, when, and how it ended: a line of JSON for each order, each look at a customer, each refusal. It is
// only ever appended to. No personal data but ids.
#pragma once
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "engine/env/moment.hpp"
#include "engine/env/result.hpp"

namespace tend::serve {

struct AuditEntry {
  env::Moment at = 0;
  std::string key;   // its id; `open` where none is asked for, `shell` for who has the data folder; empty: nobody known
  std::string name;  // of the key
  std::string what;  // `POST /v1/start win_back c1`
  unsigned status = 0;  // HTTP's
};
std::string line_of(const AuditEntry& entry);
/// None for a line that is none.
std::optional<AuditEntry> read_audit_line(std::string_view line);

/// One for all lines of a kind that whoever is refused could fill a disk with.
inline constexpr unsigned kRefusalsPerSecond = 10;

/// Errors: `io`. Thread: any; also beside another process, for each line is one write at the end.
class Audit {
 public:
  /// Shape: `path` is a file of the real disk; it is made, for its owner alone, when the first line comes.
  explicit Audit(std::string path) : path_(std::move(path)) {}
  ~Audit();
  Audit(const Audit&) = delete;
  Audit& operator=(const Audit&) = delete;

  /// Durable when it returns.
  Result<void> add(const AuditEntry& entry);
  /// The same for somebody who was refused; only so many of a second are written, and how many were not.
  Result<void> add_refusal(AuditEntry entry);

 private:
  Result<void> append(const std::string& line);
  const std::string path_;
  std::mutex mutex_;
  int file_ = -1;
  std::int64_t second_ = 0;
  unsigned in_second_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace tend::serve
