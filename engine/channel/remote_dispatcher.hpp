// Messages to platforms over the network: the engine hands them over without waiting, what became of each comes back by
// calls on the dispatcher's own thread.
#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/channel/config.hpp"
#include "engine/channel/host.hpp"
#include "engine/channel/lane.hpp"
#include "engine/channel/remote.hpp"
#include "engine/env/clock.hpp"

namespace tend::channel {

/// Called when what was told is durable. May be called on any thread, also after the dispatcher's end; to call it twice
/// is to call it once.
using Kept = std::function<void()>;

/// What the dispatcher tells. All of it is called on its thread, one at a time, holding no lock; what takes long
/// belongs elsewhere. None may be empty but on_commit and on_room.
struct RemoteEvents {
  std::function<void(Report report)> on_report;
  /// Receipts that were asked for, and what came unasked. Until `kept` is called they may come again.
  std::function<void(const std::string& channel, News news, Kept kept)> on_news;
  /// Of a channel that commits: this message is about to be out of our hands. Called on any thread, returns when that
  /// is durable; false: it must not go. Empty: it always may.
  std::function<bool(state::SendKey key)> on_commit;
  /// There is room again on a channel whose room was nothing.
  std::function<void()> on_room;
};

struct RemoteOptions {
  env::Clock* clock = nullptr;  // null: this machine's
  RemoteEvents events;
  Chance chance;  // empty: this machine's
  /// For adapters that keep their platform in step with customers. Lifetime: outlives the dispatcher. Null: none does.
  MirrorPlace* mirror = nullptr;
  // Tests: the world and the context to run in, which they drive themselves; no thread is started then.
  NetworkHost* host = nullptr;
  boost::asio::io_context* context = nullptr;
};

/// A remote adapter by the name of its channel.
struct NamedRemote {
  ChannelConfig config;
  std::unique_ptr<Remote> remote;
};

/// Thread: every function may be called from any thread; none of them waits, but open and stop.
class RemoteDispatcher {
 public:
  /// Opens the channels whose adapter is remote and passes the others over.
  /// Errors: those of check_channels, with_secrets, make_remote and make_host.
  static Result<std::unique_ptr<RemoteDispatcher>> open(std::span<const ChannelConfig> configs, RemoteOptions options);
  /// The same with adapters that are made already.
  static Result<std::unique_ptr<RemoteDispatcher>> open(std::vector<NamedRemote> channels, RemoteOptions options);
  virtual ~RemoteDispatcher() = default;

  virtual bool has(std::string_view channel) const = 0;
  virtual RemoteCapabilities capabilities(std::string_view channel) const = 0;
  /// How many messages the channel takes now.
  virtual std::size_t room(std::string_view channel) = 0;
  /// When there may be room again where there is none; kNoMoment: on_room says it.
  virtual env::Moment room_at(std::string_view channel) = 0;
  /// Exactly one report follows, unless the process ends or stop() gives it up. Requires: has(message.channel), and no
  /// more messages than there is room: more are taken, but room is what bounds memory.
  virtual void take(Message message) = 0;
  /// An attempt of an earlier life, whose fate nobody knows: as the channel's policy says. Takes any number; a report
  /// follows as with take().
  virtual void settle(Message message) = 0;
  /// Asks what became of an accepted message, for as long as the adapter wants to. A channel that does not poll takes
  /// no notice.
  virtual void follow(std::string_view channel, std::string provider_id, env::Moment accepted_at) = 0;
  /// The platform calls; `done` gets what to answer, on the dispatcher's thread. An unknown channel is a 404.
  virtual void call_back(std::string_view channel, CallbackRequest request, std::function<void(Callback)> done) = 0;
  virtual LaneHealth health(std::string_view channel) = 0;
  virtual MirrorHealth mirror_health(std::string_view channel) = 0;
  /// Returns what waits, gives calls under way a moment to come back, and ends. Calls that did not come back have no
  /// report: settle() their messages in the next life. Nothing is called when it has returned.
  virtual void stop(std::chrono::milliseconds grace = std::chrono::seconds(5)) = 0;
};

}  // namespace tend::channel
