// One turn of one customer: everything that happens at one moment because of time or of one input, in the order of
// docs/semantics.md §3. Its parts lie in files of their own: what is taken and who reacts (turn.cpp), ways in
// (turn_entry.cpp), steps (turn_steps.cpp), waits (turn_wait.cpp), messages (turn_send.cpp), what crosses customers
// (turn_others.cpp), what is told of it (turn_trace.cpp).
#pragma once
#include <deque>
#include <vector>

#include "engine/journey/apply.hpp"
#include "engine/journey/policy.hpp"

namespace tend::journey {

/// In recorded time a person confirms, and does a job, after two hours.
inline constexpr env::Moment kPersonTakes = 2 * env::kHour;

/// Lives for one turn. Exactly one of the functions of the first block is called.
class Turn {
 public:
  Turn(const Plan& plan, state::State& state, std::uint32_t customer, env::Moment now, Effects& effects,
       Tracer* tracer);

  void timer();
  /// `is_new`: the input made the customer.
  void event(const state::EventInput& input, bool is_new);
  void attributes(const state::AttributesInput& input, bool is_new);
  /// `ended`: the message's journey, where that ended while it was out.
  void outcome(const state::OutcomeInput& input, state::Journey* ended);
  void answer(const state::AnswerInput& input);
  void message(const state::MessageInput& input);
  void joined(const state::MessageInput& input, bool is_new);
  void confirm(const state::ConfirmInput& input);
  void entry(std::uint32_t playbook);        // by hand
  void stop(std::uint32_t family);           // by hand: his journeys through every version of it
  void caused(const state::Caused& caused);  // what an earlier turn of his caused
  /// Sets his bits and the occurrences of schedules without an edge. `changed`: by condition; null: all. Those for whom
  /// a `backfill` asks enter.
  void deploy(const std::vector<bool>* changed);
  /// He comes into being now, as he stands: whatever holds for him turns true.
  void appear();
  /// Something was resumed: what fell due meanwhile is done in one turn.
  void resume();
  /// Asks again what the journey that stands before a queue asks: a restart lost the question.
  void ask_anew(std::uint32_t journey);
  /// Ends every journey as `left`: he is erased, or became one with another.
  void end_all(std::string_view why);

 private:
  /// What asks to let him in.
  struct Way {
    std::uint32_t playbook = 0;
    std::uint32_t enter = program::kNone;  // kNone: started by a step, or by hand
    bool with_event = false;
    bool ranked = false;  // its turn has come
    std::int64_t entry_date = state::kMissingDay;
    std::string_view from = {};  // the customer who started it
  };

  // conditions
  expr::Context context(const state::Journey* journey = nullptr);
  program::Value value_of(expr::Context& context, std::uint32_t expression);
  bool asks(std::uint32_t expression, const state::Journey* journey, bool with_event);  // notes the flip
  bool affected(std::uint32_t expression) const;

  // the parts of a turn
  void take_event(std::uint32_t event, env::Moment at, std::string_view fields);
  void take_attributes(std::string_view fields);
  void after_event();
  void react();  // leave · conditions waited for · edges
  void goals();
  void count_goal(std::uint32_t journey);
  void leave();
  void wake();
  void aim_again();
  void wake_journey(std::uint32_t journey);
  void arms_and_conditions(bool with_event);
  void enter_on();
  void schedules();
  void due_entries();
  bool waits_for_rank() const;
  void stand_until_ranked();
  void aim_schedules(bool again);
  void aim_schedule(std::uint32_t schedule, bool again);
  void edges();
  void set_bits(const std::vector<bool>* changed, std::vector<std::uint32_t>* turned);
  void backfill(const std::vector<std::uint32_t>& turned);
  void agenda();
  void finish_turn(bool recompute_due);
  bool is_paused(std::uint32_t playbook) const;
  bool waits_for_resume(const state::Journey& journey);

  // entry
  void attempt(const Way& way, bool once_more);
  void enter(const Way& way, std::uint32_t record, std::string_view key);
  std::uint32_t record_of(std::uint32_t playbook, std::string_view key) const;
  bool key_of(const Way& way, std::string& key);
  void ask_for_rank(const Way& way, bool backfill);
  bool ask_again();

