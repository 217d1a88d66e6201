// Lowering steps: blocks become jumps, and what is known where (which arms were chosen, which values are kept, whether
// anybody comes here at all) is followed along the way. One class, its steps in a file for each sort.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "dsl/check/lookup.hpp"
#include "dsl/check/lowering.hpp"
#include "dsl/syntax/parts.hpp"

namespace tend::check {

class Steps {
 public:
  /// Lifetime: all outlive the object; no playbook is added to the program meanwhile.
  Steps(Lowering& lowering, const Journey& journey, std::uint32_t index, program::PlaybookPlaces& places);

  /// Appends the block's steps; the way on which its end is reached.
  Way block(const syntax::Block& block, Way way);

 private:
  using Stmt = syntax::Stmt;
  using StepKind = program::StepKind;

  Way step(const Stmt& statement, Way way);

  // ---- what all share (steps.cpp)
  Reach reach(const Way& way);
  std::uint32_t here() const { return static_cast<std::uint32_t>(book_.steps.size()); }
  std::uint32_t add(program::Step step, const Stmt& statement);
  std::uint32_t add_jump(const Stmt& statement);
  program::Step named(StepKind kind, const Stmt& statement);
  /// The `else` of step `self`, which stands behind a jump for those who need it not; without one those who were
  /// refused go on with the others. `done` is the way of those who were not.
  Way otherwise(std::uint32_t self, const Stmt& statement, const syntax::Block* refused, const Way& before, Way done);
  std::uint32_t emitted(const IrPtr& ir) { return lowering_.emit.expression(ir); }
  /// `shown`: the keyword of a step whose text everybody sees, so that it may hold nothing private; else empty.
  std::vector<program::TextPart> text(const syntax::Text& text, const Way& way, std::string_view shown = {});

  // ---- step_send.cpp
  Way send(const Stmt& statement, Way way);
  Way ask(const Stmt& statement, Way way);
  const syntax::Stmt* message(const std::vector<syntax::Name>& path, const Way& way, program::Step& out);
  void note_use(const std::string& message_name, const Way& way);
  void confirmed(const Stmt& statement, program::Step& out, const std::vector<std::string>& channels);

  // ---- step_wait.cpp
  Way wait(const Stmt& statement, Way way);
  Way wait_until_time(const Stmt& statement, Way way);
  Way wait_until_date(const Stmt& statement, Way way);
  Way wait_until_condition(const Stmt& statement, Way way);
  Way wait_up_to(const Stmt& statement, Way way);
  Way open_arm(const Stmt& statement, const Way& way, std::uint32_t arm_index);
  std::uint32_t length_of(const syntax::Expr* expr, const Way& way);

  // ---- step_flow.cpp
  Way branch(const Stmt& statement, Way way);
  Way split(const Stmt& statement, Way way);
  void shares(const Stmt& statement, const std::vector<const Stmt*>& arms, std::uint32_t first);
  Way repeat(const Stmt& statement, Way way);
  Way start(const Stmt& statement, Way way);
  Way stop(const Stmt& statement, const Way& way);

  // ---- step_people.cpp
  Way task(const Stmt& statement, Way way);
  Way transfer(const Stmt& statement, Way way);
  /// The person at place `at` of the statement's parts; where none is written, the customer's own member of staff.
  program::Person staff(const Stmt& statement, std::size_t at, const Way& way);
  std::uint32_t owner(Span where, std::uint16_t none, std::uint16_t several_of_them);
  program::Person own_staff(Span where);
  program::Person team(const syntax::Text& name);

  // ---- step_money.cpp
  Way grant(const Stmt& statement, Way way);
  Way credit(const Stmt& statement, Way way);
  /// Amount and budget of a grant or credit. The declaration of the budget; null (reported): there is none.
  const syntax::Stmt* money(const Stmt& statement, const Way& way, program::Step& out);
  program::Person credited(const Stmt& statement, const Way& way);

  // ---- step_change.cpp
  Way tag(const Stmt& statement, Way way);
  std::vector<program::TextPart> tag_by_name(const Stmt& statement, const Way& way);
  Way set(const Stmt& statement, Way way);
  std::optional<std::uint32_t> attribute_to_set(const Stmt& statement);

  // ---- step_keep.cpp
  Way emit(const Stmt& statement, Way way);
  void emit_fields(const Stmt& statement, const Way& way, program::Step& out);
  Way let(const Stmt& statement, Way way);
  /// Notes that `name` is kept from here on; its slot, kNone (reported) where it is kept as something else already.
  std::uint32_t keep(const syntax::Name& name, Kept kept, Way& way);

  Lowering& lowering_;
  Workspace& workspace_;
  program::Playbook& book_;
  program::PlaybookPlaces& places_;
  std::uint32_t index_;
  Journey journey_;
  std::set<std::string> labels_;
  int depth_ = 0;  // blocks open around the step
};

/// The path that an expression is, for names of messages, budgets, playbooks; empty where it is none.
const std::vector<syntax::Name>& path_of(const syntax::Stmt::Part* part);

/// May a value become an attribute's or field's of type `to`, named `name`? Reports why not, as `code` with the
/// arguments `name`, the two types.
bool may_become(Workspace& workspace, const std::string& name, const TypeInfo& to, const Ir& value, std::uint16_t code);

}  // namespace tend::check
