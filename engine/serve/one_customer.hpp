// All ids of one customer: who became him, and who is about to.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "engine/run/engine.hpp"

namespace tend::serve {

/// These customers, and behind them all who became one of them. Costs a look at all who became somebody.
std::vector<std::string> ids_of(run::Engine& engine, const std::vector<std::string>& ids);

/// Who waits for an answer before he becomes another one, and who that is by now. Costs a look at all who wait.
std::vector<std::pair<std::string, std::string>> becoming(run::Engine& engine);

}  // namespace tend::serve
