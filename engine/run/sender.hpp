// The seam between the engine's loop and the channels: sends whose cause is durable are handed over, answers come back
// as inputs.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "engine/env/result.hpp"
#include "engine/state/input.hpp"

namespace tend::run {

/// One part of a rendered message: kind "text", "subject", "body", "link", "image", "template", "miniprogram". The
/// values that go with one follow it, of its kind, each with its name in `field`.
struct RenderedItem {
  std::string_view kind;
  std::string_view text;
  std::string_view field = {};
};

/// A message to one customer, ready for a channel. Views live as long as the call they are passed to.
struct Send {
  state::SendKey key;
  env::Moment at = 0;
  std::string_view customer;
  std::string_view playbook;
  std::string_view message;
  std::string_view channel;
  std::span<const RenderedItem> items;
};

struct Answer {
  state::OutcomeKind outcome = state::OutcomeKind::accepted;
  std::string reason;  // of a rejection; one short word or sentence
};

/// What a channel knows after a crash about a send whose outcome was not recorded.
enum class Settled : std::uint8_t { handed_over, never, unknown };

class Sender {
 public:
  virtual ~Sender() = default;

  /// Hands over in order, answers in the same order. An `accepted` survives a crash of this process and of the machine
  /// as far as the channel can promise it. Errors: the channel cannot be used at all (disk full, …): nothing of this
  /// call counts as handed over but what `settle` finds.
  virtual Result<std::vector<Answer>> hand_over(std::span<const Send> sends) = 0;

  /// For each send without a recorded outcome, what is known of it. Called once after a restart, before anything else
  /// is handed over.
  virtual Result<std::vector<Settled>> settle(std::span<const Send> sends) = 0;

  /// True for a channel whose `settle` cannot answer: the engine then writes a durable dispatch record before
  /// hand_over.
  virtual bool needs_dispatch_record(std::string_view channel) const = 0;
};

}  // namespace tend::run
