// What the three channels of a WeCom app share: its account and its calls to us.
#pragma once
#include "engine/channel/platform/items.hpp"
#include "engine/channel/platform/wecom_account.hpp"
#include "engine/channel/platform/wecom_callback.hpp"

namespace tend::channel {

class Wecom : public Remote {
 public:
  Wecom(std::shared_ptr<WecomAccount> account, Seal seal) : account_(std::move(account)), seal_(std::move(seal)) {}
  Callback on_callback(const CallbackRequest& request, env::Moment now) override {
    return take_wecom_call(request, seal_, *account_, now);
  }

 protected:
  std::shared_ptr<WecomAccount> account_;
  Seal seal_;
};

/// Reads `base`, `corp`, `secret`, `callback_token` and `callback_aes_key`.
struct WecomParts {
  std::shared_ptr<WecomAccount> account;
  Seal seal;
};
Result<WecomParts> read_wecom_options(const ChannelConfig& config);

/// Errors: an address that would mean more than one person, or nobody.
bool is_one_wecom_id(std::string_view id);

}  // namespace tend::channel
