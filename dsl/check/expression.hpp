// Types of expressions and the meaning of names in them: from syntax::Expr to Ir.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "dsl/check/ir.hpp"
#include "dsl/check/journey.hpp"
#include "dsl/check/schema.hpp"
#include "dsl/syntax/tree.hpp"

namespace tend::check {

/// Where an expression stands.
struct Reach {
  std::optional<std::uint32_t> event;  // the event under test, in its `where`
  bool in_window = false;              // that `where` belongs to a window
  const Journey* journey = nullptr;    // null: no journey here (traits, `enter when`)
};

/// A filter of a hole: `| truncate 20`.
struct FilterIr {
  program::FilterKind kind = program::FilterKind::upper;
  std::optional<Constant> argument;
};

/// A piece of a text: literal characters, or an expression.
struct PartIr {
  std::string literal;
  IrPtr hole;
  std::vector<FilterIr> filters;
};

/// Any value. Errors: null, reported.
IrPtr value_of(Workspace& workspace, const syntax::Expr* expr, const Reach& reach);

/// A condition: boolean, and such that its next flip can be worked out. Errors: null, reported.
IrPtr condition_of(Workspace& workspace, const syntax::Expr* expr, const Reach& reach);

/// A condition that is watched all the time (`enter when`, `leave when`, `when`, `wait until`), not only asked at some
/// moment: it must also wake whoever it is about. Errors: null, reported.
IrPtr watched_condition_of(Workspace& workspace, const syntax::Expr* expr, const Reach& reach);

/// A duration that is the same for everybody, and positive. Errors: nullopt, reported.
std::optional<Duration> fixed_duration(Workspace& workspace, const syntax::Expr* expr);

/// The condition of an event's `where`; kept apart because null also means that there is none.
IrPtr event_filter(Workspace& workspace, const syntax::Expr* where, std::uint32_t event, Reach reach);

/// The condition of the segment that `path` names. Errors: null, reported.
IrPtr segment_of(Workspace& workspace, const std::vector<syntax::Name>& path, const Reach& reach, Span span);

/// The pieces of a text with `{{ }}`. Errors: nullopt, reported.
std::optional<std::vector<PartIr>> parts_of(Workspace& workspace, const syntax::Text& text, const Reach& reach);

/// Has the value a plain form, and is it never missing? Reports why not, with the help sentence `help`.
bool can_be_written(Workspace& workspace, const Ir& value, std::uint16_t help);

/// The event that `path` names. Errors: nullopt, reported.
std::optional<std::uint32_t> event_of(Workspace& workspace, const std::vector<syntax::Name>& path);

/// The field of `event` that `name` names; kFieldAt for `at`. Errors: nullopt, reported.
std::optional<std::uint32_t> field_of(Workspace& workspace, std::uint32_t event, const syntax::Name& name);

/// Reports an expression that takes too much work (T0450, T0451). True: it does.
bool report_cost(Workspace& workspace, Span span, const Cost& cost);

/// A trait's or segment's expression, worked out once. Null: it has a mistake, which was reported where it stands.
const Ir* worked_out(Workspace& workspace, Trait& trait, Span use);

// ---- parts of the above, one file each
// ------------------------------------------------------------------------------------

IrPtr name_of(Workspace& workspace, const syntax::Expr& expr, const Reach& reach);              // names.cpp
IrPtr window_of(Workspace& workspace, const syntax::Expr& expr, const Reach& reach);            // window.cpp
IrPtr compared(Workspace& workspace, syntax::Word word, Span span, IrPtr left, IrPtr right);    // compare.cpp
IrPtr calculated(Workspace& workspace, syntax::Word word, Span span, IrPtr left, IrPtr right);  // arithmetic.cpp
IrPtr negated(Workspace& workspace, Span span, IrPtr operand);                                  // arithmetic.cpp

/// May a value of type `from` stand where `to` is wanted (an attribute to set, the other side of a comparison)? Reports
/// why not. Shape: texts fit `one of`s if they are one of its members.
bool fits_member(Workspace& workspace, const Ir& text, const TypeInfo& one_of);

bool is_text(Type type);  // text or one of
/// What the type is called, in English.
std::string type_word(const TypeInfo& type);

/// The moment at which a date begins in the customer's zone.
IrPtr as_moment(IrPtr date);
/// A constant of whole days, weeks, months or years: what keeps a date a date.
bool is_whole_days(const Ir& duration);

}  // namespace tend::check
