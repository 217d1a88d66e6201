#include "engine/trial/run.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "dsl/text/must.hpp"
#include "engine/env/zone.hpp"
#include "engine/journey/apply.hpp"
#include "engine/journey/desk.hpp"
#include "engine/journey/readings.hpp"

namespace tend::trial {
namespace {

using env::Moment;
using journey::Note;
using journey::NoteKind;
using program::kNone;
using program::TestDo;
using program::TestLine;
using program::Value;
using state::InputKind;

/// Forwards what is told of one customer, and notes down what happened to him.
class Listener final : public journey::Tracer {
 public:
  Listener(const Ground& ground, const program::Test& test, journey::Tracer* told, Coverage* coverage)
      : ground_(ground), playbook_(test.playbook), told_(told), coverage_(coverage) {}

  void note(const Note& note) override {
    if (note.customer != customer) return;
    if (told_ != nullptr) told_->note(note);
    if (coverage_ != nullptr) coverage_->note(note);
    if (note.playbook != playbook_) return;
    switch (note.kind) {
      case NoteKind::entered: add({.thing = Thing::enter, .at = note.moment}); break;
      case NoteKind::goal: add({.thing = Thing::goal, .at = note.moment}); break;
      case NoteKind::left: add({.thing = Thing::leave, .at = note.moment}); break;
      case NoteKind::finished: {
        const auto& steps = ground_.program.playbooks[playbook_].steps;
        const bool by_step = note.step < steps.size() && steps[note.step].kind == program::StepKind::stop;
        add({.thing = Thing::stop, .at = note.moment, .reason = note.detail, .by_step = by_step});
        break;
      }
      case NoteKind::answered: answered(note); break;
      default: break;
    }
  }

  void answered(const Note& note) {
    const auto& steps = ground_.program.playbooks[playbook_].steps;
    if (!note.truth || note.step >= steps.size()) return;
    Happening happening{.at = note.moment, .amount = note.amount, .currency = note.currency};
    switch (steps[note.step].kind) {
      case program::StepKind::task:
        happening.thing = Thing::task;
        happening.reason = note.detail;
        happening.who = note.about;
        break;
      case program::StepKind::grant: happening.thing = Thing::grant; break;
      case program::StepKind::credit:
        happening.thing = Thing::credit;
        happening.who = note.detail;
        break;
      default: return;
    }
    add(std::move(happening));
  }

  void add(Happening happening) { happenings.push_back(std::move(happening)); }

  std::uint32_t customer = kNone;  // whom the test is about
  std::vector<Happening> happenings;

 private:
  const Ground& ground_;
  std::uint32_t playbook_;
  journey::Tracer* told_;
  Coverage* coverage_;
};

class Run {
 public:
  Run(const Ground& ground, const program::Test& test, journey::Tracer* told, Coverage* coverage)
      : ground_(ground),
        plan_(*ground.plan),
        test_(test),
        state_(*states_.emplace_back(std::make_unique<state::State>(ground.program, ground.plan->layout, 0))),
        desk_(plan_, states_),
        listener_(ground, test, told, coverage) {
    state_.recorded = true;  // a customer stands still while a send is out, as in simulate
    effects_.render = false;
  }

  Outcome whole() {
    Outcome outcome;
    std::size_t first = 0;  // channels that fail from the beginning on
    for (; first < test_.lines.size() && test_.lines[first].kind == TestDo::channel_fails; ++first)
      line(test_.lines[first]);
    begin();
    for (line_ = first; line_ < test_.lines.size() && !failure_; ++line_) line(test_.lines[line_]);
    line_ = test_.lines.size();
    if (!failure_) no_send_left(listener_.happenings.size());
    if (failure_) outcome.verdict = Verdict::failed;
    outcome.failure = std::move(failure_);
    return outcome;
  }

 private:
  // ---- the beginning

