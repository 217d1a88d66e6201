// `tend why`: what happened to a customer, what did not, and why. By running that one customer again with tracing on:
// over a data folder's history and log or, without one, over the workspace's sources.
#include <algorithm>
#include <memory>

#include "engine/cli/story.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/cli/why.hpp"
#include "engine/env/draw.hpp"
#include "engine/env/files.hpp"
#include "engine/history/history.hpp"
#include "engine/run/data_folder.hpp"

namespace tend::cli {
namespace {

using Arguments = WhyArguments;

/// One input of the customer, or of everybody, as it was recorded.
struct Recorded {
  std::uint64_t position = 0;
  state::InputKind kind = state::InputKind::event;
  std::string payload;
};

Result<std::uint32_t> playbook_of(const program::Program& program, const std::string& name) {
  if (name.empty()) return program::kNone;
  return playbook_named(program, name);
}

/// Runs the inputs of one customer with tracing on and prints what is told.
Result<std::string> retell(const program::Program& program, const program::Places& places, const Arguments& arguments,
                           text::Tongue tongue, const std::vector<Recorded>& inputs, env::Moment until) {
  auto playbook = playbook_of(program, arguments.playbook);
  if (!playbook) return tl::unexpected(playbook.error());
  const journey::Plan plan(program, "outbox");
  state::State state(program, plan.layout, 0);
  Story story(program, places, *playbook, tongue);
  journey::Effects effects;
  effects.render = false;
  const auto apply = [&](state::InputKind kind, std::string_view payload) {
    return journey::apply(plan, state, kind, payload, effects, &story);
  };
  bool whole = true;
  for (const Recorded& input : inputs) whole &= apply(input.kind, input.payload);
  std::string tick;
  state::encode_moment(tick, until);
  if (until != env::kNoMoment) whole &= apply(state::InputKind::tick, tick);
  if (!whole)
    return fail(ErrorCode::corrupt, "an input of this customer does not fit the program that the folder runs");
  return story.text() + end_of_story(state, arguments.customer, until, tongue);
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
  auto hash = env::read_whole_file(env::real_files(), env::join_path(folder->programs(), "CURRENT"));
  if (!hash) return tl::unexpected(hash.error());
  auto stored = run::load_program(*folder, *hash);
  if (!stored) return tl::unexpected(stored.error());
  const auto program = program::deserialize(stored->program);
  const auto places = program::deserialize_places(stored->places);
  if (!program || !places)
    return fail(ErrorCode::version, "the program in `" + data + "` was written by another version of tend");

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
  return retell(*program, *places, arguments, tongue, inputs, *until);
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
