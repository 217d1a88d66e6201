// Conditions as clauses.
#include <cmath>

#include "dsl/prose/phrase.hpp"
#include "dsl/prose/window.hpp"

namespace tend::prose {
namespace {

using program::kNone;
using program::Node;
using program::Op;
using program::Type;

const Node& node_at(const Context& context, std::uint32_t node) { return context.program.nodes[node]; }

bool is_join(const Context& context, std::uint32_t node) {
  const Op op = node_at(context, node).op;
  return op == Op::and_ || op == Op::or_;
}

/// Can the value be missing? Only then does "not" say more than the opposite comparison.
bool may_be_missing(const Context& context, std::uint32_t index) {
  const Node& node = node_at(context, index);
  switch (node.op) {
    case Op::constant:
    case Op::customer_id:
    case Op::first_seen:
    case Op::now:
    case Op::today:
    case Op::entry_at:
    case Op::customer_tags: return false;
    case Op::window: {
      const auto aggregate = context.program.windows[node.a].aggregate;
      return aggregate != program::Aggregate::count && aggregate != program::Aggregate::total;
    }
    case Op::list: return false;
    case Op::default_: return may_be_missing(context, node.b);
    case Op::add:
    case Op::subtract:
    case Op::multiply: return may_be_missing(context, node.a) || may_be_missing(context, node.b);
    case Op::negate: return may_be_missing(context, node.a);
    default: return true;
  }
}

// ---- joining
// -----------------------------------------------------------------------------------------------------------

void flatten(const Context& context, std::uint32_t index, Op op, bool holds,
             std::vector<std::pair<std::uint32_t, bool>>& out) {
  const Node& node = node_at(context, index);
  if (node.op == Op::not_) return flatten(context, node.a, op, !holds, out);
  // `not (a and b)` is `not a or not b`: as it is read, so it is said.
  const Op said = holds ? node.op : node.op == Op::and_ ? Op::or_ : node.op == Op::or_ ? Op::and_ : node.op;
  if (said == op && is_join(context, index)) {
    flatten(context, node.a, op, holds, out);
    flatten(context, node.b, op, holds, out);
    return;
  }
  out.emplace_back(index, holds);
}

std::string subject_of(std::string_view clause) {
  for (const std::string_view subject : {"they have had ", "they had ", "they have ", "they are ", "they ", "its "})
    if (clause.substr(0, subject.size()) == subject) return std::string(subject);
  return {};
}

/// What both begin with is said once: "they had an order and [they] are tagged".
std::string without_subject(const std::string& clause, const std::string& before) {
  const std::string own = subject_of(clause), other = subject_of(before);
  if (own.empty() || other.empty()) return clause;
  if (own == "its " && other == "its ") return clause.substr(4);
  if (own[0] == 't' && other[0] == 't') return clause.substr(5);
  return clause;
}

std::string joined(const Context& context, std::uint32_t index, bool holds, bool inside) {
  const Op written = node_at(context, index).op;
  const Op op = holds ? written : written == Op::and_ ? Op::or_ : Op::and_;
  std::vector<std::pair<std::uint32_t, bool>> parts;
  flatten(context, index, op, holds, parts);
  std::vector<std::string> words;
  bool nested = false;
  std::string before;
  for (const auto& [part, part_holds] : parts) {
    if (is_join(context, part)) {
      nested = true;
      const std::string inner = joined(context, part, part_holds, true);
      words.push_back(context.zh() ? "（" + inner + "）" : inner);
      before.clear();
      continue;
    }
    const std::string whole = clause(context, part, part_holds);
    words.push_back(context.zh() ? whole : without_subject(whole, before));
    before = whole;
  }
  if (context.zh()) {
    // Before a noun ("金额超过50元且门店是…的下单") there is no room for commas.
    const bool attributive = context.event != kNone;
    const char* and_last = attributive ? "且" : "，并且";
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const bool last = i + 1 == words.size();
      out += i == 0          ? ""
             : op == Op::or_ ? (attributive ? "或" : "，或者")
             : last          ? and_last
             : attributive   ? "、"
                             : "，";
      out += words[i];
    }
    return out;
  }
  const char* word = op == Op::or_ ? "or" : "and";
  std::string out = inside ? (op == Op::or_ ? "either " : "both ") : "";
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool last = i + 1 == words.size();
    // A comma before the joining word where the parts are themselves joined.
    if (i > 0) out += last ? std::string(nested || words.size() > 2 ? ", " : " ") + word + " " : ", ";
    out += words[i];
  }
  return out;
}

// ---- comparisons
// --------------------------------------------------------------------------------------------------------

Op opposite(Op op) {
  switch (op) {
    case Op::equal: return Op::not_equal;
    case Op::not_equal: return Op::equal;
    case Op::less: return Op::greater_equal;
    case Op::less_equal: return Op::greater;
    case Op::greater: return Op::less_equal;
    case Op::greater_equal: return Op::less;
    default: return op;
  }
}

