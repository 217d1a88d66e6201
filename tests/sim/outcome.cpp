#include "tests/sim/outcome.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/run/figures.hpp"
#include "tests/sim/world.hpp"

namespace tend::sim {
namespace {

using Json = nlohmann::json;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin) lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

std::string first_difference(const std::vector<std::string>& left, const std::vector<std::string>& right) {
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const std::string a = i < left.size() ? left[i] : "nothing";
    const std::string b = i < right.size() ? right[i] : "nothing";
    if (a != b) return "in line " + std::to_string(i + 1) + ": " + a + " against " + b;
  }
  return {};
}

/// Everything that `expected` names has to be the same in `found`.
std::string first_lacking(const Json& expected, const Json& found, const std::string& path) {
  if (expected.is_null()) return {};
  if (expected.is_object()) {
    for (const auto& [key, value] : expected.items()) {
      const bool nothing = value.is_number() && value == 0;
      if (found.is_object() && !found.contains(key) && nothing) continue;
      const Json none;
      std::string lacking =
          first_lacking(value, found.is_object() && found.contains(key) ? found[key] : none, path + " " + key);
      if (!lacking.empty()) return lacking;
    }
    return {};
  }
  if (expected.is_array() && found.is_array() && expected.size() == found.size()) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      std::string lacking = first_lacking(expected[i], found[i], path + " " + std::to_string(i + 1));
      if (!lacking.empty()) return lacking;
    }
    return {};
  }
  if (expected == found) return {};
  return path + ": the model says " + expected.dump() + ", the engine " + found.dump();
}

}  // namespace

Result<Outcome> run_undisturbed(const Subject& subject) {
  Outcome outcome;
  World world(nullptr, subject.reject_percent, 0);
  run::EngineOptions options{.partitions = 4, .threads = 1, .render = false};
  options.on_accepted = [&outcome](const run::Send& send) {
    outcome.sends.push_back({send.at, std::string(send.customer), std::string(send.playbook), std::string(send.message),
                             std::string(send.channel), send.key});
  };
  run::Programs programs(subject.plan->default_channel, subject.plan->teams);
  programs.add(subject.program(), subject.prepared.compiled->places);
  options.programs = &programs;
  const auto engine = run::Engine::in_memory(*subject.plan, options, world);
  if (auto done = run_through(*engine, subject, subject.prepared.options); !done) return tl::unexpected(done.error());
  outcome.figures = figures_of(subject, *engine);
  return outcome;
}

std::string figures_of(const Subject& subject, run::Engine& engine) {
  const cli::Prepared& prepared = subject.prepared;
  const simulate::RunHead head{
      .from = prepared.options.from, .to = prepared.options.to, .default_channel = prepared.compiled->default_channel};
  // A program that is in force again is the first of its kind, wherever it came from.
  const bool edited = &engine.plan() != subject.plan.get() &&
                      engine.running().hash != run::program_hash(prepared.compiled->program_bytes);
  return simulate::run_json(head, run::collect_figures(engine.partitions()),
                            edited ? engine.running().program : subject.program(),
                            edited ? engine.running().places : prepared.compiled->places);
}

bool take_outcome(std::string_view payload, const World& world, std::vector<simulate::SendLine>& sends) {
  state::OutcomeInput outcome;
  if (!decode(payload, outcome)) return false;
  if (!state::is_accepted(outcome.outcome)) return true;
  const auto named = world.named().find(state::format_key(outcome.key));
  if (named == world.named().end()) return false;
  sends.push_back({.at = outcome.moment,
                   .customer = std::string(outcome.customer),
                   .playbook = named->second.playbook,
                   .message = named->second.message,
                   .channel = std::string(outcome.channel),
                   .key = outcome.key});
  return true;
}

std::string difference(const Outcome& left, const Outcome& right) {
  const std::string sends =
      first_difference(lines_of(simulate::sends_jsonl(left.sends)), lines_of(simulate::sends_jsonl(right.sends)));
  if (!sends.empty()) return "the sends differ " + sends;
  const std::string figures = first_difference(lines_of(left.figures), lines_of(right.figures));
  return figures.empty() ? "" : "the figures differ " + figures;
}

std::string difference_from_model(const Subject& subject, const Outcome& outcome) {
  if (subject.expected_sends) {
    std::vector<std::string> expected, found;
    const auto line = [](const Json& json) {
      std::string text;
      for (const char* key : {"at", "customer", "playbook", "message", "channel"})
        text += (text.empty() ? "" : " ") + json.value(key, std::string());
      return text;
    };
    for (const std::string& text : lines_of(*subject.expected_sends)) expected.push_back(line(Json::parse(text)));
    for (const std::string& text : lines_of(simulate::sends_jsonl(outcome.sends)))
      found.push_back(line(Json::parse(text)));
    const std::string sends = first_difference(expected, found);
    if (!sends.empty()) return "the model's sends differ from the engine's " + sends;
  }
  if (!subject.expected) return {};
  Json expected = Json::parse(*subject.expected);
  const Json readings = expected.value("readings", Json());
  for (const char* about_the_model : {"operations", "readings"}) expected.erase(about_the_model);
  for (auto& [name, playbook] : expected["playbooks"].items()) {
    // What the texts last in force do not have any more, nobody tells figures of.
    const Json old = playbook.value("old_messages", Json::array());
    for (const Json& message : old) playbook["sends"].erase(message.get<std::string>());
    playbook.erase("old_messages");
    if (playbook.value("removed", false)) playbook = Json();
  }
  const std::string lacking = first_lacking(expected, Json::parse(outcome.figures), "figures");
  return lacking.empty() || readings.empty() ? lacking : lacking + "; it may hang on " + readings.dump();
}

}  // namespace tend::sim
