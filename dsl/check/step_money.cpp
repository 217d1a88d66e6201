// `grant` and `credit`: money out of a budget, for the customer or for somebody else.
#include <utility>

#include "dsl/check/budget.hpp"
#include "dsl/check/report.hpp"
#include "dsl/check/scope.hpp"
#include "dsl/check/stepping.hpp"

namespace tend::check {

using program::Person;
using program::StepKind;
using syntax::Block;
using syntax::Keyword;
using syntax::Part;
using syntax::Stmt;

namespace {

// What is granted lapses at the end of the period in which the budget is counted anew; without one nothing says when.
bool has_period(const Stmt& budget) {
  const Part* lines = syntax::first(budget, Part::What::block);
  if (!lines) return false;
  for (const syntax::StmtPtr& line : lines->block.statements) {
    if (!line || syntax::has(*line, Keyword::per_cust)) continue;
    if (syntax::has(*line, Keyword::per_time)) return true;
  }
  return false;
}

}  // namespace

const Stmt* Steps::money(const Stmt& statement, const Way& way, program::Step& out) {
  const Keyword verb = statement.kind == syntax::StmtKind::grant ? Keyword::grant : Keyword::credit;
  const IrPtr amount = value_of(workspace_, syntax::expression_behind(statement, verb), reach(way));
  const auto budget = find_named(workspace_, Kind::budget, path_of(syntax::behind(statement, Keyword::from)));
  if (budget) out.budget = budget->index;
  if (amount && amount->type.type != Type::money) {
    const bool number = amount->type.type == Type::number;
    workspace_.sink.report(mistake(362, amount->span, {type_word(amount->type)}, number ? 26 : 0));
  } else if (amount && amount->may_be_missing) {
    workspace_.sink.report(mistake(307, amount->span, {}, 58));
  } else if (amount && is_constant(*amount, ValueKind::money) && amount->constant.integer <= 0) {
    workspace_.sink.report(mistake(369, amount->span));
  } else if (amount) {
    out.expression = emitted(amount);
    const auto currency = budget ? currency_of_budget(*budget->declaration) : std::nullopt;
    if (currency && amount->currency && *currency != *amount->currency) {
      workspace_.sink.report(
          mistake(304, amount->span, {program::currency_code(*amount->currency), program::currency_code(*currency)}));
    }
  }
  return budget ? budget->declaration : nullptr;
}

Way Steps::grant(const Stmt& statement, Way way) {
  program::Step out = named(StepKind::grant, statement);
  const Stmt* budget = money(statement, way, out);
  Way done = way;
  if (const Part* name = syntax::behind(statement, Keyword::as_, Part::What::name)) {
    Kept kept;
    kept.granted = true;
    kept.type = plain(Type::money);
    if (budget) kept.currency = currency_of_budget(*budget);
    kept.may_be_missing = budget && !has_period(*budget);
    out.slot = keep(name->name, std::move(kept), done);
  }
  const std::uint32_t self = add(std::move(out), statement);
  return otherwise(self, statement, syntax::block_behind(statement, Keyword::else_), way, std::move(done));
}

Way Steps::credit(const Stmt& statement, Way way) {
  program::Step out = named(StepKind::credit, statement);
  money(statement, way, out);
  out.person = credited(statement, way);
  const std::uint32_t self = add(std::move(out), statement);
  return otherwise(self, statement, syntax::block_behind(statement, Keyword::else_), way, way);
}

// A partner by its name, or a reference to a customer or a member of staff.
Person Steps::credited(const Stmt& statement, const Way& way) {
  std::size_t at = 0;
  while (at < statement.parts.size() && !syntax::is(statement.parts[at], Keyword::credit_to)) ++at;
  ++at;
  const Part* who = syntax::part_at(statement, at, Part::What::expression);
  if (!who) return staff(statement, at, way);
  Person out;
  const std::vector<syntax::Name>& path = path_of(who);
  if (const auto partner = find_named_quietly(workspace_, Kind::partner, path)) {
    if (path.size() == 1 && journey_.kept.contains(path[0].text)) {
      workspace_.sink.report(mistake(209, path[0].span, {path[0].text}));
      return out;
    }
    out.kind = Person::Kind::partner;
    out.partner = partner->index;
    return out;
  }
  const Binding* parameter = path.size() == 1 ? bound(workspace_, path[0]) : nullptr;
  if (parameter && parameter->parameter->type.word == syntax::TypeWord::partner) {
    return out;  // a template by itself: whom it pays is known where it is used
  }
  if (path.size() == 1 && canonical(path[0].text, Builtin::root) == "customer") {  // the customer himself
    out.kind = Person::Kind::reference;
    out.expression = emitted(make(Op::customer_id, Type::customer, path[0].span));
    return out;
  }
  const bool bare = path.size() == 1 && !journey_.kept.contains(path[0].text) &&
                    !workspace_.schema.traits.contains(path[0].text) && !bound(workspace_, path[0]);
  if (bare) {
    find_named(workspace_, Kind::partner, path);  // says that there is none
    return out;
  }
  const IrPtr person = value_of(workspace_, who->expression.get(), reach(way));
  if (!person) return out;
  if (person->type.type != Type::staff && person->type.type != Type::customer) {
    workspace_.sink.report(mistake(370, person->span, {type_word(person->type)}));
    return out;
  }
  out.kind = Person::Kind::reference;
  out.expression = emitted(person);
  return out;
}

}  // namespace tend::check
