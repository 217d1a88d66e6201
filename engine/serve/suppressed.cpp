#include "engine/serve/suppressed.hpp"

#include "engine/journey/policy.hpp"
#include "engine/run/attribute_text.hpp"

namespace tend::serve {

std::vector<channel::SuppressedAddress> suppressed_addresses(run::Engine& engine, std::string_view customer,
                                                             const std::map<std::string, std::string>& addresses) {
  const state::State& state = engine.partitions().state(engine.partitions().partition_of(customer));
  const std::uint32_t number = state.find_customer(customer);
  std::vector<channel::SuppressedAddress> all;
  if (number == state::kNoText) return all;
  const bool nothing_sold = state.has_consent(number, state::withdrawal_of("marketing"));
  for (const auto& [channel, attribute] : addresses) {
    const bool suppressed = journey::is_suppressed(state, number, channel);
    if (!suppressed && !nothing_sold && !state.has_consent(number, state::withdrawal_of(channel))) continue;
    std::string address =
        attribute.empty() ? std::string(customer) : run::attribute_text(engine.plan(), state, number, attribute);
    if (address.empty()) continue;
    all.push_back(
        {channel, std::move(address), suppressed ? channel::Suppressed::all : channel::Suppressed::marketing});
  }
  return all;
}

}  // namespace tend::serve
