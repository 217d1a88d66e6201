// The WeChat Official Account (服务号): templates, customer-service messages within their window, subscription
// messages. Source: developers.weixin.qq.com/doc/offiaccount.
#include "engine/channel/platform/wechat_oa.hpp"

#include <algorithm>
#include <map>

#include "engine/channel/platform/form.hpp"
#include "engine/channel/platform/items.hpp"
#include "engine/channel/platform/platforms.hpp"
#include "engine/channel/platform/token.hpp"
#include "engine/channel/platform/wechat_codes.hpp"

namespace tend::channel {
namespace {

// client_msg_id tells a repetition for ten minutes; two of them are for the way and the clocks.
constexpr std::int64_t kRepeatMs = 8 * env::kMinute;
constexpr std::size_t kRepeatsKept = 100'000;
constexpr std::int64_t kTokenLife = 7200;  // seconds, where the answer does not say

enum class Kind : std::uint8_t { service, template_, subscription };

bool is_about_token(std::string_view code) {
  return code == "40001" || code == "40014" || code == "41001" || code == "42001";
}

class WechatOa final : public Remote {
 public:
  WechatOa(const ChannelConfig& config, std::string base, Kind kind, Seal seal)
      : app_(option_of(config, "appid")),
        secret_(option_of(config, "secret")),
        account_(option_of(config, "kf_account")),
        base_(std::move(base)),
        kind_(kind),
        seal_(std::move(seal)),
        token_([this](Host& host, std::string stale) { return fetch_token(host, std::move(stale)); }) {}

  RemoteCapabilities capabilities() const override {
    if (kind_ != Kind::template_) return {.unknown = Unknown::once};
    return {.unknown = Unknown::ask, .duplicates = "client_msg_id, for ten minutes"};
  }

  Task<std::vector<Outcome>> submit(std::span<const Message> messages, Host& host) override {
    std::vector<Outcome> outcomes;
    for (const Message& message : messages) {
      Outcome outcome = co_await send(message, host);
      outcomes.push_back(std::move(outcome));
    }
    co_return outcomes;
  }

  Task<Outcome> reconcile(const Message& message, Host& host) override;
  Callback on_callback(const CallbackRequest& request, env::Moment now) override {
    return take_wechat_call(request, seal_, now);
  }

 private:
  struct Said {
    HttpAnswer answer;
    std::optional<Json> body;
    std::string code;
  };
  Task<TokenAnswer> fetch_token(Host& host, std::string stale);
  Task<TokenAnswer> ask_token(bool force, Host& host);
  Task<Said> call(std::string url, const Json& body, Host& host);
  Task<Outcome> send(const Message& message, Host& host);
  bool fill(const Message& message, Json& body) const;
  void note_first(const std::string& key, env::Moment now);

