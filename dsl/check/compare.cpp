// Comparisons: which sides can meet at all, and the form in which dates and moments are compared: nothing is counted
// backwards (docs/semantics.md §1), so `today >= d - 30 days` becomes `today + 30 days >= d`.
#include <algorithm>
#include <cmath>
#include <utility>

#include "dsl/check/expression.hpp"
#include "dsl/check/flip.hpp"
#include "dsl/check/report.hpp"
#include "dsl/check/scope.hpp"

namespace tend::check {
namespace {

using syntax::Word;

Op op_of(Word word) {
  switch (word) {
    case Word::not_equal: return Op::not_equal;
    case Word::less: return Op::less;
    case Word::less_equal: return Op::less_equal;
    case Word::greater: return Op::greater;
    case Word::greater_equal: return Op::greater_equal;
    case Word::in: return Op::in;
    case Word::not_in: return Op::not_in;
    case Word::contains: return Op::contains;
    case Word::starts_with: return Op::starts_with;
    default: return Op::equal;
  }
}

bool is_order(Word word) {
  return word == Word::less || word == Word::less_equal || word == Word::greater || word == Word::greater_equal;
}

bool is_point(Type type) { return type == Type::date || type == Type::moment; }
bool is_reference(Type type) { return type == Type::staff || type == Type::customer; }

bool has_order(Type type) {
  return type != Type::boolean && type != Type::one_of && type != Type::list && !is_reference(type);
}

bool can_meet(Type a, Type b) {
  if (a == b) return true;
  if (is_text(a) && is_text(b)) return true;
  if (is_point(a) && is_point(b)) return true;
  return (is_reference(a) && is_text(b)) || (is_text(a) && is_reference(b));
}

void report_never(Workspace& workspace, Span span, const TypeInfo& a, const TypeInfo& b) {
  // What people write most often: an amount without its currency, a date in quotes.
  std::uint16_t help = 0;
  const auto either = [&](Type one, Type other) {
    return (a.type == one && b.type == other) || (a.type == other && b.type == one);
  };
  if (either(Type::money, Type::number)) help = 26;
  if (either(Type::date, Type::text) || either(Type::moment, Type::text)) help = 27;
  if (either(Type::percent, Type::number)) help = 28;
  if (either(Type::duration, Type::number)) help = 5;
  workspace.sink.report(mistake(302, span, {type_word(a), type_word(b)}, help));
}

bool meet(Workspace& workspace, Span span, const Ir& left, const Ir& right) {
  if (!can_meet(left.type.type, right.type.type)) {
    report_never(workspace, span, left.type, right.type);
    return false;
  }
  if (left.currency && right.currency && *left.currency != *right.currency) {
    workspace.sink.report(
        mistake(304, span, {program::currency_code(*left.currency), program::currency_code(*right.currency)}));
    return false;
  }
  if (left.type.type == Type::one_of && right.type.type == Type::one_of) {
    const auto& members = right.type.members;
    const bool common = std::any_of(left.type.members.begin(), left.type.members.end(), [&](const std::string& member) {
      return std::find(members.begin(), members.end(), member) != members.end();
    });
    if (!common) {
      workspace.sink.report(mistake(328, span));
      return false;
    }
  }
  if (left.type.type == Type::one_of && !fits_member(workspace, right, left.type)) return false;
  if (right.type.type == Type::one_of && !fits_member(workspace, left, right.type)) return false;
  return true;
}

// A count is a whole number, 0 or more.
bool count_can_be(const Ir& count, Word word, const Ir& limit) {
  if (count.op != Op::window || count.window->aggregate != Aggregate::count) return true;
  if (!is_constant(limit, ValueKind::number)) return true;
  const double value = limit.constant.number;
  if (word == Word::less) return value > 0;
  if (word == Word::less_equal) return value >= 0;
  if (word == Word::equal) return value >= 0 && value == std::floor(value);
  return true;
}

Word turned(Word word) {
  switch (word) {
    case Word::less: return Word::greater;
    case Word::less_equal: return Word::greater_equal;
    case Word::greater: return Word::less;
    case Word::greater_equal: return Word::less_equal;
    default: return word;
  }
}

// ---- dates and moments
// ----------------------------------------------------------------------------------------------------

// One side of a comparison, taken apart: points of time and durations, those that were subtracted apart.
struct Terms {
  std::vector<const Ir*> points, durations;                        // added
  std::vector<const Ir*> subtracted_points, subtracted_durations;  // subtracted
};

void take_apart(const Ir& ir, bool added, Terms& terms) {
  const bool time = is_point(ir.type.type) || ir.type.type == Type::duration;
  if (time && (ir.op == Op::add || ir.op == Op::subtract)) {
    take_apart(*ir.children[0], added, terms);
    take_apart(*ir.children[1], ir.op == Op::add ? added : !added, terms);
    return;
  }
  if (is_point(ir.type.type)) {
    (added ? terms.points : terms.subtracted_points).push_back(&ir);
  } else {
    (added ? terms.durations : terms.subtracted_durations).push_back(&ir);
  }
}

// point + durations, or durations alone.
IrPtr put_together(Span span, const std::vector<const Ir*>& points, const std::vector<const Ir*>& durations,
                   const std::vector<const Ir*>& more_durations) {
  IrPtr sum = points.empty() ? nullptr : clone(*points[0]);
  for (const auto* list : {&durations, &more_durations}) {
    for (const Ir* duration : *list) {
      if (!sum) {
        sum = clone(*duration);
        continue;
      }
      if (sum->type.type == Type::date && !is_whole_days(*duration)) sum = as_moment(std::move(sum));
      const Type type = sum->type.type;
      sum = make_binary(Op::add, type, span, std::move(sum), clone(*duration));
    }
  }
  return sum;
}

std::vector<const Ir*> joined(std::vector<const Ir*> first, const std::vector<const Ir*>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

IrPtr compared_times(Op op, Span span, IrPtr left, IrPtr right) {
  Terms a, b;
  take_apart(*left, true, a);
  take_apart(*right, true, b);
  const auto left_points = joined(a.points, b.subtracted_points);
  const auto right_points = joined(b.points, a.subtracted_points);
  const bool one_each = left_points.size() == 1 && right_points.size() == 1;
  const bool durations_only = left_points.empty() && right_points.empty();
  const bool nothing_left = left_points.empty() && a.durations.empty() && b.subtracted_durations.empty();
  const bool nothing_right = right_points.empty() && b.durations.empty() && a.subtracted_durations.empty();
  if ((one_each || durations_only) && !nothing_left && !nothing_right) {
    IrPtr new_left = put_together(left->span, left_points, a.durations, b.subtracted_durations);
    IrPtr new_right = put_together(right->span, right_points, b.durations, a.subtracted_durations);
    left = std::move(new_left);
    right = std::move(new_right);
  }
  if (left->type.type != right->type.type) {  // a date and a moment: the date counts from its 00:00
    if (left->type.type == Type::date) left = as_moment(std::move(left));
    if (right->type.type == Type::date) right = as_moment(std::move(right));
  }
  return make_binary(op, Type::boolean, span, std::move(left), std::move(right));
}

// ---- in, contains, starts with
// --------------------------------------------------------------------------------------------

TypeInfo element_type(const Ir& list) { return {list.type.element, Type::none, list.type.members}; }

bool element_meets(Workspace& workspace, Span span, const Ir& element, const Ir& list) {
  const TypeInfo type = element_type(list);
  if (!can_meet(element.type.type, type.type)) {
    report_never(workspace, span, element.type, type);
    return false;
  }
  if (element.currency && list.currency && *element.currency != *list.currency) {
    workspace.sink.report(
        mistake(304, span, {program::currency_code(*element.currency), program::currency_code(*list.currency)}));
    return false;
  }
  if (element.type.type == Type::one_of && list.op == Op::list) {
    bool fit = true;
    for (const IrPtr& one : list.children) fit = fits_member(workspace, *one, element.type) && fit;
    return fit;
  }
  if (type.type == Type::one_of) return fits_member(workspace, element, type);
  return true;
}

// What moves with time has next flips only in comparisons, so `today in [a, b]` is `today = a or today = b`, and `not
// in` is `today != a and today != b`. Halved, so that a long list does not nest deeply.
IrPtr one_by_one(Workspace& workspace, Op op, Span span, const Ir& element, const Ir& list, std::size_t from,
                 std::size_t to) {
  if (to - from == 1) {
    const Word word = op == Op::in ? Word::equal : Word::not_equal;
    return compared(workspace, word, span, clone(element), clone(*list.children[from]));
  }
  const std::size_t middle = from + (to - from) / 2;
  IrPtr first = one_by_one(workspace, op, span, element, list, from, middle);
  IrPtr second = one_by_one(workspace, op, span, element, list, middle, to);
  if (!first || !second) return nullptr;
  return make_binary(op == Op::in ? Op::or_ : Op::and_, Type::boolean, span, std::move(first), std::move(second));
}

IrPtr member(Workspace& workspace, Op op, Span span, IrPtr left, IrPtr right) {
  if (right->type.type != Type::list) {
    workspace.sink.report(mistake(329, right->span, {type_word(right->type)}, 29));
    return nullptr;
  }
  if (!element_meets(workspace, span, *left, *right)) return nullptr;
  const bool moves = right->op == Op::list && (moves_with_time(*left) || moves_with_time(*right));
  if (moves) return one_by_one(workspace, op, span, *left, *right, 0, right->children.size());
  return make_binary(op, Type::boolean, span, std::move(left), std::move(right));
}

IrPtr containing(Workspace& workspace, Span span, IrPtr left, IrPtr right) {
  if (left->type.type == Type::list) {
    if (!element_meets(workspace, span, *right, *left)) return nullptr;
  } else if (!is_text(left->type.type)) {
    workspace.sink.report(mistake(330, left->span, {type_word(left->type)}));
    return nullptr;
  } else if (!is_text(right->type.type)) {
    report_never(workspace, span, left->type, right->type);
    return nullptr;
  }
  return make_binary(Op::contains, Type::boolean, span, std::move(left), std::move(right));
}

IrPtr starting(Workspace& workspace, Span span, IrPtr left, IrPtr right) {
  for (const Ir* side : {left.get(), right.get()}) {
    if (is_text(side->type.type)) continue;
    workspace.sink.report(mistake(331, side->span, {type_word(side->type)}));
    return nullptr;
  }
  return make_binary(Op::starts_with, Type::boolean, span, std::move(left), std::move(right));
}

}  // namespace

bool fits_member(Workspace& workspace, const Ir& text, const TypeInfo& one_of) {
  if (!is_constant(text, ValueKind::text)) return true;
  const auto& members = one_of.members;
  if (std::find(members.begin(), members.end(), text.constant.text) != members.end()) return true;
  Diagnostic diagnostic = mistake(305, text.span, {text.constant.text});
  suggest(diagnostic, text.constant.text, members);
  if (diagnostic.help == 0 && !members.empty() && members.size() <= 8) {
    std::string all;
    for (const std::string& one : members) all += (all.empty() ? "`" : ", `") + one + "`";
    diagnostic.help = 30;
    diagnostic.help_arguments = {all};
  }
  workspace.sink.report(std::move(diagnostic));
  return false;
}

IrPtr compared(Workspace& workspace, Word word, Span span, IrPtr left, IrPtr right) {
  const Op op = op_of(word);
  if (op == Op::in || op == Op::not_in) return member(workspace, op, span, std::move(left), std::move(right));
  if (op == Op::contains) return containing(workspace, span, std::move(left), std::move(right));
  if (op == Op::starts_with) return starting(workspace, span, std::move(left), std::move(right));
  if (!meet(workspace, span, *left, *right)) return nullptr;
  const Type type = left->type.type;
  if (is_order(word) && (!has_order(type) || !has_order(right->type.type))) {
    workspace.sink.report(mistake(311, span, {type_word(has_order(type) ? right->type : left->type)}));
    return nullptr;
  }
  if (type == Type::list) {
    workspace.sink.report(mistake(332, span));
    return nullptr;
  }
  // What one use of a template gives may make a comparison in it pointless for that use alone.
  const bool of_one_use = hangs_on_parameter(*left) || hangs_on_parameter(*right);
  if (!of_one_use && left->op == Op::constant && right->op == Op::constant) {
    workspace.sink.report(mistake(334, span));
    return nullptr;
  }
  if (!of_one_use && (!count_can_be(*left, word, *right) || !count_can_be(*right, turned(word), *left))) {
    workspace.sink.report(mistake(333, span));
    return nullptr;
  }
  if (is_point(type) || type == Type::duration) return compared_times(op, span, std::move(left), std::move(right));
  return make_binary(op, Type::boolean, span, std::move(left), std::move(right));
}

}  // namespace tend::check
