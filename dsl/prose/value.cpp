// Values as noun phrases, texts with their holes.
#include "dsl/prose/phrase.hpp"
#include "dsl/prose/window.hpp"
#include "dsl/text/must.hpp"

namespace tend::prose {
namespace {

using program::kNone;
using program::Node;
using program::Op;
using program::Type;

const Node& node_at(const Context& context, std::uint32_t node) { return context.program.nodes[node]; }

std::string event_field(const Context& context, std::uint32_t event, std::uint32_t field) {
  if (field == program::kFieldAt) return context.zh() ? "时间" : "time";
  return name(context.program.events[event].fields[field].name);
}

std::string attribute_words(const Context& context, std::uint32_t attribute) {
  const bool zh = context.zh();
  if (attribute == program::kTimezoneAttribute) return zh ? "时区" : "time zone";
  if (attribute == program::kLanguageAttribute) return zh ? "语言" : "language";
  return name(context.program.attributes[attribute].name);
}

int strength(Op op) {
  switch (op) {
    case Op::add:
    case Op::subtract: return 1;
    case Op::multiply:
    case Op::divide: return 2;
    default: return 3;
  }
}

/// An operand; in brackets where it would read wrongly without.
std::string operand(const Context& context, std::uint32_t node, int outer, bool right) {
  const int own = strength(node_at(context, node).op);
  const bool brackets = own < outer || (right && own == outer && own < 3);
  const std::string words = value(context, node);
  if (!brackets) return words;
  return context.zh() ? "（" + words + "）" : "(" + words + ")";
}

std::string arithmetic(const Context& context, const Node& node) {
  const bool zh = context.zh();
  const Type left = node_at(context, node.a).type;
  const bool calendar = left == Type::date || left == Type::moment;
  const int own = strength(node.op);
  const std::string a = operand(context, node.a, own, false), b = operand(context, node.b, own, true);
  switch (node.op) {
    case Op::add:
      if (calendar && node_at(context, node.b).type == Type::duration) return zh ? a + "后" + b : b + " after " + a;
      return zh ? a + "加" + b : a + " plus " + b;
    case Op::subtract:
      if (calendar && node_at(context, node.b).type == Type::duration) return zh ? a + "前" + b : b + " before " + a;
      return zh ? a + "减" + b : a + " minus " + b;
    case Op::multiply:
      if (node_at(context, node.b).type == Type::percent) return zh ? a + "的" + b : b + " of " + a;
      if (left == Type::percent) return zh ? b + "的" + a : a + " of " + b;
      return zh ? a + "乘以" + b : a + " times " + b;
    default: return zh ? a + "除以" + b : a + " divided by " + b;
  }
}

std::string call_words(const Context& context, const Node& node) {
  const auto& arguments = context.program.arguments;
  std::vector<std::string> parts;
  for (std::uint32_t i = 1; i <= node.b; ++i) parts.push_back(value(context, arguments[node.a + i]));
  const std::string function = name(context.program.functions[arguments[node.a]].name);
  if (context.zh()) return "由" + listed(parts, "and", context.tongue) + "算出的" + function;
  return "the " + function + (parts.empty() ? "" : " of " + listed(parts, "and", context.tongue));
}

/// "their referrer's name": whose attribute it is, then the attribute.
std::string possessive(const Context& context, const std::string& whose, const std::string& what) {
  return context.zh() ? whose + "的" + what : whose + "'s " + what;
}

}  // namespace

std::string value(const Context& context, std::uint32_t index) {
  const Node& node = node_at(context, index);
  const bool zh = context.zh();
  switch (node.op) {
    case Op::constant: return constant_words(context.program, context.program.constants[node.a], context.tongue);
    case Op::attribute: return (zh ? "" : "their ") + attribute_words(context, node.a);
    case Op::customer_id: return zh ? "客户编号" : "their id";
    case Op::first_seen: return zh ? "首次出现的时间" : "the moment they were first seen";
    case Op::now: return zh ? "现在" : "now";
    case Op::today: return zh ? "今天" : "today";
    case Op::field:
      if (context.event == kNone) return zh ? "该字段" : "its field";
      return (zh ? "" : "its ") + event_field(context, context.event, node.a);
    case Op::entry_field: return (zh ? "进入时的" : "the entry's ") + event_field(context, node.a, node.b);
    case Op::entry_at: return zh ? "进入的时间" : "the moment of entry";
    case Op::entry_date: return zh ? "进入所依据的日期" : "the entry's date";
    case Op::arm_field:
      return zh ? "该次" + bare_event(context.program.events[node.a], context.tongue) + "的" +
                      event_field(context, node.a, node.b)
                : "the " + bare_event(context.program.events[node.a], context.tongue) + "'s " +
                      event_field(context, node.a, node.b);
    case Op::local_moment: {
      const Node& clock = node_at(context, node.b);
      const bool midnight = clock.op == Op::constant && context.program.constants[clock.a].integer == 0;
      if (midnight) return value(context, node.a);
      return value(context, node.a) + (zh ? "的" : " at ") + value(context, node.b);
    }
    case Op::window: {
      const program::Window& window = context.program.windows[node.a];
      if (window.aggregate == program::Aggregate::happened || window.aggregate == program::Aggregate::silent) break;
      return window_value(context, window);
    }
    case Op::age: return zh ? "按" + value(context, node.a) + "算的年龄" : "their age by " + value(context, node.a);
    case Op::date_of: return zh ? value(context, node.a) + "的日期" : "the date of " + value(context, node.a);
    case Op::default_:
      return zh ? value(context, node.a) + "（没有则为" + value(context, node.b) + "）"
                : value(context, node.a) + " (" + value(context, node.b) + " if unknown)";
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide: return arithmetic(context, node);
    case Op::negate: return (zh ? "负" : "minus ") + operand(context, node.a, 3, false);
    case Op::list: {
      std::vector<std::string> parts;
      for (std::uint32_t i = 0; i < node.b; ++i) parts.push_back(value(context, context.program.arguments[node.a + i]));
      return listed(parts, "or", context.tongue);
    }
    case Op::let_value:
      return context.playbook ? name(context.playbook->lets[node.a].name)
                              : std::string(zh ? "已记下的值" : "the value kept");
    case Op::grant_amount:
    case Op::grant_expires: {
      const std::string grant =
          context.playbook ? name(context.playbook->grants[node.a].name) : std::string(zh ? "所发放款项" : "the grant");
      if (node.op == Op::grant_amount) return zh ? grant + "的金额" : "the amount of " + grant;
      return zh ? grant + "的到期日" : "the last day of " + grant;
    }
    case Op::related: return possessive(context, value(context, node.a), attribute_words(context, node.b));
    case Op::staff_name: return possessive(context, value(context, node.a), zh ? "名字" : "name");
    case Op::customer_tags: return zh ? "客户的标签" : "their tags";
    case Op::call: return call_words(context, node);
    default: break;
  }
  // A condition used as a value: true or false.
  return zh ? "是否" + clause(context, index) : "whether " + clause(context, index);
}

std::string value_of(const Context& context, std::uint32_t expression) {
  return value(context, context.program.expressions[expression].root);
}

std::string text_words(const Context& context, const std::vector<program::TextPart>& parts) {
  std::string out;
  for (const program::TextPart& part : parts) {
    if (part.expression == kNone) {
      out += name(part.literal);
      continue;
    }
    std::uint32_t root = context.program.expressions[part.expression].root;
    std::string otherwise;
    if (node_at(context, root).op == Op::default_) {
      otherwise = value(context, node_at(context, root).b);
      root = node_at(context, root).a;
    }
    if (const program::Node& node = node_at(context, root); node.op == Op::constant) {  // a parameter's
      const program::Constant& constant = context.program.constants[node.a];
      out += constant.kind == program::ValueKind::text ? name(constant.text) : value(context, root);
      continue;
    }
    out += (context.zh() ? "【" : "[") + value(context, root);
    if (!otherwise.empty()) out += (context.zh() ? "，没有则" : ", or ") + otherwise;
    out += context.zh() ? "】" : "]";
  }
  return out;
}

}  // namespace tend::prose
