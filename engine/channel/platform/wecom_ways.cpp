#include "engine/channel/platform/wecom_ways.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "engine/channel/platform/wecom.hpp"

namespace tend::channel {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr std::int64_t kPageMax = 1000;
constexpr int kPagesMax = 500;      // of 1000 each: as many as a corp may have
constexpr std::size_t kAskers = 8;  // questions under way at a time
constexpr milliseconds kLook{10};   // at whether all of them are answered
constexpr int kTries = 6;
constexpr std::int64_t kFirstWaitMs = 5'000;        // then twice as long each time
constexpr std::int64_t kWaitMsMax = env::kMinute;   // who wants more is told so
constexpr std::int64_t kClockSlack = env::kMinute;  // theirs and ours

/// Characters of UTF-8; none where it is none, or where something stands in it that cannot be seen.
std::optional<std::size_t> characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || i + length > text.size() || lead < 0x20 || lead == 0x7F) return std::nullopt;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return std::nullopt;
    }
    i += length;
    ++count;
  }
  return count;
}

ContactWay read_way(const Json& told) {
  ContactWay way{.id = text_in(told, "config_id"),
                 .state = text_in(told, "state"),
                 .remark = text_in(told, "remark"),
                 .qr = text_in(told, "qr_code"),
                 .staff = {}};
  if (const Json* users = part_of(told, "user")) {
    for (const Json& user : *users) {
      if (user.is_string()) way.staff.push_back(user.get<std::string>());
    }
  }
  return way;
}

/// The case of a userid does not count, and comes back small. Source: 90236.
bool same_staff(std::vector<std::string> a, std::vector<std::string> b) {
  for (auto* names : {&a, &b}) {
    for (std::string& name : *names) {
      for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    std::sort(names->begin(), names->end());
  }
  return a == b;
}

WaysAnswer refused(const WecomAnswer& answer) {
  WaysAnswer out;
  out.code = answer.code;
  out.problem = answer.outcome.reason.empty() ? "an answer that is none" : answer.outcome.reason;
  return out;
}

}  // namespace

Result<void> check_way(const ContactWay& way) {
  const auto fits = [](std::string_view text, std::size_t most) {
    const auto count = characters(text);
    return count && *count <= most;
  };
  if (way.state.empty() || !fits(way.state, ContactWay::kStateCharactersMax))
    return fail(ErrorCode::usage, "a state has 1 to " + std::to_string(ContactWay::kStateCharactersMax) +
                                      " characters: it is what `added` brings, as `shop-12`");
  if (!fits(way.remark, ContactWay::kRemarkCharactersMax))
    return fail(ErrorCode::usage,
                "a remark has at most " + std::to_string(ContactWay::kRemarkCharactersMax) + " characters");
  if (way.staff.empty() || way.staff.size() > ContactWay::kStaffMax)
    return fail(ErrorCode::usage, "a code is of 1 to " + std::to_string(ContactWay::kStaffMax) +
                                      " members: name them by their userids, with commas between");
  for (auto one = way.staff.begin(); one != way.staff.end(); ++one) {
    if (!is_one_wecom_id(*one) || !characters(*one))
      return fail(ErrorCode::usage, "`" + *one + "` is no userid of a member");
    if (std::find(way.staff.begin(), one, *one) != one)
      return fail(ErrorCode::usage, "the member `" + *one + "` is named twice");
  }
  return {};
}

/// Asks until there is an answer, for as long as waiting is of use. `once`: what may have been taken is not asked
/// again.
Task<WecomAnswer> WecomWays::insist(std::string api, Json body, bool once, Host& host) {
  WecomAnswer answer;
  std::int64_t wait_ms = kFirstWaitMs;
  for (int tried = 1; tried <= kTries; ++tried) {
    answer = co_await account_->call(api, body, host);
    const Fate fate = answer.outcome.fate;
    if (answer.body || fate == Fate::rejected || fate == Fate::duplicate || tried == kTries) break;
    if (fate == Fate::unknown && once) break;
    const env::Moment until = answer.outcome.until;
    const std::int64_t wanted = until == env::kNoMoment ? wait_ms : std::max<std::int64_t>(until - host.now(), 1);
    if (wanted > kWaitMsMax) break;
    co_await host.sleep(milliseconds(wanted));
    wait_ms = std::min(wait_ms * 2, kWaitMsMax);
  }
  co_return answer;
}

/// One look through all of them.
struct WecomWays::Search {
  std::string state;
  bool first = false;  // one is enough
  std::vector<std::string> ids;
  std::vector<std::optional<ContactWay>> found;  // by id; none: it is gone, or another one was wanted
  std::size_t next = 0;
  std::size_t askers = 0;
  bool enough = false;
  WaysAnswer failed;
};

Task<void> WecomWays::ids(Search& search, env::Moment since, Host& host) {
  Json body = {{"limit", kPageMax}};
  if (since != env::kNoMoment) body["start_time"] = since / 1000;
  for (int page = 0; page < kPagesMax; ++page) {
    const WecomAnswer answer = co_await insist("externalcontact/list_contact_way", body, false, host);
    const Json* rows = answer.body ? part_of(*answer.body, "contact_way") : nullptr;
    if (rows == nullptr) {
      search.failed = refused(answer);
      co_return;
    }
    for (const Json& row : *rows) search.ids.push_back(text_in(row, "config_id"));
    body["cursor"] = text_in(*answer.body, "next_cursor");
    if (body["cursor"] == "") break;
  }
}