Op mirrored(Op op) {
  switch (op) {
    case Op::less: return Op::greater;
    case Op::less_equal: return Op::greater_equal;
    case Op::greater: return Op::less;
    case Op::greater_equal: return Op::less_equal;
    default: return op;
  }
}

const char* relation_en(Op op, Type type) {
  const bool when = type == Type::date || type == Type::moment;
  switch (op) {
    case Op::equal: return " is ";
    case Op::not_equal: return " is not ";
    case Op::less: return when ? " is before " : " is less than ";
    case Op::less_equal: return when ? " is not after " : " is at most ";
    case Op::greater: return when ? " is after " : " is more than ";
    default: return when ? " is not before " : " is at least ";
  }
}

const char* relation_zh(Op op, Type type) {
  const bool when = type == Type::date || type == Type::moment || type == Type::time_of_day;
  const bool money = type == Type::money;
  switch (op) {
    case Op::equal: return money || type == Type::number ? "等于" : "是";
    case Op::not_equal: return money || type == Type::number ? "不等于" : "不是";
    case Op::less: return when ? "早于" : money ? "不足" : "小于";
    case Op::less_equal: return when ? "不晚于" : "不超过";
    case Op::greater: return when ? "晚于" : money ? "超过" : "大于";
    default: return when ? "不早于" : "不低于";
  }
}

/// A count against a whole number: "at least three orders"; empty where it is no such comparison.
std::string counted(const Context& context, std::uint32_t left, Op op, std::uint32_t right) {
  const Node& a = node_at(context, left);
  const Node& b = node_at(context, right);
  if (a.op == Op::constant && b.op == Op::window) return counted(context, right, mirrored(op), left);
  if (a.op != Op::window || b.op != Op::constant) return {};
  const program::Window& window = context.program.windows[a.a];
  const program::Constant& limit = context.program.constants[b.a];
  if (window.aggregate != program::Aggregate::count || limit.kind != program::ValueKind::number) return {};
  if (std::floor(limit.number) != limit.number || limit.number < 0 || limit.number > 1e9) return {};
  const auto n = static_cast<std::int64_t>(limit.number);
  switch (op) {
    case Op::greater_equal: return n == 0 ? std::string() : count_clause(context, window, n, -1);
    case Op::greater: return count_clause(context, window, n + 1, -1);
    case Op::equal: return count_clause(context, window, n, n);
    case Op::less_equal: return count_clause(context, window, 0, n);
    case Op::less: return n == 0 ? std::string() : count_clause(context, window, 0, n - 1);
    default: return n == 0 ? count_clause(context, window, 1, -1) : std::string();
  }
}

std::string or_missing(const Context& context, std::string words, std::initializer_list<std::uint32_t> operands) {
  for (const std::uint32_t one : operands)
    if (may_be_missing(context, one)) return words + (context.zh() ? "（或为空）" : " (or is unknown)");
  return words;
}

/// `today + 30 days >= X`, which is also how `today >= X - 30 days` is held: how far away X is. Empty for anything
/// else.
std::string far_away(const Context& context, const Node& node, Op op) {
  const Node& left = node_at(context, node.a);
  if (left.op != Op::add || node_at(context, left.b).type != Type::duration) return {};
  const Op from = node_at(context, left.a).op;
  if (from != Op::today && from != Op::now) return {};
  const std::string what = value(context, node.b), length = value(context, left.b);
  const bool zh = context.zh();
  switch (op) {
    case Op::equal: return zh ? "距" + what + "正好" + length : what + " is exactly " + length + " away";
    case Op::greater_equal: return zh ? "距" + what + "不超过" + length : what + " is at most " + length + " away";
    case Op::greater: return zh ? "距" + what + "不足" + length : what + " is less than " + length + " away";
    case Op::less: return zh ? "距" + what + "超过" + length : what + " is more than " + length + " away";
    case Op::less_equal: return zh ? "距" + what + "至少" + length : what + " is at least " + length + " away";
    default: return zh ? "距" + what + "不是正好" + length : what + " is not exactly " + length + " away";
  }
}

std::string comparison(const Context& context, std::uint32_t index, bool holds) {
  const Node& node = node_at(context, index);
  const Op op = holds ? node.op : opposite(node.op);
  if (std::string words = far_away(context, node, op); !words.empty())
    return holds ? words : or_missing(context, std::move(words), {node.b});
  if (const std::string words = counted(context, node.a, op, node.b); !words.empty()) return words;
  const Type type = node_at(context, node.a).type;
  std::string words =
      value(context, node.a) + (context.zh() ? relation_zh(op, type) : relation_en(op, type)) + value(context, node.b);
  return holds ? words : or_missing(context, std::move(words), {node.a, node.b});
}

