// Expressions, texts and names written down.
#include "dsl/syntax/write_expression.hpp"

#include <algorithm>
#include <utility>

namespace tend::syntax {
namespace {

void collect(const std::vector<FieldDecl>& fields, std::set<std::string, std::less<>>& out) {
  for (const FieldDecl& field : fields) out.insert(field.name.text);
}

void collect(const Block& block, std::set<std::string, std::less<>>& out) {
  for (const StmtPtr& statement : block.statements) {
    if (statement->kind == StmtKind::let) out.insert(statement->name.text);
    collect(statement->block, out);
    collect(statement->else_block, out);
    for (const Stmt::Part& part : statement->parts) {
      collect(part.block, out);
      collect(part.fields, out);
    }
  }
}

struct UnitWords {
  std::string_view en, zh, bare_zh;
};
constexpr UnitWords kUnitWords[] = {
    {"millisecond", "毫秒", "毫秒"}, {"second", "秒", "秒"}, {"minute", "分钟", "分钟"},
    {"hour", "小时", "小时"},        {"day", "天", "天"},    {"week", "周", "周"},
    {"month", "个月", "月"},         {"year", "年", "年"},
};

const UnitWords& unit_words(std::string_view en) {
  if (en.size() > 1 && en.back() == 's') en.remove_suffix(1);
  return *std::find_if(std::begin(kUnitWords), std::end(kUnitWords) - 1,
                       [&](const UnitWords& words) { return words.en == en; });
}

bool contains(std::string_view text, std::string_view piece) { return text.find(piece) != std::string_view::npos; }

/// The characters of a literal piece with escapes. A brace that would open a hole is escaped; `quote` is the quote to
/// escape, 0 for none.
std::string escaped(std::string_view literal, bool hole_follows, char quote, bool multiline) {
  std::string out;
  for (std::size_t i = 0; i < literal.size(); ++i) {
    const char c = literal[i];
    const std::string_view rest = literal.substr(i);
    const auto opens = [&](std::size_t length) {
      const std::string_view next = rest.substr(length);
      return next.empty() ? hole_follows : next[0] == '{' || next.substr(0, 3) == "｛";
    };
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n' && !multiline) {
      out += "\\n";
    } else if (c == '\t' && !multiline) {
      out += "\\t";
    } else if (c == '{' && opens(1)) {
      out += "\\{";
    } else if (rest.substr(0, 3) == "｛" && opens(3)) {
      out += "\\｛";
      i += 2;
    } else if (quote != 0 && c == quote) {
      out += {'\\', c};
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::set<std::string, std::less<>> declared_names(const File& file) {
  std::set<std::string, std::less<>> out;
  for (const StmtPtr& statement : file.declarations) {
    switch (statement->kind) {
      case StmtKind::customer: collect(statement->fields, out); break;
      case StmtKind::event:
        out.insert(statement->name.text);
        collect(statement->fields, out);
        break;
      case StmtKind::trait:
      case StmtKind::segment: out.insert(statement->name.text); break;
      default: break;
    }
    collect(statement->block, out);
    for (const Stmt::Part& part : statement->parts) {
      collect(part.block, out);
      if (statement->kind == StmtKind::template_) collect(part.fields, out);
    }
  }
  return out;
}

std::string ExpressionWriter::name(const Name& name) const { return name.quoted ? "`" + name.text + "`" : name.text; }

/// The built-in name in the wanted tongue; empty where it is none, or is declared by the author in either spelling.
std::string ExpressionWriter::builtin(const Name& name, BuiltinGroup group) const {
  if (name.quoted) return {};
  const std::string_view en = builtin_in(name.text, group, Tongue::en);
  const std::string_view zh = builtin_in(name.text, group, Tongue::zh);
  if (en.empty() || declared_.contains(en) || declared_.contains(zh)) return {};
  return std::string(chinese() ? zh : en);
}

std::string ExpressionWriter::event_field(const Name& field) const {
  const std::string found = builtin(field, BuiltinGroup::event_field);
  return found.empty() ? name(field) : found;
}

std::string ExpressionWriter::event(const std::vector<Name>& path) const {
  const std::string root = path.size() <= 2 ? builtin(path[0], BuiltinGroup::event) : std::string();
  std::string out = root.empty() ? name(path[0]) : root;
  for (std::size_t k = 1; k < path.size(); ++k) {
    const bool moment = path.size() == 2 && canonical_builtin(path[k].text, BuiltinGroup::event_field) == "at";
    out += "." + (!root.empty() || moment ? event_field(path[k]) : name(path[k]));
  }
  return out;
}

std::string ExpressionWriter::path(const std::vector<Name>& path) const {
  const std::string root = builtin(path[0], BuiltinGroup::root);
  if (root.empty()) {
    if (path.size() == 1 && any_event_) {
      const bool at = canonical_builtin(path[0].text, BuiltinGroup::event_field) == "at";
      return builtin_event_ || at ? event_field(path[0]) : name(path[0]);
    }
    if (path.size() == 2) return event(path);
    std::string out = name(path[0]);
    for (std::size_t k = 1; k < path.size(); ++k) out += "." + name(path[k]);
    return out;
  }
  const std::string_view canonical = canonical_builtin(path[0].text, BuiltinGroup::root);
  std::string out = root;
  for (std::size_t k = 1; k < path.size(); ++k) {
    std::string field;
    if (k == 1 && canonical == "customer") field = builtin(path[k], BuiltinGroup::customer_field);
    if (k == 1 && canonical == "entry") field = builtin(path[k], BuiltinGroup::entry_field);
    out += "." + (field.empty() ? name(path[k]) : field);
  }
  return out;
}

std::string ExpressionWriter::literal(const Expr& expr) const {
  switch (expr.value.kind) {
    case program::ValueKind::boolean: return keyword(expr.value.integer != 0 ? Keyword::true_ : Keyword::false_);
    case program::ValueKind::money: {
      const std::size_t blank = expr.spelling.find(' ');
      return chinese() && expr.spelling.substr(blank + 1) == "CNY" ? expr.spelling.substr(0, blank) + "元"
                                                                   : expr.spelling;
    }
    case program::ValueKind::duration: {
      if (!chinese()) return expr.spelling;
      const std::size_t blank = expr.spelling.find(' ');
      return expr.spelling.substr(0, blank) +
             std::string(unit_words(std::string_view(expr.spelling).substr(blank + 1)).zh);
    }
    default: return expr.spelling;
  }
}

std::string ExpressionWriter::bare_unit(const Expr& expr) const {
  if (expr.kind != ExprKind::literal || expr.value.kind != program::ValueKind::duration ||
      expr.spelling.substr(0, 2) != "1 ")
    return {};
  const UnitWords& words = unit_words(std::string_view(expr.spelling).substr(2));
  return std::string(chinese() ? words.bare_zh : words.en);
}

std::string ExpressionWriter::governed(Keyword word, const Expr& expr) {
  const bool glued = chinese() && row(word).glue && expr.kind == ExprKind::literal;
  return keyword(word) + (glued ? "" : " ") + expression(expr);
}

std::string ExpressionWriter::within(const Expr& duration) {
  if (!chinese()) return keyword(Keyword::within) + " " + expression(duration);
  return expression(duration) + (duration.kind == ExprKind::literal ? "" : " ") + keyword(Keyword::within);
}

std::string ExpressionWriter::where(const std::vector<Name>& event, const Expr& condition) {
  const bool was_builtin =
      std::exchange(builtin_event_, event.size() <= 2 && !builtin(event[0], BuiltinGroup::event).empty());
  const bool was_any = std::exchange(any_event_, true);
  std::string out = keyword(Keyword::where_filter) + " " + expression(condition);
  builtin_event_ = was_builtin;
  any_event_ = was_any;
  return out;
}

std::string ExpressionWriter::join(const std::vector<ExprPtr>& list, std::string_view separator) {
  std::string out;
  for (const ExprPtr& one : list) {
    if (!out.empty()) out += separator;
    out += expression(*one);
  }
  return out;
}

std::string ExpressionWriter::comparison_word(Word word) const {
  switch (word) {
    case Word::equal: return "=";
    case Word::not_equal: return "!=";
    case Word::less: return "<";
    case Word::less_equal: return "<=";
    case Word::greater: return ">";
    case Word::greater_equal: return ">=";
    case Word::in: return keyword(Keyword::in_);
    case Word::not_in: return keyword(Keyword::not_in);
    case Word::contains: return keyword(Keyword::contains);
    case Word::starts_with: return keyword(Keyword::starts_with);
    case Word::add: return "+";
    case Word::subtract: return "-";
    case Word::multiply: return "*";
    case Word::divide: return "/";
    case Word::count: return keyword(Keyword::f_count);
    case Word::total: return keyword(Keyword::f_total);
    case Word::average: return keyword(Keyword::f_average);
    case Word::min: return keyword(Keyword::f_min);
    case Word::max: return keyword(Keyword::f_max);
    case Word::last: return keyword(Keyword::f_last);
    case Word::first: return keyword(Keyword::f_first);
    case Word::most: return keyword(Keyword::f_most);
    case Word::none: break;
  }
  return {};
}

std::string ExpressionWriter::event_or_filter(const Expr& expr) {
  if (!expr.where) return event(expr.path);
  return "(" + event(expr.path) + " " + where(expr.path, *expr.where) + ")";
}

std::string ExpressionWriter::expression(const Expr& expr) {
  const auto arg = [&](std::size_t k) { return expression(*expr.args[k]); };
  switch (expr.kind) {
    case ExprKind::error: return {};
    case ExprKind::literal: return literal(expr);
    case ExprKind::moment_local: return expr.spelling;
    case ExprKind::text: return text(expr.text, 0);
    case ExprKind::list: return "[" + join(expr.args, ", ") + "]";
    case ExprKind::path: return path(expr.path);
    case ExprKind::call: {
      std::string out;
      for (const Name& part : expr.path) out += (out.empty() ? "" : ".") + name(part);
      out += "(";
      for (std::size_t k = 0; k < expr.args.size(); ++k) {
        if (k > 0) out += ", ";
        if (!expr.arg_names[k].text.empty()) out += name(expr.arg_names[k]) + ": ";
        out += arg(k);
      }
      return out + ")";
    }
    case ExprKind::aggregate: {
      std::string out = comparison_word(expr.word) + "(" + event(expr.args[0]->path);
      if (expr.where) out += " " + where(expr.args[0]->path, *expr.where);
      out += ")";
      return expr.over ? out + " " + governed(Keyword::over, *expr.over) : out;
    }
    case ExprKind::age: return keyword(Keyword::f_age) + "(" + arg(0) + ")";
    case ExprKind::lunar:
      return keyword(Keyword::lunar) + (expr.args.empty() ? " " + expr.spelling : "(" + arg(0) + ")");
    case ExprKind::happened: return event_or_filter(expr) + " " + within(*expr.duration);
    case ExprKind::silent:
      return keyword(Keyword::no_) + " " + event_or_filter(expr) + " " + governed(Keyword::for_time, *expr.duration);
    case ExprKind::inactive: return keyword(Keyword::inactive) + " " + governed(Keyword::for_time, *expr.duration);
    case ExprKind::tagged: return keyword(Keyword::tagged) + " " + arg(0);
    case ExprKind::in_segment: {
      std::string out;
      for (const Name& part : expr.path) out += (out.empty() ? "" : ".") + name(part);
      return keyword(Keyword::in_segment) + " " + out;
    }
    case ExprKind::consents: return keyword(Keyword::consents) + " " + name(expr.path[0]);
    case ExprKind::not_: return keyword(Keyword::not_) + " " + arg(0);
    case ExprKind::and_: return arg(0) + " " + keyword(Keyword::and_) + " " + arg(1);
    case ExprKind::or_: return arg(0) + " " + keyword(Keyword::or_) + " " + arg(1);
    case ExprKind::compare:
    case ExprKind::binary: return arg(0) + " " + comparison_word(expr.word) + " " + arg(1);
    case ExprKind::is_missing: return arg(0) + " " + keyword(Keyword::is_missing);
    case ExprKind::is_not_missing: return arg(0) + " " + keyword(Keyword::is_not_missing);
    case ExprKind::default_: return arg(0) + " " + keyword(Keyword::default_) + " " + arg(1);
    case ExprKind::negate: return "-" + arg(0);
    case ExprKind::group: return "(" + arg(0) + ")";
  }
  return {};
}

std::string ExpressionWriter::piece(const Piece& piece) {
  std::string out = "{{ " + expression(*piece.hole);
  for (const Filter& filter : piece.filters) {
    const std::string known = builtin_in(filter.name.text, BuiltinGroup::filter, tongue_).empty() || filter.name.quoted
                                  ? name(filter.name)
                                  : std::string(builtin_in(filter.name.text, BuiltinGroup::filter, tongue_));
    out += " | " + known;
    for (const ExprPtr& argument : filter.arguments) out += " " + expression(*argument);
  }
  return out + " }}";
}

std::string ExpressionWriter::text(const Text& text, std::size_t indent) {
  const std::string all = text.plain();
  const std::size_t last_line = all.rfind('\n');
  const std::string_view tail =
      last_line == std::string::npos ? std::string_view() : std::string_view(all).substr(last_line + 1);
  // Closing quotes on a line of blanks would take these for the indentation.
  const bool blank_tail = !tail.empty() && tail.find_first_not_of(" \t") == std::string_view::npos;
  const bool multiline = text.multiline && !blank_tail && !contains(all, "\r");
  const bool straight = multiline || !contains(all, "\"") || contains(all, "“") || contains(all, "”");
  const bool closes_alone = all.empty() ? text.pieces.empty() : !text.pieces.back().hole && all.back() == '\n';
  std::string out = multiline ? "\"\"\"\n" : straight ? "\"" : "“";
  const std::string margin(multiline && closes_alone ? indent + 2 : 0, ' ');
  bool line_start = multiline;
  for (std::size_t k = 0; k < text.pieces.size(); ++k) {
    const Piece& one = text.pieces[k];
    if (one.hole) {
      if (line_start) out += margin;
      line_start = false;
      out += piece(one);
      continue;
    }
    const bool quotes = !multiline
                            ? straight
                            : contains(one.literal, "\"\"") || one.literal.front() == '"' || one.literal.back() == '"';
    const bool hole_follows = k + 1 < text.pieces.size();
    for (const char c : escaped(one.literal, hole_follows, quotes ? '"' : '\0', multiline)) {
      if (line_start && c != '\n') out += margin;
      line_start = multiline && c == '\n';
      out += c;
    }
  }
  if (line_start) out += margin;
  return out + (multiline ? "\"\"\"" : straight ? "\"" : "”");
}

std::string ExpressionWriter::type(const TypeExpr& type) {
  switch (type.word) {
    case TypeWord::error: return {};
    case TypeWord::text: return keyword(Keyword::t_text);
    case TypeWord::number: return keyword(Keyword::t_number);
    case TypeWord::money: return keyword(Keyword::t_money);
    case TypeWord::percent: return keyword(Keyword::t_percent);
    case TypeWord::boolean: return keyword(Keyword::t_bool);
    case TypeWord::duration: return keyword(Keyword::t_duration);
    case TypeWord::date: return keyword(Keyword::t_date);
    case TypeWord::time_of_day: return keyword(Keyword::t_tod);
    case TypeWord::moment: return keyword(Keyword::t_moment);
    case TypeWord::staff: return keyword(Keyword::t_staff);
    case TypeWord::customer: return keyword(Keyword::customer);
    case TypeWord::condition: return keyword(Keyword::t_condition);
    case TypeWord::event: return keyword(Keyword::event);
    case TypeWord::message: return keyword(Keyword::message);
    case TypeWord::segment: return keyword(Keyword::segment);
    case TypeWord::budget: return keyword(Keyword::budget);
    case TypeWord::partner: return keyword(Keyword::party);
    case TypeWord::list_of: return keyword(Keyword::list_of) + " " + (type.element ? this->type(*type.element) : "");
    case TypeWord::one_of: {
      std::string out = keyword(Keyword::one_of);
      for (std::size_t k = 0; k < type.members.size(); ++k) out += (k == 0 ? " " : ", ") + text(type.members[k], 0);
      return out;
    }
  }
  return {};
}

}  // namespace tend::syntax
