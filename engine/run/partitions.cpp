#include "engine/run/partitions.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include "dsl/text/must.hpp"
#include "engine/env/draw.hpp"
#include "engine/state/migrate.hpp"

namespace tend::run {
namespace {

/// Up to eight bytes as a number that compares as they do, zeros behind.
std::uint64_t first_bytes(std::string_view text) {
  std::uint64_t value = 0;
  if (!text.empty()) std::memcpy(&value, text.data(), std::min(text.size(), sizeof value));
  return __builtin_bswap64(value);
}

}  // namespace

Partitions::Partitions(const journey::Plan& plan, unsigned count, unsigned threads)
    : plans_(count, &plan), workers_(threads), effects_(count), records_(count), failed_(count, 0) {
  for (unsigned p = 0; p < count; ++p)
    states_.push_back(std::make_unique<state::State>(plan.program, plan.layout, static_cast<std::uint16_t>(p)));
  for (const auto& state : states_) state->peers = &states_;
}

std::uint16_t Partitions::partition_of(std::string_view customer) const {
  return static_cast<std::uint16_t>(env::partition_of(customer, count()));
}

void Partitions::put(std::uint32_t partition, const journey::Plan& plan, std::unique_ptr<state::State> state) {
  plans_[partition] = &plan;
  states_[partition] = std::move(state);
  states_[partition]->peers = &states_;
}

bool Partitions::anybody_reads_others() const {
  return std::any_of(plans_.begin(), plans_.end(), [](const journey::Plan* plan) { return plan->reads_others; });
}

void Partitions::set_render(bool render) {
  for (journey::Effects& effects : effects_) effects.render = render;
}

Result<void> Partitions::apply(const log::Batch& batch) {
  batch.each([this](const log::Record& record) {
    if (record.partition >= records_.size()) return;
    if (records_[record.partition].empty()) touched_.push_back(record.partition);
    records_[record.partition].push_back({static_cast<state::InputKind>(record.kind), record.position, record.payload});
  });
  return apply_all();
}

void Partitions::set_told(const journey::Told& told) {
  for (journey::Effects& effects : effects_) effects.told = &told;
}

void Partitions::gather(std::uint8_t kind, std::uint16_t partition, std::string_view payload, std::uint64_t position) {
  gathered_.push_back({kind, partition, position, gathered_bytes_.size(), payload.size()});
  gathered_bytes_ += payload;
}

Result<void> Partitions::apply_gathered(const std::function<void()>& look) {
  for (const Gathered& g : gathered_) {
    if (g.partition >= records_.size()) continue;
    if (records_[g.partition].empty()) touched_.push_back(g.partition);
    records_[g.partition].push_back(
        {static_cast<state::InputKind>(g.kind), g.position, std::string_view(gathered_bytes_).substr(g.begin, g.size)});
  }
  const auto applied = apply_all();
  gathered_.clear();
  gathered_bytes_.clear();
  if (applied && look) look();
  for (journey::Effects& effects : effects_) effects.clear();
  return applied;
}

/// Takes partitions over to the program that their first record names.
Result<void> Partitions::change_programs() {
  std::map<std::pair<const journey::Plan*, const journey::Plan*>, std::unique_ptr<state::Moving>> movings;
  std::vector<std::pair<std::uint32_t, const state::Moving*>> changes;
  for (const std::uint32_t p : touched_) {
    const Record& first = records_[p].front();
    if (first.kind != state::InputKind::program || programs_ == nullptr) continue;
    const Running* running = programs_->find(std::string(first.payload));
    if (running == nullptr)
      return fail(ErrorCode::corrupt,
                  "the log names the program `" + std::string(first.payload) + "`, which is not in the data folder");
    const journey::Plan *before = plans_[p], *now = running->plan.get();
    if (before == now) continue;
    auto& moving = movings[{before, now}];
    if (!moving) moving = std::make_unique<state::Moving>(before->program, before->layout, now->program, now->layout);
    plans_[p] = now;
    changes.push_back({p, moving.get()});
  }
  workers_.each(static_cast<std::uint32_t>(changes.size()), [&](std::uint32_t i) {
    state::State& state = *states_[changes[i].first];
    state = state::migrate(std::move(state), *changes[i].second, state.clock);
    if (state.deployed) state.changed = changes[i].second->changed;
  });
  return {};
}

/// Lets memory bring what the next records will read while others are worked on: customers lie anywhere, and to wait
/// for each in turn takes longer than the work.
void Partitions::fetch(const state::State& state, std::span<const Record> records) {
  records = records.first(std::min(records.size(), kFetched));
  std::array<std::string_view, kFetched> ids;
  std::array<std::uint32_t, kFetched> customers;
  for (std::size_t i = 0; i < records.size(); ++i) {
    ids[i] = state::customer_of(records[i].kind, records[i].payload);
    if (!ids[i].empty()) state.fetch(ids[i]);
  }
  for (std::size_t i = 0; i < records.size(); ++i)
    customers[i] = ids[i].empty() ? state::kNoText : state.fetch_row(ids[i]);
  for (std::size_t i = 0; i < records.size(); ++i) state.fetch_journey(customers[i]);
}

Result<void> Partitions::apply_all() {
  for (journey::Effects& effects : effects_) effects.clear();
  std::sort(touched_.begin(), touched_.end());
  if (auto changed = change_programs(); !changed) return changed;
  std::size_t total = 0;
  for (const std::uint32_t p : touched_) total += records_[p].size();
  const auto work = [this](std::uint32_t turn) {
    const std::uint32_t p = touched_[turn];
    journey::Tracer* const tracer = tracers_.empty() ? nullptr : tracers_[p];
    const std::vector<Record>& records = records_[p];
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (i % kFetched == 0) fetch(*states_[p], std::span(records).subspan(i));
      const Record& record = records[i];
      effects_[p].position = record.position;
      if (!journey::apply(*plans_[p], *states_[p], record.kind, record.payload, effects_[p], tracer)) failed_[p] = 1;
    }
    records_[p].clear();
  };
  const auto count = static_cast<std::uint32_t>(touched_.size());
  // Not worth waking anybody; or one partition reads another, and then nobody may change it meanwhile.
  if (total < 256 || anybody_reads_others()) {
    for (std::uint32_t i = 0; i < count; ++i) work(i);
  } else {
    workers_.each(count, work);
  }
  for (const std::uint32_t p : touched_) {
    if (failed_[p] != 0)
      return fail(ErrorCode::corrupt,
                  "partition " + std::to_string(p) + " holds an input that this program cannot take");
  }
  touched_.clear();
  return {};
}

