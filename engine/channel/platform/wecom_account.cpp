#include "engine/channel/platform/wecom_account.hpp"

#include <algorithm>
#include <charconv>
#include <mutex>

#include "engine/channel/platform/china.hpp"
#include "engine/channel/platform/form.hpp"
#include "engine/channel/platform/wecom_codes.hpp"

namespace tend::channel {
namespace {

constexpr std::size_t kWelcomesSwept = 1000;  // from so many on, what is over is looked for
constexpr std::size_t kWelcomesMax = 100'000;
constexpr std::int64_t kTokenLife = 7200;  // seconds, where the answer does not say

bool is_about_token(std::string_view code) { return code == "40014" || code == "41001" || code == "42001"; }

}  // namespace

Outcome wecom_outcome(std::string_view code, env::Moment now) { return outcome_of(kWecomCodes, code, now); }

WecomAccount::WecomAccount(std::string base, std::string corp, std::string secret)
    : base_(std::move(base)),
      corp_(std::move(corp)),
      secret_(std::move(secret)),
      token_([this](Host& host, std::string) { return fetch_token(host); }) {}

std::shared_ptr<WecomAccount> WecomAccount::of(const std::string& base, const std::string& corp,
                                               const std::string& secret) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<WecomAccount>> accounts;
  const std::lock_guard lock(mutex);
  std::weak_ptr<WecomAccount>& held = accounts[base + "\n" + corp + "\n" + secret];
  std::shared_ptr<WecomAccount> account = held.lock();
  if (account) return account;
  account = std::make_shared<WecomAccount>(base, corp, secret);
  held = account;
  return account;
}

Task<TokenAnswer> WecomAccount::fetch_token(Host& host) {
  HttpRequest request;
  request.method = "GET";
  request.url = base_ + "/cgi-bin/gettoken?" + form({{"corpid", corp_}, {"corpsecret", secret_}});
  const HttpAnswer answer = co_await host.fetch(std::move(request));
  TokenAnswer out;
  const auto told = read_json(answer.reached == Reached::yes ? answer.body : "");
  const std::string code = told ? text_in(*told, "errcode") : "";
  out.token = told ? text_in(*told, "access_token") : "";
  if (code == "0" && !out.token.empty()) {
    out.life_s = std::clamp<std::int64_t>(number_in(*told, "expires_in", kTokenLife), 60, 86'400);
    co_return out;
  }
  out.token.clear();
  out.why = code.empty() || code == "0" ? outcome_without_words(answer, host.now())
                                        : outcome_of(kWecomCodes, code, host.now());
  // To ask for a token changes nothing there: what was meant to follow it has not been sent.
  if (out.why.fate == Fate::unknown) out.why.fate = Fate::deferred;
  co_return out;
}

/// How long an API is blocked after too many calls: a minute, and where that was not the limit, an hour, a day.
/// Source: developer.work.weixin.qq.com/document/path/90454.
env::Moment WecomAccount::block(const std::string& api, env::Moment now) {
  Block& block = blocks_[api];
  if (now < block.until) return block.until;  // calls that were under way together are one excess
  ++block.times;
  block.until = block.times == 1 ? now + env::kMinute : block.times == 2 ? now + env::kHour : china_midnight_after(now);
  return block.until;
}

Task<WecomAnswer> WecomAccount::call_with(const std::string& token, const std::string& api, const Json& body,
                                          Host& host) {
  HttpRequest request;
  request.url = base_ + "/cgi-bin/" + api + "?access_token=" + escaped(token);
  request.headers = {{"content-type", "application/json"}};
  request.body = write_json(body);
  request.answer_bytes_max = 4u << 20;  // a page of results is up to 1000 rows
  const HttpAnswer answer = co_await host.fetch(std::move(request));
  const env::Moment now = host.now();
  WecomAnswer out;
  auto told = read_json(answer.reached == Reached::yes ? answer.body : "");
  out.code = told ? text_in(*told, "errcode") : "";
  const auto chance = [&] {
    std::uint32_t drawn = 0;
    const std::string hex = host.random_hex(4);
    std::from_chars(hex.data(), hex.data() + hex.size(), drawn, 16);
    return drawn / 4294967296.0;
  };
  if (out.code.empty() || out.code == "-1") {
    breaker_.failed(now, chance);
  } else {
    breaker_.succeeded();
  }
  if (out.code.empty()) {
    out.outcome = outcome_without_words(answer, now);
    co_return out;
  }
  out.outcome = outcome_of(kWecomCodes, out.code, now);
  if (out.code == "45009") out.outcome.until = block(api, now);
  if (out.outcome.fate == Fate::accepted) {
    blocks_.erase(api);
    out.body = std::move(told);
  }
  co_return out;
}

Task<WecomAnswer> WecomAccount::call(std::string api, Json body, Host& host) {
  WecomAnswer out;
  for (int attempt = 0; attempt < 2; ++attempt) {
    const TokenAnswer token = co_await token_.get(host);
    if (token.token.empty()) {
      out.outcome = token.why;
      co_return out;
    }
    out = co_await call_with(token.token, api, body, host);
    if (!is_about_token(out.code)) co_return out;
    token_.drop(token.token);
  }
  co_return out;
}

env::Moment WecomAccount::trouble_until(env::Moment now) const {
  return breaker_.state(now) == Breaker::State::open ? breaker_.until() : env::kNoMoment;
}

void WecomAccount::name_transfers(const void* who, NameTransfer name) {
  transfers_.erase(who);
  if (name) transfers_.emplace(who, std::move(name));
}

std::string WecomAccount::transfer_named(const std::string& customer, const std::string& staff) const {
  for (const auto& [who, name] : transfers_) {
    if (std::string named = name(customer, staff); !named.empty()) return named;
  }
  return {};
}

void WecomAccount::put_welcome(const std::string& customer, const std::string& staff, std::string code,
                               env::Moment until, env::Moment now) {
  if (welcomes_.size() >= kWelcomesSwept)
    std::erase_if(welcomes_, [&](const auto& one) { return one.second.until <= now; });
  if (welcomes_.size() >= kWelcomesMax) welcomes_.clear();
  for (auto [one, end] = welcomes_.equal_range(customer); one != end;)
    one = one->second.staff == staff ? welcomes_.erase(one) : std::next(one);
  welcomes_.emplace(customer, Welcome{staff, std::move(code), until});
}

std::string WecomAccount::welcome_of(const std::string& customer, const std::string& staff, env::Moment now) const {
  for (auto [one, end] = welcomes_.equal_range(customer); one != end; ++one)
    if ((staff.empty() || one->second.staff == staff) && now < one->second.until) return one->second.code;
  return {};
}

}  // namespace tend::channel
