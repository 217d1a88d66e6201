// An access token that is asked for by one while the others wait, and that is given up in time.
#pragma once
#include <functional>
#include <string>

#include "engine/channel/remote.hpp"

namespace tend::channel {

/// A token, or why there is none.
struct TokenAnswer {
  std::string token;
  std::int64_t life_s = 0;
  Outcome why;
};

/// Thread: the dispatcher's; tasks take turns at their co_awaits.
class Token {
 public:
  /// Asks the platform. `stale` is the token that it did not take any more; empty: none.
  using Fetch = std::function<Task<TokenAnswer>(Host& host, std::string stale)>;
  explicit Token(Fetch fetch) : fetch_(std::move(fetch)) {}

  /// The token that there is, or a new one where there is none or four fifths of its life are over. When the platform
  /// refused our credentials twice it is not asked again for an hour: WeCom bans the address of who goes on.
  /// Source: developer.work.weixin.qq.com/document/path/91039.
  Task<TokenAnswer> get(Host& host);
  /// The platform did not take it.
  void drop(const std::string& token);

 private:
  void keep(TokenAnswer answer, env::Moment now);

  Fetch fetch_;
  std::string token_, stale_;
  env::Moment refresh_at_ = 0;
  env::Moment ends_at_ = 0;
  bool fetching_ = false;
  unsigned refused_ = 0;  // in a row, for our credentials
  Outcome why_;           // of the last failure
  env::Moment why_until_ = env::kNoMoment;
};

}  // namespace tend::channel
