// Which steps come next: `if`, `split`, `repeat`, `stop`, and `start` of another playbook.
#include <set>
#include <utility>

#include "dsl/check/policy.hpp"
#include "dsl/check/report.hpp"
#include "dsl/check/stepping.hpp"

namespace tend::check {

using program::StepKind;
using syntax::Keyword;
using syntax::Part;
using syntax::Stmt;
using syntax::StmtKind;

namespace {

constexpr std::uint64_t kWhole = 10'000;  // hundredths of a percent

std::string percent_words(std::uint64_t hundredths) {
  std::string words = std::to_string(hundredths / 100);
  if (hundredths % 100 == 0) return words;
  words += "." + std::to_string(hundredths / 10 % 10);
  if (hundredths % 10 != 0) words += std::to_string(hundredths % 10);
  return words;
}

}  // namespace

Way Steps::branch(const Stmt& statement, Way way) {
  program::Step out = named(StepKind::branch, statement);
  out.expression = emitted(condition_of(workspace_, statement.condition.get(), reach(way)));
  const std::uint32_t self = add(std::move(out), statement);
  const Way yes = block(statement.block, way);
  const bool has_else = statement.has_else || !statement.else_block.statements.empty();
  if (!has_else) {
    book_.steps[self].target = here();
    return way ? meeting(yes, way) : way;
  }
  const std::uint32_t jump = add_jump(statement);
  book_.steps[self].target = here();
  const Way no = block(statement.else_block, way);
  book_.steps[jump].target = here();
  return way ? meeting(yes, no) : way;
}

Way Steps::split(const Stmt& statement, Way way) {
  program::Step out = named(StepKind::split, statement);
  std::vector<const Stmt*> arms;
  if (const Part* lines = syntax::first(statement, Part::What::block)) {
    for (const syntax::StmtPtr& line : lines->block.statements) {
      if (line && line->kind == StmtKind::error) workspace_.broken = true;
      if (line && line->kind == StmtKind::item) arms.push_back(line.get());
    }
  }
  // Reserved in one piece: the shares of splits inside come after.
  out.first_arm = static_cast<std::uint32_t>(book_.shares.size());
  out.arms = static_cast<std::uint32_t>(arms.size());
  book_.shares.resize(book_.shares.size() + arms.size());
  const std::uint32_t first = out.first_arm;
  const std::uint32_t self = add(std::move(out), statement);
  shares(statement, arms, first);

  Way after;
  std::vector<std::uint32_t> jumps;
  for (std::size_t i = 0; i < arms.size(); ++i) {
    book_.shares[first + i].target = here();
    const Part* steps = syntax::first(*arms[i], Part::What::block);
    after = meeting(after, steps ? block(steps->block, way) : way);
    jumps.push_back(add_jump(*arms[i]));
  }
  for (const std::uint32_t jump : jumps) book_.steps[jump].target = here();
  book_.steps[self].after = here();
  return way ? after : way;
}

// How many go which way, and what the ways are called.
void Steps::shares(const Stmt& statement, const std::vector<const Stmt*>& arms, std::uint32_t first) {
  std::set<std::string> names;
  std::uint64_t sum = 0;
  bool whole = !workspace_.broken;
  for (std::size_t i = 0; i < arms.size(); ++i) {
    program::Share& share = book_.shares[first + i];
    const Part* percent = syntax::first(*arms[i], Part::What::expression);
    const auto hundredths = share_of(workspace_, percent ? percent->expression.get() : nullptr);
    if (hundredths && *hundredths == 0) workspace_.sink.report(mistake(513, percent->expression->span));
    whole = whole && hundredths && *hundredths > 0;
    share.hundredths = hundredths.value_or(0);
    sum += share.hundredths;
    const Part* name = syntax::first(*arms[i], Part::What::text);
    auto characters = name && name->text ? plain_text(workspace_, *name->text) : std::nullopt;
    if (!characters) continue;
    if (!names.insert(*characters).second) workspace_.sink.report(mistake(514, name->text->span, {*characters}));
    share.name = std::move(*characters);
  }
  if (whole && sum != kWhole) workspace_.sink.report(mistake(512, statement.head, {percent_words(sum)}));
}

Way Steps::repeat(const Stmt& statement, Way way) {
  program::Step out = named(StepKind::repeat, statement);
  const syntax::Expr* rounds = syntax::expression_behind(statement, Keyword::up_to);
  const auto times = whole_number(workspace_, rounds, 1, UINT32_MAX);
  if (times) out.times = *times;
  if (out.times > limits::kRoundsMax)
    workspace_.sink.report(too_many(rounds->span, out.times, Phrase::times_word, limits::kRoundsMax));
  if (syntax::has(statement, Keyword::every)) {
    out.every = fixed_duration(workspace_, syntax::expression_behind(statement, Keyword::every));
  }
  const bool asks = syntax::has(statement, Keyword::until);
  if (asks) {
    const syntax::Expr* until = syntax::expression_behind(statement, Keyword::until);
    out.expression = emitted(condition_of(workspace_, until, reach(way)));
  }
  const std::uint32_t self = add(std::move(out), statement);
  const Part* body = syntax::first(statement, Part::What::block);
  const Way round = body ? block(body->block, way) : way;
  program::Step end;
  end.kind = StepKind::round_end;
  end.target = self;
  add(std::move(end), statement);
  book_.steps[self].target = here();
  if (!way) return way;
  return asks ? meeting(round, way) : round;  // asked before the first round too: there may be none
}

Way Steps::start(const Stmt& statement, Way way) {
  program::Step out = named(StepKind::start, statement);
  const auto named_one = find_named(workspace_, Kind::playbook, path_of(syntax::behind(statement, Keyword::start)));
  const Part* person = syntax::behind(statement, Keyword::for_person);
  if (named_one && !person && named_one->name == book_.name) {
    workspace_.sink.report(mistake(518, statement.head, {named_one->name}));
  }
  if (person) {
    const IrPtr whom = value_of(workspace_, person->expression.get(), reach(way));
    if (whom && whom->type.type != Type::customer) {
      workspace_.sink.report(mistake(361, whom->span, {type_word(whom->type)}));
      return way;
    }
    out.expression = emitted(whom);
  }
  if (!named_one) return way;
  out.playbook = named_one->index;
  add(std::move(out), statement);
  return way;
}

Way Steps::stop(const Stmt& statement, const Way& way) {
  program::Step out = named(StepKind::stop, statement);
  if (statement.text) out.text = text(*statement.text, way, "stop");
  add(std::move(out), statement);
  return std::nullopt;
}

}  // namespace tend::check
