// Expressions and texts out of nodes.
#include <algorithm>
#include <utility>

#include "dsl/syntax/build.hpp"
#include "dsl/syntax/literal.hpp"
#include "dsl/syntax/mistake.hpp"
#include "dsl/syntax/scan.hpp"
#include "dsl/text/must.hpp"

namespace tend::syntax {
namespace {

Word aggregate_word(Keyword keyword) {
  switch (keyword) {
    case Keyword::f_count: return Word::count;
    case Keyword::f_total: return Word::total;
    case Keyword::f_average: return Word::average;
    case Keyword::f_min: return Word::min;
    case Keyword::f_max: return Word::max;
    case Keyword::f_last: return Word::last;
    case Keyword::f_first: return Word::first;
    default: return Word::most;
  }
}

bool is_operator(NodeKind kind) {
  return kind == NodeKind::op || kind == NodeKind::double_equal || kind == NodeKind::keyword;
}

}  // namespace

Builder::Kids Builder::kids(Index i) const {
  Kids out;
  children_of(state_.nodes, i, out);
  return out;
}

void Builder::twice(Index i) {
  const Kids list = kids(i);
  const Index first = list.empty() ? i : list.front();
  problem(diagnostic::make(104, span(first), {std::string(source(first))}));
}

Name Builder::name(Index i) const {
  Name out;
  out.span = span(i);
  std::string_view spelled = source(i);
  out.quoted = spelled.size() > 2 && spelled.front() == '`';
  if (out.quoted) spelled = spelled.substr(1, spelled.size() - 2);
  out.text = fold_digits(spelled);
  return out;
}

std::vector<Name> Builder::path(Index i) const {
  std::vector<Name> out;
  for (const Index child : kids(i)) out.push_back(name(child));
  return out;
}

ExprPtr Builder::error_expression(Span span) const {
  auto out = std::make_unique<Expr>();
  out->span = span;
  return out;
}

ExprPtr Builder::finish(ExprPtr expr) {
  std::uint16_t height = 0;
  const auto consider = [&](const ExprPtr& child) {
    if (child) height = std::max(height, child->height);
  };
  for (const ExprPtr& argument : expr->args) consider(argument);
  consider(expr->where);
  consider(expr->over);
  consider(expr->duration);
  for (const Piece& piece : expr->text.pieces) {
    consider(piece.hole);
    for (const Filter& filter : piece.filters)
      for (const ExprPtr& argument : filter.arguments) consider(argument);
  }
  expr->height = static_cast<std::uint16_t>(height + 1);
  if (expr->height <= limits::kHeightMax) return expr;
  if (!too_high_)
    problem(diagnostic::make(141, {expr->span.file, expr->span.begin, expr->span.begin},
                             {std::to_string(limits::kHeightMax)}));
  too_high_ = true;  // said once a file
  return error_expression(expr->span);
}

ExprPtr Builder::make(ExprKind kind, Span span, std::vector<ExprPtr> args, Word word) {
  auto out = std::make_unique<Expr>();
  out->kind = kind;
  out->span = span;
  out->args = std::move(args);
  out->word = word;
  return finish(std::move(out));
}

/// a op b op c: the left ones first.
ExprPtr Builder::chain(const Kids& list, ExprKind kind) {
  ExprPtr out;
  Word word = Word::none;
  for (const Index child : list) {
    if (is_operator(at(child).kind) && out && !is_expression(child)) {
      if (is(child, NodeKind::op)) word = static_cast<Word>(at(child).aux);
      continue;
    }
    ExprPtr next = expression(child);
    if (!out) {
      out = std::move(next);
      continue;
    }
    const Span whole = state_.span(out->span.begin, next->span.end);
    std::vector<ExprPtr> args;
    args.push_back(std::move(out));
    args.push_back(std::move(next));
    out = make(kind, whole, std::move(args), word);
  }
  return out;
}

ExprPtr Builder::comparison(Index i) {
  const Kids list = kids(i);
  std::vector<ExprPtr> args;
  args.push_back(expression(list[0]));
  if (is_keyword(list[1], Keyword::is_missing)) return make(ExprKind::is_missing, span(i), std::move(args));
  if (is_keyword(list[1], Keyword::is_not_missing)) return make(ExprKind::is_not_missing, span(i), std::move(args));
  args.push_back(expression(list[2]));
  ExprPtr out = make(ExprKind::compare, span(i), std::move(args), static_cast<Word>(at(list[1]).aux));
  if (is(list[1], NodeKind::double_equal)) {
    out->fix_equal = true;
    diagnostic::Diagnostic warning = diagnostic::make(130, span(list[1]));
    warning.fixes = {{span(list[1]), "="}};
    problem(std::move(warning));
  }
  return out;
}

ExprPtr Builder::aggregate(Index i) {
  auto out = std::make_unique<Expr>();
  out->kind = ExprKind::aggregate;
  out->span = span(i);
  for (const Index child : kids(i)) {
    switch (at(child).kind) {
      case NodeKind::keyword: out->word = aggregate_word(static_cast<Keyword>(at(child).aux)); break;
      case NodeKind::where: out->where = expression(kids(child).back()); break;
      case NodeKind::over: out->over = expression(kids(child).back()); break;
      default: out->args.push_back(expression(child));
    }
  }
  return finish(std::move(out));
}

ExprPtr Builder::call(Index i) {
  auto out = std::make_unique<Expr>();
  out->kind = ExprKind::call;
  out->span = span(i);
  const Kids list = kids(i);
  out->path = path(list[0]);
  for (const Index argument : kids(list[1])) {
    const Kids parts = kids(argument);
    out->arg_names.push_back(parts.size() > 1 ? name(parts.front())
                                              : Name{state_.span(at(argument).begin, at(argument).begin), "", false});
    out->args.push_back(expression(parts.back()));
  }
  return finish(std::move(out));
}

/// EVENT, or (EVENT where C).
void Builder::event(Index i, Expr& out) {
  if (is(i, NodeKind::path)) {
    out.path = path(i);
    return;
  }
  for (const Index child : kids(i)) {
    if (is(child, NodeKind::path)) out.path = path(child);
    if (is(child, NodeKind::where)) out.where = expression(kids(child).back());
  }
}

bool Builder::is_expression(Index i) const {
  switch (at(i).kind) {
    case NodeKind::literal:
    case NodeKind::unit:
    case NodeKind::text:
    case NodeKind::path:
    case NodeKind::call:
    case NodeKind::aggregate:
    case NodeKind::age:
    case NodeKind::lunar:
    case NodeKind::list:
    case NodeKind::group:
    case NodeKind::negate:
    case NodeKind::default_:
    case NodeKind::product:
    case NodeKind::sum:
    case NodeKind::compare:
    case NodeKind::happened:
    case NodeKind::silent:
    case NodeKind::inactive:
    case NodeKind::tagged:
    case NodeKind::in_segment:
    case NodeKind::consents:
    case NodeKind::not_:
    case NodeKind::and_:
    case NodeKind::or_:
    case NodeKind::error: return true;
    case NodeKind::keyword: return is_keyword(i, Keyword::true_) || is_keyword(i, Keyword::false_);
    default: return false;
  }
}

ExprPtr Builder::expression(Index i) {
  const Node& node = at(i);
  auto out = std::make_unique<Expr>();
  out->span = span(i);
  const auto plain = [&](ExprKind kind) {
    out->kind = kind;
    return finish(std::move(out));
  };
  switch (node.kind) {
    case NodeKind::error: return out;
    case NodeKind::literal:
      if (auto mistake = read_literal(state_, *out)) problem(std::move(*mistake));
      return out;
    case NodeKind::unit: read_unit(static_cast<Unit>(node.aux), *out); return out;
    case NodeKind::keyword:
      out->kind = ExprKind::literal;
      out->value.kind = program::ValueKind::boolean;
      out->value.integer = is_keyword(i, Keyword::true_);
      out->spelling = is_keyword(i, Keyword::true_) ? "true" : "false";
      return out;
    case NodeKind::text: out->text = text(i); return plain(ExprKind::text);
    case NodeKind::path: out->path = path(i); return plain(ExprKind::path);
    case NodeKind::call: return call(i);
    case NodeKind::aggregate: return aggregate(i);
    case NodeKind::lunar: {
      const Index last = kids(i).back();
      if (is(last, NodeKind::lunar_day)) {
        for (const char c : fold_digits(source(last))) out->spelling += (c >= '0' && c <= '9') ? c : '-';
        // A full-width dash has three bytes: one dash will do.
        out->spelling.erase(std::unique(out->spelling.begin(), out->spelling.end(),
                                        [](char a, char b) { return a == '-' && b == '-'; }),
                            out->spelling.end());
      } else {
        out->args.push_back(expression(last));
      }
      return plain(ExprKind::lunar);
    }
    case NodeKind::age: out->args.push_back(expression(kids(i).back())); return plain(ExprKind::age);
    case NodeKind::group: out->args.push_back(expression(kids(i).back())); return plain(ExprKind::group);
    case NodeKind::list:
      for (const Index child : kids(i)) out->args.push_back(expression(child));
      return plain(ExprKind::list);
    case NodeKind::negate:
    case NodeKind::not_: {
      const Kids list = kids(i);
      ExprPtr inner = expression(list.back());
      for (std::size_t k = list.size() - 1; k > 0; --k) {
        const Span whole = state_.span(at(list[k - 1]).begin, node.end);
        std::vector<ExprPtr> args;
        args.push_back(std::move(inner));
        inner = make(node.kind == NodeKind::negate ? ExprKind::negate : ExprKind::not_, whole, std::move(args));
      }
      return inner;
    }
    case NodeKind::default_: return chain(kids(i), ExprKind::default_);
    case NodeKind::product:
    case NodeKind::sum: return chain(kids(i), ExprKind::binary);
    case NodeKind::and_: return chain(kids(i), ExprKind::and_);
    case NodeKind::or_: return chain(kids(i), ExprKind::or_);
    case NodeKind::compare: return comparison(i);
    case NodeKind::happened: {
      const Kids list = kids(i);
      event(list[0], *out);
      for (const Index child : kids(list[1]))
        if (is_expression(child)) out->duration = expression(child);
      return plain(ExprKind::happened);
    }
    case NodeKind::silent: {
      const Kids list = kids(i);
      event(list[1], *out);
      out->duration = expression(list.back());
      return plain(ExprKind::silent);
    }
    case NodeKind::inactive: out->duration = expression(kids(i).back()); return plain(ExprKind::inactive);
    case NodeKind::tagged: out->args.push_back(expression(kids(i).back())); return plain(ExprKind::tagged);
    case NodeKind::in_segment: out->path = path(kids(i).back()); return plain(ExprKind::in_segment);
    case NodeKind::consents: out->path = {name(kids(i).back())}; return plain(ExprKind::consents);
    default: break;
  }
  CHECK_OR_DIE(false, "every node of an expression has its case");
  return out;
}

// ---- texts

std::string Text::plain() const {
  std::string out;
  for (const Piece& piece : pieces) out += piece.literal;
  return out;
}

bool Text::has_holes() const {
  return std::any_of(pieces.begin(), pieces.end(), [](const Piece& piece) { return piece.hole != nullptr; });
}

namespace {

/// What stands before the closing quotes on their line, if only blanks do: taken off every line.
std::string_view indentation_of(std::string_view inner) {
  const std::size_t line = inner.rfind('\n');
  if (line == std::string_view::npos) return {};
  const std::string_view last = inner.substr(line + 1);
  return last.find_first_not_of(" \t") == std::string_view::npos ? last : std::string_view();
}

/// Reads a chunk's characters: escapes, line ends, indentation.
class ChunkReader {
 public:
  ChunkReader(std::string_view indentation, bool multiline) : indentation_(indentation), multiline_(multiline) {}

