// Adapters, channels and outcomes in words.
#include "engine/cli/channels_text.hpp"

#include <algorithm>

#include "engine/cli/channel_words.hpp"

namespace tend::cli {
namespace {

using Json = nlohmann::ordered_json;
using state::OutcomeKind;
using text::Tongue;

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  out.append(width > text.size() ? width - text.size() : 0, ' ');
  return out;
}

std::string_view word(Tongue tongue, std::string_view en, std::string_view zh) {
  return tongue == Tongue::en ? en : zh;
}

std::string state_words(const Json& health, Tongue tongue) {
  const std::string state = health.value("state", "");
  const std::string until = health.contains("until") && health["until"].is_string() ? health["until"] : Json("");
  const std::string till = until.empty() ? "" : std::string(word(tongue, " until ", "，至 ")) + until;
  if (health.value("paused", false))
    return std::string(word(tongue, "paused: nothing goes out until it is resumed (`tend resume`)",
                            "已暂停：恢复（`tend resume`）之前什么都不会发出"));
  if (state == "open") return std::string(word(tongue, "open", "正常"));
  if (state == "limited") return std::string(word(tongue, "limited by the platform", "平台限流")) + till;
  if (state == "trying") return std::string(word(tongue, "was down, one message tries it", "曾中断，正用一条消息试探"));
  if (state == "broken") return std::string(word(tongue, "down, left in peace", "中断，暂不调用")) + till;
  return {};
}

/// How a channel keeps its platform in step with customers.
void add_mirror(std::string& out, const Json& mirror, Tongue tongue) {
  const auto count = [&](const char* name) { return std::to_string(mirror.value(name, std::uint64_t{0})); };
  out += tongue == Tongue::en ? "    tags and transfers: " + count("told") + " told, " + count("refused") +
                                    " refused, " + count("waiting") + " waiting\n"
                              : "    标签与转接：已同步 " + count("told") + "，被拒 " + count("refused") + "，待办 " +
                                    count("waiting") + "\n";
  const std::string error = mirror.value("last_error", "");
  if (error.empty()) return;
  const std::string at = mirror["last_error_at"].is_string() ? mirror["last_error_at"] : Json("");
  out += "    " + std::string(word(tongue, "last trouble with them: ", "其最近一次问题：")) + error + " (" + at + ")\n";
}

/// Names stand with newlines between them.
std::string shown(std::string value) {
  for (std::size_t at = value.find('\n'); at != std::string::npos; at = value.find('\n', at))
    value.replace(at, 1, ", ");
  return value;
}

void add_health(std::string& out, const Json& health, Tongue tongue) {
  const auto count = [&](const char* name) { return health.value(name, std::uint64_t{0}); };
  out += "    " + state_words(health, tongue) + "\n";
  const std::uint64_t taken = count("accepted") + count("duplicate");
  const std::uint64_t refused = count("rejected_recipient") + count("rejected_request") + count("rejected_account");
  if (tongue == Tongue::en) {
    out += "    " + std::to_string(taken) + " accepted, " + std::to_string(refused) + " refused, " +
           std::to_string(count("unknown_accepted")) + " unknown, " +
           std::to_string(count("waiting") + count("under_way") + count("unsure")) + " on their way\n";
  } else {
    out += "    已接收 " + std::to_string(taken) + "，被拒 " + std::to_string(refused) + "，不明 " +
           std::to_string(count("unknown_accepted")) + "，途中 " +
           std::to_string(count("waiting") + count("under_way") + count("unsure")) + "\n";
  }
  if (health.contains("mirror")) add_mirror(out, health["mirror"], tongue);
  const std::string error = health.value("last_error", "");
  if (error.empty()) return;
  const std::string at = health["last_error_at"].is_string() ? health["last_error_at"] : Json("");
  out += "    " + std::string(word(tongue, "last trouble: ", "最近一次问题：")) + error + " (" + at + ")\n";
}

}  // namespace

Json channels_json(std::span<const channel::ChannelConfig> channels, const Json& health) {
  Json all = Json::array();
  for (const channel::ChannelConfig& config : channels) {
    Json one{{"channel", config.name}, {"adapter", config.adapter}, {"options", config.options}};
    if (health.is_object() && health.contains("channels")) {
      for (const Json& row : health["channels"]) {
        if (row.value("channel", "") == config.name && row.contains("state")) one["health"] = row;
      }
    }
    all.push_back(std::move(one));
  }
  return all;
}

