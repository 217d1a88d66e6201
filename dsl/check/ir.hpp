// An expression between the author's tree and the program's nodes: typed, its names resolved, traits and segments put
// in their place, still a tree, so that comparisons can be turned round and flips be looked for before it is laid flat.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dsl/program/program.hpp"

namespace tend::check {

using program::Aggregate;
using program::Constant;
using program::Currency;
using program::Duration;
using program::kNone;
using program::Op;
using program::Type;
using program::TypeInfo;
using program::ValueKind;
using text::Span;

struct Ir;
/// Null: something was wrong and has been reported; whoever meets it stays silent.
using IrPtr = std::unique_ptr<Ir>;

struct WindowIr {
  std::uint32_t event = 0;
  Aggregate aggregate = Aggregate::count;
  std::uint32_t field = kNone;
  IrPtr filter;
  std::optional<Duration> over;
};

struct Ir {
  Op op = Op::constant;
  TypeInfo type;
  Span span;
  bool may_be_missing = false;
  bool of_parameter = false;         // given for a parameter of a template: another use may give another
  std::optional<Currency> currency;  // of money, where the text says which
  Constant constant;                 // constant; consents; inactive
  std::uint32_t a = kNone;           // attribute, field, entry_field, arm_field: as Node
  std::uint32_t b = kNone;
  std::uint32_t private_attribute = kNone;  // of a kept value: the attribute that shows in it
  std::unique_ptr<WindowIr> window;
  std::vector<IrPtr> children;
};

TypeInfo plain(Type type);
IrPtr make(Op op, Type type, Span span);
IrPtr make_unary(Op op, Type type, Span span, IrPtr child);
IrPtr make_binary(Op op, Type type, Span span, IrPtr left, IrPtr right);
IrPtr make_constant(Constant value, Type type, Span span);
IrPtr make_duration(Duration value, Span span);
IrPtr clone(const Ir& ir);

bool is_constant(const Ir& ir, ValueKind kind);
/// `ir` is a constant duration.
std::optional<Duration> constant_duration(const Ir& ir);

/// Bytes that are equal for equal trees, spans aside: what makes two windows one.
std::string key_of(const Ir& ir);
std::string key_of(const WindowIr& window);
std::string key_of(const Constant& constant);

/// What working out an expression takes: its nodes and its event windows, those in the filters of windows too.
struct Cost {
  std::size_t nodes = 0;
  std::size_t windows = 0;
};
Cost cost_of(const Ir& ir);

/// Calls `see` for `ir` and everything below it; not for what stands in windows' filters.
template <typename See>
void walk(const Ir& ir, const See& see) {
  see(ir);
  for (const IrPtr& child : ir.children) walk(*child, see);
}

}  // namespace tend::check
