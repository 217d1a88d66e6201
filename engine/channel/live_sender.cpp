#include "engine/channel/live_sender.hpp"

#include <utility>

#include "dsl/text/must.hpp"
#include "engine/channel/kinds.hpp"
#include "engine/channel/platform/items.hpp"

namespace tend::channel {
namespace {

/// Receipts that have to be asked for are asked for again after a restart, if the message is not older.
constexpr env::Moment kFollowFor = 7 * env::kDay;

Message message_of(const run::Send& send) {
  Message message{.key = send.key,
                  .at = send.at,
                  .customer = std::string(send.customer),
                  .playbook = std::string(send.playbook),
                  .message = std::string(send.message),
                  .channel = std::string(send.channel),
                  .marketing = send.promotes,
                  .to = std::string(send.to),
                  .staff = std::string(send.staff),
                  .items = {}};
  for (const run::RenderedItem& item : send.items)
    message.items.push_back({std::string(item.kind), std::string(item.text), std::string(item.field)});
  return message;
}

}  // namespace

Result<std::unique_ptr<LiveSender>> LiveSender::open(std::span<const ChannelConfig> configs,
                                                     LiveSenderOptions options) {
  if (Result<void> checked = check_channels(configs); !checked) return tl::unexpected(checked.error());
  std::unique_ptr<LiveSender> sender(new LiveSender(std::move(options)));
  sender->configs_.assign(configs.begin(), configs.end());
  std::vector<ChannelConfig> local, remote;
  for (const ChannelConfig& config : configs) {
    const bool is_remote = find_adapter(config.adapter)->make_remote != nullptr;
    (is_remote ? remote : local).push_back(config);
    if (is_remote) sender->slow_[config.name] = {option_of(config, "to"), option_of(config, "staff")};
    if (is_remote && sender->options_.links != nullptr) sender->with_links_[config.name] = link_style(config);
  }
  auto dispatcher = Dispatcher::open(local, sender->options_.base_folder, sender->options_.outside, Pace::live);
  if (!dispatcher) return tl::unexpected(dispatcher.error());
  sender->local_ = std::move(*dispatcher);
  if (remote.empty()) return sender;
  CHECK_OR_DIE(sender->options_.book != nullptr, "receipts have to find their messages");
  LiveSender* const self = sender.get();
  sender->options_.remote.events = {
      .on_report = [self](Report report) { self->reported(std::move(report)); },
      .on_news =
          [self](const std::string& channel, News news, Kept kept) {
            std::function<void(const std::string&, News, Kept)> to;
            {
              const std::lock_guard lock(self->mutex_);
              to = self->news_;
            }
            if (to) to(channel, std::move(news), std::move(kept));  // else they come again
          },
      .on_commit = [self](state::SendKey key) { return self->options_.book->committed(key).has_value(); },
      .on_room =
          [self] {
            std::function<void()> room;
            {
              const std::lock_guard lock(self->mutex_);
              room = self->room_;
            }
            if (room) room();
          }};
  sender->options_.remote.mirror = sender->options_.mirror;
  auto opened = RemoteDispatcher::open(remote, sender->options_.remote);
  if (!opened) return tl::unexpected(opened.error());
  sender->remote_ = std::move(*opened);
  return sender;
}

LiveSender::~LiveSender() { stop(); }

void LiveSender::stop() {
  {
    const std::lock_guard lock(taking_);
    stopped_ = true;
  }
  if (remote_) remote_->stop();
}

const run::Slow* LiveSender::slow(std::string_view channel) const {
  const auto found = slow_.find(channel);
  return found == slow_.end() ? nullptr : &found->second;
}

std::size_t LiveSender::room(std::string_view channel) {
  return has_remote(channel) ? remote_->room(channel) : local_->room(channel);
}

/// Where nobody can know whether he may be written to, he waits.
std::optional<Report> LiveSender::suppressed(const run::Send& send) {
  if (options_.suppressions == nullptr) return std::nullopt;
  Report report{.key = send.key, .channel = std::string(send.channel)};
  const auto found = options_.suppressions->find(send.channel, send.to);
  if (!found) {
    if (!std::exchange(list_failed_, true)) say("messages wait: " + found.error().message);
    report.kind = Report::Kind::returned;
    report.until = options_.outside.clock.now() + env::kMinute;
    return report;
  }
  list_failed_ = false;
  if (!*found || (**found == Suppressed::marketing && !send.promotes)) return std::nullopt;
  report.outcome = state::OutcomeKind::rejected_recipient;
  report.reason = "whoever had this address before, and was forgotten, did not want it";
  return report;
}

void LiveSender::take(const run::Send& send) {
  const std::lock_guard taking(taking_);
  if (stopped_) {
    Report report{.key = send.key, .channel = std::string(send.channel), .kind = Report::Kind::returned};
    report.until = options_.outside.clock.now();
    return reported(std::move(report));
  }
  {
    const std::lock_guard lock(mutex_);
    const auto [known, is_new] = known_.emplace(send.key, Known::under_way);
    if (!is_new && known->second == Known::under_way) return;  // it is being found out about: its report comes
    known->second = Known::under_way;
  }
  if (auto report = suppressed(send)) return reported(std::move(*report));
  const history::Sent sent{send.key,
                           options_.outside.clock.now(),
                           std::string(send.customer),
                           std::string(send.playbook),
                           std::string(send.message),
                           std::string(send.channel)};
  if (auto kept = options_.book->called(sent, plain_address(send.to)); !kept && !book_failed_) {
    book_failed_ = true;
    say("receipts of messages sent from now on may not find them: " + kept.error().message);
  }
  remote_->take(written(send));
}

/// As it goes out, the first time and whenever it is sent again.
Message LiveSender::written(const run::Send& send) const {
  Message message = message_of(send);
  if (const auto style = with_links_.find(send.channel); style != with_links_.end())
    add_links(message, *options_.links, style->second);
  return message;
}

void LiveSender::find_out(const run::Send& send) {
  {
    const std::lock_guard lock(mutex_);
    if (!known_.emplace(send.key, Known::under_way).second)
      return;  // only the engine was opened anew: its report comes
  }
  if (remote_->capabilities(send.channel).commits && !options_.book->may_be_out(send.key)) {
    Report report{.key = send.key, .channel = std::string(send.channel), .kind = Report::Kind::returned};
    report.until = options_.outside.clock.now();
    return reported(std::move(report));
  }
  remote_->settle(written(send));
}

/// The key is forgotten only when its report has been told: who asks in between knows that it comes.
void LiveSender::reported(Report report) {
  if (options_.on_report) options_.on_report(report);
  run::Report told{.key = report.key, .answer = {report.outcome, report.reason}, .again = report.until};
  told.suppress = report.suppress;
  told.soft = report.soft;
  if (report.kind == Report::Kind::returned) told.answer.outcome = state::OutcomeKind::returned;
  if (report.kind == Report::Kind::final && state::is_accepted(report.outcome)) {
    told.answer.reason = report.provider_id;
    if (!report.provider_id.empty()) {
      (void)options_.book->named(report.channel, report.provider_id, report.key);
      if (remote_->capabilities(report.channel).polls)
        remote_->follow(report.channel, report.provider_id, options_.outside.clock.now());
    }
  }
  std::function<void(run::Report)> to;
  {
    const std::lock_guard lock(mutex_);
    known_[report.key] = Known::being_told;
    to = report_;
    if (!to) early_.push_back(told);
  }
  if (to) to(std::move(told));
  const std::lock_guard lock(mutex_);
  const auto known = known_.find(report.key);
  if (known != known_.end() && known->second == Known::being_told) known_.erase(known);
}

void LiveSender::tell(std::function<void(run::Report)> report, std::function<void()> room) {
  std::vector<run::Report> early;
  {
    const std::lock_guard lock(mutex_);
    report_ = report;
    room_ = std::move(room);
    if (report) early.swap(early_);
  }
  for (run::Report& told : early) report(std::move(told));
}

void LiveSender::tell_news(std::function<void(const std::string&, News, Kept)> news) {
  const bool listens = news != nullptr;
  {
    const std::lock_guard lock(mutex_);
    news_ = std::move(news);
  }
  if (!listens) return;
  const env::Moment now = options_.outside.clock.now();
  for (const auto& [channel, slow] : slow_) {
    if (!remote_->capabilities(channel).polls) continue;
    options_.book->each_named(channel, [&, &channel = channel](const std::string& provider_id, env::Moment at) {
      if (now - at < kFollowFor) remote_->follow(channel, provider_id, at);
    });
  }
}

void LiveSender::call_back(std::string_view channel, CallbackRequest request, std::function<void(Callback)> done) {
  remote_->call_back(channel, std::move(request), std::move(done));
}

}  // namespace tend::channel