/// Asks for one after the other, until all of them were asked for.
Task<void> WecomWays::details(std::shared_ptr<Search> search, Host& host) {
  while (!search->enough && search->next < search->ids.size()) {
    const std::size_t i = search->next++;
    Json body = {{"config_id", search->ids[i]}};
    const WecomAnswer answer = co_await insist("externalcontact/get_contact_way", std::move(body), false, host);
    if (answer.code == "41044") continue;  // taken away meanwhile
    const Json* told = answer.body ? part_of(*answer.body, "contact_way") : nullptr;
    if (told == nullptr) {
      search->failed = refused(answer);
      search->enough = true;
      break;
    }
    ContactWay way = read_way(*told);
    way.id = search->ids[i];
    if (!search->state.empty() && way.state != search->state) continue;
    search->found[i] = std::move(way);
    search->enough = search->enough || search->first;
  }
  --search->askers;
}

Task<WaysAnswer> WecomWays::look(std::string state, bool first, env::Moment since, Host& host) {
  const auto search = std::make_shared<Search>();
  search->state = std::move(state);
  search->first = first;
  co_await ids(*search, since, host);
  if (!search->failed.problem.empty()) co_return search->failed;
  search->found.resize(search->ids.size());
  const auto executor = co_await asio::this_coro::executor;
  search->askers = std::min(kAskers, search->ids.size());
  for (std::size_t asker = 1; asker < search->askers; ++asker)
    asio::co_spawn(executor, details(search, host), asio::detached);
  if (search->askers > 0) co_await details(search, host);
  while (search->askers > 0) co_await host.sleep(kLook);
  if (!search->failed.problem.empty()) co_return search->failed;
  WaysAnswer out;
  for (auto& way : search->found) {
    if (way) out.ways.push_back(std::move(*way));
  }
  co_return out;
}

Task<WaysAnswer> WecomWays::list(std::string state, Host& host) {
  return look(std::move(state), false, env::kNoMoment, host);
}

/// Of type 2 also for one member, so that others can be added to it later.
Task<WaysAnswer> WecomWays::add(ContactWay wanted, Host& host) {
  Json body = {{"type", 2}, {"scene", 2}, {"state", wanted.state}, {"skip_verify", true}};
  body["user"] = wanted.staff;
  if (!wanted.remark.empty()) body["remark"] = wanted.remark;
  const env::Moment begin = host.now();
  WaysAnswer out;
  for (int tried = 1; tried <= 2; ++tried) {
    const WecomAnswer answer = co_await insist("externalcontact/add_contact_way", body, true, host);
    const std::string id = answer.body ? text_in(*answer.body, "config_id") : "";
    if (!id.empty()) {
      wanted.id = id;
      wanted.qr = text_in(*answer.body, "qr_code");
      out.made = true;
      out.ways = {std::move(wanted)};
      co_return out;
    }
    if (!answer.body && answer.outcome.fate != Fate::unknown) co_return refused(answer);
    // It may have been made, or be on its way still.
    co_await host.sleep(settle_);
    out = co_await look(wanted.state, true, begin - kClockSlack, host);
    out.made = !out.ways.empty();
    if (out.made || !out.problem.empty()) co_return out;
  }
  out.problem = "the platform does not answer, and has not made it";
  co_return out;
}

Task<WaysAnswer> WecomWays::change(ContactWay there, ContactWay wanted, Host& host) {
  Json body = {{"config_id", there.id}};
  body["user"] = wanted.staff;
  if (!wanted.remark.empty()) body["remark"] = wanted.remark;
  const WecomAnswer answer = co_await insist("externalcontact/update_contact_way", std::move(body), false, host);
  if (!answer.body) co_return refused(answer);
  there.staff = std::move(wanted.staff);
  if (!wanted.remark.empty()) there.remark = std::move(wanted.remark);
  WaysAnswer out;
  out.changed = true;
  out.ways = {std::move(there)};
  co_return out;
}

Task<WaysAnswer> WecomWays::make(ContactWay wanted, bool update, Host& host) {
  WaysAnswer found = co_await look(wanted.state, true, env::kNoMoment, host);
  if (!found.problem.empty()) co_return found;
  if (found.ways.empty()) {
    found = co_await add(std::move(wanted), host);
    co_return found;
  }
  if (same_staff(found.ways.front().staff, wanted.staff)) co_return found;
  if (update) {
    found = co_await change(found.ways.front(), std::move(wanted), host);
    co_return found;
  }
  found.problem = "its members are others";
  co_return found;
}

Task<WaysAnswer> WecomWays::remove(std::string state, Host& host) {
  WaysAnswer found = co_await look(std::move(state), false, env::kNoMoment, host);
  if (!found.problem.empty()) co_return found;
  if (found.ways.size() != 1) {
    found.problem = found.ways.empty() ? "there is none" : "there are several";
    co_return found;
  }
  Json body = {{"config_id", found.ways.front().id}};
  const WecomAnswer answer = co_await insist("externalcontact/del_contact_way", std::move(body), false, host);
  if (!answer.body && answer.code != "41044") co_return refused(answer);
  found.changed = true;
  co_return found;
}

}  // namespace tend::channel
