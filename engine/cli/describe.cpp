#include "engine/cli/describe.hpp"

#include "dsl/text/must.hpp"
#include "engine/expr/evaluate.hpp"

namespace tend::cli {
namespace {

using program::Node;
using program::Op;

std::string constant_text(const program::Program& program, std::uint32_t index) {
  const program::Constant& constant = program.constants[index];
  if (constant.kind == program::ValueKind::text) return '"' + constant.text + '"';
  if (constant.kind == program::ValueKind::list) {
    std::string out = "[";
    for (std::size_t i = 0; i < constant.list.size(); ++i)
      out += (i > 0 ? ", " : "") +
             std::string(constant.list[i].kind == program::ValueKind::text ? '"' + constant.list[i].text + '"' : "…");
    return out + "]";
  }
  program::Value value;
  value.kind = constant.kind;
  value.extra = constant.extra;
  value.i = constant.integer;
  if (constant.kind == program::ValueKind::number) value.d = constant.number;
  if (constant.kind == program::ValueKind::duration) return describe_duration(value.dur());
  std::string out;
  static const env::Zone& zone = env::utc();
  expr::Context context{.tables = nullptr, .state = nullptr, .customer = 0, .now = 0};
  context.customer_zone = &zone;
  expr::append_text(out, context, value);
  return out;
}

std::string field_text(const program::Program& program, std::uint32_t event, std::uint32_t field) {
  const std::string name = event == program::kNone ? "" : program.events[event].name + ".";
  if (field == program::kFieldAt) return name + "at";
  if (event == program::kNone || field >= program.events[event].fields.size()) return name + "field";
  return name + program.events[event].fields[field].name;
}

std::string describe_in(const program::Program& program, std::uint32_t node, std::uint32_t event);

std::string window_text(const program::Program& program, const program::Window& window) {
  static constexpr const char* kNames[] = {"count", "total", "average", "min", "max", "last", "first", "most"};
  const std::string event = program.events[window.event].name;
  const std::string filter =
      window.filter == program::kNone ? "" : " where " + describe_in(program, window.filter, window.event);
  const std::string over = window.over ? describe_duration(*window.over) : "";
  if (window.aggregate == program::Aggregate::happened)
    return (filter.empty() ? event : "(" + event + filter + ")") + " within " + over;
  if (window.aggregate == program::Aggregate::silent)
    return "no " + (filter.empty() ? event : "(" + event + filter + ")") + " for " + over;
  const std::string what = window.field == program::kNone ? event : field_text(program, window.event, window.field);
  return std::string(kNames[static_cast<std::size_t>(window.aggregate)]) + "(" + what + filter + ")" +
         (over.empty() ? "" : " over " + over);
}

std::string describe_in(const program::Program& program, std::uint32_t index, std::uint32_t event) {
  const Node& node = program.nodes[index];
  const auto child = [&](std::uint32_t i) { return describe_in(program, i, event); };
  const auto infix = [&](const char* word) { return child(node.a) + " " + word + " " + child(node.b); };
  const auto side = [&](std::uint32_t i) {
    const Op op = program.nodes[i].op;
    return op == Op::or_ || op == Op::and_ ? "(" + child(i) + ")" : child(i);
  };
  switch (node.op) {
    case Op::constant: return constant_text(program, node.a);
    case Op::attribute: return "customer." + program.attributes[node.a].name;
    case Op::customer_id: return "customer.id";
    case Op::first_seen: return "customer.first_seen";
    case Op::now: return "now";
    case Op::today: return "today";
    case Op::field: return field_text(program, event, node.a);
    case Op::entry_field:
      return "entry." + (node.b == program::kFieldAt ? std::string("at") : program.events[node.a].fields[node.b].name);
    case Op::entry_at: return "entry.at";
    case Op::entry_date: return "entry.date";
    case Op::arm_field: return field_text(program, node.a, node.b);
    case Op::local_moment: return child(node.a) + " " + child(node.b);
    case Op::tagged: return "tagged " + child(node.a);
    case Op::consents: return "consents to " + program.constants[node.a].text;
    case Op::window: return window_text(program, program.windows[node.a]);
    case Op::inactive: return "inactive for " + constant_text(program, node.a);
    case Op::age: return "age(" + child(node.a) + ")";
    case Op::date_of: return "date of " + child(node.a);
    case Op::and_: return side(node.a) + " and " + side(node.b);
    case Op::or_: return side(node.a) + " or " + side(node.b);
    case Op::not_: return "not " + side(node.a);
    case Op::equal: return infix("=");
    case Op::not_equal: return infix("!=");
    case Op::less: return infix("<");
    case Op::less_equal: return infix("<=");
    case Op::greater: return infix(">");
    case Op::greater_equal: return infix(">=");
    case Op::in: return infix("in");
    case Op::not_in: return infix("not in");
    case Op::contains: return infix("contains");
    case Op::starts_with: return infix("starts with");
    case Op::is_missing: return child(node.a) + " is missing";
    case Op::is_not_missing: return child(node.a) + " is not missing";
    case Op::default_: return infix("default");
    case Op::add: return infix("+");
    case Op::subtract: return infix("-");
    case Op::multiply: return infix("*");
    case Op::divide: return infix("/");
    case Op::negate: return "-" + child(node.a);
    case Op::list: {
      std::string out = "[";
      for (std::uint32_t i = 0; i < node.b; ++i) out += (i > 0 ? ", " : "") + child(program.arguments[node.a + i]);
      return out + "]";
    }
    case Op::let_value: return "a value kept by `let`";
    case Op::grant_amount: return "the amount granted";
    case Op::grant_expires: return "the end of what was granted";
    case Op::related: return child(node.a) + "." + program.attributes[node.b].name;
    case Op::staff_name: return child(node.a) + ".name";
    case Op::customer_tags: return "customer.tags";
    case Op::call: {
      std::string out = program.functions[program.arguments[node.a]].name + "(";
      for (std::uint32_t i = 1; i <= node.b; ++i) out += (i > 1 ? ", " : "") + child(program.arguments[node.a + i]);
      return out + ")";
    }
  }
  CHECK_OR_DIE(false, "every operator has words");
}

}  // namespace

std::string describe(const program::Program& program, std::uint32_t node) {
  return describe_in(program, node, program::kNone);
}

std::string describe_duration(program::Duration duration) {
  std::string out;
  static const env::Zone& zone = env::utc();
  expr::Context context{.tables = nullptr, .state = nullptr, .customer = 0, .now = 0};
  context.customer_zone = &zone;
  expr::append_text(out, context, program::Value::duration(duration));
  return out;
}

}  // namespace tend::cli
