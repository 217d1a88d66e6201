#include "tests/sim/subject.hpp"

#include <nlohmann/json.hpp>

#include "engine/env/files.hpp"

namespace tend::sim {
namespace {

Result<std::optional<std::string>> read_if_there(const std::string& folder, const std::string& name) {
  const std::string path = env::join_path(folder, name);
  const auto there = env::real_files().exists(path);
  if (!there) return tl::unexpected(there.error());
  if (!*there) return std::optional<std::string>();
  auto content = env::read_whole_file(env::real_files(), path);
  if (!content) return tl::unexpected(content.error());
  return std::optional<std::string>(std::move(*content));
}

/// [{"at": …, "edit": "folder"}, {"at": …, "pause": true, "what": "playbook:p"}, …]
Result<std::vector<Step>> read_steps(const std::string& folder, const std::string& text) {
  std::vector<Step> steps;
  try {
    for (const auto& json : nlohmann::json::parse(text)) {
      Step step;
      const auto at = env::parse_moment(json.at("at").get<std::string>(), env::utc());
      if (!at) return fail(ErrorCode::invalid, "`" + folder + "`: a step's moment cannot be read");
      step.at = *at;
      if (json.contains("edit")) {
        auto edit =
            cli::compile_workspace(env::join_path(folder, json.at("edit").get<std::string>()), text::Tongue::en);
        if (!edit) return tl::unexpected(edit.error());
        step.edit = std::move(*edit);
      } else {
        step.pause = json.at("pause").get<bool>();
        step.what = json.at("what").get<std::string>();
      }
      steps.push_back(std::move(step));
    }
  } catch (const nlohmann::json::exception& broken) {
    return fail(ErrorCode::invalid, "`" + folder + "`: " + broken.what());
  }
  return steps;
}

/// Puts an edit in, unless it is in force already: a crash may have come right after it. A refused one changes nothing.
Result<void> put_in(run::Engine& engine, const Step& step) {
  const auto prepared = engine.prepare(step.edit->program, step.edit->places);
  if (!prepared) return tl::unexpected(prepared.error());
  if (prepared->refused || engine.running().from == run::program_hash(step.edit->program_bytes)) return {};
  return engine.deploy(step.edit->program, step.edit->places, step.at);
}

}  // namespace

Result<void> run_through(run::Engine& engine, const Subject& subject, simulate::RecordedOptions options) {
  for (const Step& step : subject.steps) {
    if (simulate::reached(engine) > step.at) continue;
    options.until = step.at;
    if (auto done = simulate::run_recorded(engine, subject.prepared.rows, options); !done) return done;
    Result<void> done;
    if (step.edit) {
      done = put_in(engine, step);
    } else {
      engine.add(state::PauseInput{.moment = step.at, .paused = step.pause, .what = step.what});
      done = engine.commit();
    }
    if (!done) return done;
  }
  options.until = state::kNever;
  return simulate::run_recorded(engine, subject.prepared.rows, options);
}

Result<Subject> load_subject(const std::string& folder) {
  Subject subject;
  subject.folder = folder;
  auto faults = read_if_there(folder, "faults.json");
  auto expected = read_if_there(folder, "expected.json");
  auto sends = read_if_there(folder, "sends.jsonl");
  auto steps = read_if_there(folder, "steps.json");
  if (!faults || !expected || !sends || !steps) return fail(ErrorCode::io, "`" + folder + "` cannot be read");
  subject.expected = std::move(*expected);
  subject.expected_sends = std::move(*sends);

  cli::RecordedArguments arguments;
  arguments.workspace = folder;
  arguments.lang = "en";
  try {
    if (*faults) subject.reject_percent = nlohmann::json::parse(**faults).at("reject_percent").get<unsigned>();
    if (subject.expected) {
      const auto json = nlohmann::json::parse(*subject.expected);
      arguments.from = json.at("from").get<std::string>();
      arguments.to = json.at("to").get<std::string>();
    }
  } catch (const nlohmann::json::exception& broken) {
    return fail(ErrorCode::invalid, "`" + folder + "`: " + broken.what());
  }
  if (*steps) {
    auto read = read_steps(folder, **steps);
    if (!read) return tl::unexpected(read.error());
    subject.steps = std::move(*read);
  }
  auto prepared = cli::prepare(arguments, "");
  if (!prepared) return tl::unexpected(prepared.error());
  subject.prepared = std::move(*prepared);
  if (subject.prepared.compiled->default_channel.empty()) subject.prepared.compiled->default_channel = "outbox";
  subject.plan = std::make_unique<journey::Plan>(subject.program(), subject.prepared.compiled->default_channel,
                                                 subject.prepared.compiled->workspace.teams);
  return subject;
}

}  // namespace tend::sim
