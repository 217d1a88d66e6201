// What platforms have still to be told of customers: a tag that changed, a transfer to another member. Written when it
// is told by the engine, taken out when the platform has it; what stands of a customer at that moment is asked then.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/env/moment.hpp"
#include "engine/env/result.hpp"

namespace tend::history {

/// This tag of this customer is to be told, as it stands then.
struct TagTask {
  std::string channel;
  std::string customer;
  std::string tag;
  std::uint64_t version = 0;  // another one once it changed again
  std::uint32_t tries = 0;    // that came to nothing
  env::Moment not_before = 0;
};

/// A customer goes from one member to another.
struct Transfer {
  enum class Phase : std::uint8_t {
    wanted,
    called,  // the platform is being asked, or was when the process ended
    begun,   // it has taken it on
    ended,   // it is done, or refused; kept for a while, so that what is told late is known again
  };
  std::string channel;
  std::string address;  // the customer's there
  std::string customer;
  std::string from, to;
  std::string next;    // whom he is to go to when this one has come to its end; empty: it is where he is to be
  std::string reason;  // ended: why it was refused; empty where it is done
  Phase phase = Phase::wanted;
  bool resigned = false;  // the member before has left
  std::uint32_t tries = 0;
  env::Moment since = 0;  // when the platform took it on, or refused it; names this transfer
  env::Moment due = 0;    // when there is something to do about it
  std::uint64_t version = 0;
};

/// How far the engine has told of a partition.
struct ToldThrough {
  std::uint16_t partition = 0;
  std::uint64_t position = 0;
};

/// What is written survives the end of the process; that of the machine after keep(). Thread: any.
class MirrorBook {
 public:
  virtual ~MirrorBook() = default;
  /// Errors: `io`, `corrupt`, `in_use`, with the folder.
  static Result<std::unique_ptr<MirrorBook>> open(const std::string& folder);
  /// Removes one that nobody has open.
  static Result<void> destroy(const std::string& folder);

  virtual std::optional<std::uint64_t> through(std::uint16_t partition) const = 0;
  /// New tasks and how far they go, in one step. A transfer joins the one that there is of the customer: one that was
  /// not called goes to the new member at once, one that was comes first.
  virtual Result<void> add(std::span<const TagTask> tags, std::span<const Transfer> transfers,
                           std::span<const ToldThrough> through) = 0;
  virtual Result<void> keep() = 0;

  /// The next tasks of a channel behind `after` that are due, at most so many; `after` moves on. Shape: fewer than
  /// `most`: there are no more behind them.
  /// `earliest` becomes the earliest moment of those that are not due, where that is before it.
  virtual std::vector<TagTask> tags(std::string_view channel, std::string& after, std::size_t most, env::Moment now,
                                    env::Moment& earliest) const = 0;
  /// The platform has them, or will never: those that did not change meanwhile go.
  virtual Result<void> done(std::span<const TagTask> tasks) = 0;
  /// Again, with these tries and moments; those that changed meanwhile stay as they are.
  virtual Result<void> later(std::span<const TagTask> tasks) = 0;

  /// As tags().
  virtual std::vector<Transfer> transfers(std::string_view channel, std::string& after, std::size_t most,
                                          env::Moment now, env::Moment& earliest) const = 0;
  virtual std::optional<Transfer> transfer_of(std::string_view channel, std::string_view address) const = 0;
  /// Writes it as it is now, but for what was added meanwhile. False where it is to go to another member by now and the
  /// platform has not been asked yet: nothing is written then.
  virtual Result<bool> put(Transfer& transfer) = 0;
  /// It has come to its end, refused where it has a reason, and is known until `due`. Who is to go on to another member
  /// by now does so from whoever has him, in the same step.
  virtual Result<void> end(Transfer transfer, env::Moment due) = 0;
  virtual Result<void> drop(const Transfer& transfer) = 0;

  /// How often something was added: who has seen this number has seen all tasks.
  virtual std::uint64_t added() const = 0;
  /// How many tasks there are, transfers that have ended left out.
  virtual std::size_t waiting(std::string_view channel) const = 0;
  /// Takes all out that is known of these customers, also out of the files.
  virtual Result<void> forget(std::span<const std::string> customers) = 0;
};

}  // namespace tend::history
