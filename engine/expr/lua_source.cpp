#include "engine/expr/lua_source.hpp"

#include <charconv>
#include <map>

namespace tend::expr {
namespace {

using program::Aggregate;
using program::kNone;
using program::Node;
using program::Op;
using program::Type;
using program::ValueKind;

/// Number and boolean; everything else is `missing` here: not for Lua.
ValueKind lua_kind(Type type) {
  if (type == Type::number) return ValueKind::number;
  if (type == Type::boolean) return ValueKind::boolean;
  return ValueKind::missing;
}

ValueKind window_kind(const program::Program& program, const program::Window& window) {
  switch (window.aggregate) {
    case Aggregate::count: return ValueKind::number;
    case Aggregate::happened:
    case Aggregate::silent: return ValueKind::boolean;
    default: break;
  }
  if (window.field == kNone || window.field == program::kFieldAt) return ValueKind::missing;
  return lua_kind(program.events[window.event].fields[window.field].type.type);
}

bool never_missing(Aggregate aggregate) {
  return aggregate == Aggregate::count || aggregate == Aggregate::happened || aggregate == Aggregate::silent;
}

bool is_comparison(Op op) { return op >= Op::equal && op <= Op::greater_equal; }

/// How Lua spells an operator that it has.
const char* spelling(Op op) {
  switch (op) {
    case Op::equal: return " == ";
    case Op::not_equal: return " ~= ";
    case Op::less: return " < ";
    case Op::less_equal: return " <= ";
    case Op::greater: return " > ";
    case Op::greater_equal: return " >= ";
    case Op::add: return " + ";
    case Op::subtract: return " - ";
    case Op::multiply: return " * ";
    case Op::divide: return " / ";
    default: return " ? ";
  }
}

/// The shortest digits that read back as the same double, -0 included.
std::string literal(double number) {
  char digits[40];
  const auto end = std::to_chars(digits, digits + sizeof digits, number);
  std::string text(digits, end.ptr);
  return text[0] == '-' ? "(" + text + ")" : text;
}

/// Something that Lua can name: a literal or a local variable.
struct Operand {
  ValueKind kind = ValueKind::missing;  // number or boolean; missing: not in the subset
  std::string value;
  std::string present;  // "1" where it is always there
  // INVARIANT: a boolean that is missing has the value 0, so that it counts as false.
};

class Writer {
 public:
  explicit Writer(const Tables& tables) : tables_(tables), program_(tables.program()) {}

  std::optional<LuaSource> write(std::uint32_t root) {
    const Operand result = operand(root);
    if (result.kind == ValueKind::missing || locals_ > kLuaLocalsMax) return std::nullopt;
    std::string text =
        "local leaf, result = ...\nlocal function one(row)\n  local at = row * " + std::to_string(slots_) + "\n";
    for (const Leaf& leaf : leaves_) text += read(leaf);
    text += body_;
    text += "  result[2 * row] = " + result.value + "\n  result[2 * row + 1] = " + result.present + "\nend\n";
    text += "local function many(count)\n  for row = 0, count - 1 do one(row) end\nend\nreturn one, many\n";
    return LuaSource{.text = std::move(text), .leaves = std::move(leaves_), .slots = slots_, .kind = result.kind};
  }

 private:
  static std::string read(const Leaf& leaf) {
    const std::string slot = std::to_string(leaf.slot), next = std::to_string(leaf.slot + 1);
    if (!leaf.may_miss) return "  local l" + slot + " = leaf[at + " + slot + "]\n";
    return "  local l" + slot + ", h" + slot + " = leaf[at + " + slot + "], leaf[at + " + next + "]\n";
  }

  /// A leaf; equal ones are read once.
  Operand leaf(LeafKind kind, std::uint32_t index, ValueKind value_kind, bool may_miss) {
    const auto [found, is_new] = leaf_slots_.try_emplace({kind, index}, slots_);
    const std::string slot = std::to_string(found->second);
    if (is_new) {
      leaves_.push_back({.kind = kind, .may_miss = may_miss, .index = index, .slot = slots_});
      slots_ += may_miss ? 2 : 1;
      locals_ += may_miss ? 2 : 1;
    }
    return {value_kind, "l" + slot, may_miss ? "h" + slot : "1"};
  }

