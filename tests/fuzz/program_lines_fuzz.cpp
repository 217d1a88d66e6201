// Any bytes as a line of an adapter's program, and as what a holder of a key tells: outcomes, receipts and inbound are
// read without harm, or not at all.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "engine/channel/program/program.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr tend::env::Moment kNow = 1'767'578'400'000;
  const auto json = nlohmann::json::parse(data, data + size, nullptr, false);
  if (json.is_discarded()) return 0;
  if (const auto outcome = tend::channel::read_outcome(json, kNow)) {
    const bool is_set = outcome->until != tend::env::kNoMoment;
    if (is_set && (outcome->until < kNow || outcome->until > kNow + 32 * tend::env::kDay)) std::abort();
  }
  if (const auto receipt = tend::channel::read_receipt(json)) {
    if (receipt->key.empty() && receipt->provider_id.empty() && receipt->to.empty()) std::abort();
  }
  if (const auto inbound = tend::channel::read_inbound(json)) {
    if (inbound->event.empty() || inbound->from.empty() || inbound->fields.size() > 100) std::abort();
  }
  if (const auto news = tend::channel::parse_news({reinterpret_cast<const char*>(data), size})) {
    if (news->receipts.empty() && news->inbound.empty()) std::abort();
  }
  return 0;
}
