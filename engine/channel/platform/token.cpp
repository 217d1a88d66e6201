#include "engine/channel/platform/token.hpp"

namespace tend::channel {
namespace {

constexpr std::chrono::milliseconds kLook{20};
constexpr std::int64_t kFailedMs = env::kSecond;  // who waited meanwhile is told the same
constexpr std::int64_t kRefusedMs = 10 * env::kSecond;
constexpr std::int64_t kRefusedAgainMs = env::kHour;

}  // namespace

Task<TokenAnswer> Token::get(Host& host) {
  while (fetching_) co_await host.sleep(kLook);
  const env::Moment now = host.now();
  if (!token_.empty() && now < refresh_at_) co_return TokenAnswer{.token = token_};
  if (now < why_until_) {
    // The old one may have some time left.
    const bool usable = !token_.empty() && now < ends_at_;
    TokenAnswer answer{.token = usable ? token_ : "", .why = why_};
    co_return answer;
  }
  fetching_ = true;
  TokenAnswer answer;
  try {
    answer = co_await fetch_(host, stale_);
  } catch (...) {
    fetching_ = false;
    throw;
  }
  fetching_ = false;
  keep(answer, host.now());
  if (answer.token.empty() && !token_.empty() && host.now() < ends_at_) answer.token = token_;
  co_return answer;
}

void Token::keep(TokenAnswer answer, env::Moment now) {
  if (answer.token.empty()) {
    const bool refused = answer.why.fate == Fate::rejected && answer.why.scope == Scope::account;
    if (refused) ++refused_;
    why_until_ = now + (!refused ? kFailedMs : refused_ < 2 ? kRefusedMs : kRefusedAgainMs);
    why_ = std::move(answer.why);
    return;
  }
  token_ = std::move(answer.token);
  stale_.clear();
  ends_at_ = now + answer.life_s * 1000;
  refresh_at_ = now + answer.life_s * 800;
  refused_ = 0;
  why_until_ = env::kNoMoment;
}

void Token::drop(const std::string& token) {
  if (token != token_) return;
  stale_ = std::move(token_);
  token_.clear();
}

}  // namespace tend::channel
