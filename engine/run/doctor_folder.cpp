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
  Result<std::vector<std::uint64_t>> load_newest(States& states);
  Result<void> replay(States& states, const std::vector<std::uint64_t>& after, bool count);
  void count_outcome(const log::Record& record);

  const DataFolder& folder_;
  const FolderCheck& check_;
  FolderReport& report_;
  std::string hash_;
  std::optional<program::Program> program_;
  std::unique_ptr<journey::Plan> plan_;
  std::unique_ptr<log::Log> log_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> outcomes_;  // keys
};

/// False where the folder has run nothing yet.
Result<bool> FolderDoctor::load_program() {
  const std::string current = env::join_path(folder_.programs(), "CURRENT");
  auto there = folder_.files->exists(current);
  if (!there) return tl::unexpected(there.error());
  if (!*there) return false;
  auto hash = env::read_whole_file(*folder_.files, current);
  if (!hash) return tl::unexpected(hash.error());
  hash_ = *hash;
  auto stored = run::load_program(folder_, hash_);
  if (!stored) return tl::unexpected(stored.error());
  program_ = program::deserialize(stored->program);
  if (!program_)
    return fail(ErrorCode::version, "the program of `" + folder_.path + "` is of a version that this tend cannot read");
  plan_ = std::make_unique<journey::Plan>(*program_, check_.default_channel, check_.teams);
  return true;
}

/// The positions that the snapshots reach to.
Result<std::vector<std::uint64_t>> FolderDoctor::load_newest(States& states) {
  std::vector<std::uint64_t> after(folder_.partitions, 0);
  for (std::uint32_t p = 0; p < folder_.partitions; ++p) {
    const auto partition = static_cast<std::uint16_t>(p);
    auto positions = list_snapshots(folder_, partition);
    if (!positions) return tl::unexpected(positions.error());
    auto head = load_snapshot(folder_, partition, hash_, *states[p]);
    if (!head) return tl::unexpected(head.error());
    const std::uint64_t loaded = *head ? (*head)->position : 0;
    if (!positions->empty() && positions->front() > loaded)
      find("snapshot", p,
           "the snapshot at record " + std::to_string(positions->front()) + " is damaged or of another program");
    after[p] = loaded;
  }
  return after;
}

void FolderDoctor::count_outcome(const log::Record& record) {
  state::OutcomeInput outcome;
  if (!decode(record.payload, outcome)) return;  // applying it says so
  if (!state::is_accepted(outcome.outcome)) return;
  if (outcomes_.insert({outcome.key.high, outcome.key.low}).second) return;
  report_.findings.push_back({.check = "outcome",
                              .partition = record.partition,
                              .customer = std::string(outcome.customer),
                              .playbook = program_->playbooks[outcome.playbook].name,
                              .journey = outcome.journey,
                              .what = "the message with key " + state::format_key(outcome.key) +
                                      " went out twice by the log: record " + std::to_string(record.position)});
}

Result<void> FolderDoctor::replay(States& states, const std::vector<std::uint64_t>& after, bool count) {
  return replay_log(*log_, *plan_, after, states, [&](const log::Record& record, const journey::Effects&) {
    if (count) ++report_.records;
    if (count && static_cast<InputKind>(record.kind) == InputKind::outcome) count_outcome(record);
    return Result<void>();
  });
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

  States states, anew;
  make_states(*plan_, folder_.partitions, states);
  auto after = load_newest(states);
  if (!after) return tl::unexpected(after.error());
  const auto segments = log_->segments();
  report_.from_the_beginning = !segments.empty() && segments.front().number == 1;
  const bool loaded = std::any_of(after->begin(), after->end(), [](std::uint64_t position) { return position > 0; });
  if (auto read = replay(states, *after, !report_.from_the_beginning || !loaded); !read) return read;
  for (std::uint32_t p = 0; p < folder_.partitions; ++p) {
    if ((*after)[p] > log_->heads()[p])
      find("snapshot", p,
           "the snapshot is at record " + std::to_string((*after)[p]) + ", and the log ends with record " +
               std::to_string(log_->heads()[p]));
  }
  for (const auto& state : states) {
    check_state(*plan_, *state, report_.findings);
    report_.customers += state->existing_count();
    report_.journeys += state->journey_count();
    for (std::uint32_t j = 0; j < state->journey_count(); ++j)
      report_.live_journeys += is_live(state->journey(j).status) ? 1 : 0;
    for (std::uint32_t c = 0; c < state->customer_count(); ++c) report_.outstanding += state->at(c).outstanding;
  }
  if (!loaded || !report_.from_the_beginning) return {};

  make_states(*plan_, folder_.partitions, anew);
  if (auto read = replay(anew, std::vector<std::uint64_t>(folder_.partitions, 0), true); !read) return read;
  for (std::uint32_t p = 0; p < folder_.partitions; ++p)
    compare_states(*plan_, *states[p], *anew[p], "the log from its beginning", report_.findings);
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
