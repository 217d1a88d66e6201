// Flat nodes: children before parents, a window's filter before the first node that reads the window.
#include "dsl/check/emit.hpp"

#include "dsl/check/flip.hpp"

namespace tend::check {
namespace {

// A list whose elements are all constants is a constant itself.
std::optional<Constant> constant_list(const Ir& ir) {
  Constant list;
  list.kind = ValueKind::list;
  for (const IrPtr& child : ir.children) {
    if (child->op != Op::constant) return std::nullopt;
    list.list.push_back(child->constant);
  }
  return list;
}

}  // namespace

std::uint32_t Emitter::constant(const Constant& value) {
  const auto [found, is_new] =
      constants_.try_emplace(key_of(value), static_cast<std::uint32_t>(program_.constants.size()));
  if (is_new) program_.constants.push_back(value);
  return found->second;
}

std::uint32_t Emitter::window(const WindowIr& window) {
  const std::string key = key_of(window);
  if (const auto found = windows_.find(key); found != windows_.end()) return found->second;
  program::Window out;
  out.event = window.event;
  out.aggregate = window.aggregate;
  out.field = window.field;
  out.over = window.over;
  if (window.filter) {
    out.filter = node(*window.filter);
    out.filter_reads_customer = reads_customer(*window.filter);
  }
  const auto index = static_cast<std::uint32_t>(program_.windows.size());
  program_.windows.push_back(out);
  windows_.emplace(key, index);
  return index;
}

std::uint32_t Emitter::node(const Ir& ir) {
  program::Node out;
  out.op = ir.op;
  out.type = ir.type.type;
  out.a = ir.a;
  out.b = ir.b;
  switch (ir.op) {
    case Op::constant:
    case Op::consents:
    case Op::inactive: out.a = constant(ir.constant); break;
    case Op::window: out.a = window(*ir.window); break;
    case Op::entry_field: reads_entry_ = true; break;
    case Op::arm_field: arm_events_.insert(ir.a); break;
    case Op::call: {
      std::vector<std::uint32_t> arguments = {ir.a};
      for (const IrPtr& child : ir.children) arguments.push_back(node(*child));
      out.a = static_cast<std::uint32_t>(program_.arguments.size());
      out.b = static_cast<std::uint32_t>(ir.children.size());
      program_.arguments.insert(program_.arguments.end(), arguments.begin(), arguments.end());
      break;
    }
    case Op::list: {
      if (const auto list = constant_list(ir)) {
        out.op = Op::constant;
        out.a = constant(*list);
        break;
      }
      std::vector<std::uint32_t> children;
      for (const IrPtr& child : ir.children) children.push_back(node(*child));
      out.a = static_cast<std::uint32_t>(program_.arguments.size());
      out.b = static_cast<std::uint32_t>(children.size());
      program_.arguments.insert(program_.arguments.end(), children.begin(), children.end());
      break;
    }
    default:
      if (!ir.children.empty()) out.a = node(*ir.children[0]);
      if (ir.children.size() > 1) out.b = node(*ir.children[1]);
  }
  program_.nodes.push_back(out);
  node_places_.push_back(ir.span);
  return static_cast<std::uint32_t>(program_.nodes.size() - 1);
}

std::uint32_t Emitter::expression(const IrPtr& ir) {
  if (!ir) return kNone;
  program::Expression expression;
  expression.dependencies = dependencies_of(*ir);
  expression.root = node(*ir);
  program_.expressions.push_back(std::move(expression));
  return static_cast<std::uint32_t>(program_.expressions.size() - 1);
}

std::vector<program::TextPart> Emitter::text(const std::vector<PartIr>& parts) {
  std::vector<program::TextPart> out;
  for (const PartIr& part : parts) {
    program::TextPart& one = out.emplace_back(program::TextPart{part.literal, expression(part.hole), {}});
    for (const FilterIr& filter : part.filters) {
      one.filters.push_back({filter.kind, filter.argument ? constant(*filter.argument) : kNone});
    }
  }
  return out;
}

void Emitter::forget() {
  reads_entry_ = false;
  arm_events_.clear();
}

}  // namespace tend::check
