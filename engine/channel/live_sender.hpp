// The channels of a workspace in live time: those of this machine answer at once, those over the network are handed
// messages without waiting, and what became of each is told later.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/channel/dispatcher.hpp"
#include "engine/channel/health_json.hpp"
#include "engine/channel/links.hpp"
#include "engine/channel/remote_dispatcher.hpp"
#include "engine/channel/suppression_list.hpp"
#include "engine/history/sent.hpp"

namespace tend::channel {

struct LiveSenderOptions {
  std::string base_folder;  // of paths in options
  Outside outside;
  RemoteOptions remote;  // its events are LiveSender's to set
  /// Where it is kept which message a receipt is about. Lifetime: outlives the sender. Null where nothing is remote.
  history::SentBook* book = nullptr;
  /// Makes the addresses that messages carry. Lifetime: outlives the sender. Null: they carry none.
  const Links* links = nullptr;
  /// Addresses that are not to be written to, whoever has them now. Lifetime: outlives the sender. Null: none.
  SuppressionList* suppressions = nullptr;
  /// Told of every report before anybody else is. On the dispatcher's thread, or that of whoever hands over.
  std::function<void(const Report&)> on_report = {};
  /// For adapters that keep their platform in step with customers. Lifetime: outlives the sender. Null: none does.
  MirrorPlace* mirror = nullptr;
  /// Told in a sentence what operators should know.
  std::function<void(const std::string&)> say;
};

/// Thread: what run::Sender has from the engine's, all else from any.
class LiveSender final : public run::Sender {
 public:
  /// Errors: as Dispatcher::open and RemoteDispatcher::open.
  static Result<std::unique_ptr<LiveSender>> open(std::span<const ChannelConfig> configs, LiveSenderOptions options);
  ~LiveSender() override;

  Result<std::vector<run::Answer>> hand_over(std::span<const run::Send> sends) override {
    return local_->hand_over(sends);
  }
  Result<std::vector<run::Settled>> settle(std::span<const run::Send> sends) override { return local_->settle(sends); }
  bool needs_dispatch_record(std::string_view channel) const override { return local_->needs_dispatch_record(channel); }

  const run::Slow* slow(std::string_view channel) const override;
  std::size_t room(std::string_view channel) override;
  void take(const run::Send& send) override;
  void find_out(const run::Send& send) override;
  void tell(std::function<void(run::Report)> report, std::function<void()> room) override;

  /// Whom receipts and what people write are told to, until `kept` is called perhaps more than once. Begins asking for
  /// receipts of what was sent before. Empty: nobody listens any more.
  void tell_news(std::function<void(const std::string& channel, News news, Kept kept)> news);
  bool has_remote(std::string_view channel) const { return slow_.find(channel) != slow_.end(); }
  /// Its platform asks a person to send each message.
  bool needs_person(std::string_view channel) const {
    return has_remote(channel) && remote_->capabilities(channel).needs_person;
  }
  /// A platform calls; `done` gets what to answer. Requires: has_remote.
  void call_back(std::string_view channel, CallbackRequest request, std::function<void(Callback)> done);
  /// How all of them are (health_json.hpp).
  std::string health() const { return remote_ ? channels_health(configs_, *remote_) : std::string(kNoRemote); }
  /// Ends the calls under way; what had not begun is told as returned. What is handed over later is returned at once.
  void stop();

 private:
  explicit LiveSender(LiveSenderOptions options) : options_(std::move(options)) {}
  Message written(const run::Send& send) const;
  void reported(Report report);
  /// What is to be told of a message instead of sending it; nothing: it is sent.
  std::optional<Report> suppressed(const run::Send& send);
  void say(const std::string& sentence) const {
    if (options_.say) options_.say(sentence);
  }

  LiveSenderOptions options_;
  static constexpr std::string_view kNoRemote = "{\"channels\":[]}\n";
  std::vector<ChannelConfig> configs_;
  std::unique_ptr<Dispatcher> local_;
  std::map<std::string, run::Slow, std::less<>> slow_;  // by channel
  std::map<std::string, LinkStyle, std::less<>>
      with_links_;  // by channel; those whose messages carry none are not in it

  struct KeyHash {
    std::size_t operator()(state::SendKey key) const { return static_cast<std::size_t>(key.low); }
  };
  std::mutex taking_;  // held while a message goes to the dispatcher: none comes after its end
  bool stopped_ = false;
  std::mutex mutex_;  // for what follows
  /// What the dispatcher has; while its report is being told, it may be handed over again already.
  enum class Known : std::uint8_t { under_way, being_told };
  std::unordered_map<state::SendKey, Known, KeyHash> known_;
  std::function<void(run::Report)> report_;
  std::function<void()> room_;
  std::function<void(const std::string&, News, Kept)> news_;
  std::vector<run::Report> early_;  // before anybody listened
  bool book_failed_ = false;
  bool list_failed_ = false;

  std::unique_ptr<RemoteDispatcher> remote_;  // last: its thread calls the above
};

}  // namespace tend::channel
