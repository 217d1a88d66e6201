// `tend why`: what happened to a customer, what did not, and why. By running that one customer again with tracing on:
// over a data folder's history and log or, without one, over the workspace's sources.
#include <algorithm>
#include <memory>

#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/cli/why.hpp"
#include "engine/env/draw.hpp"
#include "engine/env/files.hpp"
#include "engine/state/migrate.hpp"

namespace tend::cli {
namespace {

using Arguments = WhyArguments;

/// One input of the customer, or of everybody, as it was recorded.
struct Recorded {
  std::uint64_t position = 0;
  state::InputKind kind = state::InputKind::event;
  std::string payload;
};

/// One customer, run again with tracing on; a deploy takes him over to the next program as it did then.
class Retelling {
 public:
  Retelling(const run::Running& running, const Arguments& arguments, text::Tongue tongue)
      : running_(&running), teller_(arguments, tongue) {
    teller_.go_over(running.program, running.places);
    state_ = std::make_unique<state::State>(running.program, running.plan->layout, 0);
    effects_.render = false;
  }

  bool apply(state::InputKind kind, std::string_view payload) {
    return journey::apply(*running_->plan, *state_, kind, payload, effects_, &teller_);
  }

  void go_over(const run::Running& next) {
    if (&next == running_) return;
    teller_.go_over(next.program, next.places);
    const state::Moving moving(running_->program, running_->plan->layout, next.program, next.plan->layout);
    running_ = &next;
    *state_ = migrate(std::move(*state_), moving, state_->clock);
    if (state_->deployed) state_->changed = moving.changed;
  }

  std::string told() const { return teller_.told(); }
  const state::State& state() const { return *state_; }

 private:
  const run::Running* running_;
  Teller teller_;
  std::unique_ptr<state::State> state_;
  journey::Effects effects_;
};

/// Runs the inputs of one customer with tracing on and gives what is told. Shape: all programs are loaded; `running` is
/// that of the beginning.
Result<std::string> retell(const run::Running& running, const run::Programs& programs, const Arguments& arguments,
                           text::Tongue tongue, const std::vector<Recorded>& inputs, env::Moment until) {
  Retelling retelling(running, arguments, tongue);
  bool whole = true;
  for (const Recorded& input : inputs) {
    if (input.kind == state::InputKind::program) retelling.go_over(*programs.find(input.payload));
    whole &= retelling.apply(input.kind, input.payload);
  }
  std::string tick;
  state::encode_moment(tick, until);
  if (until != env::kNoMoment) whole &= retelling.apply(state::InputKind::tick, tick);
  if (!whole)
    return fail(ErrorCode::corrupt, "an input of this customer does not fit the program that the folder runs");
  return retelling.told() + end_of_story(retelling.state(), arguments.customer, until, tongue);
}

/// Until when time has been told to a partition: its last tick.
Result<env::Moment> last_tick(log::Log& log, std::uint16_t partition) {
  auto segments = log.segments();
  for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) {
    env::Moment last = env::kNoMoment;
    log::Visitor visitor;
    visitor.on_record = [&](const log::Record& record) -> Result<void> {
      if (record.partition == partition && static_cast<state::InputKind>(record.kind) == state::InputKind::tick)
        state::decode_moment(record.payload, last);
      return {};
    };
    if (auto read = log.read_segment(segment->number, visitor); !read) return tl::unexpected(read.error());
    if (last != env::kNoMoment) return last;
  }
  return env::kNoMoment;
}

}  // namespace

Result<std::string> why_in_folder(const WhyArguments& arguments, const std::string& data, text::Tongue tongue) {
  auto folder = run::open_data_folder_for_reading(env::real_files(), data);
  if (!folder) return tl::unexpected(folder.error());
  // Who belonged to which team, and where messages that name no channel went, says the workspace; where there is none,
  // nobody is known and the channel is the one that `tend init` writes.
  std::vector<journey::Team> teams;
  std::string channel = "outbox";
  if (auto workspace = simulate::load_workspace(arguments.workspace)) {
    teams = std::move(workspace->teams);
    channel = workspace->channels.size() == 1 ? workspace->channels.front().name : std::string();
  }
  run::Programs programs(std::move(channel), std::move(teams));
  auto hash = run::current_program(*folder);
  if (!hash) return tl::unexpected(hash.error());
  auto running = programs.load(*folder, *hash);
  if (!running) return tl::unexpected(running.error());
  if (!arguments.playbook.empty()) {
    if (auto playbook = playbook_named((*running)->program, arguments.playbook); !playbook)
      return tl::unexpected(playbook.error());
  }

  auto log = log::open_log_for_reading(env::real_files(), folder->log());
  if (!log) return tl::unexpected(log.error());
  auto history = history::History::open_for_reading(folder->history());
  if (!history) return tl::unexpected(history.error());
  const auto partition = static_cast<std::uint16_t>(env::partition_of(arguments.customer, folder->partitions));
  std::vector<Recorded> inputs;
  const auto take = [&](const log::Record& record) -> Result<void> {
    inputs.push_back({record.position, static_cast<state::InputKind>(record.kind), std::string(record.payload)});
    return {};
  };
  if (auto read = (*history)->read_customer(partition, arguments.customer, **log, take); !read)
    return tl::unexpected(read.error());
  if (inputs.empty())
    return fail(ErrorCode::not_found, "there is no customer `" + arguments.customer + "` in `" + data + "`");
  if (auto read = (*history)->read_customer(partition, "", **log, take); !read) return tl::unexpected(read.error());
  std::stable_sort(inputs.begin(), inputs.end(),
                   [](const Recorded& a, const Recorded& b) { return a.position < b.position; });
  auto until = last_tick(**log, partition);
  if (!until) return tl::unexpected(until.error());
  // The first record says by which program it begins.
  const run::Running* first = *running;
  bool reads_others = false;
  for (const Recorded& input : inputs) {
    if (input.kind != state::InputKind::program) continue;
    auto one = programs.load(*folder, input.payload);
    if (!one) return tl::unexpected(one.error());
    if (&input == inputs.data()) first = *one;
    reads_others |= (*one)->plan->reads_others;
  }
  if (reads_others)
    return why_among_others(arguments, {*folder, programs, **running, **log, **history}, tongue, *until);
  return retell(*first, programs, arguments, tongue, inputs, *until);
}

