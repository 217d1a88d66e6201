#include "engine/serve/one_customer.hpp"

#include <set>

namespace tend::serve {

std::vector<std::string> ids_of(run::Engine& engine, const std::vector<std::string>& asked) {
  std::vector<std::string> ids = asked;
  const std::set<std::string_view> them(asked.begin(), asked.end());
  for (std::uint32_t p = 0; p < engine.partitions().count(); ++p) {
    for (const auto& [other, into] : engine.partitions().state(p).became) {
      if (!them.contains(other) && them.contains(engine.became(other))) ids.push_back(other);
    }
  }
  return ids;
}

std::vector<std::pair<std::string, std::string>> becoming(run::Engine& engine) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::uint32_t p = 0; p < engine.partitions().count(); ++p) {
    for (const auto& [customer, inputs] : engine.partitions().state(p).pending) {
      for (const state::PendingInput& one : inputs) {
        state::MergeInput merge;
        if (one.kind == state::InputKind::merge && decode(one.payload, merge))
          pairs.emplace_back(merge.customer, engine.became(merge.into));
      }
    }
  }
  return pairs;
}

}  // namespace tend::serve
