#include "engine/run/attribute_text.hpp"

#include <algorithm>

#include "engine/expr/evaluate.hpp"

namespace tend::run {

std::string attribute_text(const journey::Plan& plan, const state::State& state, std::uint32_t customer,
                           std::string_view name) {
  const auto& attributes = plan.program.attributes;
  const auto found =
      std::find_if(attributes.begin(), attributes.end(), [&](const auto& attribute) { return attribute.name == name; });
  if (found == attributes.end()) return {};
  const program::Value value = state.attribute(customer, static_cast<std::uint32_t>(found - attributes.begin()));
  if (value.missing()) return {};
  std::string text;
  expr::Context context{.tables = &plan.tables, .state = &state, .customer = customer, .now = state.clock};
  expr::append_text(text, context, value);
  return text;
}

}  // namespace tend::run
