// The dispatcher's thread: lanes say what to do next, adapters do it, what came of it goes back to the lanes.
#include "engine/channel/remote_dispatcher.hpp"

#include <sodium.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "dsl/text/must.hpp"
#include "engine/channel/follow.hpp"
#include "engine/channel/kinds.hpp"

namespace tend::channel {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr std::size_t kPollsMax = 2;                   // of one channel at a time
constexpr std::int64_t kSleepMsMax = env::kMinute;     // the clock may be set in the meantime
constexpr std::int64_t kGatherAgainMs = env::kMinute;  // after a fault
constexpr milliseconds kKeptLookMs{100};
constexpr int kKeptLooksMax = 30;  // then it is given out again
constexpr milliseconds kCloseMs{2'000};

double chance_of_this_machine() { return randombytes_random() / 4294967296.0; }

struct Channel {
  std::string name;
  std::unique_ptr<Remote> remote;
  RemoteCapabilities can;
  std::mutex mutex;  // of the lane; held while nothing is called
  Lane lane;
  bool pump_posted = false;  // under the mutex
  // The dispatcher's thread only:
  std::set<env::Moment> alarms;
  Follows follows;
  std::size_t polls = 0;

  Channel(std::string n, std::unique_ptr<Remote> r, LaneOptions options, env::Moment now)
      : name(std::move(n)), remote(std::move(r)), can(options.can), lane(std::move(options), now) {}
};

class Dispatch final : public RemoteDispatcher {
 public:
  explicit Dispatch(RemoteOptions options)
      : options_(std::move(options)), guard_(asio::make_work_guard(own_)), context_(options_.context) {
    if (options_.clock == nullptr) options_.clock = &env::real_clock();
    if (!options_.chance) options_.chance = chance_of_this_machine;
    if (context_ == nullptr) context_ = &own_;
  }
  ~Dispatch() override { stop(milliseconds(0)); }
  Result<void> start(std::vector<NamedRemote> channels);

  bool has(std::string_view channel) const override { return find(channel) != nullptr; }
  RemoteCapabilities capabilities(std::string_view channel) const override;
  std::size_t room(std::string_view channel) override;
  env::Moment room_at(std::string_view channel) override;
  void take(Message message) override;
  void settle(Message message) override;
  void follow(std::string_view channel, std::string provider_id, env::Moment accepted_at) override;
  void call_back(std::string_view channel, CallbackRequest request, std::function<void(Callback)> done) override;
  LaneHealth health(std::string_view channel) override;
  MirrorHealth mirror_health(std::string_view channel) override { return must_find(channel).remote->mirror_health(); }
  void stop(milliseconds grace) override;

 private:
  Channel* find(std::string_view channel) const;
  Channel& must_find(std::string_view channel) const;
  env::Moment now() const { return options_.clock->now(); }
  void pump_soon(Channel& channel);
  void pump(Channel& channel);
  void arm(Channel& channel, env::Moment at);
  void spawn(Task<void> task) { asio::co_spawn(*context_, std::move(task), asio::detached); }
  Task<void> alarm(Channel& channel, env::Moment at);
  Task<void> call(Channel& channel, Lane::Work work);
  Task<void> poll(Channel& channel, Followed followed);
  Task<void> gather(Channel& channel);
  static void note_policy(Channel& channel, std::size_t count);
  Task<void> called(Channel& channel, CallbackRequest request, std::function<void(Callback)> done);
  Task<void> sleep_until(env::Moment at);
  void begin_stop();
  bool is_idle();

  RemoteOptions options_;
  asio::io_context own_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  asio::io_context* context_;
  std::unique_ptr<NetworkHost> own_host_;
  NetworkHost* host_ = nullptr;
  std::map<std::string, std::unique_ptr<Channel>, std::less<>> channels_;
  std::thread thread_;
  std::atomic<bool> stopping_ = false;
  bool abandoned_ = false;  // the dispatcher's thread only
  bool stopped_ = false;
};

Result<void> Dispatch::start(std::vector<NamedRemote> channels) {
  host_ = options_.host;
  if (host_ == nullptr && !channels.empty()) {
    auto host = make_host(*context_, *options_.clock);
    if (!host) return tl::unexpected(host.error());
    own_host_ = std::move(*host);
    host_ = own_host_.get();
    own_host_->before_end_of_mail(options_.events.on_commit);
  }
  for (NamedRemote& named : channels) {
    const ChannelConfig& config = named.config;
    if (options_.mirror != nullptr) named.remote->mirror(*options_.mirror, config.name);
    LaneOptions lane{.channel = config.name, .can = named.remote->capabilities(), .chance = options_.chance};
    const auto rate = [&](const char* name) -> std::optional<Rate> {
      const auto given = config.options.find(name);
      return given == config.options.end() ? std::nullopt : parse_rate(given->second);
    };
    lane.rate = rate("rate");
    lane.rate_per_recipient = rate("rate_per_recipient");
    lane.rate_per_domain = rate("rate_per_domain");
    const auto calls = config.options.find("concurrency");
    if (calls != config.options.end()) {
      lane.can.concurrency = parse_concurrency(calls->second).value_or(lane.can.concurrency);
    }
    channels_.emplace(config.name,
                      std::make_unique<Channel>(config.name, std::move(named.remote), std::move(lane), now()));
  }
  for (auto& [name, channel] : channels_) spawn(gather(*channel));
  if (context_ == &own_) thread_ = std::thread([this] { own_.run(); });
  return {};
}

Channel* Dispatch::find(std::string_view channel) const {
  const auto found = channels_.find(channel);
  return found == channels_.end() ? nullptr : found->second.get();
}

Channel& Dispatch::must_find(std::string_view channel) const {
  Channel* found = find(channel);
  CHECK_OR_DIE(found != nullptr, "a channel of the dispatcher");
  return *found;
}

RemoteCapabilities Dispatch::capabilities(std::string_view channel) const { return must_find(channel).can; }

std::size_t Dispatch::room(std::string_view name) {
  Channel& channel = must_find(name);
  std::size_t room = 0;
  {
    const std::lock_guard lock(channel.mutex);
    room = channel.lane.room(now());
  }
  if (room == 0) pump_soon(channel);  // who waits for room is woken by the lane's alarm
  return room;
}

env::Moment Dispatch::room_at(std::string_view name) {
  Channel& channel = must_find(name);
  const std::lock_guard lock(channel.mutex);
  return channel.lane.room_at(now());
}

void Dispatch::take(Message message) {
  Channel& channel = must_find(message.channel);
  {
    const std::lock_guard lock(channel.mutex);
    channel.lane.take(std::move(message), now());
  }
  pump_soon(channel);
}

void Dispatch::settle(Message message) {
  Channel& channel = must_find(message.channel);
  {
    const std::lock_guard lock(channel.mutex);
    channel.lane.settle(std::move(message), now());
  }
  pump_soon(channel);
}

void Dispatch::follow(std::string_view name, std::string provider_id, env::Moment accepted_at) {
  Channel* channel = find(name);
  if (channel == nullptr || !channel->can.polls || provider_id.empty()) return;
  asio::post(*context_, [this, channel, followed = Followed{std::move(provider_id), accepted_at}]() mutable {
    channel->follows.add(std::move(followed), now());
    pump(*channel);
  });
}

void Dispatch::call_back(std::string_view name, CallbackRequest request, std::function<void(Callback)> done) {
  asio::post(*context_, [this, channel = find(name), request = std::move(request), done = std::move(done)]() mutable {
    if (channel == nullptr) {
      done({.status = 404, .body = "there is no such channel\n"});
    } else {
      spawn(called(*channel, std::move(request), std::move(done)));
    }
  });
}

LaneHealth Dispatch::health(std::string_view name) {
  Channel& channel = must_find(name);
  const std::lock_guard lock(channel.mutex);
  return channel.lane.health(now());
}

void Dispatch::pump_soon(Channel& channel) {
  {
    const std::lock_guard lock(channel.mutex);
    if (channel.pump_posted) return;
    channel.pump_posted = true;
  }
  asio::post(*context_, [this, &channel] {
    {
      const std::lock_guard lock(channel.mutex);
      channel.pump_posted = false;
    }
    pump(channel);
  });
}

void Dispatch::pump(Channel& channel) {
  if (abandoned_) return;
  bool has_room = false;
  env::Moment wake = env::kNoMoment;
  while (true) {
    std::optional<Lane::Work> work;
    std::vector<Report> reports;
    {
      const std::lock_guard lock(channel.mutex);
      work = channel.lane.next(now());
      reports = channel.lane.take_reports();
      if (!work) {
        has_room = channel.lane.has_room_again(now());
        wake = channel.lane.wake_at(now());
      }
    }
    for (Report& report : reports) options_.events.on_report(std::move(report));
    if (!work) break;
    spawn(call(channel, std::move(*work)));
  }
  while (!stopping_ && channel.polls < kPollsMax) {
    std::optional<Followed> followed = channel.follows.next(now());
    if (!followed) break;
    ++channel.polls;
    spawn(poll(channel, std::move(*followed)));
  }
  if (stopping_) return;
  if (has_room && options_.events.on_room) options_.events.on_room();
  arm(channel, wake);
  if (channel.polls < kPollsMax) arm(channel, channel.follows.next_at());
}

void Dispatch::arm(Channel& channel, env::Moment at) {
  if (at == env::kNoMoment) return;
  at = std::clamp(at, now() + 1, now() + kSleepMsMax);
  // An alarm that comes before looks again.
  if (!channel.alarms.empty() && *channel.alarms.begin() <= at) return;
  channel.alarms.insert(at);
  spawn(alarm(channel, at));
}

Task<void> Dispatch::alarm(Channel& channel, env::Moment at) {
  co_await host_->sleep(milliseconds(std::max<std::int64_t>(at - now(), 1)));
  channel.alarms.erase(at);
  if (!stopping_) pump(channel);
}

Task<void> Dispatch::call(Channel& channel, Lane::Work work) {
  std::vector<Outcome> outcomes;
  try {
    if (work.ask) {
      Outcome outcome = co_await channel.remote->reconcile(work.messages.front(), *host_);
      outcomes.push_back(std::move(outcome));
    } else {
      outcomes = co_await channel.remote->submit(work.messages, *host_);
    }
  } catch (const std::exception& fault) {
    Outcome outcome;
    outcome.fate = Fate::unknown;
    outcome.reason = fault.what();
    outcomes.assign(work.messages.size(), outcome);
  }
  if (abandoned_) co_return;
  {
    const std::lock_guard lock(channel.mutex);
    channel.lane.finished(std::move(work), outcomes, now());
  }
  pump(channel);
}

Task<void> Dispatch::poll(Channel& channel, Followed followed) {
  env::Moment again = now() + 10 * env::kMinute;
  News news;
  try {
    env::Moment next = env::kNoMoment;
    news.receipts = co_await channel.remote->poll(followed.provider_id, followed.accepted, next, *host_);
    again = next;
  } catch (const std::exception&) {
    // Asked again later: what a platform's answer breaks may be whole then.
  }
  --channel.polls;
  if (stopping_) co_return;
  channel.follows.again(std::move(followed), again, now());
  if (!news.receipts.empty()) options_.events.on_news(channel.name, std::move(news), [] {});
  pump(channel);
}

Task<void> Dispatch::called(Channel& channel, CallbackRequest request, std::function<void(Callback)> done) {
  Callback callback{.status = 500, .body = "this call broke the adapter\n"};
  try {
    callback = co_await channel.remote->called(std::move(request), *host_);
  } catch (const std::exception&) {
    // Whoever calls hears of it, and may come again.
  }
  done(std::move(callback));
}

Task<void> Dispatch::sleep_until(env::Moment at) {
  while (!stopping_ && now() < at) co_await host_->sleep(milliseconds(std::min(at - now(), kSleepMsMax)));
}

void Dispatch::note_policy(Channel& channel, std::size_t count) {
  const std::lock_guard lock(channel.mutex);
  channel.lane.note_policy(count);
}

Task<void> Dispatch::gather(Channel& channel) {
  while (!stopping_) {
    env::Moment again = now() + kGatherAgainMs;
    News news;
    bool ends = false;
    try {
      env::Moment next = env::kNoMoment;
      news = co_await channel.remote->gather(next, *host_);
      ends = next == env::kNoMoment;
      again = next;
    } catch (const std::exception&) {
      // As with poll().
    }
    if (stopping_) co_return;
    if (!news.receipts.empty() || !news.inbound.empty()) {
      const auto kept = std::make_shared<std::atomic<bool>>(false);
      const auto policy =
          std::count_if(news.receipts.begin(), news.receipts.end(), [](const Receipt& one) { return one.policy; });
      options_.events.on_news(channel.name, std::move(news), [kept] { kept->store(true); });
      for (int look = 0; !stopping_ && !kept->load() && look < kKeptLooksMax; ++look)
        co_await host_->sleep(kKeptLookMs);
      // Nobody listened yet, or it could not be taken: it is given out again, and what is told twice counts once.
      if (!kept->load()) continue;
      channel.remote->gathered();
      note_policy(channel, static_cast<std::size_t>(policy));
    }
    if (ends) co_return;
    co_await sleep_until(std::max(again, now() + 1));
  }
}

void Dispatch::begin_stop() {
  for (auto& [name, channel] : channels_) {
    {
      const std::lock_guard lock(channel->mutex);
      channel->lane.stop(now());
    }
    pump(*channel);
  }
}

bool Dispatch::is_idle() {
  for (auto& [name, channel] : channels_) {
    const std::lock_guard lock(channel->mutex);
    if (channel->lane.calls_under_way() > 0) return false;
  }
  return true;
}

void Dispatch::stop(milliseconds grace) {
  if (std::exchange(stopped_, true)) return;
  stopping_ = true;
  const auto close = [this] {
    abandoned_ = true;
    if (host_ != nullptr) host_->abandon();
    for (auto& [name, channel] : channels_) channel->remote->close();
  };
  if (context_ != &own_) {
    begin_stop();
    context_->restart();
    context_->poll();
    close();
    context_->restart();
    context_->poll();
    return;
  }
  if (!thread_.joinable()) return;
  std::promise<void> begun;
  asio::post(own_, [&] {
    begin_stop();
    begun.set_value();
  });
  begun.get_future().wait();
  for (milliseconds waited{0}; waited < grace && !is_idle(); waited += milliseconds(5)) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  asio::post(own_, close);
  guard_.reset();
  // A task that waits for nothing that the host or close() could end is a fault of its adapter; it must not hold up
  // the end of tend.
  std::promise<void> ran_out;
  bool stuck = false;
  std::thread watch([this, &stuck, over = ran_out.get_future()]() mutable {
    stuck = over.wait_for(kCloseMs) == std::future_status::timeout;
    if (stuck) own_.stop();
  });
  thread_.join();
  ran_out.set_value();
  watch.join();
  if (!stuck) return;
  // What such a task holds on to is left to the end of the process.
  for (auto& [name, channel] : channels_) static_cast<void>(channel.release());
  channels_.clear();
  static_cast<void>(own_host_.release());
}

}  // namespace

Result<std::unique_ptr<RemoteDispatcher>> RemoteDispatcher::open(std::span<const ChannelConfig> configs,
                                                                 RemoteOptions options) {
  if (Result<void> checked = check_channels(configs); !checked) return tl::unexpected(checked.error());
  std::vector<NamedRemote> channels;
  for (const ChannelConfig& config : configs) {
    const AdapterKind* kind = find_adapter(config.adapter);
    if (kind->make_remote == nullptr) continue;
    auto whole = with_secrets(config);
    if (!whole) return tl::unexpected(whole.error());
    auto remote = kind->make_remote(*whole);
    if (!remote) return fail(remote.error().code, "channel `" + config.name + "`: " + remote.error().message);
    channels.push_back({config, std::move(*remote)});
  }
  return open(std::move(channels), std::move(options));
}

Result<std::unique_ptr<RemoteDispatcher>> RemoteDispatcher::open(std::vector<NamedRemote> channels,
                                                                 RemoteOptions options) {
  if (sodium_init() < 0) return fail(ErrorCode::io, "this machine gives no random numbers");
  auto dispatch = std::make_unique<Dispatch>(std::move(options));
  if (Result<void> started = dispatch->start(std::move(channels)); !started) return tl::unexpected(started.error());
  return dispatch;
}

}  // namespace tend::channel
