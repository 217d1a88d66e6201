// The seam between the engine's loop and the channels: sends whose cause is durable are handed over, answers come back
// as inputs.
#pragma once
#include <functional>
#include <span>
#include <string>
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
  // For channels that take their time:
  bool promotes = true;      // marketing and care: what consent, quiet hours and caps are for
  std::string_view to = {};  // Slow::to; empty where the customer has none
  std::string_view staff = {};
};

struct Answer {
  state::OutcomeKind outcome = state::OutcomeKind::accepted;
  std::string reason;  // of a rejection, one short word or sentence; accepted: how the platform calls it, or nothing
};

/// What a channel that takes its time tells of a message that it was handed: an answer, or `returned`.
struct Report {
  state::SendKey key;
  Answer answer;
  env::Moment again = env::kNoMoment;  // returned: when it may be handed over again
  bool suppress = false;               // this customer is never to be written to on this channel again
  bool soft = false;                   // refused this time; many times it is never: who adds it decides
  std::string why = {};                // suppress: in a sentence; empty: the answer says it
};

/// Of a channel that takes its time: the attributes that it needs beside the message, by name.
struct Slow {
  std::string to;     // the customer's address; empty: his id
  std::string staff;  // who it goes through; empty: nobody
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

  // ---- channels that take their time: live only. Their answers come as reports, from any thread.

  /// Null for a channel that answers in hand_over.
  virtual const Slow* slow(std::string_view) const { return nullptr; }
  /// How many messages it takes now.
  virtual std::size_t room(std::string_view) { return 0; }
  /// Requires: room.
  virtual void take(const Send&) {}
  /// It was handed over before a restart, and no answer is recorded: what became of it is told as of `take`.
  virtual void find_out(const Send&) {}
  /// Who is told of reports, and that there may be room again. Called before the first message is handed over; with
  /// empty ones, when nobody listens any more.
  virtual void tell(std::function<void(Report)> report, std::function<void()> room) { (void)report, (void)room; }
};

}  // namespace tend::run
