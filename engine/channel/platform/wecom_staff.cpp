// WeCom's messages of an app to members of staff.
// Source: developer.work.weixin.qq.com/document/path/90236.
#include <deque>

#include "engine/channel/platform/platforms.hpp"
#include "engine/channel/platform/wecom.hpp"

namespace tend::channel {
namespace {

// A longer text is cut by the platform without a word.
constexpr std::size_t kTextBytes = 2048;
// What one member gets from one app beyond these is dropped without a word. Source: document/path/90454.
constexpr std::int64_t kPerMinute = 30;
constexpr std::int64_t kPerHour = 1000;
constexpr std::size_t kMembersSwept = 10'000;

struct Pace {
  std::size_t per_minute, per_hour;
};

class WecomStaff final : public Wecom {
 public:
  WecomStaff(WecomParts parts, std::int64_t agent, std::int64_t interval, Pace pace)
      : Wecom(std::move(parts.account), std::move(parts.seal)), agent_(agent), interval_(interval), pace_(pace) {}

  /// One at a time: the platform tells a repetition by the whole of the request.
  RemoteCapabilities capabilities() const override {
    return {.unknown = Unknown::again, .duplicates = "the whole request, by enable_duplicate_check"};
  }

  Task<std::vector<Outcome>> submit(std::span<const Message> messages, Host& host) override {
    std::vector<Outcome> outcomes;
    for (const Message& message : messages) {
      Outcome outcome = co_await send(message, host);
      outcomes.push_back(std::move(outcome));
    }
    co_return outcomes;
  }

 private:
  Task<Outcome> send(const Message& message, Host& host);
  env::Moment full_until(const std::string& member, env::Moment now);

  std::int64_t agent_;
  std::int64_t interval_;
  Pace pace_;
  std::map<std::string, std::deque<env::Moment>> sent_;  // to each member in the last hour
};

/// Until when a member gets nothing more; kNoMoment: now he does, and this one is counted.
env::Moment WecomStaff::full_until(const std::string& member, env::Moment now) {
  if (sent_.size() >= kMembersSwept)
    std::erase_if(sent_, [&](const auto& one) { return one.second.back() <= now - env::kHour; });
  std::deque<env::Moment>& sent = sent_[member];
  while (!sent.empty() && sent.front() <= now - env::kHour) sent.pop_front();
  if (sent.size() >= pace_.per_hour) return sent[sent.size() - pace_.per_hour] + env::kHour;
  if (sent.size() >= pace_.per_minute) {
    const env::Moment first = sent[sent.size() - pace_.per_minute];
    if (first > now - env::kMinute) return first + env::kMinute;
  }
  sent.push_back(now);
  return env::kNoMoment;
}

Task<Outcome> WecomStaff::send(const Message& message, Host& host) {
  if (!is_one_wecom_id(message.to)) co_return rejected(Scope::recipient, "no userid");
  const std::string_view text = text_of(message, "text");
  if (text.empty()) co_return rejected(Scope::request, "no text");
  if (text.size() > kTextBytes) co_return rejected(Scope::request, "longer than 2048 bytes: it would be cut");
  if (const env::Moment until = full_until(message.to, host.now()); until != env::kNoMoment) {
    Outcome full{.fate = Fate::throttled, .scope = Scope::recipient, .until = until};
    full.reason = "more than the platform gives to one member";
    co_return full;
  }
  Json body = {{"touser", message.to}, {"msgtype", "text"}, {"agentid", agent_}};
  body["text"] = {{"content", text}};
  body["enable_duplicate_check"] = 1;
  body["duplicate_check_interval"] = interval_;
  const WecomAnswer answer = co_await account_->call("message/send", std::move(body), host);
  Outcome outcome = answer.outcome;
  if (!answer.body) co_return outcome;
  if (!text_in(*answer.body, "invaliduser").empty())
    co_return rejected(Scope::recipient, "invaliduser: no such member");
  if (!text_in(*answer.body, "unlicenseduser").empty())
    co_return rejected(Scope::recipient, "unlicenseduser: the member has no licence");
  outcome.provider_id = text_in(*answer.body, "msgid");
  co_return outcome;
}

}  // namespace

Result<std::unique_ptr<Remote>> make_wecom_staff(const ChannelConfig& config) {
  auto parts = read_wecom_options(config);
  if (!parts) return tl::unexpected(parts.error());
  auto agent = number_option(config, "agent", 0, 1, 1'000'000'000);
  if (!agent) return tl::unexpected(agent.error());
  auto interval = number_option(config, "duplicate_check", 1800, 1, 14'400);
  if (!interval) return tl::unexpected(interval.error());
  auto per_minute = number_option(config, "per_minute", kPerMinute, 1, 100'000);
  if (!per_minute) return tl::unexpected(per_minute.error());
  auto per_hour = number_option(config, "per_hour", kPerHour, 1, 100'000);
  if (!per_hour) return tl::unexpected(per_hour.error());
  const Pace pace{static_cast<std::size_t>(*per_minute), static_cast<std::size_t>(*per_hour)};
  return std::make_unique<WecomStaff>(std::move(*parts), *agent, *interval, pace);
}

}  // namespace tend::channel
