#include "engine/expr/evaluate.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "dsl/program/money.hpp"
#include "dsl/text/must.hpp"
#include "engine/expr/arithmetic.hpp"
#include "engine/expr/filters.hpp"
#include "engine/expr/windows.hpp"

namespace tend::expr {
namespace {

using program::kNone;
using program::Node;
using program::Op;
using program::ValueKind;

const env::Zone& zone_of(Context& context) {
  if (context.customer_zone == nullptr) context.customer_zone = &context.state->zone(context.customer);
  return *context.customer_zone;
}

env::Date today(Context& context) { return env::date_of(zone_of(context), context.now); }

/// A list that was read from bytes, decoded into the caller's storage.
Value decoded(Context& context, const Value& value) {
  if (value.kind != ValueKind::list) return value;
  CHECK_OR_DIE(context.lists != nullptr, "who evaluates lists brings storage for them");
  auto& elements = context.lists->add();
  state::read_list(value, elements);
  return Value::of_list(elements.data(), value.extra);
}

Value field_of(Context& context, const EventUnderTest& event, std::uint32_t field) {
  if (field == program::kFieldAt) return Value::moment(event.at);
  if (event.kept == kNone) return decoded(context, state::find_field(event.fields, static_cast<std::uint16_t>(field)));
  const std::uint32_t slot = context.state->layout().slot_of(event.stored, field);
  return slot == kNone ? Value()
                       : decoded(context, context.state->kept_field(context.customer, event.stored, event.kept, slot));
}

/// The event that let the customer in, kept with the journey: u32 event, then its fields.
Value entry_field(Context& context, std::uint32_t event, std::uint32_t field) {
  std::uint32_t entry_event = context.entry_event;
  std::string_view fields = context.entry_fields;
  if (context.journey != nullptr) {
    const std::string_view kept = context.state->pool.text(context.journey->entry);
    if (kept.size() < 4) return {};
    std::memcpy(&entry_event, kept.data(), 4);
    fields = kept.substr(4);
  }
  if (entry_event != event) return {};
  return decoded(context, state::find_field(fields, static_cast<std::uint16_t>(field)));
}

/// Events that chose arms: (u32 event, i64 at, u32 length, fields)….
Value arm_field(Context& context, std::uint32_t event, std::uint32_t field) {
  if (context.journey == nullptr) return {};
  std::string_view kept = context.state->pool.text(context.journey->arms);
  while (kept.size() >= 16) {
    std::uint32_t kept_event = 0, length = 0;
    Moment at = 0;
    std::memcpy(&kept_event, kept.data(), 4);
    std::memcpy(&at, kept.data() + 4, 8);
    std::memcpy(&length, kept.data() + 12, 4);
    if (kept_event == event) {
      if (field == program::kFieldAt) return Value::moment(at);
      return decoded(context, state::find_field(kept.substr(16, length), static_cast<std::uint16_t>(field)));
    }
    kept.remove_prefix(16 + length);
  }
  return {};
}

Moment entered_at(const Context& context) {
  return context.journey != nullptr ? context.journey->entered : context.entered;
}

/// What a journey keeps by name.
Value kept(Context& context, std::uint16_t first, std::uint32_t slot) {
  if (context.journey == nullptr) return {};
  return decoded(context, context.state->kept(*context.journey, static_cast<std::uint16_t>(first + slot)));
}

/// The date that an entry relative to a date went by, else the day of the entry.
Value entry_date(Context& context) {
  if (context.journey == nullptr && context.entry_date != state::kMissingDay) return Value::date(context.entry_date);
  if (context.journey != nullptr) {
    const Value kept = context.state->kept(*context.journey, state::kKeptEntryDate);
    if (!kept.missing()) return kept;
  }
  return Value::date(env::date_of(zone_of(context), entered_at(context)));
}

/// Another customer's attribute, as of now; missing where the reference is, or where nobody knows him.
Value evaluate_related(Context& context, const Node& node) {
  const Value who = evaluate(context, node.a);
  if (who.kind != ValueKind::text) return {};
  const auto [state, customer] = context.state->find_anywhere(who.str());
  return state == nullptr ? Value() : decoded(context, state->attribute(customer, node.b));
}

/// All tags as a list of texts, sorted.
Value tags_of(Context& context) {
  CHECK_OR_DIE(context.lists != nullptr, "who evaluates lists brings storage for them");
  auto& elements = context.lists->add();
  for (const std::string_view tag : context.state->tags(context.customer)) elements.push_back(Value::string(tag));
  return Value::of_list(elements.data(), static_cast<std::uint32_t>(elements.size()));
}

Value evaluate_tagged(Context& context, const Node& node) {
  const Value wanted = evaluate(context, node.a);
  if (wanted.kind == ValueKind::text) return Value::boolean(context.state->has_tag(context.customer, wanted.str()));
  if (wanted.kind != ValueKind::list) return Value::boolean(false);
  bool any = false;
  for (std::uint32_t i = 0; i < wanted.extra; ++i) {
    any |= wanted.list[i].kind == ValueKind::text && context.state->has_tag(context.customer, wanted.list[i].str());
  }
  return Value::boolean(any);
}

Value evaluate_inactive(Context& context, const Node& node) {
  const state::Customer& customer = context.state->at(context.customer);
  const Moment since = customer.last_activity != env::kNoMoment ? customer.last_activity : customer.first_seen;
  const Moment boundary = add_duration(context, since, context.tables->constant(node.a).dur());
  if (context.now < boundary) context.flip = std::min(context.flip, boundary);
  return Value::boolean(context.now >= boundary);
}

Value evaluate_age(Context& context, const Node& node) {
  const Value birthday = evaluate(context, node.a);
  if (birthday.kind != ValueKind::date) return {};
  const env::Date day = today(context);
  const auto born = static_cast<env::Date>(birthday.i);
  context.flip = std::min(context.flip, env::clock(zone_of(context), env::next_anniversary_after(born, day), 0));
  return Value::number(env::age_in_years(born, day));
}

/// Comparisons' truth by their order: compare() gave 2 where there is none.
bool holds(Op op, int order) {
  if (order == 2) return false;
  switch (op) {
    case Op::equal: return order == 0;
    case Op::not_equal: return order != 0;
    case Op::less: return order < 0;
    case Op::less_equal: return order <= 0;
    case Op::greater: return order > 0;
    case Op::greater_equal: return order >= 0;
    default: CHECK_OR_DIE(false, "a comparison");
  }
}

/// The order of the two sides if it were `moment` now.
int order_at(const Context& context, const Node& node, Moment moment) {
  Context then = context;
  then.now = moment;
  const Value a = evaluate(then, node.a);
  const Value b = evaluate(then, node.b);
  return compare(then, a, b);
}

/// The least moment after `from`, at most `to`, at which the order of the sides is not `order`; kNever if it stays.
/// Requires: the order changes only one way between the two (it is linear in `now`).
Moment first_change(const Context& context, const Node& node, Moment from, Moment to, int order) {
  if (order_at(context, node, to) == order) return kNever;
  Moment same = from, other = to;
  while (other - same > 1) {
    const Moment middle = same + (other - same) / 2;
    (order_at(context, node, middle) == order ? same : other) = middle;
  }
  return other;
}

void note_clock_flip(Context& context, const Node& node, int order) {
  if (order == 2) return;
  const bool both = context.tables->reads_clock(node.a) && context.tables->reads_clock(node.b);
  if (!both) {
    constexpr Moment kLongest = 400 * 366 * env::kDay;
    context.flip = std::min(context.flip, first_change(context, node, context.now, context.now + kLongest, order));
    return;
  }
  // Both sides move: within a day one stands still, so look no further than the next midnight.
  const Moment midnight = env::clock(zone_of(context), today(context) + 1, 0);
  const Moment change =
      midnight - context.now > 1 ? first_change(context, node, context.now, midnight - 1, order) : kNever;
  context.flip = std::min(context.flip, std::min(change, midnight));
}

Value evaluate_comparison(Context& context, const Node& node) {
  const Value a = evaluate(context, node.a);
  const Value b = evaluate(context, node.b);
  const int order = compare(context, a, b);
  if (context.tables->reads_clock(node.a) || context.tables->reads_clock(node.b)) note_clock_flip(context, node, order);
  return Value::boolean(holds(node.op, order));
}

Value evaluate_in(Context& context, const Node& node) {
  const Value element = evaluate(context, node.a);
  const Value list = evaluate(context, node.b);
  if (element.missing() || list.kind != ValueKind::list) return Value::boolean(false);
  bool found = false;
  for (std::uint32_t i = 0; i < list.extra; ++i) found |= compare(context, element, list.list[i]) == 0;
  return Value::boolean(found == (node.op == Op::in));
}

Value evaluate_contains(Context& context, const Node& node) {
  const Value whole = evaluate(context, node.a);
  const Value part = evaluate(context, node.b);
  if (part.missing()) return Value::boolean(false);
  if (whole.kind == ValueKind::text && part.kind == ValueKind::text) {
    return Value::boolean(whole.str().find(part.str()) != std::string_view::npos);
  }
  bool found = false;
  if (whole.kind == ValueKind::list) {
    for (std::uint32_t i = 0; i < whole.extra; ++i) found |= compare(context, whole.list[i], part) == 0;
  }
  return Value::boolean(found);
}

Value evaluate_sum(Context& context, const Node& node) {
  const Value a = evaluate(context, node.a);
  const Value b = evaluate(context, node.b);
  const int sign = node.op == Op::add ? 1 : -1;
  if (a.missing() || b.missing()) return {};
  if (b.kind == ValueKind::duration && a.kind == ValueKind::date)
    return Value::date(move_date(static_cast<env::Date>(a.i), b.dur(), sign));
  if (b.kind == ValueKind::duration && a.kind == ValueKind::moment) {
    return Value::moment(env::add(zone_of(context), a.i, sign * b.dur().months, sign * b.i));
  }
  if (sign > 0 && a.kind == ValueKind::duration && b.kind == ValueKind::date)
    return Value::date(move_date(static_cast<env::Date>(b.i), a.dur(), 1));
  if (sign > 0 && a.kind == ValueKind::duration && b.kind == ValueKind::moment)
    return Value::moment(add_duration(context, b.i, a.dur()));
  if (sign < 0 && a.kind == ValueKind::date && b.kind == ValueKind::date)
    return Value::duration({0, (a.i - b.i) * env::kDay});
  if (sign < 0 && a.kind == ValueKind::moment && b.kind == ValueKind::moment) return Value::duration({0, a.i - b.i});
  return add_values(a, b, sign);
}

Value evaluate_list(Context& context, const Node& node) {
  CHECK_OR_DIE(context.lists != nullptr, "who evaluates lists brings storage for them");
  auto& elements = context.lists->add();
  elements.reserve(node.b);
  for (std::uint32_t i = 0; i < node.b; ++i)
    elements.push_back(evaluate(context, context.tables->program().arguments[node.a + i]));
  return Value::of_list(elements.data(), node.b);
}

void append_fixed(std::string& out, std::int64_t scaled, int digits) {
  if (scaled < 0) out += '-';
  std::uint64_t left = scaled < 0 ? 0 - static_cast<std::uint64_t>(scaled) : static_cast<std::uint64_t>(scaled);
  std::uint64_t power = 1;
  for (int i = 0; i < digits; ++i) power *= 10;
  out += std::to_string(left / power);
  if (digits == 0) return;
  std::string fraction = std::to_string(left % power);
  out += '.';
  out.append(static_cast<std::size_t>(digits) - fraction.size(), '0');
  out += fraction;
}

void append_percent(std::string& out, std::int64_t percent) {
  std::string digits;
  append_fixed(digits, percent, 6);
  while (digits.back() == '0') digits.pop_back();
  if (digits.back() == '.') digits.pop_back();
  out += digits;
  out += '%';
}

void append_time(std::string& out, std::int64_t ms) {
  const auto two = [&out](std::int64_t n) {
    out += static_cast<char>('0' + n / 10);
    out += static_cast<char>('0' + n % 10);
  };
  two(ms / env::kHour);
  out += ':';
  two(ms / env::kMinute % 60);
}

void append_duration(std::string& out, program::Duration duration) {
  const auto part = [&out](std::int64_t n, const char* unit) {
    if (n == 0) return;
    if (!out.empty() && out.back() != ' ') out += ' ';
    out += std::to_string(n) + " " + unit + (n == 1 ? "" : "s");
  };
  part(duration.months / 12, "year");
  part(duration.months % 12, "month");
  part(duration.ms / env::kDay, "day");
  part(duration.ms / env::kHour % 24, "hour");
  part(duration.ms / env::kMinute % 60, "minute");
  part(duration.ms / env::kSecond % 60, "second");
}

}  // namespace

env::Date move_date(env::Date date, program::Duration duration, int sign) {
  if (duration.months != 0) {
    const env::Civil civil = env::civil(date);
    const int months = civil.year * 12 + static_cast<int>(civil.month) - 1 + sign * duration.months;
    const int year = months >= 0 ? months / 12 : (months - 11) / 12;
    const auto month = static_cast<unsigned>(months - year * 12) + 1;
    date = env::date({year, month, std::min(civil.day, env::days_in_month(year, month))});
  }
  return date + static_cast<env::Date>(sign * (duration.ms / env::kDay));
}

Tables::Tables(const program::Program& program) : program_(&program) {
  for (const program::Constant& constant : program.constants) constants_.push_back(value_of(constant));
  reads_clock_.resize(program.nodes.size());
  for (std::size_t i = 0; i < program.nodes.size(); ++i) {
    const Node& node = program.nodes[i];
    switch (node.op) {
      case Op::now:
      case Op::today: reads_clock_[i] = true; break;
      case Op::add:
      case Op::subtract:
      case Op::date_of:
      case Op::local_moment:
      case Op::default_: reads_clock_[i] = reads_clock_[node.a] || (node.b != kNone && reads_clock_[node.b]); break;
      default: break;
    }
  }
}

Value Tables::value_of(const program::Constant& constant) {
  Value value;
  value.kind = constant.kind;
  value.extra = constant.extra;
  value.i = constant.integer;
  if (constant.kind == ValueKind::number) value.d = constant.number;
  if (constant.kind == ValueKind::text) return Value::string(constant.text);
  if (constant.kind == ValueKind::list) {
    auto& elements = lists_.emplace_back();
    for (const program::Constant& element : constant.list) elements.push_back(value_of(element));
    return Value::of_list(elements.data(), static_cast<std::uint32_t>(elements.size()));
  }
  return value;
}

Moment add_duration(Context& context, Moment moment, program::Duration duration) {
  if (duration.months == 0) return moment + duration.ms;
  return env::add(zone_of(context), moment, duration.months, duration.ms);
}

int compare(Context& context, const Value& a, const Value& b) {
  const auto order = [](auto x, auto y) { return x < y ? -1 : (y < x ? 1 : 0); };
  if (a.missing() || b.missing()) return 2;
  if (a.kind != b.kind) {
    // A date beside a moment is its 00:00.
    if (a.kind == ValueKind::date && b.kind == ValueKind::moment)
      return order(env::clock(zone_of(context), static_cast<env::Date>(a.i), 0), b.i);
    if (a.kind == ValueKind::moment && b.kind == ValueKind::date)
      return order(a.i, env::clock(zone_of(context), static_cast<env::Date>(b.i), 0));
    return 2;
  }
  switch (a.kind) {
    case ValueKind::number: return order(a.d, b.d);
    case ValueKind::text: return order(a.str().compare(b.str()), 0);
    case ValueKind::money: return same_currency(a, b) ? order(a.i, b.i) : 2;
    case ValueKind::duration: {
      constexpr std::int64_t kMonth = 30 * env::kDay;
      return order(a.dur().months * kMonth + a.i, b.dur().months * kMonth + b.i);
    }
    case ValueKind::list: return 2;
    default: return order(a.i, b.i);
  }
}

Value evaluate(Context& context, std::uint32_t index) {
  const Node& node = context.tables->program().nodes[index];
  const state::State& state = *context.state;
  switch (node.op) {
    case Op::constant: return context.tables->constant(node.a);
    case Op::attribute: return decoded(context, state.attribute(context.customer, node.a));
    case Op::customer_id: return Value::string(state.customer_id(context.customer));
    case Op::first_seen: return Value::moment(state.at(context.customer).first_seen);
    case Op::now: return Value::moment(context.now);
    case Op::today: return Value::date(today(context));
    case Op::field: return field_of(context, context.event, node.a);
    case Op::entry_field:
      if (node.b == program::kFieldAt) return Value::moment(entered_at(context));
      return entry_field(context, node.a, node.b);
    case Op::entry_at: return Value::moment(entered_at(context));
    case Op::entry_date: return entry_date(context);
    case Op::arm_field: return arm_field(context, node.a, node.b);
    case Op::local_moment: {
      const Value date = evaluate(context, node.a);
      const Value time = evaluate(context, node.b);
      if (date.missing() || time.missing()) return {};
      return Value::moment(env::clock(zone_of(context), static_cast<env::Date>(date.i), time.i));
    }
    case Op::tagged: return evaluate_tagged(context, node);
    case Op::consents:
      return Value::boolean(state.has_consent(context.customer, context.tables->constant(node.a).str()));
    case Op::window: return evaluate_window(context, node.a);
    case Op::inactive: return evaluate_inactive(context, node);
    case Op::age: return evaluate_age(context, node);
    case Op::date_of: {
      const Value moment = evaluate(context, node.a);
      return moment.kind == ValueKind::moment ? Value::date(env::date_of(zone_of(context), moment.i)) : Value();
    }
    case Op::and_: {  // no short cut: both sides have flips
      const bool a = evaluate(context, node.a).truth();
      const bool b = evaluate(context, node.b).truth();
      return Value::boolean(a && b);
    }
    case Op::or_: {
      const bool a = evaluate(context, node.a).truth();
      const bool b = evaluate(context, node.b).truth();
      return Value::boolean(a || b);
    }
    case Op::not_: return Value::boolean(!evaluate(context, node.a).truth());
    case Op::equal:
    case Op::not_equal:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal: return evaluate_comparison(context, node);
    case Op::in:
    case Op::not_in: return evaluate_in(context, node);
    case Op::contains: return evaluate_contains(context, node);
    case Op::starts_with: {
      const Value whole = evaluate(context, node.a);
      const Value start = evaluate(context, node.b);
      return Value::boolean(whole.kind == ValueKind::text && start.kind == ValueKind::text &&
                            whole.str().starts_with(start.str()));
    }
    case Op::is_missing: return Value::boolean(evaluate(context, node.a).missing());
    case Op::is_not_missing: return Value::boolean(!evaluate(context, node.a).missing());
    case Op::default_: {
      const Value a = evaluate(context, node.a);
      const Value b = evaluate(context, node.b);
      return a.missing() ? b : a;
    }
    case Op::add:
    case Op::subtract: return evaluate_sum(context, node);
    case Op::multiply: return multiply(evaluate(context, node.a), evaluate(context, node.b));
    case Op::divide: return divide(evaluate(context, node.a), evaluate(context, node.b));
    case Op::negate: {
      Value value = evaluate(context, node.a);
      if (value.kind == ValueKind::number)
        value.d = -value.d;
      else if (value.kind == ValueKind::duration)
        value = Value::duration({-value.dur().months, -value.i});
      else
        value.i = -value.i;
      return value;
    }
    case Op::list: return evaluate_list(context, node);
    case Op::let_value: return kept(context, state::kKeptLet, node.a);
    case Op::grant_amount: return kept(context, state::kKeptGrantAmount, node.a);
    case Op::grant_expires: return kept(context, state::kKeptGrantExpires, node.a);
    case Op::related: return evaluate_related(context, node);
    case Op::staff_name: return evaluate(context, node.a);  // what is known of him is his id
    case Op::customer_tags: return tags_of(context);
    case Op::call: break;  // journey::not_run_yet refuses the programs that hold it
  }
  CHECK_OR_DIE(false, "every operator has a meaning");
}

void append_text(std::string& out, Context& context, const Value& value) {
  switch (value.kind) {
    case ValueKind::missing: return;
    case ValueKind::boolean: out += value.i != 0 ? "true" : "false"; return;
    case ValueKind::number: {
      char digits[32];
      const auto end = std::to_chars(digits, digits + sizeof digits, value.d == 0 ? 0.0 : value.d);
      out.append(digits, end.ptr);
      return;
    }
    case ValueKind::money: {
      std::span<const program::DeclaredCurrency> own;
      if (context.tables != nullptr) own = context.tables->program().currencies;
      out += program::money_text(own, value.i, value.extra);
      return;
    }
    case ValueKind::percent: append_percent(out, value.i); return;
    case ValueKind::text: out += value.str(); return;
    case ValueKind::date: env::append_date(out, static_cast<env::Date>(value.i)); return;
    case ValueKind::time_of_day: append_time(out, value.i); return;
    case ValueKind::moment: {
      const env::Zone& zone = zone_of(context);
      env::append_date(out, env::date_of(zone, value.i));
      out += ' ';
      append_time(out, env::time_of_day(zone, value.i));
      return;
    }
    case ValueKind::duration: append_duration(out, value.dur()); return;
    case ValueKind::list:
      for (std::uint32_t i = 0; i < value.extra; ++i) {
        if (i > 0) out += ", ";
        append_text(out, context, value.list[i]);
      }
      return;
  }
}

void render(std::string& out, Context& context, const std::vector<program::TextPart>& parts) {
  for (const program::TextPart& part : parts) {
    if (part.expression == kNone) {
      out += part.literal;
      continue;
    }
    const Value value = evaluate(context, context.tables->program().expressions[part.expression].root);
    if (part.filters.empty()) {
      append_text(out, context, value);
    } else {
      append_filtered(out, context, value, part.filters);
    }
  }
}

}  // namespace tend::expr
