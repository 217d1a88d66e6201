#include "engine/channel/platform/wecom_mirror.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <charconv>
#include <set>

#include "engine/channel/platform/items.hpp"
#include "engine/channel/platform/sign.hpp"

namespace tend::channel {
namespace {

namespace asio = boost::asio;
using history::TagTask;
using history::Transfer;
using std::chrono::milliseconds;

constexpr std::size_t kPage = 200;         // tasks in memory at a time
constexpr std::size_t kMarkers = 4;        // calls under way at a time
constexpr milliseconds kLook{5};           // at whether somebody else is done
constexpr std::int64_t kIdleMs = 200;      // between two looks for something to do
constexpr std::int64_t kWaitMsMax = 1000;  // of a look for what waits for a moment
constexpr std::int64_t kLearnAgainMs = env::kHour;
constexpr std::int64_t kImpossibleMs = 10 * env::kMinute;
constexpr std::int64_t kAccountMs = 10 * env::kMinute;  // after a refusal that is not about a customer
constexpr Backoff kMarkBackoff{1'000, 5 * env::kMinute};
constexpr Backoff kTransferBackoff{5'000, env::kHour};
constexpr std::size_t kNameCharactersMax = 30;  // of a tag
constexpr int kPagesMax = 100;
constexpr std::size_t kPagesAtOnce = 5;
constexpr env::Moment kFar = INT64_MAX;
// How long what has ended is known: a call of the platform that comes late is the same news; who was refused is still
// with the member before.
constexpr env::Moment kDoneFor = 7 * env::kDay;
constexpr env::Moment kRefusedFor = 90 * env::kDay;

constexpr std::int64_t kClockSlack = env::kMinute;  // theirs and ours
constexpr unsigned kUnknownTagsMax = 3;             // how often a task is tried again because of a tag that is gone
constexpr std::int64_t kStatusDone = 1, kStatusWaits = 2, kStatusRefused = 3, kStatusFull = 4;

bool is_taken(const Outcome& outcome) { return outcome.fate == Fate::accepted || outcome.fate == Fate::duplicate; }

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// The refusals after which the member before may have left: his customers are handed on by another API then.
bool may_have_left(std::string_view code) {
  return code == "40131" || code == "60111" || code == "40003" || code == "84061";
}

}  // namespace

Result<WecomMirrorOptions> read_mirror_options(const ChannelConfig& config) {
  WecomMirrorOptions out;
  out.tags = list_option(config, "tags");
  out.group = option_of(config, "tag_group", "tend");
  const std::string transfers = option_of(config, "transfers", "false");
  if (transfers != "true" && transfers != "false")
    return fail(ErrorCode::invalid, "`transfers` cannot be `" + transfers + "`, it is `true` or `false`");
  out.transfers = transfers == "true";
  for (auto tag = out.tags.begin(); tag != out.tags.end(); ++tag) {
    if (tag->empty() || characters(*tag) > kNameCharactersMax)
      return fail(ErrorCode::invalid, "`tags`: WeCom takes names of 1 to " + std::to_string(kNameCharactersMax) +
                                          " characters, and `" + *tag + "` is none");
    if (std::find(out.tags.begin(), tag, *tag) != tag)
      return fail(ErrorCode::invalid, "`tags`: `" + *tag + "` is named twice");
  }
  if (out.group.empty() || characters(out.group) > kNameCharactersMax)
    return fail(ErrorCode::invalid,
                "`tag_group` has 1 to " + std::to_string(kNameCharactersMax) + " characters, as WeCom wants it");
  const auto poll = number_option(config, "transfer_poll", env::kDay / 1000, 1, 3 * env::kDay / 1000);
  if (!poll) return tl::unexpected(poll.error());
  const auto per_minute = number_option(config, "tags_per_minute", out.per_minute, 1, kRateCountMax);
  if (!per_minute) return tl::unexpected(per_minute.error());
  const auto per_hour = number_option(config, "tags_per_hour", out.per_hour, 1, kRateCountMax);
  if (!per_hour) return tl::unexpected(per_hour.error());
  out.poll_ms = *poll * 1000;
  out.per_minute = static_cast<std::uint32_t>(*per_minute);
  out.per_hour = static_cast<std::uint32_t>(*per_hour);
  if (out.mirrors() && option_of(config, "staff").empty())
    return fail(ErrorCode::invalid,
                "`tags` and `transfers` need `staff`, the attribute with the member who serves a "
                "customer: WeCom keeps both by member and customer");
  return out;
}

WecomMirror::WecomMirror(std::shared_ptr<WecomAccount> account, WecomMirrorOptions options)
    : account_(std::move(account)),
      options_(std::move(options)),
      minute_({options_.per_minute, env::kMinute}, 0),
      hour_({options_.per_hour, env::kHour}, 0) {
  health_.mirrors = options_.mirrors();
}

WecomMirror::~WecomMirror() { account_->name_transfers(this, {}); }

void WecomMirror::use(MirrorPlace& place, const std::string& channel) {
  if (!options_.mirrors()) return;
  place_ = &place;
  channel_ = channel;
  account_->name_transfers(
      this, [this](const std::string& address, const std::string& staff) { return name_of(address, staff); });
}

MirrorHealth WecomMirror::health() const {
  MirrorHealth health;
  {
    const std::lock_guard lock(mutex_);
    health = health_;
  }
  if (place_ != nullptr) health.waiting = place_->book().waiting(channel_);
  return health;
}

/// Nothing is told now: the platform is down, refuses the account, or has a limit.
bool WecomMirror::is_held_up(env::Moment now, env::Moment& again) const {
  env::Moment until = account_->trouble_until(now);
  {
    const std::lock_guard lock(mutex_);
    if (health_.until != env::kNoMoment && health_.until > now) until = std::max(until, health_.until);
  }
  if (until == env::kNoMoment) return false;
  again = std::min(until, now + kWaitMsMax);
  return true;
}

void WecomMirror::refused(const Outcome& outcome, std::size_t count, env::Moment now) {
  const std::lock_guard lock(mutex_);
  health_.refused += count;
  health_.last_error = outcome.reason;
  health_.last_error_at = now;
}

/// Not now, and not only for this customer.
void WecomMirror::hold_up(const Outcome& outcome, env::Moment now) {
  const std::lock_guard lock(mutex_);
  health_.last_error = outcome.reason;
  health_.last_error_at = now;
  if (outcome.fate == Fate::rejected) health_.until = now + kAccountMs;
  if (outcome.fate == Fate::throttled)
    health_.until = outcome.until == env::kNoMoment ? now + env::kMinute : outcome.until;
}

double WecomMirror::chance(Host& host) const {
  std::uint32_t drawn = 0;
  const std::string hex = host.random_hex(4);
  std::from_chars(hex.data(), hex.data() + hex.size(), drawn, 16);
  return drawn / 4294967296.0;
}

env::Moment WecomMirror::next_try(std::uint32_t tries, const Backoff& backoff, const Outcome& outcome,
                                  Host& host) const {
  if (outcome.until != env::kNoMoment) return outcome.until;
  return host.now() + backoff.delay_ms(tries, [&] { return chance(host); });
}

Task<std::optional<std::vector<MirroredCustomer>>> WecomMirror::look(std::vector<std::string> customers, Host& host) {
  struct Looked {
    std::atomic<bool> done{false};
    std::optional<std::vector<MirroredCustomer>> found;
  };
  const auto looked = std::make_shared<Looked>();
  place_->look(channel_, std::move(customers), [looked](std::optional<std::vector<MirroredCustomer>> found) {
    looked->found = std::move(found);
    looked->done.store(true);
  });
  while (!looked->done.load()) {
    if (closed_) co_return std::nullopt;
    co_await host.sleep(kLook);
  }
  co_return std::move(looked->found);
}

Task<News> WecomMirror::gather(env::Moment& again, Host& host) {
  News news;
  again = env::kNoMoment;
  if (place_ == nullptr) co_return news;
  const env::Moment now = host.now();
  again = now + kIdleMs;
  // Whoever was told something new, or waits for a moment that has come, is looked for; else it costs nothing.
  if (place_->book().added() == seen_added_ && now < look_at_) co_return news;
  if (is_held_up(now, again)) co_return news;
  // Before anybody answers nobody listens to news either.
  std::vector<std::string> nobody;
  const auto open = co_await look(std::move(nobody), host);
  if (!open) co_return news;
  seen_added_ = place_->book().added();
  look_at_ = now + env::kHour;
  if (options_.transfers) co_await tell_transfers(host);
  for (const Transfer& transfer : failed_) {
    Inbound inbound{.event = "transfer_failed", .from = transfer.address, .id = name_of(transfer.address, transfer.to)};
    inbound.at = host.now();
    inbound.fields["staff"] = transfer.to;
    inbound.fields["reason"] = transfer.reason;
    news.inbound.push_back(std::move(inbound));
  }
  if (!news.inbound.empty()) look_at_ = now;
  if (news.inbound.empty() && !options_.tags.empty() && !closed_) co_await tell_tags(host);
  co_return news;
}

/// What was in the news is durable: those transfers have ended.
void WecomMirror::gathered() {
  for (const Transfer& transfer : failed_) (void)place_->book().end(transfer, transfer.since + kRefusedFor);
  failed_.clear();
}

// ---- tags

void WecomMirror::read_tags(const Json& groups) {
  for (const bool own : {false, true}) {  // what stands in our own group is ours
    for (const Json& group : groups) {
      const Json* tags = part_of(group, "tag");
      if (tags == nullptr || (text_in(group, "group_name") == options_.group) != own) continue;
      for (const Json& tag : *tags) {
        const std::string name = text_in(tag, "name");
        if (std::find(options_.tags.begin(), options_.tags.end(), name) != options_.tags.end())
          ids_[name] = text_in(tag, "id");
      }
    }
  }
}

/// False where nothing can be told now.
Task<bool> WecomMirror::learn_tags(Host& host) {
  if (host.now() < learn_at_) co_return true;
  constexpr int kRounds = 3;  // what was made may have been made by a call whose answer is lost
  for (int round = 0; round < kRounds; ++round) {
    ids_.clear();
    impossible_.clear();
    Json body = Json::object();
    const WecomAnswer answer = co_await account_->call("externalcontact/get_corp_tag_list", std::move(body), host);
    if (!answer.body) {
      hold_up(answer.outcome, host.now());
      co_return false;
    }
    if (const Json* groups = part_of(*answer.body, "tag_group")) read_tags(*groups);
    std::vector<std::string> missing;
    for (const std::string& tag : options_.tags) {
      if (!ids_.contains(tag)) missing.push_back(tag);
    }
    learn_at_ = host.now() + kLearnAgainMs;
    if (missing.empty()) co_return true;
    const bool made = co_await make_tags(std::move(missing), host);
    if (made) co_return true;
  }
  learn_at_ = 0;
  co_return false;
}

/// False where nobody knows whether they were made, or somebody else has made them.
Task<bool> WecomMirror::make_tags(std::vector<std::string> names, Host& host) {
  Json body = {{"group_name", options_.group}};
  for (const std::string& name : names) body["tag"].push_back({{"name", name}});
  const WecomAnswer answer = co_await account_->call("externalcontact/add_corp_tag", std::move(body), host);
  if (answer.body) {
    if (const Json* group = part_of(*answer.body, "tag_group")) read_tags(Json::array({*group}));
    co_return std::all_of(names.begin(), names.end(), [&](const std::string& name) { return ids_.contains(name); });
  }
  const bool for_good = answer.outcome.fate == Fate::rejected && answer.code != "40071";
  if (!for_good || answer.outcome.scope == Scope::account) {
    hold_up(answer.outcome, host.now());
    co_return false;
  }
  for (const std::string& name : names) impossible_[name] = answer.outcome;
  learn_at_ = host.now() + kImpossibleMs;
  co_return true;
}

/// As long as a transfer is under way, and where it came to nothing, the platform has the customer with the member
/// before.
std::string WecomMirror::staff_of(const MirroredCustomer& customer) const {
  const auto transfer = place_->book().transfer_of(channel_, customer.address);
  if (!transfer || !options_.transfers) return customer.staff;
  const bool is_over = transfer->phase == Transfer::Phase::ended;
  if (is_over && (transfer->reason.empty() || transfer->to != customer.staff)) return customer.staff;
  return transfer->from;
}

/// What is to be told of whom; what nobody can be told is done with.
std::vector<WecomMirror::Mark> WecomMirror::marks_of(std::vector<TagTask> tasks,
                                                     const std::vector<std::string>& customers,
                                                     const std::vector<MirroredCustomer>& found, env::Moment now) {
  std::map<std::string, Mark> marks;  // by customer
  std::vector<TagTask> over;
  for (TagTask& task : tasks) {
    const auto at = std::find(customers.begin(), customers.end(), task.customer) - customers.begin();
    const MirroredCustomer& customer = found[static_cast<std::size_t>(at)];
    const bool is_named = std::find(options_.tags.begin(), options_.tags.end(), task.tag) != options_.tags.end();
    const auto impossible = impossible_.find(task.tag);
    if (is_named && impossible != impossible_.end()) refused(impossible->second, 1, now);
    const auto id = ids_.find(task.tag);
    if (!is_named || id == ids_.end() || !customer.known || customer.address.empty() || customer.staff.empty()) {
      over.push_back(std::move(task));
      continue;
    }
    Mark& mark = marks[task.customer];
    mark.staff = staff_of(customer);
    mark.address = customer.address;
    const bool on = std::find(customer.tags.begin(), customer.tags.end(), task.tag) != customer.tags.end();
    (on ? mark.add : mark.remove).push_back(id->second);
    mark.tasks.push_back(std::move(task));
  }
  (void)place_->book().done(over);
  std::vector<Mark> out;
  for (auto& [customer, mark] : marks) out.push_back(std::move(mark));
  return out;
}

Task<void> WecomMirror::tell_tags(Host& host) {
  std::string after;
  env::Moment earliest = kFar, held_up = 0;
  for (std::size_t page = 0; !closed_; ++page) {
    if (page == kPagesAtOnce) {  // transfers come in between
      earliest = 0;
      break;
    }
    std::vector<TagTask> tasks = place_->book().tags(channel_, after, kPage, host.now(), earliest);
    if (tasks.empty()) break;
    const bool more = tasks.size() == kPage;
    const bool known = co_await learn_tags(host);
    std::vector<std::string> customers;
    for (const TagTask& task : tasks) {
      if (customers.empty() || customers.back() != task.customer) customers.push_back(task.customer);
    }
    std::optional<std::vector<MirroredCustomer>> found;
    if (known) found = co_await look(customers, host);
    if (!found || found->size() != customers.size()) {
      earliest = std::min(earliest, host.now() + kWaitMsMax);
      break;
    }
    const auto marks = std::make_shared<Marks>();
    marks->all = marks_of(std::move(tasks), customers, *found, host.now());
    const auto executor = co_await asio::this_coro::executor;
    marks->markers = std::min(kMarkers, marks->all.size());
    for (std::size_t marker = 1; marker < marks->markers; ++marker)
      asio::co_spawn(executor, mark(marks, host), asio::detached);
    if (marks->markers > 0) co_await mark(marks, host);
    while (marks->markers > 0) co_await host.sleep(kLook);
    if (is_held_up(host.now(), held_up)) earliest = std::min(earliest, host.now() + kWaitMsMax);
    if (!more || is_held_up(host.now(), held_up)) break;
  }
  look_at_ = std::min(look_at_, earliest);
}

Task<void> WecomMirror::mark(std::shared_ptr<Marks> marks, Host& host) {
  env::Moment again = 0;
  while (!closed_ && marks->next < marks->all.size() && !is_held_up(host.now(), again)) {
    Mark one = std::move(marks->all[marks->next++]);
    while (!closed_) {
      const env::Moment now = host.now();
      const std::int64_t wait_ms = std::max(minute_.wait_ms(1, now), hour_.wait_ms(1, now));
      if (wait_ms == 0) break;
      co_await host.sleep(milliseconds(std::min(wait_ms, kWaitMsMax)));
    }
    if (closed_) break;
    minute_.take(1);
    hour_.take(1);
    co_await mark_one(std::move(one), host);
  }
  --marks->markers;
}

Task<void> WecomMirror::mark_one(Mark mark, Host& host) {
  Json body = {{"userid", mark.staff}, {"external_userid", mark.address}};
  if (!mark.add.empty()) body["add_tag"] = mark.add;
  if (!mark.remove.empty()) body["remove_tag"] = mark.remove;
  const WecomAnswer answer = co_await account_->call("externalcontact/mark_tag", std::move(body), host);
  const env::Moment now = host.now();
  if (is_taken(answer.outcome)) {
    (void)place_->book().done(mark.tasks);
    const std::lock_guard lock(mutex_);
    health_.told += mark.tasks.size();
    health_.until = env::kNoMoment;
    co_return;
  }
  const bool of_account = answer.outcome.scope == Scope::account;
  // A tag that somebody has taken away there is made anew.
  const bool again = answer.code == "40068" && mark.tasks.front().tries < kUnknownTagsMax;
  if (again) learn_at_ = 0;
  if (answer.outcome.fate == Fate::rejected && !of_account && !again) {
    refused(answer.outcome, mark.tasks.size(), now);
    (void)place_->book().done(mark.tasks);
    co_return;
  }
  if (!again) hold_up(answer.outcome, now);
  for (TagTask& task : mark.tasks) {
    task.not_before = again ? now : next_try(task.tries, kMarkBackoff, answer.outcome, host);
    ++task.tries;
    look_at_ = std::min(look_at_, task.not_before);
  }
  (void)place_->book().later(mark.tasks);
}

// ---- transfers

/// The same for whoever tells of it, the platform by a call or we after asking; empty for one that is not ours.
std::string WecomMirror::name_of(const std::string& address, const std::string& staff) const {
  const auto transfer = place_->book().transfer_of(channel_, address);
  if (!transfer || transfer->phase == Transfer::Phase::wanted || transfer->to != staff) return {};
  const std::string all = channel_ + "\n" + address + "\n" + staff + "\n" + std::to_string(transfer->since);
  return hex(sha256("transfer\n" + all)).substr(0, 32);
}

Task<void> WecomMirror::tell_transfers(Host& host) {
  failed_.clear();
  std::string after;
  env::Moment earliest = kFar, held_up = 0;
  while (!closed_ && failed_.size() < kPage) {
    const std::vector<Transfer> transfers = place_->book().transfers(channel_, after, kPage, host.now(), earliest);
    for (const Transfer& transfer : transfers) {
      if (closed_ || is_held_up(host.now(), held_up)) break;
      if (transfer.phase == Transfer::Phase::ended) {
        (void)place_->book().drop(transfer);
      } else if (transfer.phase == Transfer::Phase::begun) {
        const TransferResult result = co_await result_of(transfer, host);
        co_await take_result(transfer, result, host);
      } else {
        co_await begin(transfer, host);
      }
    }
    if (transfers.size() < kPage || is_held_up(host.now(), held_up)) break;
  }
  if (is_held_up(host.now(), held_up)) earliest = std::min(earliest, held_up);
  look_at_ = std::min(look_at_, earliest);
}

Task<void> WecomMirror::begin(Transfer transfer, Host& host) {
  if (transfer.from == transfer.to) {
    (void)place_->book().drop(transfer);
    co_return;
  }
  if (transfer.phase == Transfer::Phase::wanted) {
    transfer.phase = Transfer::Phase::called;
    transfer.since = host.now();
    const auto written = place_->book().put(transfer);
    if (!written || !*written) co_return;  // it is to go elsewhere by now: the next look has it
  } else {
    // The platform may have taken it on, and be done with it: then it is not asked once more.
    const TransferResult result = co_await result_of(transfer, host);
    if (result.status != 0 || !result.known) {
      co_await take_result(std::move(transfer), result, host);
      co_return;
    }
  }
  Json body = {{"handover_userid", transfer.from}, {"takeover_userid", transfer.to}};
  body["external_userid"] = Json::array({transfer.address});
  const WecomAnswer answer = co_await account_->call(
      transfer.resigned ? "externalcontact/resigned/transfer_customer" : "externalcontact/transfer_customer",
      std::move(body), host);
  Outcome outcome = answer.outcome;
  std::string code = answer.code;
  const Json* rows = answer.body ? part_of(*answer.body, "customer") : nullptr;
  if (rows != nullptr && rows->is_array() && !rows->empty()) {
    code = text_in(rows->front(), "errcode");
    outcome = wecom_outcome(code, host.now());
  } else if (answer.body) {
    outcome = unknown("an answer that is none");
  }
  const env::Moment now = host.now();
  if (code == "40130" || is_taken(outcome)) {
    const bool has_him = code == "40130";
    transfer.phase = Transfer::Phase::begun;
    transfer.tries = 0;
    transfer.due = now + options_.poll_ms;
    look_at_ = std::min(look_at_, transfer.due);
    (void)place_->book().put(transfer);
    if (has_him) {
      const bool ended = co_await end(transfer, host);
      if (!ended) look_at_ = std::min(look_at_, now + kWaitMsMax);
    }
    const std::lock_guard lock(mutex_);
    ++health_.told;
    health_.until = env::kNoMoment;
    co_return;
  }
  if (outcome.fate == Fate::rejected && outcome.scope != Scope::account) {
    if (may_have_left(code) && !transfer.resigned) {
      transfer.resigned = true;
      transfer.due = now;
      (void)place_->book().put(transfer);
      look_at_ = std::min(look_at_, now);
      co_return;
    }
    fail(std::move(transfer), outcome, now);
    co_return;
  }
  hold_up(outcome, now);
  transfer.due = next_try(transfer.tries, kTransferBackoff, outcome, host);
  ++transfer.tries;
  look_at_ = std::min(look_at_, transfer.due);
  (void)place_->book().put(transfer);
}

/// What became of it, as far as the platform knows of it since it was called.
Task<WecomMirror::TransferResult> WecomMirror::result_of(const Transfer& transfer, Host& host) {
  TransferResult result;
  Json body = {{"handover_userid", transfer.from}, {"takeover_userid", transfer.to}};
  for (int page = 0; page < kPagesMax && result.status == 0; ++page) {
    const WecomAnswer answer = co_await account_->call(
        transfer.resigned ? "externalcontact/resigned/transfer_result" : "externalcontact/transfer_result", body, host);
    const Json* rows = answer.body ? part_of(*answer.body, "customer") : nullptr;
    if (rows == nullptr) {
      // A member whom the platform does not know any more has no results.
      result.known = !answer.body && answer.outcome.fate == Fate::rejected && answer.outcome.scope != Scope::account;
      result.why = answer.body ? unknown("an answer that is none") : answer.outcome;
      co_return result;
    }
    for (const Json& row : *rows) {
      if (text_in(row, "external_userid") != transfer.address) continue;
      const std::int64_t status = number_in(row, "status", 0);
      const bool is_older = status == kStatusDone &&
                            number_in(row, "takeover_time", INT64_MAX / 1000) * 1000 < transfer.since - kClockSlack;
      if (!is_older) result.status = status;
    }
    body["cursor"] = text_in(*answer.body, "next_cursor");
    if (body["cursor"] == "") break;
  }
  result.known = true;
  co_return result;
}

Task<void> WecomMirror::take_result(Transfer transfer, TransferResult result, Host& host) {
  const env::Moment now = host.now();
  if (!result.known) {
    hold_up(result.why, now);
    transfer.due = next_try(transfer.tries, kTransferBackoff, result.why, host);
    ++transfer.tries;
    look_at_ = std::min(look_at_, transfer.due);
    (void)place_->book().put(transfer);
  } else if (result.status == kStatusDone) {
    const bool ended = co_await end(std::move(transfer), host);
    if (!ended) look_at_ = std::min(look_at_, now + kWaitMsMax);
  } else if (result.status == kStatusWaits) {
    transfer.phase = Transfer::Phase::begun;
    transfer.tries = 0;
    transfer.due = now + options_.poll_ms;
    look_at_ = std::min(look_at_, transfer.due);
    (void)place_->book().put(transfer);
  } else {
    const char* why = result.status == kStatusRefused ? "customer_refused"
                      : result.status == kStatusFull  ? "customer_limit_exceed"
                                                      : "the platform does not know of it";
    fail(std::move(transfer), rejected(Scope::recipient, why), now);
  }
}

/// It came to nothing: told with the next news.
void WecomMirror::fail(Transfer transfer, const Outcome& outcome, env::Moment now) {
  refused(outcome, 1, now);
  transfer.reason = outcome.reason;
  failed_.push_back(std::move(transfer));
}

/// The platform has him with the member after: his tags are told of the new pair. False where that cannot be said now.
Task<bool> WecomMirror::end(Transfer transfer, Host& host) {
  std::vector<std::string> customers = {transfer.customer};
  const auto found = co_await look(std::move(customers), host);
  if (!found || found->empty()) co_return false;
  std::vector<TagTask> tags;
  for (const std::string& tag : options_.tags) {
    const auto& has = found->front().tags;
    if (std::find(has.begin(), has.end(), tag) == has.end()) continue;
    tags.push_back({.channel = channel_, .customer = transfer.customer, .tag = tag});
  }
  if (const auto added = place_->book().add(tags, {}, {}); !added) co_return false;
  transfer.reason.clear();
  const auto ended = place_->book().end(transfer, transfer.since + kDoneFor);
  co_return ended.has_value();
}

}  // namespace tend::channel
