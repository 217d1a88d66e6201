// Which adapters there are, what options each takes, and how one is made from a channel's table in tend.toml.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <set>
#include <thread>

#include "dsl/diagnostic/suggest.hpp"
#include "engine/channel/adapter.hpp"
#include "engine/channel/config.hpp"
#include "engine/channel/console_adapter.hpp"
#include "engine/channel/file_adapter.hpp"
#include "engine/channel/kinds.hpp"
#include "engine/channel/mail/smtp.hpp"
#include "engine/channel/paths.hpp"
#include "engine/channel/rate.hpp"

namespace tend::channel {
namespace {

/// "`a`", "`a` and `b`", "`a`, `b` and `c`".
std::string enumerate(const std::vector<std::string_view>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " and " : ", ";
    out.append("`").append(names[i]).append("`");
  }
  return out;
}

/// `, did you mean …?`, or else all there are.
std::string instead_of(const std::string& name, const std::vector<std::string_view>& names, const std::string& all) {
  const auto meant = diagnostic::did_you_mean(name, std::vector<std::string>(names.begin(), names.end()));
  return meant ? ", did you mean `" + *meant + "`?" : all + enumerate(names);
}

Result<void> unknown_adapter(const ChannelConfig& config) {
  std::vector<std::string_view> names;
  for (const AdapterKind& kind : adapter_kinds()) names.push_back(kind.name);
  return fail(ErrorCode::invalid, "channel `" + config.name + "`: there is no adapter `" + config.adapter + "`" +
                                      instead_of(config.adapter, names, ", the adapters are "));
}

Result<void> unknown_option(const ChannelConfig& config, const AdapterKind& kind, const std::string& option) {
  std::vector<std::string_view> names;
  for (const Option& known : options_of(kind)) names.push_back(known.name);
  return fail(ErrorCode::invalid, "channel `" + config.name + "`: the adapter `" + config.adapter +
                                      "` has no option `" + option + "`" + instead_of(option, names, ", it has "));
}
Result<void> check_options(const ChannelConfig& config, const AdapterKind& kind) {
  const std::vector<Option> options = options_of(kind);
  for (const auto& [name, value] : config.options) {
    const auto has_name = [&name = name](const Option& option) {
      return is_within(option, name) || (option.name == name && option.shape != OptionShape::table);
    };
    if (std::none_of(options.begin(), options.end(), has_name)) {
      return unknown_option(config, kind, name);
    }
  }
  for (const Option& option : options) {
    const auto given = config.options.find(std::string(option.name));
    if (option.secret && given != config.options.end() && !given->second.starts_with("env:") &&
        !given->second.starts_with("file:")) {
      return fail(ErrorCode::invalid, "channel `" + config.name + "`: `" + std::string(option.name) +
                                          "` is a secret: name where it is, as `env:NAME` or `file:PATH`");
    }
    if (!option.required || (given != config.options.end() && !given->second.empty())) continue;
    return fail(ErrorCode::invalid, "channel `" + config.name + "`: the adapter `" + config.adapter + "` needs `" +
                                        std::string(option.name) + "`, " + std::string(option.meaning));
  }
  return {};
}

/// The same file has the same text, as far as it can be told without looking at the disk.
std::string plain_path(std::string_view path) {
  std::vector<std::string_view> parts;
  const bool absolute = path.starts_with('/');
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (part.empty() || part == ".") continue;
    if (part == ".." && !parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else {
      parts.push_back(part);
    }
  }
  std::string out = absolute ? "/" : "";
  for (const std::string_view part : parts) out.append(part).append("/");
  return out;
}

/// What stands for a platform in recorded time: nothing that happened last year is sent today.
class StandIn final : public Adapter {
 public:
  Capabilities capabilities() const override { return {.can_settle = true}; }
  Result<std::vector<run::Answer>> hand_over(std::span<const run::Send> sends) override {
    return std::vector<run::Answer>(sends.size());
  }
  Result<std::vector<run::Settled>> settle(std::span<const run::Send> sends) override {
    return std::vector<run::Settled>(sends.size(), run::Settled::handed_over);
  }
};

}  // namespace

