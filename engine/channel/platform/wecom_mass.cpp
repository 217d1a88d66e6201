// WeCom's mass messages (客户群发): each is a task that a member of staff confirms in the client.
// Source: developer.work.weixin.qq.com/document/path/92135.
#include <algorithm>
#include <set>

#include "engine/channel/platform/platforms.hpp"
#include "engine/channel/platform/wecom.hpp"
#include "engine/channel/platform/wecom_content.hpp"
#include "engine/channel/platform/wecom_mirror.hpp"
#include "engine/channel/platform/wecom_results.hpp"

namespace tend::channel {
namespace {

constexpr std::int64_t kBatch = 1000;   // the platform takes 10,000
constexpr std::int64_t kPageMax = 100;  // of get_groupmsg_list_v2
constexpr int kPagesMax = 20;
constexpr std::int64_t kClockSlack = env::kMinute;  // theirs and ours
constexpr std::chrono::milliseconds kLook{50};
constexpr std::int64_t kFreshMs = 30 * env::kSecond;  // how long results of a task are taken for those of now
constexpr std::size_t kResultsKept = 64;
constexpr char kParts = '/';  // between a task's id and the customer's, in provider ids

class WecomMass final : public Wecom {
 public:
  WecomMass(WecomParts parts, WecomMirrorOptions mirror, std::int64_t batch, std::int64_t confirm_ms,
            std::chrono::seconds settle)
      : Wecom(std::move(parts.account), std::move(parts.seal)),
        mirror_(account_, std::move(mirror)),
        batch_(static_cast<std::size_t>(batch)),
        confirm_ms_(confirm_ms),
        settle_(settle) {}

  RemoteCapabilities capabilities() const override {
    return {.batch_max = batch_, .unknown = Unknown::ask, .polls = true, .needs_person = true};
  }
  Task<std::vector<Outcome>> submit(std::span<const Message> messages, Host& host) override;
  Task<Outcome> reconcile(const Message& message, Host& host) override;
  Task<std::vector<Receipt>> poll(const std::string& provider_id, env::Moment accepted, env::Moment& again,
                                  Host& host) override;
  void mirror(MirrorPlace& place, const std::string& channel) override { mirror_.use(place, channel); }
  MirrorHealth mirror_health() const override { return mirror_.health(); }
  Task<News> gather(env::Moment& again, Host& host) override { return mirror_.gather(again, host); }
  void gathered() override { mirror_.gathered(); }
  void close() override { mirror_.close(); }

 private:
  using Group = std::vector<std::size_t>;
  Task<void> send(std::span<const Message> messages, Group group, std::vector<Outcome>& outcomes, Host& host);
  Task<Outcome> find(const Message& message, Host& host);
  Task<WecomResults> results_of(std::string task, Host& host);
  Task<void> cancel(std::string task, Host& host);