  void begin() {
    const env::Zone& zone = zone_given(0);
    now_ = test_.start ? *test_.start : env::clock(zone, static_cast<env::Date>(test_.start_date), test_.start_time);
    struct Given {
      Moment at;
      const program::TestGiven* given;
    };
    std::vector<Given> history;
    for (const program::TestGiven& given : test_.given) {
      const program::Duration ago = given.is_event ? given.event.ago : given.ago;
      history.push_back({env::add(zone, now_, -ago.months, -ago.ms), &given});
    }
    std::stable_sort(history.begin(), history.end(), [](const Given& a, const Given& b) { return a.at < b.at; });
    // Customers get their numbers first, so that it is known of whom a note is.
    std::map<std::string, Moment> first;
    for (const Given& one : history) first.emplace(test_.customers[one.given->customer], one.at);
    for (const std::string& id : test_.customers) {
      const auto seen = first.find(id);
      bool is_new = false;
      const std::uint32_t number = state_.customer(id, seen == first.end() ? now_ : seen->second, is_new);
      if (listener_.customer == kNone) listener_.customer = number;
    }
    for (const Given& one : history) {
      const std::string& id = test_.customers[one.given->customer];
      if (one.given->is_event) {
        event(id, one.given->event, one.at, one.at, zone_given(one.given->customer));
      } else {
        customer(id, one.given->is, one.at, zone_given(one.given->customer));
      }
    }
    std::string payload;
    state::encode_moment(payload, now_);
    apply(InputKind::deploy, payload);
    journey::appear(plan_, state_, listener_.customer, now_, effects_, &listener_);
    answer();
  }

  /// A customer's zone by what is given of him, before he is there.
  const env::Zone& zone_given(std::uint32_t customer) const {
    const env::Zone* zone = env::find_zone(ground_.program.timezone);
    for (const program::TestGiven& given : test_.given) {
      if (given.customer == customer && !given.is_event) zone = zone_in(given.is, zone);
    }
    CHECK_OR_DIE(zone != nullptr, "run_test asked for every zone before");
    return *zone;
  }

  static const env::Zone* zone_in(const program::TestCustomer& is, const env::Zone* otherwise) {
    for (const program::TestValue& value : is.attributes) {
      if (value.index == program::kTimezoneAttribute) return env::find_zone(value.value.text);
    }
    return otherwise;
  }

  // ---- inputs

  void apply(InputKind kind, const std::string& payload) {
    CHECK_OR_DIE(journey::apply(plan_, state_, kind, payload, effects_, &listener_), "a lowered test fits its program");
    answer();
  }

  /// Channels, budgets and teams answer at once, as in simulate.
  void answer() {
    std::vector<journey::Question> questions;
    do {
      answer_sends(questions);
      between(questions);
    } while (!effects_.sends.empty() || !effects_.asks.empty() || !state_.outgoing.empty());
  }

  /// What customers ask of one queue and of each other, once nobody has a send out.
  void between(std::vector<journey::Question>& questions) {
    for (journey::AskEffect& ask : effects_.asks) questions.push_back({0, std::move(ask)});
    effects_.clear();
    std::vector<std::string> answers, messages;
    desk_.answer(
        std::move(questions), [](Moment at) { return at; },
        [&](std::uint16_t, const state::AnswerInput& answer) { encode(answers.emplace_back(), answer); });
    questions.clear();
    for (state::Outgoing& message : state_.outgoing) messages.push_back(std::move(message.payload));
    state_.outgoing.clear();
    for (const std::string& payload : answers) take(InputKind::answer, payload);
    for (const std::string& payload : messages) take(InputKind::message, payload);
  }

  void take(InputKind kind, const std::string& payload) {
    CHECK_OR_DIE(journey::apply(plan_, state_, kind, payload, effects_, &listener_),
                 "the engine takes the answer to what it asked");
  }

