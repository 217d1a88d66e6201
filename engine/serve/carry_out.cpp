// Orders become inputs. What came of them is read from the state and from what the core tells while it takes them.
#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "dsl/diagnostic/suggest.hpp"
#include "engine/run/decimal.hpp"
#include "engine/serve/one_customer.hpp"
#include "engine/serve/order.hpp"
#include "engine/serve/suppressed.hpp"

namespace tend::serve {
namespace {

using Json = nlohmann::ordered_json;
using program::kNone;
using state::JourneyStatus;

constexpr int kCatchUpRoundsMax = 8;
constexpr std::string_view kEverything = "everything";

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

tl::unexpected<Error> unknown(const std::string& what, std::string_view name, const std::vector<std::string>& names) {
  std::string sentence = "there is no " + what + " " + run::quoted(name);
  if (const auto meant = diagnostic::did_you_mean(std::string(name.substr(0, 80)), names))
    return fail(ErrorCode::not_found, sentence + ": did you mean `" + *meant + "`?");
  std::string all;
  for (std::size_t i = 0; i < names.size() && i < 20; ++i) all += (i == 0 ? "`" : ", `") + names[i] + "`";
  if (names.size() > 20) all += " and " + std::to_string(names.size() - 20) + " more";
  return fail(ErrorCode::not_found, sentence + (all.empty() ? "" : ": there is " + all));
}

std::vector<std::string> playbook_names(const program::Program& program) {
  std::vector<std::string> names;
  for (std::size_t p = 0; p < program.playbooks.size(); ++p) {
    if (!has_newer(program, p)) names.push_back(program.playbooks[p].name);
  }
  return names;
}

Result<std::uint32_t> playbook_of(const program::Program& program, const std::string& name) {
  const auto found = find_playbook(program, name);
  if (!found) return unknown("playbook", name, playbook_names(program));
  return *found;
}

/// What was decided of a customer in one partition, by his number.
class Decisions final : public journey::Tracer {
 public:
  explicit Decisions(const journey::Plan& plan, std::uint32_t playbook)
      : plan_(plan), family_(plan.layout.family[playbook]) {}

  void note(const journey::Note& note) override {
    if (note.playbook == kNone || plan_.layout.family[note.playbook] != family_) return;
    using journey::NoteKind;
    std::string& decided = by_customer[note.customer];
    if (note.kind == NoteKind::entered && note.enter == kNone) decided = "entered";
    if (note.kind == NoteKind::held_out && decided == "entered") decided = "held_out";
    if (note.kind == NoteKind::refused && note.enter == kNone && decided.empty()) decided = note.detail;
    const bool stopped = note.kind == NoteKind::left || note.kind == NoteKind::refused;
    if (stopped && note.detail == "stopped") decided = "stopped";
  }

  std::map<std::uint32_t, std::string> by_customer;

 private:
  const journey::Plan& plan_;
  std::uint32_t family_;
};

class CarryingOut {
 public:
  CarryingOut(run::Engine& engine, const Order& order, const OrderPlace& place, const Tell& tell)
      : engine_(engine), order_(order), place_(place), tell_(tell), program_(engine.plan().program) {}

  /// What is left of forgetting somebody.
  Result<void> go_on(const BeingForgotten& left) {
    number_ = left.number;
    if (!left.through) return go();  // the order has their names
    auto erasure = make_erasure();
    erasure->ids = left.ids;
    erasure->in_log = *left.through > 0;
    erasure->through = *left.through;
    erasure->json = Json{{"success", true}};
    told_ = true;
    return erase_through(std::move(erasure), engine_);
  }

  Result<void> go() {
    if (auto caught_up = catch_up(); !caught_up) return broken(caught_up.error());
    now_ = place_.now();
    switch (order_.kind) {
      case OrderKind::pause:
      case OrderKind::resume: return pause();
      case OrderKind::start:
      case OrderKind::stop: return start_or_stop();
      case OrderKind::forget: return forget();
      case OrderKind::confirm: return confirm();
    }
    return {};
  }

