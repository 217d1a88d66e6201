// Who is asked, given a job or handed the customer: `task`, `transfer to`, `someone of`, and whom it is where nobody is
// named.
#include <algorithm>
#include <utility>

#include "dsl/check/report.hpp"
#include "dsl/check/stepping.hpp"

namespace tend::check {

using program::Person;
using program::StepKind;
using syntax::Block;
using syntax::Keyword;
using syntax::Part;
using syntax::Stmt;

Way Steps::task(const Stmt& statement, Way way) {
  program::Step out = named(StepKind::task, statement);
  const bool somebody = statement.parts.size() > 1 && statement.parts[1].what != Part::What::text;
  out.person = somebody ? staff(statement, 1, way) : own_staff(statement.head);
  // `someone of "team" "what to do"`: what is to be done is the last text.
  const Part* what = nullptr;
  for (const Part& part : statement.parts) {
    if (part.what == Part::What::text) what = &part;
  }
  if (what && what->text) {
    out.text = text(*what->text, way);
  } else {
    workspace_.broken = true;
  }
  if (syntax::has(statement, Keyword::due)) {
    out.within = fixed_duration(workspace_, syntax::expression_behind(statement, Keyword::due));
  }
  const std::uint32_t self = add(std::move(out), statement);
  return otherwise(self, statement, syntax::block_behind(statement, Keyword::else_), way, way);
}

Way Steps::transfer(const Stmt& statement, Way way) {
  program::Step out = named(StepKind::transfer, statement);
  out.person = staff(statement, 1, way);
  (void)owner(statement.head, 529, 529);  // else nothing changes
  const std::uint32_t self = add(std::move(out), statement);
  return otherwise(self, statement, syntax::block_behind(statement, Keyword::else_), way, way);
}

Person Steps::staff(const Stmt& statement, std::size_t at, const Way& way) {
  if (at < statement.parts.size() && syntax::is(statement.parts[at], Keyword::someone_of)) {
    const Part* name = syntax::part_at(statement, at + 1, Part::What::text);
    if (name && name->text) return team(*name->text);
    workspace_.broken = true;
    return {};
  }
  const Part* who = syntax::part_at(statement, at, Part::What::expression);
  const IrPtr person = value_of(workspace_, who ? who->expression.get() : nullptr, reach(way));
  if (!person) return {};
  if (person->type.type != Type::staff) {
    workspace_.sink.report(mistake(360, person->span, {type_word(person->type)}));
    return {};
  }
  Person out;
  out.kind = Person::Kind::reference;
  out.expression = emitted(person);
  return out;
}

/// `owner`, or the one attribute that is a member of staff, whatever it is called. kNone where there is none or nobody
/// can tell which: then one of the two is reported, unless something else is wrong already.
std::uint32_t Steps::owner(Span where, std::uint16_t none, std::uint16_t several_of_them) {
  const Schema& schema = workspace_.schema;
  std::uint32_t found = kNone;
  std::uint32_t several = 0;
  for (std::uint32_t i = 0; i < schema.attributes.size(); ++i) {
    const program::Attribute& attribute = schema.attributes[i];
    if (attribute.type.type == Type::none && attribute.name == "owner") return kNone;  // its declaration was wrong
    if (attribute.type.type != Type::staff) continue;
    ++several;
    if (found == kNone || attribute.name == "owner") found = i;
  }
  if (found == kNone || (several > 1 && schema.attributes[found].name != "owner")) {
    if (workspace_.sink.errors() == 0 || !schema.unread_names.contains("owner")) {
      const std::uint16_t code = several == 0 ? none : several_of_them;
      workspace_.sink.report(mistake(code, where, {}, several == 0 ? 56 : code == 521 ? 57 : 0));
    }
    return kNone;
  }
  return found;
}

Person Steps::own_staff(Span where) {
  const std::uint32_t found = owner(where, 519, 521);
  if (found == kNone) return {};
  IrPtr owner = make(Op::attribute, Type::staff, where);
  owner->a = found;
  owner->may_be_missing = true;
  Person out;
  out.kind = Person::Kind::reference;
  out.expression = emitted(owner);
  return out;
}

Person Steps::team(const syntax::Text& name) {
  auto characters = plain_text(workspace_, name);
  if (!characters) return {};
  const std::vector<std::string>& teams = workspace_.options.teams;
  if (!teams.empty() && std::find(teams.begin(), teams.end(), *characters) == teams.end()) {
    Diagnostic diagnostic = mistake(256, name.span, {*characters});
    suggest(diagnostic, *characters, teams);
    workspace_.sink.report(std::move(diagnostic));
    return {};
  }
  Person out;
  out.kind = Person::Kind::team;
  out.team = std::move(*characters);
  return out;
}

}  // namespace tend::check
