// The seam between the dispatcher and one way of sending: a file, the console, later a provider's API.
#pragma once
#include <cstdio>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/channel/config.hpp"
#include "engine/env/clock.hpp"
#include "engine/env/files.hpp"
#include "engine/run/sender.hpp"

namespace tend::channel {

/// What an adapter can and cannot do.
struct Capabilities {
  /// settle answers `handed_over` or `never`. Without it the engine writes a dispatch record before each hand_over.
  bool can_settle = false;
  /// Most sends of one hand_over.
  std::size_t batch_max = std::numeric_limits<std::size_t>::max();
};

/// One open channel.
/// Thread: one call at a time.
class Adapter {
 public:
  virtual ~Adapter() = default;
  virtual Capabilities capabilities() const = 0;
  /// Shape: one answer per send, in their order; at most batch_max sends, each of them for this channel.
  /// Errors: the channel cannot be used at all; then only what settle finds counts as handed over.
  virtual Result<std::vector<run::Answer>> hand_over(std::span<const run::Send> sends) = 0;
  /// What is known of sends whose outcome was not recorded. Shape: one answer per send, in their order.
  virtual Result<std::vector<run::Settled>> settle(std::span<const run::Send> sends) = 0;
};

/// Everything outside the process that channels touch.
struct Outside {
  env::Files& files;
  std::FILE* console;                             // where the `console` adapter prints
  env::Clock& clock;                              // for rates
  std::function<void(std::int64_t ms)> sleep_ms;  // for rates
};

/// The disk, stdout and the clock of this machine.
Outside real_outside();

/// Opens a channel. One over the network is its stand-in, which accepts everything and calls nobody: for recorded time.
/// Shape: paths in its options are relative to `base_folder`; `outside` is copied, what it refers to
/// outlives the adapter. Errors: those of check_channel; `io`, `invalid` when the adapter cannot start.
Result<std::unique_ptr<Adapter>> make_adapter(const ChannelConfig& config, const std::string& base_folder,
                                              const Outside& outside);

}  // namespace tend::channel
