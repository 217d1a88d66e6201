#include "engine/serve/plan.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "dsl/program/difference.hpp"
#include "engine/env/zone.hpp"
#include "engine/state/moving.hpp"

namespace tend::serve {
namespace {

using Json = nlohmann::ordered_json;
using program::Carried;
using program::kNone;

std::string_view word_of(Carried::Kind kind) {
  switch (kind) {
    case Carried::Kind::same: return "same";
    case Carried::Kind::pinned: return "pinned";
    case Carried::Kind::follows: return "follows";
    case Carried::Kind::moved: return "moved";
    case Carried::Kind::refused: return "refused";
  }
  return "";
}

std::string_view word_of(program::OnEdit on_edit) {
  switch (on_edit) {
    case program::OnEdit::pin: return "pin";
    case program::OnEdit::follow: return "follow";
    case program::OnEdit::move: return "move";
  }
  return "";
}

Json step_json(const program::Program& program, const program::Places& places, std::uint32_t playbook,
               std::uint32_t step) {
  Json json{{"step", program.playbooks[playbook].steps[step].label}};
  if (playbook < places.playbooks.size() && step < places.playbooks[playbook].steps.size())
    json["line"] = places.playbooks[playbook].steps[step].line;
  return json;
}

Json changes_json(const program::Changes& changes) {
  return {{"added", changes.added}, {"changed", changes.changed}, {"removed", changes.removed}};
}

Json standing_json(const run::Running& before, const ReadProgram& now, const run::Standing& standing) {
  const program::Playbook& playbook = before.program.playbooks[standing.playbook];
  const bool watched = standing.step >= playbook.steps.size();
  Json json{{"version", playbook.version}};
  if (watched) {
    json["watched"] = true;
  } else {
    json.update(step_json(before.program, before.places, standing.playbook, standing.step));
  }
  json["customers"] = standing.customers;
  json["some"] = standing.some;
  json["becomes"] = word_of(standing.carried.kind);
  const bool goes = standing.carried.kind == Carried::Kind::follows || standing.carried.kind == Carried::Kind::moved;
  if (!goes || watched) return json;
  const auto newest = find_playbook(now.program, playbook.name);
  json["to"] = step_json(now.program, now.places, *newest, standing.carried.step);
  return json;
}

/// How many ways in have another text than before, so that their bits are set at the deploy.
std::size_t changed_ways(const program::Program& before, const program::Program& now, const std::string& name) {
  const auto index = find_version(now, name, now.playbooks[*find_playbook(now, name)].version);
  const state::Layout before_layout = state::make_layout(before), now_layout = state::make_layout(now);
  const state::Moving moving(before, before_layout, now, now_layout);
  std::size_t count = 0;
  for (std::size_t bit = 0; bit < moving.changed.size(); ++bit)
    count += moving.changed[bit] && now_layout.conditions[bit].playbook == index;
  return count;
}

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::binary_search(names.begin(), names.end(), name);
}

}  // namespace

std::string encode(const ProgramRequest& request) {
  std::string out;
  for (const std::string* part : {&request.before, &request.program, &request.places}) {
    const auto size = static_cast<std::uint32_t>(part->size());
    out.append(reinterpret_cast<const char*>(&size), sizeof size);
    out += *part;
  }
  return out;
}

std::optional<ProgramRequest> decode_program_request(std::string_view body) {
  ProgramRequest request;
  for (std::string* part : {&request.before, &request.program, &request.places}) {
    std::uint32_t size = 0;
    if (body.size() < sizeof size) return std::nullopt;
    std::memcpy(&size, body.data(), sizeof size);
    body.remove_prefix(sizeof size);
    if (body.size() < size) return std::nullopt;
    part->assign(body.substr(0, size));
    body.remove_prefix(size);
  }
  if (!body.empty()) return std::nullopt;
  return request;
}

Result<ReadProgram> read_program(const ProgramRequest& request, const std::vector<std::string>& channels) {
  auto program = program::deserialize(request.program);
  auto places = program::deserialize_places(request.places);
  if (!program || !places || env::find_zone(program->timezone) == nullptr)
    return fail(ErrorCode::invalid, "this is not a program of this version of tend");
  std::set<std::string> named;
  for (const program::Message& message : program->messages)
    named.insert(message.channels.begin(), message.channels.end());
  for (const program::Playbook& playbook : program->playbooks) {
    if (playbook.superseded) return fail(ErrorCode::invalid, "this is a program that ran, not one that was checked");
    for (const program::Step& step : playbook.steps) named.insert(step.channels.begin(), step.channels.end());
  }
  for (const std::string& name : named) {
    if (std::find(channels.begin(), channels.end(), name) == channels.end())
      return fail(ErrorCode::invalid, "messages go through `" + name +
                                          "`, a channel that is not set up where the playbooks run: it is read from "
                                          "tend.toml when `tend serve` starts");
  }
  return ReadProgram{std::move(*program), std::move(*places)};
}

