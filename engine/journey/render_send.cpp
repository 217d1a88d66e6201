#include "engine/journey/render_send.hpp"

#include <algorithm>

#include "engine/journey/apply.hpp"

namespace tend::journey {
namespace {

const std::vector<std::string>& named_channels(const Plan& plan, const program::Step& step) {
  return step.channels.empty() ? plan.program.messages[step.message].channels : step.channels;
}

/// `zh` fits zh, zh-CN and zh_Hant.
bool speaks(std::string_view customer, std::string_view language) {
  if (!customer.starts_with(language)) return false;
  return customer.size() == language.size() || customer[language.size()] == '-' || customer[language.size()] == '_';
}

bool fits(const program::MessageItem& item, std::string_view channel, std::string_view language) {
  if (!item.channel.empty() && item.channel != channel) return false;
  return item.language.empty() || speaks(language, item.language);
}

}  // namespace

std::uint32_t channel_count(const Plan& plan, const program::Step& step) {
  return std::max<std::uint32_t>(1, static_cast<std::uint32_t>(named_channels(plan, step).size()));
}

std::string_view channel_at(const Plan& plan, const program::Step& step, std::uint32_t index) {
  const auto& named = named_channels(plan, step);
  return index < named.size() ? std::string_view(named[index]) : std::string_view(plan.default_channel);
}

std::uint32_t channel_tried(const state::Journey& journey) { return journey.channel; }

SendEffect& append_send(const Plan& plan, const state::State& state, const state::Journey& journey, env::Moment at,
                        expr::Lists& lists, Effects& effects) {
  const program::Playbook& playbook = plan.program.playbooks[journey.playbook];
  const program::Step& step = playbook.steps[journey.step];
  SendEffect& send = effects.sends.emplace_back();
  send.key = send_key(state.customer_id(journey.customer), playbook, journey);
  send.at = at;
  send.customer = journey.customer;
  send.playbook = journey.playbook;
  send.journey = journey.number;
  send.step = journey.step;
  send.message = step.message;
  send.channel = channel_at(plan, step, channel_tried(journey));
  send.first_item = static_cast<std::uint32_t>(effects.items.size());
  if (!effects.render) return send;
  const program::Message& message = plan.program.messages[step.message];
  const program::Value language = state.attribute(journey.customer, program::kLanguageAttribute);
  const std::string_view spoken = language.missing() ? std::string_view() : language.str();
  for (std::uint32_t i = 0; i < message.items.size(); ++i) {
    const auto same_kind = [&](const ItemEffect& other) {
      return message.items[other.kind].kind == message.items[i].kind;
    };
    const auto first = effects.items.begin() + send.first_item;
    if (!fits(message.items[i], send.channel, spoken) || std::any_of(first, effects.items.end(), same_kind)) continue;
    expr::Context context{.tables = &plan.tables, .state = &state, .customer = journey.customer, .now = at};
    context.journey = &journey;
    context.lists = &lists;
    const auto begin = static_cast<std::uint32_t>(effects.arena.size());
    expr::render(effects.arena, context, message.items[i].parts);
    effects.items.push_back({.kind = i, .begin = begin, .end = static_cast<std::uint32_t>(effects.arena.size())});
    for (std::uint32_t f = 0; f < message.items[i].fields.size(); ++f) {
      const auto from = static_cast<std::uint32_t>(effects.arena.size());
      const std::uint32_t expression = message.items[i].fields[f].expression;
      expr::append_text(effects.arena, context, expr::evaluate(context, plan.program.expressions[expression].root));
      effects.items.push_back(
          {.kind = i, .field = f, .begin = from, .end = static_cast<std::uint32_t>(effects.arena.size())});
    }
  }
  send.items = static_cast<std::uint32_t>(effects.items.size()) - send.first_item;
  return send;
}

}  // namespace tend::journey
