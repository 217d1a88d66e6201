// Which adapters there are and what options each takes. A new adapter is a row in kinds.cpp.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/channel/config.hpp"
#include "engine/channel/links.hpp"
#include "engine/channel/remote.hpp"
#include "engine/history/soft_bounces.hpp"

namespace tend::channel {

/// How the value of an option is written in tend.toml. A list is kept as one text with blanks between, names as one
/// with newlines; what a table `options = { NAME = … }` has are options `options.NAME`.
enum class OptionShape : std::uint8_t { text, list, names, table };

struct Option {
  std::string_view name;
  bool required;
  std::string_view meaning;  // follows "needs `name`, "
  bool secret = false;       // named, not written: `env:NAME` or `file:PATH`
  OptionShape shape = OptionShape::text;
};

/// Makes a remote adapter from options that check_channel has let through, its secrets read already.
/// Errors: `invalid` for values that cannot be; the sentence begins with what is wrong, not with the channel.
using MakeRemote = Result<std::unique_ptr<Remote>> (*)(const ChannelConfig& config);

struct AdapterKind {
  std::string_view name;
  std::string_view meaning;          // one line for `tend channels`
  std::span<const Option> options;   // besides `rate`, which every channel has
  MakeRemote make_remote = nullptr;  // null: an adapter of this machine (adapter.hpp)
  /// Which addresses of `[links]` its messages carry where the channel does not say it; none: they can carry none.
  std::optional<LinkUse> links = std::nullopt;
  bool mirrors = false;  // has `tags` and `transfers`: what playbooks change of customers is told there too
};

/// By name.
std::span<const AdapterKind> adapter_kinds();
const AdapterKind* find_adapter(std::string_view name);

/// `name` is that of something in the table `option`.
bool is_within(const Option& option, std::string_view name);

/// Options of every remote adapter: who a message goes to and how many go at a time.
std::span<const Option> remote_options();

/// All that a channel of this adapter may have: its own, `rate`, and those of every remote adapter where it is one.
std::vector<Option> options_of(const AdapterKind& kind);

/// What its messages carry. Who has an address of his own for unsubscribing keeps it. Requires: check_channel.
LinkStyle link_style(const ChannelConfig& config);

constexpr std::size_t kConcurrencyMax = 1000;
/// The value of `concurrency`: 1 to kConcurrencyMax. Errors: none for anything else.
std::optional<std::size_t> parse_concurrency(std::string_view text);

/// The config with each secret option's text in place of its name; in a table of options those that begin with `env:`
/// or `file:` are secrets. Errors: `invalid` naming the variable or file that
/// is missing or empty; never with what is in it.
Result<ChannelConfig> with_secrets(const ChannelConfig& config);

/// Each channel that takes its time, and the attribute with the address that it writes to (empty: the customer's id).
std::map<std::string, std::string> address_attributes(std::span<const ChannelConfig> configs);

/// Of each channel that counts soft bounces. Requires: check_channel.
std::map<std::string, history::SoftLimit, std::less<>> soft_limits(std::span<const ChannelConfig> configs);

}  // namespace tend::channel
