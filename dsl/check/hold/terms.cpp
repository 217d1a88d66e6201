// Which parts of conditions are terms, and when two of them are one.
#include "dsl/check/hold/terms.hpp"

#include <algorithm>

namespace tend::check::hold {
namespace {

using program::Aggregate;
using program::Constant;
using program::Duration;
using program::Type;
using program::ValueKind;

constexpr std::int64_t kDay = 86'400'000;

bool is_text(Type type) {
  return type == Type::text || type == Type::one_of || type == Type::staff || type == Type::customer;
}

bool is_comparison(Op op) { return op >= Op::equal && op <= Op::greater_equal; }

// Missing as soon as one of the parts is.
bool passes_missing_on(Op op) {
  return op == Op::add || op == Op::subtract || op == Op::multiply || op == Op::divide || op == Op::negate ||
         op == Op::age || op == Op::date_of || op == Op::local_moment;
}

bool has_two_parts(Op op) { return op != Op::negate && op != Op::age && op != Op::date_of; }

// What the program calculates from nothing but the customer and the moment, and from its parts.
bool is_function_of_parts(Op op) { return passes_missing_on(op) || (op >= Op::and_ && op <= Op::default_); }

bool is_always_there(Op op) {
  switch (op) {
    case Op::customer_id:
    case Op::first_seen:
    case Op::now:
    case Op::today:
    case Op::entry_at:
    case Op::entry_date:
    case Op::consents:
    case Op::inactive:
    case Op::tagged:
    case Op::contains:
    case Op::starts_with: return true;
    default: return false;
  }
}

// The shortest that a length can be.
std::int64_t at_least(const Duration& duration) {
  return duration.ms + (duration.months == 0 ? 0 : (duration.months * 28 - 2) * kDay);
}

std::int64_t at_most(const Duration& duration) {
  return duration.ms + (duration.months == 0 ? 0 : (duration.months * std::int64_t{31} + 2) * kDay);
}

}  // namespace

bool no_longer(const std::optional<Duration>& a, const std::optional<Duration>& b) {
  if (!b) return true;
  if (!a) return false;
  if (a->months <= b->months && a->ms <= b->ms) return true;
  return at_most(*a) <= at_least(*b);
}

std::string after_prefix(std::string start) {
  while (!start.empty() && static_cast<unsigned char>(start.back()) == 0xFF) start.pop_back();
  if (!start.empty()) start.back() = static_cast<char>(static_cast<unsigned char>(start.back()) + 1);
  return start;
}

Terms::Terms(const Program& program) : program_(program) {
  Term zero;
  zero.is_whole = true;
  zero.can_miss = false;
  terms_.push_back(zero);
}

std::uint32_t Terms::number_of(const Key& key) {
  return identities_.try_emplace(key, static_cast<std::uint32_t>(identities_.size())).first->second;
}

std::uint32_t Terms::identity(Place place) {
  const Node& node = program_.nodes[place.node];
  const auto op = static_cast<std::uint32_t>(node.op);
  switch (node.op) {
    case Op::constant:
    case Op::attribute:
    case Op::consents:
    case Op::window:
    case Op::inactive:
    case Op::let_value:
    case Op::grant_amount:
    case Op::grant_expires: return number_of({op, node.a, 0, 0});
    case Op::related: return number_of({op, identity({node.a, place.event}), node.b, 0});
    case Op::staff_name: return number_of({op, identity({node.a, place.event}), 0, 0});
    case Op::customer_id:
    case Op::first_seen:
    case Op::now:
    case Op::today:
    case Op::customer_tags:
    case Op::entry_at:
    case Op::entry_date: return number_of({op, 0, 0, 0});
    case Op::entry_field:
    case Op::arm_field: return number_of({op, node.a, node.b, 0});
    case Op::field:
      // The event that lets the customer in is what `entry` reads; but its `at` is not the moment of entry.
      if (place.event == kNone || node.a == program::kFieldAt) return number_of({op, node.a, place.event, 0});
      return number_of({static_cast<std::uint32_t>(Op::entry_field), place.event, node.a, 0});
    case Op::tagged: return number_of({op, identity({node.a, place.event}), 0, 0});
    default: break;
  }
  if (!is_function_of_parts(node.op))
    return number_of({op, place.node, place.event, 1});  // equal to nothing but itself
  const std::uint32_t a = identity({node.a, place.event});
  const std::uint32_t b = node.b == kNone ? kNone : identity({node.b, place.event});
  return number_of({op, a, b, 2});
}

namespace {

// A date plus whole days, a moment plus what is no month: the part that is not constant, and the constant.
std::pair<Place, Scalar> base_of(const Program& program, Place place) {
  Scalar offset = 0;
  while (true) {
    const Node& node = program.nodes[place.node];
    if (node.op != Op::add && node.op != Op::subtract) return {place, offset};
    if (node.type != Type::date && node.type != Type::moment) return {place, offset};
    const Node& part = program.nodes[node.b];
    if (part.op != Op::constant || part.type != Type::duration) return {place, offset};
    const Constant& length = program.constants[part.a];
    if (length.kind != ValueKind::duration || length.extra != 0) return {place, offset};
    if (program.nodes[node.a].type != node.type) return {place, offset};
    const bool days = node.type == Type::date;
    if (days && length.integer % kDay != 0) return {place, offset};
    const std::int64_t amount = days ? length.integer / kDay : length.integer;
    offset += static_cast<Scalar>(node.op == Op::add ? amount : -amount);
    place.node = node.a;
  }
}

}  // namespace

void Terms::gather_texts(const Constant& constant) {
  if (constant.kind == ValueKind::text) texts_.push_back(constant.text);
  for (const Constant& element : constant.list) gather_texts(element);
}

void Terms::add_tag(const Constant& constant) {
  for (const Constant& element : constant.list) add_tag(element);
  if (constant.kind != ValueKind::text || tags_.contains(constant.text)) return;
  tags_.emplace(constant.text, terms_.size());
  Term term;
  term.is_whole = term.is_boolean = true;
  term.can_miss = false;
  term.least = 0;
  term.most = 1;
  terms_.push_back(std::move(term));
}

void Terms::gather(Place place) {
  const Node& node = program_.nodes[place.node];
  const Place a{node.a, place.event}, b{node.b, place.event};
  switch (node.op) {
    case Op::and_:
    case Op::or_:
      gather(a);
      gather(b);
      return;
    case Op::not_: gather(a); return;
    case Op::is_missing:
    case Op::is_not_missing: gather_value(a); return;
    case Op::in:
    case Op::not_in:
      gather_value(a);
      if (program_.nodes[node.b].op == Op::constant) gather_value(b);
      return;
    case Op::starts_with:
    case Op::contains:
      gather_value(a);
      if (program_.nodes[node.b].op == Op::constant) {
        const Constant& part = program_.constants[program_.nodes[node.b].a];
        if (part.kind == ValueKind::text) texts_.push_back(after_prefix(part.text));
      }
      gather_value(b);
      add_term(place);
      return;
    case Op::tagged:
      if (program_.nodes[node.a].op == Op::constant) {
        add_tag(program_.constants[program_.nodes[node.a].a]);
      } else {
        gather_value(a);
        add_term(place);
      }
      return;
    default: break;
  }
  if (is_comparison(node.op)) {
    gather_value(a);
    gather_value(b);
    return;
  }
  gather_value(place);
}

void Terms::gather_value(Place place) {
  const Node& node = program_.nodes[place.node];
  if (node.op >= Op::and_ && node.op <= Op::is_not_missing) return gather(place);
  if (node.op == Op::tagged) return gather(place);
  if (node.op == Op::constant) return gather_texts(program_.constants[node.a]);
  if (node.op == Op::default_ || passes_missing_on(node.op)) {
    gather_value({node.a, place.event});
    if (has_two_parts(node.op)) gather_value({node.b, place.event});
  }
  add_term(base_of(program_, place).first);
}

void Terms::add_term(Place place) {
  const Node& node = program_.nodes[place.node];
  if (node.op == Op::constant) return;
  const std::uint32_t id = identity(place);
  if (term_of_.contains(id)) return;
  Term term;
  term.can_miss = !is_always_there(node.op);
  term.is_text = is_text(node.type);
  term.is_money = node.type == Type::money;
  term.is_boolean = node.type == Type::boolean;
  term.is_whole = node.type != Type::number || node.op == Op::age;
  if (term.is_boolean) {
    term.least = 0;
    term.most = 1;
  }
  const std::vector<std::string>* members = nullptr;
  const auto members_of = [&](const program::TypeInfo& type) {
    members = type.type == Type::one_of ? &type.members : nullptr;
  };
  const auto field_of = [&](std::uint32_t event, std::uint32_t field) {
    if (event < program_.events.size() && field < program_.events[event].fields.size())
      members_of(program_.events[event].fields[field].type);
  };
  switch (node.op) {
    case Op::attribute: members_of(program_.attributes[node.a].type); break;
    case Op::related: members_of(program_.attributes[node.b].type); break;
    case Op::entry_field:
    case Op::arm_field: field_of(node.a, node.b); break;
    case Op::field: field_of(place.event, node.a); break;
    case Op::inactive: {
      term.kind = Term::Kind::inactive;
      const Constant& length = program_.constants[node.a];
      term.window.over = Duration{static_cast<std::int32_t>(length.extra), length.integer};
      break;
    }
    case Op::window: {
      const program::Window& window = program_.windows[node.a];
      describe_window(term, window);
      if (term.kind == Term::Kind::picked) field_of(window.event, window.field);
      if (term.kind == Term::Kind::count || window.aggregate == Aggregate::happened) {
        term_of_.emplace(id, count_of(window));
        return;
      }
      break;
    }
    default: break;
  }
  if (passes_missing_on(node.op)) {
    for (const std::uint32_t part : {node.a, has_two_parts(node.op) ? node.b : node.a}) {
      const Place base = base_of(program_, {part, place.event}).first;
      if (const auto found = find_term(base)) term.needs.push_back(*found);
    }
  }
  term_of_.emplace(id, terms_.size());
  if (members) members_.emplace_back(terms_.size(), members);
  if (members) texts_.insert(texts_.end(), members->begin(), members->end());
  terms_.push_back(std::move(term));
}

void Terms::describe_window(Term& term, const program::Window& window) {
  term.window = window;
  if (window.filter != kNone) term.window.filter = identity({window.filter, kNone});
  switch (window.aggregate) {
    case Aggregate::count:
    case Aggregate::happened: term.kind = Term::Kind::count; return;
    case Aggregate::total: term.kind = Term::Kind::total; break;
    case Aggregate::silent:
      term.kind = Term::Kind::silent;
      term.can_miss = false;
      break;
    default: term.kind = Term::Kind::picked; break;
  }
  if (term.kind != Term::Kind::silent) term.count = count_of(window);
}

// The count of a window's events, whether or not somebody asks for it.
std::size_t Terms::count_of(program::Window window) {
  if (window.filter != kNone) window.filter = identity({window.filter, kNone});
  for (std::size_t i = 0; i < terms_.size(); ++i) {
    const program::Window& other = terms_[i].window;
    if (terms_[i].kind != Term::Kind::count || other.event != window.event) continue;
    if (other.filter == window.filter && other.over == window.over) return i;
  }
  Term term;
  term.kind = Term::Kind::count;
  term.is_whole = true;
  term.can_miss = false;
  term.least = 0;
  term.window = std::move(window);
  terms_.push_back(std::move(term));
  return terms_.size() - 1;
}

std::optional<std::size_t> Terms::find_term(Place place) {
  const auto found = term_of_.find(identity(place));
  if (found == term_of_.end()) return std::nullopt;
  return found->second;
}

void Terms::settle(std::uint32_t happened) {
  std::sort(texts_.begin(), texts_.end());
  texts_.erase(std::unique(texts_.begin(), texts_.end()), texts_.end());
  for (Term& term : terms_) {
    if (!term.is_text) continue;
    term.least = 0;
    term.most = static_cast<Scalar>(2 * texts_.size());
  }
  for (const auto& [term, members] : members_) {
    std::vector<Scalar> places;
    for (const std::string& member : *members) places.push_back(place_of(member));
    std::sort(places.begin(), places.end());
    terms_[term].allowed = std::move(places);
  }
  relate_windows();
  if (happened != kNone) relate_happened(happened);
}

// Events leave a window in their order where its length is exact; months end out of order (docs/semantics.md §6).
void Terms::relate_windows() {
  using Kind = Term::Kind;
  for (std::size_t i = 1; i < terms_.size(); ++i) {
    for (std::size_t j = 1; j < terms_.size(); ++j) {
      if (i == j) continue;
      const Term& a = terms_[i];
      const Term& b = terms_[j];
      const program::Window& x = a.window;
      const program::Window& y = b.window;
      const bool same_event = x.event == y.event;
      const bool within = same_event && (x.filter == y.filter || y.filter == kNone);  // what x admits, y admits
      if (a.kind == Kind::count && b.kind == Kind::count && within && no_longer(x.over, y.over))
        facts_.push_back({true, i, j});
      const bool both_silent = a.kind == Kind::silent && b.kind == Kind::silent && same_event && x.filter == y.filter;
      const bool both_inactive = a.kind == Kind::inactive && b.kind == Kind::inactive;
      if ((both_silent || both_inactive) && no_longer(y.over, x.over)) facts_.push_back({true, i, j});
      if (a.kind != Kind::count || !x.over || x.over->months != 0 || !no_longer(x.over, y.over)) continue;
      const auto& activity = program_.activity;
      const bool active = std::find(activity.begin(), activity.end(), x.event) != activity.end();
      if (b.kind == Kind::silent && within) facts_.push_back({false, i, j});
      if (b.kind == Kind::inactive && active) facts_.push_back({false, i, j});
    }
  }
}

// An event that fires `enter on` is not more than a day old (docs/semantics.md §4).
void Terms::relate_happened(std::uint32_t happened) {
  const auto& activity = program_.activity;
  const bool active = std::find(activity.begin(), activity.end(), happened) != activity.end();
  for (Term& term : terms_) {
    const bool long_enough = !term.window.over || at_least(*term.window.over) > kDay;
    if (!long_enough) continue;
    const bool of_it = term.window.event == happened && term.window.filter == kNone;
    if (term.kind == Term::Kind::count && of_it) term.least = 1;
    if (term.kind == Term::Kind::silent && of_it) term.most = 0;
    if (term.kind == Term::Kind::inactive && active) term.most = 0;
  }
}

// The texts that are named stand at odd places, all others between them.
Scalar Terms::place_of(const std::string& text) const {
  const auto found = std::lower_bound(texts_.begin(), texts_.end(), text);
  const auto index = static_cast<Scalar>(found - texts_.begin());
  return found != texts_.end() && *found == text ? 2 * index + 1 : 2 * index;
}

std::optional<Scalar> Terms::behind_prefix(const std::string& start) const {
  const std::string behind = after_prefix(start);
  if (behind.empty()) return std::nullopt;
  return place_of(behind);
}

std::optional<Operand> Terms::operand(const Constant& constant) const {
  Operand operand;
  switch (constant.kind) {
    case ValueKind::missing:
    case ValueKind::list: return std::nullopt;
    case ValueKind::number: operand.offset = constant.number; break;
    case ValueKind::text: operand.offset = place_of(constant.text); break;
    case ValueKind::duration:  // compared with months of 30 days
      operand.offset = static_cast<Scalar>(static_cast<std::int32_t>(constant.extra)) * 30 * kDay +
                       static_cast<Scalar>(constant.integer);
      break;
    case ValueKind::money: operand.currency = constant.extra; [[fallthrough]];
    default: operand.offset = static_cast<Scalar>(constant.integer);
  }
  return operand;
}

std::optional<Operand> Terms::operand(Place place) {
  const auto [base, offset] = base_of(program_, place);
  const Node& node = program_.nodes[base.node];
  if (node.op == Op::constant) {
    auto constant = operand(program_.constants[node.a]);
    if (constant) constant->offset += offset;
    return constant;
  }
  const auto term = find_term(base);
  if (!term) return std::nullopt;
  return Operand{*term, offset, 0};
}

std::optional<std::size_t> Terms::boolean(Place place) { return find_term(place); }

std::optional<std::size_t> Terms::tag(const std::string& text) const {
  const auto found = tags_.find(text);
  if (found == tags_.end()) return std::nullopt;
  return found->second;
}

}  // namespace tend::check::hold