  /// The bytes of bad escapes go to `bad`, as offsets into `raw`.
  std::string read(std::string_view raw, bool first, std::vector<std::size_t>& bad) {
    std::string out;
    std::size_t i = 0;
    line_start_ = false;
    if (first && multiline_) {
      const std::size_t line = raw.find('\n');
      if (line != std::string_view::npos && raw.substr(0, line).find_first_not_of(" \t\r") == std::string_view::npos) {
        i = line + 1;
        line_start_ = true;
      }
    }
    while (i < raw.size()) {
      if (line_start_) {
        for (std::size_t k = 0; k < indentation_.size() && i < raw.size() && raw[i] == indentation_[k]; ++k) ++i;
        line_start_ = false;
        continue;
      }
      const char c = raw[i];
      if (c == '\r' && i + 1 < raw.size() && raw[i + 1] == '\n') {
        ++i;
      } else if (c == '\n') {
        out += c;
        ++i;
        line_start_ = true;
      } else if (c == '\\' && i + 1 < raw.size()) {
        i += escape(raw.substr(i), out, i, bad);
      } else {
        out += c;
        ++i;
      }
    }
    return out;
  }

 private:
  static std::size_t escape(std::string_view raw, std::string& out, std::size_t at, std::vector<std::size_t>& bad) {
    switch (raw[1]) {
      case 'n': out += '\n'; return 2;
      case 't': out += '\t'; return 2;
      case '"':
      case '\\':
      case '{':
      case '}': out += raw[1]; return 2;
      default: break;
    }
    for (const std::string_view full : {"“", "”", "｛", "｝"})
      if (raw.substr(1, full.size()) == full) {
        out += full;
        return 1 + full.size();
      }
    bad.push_back(at);
    out += '\\';
    return 1;
  }