 private:
  /// What is due by time comes first, so that the answer is about where everybody stands now.
  Result<void> catch_up() {
    for (int round = 0; round < kCatchUpRoundsMax; ++round) {
      const env::Moment moment = place_.now();
      const bool due = place_.ticks && engine_.next_due() <= moment;
      if (!due && !engine_.is_busy()) break;
      if (due) engine_.add_tick_where_due(moment);
      if (auto done = engine_.commit(); !done) return done;
    }
    return {};
  }

  Result<void> answer(const Json& json) {
    told_ = true;
    tell_(dump(json));
    return {};
  }
  /// The asker's mistake.
  Result<void> refuse(Error error) {
    told_ = true;
    tell_(tl::unexpected(std::move(error)));
    return {};
  }
  Result<void> broken(Error error) {
    if (!told_) tell_(tl::unexpected(error));
    told_ = true;
    return tl::unexpected(std::move(error));
  }
  /// `json` is asked as soon as what was put in is durable and applied.
  template <typename Make>
  Result<void> commit(const Make& json) {
    auto done = engine_.commit([&] { (void)answer(json()); });
    return done ? done : broken(done.error());
  }

  state::State& state_of(std::string_view customer) {
    return engine_.partitions().state(engine_.partitions().partition_of(customer));
  }
  Json paused_json() {
    Json all = Json::array();
    for (const std::string& what : engine_.partitions().state(0).paused)
      all.push_back(what.empty() ? std::string(kEverything) : what);
    return all;
  }

  // ---- pause, resume

  Result<void> known_target() {
    if (order_.what.empty() || engine_.partitions().state(0).paused.contains(order_.what)) return {};
    const std::size_t colon = order_.what.find(':');
    const std::string name = order_.what.substr(colon + 1);
    if (order_.what.starts_with("playbook:")) {
      const auto playbook = playbook_of(program_, name);
      if (!playbook) return tl::unexpected(playbook.error());
      return {};
    }
    if (std::find(place_.channels.begin(), place_.channels.end(), name) != place_.channels.end()) return {};
    return unknown("channel", name, place_.channels);
  }

  /// Live journeys that a pause concerns, and those of them that it holds up: what falls due meanwhile waits.
  struct Held {
    std::uint64_t live = 0, due = 0;
  };
  Held held() {
    const std::string_view playbook =
        order_.what.starts_with("playbook:") ? std::string_view(order_.what).substr(9) : std::string_view();
    Held held;
    for (std::uint32_t p = 0; p < engine_.partitions().count(); ++p) {
      const state::State& state = engine_.partitions().state(p);
      for (std::uint32_t j = 0; j < state.journey_count(); ++j) {
        const state::Journey& journey = state.journey(j);
        if (!is_live(journey.status)) continue;
        const std::string& name = program_.playbooks[journey.playbook].name;
        if (!playbook.empty() && name != playbook) continue;
        ++held.live;
        const bool send = journey.status == JourneyStatus::put_off && (journey.flags & state::kPausedSend) != 0;
        // Of who waits for an answer `due` says something else.
        const bool answers = journey.status == JourneyStatus::sending || journey.status == JourneyStatus::asking;
        const bool timed = !answers && journey.due <= now_;
        if (send || (timed && state.is_paused("playbook", name))) ++held.due;
      }
    }
    return held;
  }

  Result<void> pause() {
    const bool pauses = order_.kind == OrderKind::pause;
    if (auto known = known_target(); !known) return refuse(known.error());
    const bool changes = engine_.partitions().state(0).paused.contains(order_.what) != pauses;
    const Held before = held();
    const auto json = [&] {
      Json told{{"success", true},
                {"what", order_.what.empty() ? kEverything : std::string_view(order_.what)},
                {"state", pauses ? "paused" : "running"},
                {"changed", changes},
                {"live", before.live}};
      if (!pauses) told["due"] = changes ? before.due - std::min(before.due, held().due) : 0;
      told["paused"] = paused_json();
      return told;
    };
    if (!changes) return answer(json());
    engine_.add(state::PauseInput{.moment = now_, .paused = pauses, .what = order_.what});
    return commit(json);
  }

