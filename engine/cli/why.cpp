// `tend why`: what happened to a customer, what did not, and why. By running that one customer again with tracing on:
// over a data folder's history and log or, without one, over the workspace's sources.
#include <algorithm>
#include <functional>
#include <memory>

#include "engine/cli/story.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/cli/why.hpp"
#include "engine/env/draw.hpp"
#include "engine/env/files.hpp"
#include "engine/history/history.hpp"
#include "engine/run/programs.hpp"
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

/// A program and where its parts stand. Lifetime: whoever gives it keeps both.
struct Text {
  const program::Program* program = nullptr;
  const program::Places* places = nullptr;
};
/// The program that a record of the log names.
using FindText = std::function<Result<Text>(std::string_view hash)>;

/// One customer, run again with tracing on; a deploy takes him over to the next program as it did then.
class Retelling {
 public:
  Retelling(const Text& text, const Arguments& arguments, text::Tongue tongue)
      : arguments_(arguments), tongue_(tongue) {
    // Who belongs to which team decided what was asked then; where there is no workspace nobody is known.
    if (auto workspace = simulate::load_workspace(arguments.workspace)) teams_ = std::move(workspace->teams);
    begin(text);
    state_ = std::make_unique<state::State>(*text_.program, plan_->layout, 0);
    effects_.render = false;
  }

  bool apply(state::InputKind kind, std::string_view payload) {
    return journey::apply(*plan_, *state_, kind, payload, effects_, story_.get());
  }

  void go_over(const Text& text) {
    if (text.program == text_.program) return;
    told_ += story_->text();
    const Text before = text_;
    const std::unique_ptr<journey::Plan> plan_before = std::move(plan_);
    begin(text);
    const state::Moving moving(*before.program, plan_before->layout, *text.program, plan_->layout);
    *state_ = migrate(std::move(*state_), moving, state_->clock);
    if (state_->deployed) state_->changed = moving.changed;
  }

  std::string told() const { return told_ + story_->text(); }
  const state::State& state() const { return *state_; }

 private:
  void begin(const Text& text) {
    text_ = text;
    plan_ = std::make_unique<journey::Plan>(*text.program, "outbox", teams_);
    const auto playbook =
        arguments_.playbook.empty() ? std::nullopt : find_playbook(*text.program, arguments_.playbook);
    // A playbook that this program does not have yet, or no longer has: nothing of it is told.
    const std::uint32_t nobody = static_cast<std::uint32_t>(text.program->playbooks.size());
    story_ = std::make_unique<Story>(*text.program, *text.places,
                                     arguments_.playbook.empty() ? program::kNone : playbook.value_or(nobody), tongue_);
  }

  const Arguments& arguments_;
  text::Tongue tongue_;
  std::vector<journey::Team> teams_;
  Text text_;
  std::unique_ptr<journey::Plan> plan_;
  std::unique_ptr<state::State> state_;
  std::unique_ptr<Story> story_;
  journey::Effects effects_;
  std::string told_;
};

/// Runs the inputs of one customer with tracing on and gives what is told. Shape: `text` is the program of the
/// beginning.
Result<std::string> retell(const Text& text, const FindText& find, const Arguments& arguments, text::Tongue tongue,
                           const std::vector<Recorded>& inputs, env::Moment until) {
  Retelling retelling(text, arguments, tongue);
  bool whole = true;
  for (const Recorded& input : inputs) {
    if (input.kind == state::InputKind::program) {
      auto next = find(input.payload);
      if (!next) return tl::unexpected(next.error());
      retelling.go_over(*next);
    }
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

Result<std::string> why_in_folder(const Arguments& arguments, const std::string& data, text::Tongue tongue) {
  auto folder = run::open_data_folder_for_reading(env::real_files(), data);
  if (!folder) return tl::unexpected(folder.error());
  run::Programs programs("outbox");
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
  const auto find = [&](std::string_view name) -> Result<Text> {
    auto one = programs.load(*folder, std::string(name));
    if (!one) return tl::unexpected(one.error());
    return Text{&(*one)->program, &(*one)->places};
  };
  // The first record says by which program it begins.
  Text text{&(*running)->program, &(*running)->places};
  if (inputs.front().kind == state::InputKind::program) {
    auto first = find(inputs.front().payload);
    if (!first) return tl::unexpected(first.error());
    text = *first;
  }
  return retell(text, find, arguments, tongue, inputs, *until);
}

int run_why(const Arguments& arguments) {
  const text::Tongue tongue = workspace_tongue(arguments.workspace, arguments.lang);
  auto story =
      arguments.data.empty() ? why_in_sources(arguments, tongue) : why_in_folder(arguments, arguments.data, tongue);
  if (!story) return complain(story.error());
  return print(*story) ? kFine : kFailed;
}

}  // namespace

std::string end_of_story(const state::State& state, const std::string& customer, env::Moment until,
                         text::Tongue tongue) {
  const std::uint32_t number = state.find_customer(customer);
  const env::Moment due = number == state::kNoText ? state::kNever : state.at(number).due;
  const bool chinese = tongue == text::Tongue::zh;
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
