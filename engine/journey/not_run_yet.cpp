#include "engine/journey/not_run_yet.hpp"

#include <set>
#include <utility>

namespace tend::journey {
namespace {

using program::EnterKind;
using program::Op;
using program::StepKind;

const char* step_not_run(const program::Step& step) {
  switch (step.kind) {
    case StepKind::ask: return "ask";
    case StepKind::task: return "task";
    case StepKind::transfer: return "transfer to";
    case StepKind::repeat: return "repeat";
    case StepKind::emit: return "emit";
    case StepKind::grant: return "grant";
    case StepKind::credit: return "credit";
    case StepKind::start: return "start";
    case StepKind::wait_until: return step.weekday > 6 || step.next ? "wait until next workday" : nullptr;
    case StepKind::send:
      if (step.while_open) return "while window open";
      return nullptr;
    default: return nullptr;
  }
}

const char* enter_not_run(const program::Enter& enter) {
  switch (enter.kind) {
    case EnterKind::schedule: return "enter every";
    case EnterKind::date: return "enter on DATE";
    case EnterKind::relative: return "enter before";
    case EnterKind::by_hand: return "enter by hand";
    case EnterKind::on_event: return enter.per_field != program::kNone ? "per" : nullptr;
    case EnterKind::when: break;
  }
  return nullptr;
}

const char* op_not_run(Op op) {
  switch (op) {
    case Op::grant_amount:
    case Op::grant_expires: return "grant";
    case Op::related: return "customer.referrer.name";
    case Op::staff_name: return "customer.owner.name";
    case Op::call: return "extern function";
    default: return nullptr;
  }
}

class Search {
 public:
  Search(const program::Program& program, const program::Places& places) : program_(program), places_(places) {}

  std::vector<NotRunYet> whole() {
    policy();
    if (!program_.budgets.empty()) {
      say("budget", "", places_.budgets.empty() ? text::Span{} : places_.budgets.front());
    }
    for (std::size_t m = 0; m < program_.messages.size(); ++m) message(m);
    for (std::size_t p = 0; p < program_.playbooks.size(); ++p) playbook(p);
    for (std::size_t n = 0; n < program_.nodes.size(); ++n) {
      const char* what = op_not_run(program_.nodes[n].op);
      if (what && !said(what)) say(what, "", places_.nodes[n]);
    }
    return std::move(found_);
  }

 private:
  void say(const char* what, const std::string& playbook, text::Span place) {
    if (seen_.emplace(playbook, what).second) found_.push_back({what, playbook, place});
  }

  bool said(std::string_view what) const {
    for (const NotRunYet& one : found_) {
      if (one.what == what) return true;
    }
    return false;
  }

  void policy() {
    const program::Policy& policy = program_.policy;
    const auto is = [&](bool there, const char* what) {
      if (there) say(what, "", places_.policy);
    };
    is(!policy.calendar.empty(), "calendar");
    is(!policy.quiet.empty(), "quiet");
    is(!policy.blackouts.empty(), "blackout");
    is(!policy.caps.empty(), "cap");
    is(!policy.rates.empty(), "rate");
    is(policy.load.has_value(), "load");
    is(!policy.consent.empty(), "consent on");
    is(policy.holdout > 0, "holdout");
  }

  void message(std::size_t index) {
    const program::Message& message = program_.messages[index];
    const text::Span place = index < places_.messages.size() ? places_.messages[index] : text::Span{};
    for (const program::MessageItem& item : message.items) {
      if (item.kind == "template") say("template", "", place);
      if (item.kind == "miniprogram") say("miniprogram", "", place);
    }
  }

  void playbook(std::size_t index) {
    const program::Playbook& book = program_.playbooks[index];
    const program::PlaybookPlaces& places = places_.playbooks[index];
    for (std::size_t e = 0; e < book.enters.size(); ++e) {
      if (const char* what = enter_not_run(book.enters[e])) say(what, book.name, places.enters[e]);
    }
    if (book.backfill != program::Backfill::none) say("backfill", book.name, places.backfill);
    if (book.pace) say("pace", book.name, places.pace);
    if (book.holdout > 0) say("holdout", book.name, places.holdout);
    if (!book.caps.empty()) say("cap", book.name, places.name);
    if (!book.quiet.empty()) say("quiet", book.name, places.name);
    if (book.on_edit != program::OnEdit::pin) say("on edit", book.name, places.on_edit);
    for (std::size_t s = 0; s < book.steps.size(); ++s) {
      if (const char* what = step_not_run(book.steps[s])) say(what, book.name, places.steps[s].span);
    }
  }

  const program::Program& program_;
  const program::Places& places_;
  std::set<std::pair<std::string, std::string>> seen_;
  std::vector<NotRunYet> found_;
};

}  // namespace

std::vector<NotRunYet> not_run_yet(const program::Program& program, const program::Places& places) {
  return Search(program, places).whole();
}

}  // namespace tend::journey
