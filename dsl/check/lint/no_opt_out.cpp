// A marketing text on a channel of short messages that does not say how to get no more of them.
#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "dsl/check/lint/lints.hpp"
#include "dsl/check/lookup.hpp"
#include "dsl/check/report.hpp"
#include "dsl/program/worst_case.hpp"

namespace tend::check {
namespace {

using program::Message;
using program::MessageItem;

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

std::string upper(std::string_view text) {
  std::string out;
  for (const char c : text) out.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  return out;
}

// `TD` in `回复TD退订`, not in `LTD`.
bool has_word(const std::string& text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const bool before = at > 0 && is_letter(text[at - 1]);
    const std::size_t end = at + word.size();
    if (!before && (end >= text.size() || !is_letter(text[end]))) return true;
  }
  return false;
}

bool says_how_to_opt_out(const MessageItem& item) {
  std::string text;
  for (const program::TextPart& part : item.parts) text += part.literal;
  for (const std::string_view chinese : {"退订", "拒收", "退訂"}) {
    if (text.find(chinese) != std::string::npos) return true;
  }
  text = upper(text);
  for (const std::string_view word : {"TD", "STOP", "UNSUBSCRIBE", "OPT OUT", "OPT-OUT"}) {
    if (has_word(text, word)) return true;
  }
  return false;
}

// The channel is one of short messages, or says itself that it needs the line.
bool needs_opt_out(const CheckOptions& options, const std::string& channel) {
  const ChannelFacts* facts = channel_facts(options, channel);
  if (!facts) return false;
  return facts->needs_opt_out || upper(facts->adapter).find("SMS") != std::string::npos;
}

// A text that can go out there; what the platform has approved carries the line that it wants.
bool lacks_opt_out(const Message& message, const std::string& channel) {
  const auto goes_there = [&](const MessageItem& item) { return item.channel.empty() || item.channel == channel; };
  for (const MessageItem& item : message.items) {
    if (item.kind == "template" && goes_there(item)) return false;
  }
  return std::any_of(message.items.begin(), message.items.end(), [&](const MessageItem& item) {
    return (item.kind == "text" || item.kind == "body") && goes_there(item) && !says_how_to_opt_out(item);
  });
}

}  // namespace

void lint_no_opt_out(Workspace& workspace, const program::Program& program, const program::Places&) {
  const CheckOptions& options = workspace.options;
  std::set<std::pair<std::uint32_t, std::string>> ways;  // message, channel
  for (const program::Playbook& playbook : program.playbooks) {
    for (const program::Step& step : playbook.steps) {
      if (!program::sends(step)) continue;
      for (const std::string& channel : program::channels_of(program, step)) ways.emplace(step.message, channel);
      if (!program::channels_of(program, step).empty()) continue;
      if (!options.default_channel.empty())
        ways.emplace(step.message, options.default_channel);
      else if (options.channels.size() == 1)
        ways.emplace(step.message, options.channels[0].name);
    }
  }
  for (const auto& [index, channel] : ways) {
    const Message& message = program.messages[index];
    if (message.message_class != program::MessageClass::marketing) continue;
    if (!needs_opt_out(options, channel) || !lacks_opt_out(message, channel)) continue;
    const auto declared = workspace.schema.messages.find(message.name);
    if (declared == workspace.schema.messages.end()) continue;
    workspace.sink.report(mistake(610, declared->second->name.span, {message.name, channel}, 71));
  }
}

}  // namespace tend::check