  // ---- start, stop

  bool is_inside(const state::State& state, std::uint32_t customer, std::uint32_t family) const {
    const auto& families = engine_.plan().layout.family;
    for (std::uint32_t j = state.at(customer).first_journey; j != kNone; j = state.journey(j).next) {
      if (families[state.journey(j).playbook] == family && is_live(state.journey(j).status)) return true;
    }
    const auto waiting = state.entries.find(customer);
    return waiting != state.entries.end() &&
           std::any_of(waiting->second.begin(), waiting->second.end(),
                       [&](const state::PendingEntry& entry) { return families[entry.playbook] == family; });
  }

  Result<void> start_or_stop() {
    const bool starts = order_.kind == OrderKind::start;
    const auto playbook = playbook_of(program_, order_.what);
    if (!playbook) return refuse(playbook.error());
    if (starts && program_.playbooks[*playbook].superseded)
      return refuse({ErrorCode::invalid, "the playbook `" + order_.what + "` was removed: nobody enters it any more"});
    std::vector<Decisions> decisions(engine_.partitions().count(), Decisions(engine_.plan(), *playbook));
    std::map<std::string, std::string, std::less<>> refused;  // without an input
    std::set<std::string_view> named;
    std::size_t inputs = 0;
    for (const std::string& asked : order_.customers) {
      const std::string_view id = engine_.became(asked);
      if (!named.insert(id).second) continue;  // somebody under another of his ids
      const state::State& state = state_of(id);
      const std::uint32_t customer = state.find_customer(id);
      if (customer == state::kNoText) {
        refused.emplace(id, "unknown");
      } else if (starts) {
        engine_.add(state::EntryInput{.moment = now_, .customer = id, .playbook = order_.what});
        ++inputs;
      } else if (is_inside(state, customer, engine_.plan().layout.family[*playbook])) {
        engine_.add(state::StopInput{.moment = now_, .customer = id, .playbook = order_.what});
        ++inputs;
      } else {
        refused.emplace(id, "not_inside");
      }
    }
    const auto json = [&] { return customers_json(decisions, refused); };
    if (inputs == 0) return answer(json());
    run::Partitions& partitions = engine_.partitions();
    for (std::uint32_t p = 0; p < partitions.count(); ++p)
      partitions.trace(static_cast<std::uint16_t>(p), &decisions[p]);
    const auto deaf = [&] {
      for (std::uint32_t p = 0; p < partitions.count(); ++p) partitions.trace(static_cast<std::uint16_t>(p), nullptr);
    };
    auto done = commit([&] {
      deaf();
      return json();
    });
    deaf();
    return done;
  }

  Json customers_json(const std::vector<Decisions>& decisions,
                      const std::map<std::string, std::string, std::less<>>& refused) {
    Json each = Json::array();
    std::map<std::string, std::uint64_t> counts;
    std::set<std::string_view> counted;  // people, whatever ids they are asked for by
    for (const std::string& asked : order_.customers) {
      const std::string_view id = engine_.became(asked);
      std::string result = "later";  // a message of his is out: what is asked for follows its outcome
      if (const auto why = refused.find(id); why != refused.end()) {
        result = why->second;
      } else {
        const std::uint16_t partition = engine_.partitions().partition_of(id);
        const auto& known = decisions[partition].by_customer;
        const auto decided = known.find(engine_.partitions().state(partition).find_customer(id));
        if (decided != known.end() && !decided->second.empty()) result = decided->second;
      }
      if (counted.insert(id).second) ++counts[result];
      Json one{{"customer", asked}, {"result", result}};
      if (id != asked) one["is"] = id;
      each.push_back(std::move(one));
    }
    const bool starts = order_.kind == OrderKind::start;
    Json json{{"success", true}, {"playbook", order_.what}};
    for (const char* good :
         starts ? std::vector<const char*>{"entered", "held_out"} : std::vector<const char*>{"stopped"}) {
      json[good] = counts[good];
      counts.erase(good);
    }
    Json others = Json::object();
    for (const auto& [why, count] : counts) others[why] = count;
    json["refused"] = std::move(others);
    json["customers"] = std::move(each);
    return json;
  }

