#include "engine/channel/platform/wecom_results.hpp"

#include <algorithm>

#include "engine/channel/platform/wechat_call.hpp"

namespace tend::channel {
namespace {

constexpr std::int64_t kPageMax = 1000;
constexpr int kPagesMax = 50;

/// All rows of a paged list, or none where a page does not come; then `why` says why.
Task<std::optional<std::vector<Json>>> pages(WecomAccount& account, std::string api, Json body, const char* list,
                                             std::string& why, Host& host) {
  std::vector<Json> rows;
  body["limit"] = kPageMax;
  for (int page = 0; page < kPagesMax; ++page) {
    const WecomAnswer answer = co_await account.call(api, body, host);
    const Json* found = answer.body ? part_of(*answer.body, list) : nullptr;
    if (found == nullptr) {
      why = answer.body ? "an answer that is none" : answer.outcome.reason;
      co_return std::nullopt;
    }
    rows.insert(rows.end(), found->begin(), found->end());
    body["cursor"] = text_in(*answer.body, "next_cursor");
    if (body["cursor"] == "") break;
  }
  co_return rows;
}

std::vector<std::string> kinds_of(const Json& content) {
  std::vector<std::string> kinds;
  const Json* attachments = part_of(content, "attachments");
  if (attachments == nullptr) return kinds;
  for (const Json& one : *attachments) kinds.push_back(text_in(one, "msgtype"));
  return kinds;
}

}  // namespace

Task<WecomResults> ask_results(WecomAccount& account, std::string task, bool all, Host& host) {
  WecomResults results;
  Json body = {{"msgid", task}};
  const auto members =
      co_await pages(account, "externalcontact/get_groupmsg_task", body, "task_list", results.why, host);
  if (!members) co_return results;
  for (const Json& member : *members) {
    if (!all && number_in(member, "status", 0) == 0) continue;
    body = {{"msgid", task}, {"userid", text_in(member, "userid")}};
    const auto rows =
        co_await pages(account, "externalcontact/get_groupmsg_send_result", body, "send_list", results.why, host);
    if (!rows) co_return results;
    for (const Json& row : *rows) {
      WecomResult result{.status = number_in(row, "status", 0)};
      result.at = moment_of(text_in(row, "send_time"));
      results.of[text_in(row, "external_userid")] = result;
    }
  }
  results.known = true;
  co_return results;
}

bool says_the_same(const Json& task, const Json& content) {
  const auto text = [](const Json& one) {
    const Json* part = part_of(one, "text");
    return part == nullptr ? std::string() : text_in(*part, "content");
  };
  return text(task) == text(content) && kinds_of(task) == kinds_of(content);
}

env::Moment next_question(env::Moment accepted, env::Moment now, env::Moment end) {
  for (const std::int64_t after : {env::kMinute, 10 * env::kMinute, env::kHour})
    if (now < accepted + after) return std::min(accepted + after, std::max(end, now + 1));
  return std::min(now + env::kHour, std::max(end, now + env::kMinute));
}

}  // namespace tend::channel
