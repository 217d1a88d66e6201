// Which customer and message a platform's receipt is about: by our key, by the platform's own name for the message, or
// by the address. Kept beside the history for as long as receipts may come; it can be lost without harm to anything
// else.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/env/result.hpp"
#include "engine/history/soft_bounces.hpp"
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

/// Changes when the machine starts anew; empty where nothing says so.
std::string machine_boot();

/// What is written survives the end of the process, and what was written long enough ago that of the machine.
/// Addresses are kept as hashes. Thread: any.
class SentBook {
 public:
  virtual ~SentBook() = default;
  /// `boot` names this run of the machine; empty: it is not known. Errors: `io`, `corrupt`, `in_use`, with the folder.
  static Result<std::unique_ptr<SentBook>> open(const std::string& folder, std::string boot = machine_boot());

  /// Beside its writer: takes no lock, changes nothing, sees what is in it at this moment. Errors: `io`, `corrupt`.
  static Result<std::unique_ptr<SentBook>> open_for_reading(const std::string& folder);

  /// A channel is about to be called: receipts may come before its answer does.
  virtual Result<void> called(const Sent& sent, std::string_view address) = 0;
  /// It is about to be out of our hands. called() takes it back. Not synced: whatever ends the process but leaves the
  /// machine running leaves this, and nobody dies between a sync and what it is for. Errors: `io`.
  virtual Result<void> committed(state::SendKey key) = 0;
  /// False: surely not committed. Of what was called in another run of the machine that cannot be said, nor of what
  /// the book knows nothing of, unless it was in use in this run before it was opened: who was killed between saying
  /// that he calls and called() has not committed.
  virtual bool may_be_out(state::SendKey key) const = 0;
  /// How the platform calls it.
  virtual Result<void> named(std::string_view channel, std::string_view provider_id, state::SendKey key) = 0;

  virtual std::optional<Sent> by_key(state::SendKey key) const = 0;
  virtual std::optional<Sent> by_provider_id(std::string_view channel, std::string_view provider_id) const = 0;
  /// The last one to this address.
  virtual std::optional<Sent> by_address(std::string_view channel, std::string_view address) const = 0;

  /// All that a platform has named, with the moment of their handing over.
  virtual void each_named(std::string_view channel,
                          const std::function<void(const std::string& provider_id, env::Moment at)>& visit) const = 0;

  /// What became of a message of this book. It is kept where it is a soft bounce, or the customer has had one on the
  /// channel; then committed() keeps Passage::out too. Told twice it is kept once. Errors: `io`.
  virtual Result<void> passed(state::SendKey key, Passage what, std::string_view reason) = 0;
  /// What is kept of messages to the mailbox that this message went to, whoever was written to there.
  virtual std::vector<Passed> to_same_mailbox(state::SendKey key) const = 0;
  /// What is kept of messages to the customer, on all channels.
  virtual std::vector<Passed> passed_of(std::string_view customer) const = 0;

  /// Drops what is too old for receipts, when files are merged.
  virtual void now_is(env::Moment now) = 0;
  /// Takes out all that is known of these customers. Costs a writing of the book.
  virtual Result<void> forget(std::span<const std::string> customers) = 0;
};

}  // namespace tend::history
