#include "engine/expr/windows.hpp"

#include <algorithm>

#include "dsl/text/must.hpp"
#include "engine/expr/arithmetic.hpp"

namespace tend::expr {
namespace {

using program::Aggregate;
using program::kNone;
using program::Type;
using program::ValueKind;
using program::Window;

/// Sums, counts, the extremes and the last of what a window admits.
struct Gathered {
  std::uint64_t count = 0;   // admitted events
  std::uint64_t values = 0;  // of them with the field
  Wide sum = 0;              // minor units or millionths
  bool broken = false;       // mixed currencies, or beyond what can be summed
  program::Currency currency = 0;
  Value first, last, least, greatest;
  Moment last_at = env::kNoMoment;
  struct Often {
    Value value;
    std::uint64_t count;
  };
  std::vector<Often> often;  // most: in order of the last time seen
};

void gather_sum(Gathered& gathered, const Value& value) {
  if (value.kind == ValueKind::money) {
    if (gathered.values == 0) gathered.currency = value.extra;
    gathered.broken |= value.extra != gathered.currency;
    gathered.sum += value.i;
    return;
  }
  if (value.kind == ValueKind::percent) {
    gathered.sum += value.i;
    return;
  }
  if (value.kind != ValueKind::number) return;
  const auto parts = millionths(value.d);
  gathered.broken |= !parts;
  if (parts) gathered.sum += *parts;
  gathered.broken |= gathered.sum > (Wide{1} << 110) || gathered.sum < -(Wide{1} << 110);
}

void gather(Context& context, const Window& window, Gathered& gathered, Moment at, const Value& value) {
  ++gathered.count;
  gathered.last_at = at;
  if (window.field == kNone || value.missing()) return;
  switch (window.aggregate) {
    case Aggregate::total:
    case Aggregate::average: gather_sum(gathered, value); break;
    case Aggregate::first:
      if (gathered.values == 0) gathered.first = value;
      break;
    case Aggregate::last: gathered.last = value; break;
    case Aggregate::min:
    case Aggregate::max: {
      if (gathered.values == 0) {
        gathered.least = gathered.greatest = value;
        break;
      }
      const int order = compare(context, value, gathered.least);
      gathered.broken |= order == 2;
      if (order == -1) gathered.least = value;
      if (compare(context, value, gathered.greatest) == 1) gathered.greatest = value;
      break;
    }
    case Aggregate::most: {
      auto it = std::find_if(gathered.often.begin(), gathered.often.end(),
                             [&](const Gathered::Often& o) { return compare(context, o.value, value) == 0; });
      Gathered::Often seen{value, 1};
      if (it != gathered.often.end()) {
        seen.count += it->count;
        gathered.often.erase(it);
      }
      gathered.often.push_back(seen);  // seen last: of equals the later one wins
      break;
    }
    default: break;
  }
  ++gathered.values;
}

Type field_type(const program::Program& program, const Window& window) {
  if (window.field == program::kFieldAt) return Type::moment;
  if (window.field == kNone) return Type::none;
  return program.events[window.event].fields[window.field].type.type;
}

Value total_of(const Gathered& gathered, Type type) {
  if (gathered.broken) return {};
  if (type == Type::money) return money_or_missing(gathered.sum, gathered.currency);
  if (type == Type::percent) return Value::percent(static_cast<std::int64_t>(gathered.sum));
  return number_or_missing(static_cast<double>(gathered.sum) / 1e6);
}

Value average_of(const Gathered& gathered, Type type) {
  if (gathered.broken || gathered.values == 0) return {};
  const auto n = static_cast<Wide>(gathered.values);
  if (type == Type::money) return money_or_missing(divide_half_away(gathered.sum, n), gathered.currency);
  if (type == Type::percent) return Value::percent(static_cast<std::int64_t>(divide_half_away(gathered.sum, n)));
  return number_or_missing(static_cast<double>(gathered.sum) / (static_cast<double>(gathered.values) * 1e6));
}

Value result_of(const Gathered& gathered, const Window& window, Type type) {
  switch (window.aggregate) {
    case Aggregate::count: return Value::number(static_cast<double>(gathered.count));
    case Aggregate::total: return total_of(gathered, type);
    case Aggregate::average: return average_of(gathered, type);
    case Aggregate::min: return gathered.broken ? Value() : gathered.least;
    case Aggregate::max: return gathered.broken ? Value() : gathered.greatest;
    case Aggregate::last: return gathered.last;
    case Aggregate::first: return gathered.first;
    case Aggregate::most: {
      const Gathered::Often* best = nullptr;
      for (const Gathered::Often& o : gathered.often) {
        if (best == nullptr || o.count >= best->count) best = &o;
      }
      return best == nullptr ? Value() : best->value;
    }
    case Aggregate::happened: return Value::boolean(gathered.count > 0);
    case Aggregate::silent: break;
  }
  CHECK_OR_DIE(false, "silence is not gathered");
}

}  // namespace

Value evaluate_window(Context& context, std::uint32_t index) {
  const program::Program& program = context.tables->program();
  const Window& window = program.windows[index];
  const state::State& state = *context.state;
  const std::uint32_t stored = state.layout().stored_of_event[window.event];
  const std::uint32_t slot =
      window.field == kNone || window.field == program::kFieldAt ? kNone : state.layout().slot_of(stored, window.field);
  const bool silent = window.aggregate == Aggregate::silent;

  const EventUnderTest outer = context.event;
  Gathered gathered;
  const std::uint32_t count = state.kept_count(context.customer, stored);
  for (std::uint32_t i = 0; i < count; ++i) {
    const Moment at = state.kept_at(context.customer, stored, i);
    Moment leaves = kNever;
    if (window.over && !silent) {
      leaves = add_duration(context, at, *window.over);
      if (context.now >= leaves) continue;
    }
    if (at > context.now) {  // live, a turn may come after an answer and be of an earlier moment
      context.flip = std::min(context.flip, at);
      continue;
    }
    if (window.filter != kNone) {
      context.event = {.event = window.event, .at = at, .fields = {}, .stored = stored, .kept = i};
      if (!evaluate(context, window.filter).truth()) continue;
    }
    context.flip = std::min(context.flip, leaves);
    Value value;
    if (window.field == program::kFieldAt) value = Value::moment(at);
    if (slot != kNone) value = state.kept_field(context.customer, stored, i, slot);
    gather(context, window, gathered, at, value);
  }
  context.event = outer;
  if (!silent) return result_of(gathered, window, field_type(program, window));

  const Moment since = gathered.count > 0 ? gathered.last_at : state.at(context.customer).first_seen;
  const Moment boundary = add_duration(context, since, *window.over);
  if (context.now < boundary) context.flip = std::min(context.flip, boundary);
  return Value::boolean(context.now >= boundary);
}

}  // namespace tend::expr
