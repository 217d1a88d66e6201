// One turn of one customer: everything that happens at one moment because of time or of one input, in the order of
// docs/semantics.md §3.
#pragma once
#include <deque>
#include <vector>

#include "engine/journey/apply.hpp"

namespace tend::journey {

/// Lives for one turn. Exactly one of timer, event, attributes, outcome, set_bits, appear is called.
class Turn {
 public:
  Turn(const Plan& plan, state::State& state, std::uint32_t customer, env::Moment now, Effects& effects,
       Tracer* tracer);

  void timer();
  /// `is_new`: the input made the customer.
  void event(const state::EventInput& input, bool is_new);
  void attributes(const state::AttributesInput& input, bool is_new);
  void outcome(const state::OutcomeInput& input);
  /// Sets his bits without an edge, as at a deploy.
  void set_bits();
  /// He comes into being now, as he stands: whatever holds for him turns true.
  void appear();

 private:
  struct Refused {
    std::uint32_t playbook, enter;
    bool with_event;
  };

  // conditions
  expr::Context context(const state::Journey* journey = nullptr);
  program::Value value_of(expr::Context& context, std::uint32_t expression);
  bool asks(std::uint32_t expression, const state::Journey* journey, bool with_event);  // notes the flip
  bool affected(std::uint32_t expression) const;

  // the parts of a turn
  void take_event(std::uint32_t event, env::Moment at, std::string_view fields);
  void react();  // leave · conditions waited for · edges
  void goals();
  void leave();
  void arms_and_conditions(bool with_event);
  void enter_on();
  void edges();
  void agenda();
  void finish_turn(bool recompute_due);

  // entry
  void attempt(std::uint32_t playbook, std::uint32_t enter, bool with_event, bool once_more);
  void enter(std::uint32_t playbook, std::uint32_t enter, bool with_event);
  bool ask_again();

  // steps
  std::uint32_t first_of(state::JourneyStatus status) const;
  void run_step(std::uint32_t journey);
  void attempt_send(std::uint32_t journey);
  bool take_arm(std::uint32_t journey, bool with_event);
  void choose_arm(std::uint32_t journey, const program::Arm& arm, bool with_event);
  void aim(std::uint32_t journey);
  void split(std::uint32_t journey, const program::Step& step);
  void let(std::uint32_t journey, const program::Step& step);
  void change_tag(std::uint32_t journey, const program::Step& step, bool on);
  /// The step is done: on to `step`, past jumps; at the end of the steps the journey is finished at once.
  void go_on(std::uint32_t journey, std::uint32_t step);
  void keep_arm_event(std::uint32_t journey);
  void wait(std::uint32_t journey, env::Moment until);
  void end(std::uint32_t journey, state::JourneyStatus status, std::string_view why);
  env::Moment next_clock(std::int32_t time_of_day, std::int32_t weekday);

  void note(NoteKind kind, const state::Journey* journey, Note extra = {});
  std::vector<Reading> readings(std::uint32_t expression, const state::Journey* journey, bool with_event);

  const Plan& plan_;
  const program::Program& program_;
  state::State& state_;
  std::uint32_t customer_;
  env::Moment now_;
  Effects& effects_;
  Tracer* tracer_;

  Change change_;
  std::uint32_t event_ = program::kNone;  // the event of this turn
  env::Moment event_at_ = 0;
  std::string_view event_fields_;
  bool late_ = false;
  env::Moment flip_ = state::kNever;  // earliest next moment noted in this turn
  std::vector<Refused> refused_;
  std::deque<std::vector<program::Value>> lists_;
};

}  // namespace tend::journey