  // ---- one customer

  tl::unexpected<Error> nobody(const std::string& customer) {
    return fail(ErrorCode::not_found, "there is no customer " + run::quoted(customer));
  }

  /// One who is to be forgotten.
  struct Forgotten {
    std::string asked, id;
    bool known = false;    // to the state
    bool told_of = false;  // not known, and log or history have him: what a crash has left
    bool waits = false;    // a message of his is with a channel, and he is known by it
    std::uint64_t left = 0, tasks = 0;
    std::size_t suppressed = 0;
  };

  Forgotten look_at(const std::string& asked) {
    Forgotten one{.asked = asked, .id = std::string(engine_.became(asked))};
    const state::State& state = state_of(one.id);
    const std::uint32_t customer = state.find_customer(one.id);
    one.known = customer != state::kNoText;
    if (!one.known) return one;
    for (std::uint32_t j = state.at(customer).first_journey; j != kNone; j = state.journey(j).next)
      one.left += is_live(state.journey(j).status) ? 1 : 0;
    if (const auto open = state.jobs.find(customer); open != state.jobs.end()) one.tasks = open->second.size();
    return one;
  }

  /// Who is called by a name that nobody had is not worth a writing of everything; what a crash left of somebody is.
  Result<void> look_for_rests(std::vector<Forgotten>& all) {
    std::vector<std::string> strangers;
    for (const Forgotten& one : all) {
      if (!one.known) strangers.push_back(one.id);
    }
    if (strangers.empty() || !engine_.can_erase()) return {};
    const auto told_of = engine_.history().knows(strangers);
    if (!told_of) return tl::unexpected(told_of.error());
    const std::set<std::string> there(told_of->begin(), told_of->end());
    for (Forgotten& one : all) one.told_of = !one.known && there.contains(one.id);
    return {};
  }

  Json forgotten_json(const Forgotten& one) const {
    Json json{{"customer", one.asked},
              {"known", one.known},
              {"left", one.left},
              {"tasks", one.tasks},
              {"suppressed", one.suppressed}};
    if (one.id != one.asked) json["is"] = one.id;
    return json;
  }