  /// Accepted, but on channels that the test lets fail.
  void answer_sends(std::vector<journey::Question>& questions) {
    while (!effects_.sends.empty()) {
      const std::vector<journey::SendEffect> sends = std::move(effects_.sends);
      for (journey::AskEffect& ask : effects_.asks) questions.push_back({0, std::move(ask)});
      effects_.clear();
      for (const journey::SendEffect& send : sends) {
        const std::string channel(send.channel);
        const auto fails = failing_.find(channel);
        state::OutcomeInput input{.moment = send.at,
                                  .customer = state_.customer_id(send.customer),
                                  .playbook = send.playbook,
                                  .journey = send.journey,
                                  .message = send.message,
                                  .key = send.key,
                                  .channel = channel};
        if (fails != failing_.end()) {
          input.outcome = state::OutcomeKind::rejected_recipient;
          input.reason = fails->second;
        } else if (send.customer == listener_.customer) {
          listener_.add({.thing = Thing::send, .at = send.at, .message = send.message, .channel = channel});
        }
        std::string payload;
        encode(payload, input);
        take(InputKind::outcome, payload);
      }
    }
  }

  static void append_value(std::string& blob, const program::TestValue& given, const env::Zone& zone) {
    if (given.local_time >= 0) {
      const Moment moment = env::clock(zone, static_cast<env::Date>(given.value.integer), given.local_time);
      return state::append_field(blob, static_cast<std::uint16_t>(given.index), Value::moment(moment));
    }
    std::vector<Value> elements;
    for (const program::Constant& element : given.value.list) elements.push_back(value_of(element));
    const Value value = given.value.kind == program::ValueKind::list
                            ? Value::of_list(elements.data(), static_cast<std::uint32_t>(elements.size()))
                            : value_of(given.value);
    state::append_field(blob, static_cast<std::uint16_t>(given.index), value);
  }

  static Value value_of(const program::Constant& constant) {
    if (constant.kind == program::ValueKind::number) return Value::number(constant.number);
    if (constant.kind == program::ValueKind::text) return Value::string(constant.text);
    Value value;
    value.kind = constant.kind;
    value.extra = constant.extra;
    value.i = constant.integer;
    return value;
  }

  void event(const std::string& id, const program::TestEvent& event, Moment at, Moment taken, const env::Zone& zone) {
    std::string fields, payload;
    for (const program::TestValue& value : event.fields) append_value(fields, value, zone);
    encode(payload,
           state::EventInput{.moment = taken, .at = at, .customer = id, .event = event.event, .fields = fields});
    apply(InputKind::event, payload);
  }

  /// Tags and consent are said as a whole: what is not named is taken away.
  void customer(const std::string& id, const program::TestCustomer& is, Moment at, const env::Zone& zone) {
    std::string fields, payload;
    for (const program::TestValue& value : is.attributes) append_value(fields, value, zone);
    const auto say = [&](std::uint16_t what, std::string_view word) {
      state::append_field(fields, what, Value::string(word));
    };
    const std::uint32_t number = state_.find_customer(id);
    if (is.tags) {
      for (const std::string_view tag : state_.tags(number)) {
        if (std::find(is.tags->begin(), is.tags->end(), tag) == is.tags->end()) say(state::kTagRemove, tag);
      }
      for (const std::string& tag : *is.tags) {
        if (!state_.has_tag(number, tag)) say(state::kTagAdd, tag);
      }
    }
    if (is.consent) {
      std::set<std::string>& consented = consents_[id];
      for (const std::string& one : consented) {
        if (std::find(is.consent->begin(), is.consent->end(), one) == is.consent->end())
          say(state::kConsentWithdrawn, one);
      }
      for (const std::string& one : *is.consent) say(state::kConsentGiven, one);
      consented = {is.consent->begin(), is.consent->end()};
    }
    encode(payload, state::AttributesInput{.moment = at, .customer = id, .fields = fields});
    apply(InputKind::attributes, payload);
  }

  /// From one thing that is due to the next: what is asked then is answered before what comes later.
  void let_pass_until(Moment moment) {
    do {
      now_ = std::max(now_, std::min(moment, state_.wheel.next_due()));
      std::string payload;
      state::encode_moment(payload, now_);
      apply(InputKind::tick, payload);
    } while (now_ < moment || state_.wheel.next_due() <= moment);
  }

