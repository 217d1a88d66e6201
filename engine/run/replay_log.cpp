#include "engine/run/replay_log.hpp"

#include <algorithm>

namespace tend::run {

void make_states(const journey::Plan& plan, unsigned partitions, States& states) {
  for (unsigned p = 0; p < partitions; ++p) {
    states.push_back(std::make_unique<state::State>(plan.program, plan.layout, static_cast<std::uint16_t>(p)));
    states.back()->peers = &states;
  }
}

Result<void> replay_log(log::Log& log, const journey::Plan& plan, const std::vector<std::uint64_t>& after,
                        States& states,
                        const std::function<Result<void>(const log::Record&, const journey::Effects&)>& look) {
  struct Kept {
    log::Record record;
    std::string payload;
  };
  std::vector<Kept> batch;
  journey::Effects effects;
  effects.render = false;
  log::Visitor visitor;
  visitor.on_record = [&](const log::Record& record) -> Result<void> {
    if (record.partition < states.size()) batch.push_back({record, std::string(record.payload)});
    return {};
  };
  visitor.on_batch = [&](const log::BatchEnd&) -> Result<void> {
    std::stable_sort(batch.begin(), batch.end(),
                     [](const Kept& a, const Kept& b) { return a.record.partition < b.record.partition; });
    for (Kept& kept : batch) {
      log::Record& record = kept.record;
      record.payload = kept.payload;
      effects.clear();
      if (!journey::apply(plan, *states[record.partition], static_cast<state::InputKind>(record.kind), record.payload,
                          effects)) {
        return fail(ErrorCode::corrupt, "record " + std::to_string(record.position) + " of partition " +
                                            std::to_string(record.partition) +
                                            " is an input that this program cannot take");
      }
      if (!look) continue;
      if (auto looked = look(record, effects); !looked) return looked;
    }
    batch.clear();
    return {};
  };
  return log.read(after, visitor);
}

}  // namespace tend::run
