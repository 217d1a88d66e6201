// What a customer's attribute says, as a text.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/journey/plan.hpp"
#include "engine/state/state.hpp"

namespace tend::run {

/// Empty where he has none, or the program declares none of that name.
std::string attribute_text(const journey::Plan& plan, const state::State& state, std::uint32_t customer,
                           std::string_view name);

}  // namespace tend::run
