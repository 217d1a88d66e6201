// What became of a mass message: who confirmed, whom it reached.
// Source: developer.work.weixin.qq.com/document/path/92135 and 93338 (get_groupmsg_task, get_groupmsg_send_result).
#pragma once
#include <map>
#include <string>

#include "engine/channel/platform/wecom_account.hpp"

namespace tend::channel {

struct WecomResult {
  static constexpr std::int64_t kWaiting = 0;
  static constexpr std::int64_t kSent = 1;
  std::int64_t status = kWaiting;  // 2: no friend any more; 3: over the cap of the customer
  env::Moment at = env::kNoMoment;
};

struct WecomResults {
  bool known = false;  // else `why`: it is still being dispatched, or the platform could not be asked
  std::string why;
  std::map<std::string, WecomResult> of;  // by customer
};

/// Asks every member of a task for his customers; without `all` only those who have confirmed.
Task<WecomResults> ask_results(WecomAccount& account, std::string task, bool all, Host& host);

/// True where a row of get_groupmsg_list_v2 holds this text and as many attachments of the same kinds, in the same
/// order.
bool says_the_same(const Json& task, const Json& content);

/// When to ask next for a message that was accepted at `accepted`: after a minute, ten minutes, an hour, then hourly,
/// and a last time at `end`.
env::Moment next_question(env::Moment accepted, env::Moment now, env::Moment end);

}  // namespace tend::channel