  Moment later(program::Duration duration) const {
    return env::add(state_.zone(listener_.customer), now_, duration.months, duration.ms);
  }

  // ---- lines

  void line(const TestLine& line) {
    switch (line.kind) {
      case TestDo::after:
        if (action()) let_pass_until(later(*line.duration));
        return;
      case TestDo::happen_event:
        if (action()) {
          const Moment at = env::add(state_.zone(listener_.customer), now_, -line.event.ago.months, -line.event.ago.ms);
          event(test_.customers.front(), line.event, at, now_, state_.zone(listener_.customer));
        }
        return;
      case TestDo::happen_customer:
        if (action())
          customer(test_.customers.front(), line.is, now_, *zone_in(line.is, &state_.zone(listener_.customer)));
        return;
      case TestDo::channel_fails: failing_[line.channel] = line.text.value_or(""); return;
      case TestDo::expect_none: return expect_none(line);
      case TestDo::expect_condition: return expect_condition(line);
      case TestDo::expect_enter: return expect(Thing::enter, line);
      case TestDo::expect_send: return expect(Thing::send, line);
      case TestDo::expect_goal: return expect(Thing::goal, line);
      case TestDo::expect_leave: return expect(Thing::leave, line);
      case TestDo::expect_stop: return expect(Thing::stop, line);
      case TestDo::expect_task: return expect(Thing::task, line);
      case TestDo::expect_grant: return expect(Thing::grant, line);
      case TestDo::expect_credit: return expect(Thing::credit, line);
    }
    CHECK_OR_DIE(false, "every line of a test that runs has a meaning");
  }

  /// Before something else happens every send so far has to be expected. What nobody asked about is past then.
  bool action() {
    if (no_send_left(listener_.happenings.size())) next_ = listener_.happenings.size();
    return !failure_;
  }

  bool no_send_left(std::size_t end) {
    for (std::size_t i = next_; i < end; ++i) {
      if (listener_.happenings[i].thing == Thing::send) return fail(Miss::unexpected, listener_.happenings[i]);
    }
    return true;
  }

  bool fail(Miss miss, std::optional<Happening> seen, std::vector<journey::Reading> readings = {}) {
    failure_ =
        Failure{.line = line_, .miss = miss, .seen = std::move(seen), .readings = std::move(readings), .now = now_};
    return false;
  }

  /// Whose account a credit that is expected goes to; empty: anybody's.
  std::string account_of(const program::Person& person) const {
    if (person.kind == program::Person::Kind::partner)
      return "partner:" + ground_.program.partners[person.partner].name;
    if (person.kind != program::Person::Kind::reference) return "";
    expr::Lists lists;
    expr::Context context{.tables = &plan_.tables, .state = &state_, .customer = listener_.customer, .now = now_};
    context.lists = &lists;
    const std::uint32_t root = ground_.program.expressions[person.expression].root;
    const Value who = expr::evaluate(context, root);
    if (who.kind != program::ValueKind::text) return "nobody";
    const bool staff = ground_.program.nodes[root].type == program::Type::staff;
    return (staff ? "staff:" : "customer:") + std::string(who.str());
  }

  bool fits(const TestLine& line, const Happening& happening) const {
    if (happening.thing == Thing::task) return !line.text || happening.reason == *line.text;
    if (happening.thing == Thing::grant || happening.thing == Thing::credit) {
      if (happening.amount != line.amount || happening.currency != line.currency) return false;
      const std::string account = account_of(line.person);
      return account.empty() || account == happening.who;
    }
    if (happening.thing == Thing::stop) return !line.text || (happening.by_step && happening.reason == *line.text);
    if (happening.thing != Thing::send) return true;
    const bool named = line.messages.empty() ||
                       std::find(line.messages.begin(), line.messages.end(), happening.message) != line.messages.end();
    return named && (line.channel.empty() || line.channel == happening.channel);
  }

