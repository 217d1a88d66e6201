// Whether a message that was decided a while ago, and has waited for its channel since, may still go.
#pragma once
#include <string_view>

#include "engine/journey/plan.hpp"

namespace tend::journey {

struct Still {
  enum class Kind : std::uint8_t { goes, later, never } kind = Kind::goes;
  env::Moment until = 0;    // later
  std::string_view reason;  // never: as docs/semantics.md §11 writes it
};

/// Asked just before the channel is called. What was decided about caps and the rest stays decided; what the customer
/// refused meanwhile, the hours, and `within` bind as they do now. `journey`: as it was when it handed the message
/// over.
Still still_goes(const Plan& plan, const state::State& state, const state::Journey& journey, env::Moment now);

}  // namespace tend::journey
