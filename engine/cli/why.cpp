// `tend why`: what happened to a customer, what did not, and why. By running that one customer again with tracing on:
// over a data folder's history and log or, without one, over the workspace's sources.
#include <algorithm>
#include <functional>
#include <memory>

#include "engine/cli/recorded_run.hpp"
#include "engine/cli/story.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/env/draw.hpp"
#include "engine/env/files.hpp"
#include "engine/history/history.hpp"
#include "engine/run/programs.hpp"
#include "engine/state/migrate.hpp"

namespace tend::cli {
namespace {

struct Arguments : RecordedArguments {
  std::string customer;
  std::string playbook;
  std::string data;
};

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
  Retelling(const Text& text, const Arguments& arguments, text::Tongue tongue, bool answer_sends)
      : arguments_(arguments), tongue_(tongue), answer_sends_(answer_sends) {
    begin(text);
    state_ = std::make_unique<state::State>(*text_.program, plan_->layout, 0);
    state_->recorded = answer_sends;
    effects_.render = false;
  }

  bool apply(state::InputKind kind, std::string_view payload) {
    return journey::apply(*plan_, *state_, kind, payload, effects_, story_.get()) && answer();
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
    plan_ = std::make_unique<journey::Plan>(*text.program, "outbox");
    const auto playbook =
        arguments_.playbook.empty() ? std::nullopt : find_playbook(*text.program, arguments_.playbook);
    // A playbook that this program does not have yet, or no longer has: nothing of it is told.
    const std::uint32_t nobody = static_cast<std::uint32_t>(text.program->playbooks.size());
    story_ = std::make_unique<Story>(*text.program, *text.places,
                                     arguments_.playbook.empty() ? program::kNone : playbook.value_or(nobody), tongue_);
  }

  /// Over sources there are no recorded answers: channels accept at once, as in simulate.
  bool answer() {
    while (answer_sends_ && !effects_.sends.empty()) {
      const std::vector<journey::SendEffect> sends = std::move(effects_.sends);
      effects_.clear();
      for (const journey::SendEffect& send : sends) {
        std::string payload;
        encode(payload, state::OutcomeInput{.moment = send.at,
                                            .customer = arguments_.customer,
                                            .playbook = send.playbook,
                                            .journey = send.journey,
                                            .message = send.message,
                                            .key = send.key,
                                            .channel = std::string(send.channel)});
        if (!journey::apply(*plan_, *state_, state::InputKind::outcome, payload, effects_, story_.get())) return false;
      }
    }
    return true;
  }

  const Arguments& arguments_;
  text::Tongue tongue_;
  bool answer_sends_;
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
                           const std::vector<Recorded>& inputs, bool answer_sends, env::Moment until) {
  Retelling retelling(text, arguments, tongue, answer_sends);
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
  // What is still to come, so that a story without a send says more than nothing.
  const state::State& state = retelling.state();
  const std::uint32_t customer = state.find_customer(arguments.customer);
  const env::Moment due = customer == state::kNoText ? state::kNever : state.at(customer).due;
  const bool chinese = tongue == text::Tongue::zh;
  std::string next = chinese ? "此后没有按时间到期的事" : "nothing more is due by time";
  if (due != state::kNever)
    next = (chinese ? "此后最早可能到期：" : "nothing more is due by time before ") + env::format_moment(due);
  return retelling.told() + (until == env::kNoMoment ? "" : env::format_moment(until) + "  ") + next + "\n";
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
  return retell(text, find, arguments, tongue, inputs, false, *until);
}

Result<std::string> why_in_sources(const Arguments& arguments, text::Tongue tongue) {
  auto prepared = prepare(arguments, "");
  if (!prepared) return tl::unexpected(prepared.error());
  std::vector<Recorded> inputs;
  bool deployed = false, found = false;
  const auto deploy = [&] {
    Recorded input{.kind = state::InputKind::deploy};
    state::encode_moment(input.payload, prepared->options.from);
    inputs.push_back(std::move(input));
    deployed = true;
  };
  for (const simulate::SourceRow& row : prepared->rows.rows) {
    if (!deployed && row.at >= prepared->options.from && !prepared->rows.is_register(row)) deploy();
    if (prepared->rows.customer(row) != arguments.customer) continue;
    found = true;
    Recorded input{.kind =
                       row.event == simulate::kAttributesRow ? state::InputKind::attributes : state::InputKind::event};
    if (row.event == simulate::kAttributesRow) {
      encode(input.payload, attributes_input(prepared->rows, row));
    } else {
      encode(input.payload, event_input(prepared->rows, row));
    }
    inputs.push_back(std::move(input));
  }
  if (!found)
    return fail(ErrorCode::not_found,
                "there is no customer `" + arguments.customer + "` in the sources of this workspace");
  if (!deployed) deploy();
  const program::Program& program = prepared->compiled->program;
  if (!arguments.playbook.empty()) {
    if (auto playbook = playbook_named(program, arguments.playbook); !playbook) return tl::unexpected(playbook.error());
  }
  return retell({&program, &prepared->compiled->places}, {}, arguments, tongue, inputs, true, prepared->options.to - 1);
}

int run_why(const Arguments& arguments) {
  const text::Tongue tongue = workspace_tongue(arguments.workspace, arguments.lang);
  auto story =
      arguments.data.empty() ? why_in_sources(arguments, tongue) : why_in_folder(arguments, arguments.data, tongue);
  if (!story) return complain(story.error());
  return print(*story) ? kFine : kFailed;
}

}  // namespace

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