  /// The next of its kind must be it; what nobody asked about is passed over, but no send is.
  void expect(Thing thing, const TestLine& line) {
    const std::vector<Happening>& happenings = listener_.happenings;
    for (std::size_t i = next_; i < happenings.size(); ++i) {
      if (happenings[i].thing == thing) {
        if (!fits(line, happenings[i])) return (void)fail(Miss::other, happenings[i]);
        next_ = i + 1;
        return;
      }
      if (happenings[i].thing == Thing::send) return (void)fail(Miss::unexpected, happenings[i]);
    }
    std::optional<Happening> before;
    for (std::size_t i = 0; i < next_; ++i) {
      if (happenings[i].thing == thing && fits(line, happenings[i])) before = happenings[i];
    }
    fail(Miss::nothing, std::move(before));
  }

  void expect_none(const TestLine& line) {
    const auto prohibited = [&](const Happening& happening) {
      const Thing thing = line.none_of == program::TestNone::enter  ? Thing::enter
                          : line.none_of == program::TestNone::task ? Thing::task
                                                                    : Thing::send;
      return happening.thing == thing && fits(line, happening);
    };
    std::size_t from = next_;
    if (line.duration) {
      if (!action()) return;
      from = next_;
      const Moment end = later(*line.duration);
      let_pass_until(end - 1);  // the end itself is no part of it
      check_none(from, prohibited);
      if (!failure_) let_pass_until(end);
      return;
    }
    check_none(from, prohibited);
  }

  template <typename Prohibited>
  void check_none(std::size_t from, const Prohibited& prohibited) {
    for (std::size_t i = from; i < listener_.happenings.size(); ++i) {
      if (prohibited(listener_.happenings[i])) return (void)fail(Miss::happened, listener_.happenings[i]);
    }
  }

  void expect_condition(const TestLine& line) {
    expr::Lists lists;
    expr::Context context{.tables = &plan_.tables, .state = &state_, .customer = listener_.customer, .now = now_};
    context.lists = &lists;
    const std::uint32_t root = ground_.program.expressions[line.expression].root;
    const auto readings = journey::readings_of(context, root);
    if (!expr::evaluate(context, root).truth()) fail(Miss::is_false, std::nullopt, readings);
  }

  const Ground& ground_;
  const journey::Plan& plan_;
  const program::Test& test_;
  journey::Desk::States states_;  // one
  state::State& state_;
  journey::Desk desk_;
  Listener listener_;
  journey::Effects effects_;
  Moment now_ = 0;
  std::size_t next_ = 0;  // what has happened before is past
  std::size_t line_ = 0;
  std::map<std::string, std::string> failing_;             // channel -> reason
  std::map<std::string, std::set<std::string>> consents_;  // by customer
  std::optional<Failure> failure_;
};

/// The first zone that the test names and this machine does not know.
std::string unknown_zone(const program::Test& test) {
  const auto look = [](const program::TestCustomer& is) -> std::string {
    for (const program::TestValue& value : is.attributes) {
      if (value.index == program::kTimezoneAttribute && env::find_zone(value.value.text) == nullptr)
        return value.value.text;
    }
    return "";
  };
  for (const program::TestGiven& given : test.given) {
    if (auto zone = look(given.is); !zone.empty()) return zone;
  }
  for (const TestLine& line : test.lines) {
    if (auto zone = look(line.is); !zone.empty()) return zone;
  }
  return "";
}

}  // namespace

Outcome run_test(const Ground& ground, const program::Test& test, journey::Tracer* told, Coverage* coverage) {
  Outcome outcome;
  outcome.unknown_zone = unknown_zone(test);
  if (!outcome.unknown_zone.empty()) {
    outcome.verdict = Verdict::cannot_run;
    return outcome;
  }
  return Run(ground, test, told, coverage).whole();
}

}  // namespace tend::trial
