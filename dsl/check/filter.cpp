#include "dsl/check/filter.hpp"

#include <array>
#include <utility>

#include "dsl/check/policy.hpp"
#include "dsl/check/report.hpp"

namespace tend::check {
namespace {

using program::FilterKind;
using syntax::Filter;
using syntax::Keyword;

constexpr std::uint32_t kTruncateMax = 10'000;
constexpr std::uint32_t kRoundMax = 9;

struct Row {
  FilterKind kind;
  Keyword word;
  Phrase written;  // how it is written, for who wrote it otherwise
  std::size_t arguments;
};

constexpr std::array<Row, 7> kRows = {{
    {FilterKind::money, Keyword::b_money, Phrase::filter_money, 0},
    {FilterKind::date, Keyword::b_fdate, Phrase::filter_date, 1},
    {FilterKind::upper, Keyword::b_upper, Phrase::filter_upper, 0},
    {FilterKind::truncate, Keyword::b_truncate, Phrase::filter_truncate, 1},
    {FilterKind::round, Keyword::b_round, Phrase::filter_round, 1},
    {FilterKind::join, Keyword::b_join, Phrase::filter_join, 1},
    {FilterKind::url, Keyword::b_url, Phrase::filter_url, 0},
}};

const Row* row_of(Workspace& workspace, const syntax::Name& name) {
  const std::string english = canonical(name.text, Builtin::filter);
  std::vector<std::string> candidates;
  for (const Row& row : kRows) {
    if (english == syntax::spelling(row.word, syntax::Tongue::en)) return &row;
    for (const syntax::Tongue tongue : {syntax::Tongue::en, syntax::Tongue::zh})
      candidates.emplace_back(syntax::spelling(row.word, tongue));
  }
  Diagnostic diagnostic = mistake(233, name.span, {name.text});
  suggest(diagnostic, name.text, candidates);
  workspace.sink.report(std::move(diagnostic));
  return nullptr;
}

// Which type a filter needs, where `type` is not it.
std::optional<Phrase> needed(FilterKind kind, Type type) {
  switch (kind) {
    case FilterKind::money: return type == Type::money ? std::nullopt : std::optional(Phrase::type_money);
    case FilterKind::date:
      return type == Type::date || type == Type::moment ? std::nullopt : std::optional(Phrase::type_date);
    case FilterKind::round: return type == Type::number ? std::nullopt : std::optional(Phrase::type_number);
    case FilterKind::join: return type == Type::list ? std::nullopt : std::optional(Phrase::type_list);
    case FilterKind::upper:
    case FilterKind::truncate:
    case FilterKind::url: return is_text(type) ? std::nullopt : std::optional(Phrase::type_text);
  }
  return std::nullopt;
}

// pattern = { "yyyy" | "MM" | "M" | "dd" | "d" | "HH" | "H" | "mm" | "m" | "ss" | any other than a Latin letter }
bool check_pattern(Workspace& workspace, const std::string& pattern, Span span, bool has_time) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  for (std::size_t at = 0; at < pattern.size();) {
    std::size_t end = at + 1;
    while (end < pattern.size() && pattern[end] == pattern[at]) ++end;
    const std::string run = pattern.substr(at, end - at);
    at = end;
    if (!is_letter(run[0])) continue;
    const bool of_day = run == "yyyy" || run == "MM" || run == "M" || run == "dd" || run == "d";
    const bool of_time = run == "HH" || run == "H" || run == "mm" || run == "m" || run == "ss";
    if (of_day || (of_time && has_time)) continue;
    workspace.sink.report(of_time ? mistake(344, span, {run}) : mistake(343, span, {run}, 45));
    return false;
  }
  return true;
}

std::optional<Constant> number_argument(Workspace& workspace, const syntax::Expr* expr, std::uint32_t least,
                                        std::uint32_t most) {
  const auto number = whole_number(workspace, expr, least, most);
  if (!number) return std::nullopt;
  Constant constant;
  constant.kind = ValueKind::number;
  constant.number = *number;
  return constant;
}

std::optional<Constant> text_argument(Workspace& workspace, const syntax::Expr* expr, const Row& row, Type type) {
  const IrPtr value = value_of(workspace, expr, Reach{});
  if (!value) return std::nullopt;
  if (!is_constant(*value, ValueKind::text)) {
    workspace.sink.report(mistake(341, value->span, {diagnostic::argument(row.written)}));
    return std::nullopt;
  }
  const bool dated = row.kind == FilterKind::date;
  if (dated && !check_pattern(workspace, value->constant.text, value->span, type == Type::moment)) return std::nullopt;
  return value->constant;
}

std::optional<FilterIr> filter_of(Workspace& workspace, const Filter& filter, const TypeInfo& type) {
  const Row* row = row_of(workspace, filter.name);
  if (!row) return std::nullopt;
  if (const auto needs = needed(row->kind, type.type)) {
    workspace.sink.report(
        mistake(352, filter.name.span, {filter.name.text, diagnostic::argument(*needs), type_word(type)}));
    return std::nullopt;
  }
  if (filter.arguments.size() != row->arguments) {
    workspace.sink.report(mistake(341, filter.name.span, {diagnostic::argument(row->written)}));
    return std::nullopt;
  }
  FilterIr out{row->kind, std::nullopt};
  if (row->arguments == 0) return out;
  const syntax::Expr* expr = filter.arguments[0].get();
  switch (row->kind) {
    case FilterKind::truncate: out.argument = number_argument(workspace, expr, 1, kTruncateMax); break;
    case FilterKind::round: out.argument = number_argument(workspace, expr, 0, kRoundMax); break;
    default: out.argument = text_argument(workspace, expr, *row, type.type);
  }
  if (!out.argument) return std::nullopt;
  return out;
}

}  // namespace

std::optional<std::vector<FilterIr>> filters_of(Workspace& workspace, const std::vector<Filter>& filters,
                                                const Ir& value) {
  std::vector<FilterIr> out;
  TypeInfo type = value.type;
  for (const Filter& filter : filters) {
    auto one = filter_of(workspace, filter, type);
    if (!one) return std::nullopt;
    out.push_back(std::move(*one));
    type = plain(Type::text);
  }
  return out;
}

}  // namespace tend::check