Result<std::string> plan_json(run::Engine& engine, const ReadProgram& now, const std::string& hash,
                              env::Moment moment) {
  const run::Running& before = engine.running();
  const bool changes = before.from != hash;
  moment = std::max(moment, engine.clock());
  Json json{{"format", "tend.plan/1"}, {"at", env::format_moment(moment)},
            {"before", before.from},   {"program", hash},
            {"changes", changes},      {"refused", nullptr}};
  if (!changes) return json.dump() + "\n";
  auto prepared = engine.prepare(now.program, now.places);
  if (!prepared) return tl::unexpected(prepared.error());
  run::Rehearsal rehearsal;
  run::Programs programs(engine.partitions().plan().default_channel, engine.partitions().plan().teams);
  const run::Running* next = nullptr;
  if (prepared->refused) {
    json["refused"] = refusal_of(before, *prepared).message;
  } else {
    next = &programs.add(std::move(prepared->grafted.program), std::move(prepared->grafted.places), hash);
    auto past = engine.past_of(*next, moment);
    if (!past) return tl::unexpected(past.error());
    auto rehearsed = rehearse(engine.partitions(), programs, *next, *past, moment);
    if (!rehearsed) return tl::unexpected(rehearsed.error());
    rehearsal = std::move(*rehearsed);
    json["sends"] = rehearsal.sends;
    json["filled_past"] = Json::array();
    for (const run::Past::Filled& one : past->filled)
      json["filled_past"].push_back(
          {{"event", next->program.events[one.event].name}, {"customers", one.customers}, {"events", one.events}});
    json["unknown_past"] = Json::array();
    for (const std::uint32_t event : past->unknown) json["unknown_past"].push_back(next->program.events[event].name);
  }

  const program::Difference difference = program::difference(before.program, now.program);
  std::map<std::string, Json> playbooks;
  const auto of = [&](const std::string& name) -> Json& {
    const auto [found, is_new] = playbooks.try_emplace(name, Json::object());
    if (!is_new) return found->second;
    Json& one = found->second;
    one["change"] = holds(difference.playbooks.added, name)     ? "added"
                    : holds(difference.playbooks.changed, name) ? "changed"
                    : holds(difference.playbooks.removed, name) ? "removed"
                                                                : "same";
    const auto was = find_playbook(before.program, name);
    if (was) one["was"] = before.program.playbooks[*was].version;
    if (const auto own = find_playbook(now.program, name))
      one["on_edit"] = word_of(now.program.playbooks[*own].on_edit);
    if (next == nullptr) return one;
    const auto newest = find_playbook(next->program, name);
    if (!newest || next->program.playbooks[*newest].superseded) return one;
    one["version"] = next->program.playbooks[*newest].version;
    one["enters"] = {{"changed", changed_ways(before.program, next->program, name)},
                     {"entered", rehearsal.playbooks[*newest].entered},
                     {"waiting", rehearsal.playbooks[*newest].waiting}};
    return one;
  };
  for (const auto* names :
       {&difference.playbooks.added, &difference.playbooks.changed, &difference.playbooks.removed}) {
    for (const std::string& name : *names) of(name);
  }
  for (const run::Standing& standing : prepared->standing) {
    Json& one = of(before.program.playbooks[standing.playbook].name);
    one["inside"].push_back(standing_json(before, now, standing));
  }
  json["playbooks"] = Json::object();
  for (auto& [name, one] : playbooks) json["playbooks"][name] = std::move(one);
  json["messages"] = changes_json(difference.messages);
  json["attributes"] = changes_json(difference.attributes);
  json["events"] = changes_json(difference.events);
  json["budgets"] = changes_json(difference.budgets);
  json["partners"] = changes_json(difference.partners);
  json["currencies"] = changes_json(difference.currencies);
  json["calendars"] = changes_json(difference.calendars);
  json["functions"] = changes_json(difference.functions);
  json["policy"] = difference.policy;
  json["activity"] = difference.activity;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tend::serve