std::string channels_text(const Json& channels, Tongue tongue) {
  if (channels.empty()) {
    return std::string(word(tongue, "tend.toml has no channels\n", "tend.toml 中没有渠道\n"));
  }
  std::string out(word(tongue, "channels\n", "渠道\n"));
  for (const Json& one : channels) {
    out += "  " + one["channel"].get<std::string>() + "  " + one["adapter"].get<std::string>() + "\n";
    for (const auto& [name, value] : one["options"].items()) {
      out += "    " + name + " = \"" + shown(value.get<std::string>()) + "\"\n";
    }
    if (one.contains("health")) add_health(out, one["health"], tongue);
  }
  return out;
}

Json adapters_json() {
  Json all = Json::array();
  for (const channel::AdapterKind& kind : channel::adapter_kinds()) {
    Json options = Json::array();
    for (const channel::Option& option : channel::options_of(kind)) {
      options.push_back({{"name", option.name},
                         {"required", option.required},
                         {"secret", option.secret},
                         {"meaning", option.meaning}});
    }
    all.push_back({{"adapter", kind.name}, {"meaning", kind.meaning}, {"options", std::move(options)}});
  }
  return all;
}

std::string adapters_text(Tongue tongue) {
  std::string out(word(tongue, "adapters (`tend channels ADAPTER` has the options of one)\n",
                       "适配器（`tend channels 适配器名` 列出其选项）\n"));
  for (const channel::AdapterKind& kind : channel::adapter_kinds()) {
    out += "  " + padded(kind.name, 14) + "  " + std::string(in_tongue(kind.meaning, tongue)) + "\n";
  }
  return out;
}

std::string adapter_text(const channel::AdapterKind& kind, Tongue tongue) {
  std::string out = std::string(kind.name) + ": " + std::string(in_tongue(kind.meaning, tongue)) + "\n";
  for (const channel::Option& option : channel::options_of(kind)) {
    out += "  " + padded(option.name, 18) + "  " + std::string(in_tongue(option.meaning, tongue));
    if (option.required) out += word(tongue, " (needed)", "（必填）");
    if (option.secret) out += word(tongue, " (`env:NAME` or `file:PATH`)", "（`env:NAME` 或 `file:PATH`）");
    out += "\n";
  }
  return out;
}

bool went_out(const channel::Report& report) {
  return report.kind == channel::Report::Kind::final && state::is_accepted(report.outcome);
}

std::string outcome_text(const channel::Report& report, Tongue tongue) {
  const std::string why = report.reason.empty() ? "" : std::string(word(tongue, ": ", "：")) + report.reason;
  const std::string id =
      report.provider_id.empty() ? "" : std::string(word(tongue, ", as `", "，编号 `")) + report.provider_id + "`";
  if (report.kind == channel::Report::Kind::returned) {
    return std::string(word(tongue, "not taken now, again from ", "暂未接收，最早于 ")) +
           env::format_moment(report.until) + std::string(word(tongue, "", " 再试")) + why + "\n";
  }
  switch (report.outcome) {
    case OutcomeKind::accepted: return std::string(word(tongue, "accepted", "已接收")) + id + "\n";
    case OutcomeKind::duplicate:
      return std::string(word(tongue, "the platform has it already", "平台已有这条消息")) + id + "\n";
    case OutcomeKind::rejected_recipient:
      return std::string(word(tongue, "the address is refused", "地址被拒")) + why + "\n";
    case OutcomeKind::rejected_request:
      return std::string(word(tongue, "the message is refused", "消息被拒")) + why + "\n";
    case OutcomeKind::rejected_account:
      return std::string(word(tongue, "the account is refused, nobody would get anything", "账号被拒，谁都收不到")) +
             why + "\n";
    case OutcomeKind::unknown_accepted:
      return std::string(word(tongue, "nobody knows whether it was taken", "不清楚是否已接收")) + why + "\n";
    case OutcomeKind::with_channel:
    case OutcomeKind::called:
    case OutcomeKind::returned: break;  // no answers
  }
  return {};
}

std::string conformance_text(std::span<const channel::ConformanceCheck> checks, Tongue tongue) {
  std::string out;
  std::size_t broken = 0;
  for (const channel::ConformanceCheck& check : checks) {
    broken += !check.kept;
    out += std::string(check.kept ? word(tongue, "kept    ", "符合    ") : word(tongue, "broken  ", "不符合  ")) +
           std::string(in_tongue(check.name, tongue)) + (check.found.empty() ? "" : ": " + check.found) + "\n";
  }
  if (tongue == Tongue::en)
    return out + std::to_string(checks.size() - broken) + " kept, " + std::to_string(broken) + " broken\n";
  return out + "符合 " + std::to_string(checks.size() - broken) + "，不符合 " + std::to_string(broken) + "\n";
}

}  // namespace tend::cli
