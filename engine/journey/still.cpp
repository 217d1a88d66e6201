#include "engine/journey/still.hpp"

#include "engine/journey/policy.hpp"
#include "engine/journey/render_send.hpp"

namespace tend::journey {

Still still_goes(const Plan& plan, const state::State& state, const state::Journey& journey, env::Moment now) {
  const program::Playbook& playbook = plan.program.playbooks[journey.playbook];
  const program::Step& step = playbook.steps[journey.step];
  const program::MessageClass message_class = plan.program.messages[step.message].message_class;
  const std::string_view channel = channel_at(plan, step, channel_tried(journey));
  const auto never = [](state::Refusal why) {
    return Still{.kind = Still::Kind::never, .reason = state::refusal_word(why)};
  };
  if (is_suppressed(state, journey.customer, channel)) return never(state::Refusal::suppressed);
  Clause clause;
  if (message_class != program::MessageClass::transactional &&
      lacks_consent(plan.program, state, journey.customer, message_class, channel, clause))
    return never(state::Refusal::consent);
  expr::Context context{.tables = &plan.tables, .state = &state, .customer = journey.customer, .now = now};
  context.journey = &journey;
  if (now >= given_up(context, journey, step)) return never(state::Refusal::too_late);
  if (!is_promotion(message_class)) return {};
  const env::Moment open =
      quiet_until(plan.program, playbook, journey.playbook, channel, state.zone(journey.customer), now, clause);
  if (open > now) return {.kind = Still::Kind::later, .until = open};
  return {};
}

}  // namespace tend::journey
