// The next-flip analysis and the dependencies of expressions.
#include "dsl/check/flip.hpp"

#include <algorithm>
#include <set>

#include "dsl/check/report.hpp"

namespace tend::check {
namespace {

bool is_comparison(Op op) {
  return op == Op::equal || op == Op::not_equal || op == Op::less || op == Op::less_equal || op == Op::greater ||
         op == Op::greater_equal;
}

// now | today | 00:00 of such a date | such a point + a duration that stands still
bool is_linear(const Ir& ir) {
  switch (ir.op) {
    case Op::now:
    case Op::today: return true;
    case Op::local_moment:
    case Op::add: return is_linear(*ir.children[0]) && !moves_with_time(*ir.children[1]);
    case Op::age: return !moves_with_time(*ir.children[0]);
    default: return false;
  }
}

const Ir& mover(const Ir& ir) {
  const Ir* found = &ir;
  bool done = false;
  walk(ir, [&](const Ir& one) {
    if (!done && (one.op == Op::now || one.op == Op::today || one.op == Op::age)) {
      found = &one;
      done = true;
    }
  });
  return *found;
}

bool refused(Workspace& workspace, const Ir& ir) {
  const Ir& moving = mover(ir);
  const char* word = moving.op == Op::now ? "now" : moving.op == Op::today ? "today" : "age";
  workspace.sink.report(mistake(401, ir.span, {word}, 31));
  return false;
}

struct Found {
  std::set<std::uint32_t> events, attributes;
  program::Dependencies flags;
};

void look(const Ir& ir, Found& found) {
  switch (ir.op) {
    case Op::attribute: found.attributes.insert(ir.a); break;
    case Op::arm_field: found.events.insert(ir.a); break;  // another one may choose the arm again
    case Op::now: found.flags.time = true; break;
    case Op::today:
    case Op::age:
      found.flags.time = true;
      found.attributes.insert(program::kTimezoneAttribute);
      break;
    case Op::date_of:
    case Op::local_moment:
    case Op::entry_date: found.attributes.insert(program::kTimezoneAttribute); break;
    case Op::add:
    case Op::subtract: {
      // Months and years are counted on the customer's calendar.
      const auto duration = constant_duration(*ir.children[1]);
      const bool fixed = duration && duration->months == 0;
      if (ir.type.type == Type::moment && !fixed) found.attributes.insert(program::kTimezoneAttribute);
      break;
    }
    case Op::customer_tags:
    case Op::tagged: found.flags.tags = true; break;
    case Op::consents: found.flags.consent = true; break;
    case Op::inactive:
      found.flags.activity = true;
      found.flags.time = true;
      if (ir.constant.extra != 0) found.attributes.insert(program::kTimezoneAttribute);
      break;
    case Op::window: {
      found.events.insert(ir.window->event);
      if (ir.window->over) {
        found.flags.time = true;
        if (ir.window->over->months != 0) found.attributes.insert(program::kTimezoneAttribute);
      }
      if (ir.window->filter) look(*ir.window->filter, found);
      break;
    }
    default: break;
  }
  for (const IrPtr& child : ir.children) look(*child, found);
}

}  // namespace

bool moves_with_time(const Ir& ir) {
  bool moves = false;
  walk(ir, [&](const Ir& one) { moves = moves || one.op == Op::now || one.op == Op::today || one.op == Op::age; });
  return moves;
}

bool has_flips(Workspace& workspace, const Ir& ir) {
  if (!moves_with_time(ir)) return true;
  const bool joins = ir.op == Op::and_ || ir.op == Op::or_ || ir.op == Op::not_ || ir.op == Op::default_;
  const bool of_conditions = is_comparison(ir.op) && ir.children[0]->type.type == Type::boolean;
  if (joins || of_conditions) {
    bool all = true;
    for (const IrPtr& child : ir.children) all = has_flips(workspace, *child) && all;
    return all;
  }
  if (!is_comparison(ir.op)) return refused(workspace, ir);
  const Ir& left = *ir.children[0];
  const Ir& right = *ir.children[1];
  const bool meets = (is_linear(left) && !moves_with_time(right)) || (is_linear(right) && !moves_with_time(left));
  return meets || refused(workspace, ir);
}

bool wakes(Workspace& workspace, const Ir& ir, Span where) {
  const Ir* wrong = nullptr;
  walk(ir, [&](const Ir& one) {
    if (!wrong && (one.op == Op::related || one.op == Op::staff_name)) wrong = &one;
  });
  if (!wrong) return true;
  // What a segment brings with it is wrong in its use, not where the segment stands.
  const bool written_here =
      wrong->span.file == where.file && wrong->span.begin >= where.begin && wrong->span.end <= where.end;
  workspace.sink.report(mistake(405, written_here ? wrong->span : where));
  return false;
}

program::Dependencies dependencies_of(const Ir& ir) {
  Found found;
  look(ir, found);
  program::Dependencies dependencies = found.flags;
  dependencies.events.assign(found.events.begin(), found.events.end());
  dependencies.attributes.assign(found.attributes.begin(), found.attributes.end());
  return dependencies;
}

bool reads_customer(const Ir& filter) {
  bool reads = false;
  walk(filter, [&](const Ir& ir) {
    switch (ir.op) {
      case Op::attribute:
      case Op::customer_id:
      case Op::first_seen:
      case Op::tagged:
      case Op::customer_tags:
      case Op::consents:
      case Op::date_of:
      case Op::local_moment: reads = true; break;
      case Op::add:
      case Op::subtract: {
        const auto duration = constant_duration(*ir.children[1]);
        if (ir.type.type == Type::moment && !(duration && duration->months == 0)) reads = true;
        break;
      }
      default: break;
    }
  });
  return reads;
}

}  // namespace tend::check