  WecomMirror mirror_;
  std::size_t batch_;
  std::int64_t confirm_ms_;
  std::chrono::seconds settle_;
  struct Kept {
    env::Moment at = env::kNoMoment;
    WecomResults results;
  };
  std::map<std::string, Kept> kept_;  // by task
  std::set<std::string> asking_;
};

/// One task for customers of one member who get the same.
Task<void> WecomMass::send(std::span<const Message> messages, Group group, std::vector<Outcome>& outcomes, Host& host) {
  const Message& first = messages[group.front()];
  Json body = wecom_content(first);
  body["chat_type"] = "single";
  for (const std::size_t i : group) body["external_userid"].push_back(messages[i].to);
  if (!first.staff.empty()) body["sender"] = first.staff;
  const WecomAnswer answer = co_await account_->call("externalcontact/add_msg_template", std::move(body), host);
  // Nothing was made: the one who is no customer is found by halves, so that the others get theirs.
  if (answer.code == "40096" && group.size() > 1) {
    const auto middle = group.begin() + static_cast<std::ptrdiff_t>(group.size() / 2);
    Group left(group.begin(), middle);
    Group right(middle, group.end());
    co_await send(messages, std::move(left), outcomes, host);
    co_await send(messages, std::move(right), outcomes, host);
    co_return;
  }
  const std::string task = answer.body ? text_in(*answer.body, "msgid") : "";
  const Json* failed = answer.body ? part_of(*answer.body, "fail_list") : nullptr;
  for (const std::size_t i : group) {
    outcomes[i] = answer.outcome;
    if (!answer.body) continue;
    if (task.empty()) {
      outcomes[i] = unknown("no msgid");
    } else if (failed != nullptr && std::find(failed->begin(), failed->end(), messages[i].to) != failed->end()) {
      outcomes[i] = rejected(Scope::recipient, "fail_list: no customer whom the member can write to");
    } else {
      outcomes[i].provider_id = task + kParts + messages[i].to;
    }
  }
}

Task<std::vector<Outcome>> WecomMass::submit(std::span<const Message> messages, Host& host) {
  std::vector<Outcome> outcomes(messages.size());
  for (const Group& all : by_content(messages, batch_)) {
    Group group;
    for (const std::size_t i : all) {
      // Without customers the platform would take all customers of the sender.
      if (is_one_wecom_id(messages[i].to)) {
        group.push_back(i);
      } else {
        outcomes[i] = rejected(Scope::recipient, "no external_userid");
      }
    }
    if (!group.empty()) co_await send(messages, std::move(group), outcomes, host);
  }
  co_return outcomes;
}

/// `accepted` where one of the tasks made since then says the same and is for this customer, `deferred` where none is.
Task<Outcome> WecomMass::find(const Message& message, Host& host) {
  const Json content = wecom_content(message);
  const env::Moment from = std::max(message.at - kClockSlack, host.now() - 30 * env::kDay);
  Json body = {{"chat_type", "single"}, {"filter_type", 0}, {"limit", kPageMax}};
  body["start_time"] = from / 1000;
  body["end_time"] = (host.now() + kClockSlack) / 1000;
  std::string not_said;
  for (int page = 0; page < kPagesMax; ++page) {
    const WecomAnswer answer = co_await account_->call("externalcontact/get_groupmsg_list_v2", body, host);
    const Json* tasks = answer.body ? part_of(*answer.body, "group_msg_list") : nullptr;
    if (tasks == nullptr) co_return unknown("the platform could not be asked: " + answer.outcome.reason);
    for (const Json& task : *tasks) {
      if (!says_the_same(task, content)) continue;
      const std::string id = text_in(task, "msgid");
      const WecomResults results = co_await ask_results(*account_, id, true, host);
      if (!results.known) not_said = results.why;  // of a task made just now: the others may hold it, so they are asked
      if (!results.of.contains(message.to)) continue;
      Outcome outcome;
      outcome.provider_id = id + kParts + message.to;
      co_return outcome;
    }
    body["cursor"] = text_in(*answer.body, "next_cursor");
    if (body["cursor"] == "") break;
  }
  if (!not_said.empty()) co_return unknown("the platform could not be asked: " + not_said);
  Outcome never{.fate = Fate::deferred, .scope = Scope::request};
  never.reason = "the platform does not know it";
  co_return never;
}

Task<Outcome> WecomMass::reconcile(const Message& message, Host& host) {
  if (!is_one_wecom_id(message.to)) co_return rejected(Scope::recipient, "no external_userid");
  Outcome first = co_await find(message, host);
  if (first.fate == Fate::accepted) co_return first;
  // What is on its way to the platform may still arrive.
  co_await host.sleep(settle_);
  Outcome second = co_await find(message, host);
  co_return second;
}

/// Messages of one task are asked for one by one; the platform is asked once.
Task<WecomResults> WecomMass::results_of(std::string task, Host& host) {
  while (asking_.contains(task)) co_await host.sleep(kLook);
  if (const auto kept = kept_.find(task); kept != kept_.end() && host.now() < kept->second.at + kFreshMs)
    co_return kept->second.results;
  asking_.insert(task);
  WecomResults results;
  try {
    results = co_await ask_results(*account_, task, false, host);
  } catch (...) {
    asking_.erase(task);
    throw;
  }
  asking_.erase(task);
  if (kept_.size() >= kResultsKept) {
    kept_.erase(std::min_element(kept_.begin(), kept_.end(),
                                 [](const auto& a, const auto& b) { return a.second.at < b.second.at; }));
  }
  kept_[task] = {host.now(), results};
  co_return results;
}

/// Nobody waits for it any more: what the member has not sent yet must not go out behind a journey that has gone on.
Task<void> WecomMass::cancel(std::string task, Host& host) {
  Json body = {{"msgid", task}};
  co_await account_->call("externalcontact/cancel_groupmsg_send", std::move(body), host);
}

Task<std::vector<Receipt>> WecomMass::poll(const std::string& provider_id, env::Moment accepted, env::Moment& again,
                                           Host& host) {
  again = env::kNoMoment;
  const std::size_t middle = provider_id.find(kParts);
  std::vector<Receipt> receipts;
  if (middle == std::string::npos) co_return receipts;
  const std::string task = provider_id.substr(0, middle);
  Receipt receipt{.provider_id = provider_id, .to = provider_id.substr(middle + 1)};
  const WecomResults results = co_await results_of(task, host);
  const env::Moment now = host.now();
  const auto mine = results.of.find(receipt.to);
  const WecomResult result = mine == results.of.end() ? WecomResult{} : mine->second;
  if (result.status == WecomResult::kSent) {
    receipt.kind = ReceiptKind::confirmed;
    receipt.at = result.at;
  } else if (result.status != WecomResult::kWaiting) {
    receipt.kind = ReceiptKind::failed;
    receipt.reason = result.status == 2 ? "status 2: no customer of the member any more"
                                        : "status 3: the customer has had the most mass messages";
  } else if (results.known && now >= accepted + confirm_ms_) {
    co_await cancel(task, host);
    receipt.kind = ReceiptKind::failed;
    receipt.reason = "not confirmed in time";
  } else {
    again = next_question(accepted, now, accepted + confirm_ms_);
    co_return receipts;
  }
  receipts.push_back(std::move(receipt));
  co_return receipts;
}

}  // namespace

Result<std::unique_ptr<Remote>> make_wecom(const ChannelConfig& config) {
  auto parts = read_wecom_options(config);
  if (!parts) return tl::unexpected(parts.error());
  auto batch = number_option(config, "batch", kBatch, 1, 10'000);
  if (!batch) return tl::unexpected(batch.error());
  auto settle = number_option(config, "settle", 30, 0, 600);
  if (!settle) return tl::unexpected(settle.error());
  auto mirror = read_mirror_options(config);
  if (!mirror) return tl::unexpected(mirror.error());
  const std::int64_t confirm_ms = config.limits.confirmation_ms > 0 ? config.limits.confirmation_ms : 72 * env::kHour;
  return std::make_unique<WecomMass>(std::move(*parts), std::move(*mirror), *batch, confirm_ms,
                                     std::chrono::seconds(*settle));
}

}  // namespace tend::channel
