// The table of adapters, and their secrets in place of their names.
#include "engine/channel/kinds.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "engine/channel/lua/lua.hpp"
#include "engine/channel/mail/smtp.hpp"
#include "engine/channel/platform/items.hpp"
#include "engine/channel/platform/platforms.hpp"
#include "engine/channel/program/program.hpp"
#include "engine/channel/secret.hpp"
#include "engine/channel/webhook.hpp"

namespace tend::channel {
namespace {

constexpr std::array<Option, 1> kFileOptions = {{{"path", true, "the file that messages are written to"}}};

constexpr AdapterKind kKinds[] = {
    {"aliyun_sms", "sends approved SMS by Aliyun (阿里云短信)", kAliyunSmsOptions, make_aliyun_sms},
    {"console", "prints messages, for trying things out", {}},
    {"file", "writes messages to a file of JSON lines", kFileOptions},
    {"lua", "an adapter as a Lua script, which can do nothing but call the hosts that you name", kLuaOptions, make_lua,
     LinkUse::none},
    {"program", "an adapter in any language, by lines of JSON", kProgramOptions, make_program, LinkUse::none},
    {"smtp", "sends mail by a mail server", kSmtpOptions, make_smtp, LinkUse::all},
    {"tencent_sms", "sends approved SMS by Tencent Cloud (腾讯云短信)", kTencentSmsOptions, make_tencent_sms},
    {"twilio", "sends SMS and MMS by Twilio", kTwilioOptions, make_twilio},
    {"webhook", "posts messages to an address of your own, signed", kWebhookOptions, make_webhook, LinkUse::none},
    {"wechat_oa", "messages of a WeChat Official Account (公众号)", kWechatOaOptions, make_wechat_oa},
    {"wecom", "mass messages to customers on WeCom (企业微信), which staff confirm", kWecomOptions, make_wecom,
     std::nullopt, true},
    {"wecom_staff", "messages to members of staff on WeCom", kWecomStaffOptions, make_wecom_staff},
    {"wecom_welcome", "the welcome to a new customer on WeCom", kWecomWelcomeOptions, make_wecom_welcome},
};

constexpr std::array<Option, 6> kRemoteOptions = {{
    {"to", false, "the attribute with the customer's address on this channel"},
    {"staff", false, "the attribute with the person whom messages go through"},
    {"concurrency", false, "how many calls may be under way at a time"},
    {"rate_per_recipient", false, "how fast messages may go to one address"},
    {"rate_per_domain", false, "how fast messages may go to addresses with the same `@…`"},
    {"links", false, "which addresses of `[links]` messages carry: `off`, `unsubscribe` or `all`"},
}};

bool is_secret(const AdapterKind& kind, const std::string& name, const std::string& value) {
  return std::any_of(kind.options.begin(), kind.options.end(), [&](const Option& option) {
    if (option.shape != OptionShape::table) return option.secret && option.name == name;
    return is_within(option, name) && is_secret_name(value);
  });
}

}  // namespace

bool is_within(const Option& option, std::string_view name) {
  return option.shape == OptionShape::table && name.size() > option.name.size() + 1 && name.starts_with(option.name) &&
         name[option.name.size()] == '.';
}

std::span<const AdapterKind> adapter_kinds() { return kKinds; }
std::span<const Option> remote_options() { return kRemoteOptions; }

const AdapterKind* find_adapter(std::string_view name) {
  const auto kind = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const auto& k) { return k.name == name; });
  return kind == std::end(kKinds) ? nullptr : &*kind;
}

LinkStyle link_style(const ChannelConfig& config) {
  LinkStyle style{.use = find_adapter(config.adapter)->links.value_or(LinkUse::none)};
  if (const auto said = parse_link_use(option_of(config, "links"))) style.use = *said;
  style.html = option_of(config, "format") == "html";
  style.unsubscribes = option_of(config, "unsubscribe_url").empty();
  return style;
}

Result<ChannelConfig> with_secrets(const ChannelConfig& config) {
  ChannelConfig out = config;
  const AdapterKind* kind = find_adapter(config.adapter);
  if (kind == nullptr) return out;
  for (auto& [name, value] : out.options) {
    if (!is_secret(*kind, name, value)) continue;
    auto secret = read_secret(value, config.folder);
    if (!secret) {
      return fail(ErrorCode::invalid, "channel `" + config.name + "`, `" + name + "`: " + secret.error().message);
    }
    value = std::move(*secret);
  }
  return out;
}

std::map<std::string, std::string> address_attributes(std::span<const ChannelConfig> configs) {
  std::map<std::string, std::string> attributes;
  for (const ChannelConfig& config : configs) {
    if (find_adapter(config.adapter)->make_remote != nullptr) attributes[config.name] = option_of(config, "to");
  }
  return attributes;
}

std::map<std::string, history::SoftLimit, std::less<>> soft_limits(std::span<const ChannelConfig> configs) {
  std::map<std::string, history::SoftLimit, std::less<>> limits;
  for (const ChannelConfig& config : configs) {
    if (config.adapter != "smtp") continue;
    if (const auto limit = read_soft_limit(config)) limits[config.name] = *limit;
  }
  return limits;
}

}  // namespace tend::channel
