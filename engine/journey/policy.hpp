// The clauses that say when a message may not go out now: quiet hours, blackouts, caps. Pure questions over one
// customer.
#pragma once
#include <string_view>
#include <vector>

#include "engine/expr/evaluate.hpp"
#include "engine/journey/trace.hpp"

namespace tend::journey {

/// A clause of a playbook (`of_playbook`) or of the policy (kNone).
struct Clause {
  ClauseKind kind = ClauseKind::none;
  std::uint32_t number = program::kNone;
  std::uint32_t of_playbook = program::kNone;
};

/// What quiet hours and caps bind.
inline bool is_promotion(program::MessageClass message_class) {
  return message_class == program::MessageClass::marketing || message_class == program::MessageClass::care;
}

/// On this channel or on all of them.
bool is_suppressed(const state::State& state, std::uint32_t customer, std::string_view channel);

/// The channel needs consent and has none, or the class is a purpose that is consented to and was not.
bool lacks_consent(const program::Program& program, const state::State& state, std::uint32_t customer,
                   program::MessageClass message_class, std::string_view channel, Clause& clause);

/// When a send, or a job for somebody, is given up. `context`: of its customer and journey.
env::Moment given_up(expr::Context& context, const state::Journey& journey, const program::Step& step);

/// The end of the quiet hours and blackouts that `now` lies in, all that bind this channel taken together; `now` where
/// it lies in none. `clause`: the first that holds now.
env::Moment quiet_until(const program::Program& program, const program::Playbook& playbook, std::uint32_t number,
                        std::string_view channel, const env::Zone& zone, env::Moment now, Clause& clause);

/// What a message meets at the caps.
struct CapAnswer {
  bool full = false;
  bool skip = false;          // refused, not put off
  env::Moment until = 0;      // when the last of the full ones has a place, were nothing else sent
  Clause clause;              // the full one that decides
  std::vector<Place> others;  // what takes its places; only where `tell`
};

/// Asks every cap of the policy and of the playbook that binds a message of this class on this channel.
/// Source: docs/semantics.md §11 "Caps".
CapAnswer ask_caps(expr::Context& context, std::uint32_t playbook, program::MessageClass message_class,
                   std::string_view channel, bool tell);

}  // namespace tend::journey