  std::string app_, secret_, account_, base_;
  Kind kind_;
  Seal seal_;
  Token token_;
  std::map<std::string, env::Moment> first_;  // by client_msg_id: when it went out first
};

Task<WechatOa::Said> WechatOa::call(std::string url, const Json& body, Host& host) {
  HttpRequest request;
  request.url = std::move(url);
  request.headers = {{"content-type", "application/json"}};
  request.body = write_json(body);
  Said said;
  said.answer = co_await host.fetch(std::move(request));
  if (said.answer.reached == Reached::yes) said.body = read_json(said.answer.body);
  if (said.body) said.code = text_in(*said.body, "errcode");
  co_return said;
}

Task<TokenAnswer> WechatOa::ask_token(bool force, Host& host) {
  const Json body = {
      {"grant_type", "client_credential"}, {"appid", app_}, {"secret", secret_}, {"force_refresh", force}};
  const Said said = co_await call(base_ + "/cgi-bin/stable_token", body, host);
  TokenAnswer out;
  if (said.body) out.token = text_in(*said.body, "access_token");
  if (!out.token.empty()) {
    out.life_s = std::clamp<std::int64_t>(number_in(*said.body, "expires_in", kTokenLife), 60, 86'400);
    co_return out;
  }
  out.why = said.code.empty() ? outcome_without_words(said.answer, host.now())
                              : outcome_of(kWechatCodes, said.code, host.now());
  // Here 40001 is about the secret. And to ask changes nothing: what was meant to follow has not been sent.
  if (said.code == "40001") out.why = rejected(Scope::account, "40001 wrong secret");
  if (out.why.fate == Fate::unknown) out.why.fate = Fate::deferred;
  co_return out;
}

/// The stable token; where it is the very one that was not taken, a new one by force.
Task<TokenAnswer> WechatOa::fetch_token(Host& host, std::string stale) {
  TokenAnswer answer = co_await ask_token(false, host);
  if (!stale.empty() && answer.token == stale) answer = co_await ask_token(true, host);
  co_return answer;
}

/// What the API takes for this message. False: the message is not of the channel's kind.
bool WechatOa::fill(const Message& message, Json& body) const {
  const Item* link = line_of(message, "link");
  const Item* program = line_of(message, "miniprogram");
  const Item* name = line_of(message, "template");
  const Json page = {{"appid", value_of(message, "miniprogram", "appid")},
                     {"pagepath", value_of(message, "miniprogram", "page")}};
  body["touser"] = message.to;
  if (kind_ != Kind::service) {
    if (name == nullptr) return false;
    body["template_id"] = name->text;
    body["data"] = Json::object();
    for (const Item* value : values_of(message, "template")) body["data"][value->field] = {{"value", value->text}};
    if (link != nullptr) body[kind_ == Kind::template_ ? "url" : "page"] = link->text;
    if (program != nullptr) body["miniprogram"] = page;
    if (kind_ == Kind::template_) body["client_msg_id"] = state::format_key(message.key);
    return true;
  }
  const std::string_view text = text_of(message, "text");
  const Item* image = line_of(message, "image");
  const bool has_text = !text.empty() && link == nullptr;  // beside a link it is what stands below its title
  if (int{has_text} + int{image != nullptr} + int{link != nullptr} + int{program != nullptr} != 1) return false;
  if (!account_.empty()) body["customservice"] = {{"kf_account", account_}};
  if (program != nullptr) {
    body["msgtype"] = "miniprogrampage";
    body["miniprogrampage"] = page;
    body["miniprogrampage"]["title"] = program->text;
    body["miniprogrampage"]["thumb_media_id"] = value_of(message, "miniprogram", "picture");
  } else if (image != nullptr) {
    body["msgtype"] = "image";
    body["image"] = {{"media_id", image->text}};
  } else if (link != nullptr) {
    const std::string_view subject = text_of(message, "subject");
    const std::string_view title = !subject.empty() ? subject : !text.empty() ? text : std::string_view(link->text);
    body["msgtype"] = "news";
    body["news"]["articles"] = Json::array({{{"title", title}, {"description", text}, {"url", link->text}}});
  } else {
    body["msgtype"] = "text";
    body["text"] = {{"content", text}};
  }
  return true;
}

void WechatOa::note_first(const std::string& key, env::Moment now) {
  if (first_.size() >= kRepeatsKept)
    std::erase_if(first_, [&](const auto& one) { return one.second < now - kRepeatMs; });
  if (first_.size() < kRepeatsKept) first_.emplace(key, now);
}

Task<Outcome> WechatOa::send(const Message& message, Host& host) {
  Json body = Json::object();
  if (!fill(message, body)) {
    co_return rejected(Scope::request, kind_ == Kind::service ? "one of text, picture, link and mini program at a time"
                                                              : "no template: this channel sends templates only");
  }
  const char* api = kind_ == Kind::service     ? "message/custom/send"
                    : kind_ == Kind::template_ ? "message/template/send"
                                               : "message/subscribe/bizsend";
  if (kind_ == Kind::template_) note_first(state::format_key(message.key), host.now());
  Outcome outcome;
  for (int attempt = 0; attempt < 2; ++attempt) {
    const TokenAnswer token = co_await token_.get(host);
    if (token.token.empty()) co_return token.why;
    const Said said = co_await call(base_ + "/cgi-bin/" + api + "?access_token=" + escaped(token.token), body, host);
    if (said.code.empty()) co_return outcome_without_words(said.answer, host.now());
    outcome = outcome_of(kWechatCodes, said.code, host.now());
    if (outcome.fate == Fate::accepted) outcome.provider_id = text_in(*said.body, "msgid");
    if (!is_about_token(said.code)) co_return outcome;
    token_.drop(token.token);
  }
  co_return outcome;
}

/// Only of templates: the same client_msg_id again brings the first answer and no second message, for as long as the
/// platform remembers it. What went out before this process began is not remembered here.
Task<Outcome> WechatOa::reconcile(const Message& message, Host& host) {
  const auto first = first_.find(state::format_key(message.key));
  if (first == first_.end() || host.now() >= first->second + kRepeatMs)
    co_return unknown("the platform tells a repetition for ten minutes only");
  Outcome again = co_await send(message, host);
  // That it is not taken now does not say that it was not taken then.
  if (again.fate != Fate::accepted) again.fate = Fate::unknown;
  co_return again;
}

}  // namespace

Result<std::unique_ptr<Remote>> make_wechat_oa(const ChannelConfig& config) {
  auto base = base_option(config, "https://api.weixin.qq.com");
  if (!base) return tl::unexpected(base.error());
  const std::map<std::string, Kind> kinds = {
      {"service", Kind::service}, {"template", Kind::template_}, {"subscription", Kind::subscription}};
  const std::string name = option_of(config, "kind", "service");
  const auto kind = kinds.find(name);
  if (kind == kinds.end())
    return fail(ErrorCode::invalid, "`kind` cannot be `" + name + "`, it is `service`, `template` or `subscription`");
  const std::string token = option_of(config, "callback_token");
  const std::string key = option_of(config, "callback_aes_key");
  if (token.empty() && !key.empty()) return fail(ErrorCode::invalid, "`callback_aes_key` needs `callback_token`");
  auto seal = make_seal(token, key, option_of(config, "appid"));
  if (!seal) return tl::unexpected(seal.error());
  return std::make_unique<WechatOa>(config, std::move(*base), kind->second, std::move(*seal));
}

}  // namespace tend::channel