std::string membership(const Context& context, const Node& node, bool inside, bool holds) {
  const bool zh = context.zh();
  const Node& list = node_at(context, node.b);
  const bool written = list.op == Op::list || list.op == Op::constant;
  std::string words = value(context, node.a);
  if (written) {
    words += zh ? (inside ? "是" : "不是") : (inside ? " is " : " is not ");
  } else {
    words += zh ? (inside ? "属于" : "不属于") : (inside ? " is one of " : " is none of ");
  }
  words += value(context, node.b);
  return holds ? words : or_missing(context, std::move(words), {node.a});
}

// ---- about the customer
// ---------------------------------------------------------------------------------------------------

std::string tagged(const Context& context, const Node& node, bool holds) {
  const Node& which = node_at(context, node.a);
  const std::string words = value(context, node.a);
  const bool several = which.type == Type::list;
  if (context.zh()) return (holds ? "有" : "没有") + words + "标签";
  if (which.op == Op::constant && !several) return (holds ? "they are tagged " : "they are not tagged ") + words;
  return (holds ? "they are tagged with " : "they are tagged with none of ") + words;
}

std::string consents(const Context& context, const Node& node, bool holds) {
  const std::string what = name(context.program.constants[node.a].text);
  if (context.zh()) return (holds ? "同意" : "未同意") + what;
  return (holds ? "they consent to " : "they do not consent to ") + what;
}

std::string inactive(const Context& context, const Node& node, bool holds) {
  const std::string length = constant_words(context.program, context.program.constants[node.a], context.tongue);
  if (context.zh()) return (holds ? "沉默满" : "沉默不满") + length;
  return (holds ? "they have been silent for " : "they have not been silent for ") + length;
}

std::string verb_about(const Context& context, const Node& node, bool holds) {
  const bool zh = context.zh();
  const std::string a = value(context, node.a), b = value(context, node.b);
  std::string words;
  if (node.op == Op::contains)
    words = a + (zh ? (holds ? "包含" : "不包含") : holds ? " include " : " do not include ") + b;
  if (node.op == Op::starts_with)
    words = a + (zh ? (holds ? "以" : "不以") + b + "开头" : (holds ? " starts with " : " does not start with ") + b);
  return holds ? words : or_missing(context, std::move(words), {node.a, node.b});
}

std::string known(const Context& context, const Node& node, bool is_known) {
  if (context.zh()) return value(context, node.a) + (is_known ? "不为空" : "为空");
  return value(context, node.a) + (is_known ? " is known" : " is unknown");
}

}  // namespace

std::string clause(const Context& context, std::uint32_t index, bool holds) {
  const Node& node = node_at(context, index);
  switch (node.op) {
    case Op::and_:
    case Op::or_: return joined(context, index, holds, false);
    case Op::not_: return clause(context, node.a, !holds);
    case Op::tagged: return tagged(context, node, holds);
    case Op::consents: return consents(context, node, holds);
    case Op::inactive: return inactive(context, node, holds);
    case Op::equal:
    case Op::not_equal:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal: return comparison(context, index, holds);
    case Op::in: return membership(context, node, holds, holds);
    case Op::not_in: return membership(context, node, !holds, holds);
    case Op::contains:
    case Op::starts_with: return verb_about(context, node, holds);
    case Op::is_missing: return known(context, node, !holds);
    case Op::is_not_missing: return known(context, node, holds);
    case Op::window: {
      const program::Window& window = context.program.windows[node.a];
      if (window.aggregate == program::Aggregate::happened || window.aggregate == program::Aggregate::silent)
        return window_clause(context, window, holds);
      break;
    }
    case Op::constant: {
      const bool truth = (context.program.constants[node.a].integer != 0) == holds;
      if (context.zh()) return truth ? "总是成立" : "从不成立";
      return truth ? "always" : "never";
    }
    default: break;
  }
  // A value of type bool.
  if (context.zh()) return value(context, index) + (holds ? "为是" : "为否（或为空）");
  return value(context, index) + (holds ? " is yes" : " is no (or is unknown)");
}

std::string clause_of(const Context& context, std::uint32_t expression, bool holds) {
  return clause(context, context.program.expressions[expression].root, holds);
}

std::string event_where(const Context& context, std::uint32_t event, std::uint32_t filter, bool many) {
  const program::Event& declared = context.program.events[event];
  if (context.zh()) {
    if (filter == kNone) return one_event(declared, context.tongue);
    return clause(context.in_event(event), filter) + "的" + one_event(declared, context.tongue);
  }
  const std::string words = many ? many_events(declared, context.tongue) : one_event(declared, context.tongue);
  if (filter == kNone) return words;
  const std::string condition = clause(context.in_event(event), filter);
  if (condition.rfind("its ", 0) == 0) return words + " whose " + condition.substr(4);
  return words + " for which " + condition;
}

}  // namespace tend::prose