  std::string_view indentation_;
  bool multiline_;
  bool line_start_ = false;
};

}  // namespace

Text Builder::text(Index i) {
  const auto form = static_cast<TextForm>(at(i).aux);
  Text out;
  out.span = span(i);
  out.multiline = form == TextForm::triple;
  std::string_view inner = source(i);
  if (out.multiline) inner = inner.substr(3, inner.size() - 6);
  ChunkReader reader(out.multiline ? indentation_of(inner) : std::string_view(), out.multiline);
  bool first = true;
  for (const Index child : kids(i)) {
    Piece piece;
    piece.span = span(child);
    if (is(child, NodeKind::chunk)) {
      std::vector<std::size_t> bad;
      piece.literal = reader.read(source(child), first, bad);
      for (const std::size_t offset : bad) {
        const auto begin = at(child).begin + static_cast<std::uint32_t>(offset);
        const std::uint32_t end =
            begin + 1 + (begin + 1 < at(child).end ? character_length(state_.source, begin + 1) : 0);
        diagnostic::Diagnostic mistake =
            diagnostic::make(113, state_.span(begin, end), {std::string(state_.source.substr(begin, end - begin))});
        mistake.help = 2;
        mistake.help_arguments = {"\\\\"};
        problem(std::move(mistake));
      }
      if (!piece.literal.empty()) out.pieces.push_back(std::move(piece));
    } else {
      const Kids list = kids(child);
      piece.hole = expression(list.front());
      for (std::size_t k = 1; k < list.size(); ++k) {
        const Kids parts = kids(list[k]);
        Filter filter;
        filter.name = name(parts.front());
        for (std::size_t a = 1; a < parts.size(); ++a) filter.arguments.push_back(expression(parts[a]));
        piece.filters.push_back(std::move(filter));
      }
      out.pieces.push_back(std::move(piece));
    }
    first = false;
  }
  return out;
}

}  // namespace tend::syntax