const std::vector<PartitionEffect>& Partitions::sends() {
  order_.clear();
  for (std::uint32_t p = 0; p < count(); ++p) {
    const auto& sends = effects_[p].sends;
    for (std::uint32_t i = 0; i < sends.size(); ++i) {
      const std::string_view customer = states_[p]->customer_id(sends[i].customer);
      order_.push_back({sends[i].at, first_bytes(customer), customer, {static_cast<std::uint16_t>(p), i}});
    }
  }
  std::sort(order_.begin(), order_.end(), [](const Ordered& a, const Ordered& b) {
    if (a.at != b.at) return a.at < b.at;
    if (a.first_bytes != b.first_bytes) return a.first_bytes < b.first_bytes;
    const int order = a.customer.compare(b.customer);
    return order != 0 ? order < 0 : a.effect.send < b.effect.send;  // one customer is in one partition
  });
  sends_.clear();
  for (const Ordered& ordered : order_) sends_.push_back(ordered.effect);
  return sends_;
}

state::Moment Partitions::next_due() const {
  state::Moment due = state::kNever;
  for (const auto& state : states_) due = std::min(due, state->wheel.next_due());
  return due;
}

bool Partitions::anything_pending() const {
  return std::any_of(states_.begin(), states_.end(), [](const auto& state) { return !state->pending.empty(); });
}

}  // namespace tend::run
