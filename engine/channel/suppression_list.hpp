// Addresses that are not to be written to although nobody knows any more whose they were: what is left of a customer
// who had taken his consent back, or was suppressed, and then was forgotten.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/env/moment.hpp"
#include "engine/env/result.hpp"

namespace tend::channel {

/// What is not to be written there.
enum class Suppressed : std::uint8_t { all, marketing };

struct SuppressedAddress {
  std::string channel;
  std::string address;
  Suppressed what = Suppressed::all;
};

/// One way of writing an address for all: without regard to case, blanks, hyphens and brackets of a number, +86.
std::string plain_address(std::string_view address);

/// A file of lines, only ever appended to: a moment, what is suppressed, and a hash of channel and address under a key
/// that stands in the first line. Nobody reads an address from it, but who has the file can try numbers out: it is for
/// its owner alone. The address is taken without regard to how it is written: case, blanks, hyphens and brackets of a
/// number, +86.
/// Errors: `io`; `corrupt` with what to do.
/// Thread: any; also beside another process, for each change is one write at the end, and is seen by all at once.
class SuppressionList {
 public:
  /// Shape: `path` is a file of the real disk; it is made when the first address comes.
  explicit SuppressionList(std::string path) : path_(std::move(path)) {}
  ~SuppressionList();
  SuppressionList(const SuppressionList&) = delete;
  SuppressionList& operator=(const SuppressionList&) = delete;

  /// What is suppressed at this address; nothing where it is not in the list.
  Result<std::optional<Suppressed>> find(std::string_view channel, std::string_view address);
  /// Durable when it returns. What is there already is not written again.
  Result<void> add(std::span<const SuppressedAddress> addresses, env::Moment at);
  /// Takes one out again. False where it was not in the list. Durable when it returns.
  Result<bool> lift(std::string_view channel, std::string_view address, env::Moment at);

 private:
  using Bytes = std::array<unsigned char, 32>;
  void close();
  Result<void> make();
  Result<void> read_new();
  Result<void> read_rest();
  Result<void> append(const std::string& lines);
  Result<void> damaged() const;
  Bytes hash_of(std::string_view channel, std::string_view address) const;

  const std::string path_;
  std::mutex mutex_;
  int file_ = -1;
  std::uint64_t read_ = 0;  // bytes of whole lines
  Bytes key_{};
  std::map<Bytes, Suppressed> known_;
};

}  // namespace tend::channel
