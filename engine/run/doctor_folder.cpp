#include "engine/run/doctor_folder.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <set>

#include "engine/log/segment_log.hpp"
#include "engine/run/replay_log.hpp"
#include "engine/run/snapshots.hpp"

namespace tend::run {
namespace {

using state::InputKind;

class FolderDoctor {
 public:
  FolderDoctor(const DataFolder& folder, const FolderCheck& check, FolderReport& report)
      : folder_(folder), check_(check), report_(report) {}

  Result<void> examine();

 private:
  void find(const char* check, std::uint32_t partition, std::string what) {
    if (report_.findings.size() < kFindingsMax)
      report_.findings.push_back({.check = check,
                                  .partition = partition,
                                  .customer = {},
                                  .playbook = {},
                                  .journey = 0,
                                  .what = std::move(what)});
  }
  Result<bool> load_program();
  std::unique_ptr<Partitions> make_partitions();
  Result<std::vector<std::uint64_t>> load_newest(Partitions& partitions);
  Result<void> replay(Partitions& partitions, const std::vector<std::uint64_t>& after, bool counts,
                      std::uint64_t through = UINT64_MAX);
  void count_outcome(const log::Record& record, const program::Program& program);
  void count(const state::State& state);

  const DataFolder& folder_;
  const FolderCheck& check_;
  FolderReport& report_;
  Programs programs_{check_.default_channel, check_.teams};
  const Running* running_ = nullptr;  // what is in force
  std::unique_ptr<log::Log> log_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> outcomes_;  // keys
};

/// False where the folder has run nothing yet.
Result<bool> FolderDoctor::load_program() {
  auto hash = current_program(folder_);
  if (!hash) return tl::unexpected(hash.error());
  if (hash->empty()) return false;
  auto running = programs_.load(folder_, *hash);
  if (!running) return tl::unexpected(running.error());
  running_ = *running;
  return true;
}

std::unique_ptr<Partitions> FolderDoctor::make_partitions() {
  auto partitions = std::make_unique<Partitions>(*running_->plan, folder_.partitions, 1);
  partitions->set_programs(programs_);
  partitions->set_render(false);
  return partitions;
}

/// The positions that the snapshots reach to.
Result<std::vector<std::uint64_t>> FolderDoctor::load_newest(Partitions& partitions) {
  std::vector<std::uint64_t> after(folder_.partitions, 0);
  const auto take = [&](std::uint16_t p, const SnapshotHead* head, std::string_view bytes) -> Result<void> {
    const Running* running = running_;
    if (head != nullptr) {
      auto loaded = programs_.load(folder_, head->program);
      if (!loaded) return tl::unexpected(loaded.error());
      running = *loaded;
    }
    auto state = std::make_unique<state::State>(running->program, running->plan->layout, p);
    if (head != nullptr && !state->load(bytes))
      return fail(ErrorCode::corrupt, "the snapshot of partition " + std::to_string(p) + " does not add up");
    partitions.put(p, *running->plan, std::move(state));
    after[p] = head == nullptr ? 0 : head->position;
    return {};
  };
  auto snapshots = read_newest_set(folder_, take);
  if (!snapshots) return tl::unexpected(snapshots.error());
  for (const SnapshotHead& head : snapshots->damaged)
    find("snapshot", head.partition, "the snapshot after batch " + std::to_string(head.batch) + " is damaged");
  return after;
}

void FolderDoctor::count_outcome(const log::Record& record, const program::Program& program) {
  state::OutcomeInput outcome;
  if (!decode(record.payload, outcome) || outcome.playbook >= program.playbooks.size()) return;  // applying it says so
  if (!state::is_accepted(outcome.outcome)) return;
  if (outcomes_.insert({outcome.key.high, outcome.key.low}).second) return;
  report_.findings.push_back({.check = "outcome",
                              .partition = record.partition,
                              .customer = std::string(outcome.customer),
                              .playbook = program.playbooks[outcome.playbook].name,
                              .journey = outcome.journey,
                              .what = "the message with key " + state::format_key(outcome.key) +
                                      " went out twice by the log: record " + std::to_string(record.position)});
}

Result<void> FolderDoctor::replay(Partitions& partitions, const std::vector<std::uint64_t>& after, bool counts,
                                  std::uint64_t through) {
  ReplayHooks hooks;
  hooks.through = through;
  hooks.on_record = [&](const log::Record& record) -> Result<void> {
    if (counts) ++report_.records;
    if (counts && static_cast<InputKind>(record.kind) == InputKind::outcome)
      count_outcome(record, partitions.plan(record.partition).program);
    return {};
  };
  auto replayed = replay_log(*log_, folder_, programs_, after, partitions, hooks);
  return replayed ? Result<void>() : tl::unexpected(replayed.error());
}

void FolderDoctor::count(const state::State& state) {
  report_.customers += state.existing_count();
  if (state.partition() == 0) report_.paused.assign(state.paused.begin(), state.paused.end());
  for (std::uint32_t j = 0; j < state.journey_count(); ++j) {
    report_.journeys += state.journey(j).customer != state::kNone ? 1 : 0;
    report_.live_journeys += is_live(state.journey(j).status) ? 1 : 0;
  }
  for (std::uint32_t c = 0; c < state.customer_count(); ++c) report_.outstanding += state.at(c).outstanding;
}

Result<void> FolderDoctor::examine() {
  auto known = load_program();
  if (!known) return tl::unexpected(known.error());
  if (!*known) return {};
  auto opened = log::open_log_for_reading(*folder_.files, folder_.log());
  if (!opened) return tl::unexpected(opened.error());
  log_ = std::move(*opened);
  if (log_->partitions() != folder_.partitions) {
    find("log", 0,
         "the log has " + std::to_string(log_->partitions()) + " partitions and the folder " +
             std::to_string(folder_.partitions));
    return {};
  }

  const auto partitions = make_partitions();
  auto after = load_newest(*partitions);
  if (!after) return tl::unexpected(after.error());
  const auto segments = log_->segments();
  report_.from_the_beginning = !segments.empty() && segments.front().number == 1;
  const bool loaded = std::any_of(after->begin(), after->end(), [](std::uint64_t position) { return position > 0; });
  if (auto read = replay(*partitions, *after, !report_.from_the_beginning || !loaded); !read) return read;
  for (std::uint32_t p = 0; p < folder_.partitions; ++p) {
    if ((*after)[p] > log_->heads()[p])
      find("snapshot", p,
           "the snapshot is at record " + std::to_string((*after)[p]) + ", and the log ends with record " +
               std::to_string(log_->heads()[p]));
  }
  for (std::uint32_t p = 0; p < folder_.partitions; ++p) {
    check_state(partitions->plan(p), partitions->state(p), report_.findings);
    count(partitions->state(p));
  }
  if (!loaded || !report_.from_the_beginning) return {};

  const auto anew = make_partitions();
  const std::uint64_t through = log_->last_batch();  // a writer may have gone on meanwhile
  if (auto read = replay(*anew, std::vector<std::uint64_t>(folder_.partitions, 0), true, through); !read) return read;
  for (std::uint32_t p = 0; p < folder_.partitions; ++p) {
    compare_states(anew->plan(p), partitions->state(p), anew->state(p), "the log from its beginning", report_.findings);
  }
  return {};
}

}  // namespace

Result<FolderReport> check_folder(const DataFolder& folder, const FolderCheck& check) {
  FolderReport report;
  auto examined = FolderDoctor(folder, check, report).examine();
  if (examined && check.history) examined = check_history(folder, report.findings);
  if (!examined) {
    if (examined.error().code != ErrorCode::corrupt) return tl::unexpected(examined.error());
    report.findings.push_back({.check = "damage",
                               .partition = 0,
                               .customer = {},
                               .playbook = {},
                               .journey = 0,
                               .what = examined.error().message});
  }
  return report;
}

}  // namespace tend::run
