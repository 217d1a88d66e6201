// The dispatcher: what the engine's loop hands over goes to the channel that each message names, at the channel's rate.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/channel/adapter.hpp"
#include "engine/channel/rate.hpp"
#include "engine/run/sender.hpp"

namespace tend::channel {

/// Recorded time does not wait for a channel's rate; live time does.
enum class Pace { recorded, live };

/// The channels of a workspace as the engine's loop sees them. A message without a channel's name goes to the first of
/// the list (a workspace sorts them by name). A message for a channel that is not there is answered with
/// `rejected_request` and the reason "no channel `x`". Thread: one call at a time.
class Dispatcher final : public run::Sender {
 public:
  /// Opens all channels. Shape: `outside` is copied, what it refers to outlives the dispatcher.
  /// Errors: those of check_channels and make_adapter; then nothing stays open.
  static Result<std::unique_ptr<Dispatcher>> open(std::span<const ChannelConfig> configs,
                                                  const std::string& base_folder, const Outside& outside, Pace pace);

  /// The messages of one channel leave in their order; channels stand by themselves. In live time it takes as long as
  /// the rates demand: hand over what `room` allows to be back at once.
  Result<std::vector<run::Answer>> hand_over(std::span<const run::Send> sends) override;

  /// For a channel that is no longer configured: unknown.
  Result<std::vector<run::Settled>> settle(std::span<const run::Send> sends) override;

  bool needs_dispatch_record(std::string_view channel) const override;

  /// In live time channels over the network are not this dispatcher's: their messages wait for a `serve`.
  const run::Slow* slow(std::string_view channel) const override;

  /// How many messages the channel takes without waiting, now; no limit is the largest number.
  std::size_t room(std::string_view channel) override;

 private:
  struct Channel {
    std::string name;
    std::unique_ptr<Adapter> adapter;
    std::optional<TokenBucket> bucket;  // in live time, where the channel has a rate
    bool is_remote = false;             // and live
  };
  struct Group;

  explicit Dispatcher(Outside outside) : outside_(std::move(outside)) {}
  const Channel* find(std::string_view channel) const;
  std::vector<Group> group(std::span<const run::Send> sends) const;
  std::size_t wait_for_room(Channel& channel, std::size_t count);
  Result<std::vector<run::Answer>> hand_over_group(Channel& channel, std::span<const run::Send> sends);

  Outside outside_;
  std::vector<Channel> channels_;
};

}  // namespace tend::channel