  Result<void> forget() {
    std::vector<Forgotten> all;
    for (const std::string& asked : order_.customers) {
      Forgotten one = look_at(asked);
      // Two ids of one customer are one.
      if (std::none_of(all.begin(), all.end(), [&](const Forgotten& other) { return other.id == one.id; }))
        all.push_back(std::move(one));
    }
    if (auto looked = look_for_rests(all); !looked) return broken(looked.error());
    for (Forgotten& one : all) {
      if (!one.known || place_.suppressions == nullptr) continue;
      // Before he is forgotten: what a crash leaves of it in the list is true of him all the same.
      const auto addresses = suppressed_addresses(engine_, one.id, place_.addresses);
      if (auto kept = place_.suppressions->add(addresses, now_); !kept) return refuse(kept.error());
      one.suppressed = addresses.size();
    }
    std::map<std::string, std::vector<std::string>> ids;  // with former ones
    for (const Forgotten& one : all) ids[one.id] = {one.id};
    std::vector<std::string> asked;
    for (const auto& [id, former] : ids) asked.push_back(id);
    for (const std::string& id : ids_of(engine_, asked)) {
      const std::string now(engine_.became(id));
      if (id != now) ids[now].push_back(id);
    }
    // And those who will be them when a message of theirs is answered: it would bring back who is forgotten.
    for (const auto& [id, into] : becoming(engine_)) {
      const auto of = ids.find(into);
      if (of == ids.end() || ids.contains(id)) continue;
      of->second.push_back(id);
      for (const std::string& former : ids_of(engine_, {id})) {
        if (former != id) of->second.push_back(former);
      }
    }
    if (auto begun = begin_forgetting(ids); !begun) return refuse(begun.error());
    for (const Forgotten& one : all) {
      if (!one.known && !one.told_of) continue;
      for (const std::string& id : ids[one.id]) engine_.add(state::ForgetInput{.moment = now_, .customer = id});
    }
    if (auto done = engine_.commit(); !done) return broken(done.error());
    if (auto caught_up = catch_up(); !caught_up) return broken(caught_up.error());
    // What only waits for a channel does not go, and nobody waits for its answer.
    std::vector<std::string> all_ids;
    for (const auto& [id, former] : ids) all_ids.insert(all_ids.end(), former.begin(), former.end());
    engine_.drop_waiting(all_ids);
    if (auto done = engine_.commit(); !done) return broken(done.error());
    if (auto caught_up = catch_up(); !caught_up) return broken(caught_up.error());
    auto erasure = make_erasure();
    for (Forgotten& one : all) {
      // While a message of his is with a channel he is known by it.
      one.waits = engine_.is_busy() || std::any_of(ids[one.id].begin(), ids[one.id].end(), [&](const std::string& id) {
                    return state_of(id).find_customer(id) != state::kNoText;
                  });
      if (one.waits) continue;
      erasure->in_log |= engine_.can_erase() && (one.known || one.told_of);
      erasure->ids.insert(erasure->ids.end(), ids[one.id].begin(), ids[one.id].end());
    }
    erasure->json = order_.single ? single_json(all.front()) : many_json(all);
    if (erasure->ids.empty()) {
      // Who waits is asked for again when his message has come back.
      if (auto noted = note_done(place_, number_); !noted) return refuse(noted.error());
      return answer(erasure->json);
    }
    const bool anybody =
        std::any_of(all.begin(), all.end(), [](const Forgotten& one) { return one.known || one.told_of; });
    if (!anybody) erasure->nobody = order_.single ? nobody(all.front().asked).value() : nobody_of(all.size()).value();
    return erase(std::move(erasure));
  }

  /// Says on the disk who is being forgotten, unless it says so already.
  Result<void> begin_forgetting(const std::map<std::string, std::vector<std::string>>& ids) {
    if (place_.forgetting == nullptr || number_ != 0) return {};
    std::vector<std::string> named;
    for (const auto& [id, each] : ids) named.insert(named.end(), each.begin(), each.end());
    const auto number = place_.forgetting->begin(std::move(named));
    if (!number) return tl::unexpected(number.error());
    number_ = *number;
    return {};
  }

  Json single_json(const Forgotten& one) const {
    Json json{{"success", true}};
    json.update(forgotten_json(one));
    json["waits"] = one.waits;
    return json;
  }
  static tl::unexpected<Error> nobody_of(std::size_t count) {
    return fail(ErrorCode::not_found, "there is none of these " + std::to_string(count) + " customers");
  }
  Json many_json(const std::vector<Forgotten>& all) const {
    std::uint64_t forgotten = 0, waiting = 0, unknown = 0;
    Json each = Json::array();
    for (const Forgotten& one : all) {
      const bool there = one.known || one.told_of;
      ++(!there ? unknown : one.waits ? waiting : forgotten);
      Json json = forgotten_json(one);
      json["waits"] = there && one.waits;
      each.push_back(std::move(json));
    }
    return {
        {"success", true}, {"forgotten", forgotten}, {"waiting", waiting}, {"unknown", unknown}, {"customers", each}};
  }

  /// What is to go from the disk, and who is told of it. It goes on when this is long over.
  struct Erasure {
    std::vector<std::string> ids;
    std::uint64_t number = 0;     // of OrderPlace::forgetting
    bool in_log = false;          // and in snapshots and history
    std::optional<Error> nobody;  // of whom nothing was known: there has to be something beside the engine
    Json json;
    Tell tell;
    OrderPlace place;
    run::HistoryHook history;
    std::uint32_t through = 0;
    Result<void> done;
    bool is_engines = false;  // the error
    bool began = false;       // the last job
    std::uint64_t records = 0, letters = 0;