  std::string local(const std::string& value) {
    const std::string name = "v" + std::to_string(locals_++);
    body_ += "  local " + name + " = " + value + "\n";
    return name;
  }

  /// Both there.
  static std::string both(const Operand& a, const Operand& b) {
    if (a.present == "1") return b.present;
    if (b.present == "1" || a.present == b.present) return a.present;
    return a.present + " * " + b.present;
  }

  /// Can the reference evaluator be asked about this node for a customer, with no event, no entry and no list?
  bool is_of_customer(std::uint32_t index) const {
    const Node& node = program_.nodes[index];
    switch (node.op) {
      case Op::constant: return tables_.constant(node.a).kind != ValueKind::list;
      case Op::attribute: return program_.attributes[node.a].type.type != Type::list;
      case Op::window: return window_type(node.a) != Type::list;
      case Op::customer_id:
      case Op::first_seen:
      case Op::now:
      case Op::today: return true;
      case Op::age:
      case Op::date_of:
      case Op::negate: return is_of_customer(node.a);
      case Op::local_moment:
      case Op::default_:
      case Op::add:
      case Op::subtract:
      case Op::multiply:
      case Op::divide: return is_of_customer(node.a) && is_of_customer(node.b);
      default: return false;
    }
  }

  Type window_type(std::uint32_t index) const {
    const program::Window& window = program_.windows[index];
    if (window.field == kNone || window.field == program::kFieldAt) return Type::none;
    return program_.events[window.event].fields[window.field].type.type;
  }

  /// INVARIANT: an operand is worked out once, however many parents a node has.
  const Operand& operand(std::uint32_t index) {
    const auto found = operands_.find(index);
    if (found != operands_.end()) return found->second;
    Operand made = locals_ > kLuaLocalsMax ? Operand{} : make(index);
    return operands_[index] = std::move(made);
  }

  Operand make(std::uint32_t index) {
    const Node& node = program_.nodes[index];
    switch (node.op) {
      case Op::constant: return constant(node.a);
      case Op::attribute: {
        const ValueKind kind = lua_kind(program_.attributes[node.a].type.type);
        return kind == ValueKind::missing ? Operand{} : leaf(LeafKind::attribute, node.a, kind, true);
      }
      case Op::tagged: return tagged(index, node);
      case Op::consents: return leaf(LeafKind::consents, node.a, ValueKind::boolean, false);
      case Op::window: {
        const program::Window& window = program_.windows[node.a];
        const ValueKind kind = window_kind(program_, window);
        return kind == ValueKind::missing ? Operand{}
                                          : leaf(LeafKind::window, node.a, kind, !never_missing(window.aggregate));
      }
      case Op::inactive: return leaf(LeafKind::node, index, ValueKind::boolean, false);
      case Op::age: return is_of_customer(node.a) ? leaf(LeafKind::node, index, ValueKind::number, true) : Operand{};
      case Op::and_:
      case Op::or_:
      case Op::not_: return connective(node);
      case Op::is_missing:
      case Op::is_not_missing: return missing(index, node);
      case Op::default_: return fallback(node);
      case Op::add:
      case Op::subtract:
      case Op::multiply:
      case Op::divide: return arithmetic(node);
      case Op::negate: {
        const Operand a = operand(node.a);
        if (a.kind != ValueKind::number) return {};
        return {ValueKind::number, local("-" + a.value), a.present};
      }
      default: return is_comparison(node.op) ? comparison(index, node) : Operand{};
    }
  }

  Operand constant(std::uint32_t index) const {
    const Value& value = tables_.constant(index);
    if (value.kind == ValueKind::number) return {ValueKind::number, literal(value.d), "1"};
    if (value.kind == ValueKind::boolean) return {ValueKind::boolean, value.i != 0 ? "1" : "0", "1"};
    return {};
  }

