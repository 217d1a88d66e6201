#include "engine/serve/mirror_desk.hpp"

namespace tend::serve {
namespace {

channel::MirroredCustomer found(run::Engine& engine, const channel::MirroringChannel& channel, std::string_view id) {
  channel::MirroredCustomer out;
  id = engine.became(id);
  run::Partitions& partitions = engine.partitions();
  const state::State& state = partitions.state(partitions.partition_of(id));
  const std::uint32_t customer = state.find_customer(id);
  if (customer == state::kNoText) return out;
  const program::Program& program = engine.plan().program;
  out.known = true;
  out.address = channel::attribute_text_of(program, state, customer, channel.address);
  if (!channel.staff.empty()) out.staff = channel::attribute_text_of(program, state, customer, channel.staff);
  for (const std::string_view tag : state.tags(customer)) out.tags.emplace_back(tag);
  return out;
}

}  // namespace

void MirrorDesk::open(Live* live) {
  const std::lock_guard lock(mutex_);
  live_ = live;
}

void MirrorDesk::look(const std::string& channel, std::vector<std::string> customers, Looked looked) {
  const auto& channels = listener_.channels();
  const auto of = std::find_if(channels.begin(), channels.end(), [&](const auto& one) { return one.name == channel; });
  const std::lock_guard lock(mutex_);
  if (live_ == nullptr || of == channels.end()) return looked(std::nullopt);
  live_->ask([&of = *of, customers = std::move(customers), looked = std::move(looked)](run::Engine* engine) {
    if (engine == nullptr) return looked(std::nullopt);
    std::vector<channel::MirroredCustomer> out;
    out.reserve(customers.size());
    for (const std::string& customer : customers) out.push_back(found(*engine, of, customer));
    looked(std::move(out));
  });
}

}  // namespace tend::serve