    /// Shape: whoever calls it reads nothing here afterwards: it may be another thread's.
    Result<void> beside(std::function<void()> job, std::function<Result<void>(run::Engine*)> then,
                        run::Engine* engine) const {
      if (!place.beside) {
        job();
        return then(engine);
      }
      place.beside(std::move(job), std::move(then));
      return {};
    }
    void not_done() {
      done = fail(ErrorCode::io,
                  "not all of it is erased from the disk yet: it goes on by itself, at the latest with the next start");
      is_engines = false;
    }
    Result<void> failed() const {
      tell(tl::unexpected(done.error()));
      return is_engines ? done : Result<void>{};
    }
  };

  std::shared_ptr<Erasure> make_erasure() const {
    auto erasure = std::make_shared<Erasure>();
    erasure->number = number_;
    erasure->tell = tell_;
    erasure->place = place_;
    erasure->history = engine_.history();
    return erasure;
  }

  Result<void> erase(std::shared_ptr<Erasure> erasure) {
    told_ = true;
    if (erasure->in_log) {
      const auto through = engine_.begin_erasing();
      if (!through) return broken_off(through.error());
      erasure->through = *through;
    }
    if (place_.forgetting != nullptr) {
      auto noted = place_.forgetting->erases(erasure->number, erasure->ids, erasure->through);
      if (!noted) return broken_off(noted.error());
    }
    return erase_through(std::move(erasure), engine_);
  }

  Result<void> broken_off(const Error& error) {
    tell_(tl::unexpected(error));
    return tl::unexpected(error);
  }

  static Result<void> note_done(const OrderPlace& place, std::uint64_t number) {
    return place.forgetting == nullptr ? Result<void>{} : place.forgetting->done(number);
  }

  /// Requires: the state has forgotten them, and who comes again stands behind `through`.
  static Result<void> erase_through(std::shared_ptr<Erasure> erasure, run::Engine& on) {
    if (!erasure->in_log) return take_out(std::move(erasure), &on);
    const auto index = [erasure] {
      if (erasure->through > 0) erasure->done = erasure->history.index_segment(erasure->through);
      erasure->is_engines = true;
    };
    const auto go_on = [erasure](run::Engine* engine) -> Result<void> {
      if (erasure->done && engine == nullptr) erasure->not_done();
      if (erasure->done) erasure->done = engine->drop_log(erasure->through);
      return erasure->done ? take_out(erasure, engine) : erasure->failed();
    };
    return erasure->beside(index, go_on, &on);
  }

  static Result<void> take_out(std::shared_ptr<Erasure> erasure, run::Engine* engine) {
    const auto job = [erasure] {
      erasure->began = true;
      if (erasure->in_log) {
        const auto records = erasure->history.erase(erasure->ids, erasure->through);
        erasure->is_engines = true;
        if (!records) {
          erasure->done = tl::unexpected(records.error());
          return;
        }
        erasure->records = *records;
      }
      if (!erasure->place.erase_beside) return;
      const auto letters = erasure->place.erase_beside(erasure->ids);
      erasure->is_engines = false;  // what is beside the engine is no trouble of its own
      if (!letters) erasure->done = tl::unexpected(letters.error());
      if (letters) erasure->letters = *letters;
    };
    const auto tell = [erasure](run::Engine*) -> Result<void> {
      if (!erasure->began) erasure->not_done();
      if (erasure->done) {
        erasure->done = note_done(erasure->place, erasure->number);
        erasure->is_engines = false;
      }
      if (!erasure->done) return erasure->failed();
      if (erasure->nobody && erasure->letters == 0) {
        erasure->tell(tl::unexpected(*erasure->nobody));
        return {};
      }
      erasure->json["records"] = erasure->records;
      erasure->json["dead_letters"] = erasure->letters;
      erasure->tell(dump(erasure->json));
      return {};
    };
    return erasure->beside(job, tell, engine);
  }