std::vector<Option> options_of(const AdapterKind& kind) {
  std::vector<Option> options(kind.options.begin(), kind.options.end());
  options.push_back({"rate", false, "how fast the channel may be used, as `200/s`, `100/min`, `5000/h`, `20000/day`"});
  if (kind.make_remote == nullptr) return options;
  // An adapter's own row says more than that of all.
  for (const Option& common : remote_options()) {
    if (common.name == "links" && !kind.links) continue;
    const auto same = [&](const Option& own) { return own.name == common.name; };
    if (std::none_of(kind.options.begin(), kind.options.end(), same)) options.push_back(common);
  }
  return options;
}

std::optional<std::size_t> parse_concurrency(std::string_view text) {
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < 1 || count > kConcurrencyMax) {
    return std::nullopt;
  }
  return count;
}

Result<void> check_channel(const ChannelConfig& config) {
  const AdapterKind* kind = find_adapter(config.adapter);
  if (kind == nullptr) return unknown_adapter(config);
  if (Result<void> options = check_options(config, *kind); !options) return options;
  for (const char* name : {"rate", "rate_per_recipient", "rate_per_domain"}) {
    const auto rate = config.options.find(name);
    if (rate == config.options.end() || parse_rate(rate->second)) continue;
    return fail(ErrorCode::invalid, "channel `" + config.name + "`: `" + name + "` cannot be `" + rate->second +
                                        "`, it is written as `200/s`, and besides `s` there are `min`, `h` and `day`");
  }
  const auto links = config.options.find("links");
  if (links != config.options.end() && !parse_link_use(links->second)) {
    return fail(ErrorCode::invalid, "channel `" + config.name + "`: `links` cannot be `" + links->second +
                                        "`, it is `off`, `unsubscribe` or `all`");
  }
  const auto calls = config.options.find("concurrency");
  if (calls != config.options.end() && !parse_concurrency(calls->second)) {
    return fail(ErrorCode::invalid, "channel `" + config.name + "`: `concurrency` cannot be `" + calls->second +
                                        "`, it is a number from 1 to " + std::to_string(kConcurrencyMax));
  }
  if (config.adapter != "smtp") return {};
  if (auto limit = read_soft_limit(config); !limit)
    return fail(ErrorCode::invalid, "channel `" + config.name + "`: " + limit.error().message);
  return {};
}

Result<void> check_channels(std::span<const ChannelConfig> configs) {
  std::set<std::string> names;
  std::map<std::string, std::string> paths;  // plain path to channel
  for (const ChannelConfig& config : configs) {
    if (Result<void> checked = check_channel(config); !checked) return checked;
    if (!names.insert(config.name).second) {
      return fail(ErrorCode::invalid, "there are two channels `" + config.name + "`");
    }
    const auto path = config.options.find("path");
    if (path == config.options.end()) continue;
    const auto [other, is_new] = paths.emplace(plain_path(path->second), config.name);
    if (!is_new) {
      return fail(ErrorCode::invalid, "channels `" + other->second + "` and `" + config.name +
                                          "` write to the same file `" + path->second + "`, each needs its own");
    }
  }
  return {};
}

Result<std::unique_ptr<Adapter>> make_adapter(const ChannelConfig& config, const std::string& base_folder,
                                              const Outside& outside) {
  if (Result<void> checked = check_channel(config); !checked) return tl::unexpected(checked.error());
  if (config.adapter == "file") {
    return open_file_adapter(outside.files, seen_from(base_folder, config.options.at("path")), config.name);
  }
  if (find_adapter(config.adapter)->make_remote != nullptr) return std::make_unique<StandIn>();
  return make_console_adapter(outside.console, config.name);
}

Outside real_outside() {
  return {env::real_files(), stdout, env::real_clock(),
          [](std::int64_t ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }};
}

}  // namespace tend::channel
