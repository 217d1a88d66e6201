// Which customer and message a platform's receipt is about: by our key, by the platform's own name for the message, or
// by the address. Kept beside the history for as long as receipts may come; it can be lost without harm to anything
// else.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/env/result.hpp"
#include "engine/state/input.hpp"

namespace tend::history {

struct Sent {
  state::SendKey key;
  env::Moment at = 0;  // when it was handed over
  std::string customer;
  std::string playbook;
  std::string message;
  std::string channel;
};

inline constexpr env::Moment kReceiptsFor = 90 * env::kDay;

/// What is written survives the end of the process, and what was written long enough ago that of the machine.
/// Addresses are kept as hashes. Thread: any.
class SentBook {
 public:
  virtual ~SentBook() = default;
  /// Errors: `io`, `corrupt`, `in_use`, with the folder.
  static Result<std::unique_ptr<SentBook>> open(const std::string& folder);

  /// A channel is about to be called: receipts may come before its answer does.
  virtual Result<void> called(const Sent& sent, std::string_view address) = 0;
  /// How the platform calls it.
  virtual Result<void> named(std::string_view channel, std::string_view provider_id, state::SendKey key) = 0;

  virtual std::optional<Sent> by_key(state::SendKey key) const = 0;
  virtual std::optional<Sent> by_provider_id(std::string_view channel, std::string_view provider_id) const = 0;
  /// The last one to this address.
  virtual std::optional<Sent> by_address(std::string_view channel, std::string_view address) const = 0;

  /// All that a platform has named, with the moment of their handing over.
  virtual void each_named(std::string_view channel,
                          const std::function<void(const std::string& provider_id, env::Moment at)>& visit) const = 0;

  /// Drops what is too old for receipts, when files are merged.
  virtual void now_is(env::Moment now) = 0;
  /// Takes out all that is known of one customer.
  virtual Result<void> forget(std::string_view customer) = 0;
};

}  // namespace tend::history
