// All partitions of one engine: records in, effects out. The fold itself; who makes the records durable is the engine's
// matter.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/env/result.hpp"
#include "engine/journey/apply.hpp"
#include "engine/log/batch.hpp"
#include "engine/run/programs.hpp"
#include "engine/run/workers.hpp"

namespace tend::run {

/// What the engine is told when it hands something over or counts.
struct PartitionEffect {
  std::uint16_t partition = 0;
  std::uint32_t send = 0;  // number in that partition's effects
};

class Partitions {
 public:
  Partitions(const journey::Plan& plan, unsigned count, unsigned threads);

  std::uint16_t partition_of(std::string_view customer) const;
  std::uint32_t count() const { return static_cast<std::uint32_t>(states_.size()); }
  state::State& state(std::uint32_t partition) { return *states_[partition]; }
  const state::State& state(std::uint32_t partition) const { return *states_[partition]; }
  /// The plan in force: outside recovery the same in all partitions.
  const journey::Plan& plan() const { return *plans_[0]; }
  const journey::Plan& plan(std::uint32_t partition) const { return *plans_[partition]; }
  /// Where the programs are found that records name. Lifetime: outlives it.
  void set_programs(const Programs& programs) { programs_ = &programs; }
  bool anybody_reads_others() const;
  /// Puts a state in the place of a partition's, for instance from a snapshot that was taken under `plan`.
  void put(std::uint32_t partition, const journey::Plan& plan, std::unique_ptr<state::State> state);
  const std::vector<std::unique_ptr<state::State>>& states() const { return states_; }

  /// Applies a batch's records, each partition's in their order; effects are collected anew. Records of no partition
  /// are left out. A record of a program that is not in force yet takes its partition over to it, before anything else
  /// of the batch is applied in any partition: it stands first in its partition. Errors: `corrupt` for a record that
  /// the program cannot take; the state is then unusable.
  Result<void> apply(const log::Batch& batch);

  /// For recovery: records gathered with `gather` (payloads are copied) are applied by `apply_gathered`, effects are
  /// dropped once `look` has returned.
  void gather(std::uint8_t kind, std::uint16_t partition, std::string_view payload, std::uint64_t position = 0);
  Result<void> apply_gathered(const std::function<void()>& look = {});

  journey::Effects& effects(std::uint32_t partition) { return effects_[partition]; }
  /// Every send of the last apply, by (moment, customer id), else as made.
  const std::vector<PartitionEffect>& sends();
  void set_render(bool render);
  /// Effects have the changes that `told` names. Lifetime: outlives it.
  void set_told(const journey::Told& told);

  /// A moment not after the earliest thing that is due by time in any partition.
  state::Moment next_due() const;
  bool anything_pending() const;

  /// Tells of what happens in one partition from here on; null: no more. Lifetime: `tracer` outlives what is applied.
  /// Partitions are applied by several threads: one tracer is for one partition.
  void trace(std::uint16_t partition, journey::Tracer* tracer) {
    tracers_.resize(count(), nullptr);
    tracers_[partition] = tracer;
  }

 private:
  struct Record {
    state::InputKind kind;
    std::uint64_t position;
    std::string_view payload;
  };
  static constexpr std::size_t kFetched = 32;
  static void fetch(const state::State& state, std::span<const Record> records);
  Result<void> apply_all();
  Result<void> change_programs();

  std::vector<const journey::Plan*> plans_;  // by partition
  const Programs* programs_ = nullptr;
  Workers workers_;
  std::vector<std::unique_ptr<state::State>> states_;
  std::vector<journey::Effects> effects_;
  std::vector<std::vector<Record>> records_;
  std::vector<std::uint32_t> touched_;
  std::vector<std::uint8_t> failed_;
  struct Ordered {
    state::Moment at;
    std::uint64_t first_bytes;  // of the customer's id, so that most comparisons need no more
    std::string_view customer;
    PartitionEffect effect;
  };
  std::vector<Ordered> order_;
  std::vector<PartitionEffect> sends_;
  struct Gathered {
    std::uint8_t kind;
    std::uint16_t partition;
    std::uint64_t position;
    std::size_t begin, size;
  };
  std::vector<Gathered> gathered_;
  std::string gathered_bytes_;
  std::vector<journey::Tracer*> tracers_;  // by partition; empty: nobody listens
};

}  // namespace tend::run
