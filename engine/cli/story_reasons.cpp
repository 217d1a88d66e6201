#include "engine/cli/story_reasons.hpp"

#include <algorithm>

#include "dsl/prose/limits.hpp"
#include "dsl/prose/reading.hpp"
#include "dsl/prose/step.hpp"
#include "engine/env/moment.hpp"

namespace tend::cli {

using journey::ClauseKind;
using journey::Note;
using program::kNone;

namespace {

text::Span at(const std::vector<text::Span>& spans, std::uint32_t index) {
  return index < spans.size() ? spans[index] : text::Span{};
}

template <typename Of>
auto clause_at(const std::vector<Of>& clauses, std::uint32_t index) -> const Of* {
  return index < clauses.size() ? &clauses[index] : nullptr;
}

/// `this playbook's`, `the policy's`: whose clause it is. A cap of a playbook binds that playbook alone.
std::string whose(const Telling& telling, const Note& note) {
  if (note.of_playbook == kNone) return telling.say("by the policy ", "按总策略，");
  return telling.say("by this playbook ", "按本剧本，");
}

/// The clause that decides, in words and with its place; empty where it is none of these.
std::string clause_words(const Telling& telling, const Note& note) {
  const program::Program& program = telling.program;
  const bool own = note.of_playbook != kNone;
  const program::Policy& policy = program.policy;
  const program::PolicyPlaces& places = telling.places.policy_clauses;
  static const program::PlaybookPlaces kNowhere;
  const program::PlaybookPlaces& book =
      own && note.of_playbook < telling.places.playbooks.size() ? telling.places.playbooks[note.of_playbook] : kNowhere;
  switch (note.clause_kind) {
    case ClauseKind::cap: {
      const auto& caps = own ? program.playbooks[note.of_playbook].caps : policy.caps;
      const program::Cap* cap = clause_at(caps, note.clause);
      if (cap == nullptr) return {};
      return whose(telling, note) + prose::cap_words(*cap, telling.tongue) +
             place_words(telling, at(own ? book.caps : places.caps, note.clause));
    }
    case ClauseKind::quiet: {
      const auto& all = own ? program.playbooks[note.of_playbook].quiet : policy.quiet;
      const program::Quiet* quiet = clause_at(all, note.clause);
      if (quiet == nullptr) return {};
      return whose(telling, note) + prose::quiet_words(*quiet, telling.tongue) +
             place_words(telling, at(own ? book.quiet : places.quiet, note.clause));
    }
    case ClauseKind::blackout: {
      const program::Blackout* blackout = clause_at(policy.blackouts, note.clause);
      if (blackout == nullptr) return {};
      return whose(telling, note) + prose::blackout_words(*blackout, telling.tongue) +
             place_words(telling, at(places.blackouts, note.clause));
    }
    default: return {};
  }
}

std::string consent_words(const Telling& telling, const Note& note) {
  const std::string what = prose::name(note.about.empty() ? note.channel : note.about);
  const bool of_channel = std::find(telling.program.policy.consent.begin(), telling.program.policy.consent.end(),
                                    note.about) != telling.program.policy.consent.end();
  const std::string place = of_channel ? place_words(telling, at(telling.places.policy_clauses.consent, note.clause))
                                       : place_words(telling, telling.places.policy);
  return telling.say("they have not consented to ", "客户没有同意") + what + place;
}

const program::Step* step_of(const Telling& telling, const Note& note) {
  if (note.playbook == kNone) return nullptr;
  const auto& steps = telling.program.playbooks[note.playbook].steps;
  return note.step < steps.size() ? &steps[note.step] : nullptr;
}

std::string pace_reason(const Telling& telling, const Note& note) {
  const program::Playbook& book = telling.program.playbooks[note.playbook];
  const text::Span span = note.playbook < telling.places.playbooks.size()
                              ? (note.detail == "pace" ? telling.places.playbooks[note.playbook].pace
                                                       : telling.places.playbooks[note.playbook].backfill)
                              : text::Span{};
  std::string words;
  if (note.detail == "pace" && book.pace) {
    words = prose::pace_words(*book.pace, "people are let in", "人进入", telling.tongue);
  } else {
    const std::string number = prose::number_words(book.backfill_per_day);
    words = telling.zh() ? "剧本生效时已经符合的客户，每天补进" + number + "人"
                         : "those for whom it held already enter " + number + " per day";
  }
  return words + place_words(telling, span);
}

}  // namespace

std::string reason_words(const Telling& telling, const Note& note, const std::string& paused) {
  const program::Step* step = step_of(telling, note);
  const std::string channel = prose::name(note.channel);
  const std::string& why = note.detail;
  const std::string clause = clause_words(telling, note);
  if (!clause.empty()) return clause;
  if (why == "pace" || why == "backfill") return pace_reason(telling, note);
  if (why == "consent") return consent_words(telling, note);
  if (why == "paused") return paused.empty() ? telling.say("it is paused", "已暂停") : paused;
  if (why == "erased") return telling.say("the customer was forgotten", "客户已被遗忘");
  if (why == "suppressed")
    return telling.zh() ? "客户不再经" + channel + "接收消息" : "they are not to be written to on " + channel;
  if (why == "held_out")
    return telling.say("they are in a control group, which nobody contacts", "客户属于对照组，不联系");
  if (why == "window") return telling.zh() ? channel + "的窗口没有开放" : "the window of " + channel + " is closed";
  if (why == "quota") return telling.zh() ? channel + "的配额已用完" : "the quota of " + channel + " is used up";
  if (why == "too_late" && step != nullptr && step->within) {
    const std::string within = prose::duration_words(*step->within, telling.tongue);
    return telling.zh() ? within + "内没能发出，放弃" : "it could not go out within " + within;
  }
  if (why == "too_late") return telling.say("it is too late", "已经太迟");
  if (why == "no_person") return telling.say("there is nobody to do it", "没有可以指派的人");
  if (why == "no_amount") return telling.say("there is no amount to pay", "没有可以支付的金额");
  if (why == "rejected") return telling.zh() ? channel + "拒收" : channel + " refused it";
  return prose::name(why);
}

std::string refusal_words(const Telling& telling, const Note& note) {
  const program::Playbook& book = telling.program.playbooks[note.playbook];
  static const program::PlaybookPlaces kNowhere;
  const program::PlaybookPlaces& places =
      note.playbook < telling.places.playbooks.size() ? telling.places.playbooks[note.playbook] : kNowhere;
  const auto place = [&](text::Span span) { return place_words(telling, span); };
  if (note.detail == "live") return telling.say("a journey is still under way", "上一次旅程还在进行");
  if (note.detail == "this_moment") return telling.say("they entered at this very moment already", "同一时刻已进入过");
  if (note.detail == "paused") return telling.say("it is paused", "剧本已暂停");
  if (note.detail == "stopped")
    return telling.say("an operator stopped it while they waited for their turn", "排队等待时被运营人员手动停止");
  if (note.detail == "again") {
    if (book.again == program::Again::never)
      return telling.say("nobody enters twice", "已进入过，不再进入") + place(places.again);
    const std::string after = prose::duration_words(book.again_after, telling.tongue);
    return (telling.zh() ? "距上次进入不满" + after : "less than " + after + " since they last entered") +
           place(places.again);
  }
  if (note.detail == "no_key") {
    const program::Enter* enter = clause_at(book.enters, note.enter);
    const std::string field = enter != nullptr && enter->per_field != kNone
                                  ? prose::name(telling.program.events[enter->event].fields[enter->per_field].name)
                                  : telling.say("what is counted by", "区分的值");
    return telling.zh() ? "事件没有" + field : "the event has no " + field;
  }
  if (note.expression == kNone) return prose::name(note.detail);
  const prose::Context context = telling.context(note.playbook, event_of(telling.program, note));
  const bool leaves = note.detail == "leave";
  const std::string words = prose::clause_of(context, note.expression, leaves);
  if (leaves) return telling.say("they would leave at once: ", "立刻就会退出：") + words + place(places.leave);
  const bool own = note.expression == book.where;
  return telling.say("they do not fit: ", "不符合条件：") + words +
         place(own ? places.where : at(places.enters, note.enter));
}

std::string holdout_words(const Telling& telling, const Note& note) {
  const bool own = note.of_playbook != kNone;
  const std::uint32_t share =
      own ? telling.program.playbooks[note.of_playbook].holdout : telling.program.policy.holdout;
  const text::Span span = !own ? telling.places.policy_clauses.holdout
                          : note.of_playbook < telling.places.playbooks.size()
                              ? telling.places.playbooks[note.of_playbook].holdout
                              : text::Span{};
  const std::string percent = prose::share_words(share);
  const std::string words =
      telling.zh()
          ? "属于对照组（" + std::string(own ? "本剧本" : "全体客户") + "的" + percent + "），照样走流程但不联系"
          : "in the control group, " + percent + " of " + (own ? "this playbook's customers" : "everyone") +
                ": they go through without being contacted";
  return words + place_words(telling, span);
}

std::string denial_words(const Telling& telling, const Note& note) {
  const program::Step* step = step_of(telling, note);
  const bool money = step != nullptr && step->budget != kNone;
  if (money && (note.detail == "customer_limit" || note.detail == "budget_used_up")) {
    const program::Budget& budget = telling.program.budgets[step->budget];
    const std::string limits = prose::read_budget(telling.program, budget, telling.tongue);
    const std::string place = place_words(telling, at(telling.places.budgets, step->budget));
    const std::string what = note.detail == "customer_limit"
                                 ? telling.say("this customer's part is used up: ", "该客户的额度已用完：")
                                 : telling.say("there is not enough left: ", "余额不足：");
    return what + limits + place;
  }
  if (note.detail == "no_person") return telling.say("there is nobody who could", "没有可以承担的人");
  if (note.detail == "load") {
    const auto& load = telling.program.policy.load;
    const std::string limit =
        load ? prose::pace_words(*load, "tasks are given to one person", "个任务派给同一个人", telling.tongue) : "";
    return telling.say("they have as much to do as they may: ", "手头任务已满：") + limit +
           place_words(telling, telling.places.policy_clauses.load);
  }
  return prose::name(note.detail);
}

std::uint32_t event_of(const program::Program& program, const Note& note) {
  if (note.expression == kNone || note.playbook == kNone) return kNone;
  const program::Playbook& book = program.playbooks[note.playbook];
  if (note.enter < book.enters.size() && book.enters[note.enter].filter == note.expression)
    return book.enters[note.enter].event;
  return note.kind == journey::NoteKind::arm ? note.event : kNone;
}

}  // namespace tend::cli
