#include "dsl/check/currency.hpp"

#include <algorithm>
#include <utility>

#include "dsl/check/report.hpp"
#include "dsl/syntax/parts.hpp"

namespace tend::check {
namespace {

using syntax::Keyword;
using syntax::Part;
using syntax::Stmt;

// What a money literal can be written with.
bool is_code(std::string_view code) {
  if (code.size() < 3 || code.size() > 4 || code[0] < 'A' || code[0] > 'Z') return false;
  return std::all_of(code.begin(), code.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

std::optional<std::int32_t> digits_of(Workspace& workspace, const Stmt& line) {
  const syntax::Expr* expr = syntax::expression_behind(line, Keyword::digits);
  if (!expr || expr->kind == syntax::ExprKind::error) {
    workspace.broken = true;
    return std::nullopt;
  }
  const double wanted = expr->value.number;
  const auto digits = static_cast<std::int32_t>(wanted);
  if (expr->value.kind == ValueKind::number && wanted >= 0 && wanted <= program::kDeclaredDigitsMax && digits == wanted)
    return digits;
  workspace.sink.report(mistake(349, expr->span));
  return std::nullopt;
}

void take_currency(Workspace& workspace, const Stmt& declaration) {
  const syntax::Name& name = declaration.name;
  if (!is_code(name.text)) {
    workspace.sink.report(mistake(231, name.span, {name.text}));
    workspace.schema.unread_names.insert(name.text);
    return;
  }
  program::DeclaredCurrency currency;
  currency.code = program::pack_currency(name.text);
  if (program::is_iso_currency(currency.code)) {
    workspace.sink.report(mistake(212, name.span, {name.text}));
    return;
  }
  if (const Part* title = syntax::first(declaration, Part::What::text)) {
    if (auto characters = plain_text(workspace, *title->text)) currency.title = std::move(*characters);
  }
  bool said = false;
  if (const Part* block = syntax::first(declaration, Part::What::block)) {
    for (const syntax::StmtPtr& line : block->block.statements) {
      if (!line || line->kind == syntax::StmtKind::error) {
        workspace.broken = true;
        continue;
      }
      if (std::exchange(said, true)) workspace.sink.report(mistake(208, line->head, {"digits"}));
      if (const auto digits = digits_of(workspace, *line)) currency.digits = *digits;
    }
  }
  workspace.schema.own_currencies.emplace(name.text, std::move(currency));
}

std::int64_t power_of_ten(int exponent) {
  std::int64_t power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

}  // namespace

void take_currencies(Workspace& workspace) {
  for (const auto& [name, declaration] : workspace.schema.currencies) take_currency(workspace, *declaration);
}

std::optional<Constant> money_of(Workspace& workspace, const syntax::Expr& literal) {
  Constant amount = literal.value;
  if (program::is_iso_currency(amount.extra)) return amount;
  const Schema& schema = workspace.schema;
  const std::string code = program::currency_code(amount.extra);
  const auto own = schema.own_currencies.find(code);
  if (own == schema.own_currencies.end()) {
    if (schema.unread_names.contains(code) || schema.currencies.contains(code)) return std::nullopt;
    std::vector<std::string> candidates;
    for (const auto& [name, ignored] : schema.own_currencies) candidates.push_back(name);
    for (std::string& iso : program::iso_currencies()) candidates.push_back(std::move(iso));
    Diagnostic diagnostic = mistake(230, literal.span, {code});
    suggest(diagnostic, code, candidates);
    workspace.sink.report(std::move(diagnostic));
    return std::nullopt;
  }
  const std::int64_t scale = power_of_ten(program::kDeclaredDigitsMax - own->second.digits);
  if (amount.integer % scale != 0) {
    workspace.sink.report(mistake(122, literal.span, {literal.spelling, code}));
    return std::nullopt;
  }
  amount.integer /= scale;
  return amount;
}

std::string money_words(const Workspace& workspace, std::int64_t minor, Currency currency) {
  const std::string code = program::currency_code(currency);
  const auto own = workspace.schema.own_currencies.find(code);
  const int digits =
      own == workspace.schema.own_currencies.end() ? program::currency_digits(currency) : own->second.digits;
  const std::int64_t unit = power_of_ten(digits);
  std::string out = std::to_string(minor / unit);
  if (minor % unit != 0) {
    std::string rest = std::to_string(minor % unit);
    rest.insert(0, static_cast<std::size_t>(digits) - rest.size(), '0');
    out += "." + rest;
  }
  return out + " " + code;
}

}  // namespace tend::check