  /// Something that a person has to do: a job, or a message to send.
  struct Open {
    std::string name;
    std::uint32_t playbook = 0;
    std::uint32_t journey = 0;
    bool message = false;
    std::string label;  // of a job
  };

  std::vector<Open> open_of(const state::State& state, std::uint32_t customer) const {
    std::vector<Open> all;
    if (const auto jobs = state.jobs.find(customer); jobs != state.jobs.end()) {
      for (const state::Job& job : jobs->second)
        all.push_back({job.label.empty() ? job.text : job.label, job.playbook, job.journey, false, job.label});
    }
    for (std::uint32_t j = state.at(customer).first_journey; j != kNone; j = state.journey(j).next) {
      const state::Journey& journey = state.journey(j);
      if (journey.status != JourneyStatus::confirming) continue;
      const program::Step& step = program_.playbooks[journey.playbook].steps[journey.step];
      all.push_back({program_.messages[step.message].name, journey.playbook, journey.number, true, {}});
    }
    return all;
  }

  Result<void> confirm() {
    const std::string& asked = order_.customers.front();
    const std::string id(engine_.became(asked));
    const state::State& state = state_of(id);
    const std::uint32_t customer = state.find_customer(id);
    if (customer == state::kNoText) return refuse(nobody(asked).value());
    std::vector<Open> fits;
    std::vector<std::string> names;
    for (const Open& one : open_of(state, customer)) {
      const std::string& playbook = program_.playbooks[one.playbook].name;
      const bool meant = (order_.playbook.empty() || order_.playbook == playbook) &&
                         (order_.journey == 0 || order_.journey == one.journey);
      if (one.name == order_.what && meant) fits.push_back(one);
      names.push_back(one.name);
    }
    if (fits.empty())
      return refuse(unknown("open task of customer " + run::quoted(asked) + " called", order_.what, names).value());
    // Of jobs of one name the oldest is done first; which message was sent has to be said.
    const Open& one = fits.front();
    if (one.message && fits.size() > 1)
      return refuse({ErrorCode::invalid,
                     "this message waits in several journeys: say `playbook` and `journey`, as "
                     "the tasks have them"});
    if (!one.message && !order_.reason.empty())
      return refuse({ErrorCode::invalid, "a task that is refused has no place for a reason: leave it out"});
    std::string fields;
    if (!one.message && !one.label.empty()) state::append_field(fields, 0, program::Value::string(one.label));
    if (one.message) {
      engine_.add(state::ConfirmInput{.moment = now_,
                                      .customer = id,
                                      .playbook = one.playbook,
                                      .journey = one.journey,
                                      .done = order_.done,
                                      .reason = order_.reason});
    } else {
      engine_.add(state::EventInput{.moment = now_,
                                    .at = now_,
                                    .customer = id,
                                    .event = order_.done ? program::kEventTaskDone : program::kEventTaskRefused,
                                    .fields = fields});
    }
    return commit([&] {
      Json json{{"success", true}, {"customer", asked}};
      if (id != asked) json["is"] = id;
      json["what"] = order_.what;
      json["kind"] = one.message ? "message" : "task";
      json["playbook"] = program_.playbooks[one.playbook].name;
      json["journey"] = one.journey;
      json["done"] = order_.done;
      return json;
    });
  }

  run::Engine& engine_;
  const Order& order_;
  const OrderPlace& place_;
  const Tell& tell_;
  const program::Program& program_;
  env::Moment now_ = 0;
  std::uint64_t number_ = 0;  // of OrderPlace::forgetting
  bool told_ = false;
};

}  // namespace

Result<void> carry_out(run::Engine& engine, const Order& order, const OrderPlace& place, const Tell& tell) {
  return CarryingOut(engine, order, place, tell).go();
}

Result<void> go_on_forgetting(run::Engine& engine, const BeingForgotten& left, const OrderPlace& place,
                              const Tell& tell) {
  const Order order{.kind = OrderKind::forget, .customers = left.ids};
  return CarryingOut(engine, order, place, tell).go_on(left);
}

}  // namespace tend::serve
