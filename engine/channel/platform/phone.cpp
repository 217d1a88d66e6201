#include "engine/channel/platform/phone.hpp"

#include <algorithm>

#include "engine/channel/platform/items.hpp"

namespace tend::channel {

std::string chinese_mobile(std::string_view text) {
  for (const std::string_view country : {"+86", "0086", "86"}) {
    if (!text.starts_with(country)) continue;
    text.remove_prefix(country.size());
    break;
  }
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != 11 || text.front() != '1' || !std::all_of(text.begin(), text.end(), is_digit)) return {};
  return std::string(text);
}

std::string with_country(std::string_view text) {
  const std::string mobile = chinese_mobile(text);
  return mobile.empty() ? std::string(text) : "+86" + mobile;
}

Result<Numbers> numbers_option(const ChannelConfig& config) {
  const std::string text = option_of(config, "numbers", "local");
  if (text == "local") return Numbers::local;
  if (text == "e164") return Numbers::e164;
  return fail(ErrorCode::invalid, "`numbers` cannot be `" + text + "`, it is `local` (139…) or `e164` (+86139…)");
}

std::string as_written(std::string_view number, Numbers how) {
  const std::string mobile = chinese_mobile(number);
  if (mobile.empty()) return std::string(number);
  return how == Numbers::local ? mobile : "+86" + mobile;
}

}  // namespace tend::channel
