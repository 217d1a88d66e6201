// Making, copying and comparing the checker's expression trees.
#include "dsl/check/ir.hpp"

#include <bit>
#include <utility>

namespace tend::check {

TypeInfo plain(Type type) { return {type, Type::none, {}}; }

IrPtr make(Op op, Type type, Span span) {
  auto ir = std::make_unique<Ir>();
  ir->op = op;
  ir->type = plain(type);
  ir->span = span;
  return ir;
}

IrPtr make_unary(Op op, Type type, Span span, IrPtr child) {
  IrPtr ir = make(op, type, span);
  ir->may_be_missing = type != Type::boolean && child->may_be_missing;
  ir->children.push_back(std::move(child));
  return ir;
}

IrPtr make_binary(Op op, Type type, Span span, IrPtr left, IrPtr right) {
  IrPtr ir = make(op, type, span);
  ir->may_be_missing = type != Type::boolean && (left->may_be_missing || right->may_be_missing);
  ir->children.push_back(std::move(left));
  ir->children.push_back(std::move(right));
  return ir;
}

IrPtr make_constant(Constant value, Type type, Span span) {
  IrPtr ir = make(Op::constant, type, span);
  if (value.kind == ValueKind::money) ir->currency = value.extra;
  ir->constant = std::move(value);
  return ir;
}

IrPtr make_duration(Duration value, Span span) {
  Constant constant;
  constant.kind = ValueKind::duration;
  constant.integer = value.ms;
  constant.extra = static_cast<std::uint32_t>(value.months);
  return make_constant(std::move(constant), Type::duration, span);
}

IrPtr clone(const Ir& ir) {
  auto copy = std::make_unique<Ir>();
  copy->op = ir.op;
  copy->type = ir.type;
  copy->span = ir.span;
  copy->may_be_missing = ir.may_be_missing;
  copy->of_parameter = ir.of_parameter;
  copy->currency = ir.currency;
  copy->constant = ir.constant;
  copy->a = ir.a;
  copy->b = ir.b;
  copy->private_attribute = ir.private_attribute;
  if (ir.window) {
    copy->window = std::make_unique<WindowIr>();
    copy->window->event = ir.window->event;
    copy->window->aggregate = ir.window->aggregate;
    copy->window->field = ir.window->field;
    copy->window->over = ir.window->over;
    if (ir.window->filter) copy->window->filter = clone(*ir.window->filter);
  }
  for (const IrPtr& child : ir.children) copy->children.push_back(clone(*child));
  return copy;
}

bool is_constant(const Ir& ir, ValueKind kind) { return ir.op == Op::constant && ir.constant.kind == kind; }

std::optional<Duration> constant_duration(const Ir& ir) {
  if (!is_constant(ir, ValueKind::duration)) return std::nullopt;
  return Duration{static_cast<std::int32_t>(ir.constant.extra), ir.constant.integer};
}

Cost cost_of(const Ir& ir) {
  Cost cost{1, ir.window ? std::size_t{1} : 0};
  const auto add = [&cost](const Cost& more) {
    cost.nodes += more.nodes;
    cost.windows += more.windows;
  };
  for (const IrPtr& child : ir.children) add(cost_of(*child));
  if (ir.window && ir.window->filter) add(cost_of(*ir.window->filter));
  return cost;
}

namespace {

void put(std::string& out, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(value >> shift));
}

void put(std::string& out, const std::string& text) {
  put(out, text.size());
  out += text;
}

void put(std::string& out, const Constant& constant) {
  put(out, static_cast<std::uint64_t>(constant.kind));
  put(out, static_cast<std::uint64_t>(constant.integer));
  put(out, std::bit_cast<std::uint64_t>(constant.number));
  put(out, constant.extra);
  put(out, constant.text);
  put(out, constant.list.size());
  for (const Constant& element : constant.list) put(out, element);
}

void put(std::string& out, const Ir& ir);

void put(std::string& out, const WindowIr& window) {
  put(out, window.event);
  put(out, static_cast<std::uint64_t>(window.aggregate));
  put(out, window.field);
  put(out, window.over ? 1u : 0u);
  if (window.over) {
    put(out, static_cast<std::uint32_t>(window.over->months));
    put(out, static_cast<std::uint64_t>(window.over->ms));
  }
  put(out, window.filter ? 1u : 0u);
  if (window.filter) put(out, *window.filter);
}

void put(std::string& out, const Ir& ir) {
  put(out, static_cast<std::uint64_t>(ir.op));
  put(out, static_cast<std::uint64_t>(ir.type.type));
  put(out, ir.a);
  put(out, ir.b);
  put(out, ir.constant);
  put(out, ir.window ? 1u : 0u);
  if (ir.window) put(out, *ir.window);
  put(out, ir.children.size());
  for (const IrPtr& child : ir.children) put(out, *child);
}

template <typename T>
std::string keyed(const T& value) {
  std::string out;
  put(out, value);
  return out;
}

}  // namespace

std::string key_of(const Ir& ir) { return keyed(ir); }
std::string key_of(const WindowIr& window) { return keyed(window); }
std::string key_of(const Constant& constant) { return keyed(constant); }

}  // namespace tend::check
