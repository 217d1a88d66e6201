#include "engine/channel/platform/wechat_call.hpp"

#include <charconv>

#include "engine/channel/platform/form.hpp"
#include "engine/channel/platform/sign.hpp"
#include "engine/channel/platform/xml.hpp"

namespace tend::channel {

SealedCall open_call(const CallbackRequest& request, const Seal& seal) {
  auto query = read_form(request.query);
  SealedCall call;
  call.is_check = request.method == "GET";
  std::string sealed;
  if (call.is_check) {
    sealed = query["echostr"];
  } else {
    const auto body = read_xml(request.body);
    if (!body) return {.status = 400, .why = "not XML\n"};
    sealed = field_of(*body, "xml/Encrypt");
  }
  const std::string right = wechat_signature({seal.token, query["timestamp"], query["nonce"], sealed});
  if (!same_secret(right, query["msg_signature"])) return {.status = 401, .why = "wrong signature\n"};
  auto text = unseal(seal, sealed);
  if (!text) return {.status = 401, .why = "not sealed for us\n"};
  call.text = std::move(*text);
  return call;
}

Callback no_calls() { return {.status = 404, .body = "this channel has no `callback_token` and `callback_aes_key`\n"}; }

env::Moment moment_of(std::string_view seconds) {
  constexpr std::int64_t kSecondsMax = 100'000'000'000;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(seconds.data(), seconds.data() + seconds.size(), value);
  const bool whole = error == std::errc() && end == seconds.data() + seconds.size();
  return whole && value > 0 && value < kSecondsMax ? value * 1000 : env::kNoMoment;
}

}  // namespace tend::channel
