// What has been decided on the way to an `if`, while nothing can have changed.
#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "dsl/check/conditions.hpp"
#include "dsl/check/hold/reads.hpp"
#include "dsl/check/report.hpp"
#include "dsl/program/steps.hpp"

namespace tend::check {
namespace {

using hold::Claim;
using program::EnterKind;
using program::Playbook;
using program::Program;
using program::Step;
using program::StepKind;

constexpr std::size_t kDecidedMax = 16;  // the latest so many are kept in mind
constexpr std::size_t kRelatedMax =
    6;  // and of them the latest so many that read what an `if` reads are held against it

/// What holds, and does not, on every way to a step.
struct Known {
  std::vector<Claim> decided;
  std::uint32_t happened = kNone;  // the event that has just let the customer in
};

bool same(const Claim& a, const Claim& b) { return a.node == b.node && a.holds == b.holds && a.event == b.event; }

void meet(std::optional<Known>& at, const Known& other) {
  if (!at) {
    at = other;
    return;
  }
  std::erase_if(at->decided, [&](const Claim& claim) {
    return std::none_of(other.decided.begin(), other.decided.end(), [&](const Claim& one) { return same(claim, one); });
  });
  if (at->happened != other.happened) at->happened = kNone;
}

bool changes_customers(const Program& program) {
  for (const Playbook& playbook : program.playbooks) {
    for (const Step& step : playbook.steps) {
      if (step.kind == StepKind::tag || step.kind == StepKind::untag || step.kind == StepKind::set) return true;
    }
  }
  return false;
}

// By a step, without their own `enter` being asked.
std::set<std::uint32_t> started(const Program& program) {
  std::set<std::uint32_t> playbooks;
  for (const Playbook& playbook : program.playbooks) {
    for (const Step& step : playbook.steps) {
      if (step.kind == StepKind::start) playbooks.insert(step.playbook);
    }
  }
  return playbooks;
}

/// What was asked at entry and still is so at the first step: it is run in the same turn, but steps of others may come
/// before it.
class AtEntry {
 public:
  AtEntry(const Program& program, bool customers_change) : program_(program), customers_change_(customers_change) {}

  Known of(const Playbook& playbook, bool only_by_itself) {
    add(playbook.where, true);
    add(playbook.leave, false);
    if (playbook.enters.size() != 1 || !only_by_itself) return std::move(known_);
    const program::Enter& enter = playbook.enters[0];
    add(enter.condition, true);
    add(enter.where, true);
    add(enter.filter, true, enter.event);
    if (enter.kind == EnterKind::on_event) known_.happened = enter.event;
    return std::move(known_);
  }

 private:
  void add(std::uint32_t expression, bool holds, std::uint32_t event = kNone) {
    if (expression == kNone) return;
    const program::Expression& asked = program_.expressions[expression];
    if (customers_change_ && (asked.dependencies.tags || !asked.dependencies.attributes.empty())) return;
    known_.decided.push_back({asked.root, holds, event});
  }

  const Program& program_;
  bool customers_change_;
  Known known_;
};

class Branches {
 public:
  Branches(Workspace& workspace, const Program& program, const program::Places& places, const hold::Reads& reads,
           std::uint32_t playbook)
      : workspace_(workspace), program_(program), places_(places), reads_(reads), book_(program.playbooks[playbook]) {}

  void follow(Known at_entry) {
    known_.resize(book_.steps.size() + 1);
    known_[0] = std::move(at_entry);
    for (std::uint32_t i = 0; i < book_.steps.size(); ++i) step(i);
  }

 private:
  void step(std::uint32_t index) {
    const Step& step = book_.steps[index];
    const Known known = known_[index].value_or(Known{});
    if (step.kind == StepKind::branch) return branch(index, step, known);
    const bool keeps = step.kind == StepKind::jump || step.kind == StepKind::let || step.kind == StepKind::split;
    // Else time passes, or something changes.
    for (const std::uint32_t next : program::next_steps(book_, index)) pass(next, keeps ? known : Known{});
  }

  void branch(std::uint32_t index, const Step& step, const Known& known) {
    const std::uint32_t root = program_.expressions[step.expression].root;
    Known yes = known, no = known;
    decide(no, {root, false});
    decide(yes, {root, true});
    if (contradicts(known, root)) yes = {};
    pass(index + 1, yes);
    pass(step.target, no);
  }

  // Reports it. A way that nobody can go is said once, where it begins.
  bool contradicts(const Known& known, std::uint32_t root) {
    std::vector<Claim> claims;
    std::uint64_t read = known.happened == kNone ? 0 : reads_.of_event(known.happened);
    for (auto claim = known.decided.rbegin(); claim != known.decided.rend() && claims.size() < kRelatedMax; ++claim) {
      if ((reads_.of(claim->node) & reads_.of(root)) == 0) continue;
      claims.push_back(*claim);
      read |= reads_.of(claim->node);
    }
    if ((read & reads_.of(root)) == 0) return false;
    claims.push_back({root});
    if (!hold::impossible(program_, claims, known.happened)) return false;
    const Claim alone{root};
    claims.pop_back();
    const bool new_here = !hold::impossible(program_, claims, known.happened);
    if (new_here && !hold::impossible(program_, {&alone, 1})) report(claims, known.happened, root);
    return true;
  }

  void report(const std::vector<Claim>& decided, std::uint32_t happened, std::uint32_t root) {
    const Span span = places_.nodes[root];
    if (is_in_template(workspace_, span)) return;
    for (const Claim& claim : decided) {
      const std::vector<Claim> two = {claim, {root}};
      if (!hold::impossible(program_, two, happened)) continue;
      return workspace_.sink.report(mistake(422, span, {written_at(workspace_, places_.nodes[claim.node])}));
    }
    const std::string name =
        decided.empty() ? program_.events[happened].name : written_at(workspace_, places_.nodes[decided.front().node]);
    workspace_.sink.report(mistake(422, span, {name}));
  }

  static void decide(Known& known, Claim claim) {
    known.decided.push_back(claim);
    if (known.decided.size() > kDecidedMax) known.decided.erase(known.decided.begin());
  }

  void pass(std::uint32_t to, const Known& known) {
    if (to < known_.size()) meet(known_[to], known);
  }

  Workspace& workspace_;
  const Program& program_;
  const program::Places& places_;
  const hold::Reads& reads_;
  const Playbook& book_;
  std::vector<std::optional<Known>> known_;
};

}  // namespace

void check_branches(Workspace& workspace, const Program& program, const program::Places& places) {
  const bool customers_change = changes_customers(program);
  const std::set<std::uint32_t> by_others = started(program);
  const hold::Reads reads(program);
  for (std::uint32_t i = 0; i < program.playbooks.size(); ++i) {
    AtEntry at_entry(program, customers_change);
    Branches(workspace, program, places, reads, i).follow(at_entry.of(program.playbooks[i], !by_others.contains(i)));
  }
}

}  // namespace tend::check
