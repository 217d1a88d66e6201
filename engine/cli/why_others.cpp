// `tend why` over a data folder in which customers read one another: all of them are run again, one is told of.
#include <algorithm>
#include <map>

#include "engine/cli/why.hpp"
#include "engine/env/draw.hpp"
#include "engine/run/replay_log.hpp"

namespace tend::cli {
namespace {

/// A record out of the history, with the moment at which it was taken.
struct Remembered {
  std::uint64_t epoch = 0;  // programs before it in its partition, its own included
  env::Moment moment = 0;
  std::uint16_t partition = 0;
  std::uint64_t position = 0;
  std::uint8_t kind = 0;
  std::string payload;
  auto place() const { return std::tie(epoch, moment, partition, position); }
};

bool says_its_moment(state::InputKind kind) {
  return kind != state::InputKind::program && kind != state::InputKind::mode && kind != state::InputKind::dispatch;
}

/// Everything that anybody was told, in the order of time: the history says of each partition what came first.
Result<std::vector<Remembered>> remember(Past past) {
  std::vector<Remembered> records;
  const auto take = [&](std::string_view, const log::Record& record) -> Result<void> {
    if (record.partition == log::kNoPartition) return {};
    if (static_cast<state::InputKind>(record.kind) == state::InputKind::tick) return {};
    records.push_back({.partition = record.partition,
                       .position = record.position,
                       .kind = record.kind,
                       .payload = std::string(record.payload)});
    return {};
  };
  if (auto read = past.history.for_each(past.log, take); !read) return tl::unexpected(read.error());
  std::sort(records.begin(), records.end(), [](const Remembered& a, const Remembered& b) {
    return std::tie(a.partition, a.position) < std::tie(b.partition, b.position);
  });
  // An input begins with its moment; what has none comes with what was before it.
  const Remembered* before = nullptr;
  for (Remembered& record : records) {
    const bool begins = before == nullptr || before->partition != record.partition;
    record.epoch = begins ? 0 : before->epoch;
    record.moment = begins ? env::kNoMoment : before->moment;
    const auto kind = static_cast<state::InputKind>(record.kind);
    if (kind == state::InputKind::program) {
      ++record.epoch;
      record.moment = env::kNoMoment;
    }
    env::Moment moment = env::kNoMoment;
    if (says_its_moment(kind) && record.payload.size() >= sizeof moment)
      std::memcpy(&moment, record.payload.data(), sizeof moment);
    record.moment = std::max(record.moment, moment);
    before = &record;
  }
  std::sort(records.begin(), records.end(),
            [](const Remembered& a, const Remembered& b) { return a.place() < b.place(); });
  return records;
}

Result<void> tick(run::Partitions& partitions, env::Moment moment) {
  std::string payload;
  state::encode_moment(payload, moment);
  for (std::uint32_t p = 0; p < partitions.count(); ++p)
    partitions.gather(static_cast<std::uint8_t>(state::InputKind::tick), static_cast<std::uint16_t>(p), payload);
  return partitions.apply_gathered();
}

/// Time goes on in all partitions, from one thing that is due to the next.
Result<void> tick_until(run::Partitions& partitions, env::Moment moment) {
  for (env::Moment due = partitions.next_due(); due < moment;) {
    if (auto told = tick(partitions, due); !told) return told;
    due = std::max(due + 1, partitions.next_due());
  }
  return partitions.next_due() <= moment ? tick(partitions, moment) : Result<void>();
}

Result<void> run_from_history(Past past, run::Partitions& partitions, Teller& teller, std::uint16_t partition) {
  auto records = remember(past);
  if (!records) return tl::unexpected(records.error());
  for (auto record = records->begin(); record != records->end();) {
    const auto end = std::find_if(record, records->end(), [&](const Remembered& one) {
      return one.epoch != record->epoch || one.moment != record->moment;
    });
    if (record->moment != env::kNoMoment && partitions.state(0).deployed) {
      if (auto told = tick_until(partitions, record->moment - 1); !told) return told;
    }
    for (; record != end; ++record) {
      if (static_cast<state::InputKind>(record->kind) == state::InputKind::program) {
        auto loaded = past.programs.load(past.folder, record->payload);
        if (!loaded) return tl::unexpected(loaded.error());
        if (record->partition == partition) teller.go_over((*loaded)->program, (*loaded)->places);
      }
      partitions.gather(record->kind, record->partition, record->payload);
    }
    if (auto applied = partitions.apply_gathered(); !applied) return applied;
  }
  return {};
}

Result<void> run_from_log(Past past, run::Partitions& partitions, Teller& teller, std::uint16_t partition) {
  run::ReplayHooks hooks;
  hooks.on_applied = [] {};  // batch by batch, so that the teller goes over with the state
  hooks.on_record = [&](const log::Record& record) -> Result<void> {
    if (record.partition != partition || static_cast<state::InputKind>(record.kind) != state::InputKind::program)
      return {};
    auto loaded = past.programs.load(past.folder, std::string(record.payload));
    if (!loaded) return tl::unexpected(loaded.error());
    teller.go_over((*loaded)->program, (*loaded)->places);
    return {};
  };
  const std::vector<std::uint64_t> beginning(past.folder.partitions, 0);
  auto replayed = run::replay_log(past.log, past.folder, past.programs, beginning, partitions, hooks);
  return replayed ? Result<void>() : tl::unexpected(replayed.error());
}

}  // namespace

Result<std::string> why_among_others(const WhyArguments& arguments, Past past, text::Tongue tongue, env::Moment until) {
  run::Partitions partitions(*past.running.plan, past.folder.partitions, 1);
  partitions.set_programs(past.programs);
  partitions.set_render(false);
  const std::uint16_t partition = partitions.partition_of(arguments.customer);
  const state::State& state = partitions.state(partition);
  Teller teller(arguments, tongue, &state);
  teller.go_over(past.running.program, past.running.places);
  partitions.trace(partition, &teller);
  const bool whole = past.log.segments().front().number == 1;
  if (auto run = whole ? run_from_log(past, partitions, teller, partition)
                       : run_from_history(past, partitions, teller, partition);
      !run)
    return tl::unexpected(run.error());
  if (!whole && until != env::kNoMoment) {
    if (auto told = tick_until(partitions, until); !told) return tl::unexpected(told.error());
  }
  return teller.told() + end_of_story(state, arguments.customer, until, tongue);
}

}  // namespace tend::cli
