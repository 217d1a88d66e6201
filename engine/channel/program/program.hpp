// `program`: an adapter in any language. It reads JSON lines and answers with JSON lines; docs/adapters.md has them.
#pragma once
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/channel/kinds.hpp"

namespace tend::channel {

struct AskingOptions;

inline constexpr std::array<Option, 7> kProgramOptions = {{
    {"command", true, "the program and its arguments"},
    {"batch", false, "how many messages it takes at a time"},
    {"unknown", false,
     "what to do when it does not answer: `once` (it counts as sent), `again` (it is told again, with the same key), "
     "`ask` (it is asked)"},
    {"timeout", false, "how many seconds an answer may take, before it is killed"},
    {"memory", false, "how many megabytes it may take"},
    {"polls", false, "`true`: it is asked for receipts"},
    {"calls", false, "`true`: it is told what the platform calls at `/v1/receipts/` and the channel's name"},
}};

Result<std::unique_ptr<Remote>> make_program(const ChannelConfig& config);

/// The child that a channel's `command` starts.
/// Errors: those of its options.
Result<AskingOptions> program_child(const ChannelConfig& config);

/// A message as an adapter is told of it.
nlohmann::ordered_json message_json(const Message& message);
/// Errors: none for what is no outcome. Units: `after` is seconds from `now`.
std::optional<Outcome> read_outcome(const nlohmann::json& json, env::Moment now);
std::optional<Receipt> read_receipt(const nlohmann::json& json);
std::optional<Inbound> read_inbound(const nlohmann::json& json);
/// `{"receipts": [RECEIPT, …], "inbound": [INBOUND, …]}`, either or both.
/// Errors: `invalid`, with the place of the first that is none; at most 10,000 at once.
Result<News> parse_news(std::string_view body);

}  // namespace tend::channel
