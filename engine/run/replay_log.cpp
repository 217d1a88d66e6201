#include "engine/run/replay_log.hpp"

namespace tend::run {
namespace {

constexpr std::size_t kGatheredBytes = 16u << 20;

}  // namespace

Result<std::uint64_t> replay_log(log::Log& log, const DataFolder& folder, Programs& programs,
                                 const std::vector<std::uint64_t>& after, Partitions& partitions,
                                 const ReplayHooks& hooks) {
  std::size_t gathered = 0;
  bool changes_program = false;
  std::uint64_t others_read = 0, ended = 0;  // batches
  Result<void> effects_told;
  const auto apply = [&](const std::function<void()>& applied) -> Result<void> {
    auto done = partitions.apply_gathered([&] {
      if (applied) applied();
      if (hooks.on_effects) effects_told = hooks.on_effects();
    });
    return done ? effects_told : done;
  };
  log::Visitor visitor;
  visitor.on_record = [&](const log::Record& record) -> Result<void> {
    if (record.partition == log::kNoPartition || ended >= hooks.through) return {};
    if (hooks.on_record) {
      if (auto told = hooks.on_record(record); !told) return told;
    }
    const auto kind = static_cast<state::InputKind>(record.kind);
    if (kind == state::InputKind::dispatch || kind == state::InputKind::seen) return {};
    if (kind == state::InputKind::program) {
      // What came before is applied before, in all partitions: a partition goes over before anything else of a batch.
      if (gathered > 0) {
        gathered = 0;
        if (auto applied = apply({}); !applied) return applied;
      }
      changes_program = true;
      if (auto loaded = programs.load(folder, std::string(record.payload)); !loaded)
        return tl::unexpected(loaded.error());
      partitions.gather(record.kind, record.partition, record.payload, record.position);
      return {};
    }
    partitions.gather(record.kind, record.partition, record.payload, record.position);
    gathered += record.payload.size() + 64;
    return {};
  };
  visitor.on_batch = [&](const log::BatchEnd& end) -> Result<void> {
    if (ended >= hooks.through) return {};
    ended = end.number;
    // What one partition reads in another is what stood there then: batch by batch, as it was applied.
    const bool reads = partitions.anybody_reads_others();
    if (gathered < kGatheredBytes && !changes_program && !reads && !hooks.on_applied) return {};
    gathered = 0;
    changes_program = false;
    if (auto applied = apply(hooks.on_applied); !applied) return applied;
    if (reads || partitions.anybody_reads_others()) others_read = end.number;
    return {};
  };
  if (auto read = log.read(after, visitor); !read) return tl::unexpected(read.error());
  if (auto applied = apply({}); !applied) return tl::unexpected(applied.error());
  return others_read;
}

}  // namespace tend::run