  Operand tagged(std::uint32_t index, const Node& node) {
    const Node& wanted = program_.nodes[node.a];
    if (wanted.op != Op::constant) return {};
    const bool one = tables_.constant(wanted.a).kind == ValueKind::text;
    return one ? leaf(LeafKind::tagged, wanted.a, ValueKind::boolean, false)
               : leaf(LeafKind::node, index, ValueKind::boolean, false);
  }

  /// Booleans are 0 and 1 and are combined by arithmetic: no branch, so that the number of traces does not double with
  /// each.
  Operand connective(const Node& node) {
    const Operand a = operand(node.a);
    if (a.kind != ValueKind::boolean) return {};
    if (node.op == Op::not_) return {ValueKind::boolean, local("1 - " + a.value), "1"};
    const Operand b = operand(node.b);
    if (b.kind != ValueKind::boolean) return {};
    const std::string product = a.value + " * " + b.value;
    return {ValueKind::boolean, local(node.op == Op::and_ ? product : a.value + " + " + b.value + " - " + product),
            "1"};
  }

  Operand missing(std::uint32_t index, const Node& node) {
    const Node& child = program_.nodes[node.a];
    const bool there = node.op == Op::is_not_missing;
    Operand a;
    if (child.op == Op::attribute) {
      a = leaf(LeafKind::present, child.a, ValueKind::boolean, false);
      return {ValueKind::boolean, there ? a.value : local("1 - " + a.value), "1"};
    }
    a = operand(node.a);
    if (a.kind != ValueKind::missing) return {ValueKind::boolean, there ? a.present : local("1 - " + a.present), "1"};
    return is_of_customer(node.a) ? leaf(LeafKind::node, index, ValueKind::boolean, false) : Operand{};
  }

  Operand fallback(const Node& node) {
    const Operand a = operand(node.a);
    const Operand b = operand(node.b);
    if (a.kind == ValueKind::missing || a.kind != b.kind) return {};
    if (a.present == "1") return a;
    // A missing number may have any value here, so one that is not there is put in its place whole.
    const std::string value = local(a.value), present = local(a.present);
    body_ += "  if " + present + " == 0 then " + value + ", " + present + " = " + b.value + ", " + b.present + " end\n";
    return {a.kind, value, b.present == "1" ? "1" : present};
  }

  Operand arithmetic(const Node& node) {
    const Operand a = operand(node.a);
    const Operand b = operand(node.b);
    if (a.kind != ValueKind::number || b.kind != ValueKind::number) return {};
    const std::string value = local(a.value + spelling(node.op) + b.value);
    const std::string present = local(both(a, b));
    // Not finite: x - x is 0 for finite numbers alone. A division by zero never is.
    body_ += "  if " + value + " - " + value + " ~= 0 then " + value + ", " + present + " = 0, 0 end\n";
    return {ValueKind::number, value, present};
  }

  Operand comparison(std::uint32_t index, const Node& node) {
    const Operand a = operand(node.a);
    const Operand b = operand(node.b);
    const bool for_lua = a.kind != ValueKind::missing && b.kind != ValueKind::missing;
    if (for_lua && a.kind != b.kind) return {};
    // Lua counts 0 as true, so `and` and `or` choose between the two numbers. No number reads the clock: the sides
    // bring their flips.
    if (for_lua) {
      return {ValueKind::boolean, local(a.value + spelling(node.op) + b.value + " and " + both(a, b) + " or 0"), "1"};
    }
    if (!is_of_customer(node.a) || !is_of_customer(node.b)) return {};
    return leaf(LeafKind::node, index, ValueKind::boolean, false);
  }

  const Tables& tables_;
  const program::Program& program_;
  std::vector<Leaf> leaves_;
  std::map<std::pair<LeafKind, std::uint32_t>, std::uint32_t> leaf_slots_;
  std::map<std::uint32_t, Operand> operands_;
  std::uint32_t slots_ = 0;
  std::uint32_t locals_ = 0;
  std::string body_;
};

}  // namespace

std::optional<LuaSource> lua_source(const Tables& tables, std::uint32_t root) {
  if (root == kNone) return std::nullopt;
  return Writer(tables).write(root);
}

}  // namespace tend::expr