namespace {

int run_why(const Arguments& arguments) {
  const text::Tongue tongue = workspace_tongue(arguments.workspace, arguments.lang);
  auto story =
      arguments.data.empty() ? why_in_sources(arguments, tongue) : why_in_folder(arguments, arguments.data, tongue);
  if (!story) return complain(story.error());
  return print(*story) ? kFine : kFailed;
}

}  // namespace

void Teller::go_over(const program::Program& program, const program::Places& places) {
  if (story_) told_ += story_->text();
  std::uint32_t only = program::kNone;
  if (!arguments_.playbook.empty()) {
    // A playbook that this program does not have yet, or no longer has: nothing of it is told.
    only = find_playbook(program, arguments_.playbook).value_or(static_cast<std::uint32_t>(program.playbooks.size()));
  }
  program_ = &program;
  story_ = std::make_unique<Story>(program, places, only, tongue_);
}

void Teller::note(const journey::Note& note) {
  const bool about_another =
      state_ != nullptr && note.customer != program::kNone && state_->customer_id(note.customer) != arguments_.customer;
  if (about_another) return;
  story_->note(note);
  if (arguments_.sends != nullptr) note_send(note);
}

void Teller::note_send(const journey::Note& note) {
  using journey::NoteKind;
  if (note.playbook == program::kNone) return;
  const program::Playbook& playbook = program_->playbooks[note.playbook];
  std::string message;
  if (note.step < playbook.steps.size() && playbook.steps[note.step].message != program::kNone)
    message = program_->messages[playbook.steps[note.step].message].name;
  std::vector<ToldSend>& sends = *arguments_.sends;
  if (note.kind == NoteKind::send) {
    sends.push_back({note.moment, playbook.name, message, note.channel, note.detail, {}});
  } else if (note.kind == NoteKind::outcome) {
    const auto open = std::find_if(sends.rbegin(), sends.rend(), [&](const ToldSend& send) {
      return send.playbook == playbook.name && send.channel == note.channel && send.outcome.empty();
    });
    if (open != sends.rend()) open->outcome = note.detail;
  } else if (note.kind == NoteKind::answered && note.about.empty() && !message.empty()) {
    // A person said so: no channel was asked.
    sends.push_back({note.moment, playbook.name, message, {}, {}, note.truth ? "confirmed" : "refused"});
  }
}

std::string end_of_story(const state::State& state, const std::string& customer, env::Moment until,
                         text::Tongue tongue) {
  const std::uint32_t number = state.find_customer(customer);
  const env::Moment due = number == state::kNoText ? state::kNever : state.at(number).due;
  const bool chinese = tongue == text::Tongue::zh;
  if (until != env::kNoMoment) until = std::max(until, state.clock);  // an answer may have come after the last tick
  std::string next = chinese ? "此后没有按时间到期的事" : "nothing more is due by time";
  if (due != state::kNever)
    next = (chinese ? "此后最早可能到期：" : "nothing more is due by time before ") + env::format_moment(due);
  return (until == env::kNoMoment ? "" : env::format_moment(until) + "  ") + next + "\n";
}

void add_why(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("why", "what happened to a customer, what did not, and why");
  verb->add_option("CUSTOMER", arguments->customer, "the customer's id")->required();
  verb->add_option("PLAYBOOK", arguments->playbook, "only what concerns this playbook");
  verb->add_option("--data", arguments->data,
                   "the data folder of `serve` or `replay`; without it the story is of `simulate`");
  verb->add_option("--workspace", arguments->workspace, "the workspace (default: the folder you are in)");
  verb->add_option("--from", arguments->from, "as in simulate");
  verb->add_option("--to", arguments->to, "as in simulate");
  verb->add_option("--lang", arguments->lang, "the tongue of the story")->check(CLI::IsMember({"en", "zh"}));
  verb->callback([arguments, &exit_code] { exit_code = run_why(*arguments); });
}

}  // namespace tend::cli