  // steps
  std::uint32_t first_of(state::JourneyStatus status) const;
  void run_step(std::uint32_t journey);
  void branch(std::uint32_t journey, const program::Step& step);
  void split(std::uint32_t journey, const program::Step& step);
  void repeat(std::uint32_t journey, const program::Step& step);
  void end_loop(std::uint32_t journey, std::uint32_t loop, const char* why);
  void end_round(std::uint32_t journey, const program::Step& step);
  void let(std::uint32_t journey, const program::Step& step);
  void change_tag(std::uint32_t journey, const program::Step& step, bool on);
  void set(std::uint32_t journey, const program::Step& step);
  bool set_attribute(std::uint32_t attribute, const program::Value& value);
  bool set_tag(std::string_view tag, bool on);
  void emit(std::uint32_t journey, const program::Step& step);
  /// The step is done: on to `step`, past jumps; at the end of the steps the journey is finished at once.
  void go_on(std::uint32_t journey, std::uint32_t step);
  void go_on(std::uint32_t journey) { go_on(journey, state_.journey(journey).step + 1); }
  /// The step was refused: its `else`, or on.
  void refuse(std::uint32_t journey);
  void refuse_saying(std::uint32_t journey, const char* why);
  void keep_what_is_out(const state::Journey& journey);
  void end(std::uint32_t journey, state::JourneyStatus status, std::string_view why);

  // waits
  void wait(std::uint32_t journey, env::Moment until);
  void stand_until(std::uint32_t journey, state::JourneyStatus status, env::Moment until);
  void wait_up_to(std::uint32_t journey, const program::Step& step);
  void wait_until_condition(std::uint32_t journey, const program::Step& step);
  void aim(std::uint32_t journey);
  bool take_arm(std::uint32_t journey, bool with_event);
  void choose_arm(std::uint32_t journey, const program::Arm& arm, bool with_event);
  void keep_arm_event(std::uint32_t journey);
  env::Moment next_clock(const program::Step& step, env::Moment from);

  // messages
  void attempt_send(std::uint32_t journey);
  void hand_over(std::uint32_t journey);
  void put_off(std::uint32_t journey, env::Moment until, state::Refusal why, const Clause& clause, CapAnswer* full,
               std::string_view channel);
  void skip(std::uint32_t journey, std::string_view channel, state::Refusal why, const Clause& clause = {},
            CapAnswer* full = nullptr);
  void count_skip(std::uint32_t journey, std::string_view channel, state::Refusal why);
  env::Moment given_up(const state::Journey& journey, const program::Step& step);
  void ask_person(std::uint32_t journey, const program::Step& step, std::string_view person);
  void handed_over(std::uint32_t journey);
  void take_answer(std::uint32_t journey, const state::OutcomeInput& input);
  void refused_after_the_end(const state::Journey& ended, const state::OutcomeInput& input);
  void accepted(std::uint32_t playbook, std::uint32_t message, std::string_view channel);
  state::Contact contact_of(const state::Journey& journey) const;

  // others
  void grant_or_credit(std::uint32_t journey, const program::Step& step);
  bool money_of(std::uint32_t journey, const program::Step& step, AskEffect& ask);
  bool staff_of(std::uint32_t journey, const program::Step& step, AskEffect& ask);
  void ask_staff(std::uint32_t journey, const program::Step& step);
  void start(std::uint32_t journey, const program::Step& step);
  void refuse_staff(std::uint32_t journey, const char* why);
  void do_jobs();
  void staff_found(std::uint32_t journey, const program::Step& step, std::string_view person);
  void answer_staff(std::uint32_t journey, const state::AnswerInput& input);
  void answer_money(std::uint32_t journey, const state::AnswerInput& input);
  void answer_rank(const state::AnswerInput& input);
  void cause(state::Caused caused);
  void close_job(std::string_view label);
  void move_jobs(std::string_view from, std::string_view to);
  std::string owner() const;

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
  std::string sent_fields_;  // of a `sent` event: an entry that it asks for may be asked again at the turn's end
  bool late_ = false;
  env::Moment flip_ = state::kNever;  // earliest next moment noted in this turn
  std::vector<Way> refused_;
  expr::Lists lists_;
};

}  // namespace tend::journey
