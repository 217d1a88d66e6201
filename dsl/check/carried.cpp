#include "dsl/check/carried.hpp"

#include <algorithm>

#include "dsl/check/lookup.hpp"
#include "dsl/check/private.hpp"
#include "dsl/check/report.hpp"
#include "dsl/text/utf8.hpp"

namespace tend::check {
namespace {

using syntax::Stmt;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool carries(const ChannelFacts& facts, const std::string& kind) {
  if (facts.approved_only) return kind == "template";
  return facts.items.empty() || contains(facts.items, kind);
}

// At least so long a text becomes: its literal characters.
std::size_t literal_length(const ItemIr& item) {
  std::size_t length = 0;
  for (const PartIr& part : item.parts) {
    for (std::size_t at = 0; at < part.literal.size(); ++length) at += text::decode(part.literal, at).length;
  }
  return length;
}

std::size_t values_in(const ItemIr& item) {
  const auto holes =
      std::count_if(item.parts.begin(), item.parts.end(), [](const PartIr& part) { return part.hole != nullptr; });
  return static_cast<std::size_t>(holes) + item.fields.size();
}

class Carrier {
 public:
  Carrier(Workspace& workspace, const ChannelFacts& facts) : workspace_(workspace), facts_(facts) {}

  void check(const Stmt& message, const std::vector<ItemIr>& items) {
    bool any = false;
    for (const ItemIr& item : items) {
      if (!item.channel.empty() && item.channel != facts_.name) continue;
      if (!carries(facts_, item.kind)) {
        // Without the channel's name before it the line may be meant for another one.
        if (!item.channel.empty()) workspace_.sink.report(mistake(541, item.statement->head, {facts_.name, item.kind}));
        any = any || !item.channel.empty();
        continue;
      }
      any = true;
      one(item);
    }
    if (any) return;
    const std::uint16_t code = facts_.approved_only ? 540 : 539;
    workspace_.sink.report(mistake(code, message.name.span, {message.name.text, facts_.name}));
  }

 private:
  void one(const ItemIr& item) {
    if (item.kind == "template") approved(item);
    const std::size_t length = item.kind == "text" ? literal_length(item) : 0;
    if (facts_.length_max != 0 && length > facts_.length_max) {
      workspace_.sink.report(
          mistake(542, item.statement->head, {std::to_string(length), facts_.name, std::to_string(facts_.length_max)}));
    }
    const std::size_t values = values_in(item);
    if (facts_.variables_max != 0 && values > facts_.variables_max) {
      workspace_.sink.report(mistake(543, item.statement->head,
                                     {std::to_string(values), facts_.name, std::to_string(facts_.variables_max)}));
    }
    if (facts_.carries_private) return;
    for (const PartIr& part : item.parts) {
      if (part.hole) stays_private(*part.hole);
    }
    for (const FieldIr& field : item.fields) stays_private(*field.value);
  }

  void approved(const ItemIr& item) {
    const std::string& name = item.parts[0].literal;
    if (facts_.approved.empty() || contains(facts_.approved, name)) return;
    Diagnostic diagnostic = mistake(232, item.statement->text->span, {facts_.name, name});
    suggest(diagnostic, name, facts_.approved);
    workspace_.sink.report(std::move(diagnostic));
  }

  void stays_private(const Ir& value) {
    const std::uint32_t attribute = private_in(workspace_, value);
    if (attribute == kNone) return;
    workspace_.sink.report(mistake(350, value.span, {workspace_.schema.attributes[attribute].name, facts_.name}));
  }

  Workspace& workspace_;
  const ChannelFacts& facts_;
};

}  // namespace

void check_carried(Workspace& workspace, const Stmt& message, const std::vector<ItemIr>& items,
                   const std::vector<std::string>& channels) {
  for (const ItemIr& item : items) {
    if (!item.channel.empty() && !channels.empty() && !contains(channels, item.channel))
      workspace.sink.report(mistake(550, item.statement->channels[0].span, {message.name.text, item.channel}));
  }
  bool all_known = !channels.empty();
  for (const std::string& channel : channels) {
    const ChannelFacts* facts = channel_facts(workspace.options, channel);
    all_known = all_known && facts;
    if (facts) Carrier(workspace, *facts).check(message, items);
  }
  if (!all_known) return;
  for (const ItemIr& item : items) {
    const bool somewhere = std::any_of(channels.begin(), channels.end(), [&](const std::string& channel) {
      return carries(*channel_facts(workspace.options, channel), item.kind);
    });
    if (item.channel.empty() && !somewhere)
      workspace.sink.report(mistake(541, item.statement->head, {channels[0], item.kind}));
  }
}

}  // namespace tend::check
