#include "engine/channel/limits.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace tend::channel {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int32_t hour(std::int32_t of_day) { return of_day * 3'600'000; }

/// One platform. The lines that a message may have are parted by blanks.
struct Platform {
  std::string_view adapter;
  std::string_view items;
  std::uint32_t length = 0;
  bool approved_only = false;
  bool needs_opt_out = false;
  std::int32_t open_from = -1;
  std::int32_t open_to = -1;
  std::int64_t confirmation_ms = 0;
  bool has_window = false;
};

constexpr std::array<Platform, 8> kPlatforms = {{
    // Marketing by SMS is refused at night; a text is at most 500 characters, and always an approved one.
    {.adapter = "aliyun_sms",
     .items = "template",
     .length = 500,
     .approved_only = true,
     .needs_opt_out = true,
     .open_from = hour(8),
     .open_to = hour(20)},
    {.adapter = "smtp", .items = "subject body text link image", .needs_opt_out = true},
    {.adapter = "tencent_sms",
     .items = "template",
     .approved_only = true,
     .needs_opt_out = true,
     .open_from = hour(8),
     .open_to = hour(22)},
    {.adapter = "twilio", .items = "text image", .length = 1600, .needs_opt_out = true},
    // Service messages only within 48 hours after the customer has done something.
    {.adapter = "wechat_oa", .items = "subject text image link miniprogram template", .has_window = true},
    // Mass messages are tasks that a member of staff confirms; how long they stay open is not published, three days is
    // how long results are worth waiting for.
    {.adapter = "wecom",
     .items = "subject text image link miniprogram",
     .length = 4000,
     .confirmation_ms = 72 * kHourMs},
    // What an app writes to members; a text is cut at 2048 bytes.
    {.adapter = "wecom_staff", .items = "text", .length = 2048},
    {.adapter = "wecom_welcome", .items = "subject text image link miniprogram", .length = 4000},
}};

}  // namespace

Limits known_limits(std::string_view adapter) {
  const auto* found =
      std::find_if(kPlatforms.begin(), kPlatforms.end(), [&](const Platform& row) { return row.adapter == adapter; });
  Limits limits;
  if (found == kPlatforms.end()) return limits;
  limits.length = found->length;
  limits.approved_only = found->approved_only;
  limits.needs_opt_out = found->needs_opt_out;
  limits.open_from = found->open_from;
  limits.open_to = found->open_to;
  limits.confirmation_ms = found->confirmation_ms;
  limits.has_window = found->has_window;
  for (std::string_view rest = found->items; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    limits.items.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return limits;
}

}  // namespace tend::channel
