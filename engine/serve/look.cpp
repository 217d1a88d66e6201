#include "engine/serve/look.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "dsl/diagnostic/suggest.hpp"
#include "engine/run/decimal.hpp"
#include "engine/run/figures.hpp"
#include "engine/serve/one_customer.hpp"
#include "engine/serve/soft_bounces.hpp"

namespace tend::serve {
namespace {

using Json = nlohmann::ordered_json;
using program::kNone;
using program::Value;
using program::ValueKind;
using state::JourneyStatus;

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json moment_json(env::Moment moment) {
  if (moment == env::kNoMoment || moment == state::kNever) return nullptr;
  return env::format_moment(moment);
}

std::string_view word_of(JourneyStatus status) {
  switch (status) {
    case JourneyStatus::runnable: return "running";
    case JourneyStatus::at_send:
    case JourneyStatus::sending: return "sending";
    case JourneyStatus::put_off: return "put_off";
    case JourneyStatus::asking: return "asking";
    case JourneyStatus::confirming: return "confirming";
    case JourneyStatus::waiting: return "waiting";
    case JourneyStatus::finished: return "finished";
    case JourneyStatus::goal: return "goal";
    case JourneyStatus::left: return "left";
  }
  return "";
}

/// The step, and where it stands in the text.
void add_step(Json& json, const run::Running& running, const state::Journey& journey) {
  const program::Playbook& playbook = running.program.playbooks[journey.playbook];
  if (journey.step >= playbook.steps.size()) return;
  const program::Step& step = playbook.steps[journey.step];
  json["step"] = step.name.empty() ? step.label : step.name;
  const auto& books = running.places.playbooks;
  if (journey.playbook >= books.size() || journey.step >= books[journey.playbook].steps.size()) return;
  const auto& place = books[journey.playbook].steps[journey.step];
  if (place.span.file < running.places.files.size()) json["file"] = running.places.files[place.span.file];
  json["line"] = place.line;
}

Json journey_json(const run::Running& running, const state::State& state, const state::Journey& journey) {
  const program::Playbook& playbook = running.program.playbooks[journey.playbook];
  Json json{{"playbook", playbook.name}, {"version", playbook.version}, {"journey", journey.number}};
  const Value key = state.kept(journey, state::kKeptKey);
  if (!key.missing()) json["per"] = std::string(key.str().substr(std::min<std::size_t>(1, key.str().size())));
  json["status"] = word_of(journey.status);
  json["entered"] = moment_json(journey.entered);
  if (is_live(journey.status)) {
    add_step(json, running, journey);
    json["since"] = moment_json(journey.reached);
    // Of who waits for an answer `due` says something else.
    const bool answers = journey.status == JourneyStatus::sending || journey.status == JourneyStatus::asking;
    json["until"] = answers ? Json(nullptr) : moment_json(journey.due);
    const bool send = journey.status == JourneyStatus::put_off && (journey.flags & state::kPausedSend) != 0;
    if (send || state.is_paused("playbook", playbook.name)) json["paused"] = true;
  }
  if ((journey.flags & state::kHeldOut) != 0) json["held_out"] = true;
  return json;
}

Json value_json(expr::Context& context, const Value& value) {
  if (value.missing()) return nullptr;
  if (value.kind == ValueKind::boolean) return value.truth();
  if (value.kind == ValueKind::number) return value.d;
  if (value.kind == ValueKind::moment) return moment_json(value.i);
  if (value.kind == ValueKind::list) {
    std::vector<Value> elements;
    state::read_list(value, elements);
    Json list = Json::array();
    for (const Value& element : elements) list.push_back(value_json(context, element));
    return list;
  }
  std::string text;
  expr::append_text(text, context, value);
  return text;
}

Json consent_json(const state::State& state, std::uint32_t customer) {
  Json given = Json::array(), withdrawn = Json::array(), never = Json::array();
  for (const std::string_view name : state.consents(customer)) {
    // How a name begins says what is known by it (State::withdrawal_of, suppression_of).
    if (name.starts_with(state::withdrawal_of(""))) {
      withdrawn.push_back(name.substr(state::withdrawal_of("").size()));
    } else if (name.starts_with(state::suppression_of(""))) {
      const std::string_view channel = name.substr(state::suppression_of("").size());
      never.push_back(channel.empty() ? std::string_view("everything") : channel);
    } else {
      given.push_back(name);
    }
  }
  return {{"given", std::move(given)}, {"withdrawn", std::move(withdrawn)}, {"never_written_to", std::move(never)}};
}

void add_bounces(Json& json, const std::vector<CountedBounces>& counted) {
  for (const CountedBounces& one : counted) {
    json["soft_bounces"].push_back({{"channel", one.channel},
                                    {"count", one.bounces.count},
                                    {"first", moment_json(one.bounces.first)},
                                    {"last", moment_json(one.bounces.last)},
                                    {"reason", one.bounces.reason}});
  }
}

struct Task {
  std::string person, customer;
  Json json;
  env::Moment due = state::kNever, since = 0;
  auto place() const { return std::tie(person, due, since, customer); }
};

Json task_json(const run::Running& running, const state::Job& job, std::string_view customer, env::Moment now) {
  Json json{{"kind", "task"}, {"what", job.label.empty() ? job.text : job.label}, {"text", job.text}};
  json["customer"] = customer;
  json["person"] = job.person;
  json["playbook"] = running.program.playbooks[job.playbook].name;
  json["journey"] = job.journey;
  json["since"] = moment_json(job.since);
  json["due"] = moment_json(job.due);
  if (job.due <= now) json["overdue"] = true;
  return json;
}

Json ask_json(const run::Running& running, const state::State& state, const state::Journey& journey,
              std::string_view customer) {
  const program::Playbook& playbook = running.program.playbooks[journey.playbook];
  const program::Step& step = playbook.steps[journey.step];
  const Value person = state.kept(journey, state::kKeptPerson);
  Json json{{"kind", "message"}, {"what", running.program.messages[step.message].name}, {"customer", customer}};
  json["person"] = person.missing() ? "" : std::string(person.str());
  json["playbook"] = playbook.name;
  json["journey"] = journey.number;
  json["since"] = moment_json(journey.reached);
  json["due"] = moment_json(journey.due);
  return json;
}

/// What people have to do for one customer.
void tasks_of(const run::Running& running, const state::State& state, std::uint32_t customer, env::Moment now,
              std::vector<Task>& tasks) {
  const std::string_view id = state.customer_id(customer);
  const auto add = [&](Json json, env::Moment due, env::Moment since) {
    std::string person = json["person"];
    tasks.push_back({std::move(person), std::string(id), std::move(json), due, since});
  };
  if (const auto jobs = state.jobs.find(customer); jobs != state.jobs.end()) {
    for (const state::Job& job : jobs->second) add(task_json(running, job, id, now), job.due, job.since);
  }
  for (std::uint32_t j = state.at(customer).first_journey; j != kNone; j = state.journey(j).next) {
    const state::Journey& journey = state.journey(j);
    if (journey.status == JourneyStatus::confirming)
      add(ask_json(running, state, journey, id), journey.due, journey.reached);
  }
}

Json sends_json(const run::Running& running, const state::State& state, std::uint32_t customer) {
  Json sends = Json::array();
  for (std::uint32_t i = state.contact_count(customer); i-- > 0;) {
    const state::Contact contact = state.contact(customer, i);
    sends.push_back({{"at", moment_json(contact.at)},
                     {"message", running.program.messages[contact.message].name},
                     {"channel", state.channel_name(contact.channel)},
                     {"playbook", running.program.playbooks[contact.playbook].name}});
  }
  return sends;
}

}  // namespace

std::vector<std::string> paused_in(run::Engine& engine) {
  std::vector<std::string> all;
  for (const std::string& what : engine.partitions().state(0).paused) all.push_back(what.empty() ? "everything" : what);
  return all;
}

Result<std::string> customer_json(run::Engine& engine, std::string_view asked, env::Moment now,
                                  const CustomerAsked& with) {
  const std::string_view id = engine.became(asked);
  const state::State& state = engine.partitions().state(engine.partitions().partition_of(id));
  const std::uint32_t customer = state.find_customer(id);
  if (customer == state::kNoText)
    return fail(ErrorCode::not_found, "there is no customer " + run::quoted(std::string(asked)));
  const run::Running& running = engine.running();
  expr::Context context{
      .tables = &running.plan->tables, .state = &state, .customer = customer, .now = now, .event = {}};
  Json json{{"format", "tend.customer/1"}, {"at", moment_json(now)}, {"customer", id}};
  if (id != asked) json["was"] = asked;
  std::vector<std::string> ids = {std::string(id)};
  if (with.formerly) ids = ids_of(engine, ids);
  if (ids.size() > 1) json["formerly"] = std::vector<std::string>(ids.begin() + 1, ids.end());
  json["first_seen"] = moment_json(state.at(customer).first_seen);
  json["last_active"] = moment_json(state.at(customer).last_activity);
  Json attributes = Json::object();
  for (std::uint32_t a = 0; a < running.program.attributes.size(); ++a) {
    const Value value = state.attribute(customer, a);
    if (!value.missing()) attributes[running.program.attributes[a].name] = value_json(context, value);
  }
  json["attributes"] = std::move(attributes);
  json["tags"] = state.tags(customer);
  json["consent"] = consent_json(state, customer);
  if (with.book != nullptr) add_bounces(json, bounces_of(*with.book, ids, now));
  Json live = Json::array(), over = Json::array(), waiting = Json::array(), tasks = Json::array();
  for (std::uint32_t j = state.at(customer).first_journey; j != kNone; j = state.journey(j).next)
    (is_live(state.journey(j).status) ? live : over).push_back(journey_json(running, state, state.journey(j)));
  if (const auto entries = state.entries.find(customer); entries != state.entries.end()) {
    for (const state::PendingEntry& entry : entries->second)
      waiting.push_back(
          {{"playbook", running.program.playbooks[entry.playbook].name}, {"until", moment_json(entry.moment)}});
  }
  std::vector<Task> open;
  tasks_of(running, state, customer, now, open);
  for (Task& task : open) tasks.push_back(std::move(task.json));
  json["journeys"] = std::move(live);
  json["ended"] = std::move(over);
  json["enters_later"] = std::move(waiting);
  json["tasks"] = std::move(tasks);
  json["sends_counted"] = sends_json(running, state, customer);
  return dump(json);
}

Result<std::string> journeys_json(run::Engine& engine, const JourneysAsked& asked) {
  const run::Running& running = engine.running();
  const run::Partitions& partitions = engine.partitions();
  auto [partition, customer] = asked.from;
  if (!asked.playbook.empty() && !find_playbook(running.program, asked.playbook)) {
    std::vector<std::string> names;
    for (const program::Playbook& playbook : running.program.playbooks) names.push_back(playbook.name);
    const auto meant = diagnostic::did_you_mean(asked.playbook.substr(0, 80), names);
    return fail(ErrorCode::not_found, "there is no playbook " + run::quoted(asked.playbook) +
                                          (meant ? ": did you mean `" + *meant + "`?" : ""));
  }
  const std::size_t limit = std::clamp<std::size_t>(asked.limit, 1, kPageJourneysMax);
  Json journeys = Json::array();
  std::uint32_t looked_at = 0;
  for (; partition < partitions.count(); ++partition, customer = 0) {
    const state::State& state = partitions.state(partition);
    for (; customer < state.customer_count(); ++customer) {
      if (journeys.size() >= limit || looked_at == kPageCustomersMax) break;
      ++looked_at;
      // A customer's stand in one page, also where they are a few more than were asked for.
      for (std::uint32_t j = state.at(customer).first_journey; j != kNone; j = state.journey(j).next) {
        const state::Journey& journey = state.journey(j);
        const bool meant = asked.playbook.empty() || running.program.playbooks[journey.playbook].name == asked.playbook;
        if (!meant || !is_live(journey.status)) continue;
        Json one{{"customer", state.customer_id(customer)}};
        one.update(journey_json(running, state, journey));
        journeys.push_back(std::move(one));
      }
    }
    if (customer < state.customer_count()) break;
  }
  Json json{{"format", "tend.journeys/1"}, {"journeys", std::move(journeys)}};
  if (partition < partitions.count()) json["next"] = std::to_string(partition) + "-" + std::to_string(customer);
  return dump(json);
}

std::string playbooks_json(run::Engine& engine, const std::vector<std::string>& channels, env::Moment now) {
  const run::Figures figures = run::collect_figures(engine.partitions());
  const program::Program& program = engine.running().program;
  const state::State& state = engine.partitions().state(0);
  Json playbooks = Json::array(), all_channels = Json::array();
  for (std::size_t p = 0; p < figures.playbooks.size(); ++p) {
    if (has_newer(program, p)) continue;
    const run::PlaybookCount& count = figures.playbooks[p];
    const program::Playbook& playbook = program.playbooks[p];
    Json one{{"playbook", playbook.name}, {"version", playbook.version}};
    if (playbook.superseded) one["removed"] = true;
    one["paused"] = state.is_paused("playbook", playbook.name);
    one.update({{"entered", count.entered},
                {"live", count.live},
                {"goal", count.goal},
                {"left", count.left},
                {"finished", count.finished},
                {"held_out", count.held_out}});
    playbooks.push_back(std::move(one));
  }
  for (const std::string& channel : channels)
    all_channels.push_back({{"channel", channel}, {"paused", state.is_paused("channel", channel)}});
  return dump(Json{{"format", "tend.playbooks/1"},
                   {"at", moment_json(now)},
                   {"paused", paused_in(engine)},
                   {"playbooks", std::move(playbooks)},
                   {"channels", std::move(all_channels)}});
}

std::string tasks_json(run::Engine& engine, std::string_view person, env::Moment now) {
  const run::Running& running = engine.running();
  std::vector<Task> tasks;
  for (std::uint32_t p = 0; p < engine.partitions().count(); ++p) {
    const state::State& state = engine.partitions().state(p);
    std::vector<std::uint32_t> customers;
    for (const auto& [customer, jobs] : state.jobs) customers.push_back(customer);
    for (std::uint32_t j = 0; j < state.journey_count(); ++j) {
      if (state.journey(j).status == JourneyStatus::confirming) customers.push_back(state.journey(j).customer);
    }
    std::sort(customers.begin(), customers.end());
    customers.erase(std::unique(customers.begin(), customers.end()), customers.end());
    for (const std::uint32_t customer : customers) tasks_of(running, state, customer, now, tasks);
  }
  if (!person.empty()) std::erase_if(tasks, [&](const Task& task) { return task.person != person; });
  std::stable_sort(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) { return a.place() < b.place(); });
  Json list = Json::array();
  for (std::size_t i = 0; i < tasks.size() && i < kTasksMax; ++i) list.push_back(std::move(tasks[i].json));
  return dump(
      Json{{"format", "tend.tasks/1"}, {"at", moment_json(now)}, {"count", tasks.size()}, {"tasks", std::move(list)}});
}

}  // namespace tend::serve
