#include "engine/run/deploy.hpp"

#include <algorithm>
#include <map>

#include "engine/log/batch.hpp"
#include "engine/run/engine.hpp"
#include "engine/state/migrate.hpp"

namespace tend::run {
namespace {

using program::Carried;
using program::Keep;
using program::kNone;
using state::InputKind;

struct Found {
  std::uint64_t customers = 0;
  std::vector<std::string> some;

  void add(std::string_view id) {
    ++customers;
    const auto place = std::lower_bound(some.begin(), some.end(), id);
    if (some.size() == kSomeMax && place == some.end()) return;
    some.insert(place, std::string(id));
    if (some.size() > kSomeMax) some.pop_back();
  }
};

/// The records that take every partition over to a program at `moment`, with what it reads of the time before.
void add_deploy_records(log::Batch& batch, std::uint32_t partitions, const std::string& hash, const Past& past,
                        env::Moment moment) {
  for (std::uint32_t p = 0; p < partitions; ++p)
    batch.add(static_cast<std::uint8_t>(InputKind::program), static_cast<std::uint16_t>(p), hash);
  for (const Past::Record& record : past.records)
    batch.add(static_cast<std::uint8_t>(InputKind::past), record.partition, record.payload);
  for (std::uint32_t p = 0; p < partitions; ++p) {
    state::encode_moment(batch.begin(static_cast<std::uint8_t>(InputKind::deploy), static_cast<std::uint16_t>(p)),
                         moment);
    batch.end();
  }
}

std::string place_of(const Running& running, const Standing& standing) {
  const auto& steps = running.program.playbooks[standing.playbook].steps;
  const auto& places = running.places.playbooks;
  std::string out = "`" + steps[standing.step].label + "`";
  if (standing.playbook < places.size() && standing.step < places[standing.playbook].steps.size())
    out += " in line " + std::to_string(places[standing.playbook].steps[standing.step].line);
  return out;
}

}  // namespace

Prepared prepare(const Running& before, const Partitions& partitions, const program::Program& now,
                 const program::Places& now_places) {
  const program::Program& program = before.program;
  Prepared prepared;
  std::vector<Keep> keep(program.playbooks.size(), Keep::nothing);
  std::map<std::pair<std::uint32_t, std::uint32_t>, Found> found, pinned;
  // A message that is with a channel is what the version of then says.
  const auto keep_version = [&](const state::Journey& journey) {
    const Carried carried = program::carry(program, program.playbooks[journey.playbook], journey.step, now);
    if (carried.kind != Carried::Kind::same) keep[journey.playbook] = Keep::whole;
    return carried.kind != Carried::Kind::same;
  };
  for (std::uint32_t p = 0; p < partitions.count(); ++p) {
    const state::State& state = partitions.state(p);
    const auto look_at = [&](const state::Journey& journey) {
      const program::Playbook& playbook = program.playbooks[journey.playbook];
      if (keep[journey.playbook] == Keep::nothing) keep[journey.playbook] = Keep::name;
      const bool watched = state::is_watched(playbook, journey, state.clock);
      if (!state::is_live(journey.status) && !watched) return;
      const bool stays = (journey.flags & state::kWithChannel) != 0 && keep_version(journey);
      const auto step = watched ? static_cast<std::uint32_t>(playbook.steps.size()) : journey.step;
      (stays ? pinned : found)[{journey.playbook, step}].add(state.customer_id(journey.customer));
    };
    for (std::uint32_t c = 0; c < state.customer_count(); ++c) {
      for (std::uint32_t j = state.at(c).first_journey; j != kNone; j = state.journey(j).next)
        look_at(state.journey(j));
    }
    for (const state::Journey& out : state.ended_out) {
      if (keep[out.playbook] == Keep::nothing) keep[out.playbook] = Keep::name;
      keep_version(out);
    }
  }
  for (auto& [where, who] : found) {
    const Carried carried = program::carry(program, program.playbooks[where.first], where.second, now);
    if (carried.kind == Carried::Kind::pinned) keep[where.first] = Keep::whole;
    prepared.refused |= carried.kind == Carried::Kind::refused;
    prepared.standing.push_back({where.first, where.second, who.customers, std::move(who.some), carried});
  }
  for (auto& [where, who] : pinned) {
    prepared.standing.push_back(
        {where.first, where.second, who.customers, std::move(who.some), {Carried::Kind::pinned, where.second}});
  }
  if (!prepared.refused) prepared.grafted = program::graft(now, now_places, program, before.places, keep);
  return prepared;
}

Error refusal_of(const Running& before, const Prepared& prepared) {
  std::map<std::uint32_t, std::string> by_playbook;
  for (const Standing& standing : prepared.standing) {
    if (standing.carried.kind != Carried::Kind::refused) continue;
    std::string& where = by_playbook[standing.playbook];
    where += (where.empty() ? "" : ", and at ") + place_of(before, standing) + " (" +
             std::to_string(standing.customers) + (standing.customers == 1 ? " customer: " : " customers: ");
    for (const std::string& id : standing.some) where += (&id == standing.some.data() ? "`" : ", `") + id + "`";
    where += standing.customers > standing.some.size() ? ", …)" : ")";
  }
  std::string sentence;
  for (const auto& [playbook, where] : by_playbook) {
    sentence += (sentence.empty() ? "" : "; ") + std::string("`on edit move` of playbook `") +
                before.program.playbooks[playbook].name + "` says nothing of those who stand at " + where;
  }
  return {ErrorCode::invalid, sentence + ": add a `move` for each of these steps, or let them `pin` or `follow`"};
}

Result<Rehearsal> rehearse(const Partitions& partitions, const Programs& programs, const Running& running,
                           const Past& past, env::Moment moment) {
  Partitions copy(partitions.plan(), partitions.count(), 1);
  copy.set_programs(programs);
  copy.set_render(false);
  for (std::uint32_t p = 0; p < partitions.count(); ++p) {
    const state::State& original = partitions.state(p);
    auto state = std::make_unique<state::State>(original.program(), original.layout(), static_cast<std::uint16_t>(p));
    if (!state->load(original.save())) return fail(ErrorCode::corrupt, "the state of a partition cannot be copied");
    copy.put(p, partitions.plan(), std::move(state));
  }
  Rehearsal rehearsal;
  rehearsal.playbooks.resize(running.program.playbooks.size());
  const auto count = [&](std::uint64_t sign) {
    for (std::uint32_t p = 0; p < copy.count(); ++p) {
      for (std::size_t i = 0; i < rehearsal.playbooks.size(); ++i)
        rehearsal.playbooks[i].entered += sign * copy.state(p).figures[i].entered;
    }
  };
  log::Batch batch;
  for (std::uint32_t p = 0; p < copy.count(); ++p)
    batch.add(static_cast<std::uint8_t>(InputKind::program), static_cast<std::uint16_t>(p), running.hash);
  if (auto applied = copy.apply(batch); !applied) return tl::unexpected(applied.error());
  count(~std::uint64_t{0});
  batch.clear();
  add_deploy_records(batch, copy.count(), running.hash, past, moment);
  if (auto applied = copy.apply(batch); !applied) return tl::unexpected(applied.error());
  count(1);
  for (std::uint32_t p = 0; p < copy.count(); ++p) {
    for (const journey::AskEffect& ask : copy.effects(p).asks) {
      if (ask.backfill) ++rehearsal.playbooks[ask.playbook].waiting;
    }
  }
  rehearsal.sends = copy.sends().size();
  return rehearsal;
}

// ---- the engine's part

Result<Prepared> Engine::prepare(const program::Program& now, const program::Places& places) {
  if (running_ == nullptr) running_ = &programs_->add(plan().program, {});  // in memory
  if (!batch_.empty())
    return fail(ErrorCode::invalid,
                "messages that set off further messages are under way without an end: pause their playbook first");
  for (std::uint32_t p = 0; p < partitions_.count(); ++p) {
    const state::State& state = partitions_.state(p);
    bool out = !state.caused.empty();
    for (std::uint32_t c = 0; c < state.customer_count() && !out; ++c) out = state.at(c).outstanding > 0;
    if (out)
      return fail(
          ErrorCode::invalid,
          "the data folder was left while messages were going out: start `tend serve` or `tend replay` once, so "
          "that they are settled");
  }
  return run::prepare(*running_, partitions_, now, places);
}

Result<Past> Engine::past_of(const Running& next, env::Moment moment) {
  const auto read = [this](const VisitInput& visit) -> Result<bool> {
    if (!log_) return false;
    if (log_->segments().front().number == 1) {
      log::Visitor visitor;
      visitor.on_record = [&](const log::Record& record) -> Result<void> {
        if (record.partition == log::kNoPartition) return {};
        return visit(state::customer_of(static_cast<InputKind>(record.kind), record.payload), record);
      };
      const std::vector<std::uint64_t> beginning(partitions_.count(), 0);
      if (auto done = log_->read(beginning, visitor); !done) return tl::unexpected(done.error());
      return true;
    }
    if (!options_.history.visit) return false;
    if (auto done = options_.history.visit(visit); !done) return tl::unexpected(done.error());
    return true;
  };
  return run::past_of(*running_, next, partitions_, *programs_, folder_, moment, read);
}

Result<void> Engine::deploy(const program::Program& now, const program::Places& places, env::Moment moment) {
  moment = std::max(moment, clock());
  // What is due by then comes first, with all that it causes.
  add_tick(moment);
  constexpr int kCommitsMax = 100;  // those who set each other off for ever have to be paused first
  for (int i = 0; i < kCommitsMax && is_busy(); ++i) {
    if (auto committed = commit(); !committed) return committed;
  }
  auto prepared = prepare(now, places);
  if (!prepared) return tl::unexpected(prepared.error());
  if (prepared->refused) return tl::unexpected(refusal_of(*running_, *prepared));
  const std::string from = program_hash(serialize(now));
  const Running& next = programs_->add(std::move(prepared->grafted.program), std::move(prepared->grafted.places), from);
  auto past = past_of(next, moment);
  if (!past) return tl::unexpected(past.error());
  // Both are in the folder before the log names the one: what runs, and what was put in.
  if (log_) {
    if (auto stored = store_program(folder_, serialize(now), serialize(places)); !stored) return stored;
    if (auto stored = store(folder_, next); !stored) return stored;
  }
  if (auto written = write_all(); !written) return written;
  add_deploy_records(batch_, partitions_.count(), next.hash, *past, moment);
  deploying_ = true;
  const auto committed = commit();
  deploying_ = false;
  if (!committed) return committed;
  if (auto written = write_all(); !written || !log_) return written;
  next_snapshot_ = 0;  // so that a start need not go through the deploy again
  round_bytes_ = 0;
  return set_current_program(folder_, next.hash);
}

}  // namespace tend::run
