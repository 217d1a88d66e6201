#include "engine/channel/platform/wecom.hpp"

#include <algorithm>

namespace tend::channel {

Result<WecomParts> read_wecom_options(const ChannelConfig& config) {
  auto base = base_option(config, "https://qyapi.weixin.qq.com");
  if (!base) return tl::unexpected(base.error());
  const std::string corp = option_of(config, "corp");
  const std::string token = option_of(config, "callback_token");
  const std::string key = option_of(config, "callback_aes_key");
  if (token.empty() != key.empty())
    return fail(ErrorCode::invalid, "`callback_token` and `callback_aes_key` go together");
  auto seal = make_seal(token, key, corp);
  if (!seal) return tl::unexpected(seal.error());
  return WecomParts{WecomAccount::of(*base, corp, option_of(config, "secret")), std::move(*seal)};
}

/// In `touser` a bar parts members and @all means every one of them.
bool is_one_wecom_id(std::string_view id) {
  constexpr std::size_t kIdMax = 64;
  return !id.empty() && id.size() <= kIdMax && id.front() != '@' && id.find('|') == std::string_view::npos;
}

}  // namespace tend::channel
