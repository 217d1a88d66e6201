// Statements without typed slots: their parts, in the order of the English spelling.
#include <utility>

#include "dsl/syntax/build.hpp"

namespace tend::syntax {
namespace {

using Part = Stmt::Part;
using What = Stmt::Part::What;

Part keyword_part(Keyword keyword) {
  Part part;
  part.what = What::keyword;
  part.keyword = static_cast<std::uint16_t>(keyword);
  return part;
}

Part punctuation(std::string mark) {
  Part part;
  part.what = What::punctuation;
  part.punctuation = std::move(mark);
  return part;
}

Part name_part(Name name) {
  Part part;
  part.what = What::name;
  part.name = std::move(name);
  return part;
}

bool is(const Part& part, Keyword keyword) {
  return part.what == What::keyword && part.keyword == static_cast<std::uint16_t>(keyword);
}

bool is_duration(const Part& part) {
  return part.what == What::expression && part.expression->kind == ExprKind::literal &&
         part.expression->value.kind == program::ValueKind::duration;
}

bool is_class(const Part& part) {
  return is(part, Keyword::c_marketing) || is(part, Keyword::c_care) || is(part, Keyword::c_trans) ||
         is(part, Keyword::c_welcome);
}

/// Statements in which a text stands for a value, not for itself.
bool has_values(StmtKind kind) {
  return kind == StmtKind::let || kind == StmtKind::grant || kind == StmtKind::credit || kind == StmtKind::repeat ||
         kind == StmtKind::enter_relative;
}

/// Collects parts, and puts what Chinese orders otherwise into the English order.
struct Collector {
  std::vector<Part> parts;

  void keyword(Keyword keyword) { parts.push_back(keyword_part(keyword)); }
  bool has(Keyword keyword) const {
    for (const Part& part : parts)
      if (is(part, keyword)) return true;
    return false;
  }
  void drop(Keyword keyword) {
    for (auto part = parts.begin(); part != parts.end(); ++part)
      if (is(*part, keyword)) {
        parts.erase(part);
        return;
      }
  }
  /// X 前7天 -> 7 days before X
  void order_offset() {
    for (std::size_t k = 1; k + 1 < parts.size(); ++k)
      if ((is(parts[k], Keyword::before) || is(parts[k], Keyword::after_)) && !is_duration(parts[k - 1]) &&
          is_duration(parts[k + 1]))
        std::swap(parts[k - 1], parts[k + 1]);
  }
  /// 1条 营销类 -> 1 marketing message; `cap 1 marketing in 4 messages` has the word once.
  void order_cap() {
    if (has(Keyword::cap_in)) {
      for (std::size_t k = 0; k < parts.size() && !is(parts[k], Keyword::cap_in); ++k)
        if (is(parts[k], Keyword::messages)) parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(k--));
      return;
    }
    for (std::size_t k = 0; k + 1 < parts.size(); ++k)
      if (is(parts[k], Keyword::messages) && is_class(parts[k + 1])) std::swap(parts[k], parts[k + 1]);
  }
  /// A counting word that may be left out is always written.
  void count_word(Keyword word) {
    if (has(word)) return;
    for (std::size_t k = 1; k < parts.size(); ++k)
      if (is(parts[k], Keyword::per_time)) {
        parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(k), keyword_part(word));
        return;
      }
  }
};

}  // namespace

void Builder::parts(Stmt& out, const Kids& list) {
  Collector collector;
  const auto expression_part = [&](Index i) {
    Part part;
    part.what = What::expression;
    part.expression = expression(i);
    collector.parts.push_back(std::move(part));
  };
  const auto text_part = [&](Index i) {
    Part part;
    part.what = What::text;
    part.text = text(i);
    collector.parts.push_back(std::move(part));
  };
  const auto block_part = [&](Index i) {
    Part part;
    part.what = What::block;
    part.block = block(i);
    collector.parts.push_back(std::move(part));
  };
  const auto fields_part = [&](What what, std::vector<FieldDecl> fields) {
    Part part;
    part.what = what;
    part.fields = std::move(fields);
    collector.parts.push_back(std::move(part));
  };
  bool moved = false;
  for (std::size_t k = 0; k < list.size(); ++k) {
    const Index i = list[k];
    const Kids inner = kids(i);
    switch (at(i).kind) {
      case NodeKind::keyword: {
        auto keyword = static_cast<Keyword>(at(i).aux);
        if (keyword == Keyword::messages_pl) keyword = Keyword::messages;
        if (keyword == Keyword::on_event && out.kind == StmtKind::enter_schedule) keyword = Keyword::on_date;
        if (keyword == Keyword::move && std::exchange(moved, true)) collector.parts.push_back(punctuation(","));
        if (keyword == Keyword::true_ || keyword == Keyword::false_)
          expression_part(i);
        else
          collector.keyword(keyword);
        break;
      }
      case NodeKind::name: {
        if (out.name.text.empty()) out.name = name(i);
        const bool listed = out.kind == StmtKind::policy_item && k > 0 && at(list[k - 1]).kind == NodeKind::name;
        if (listed) collector.parts.push_back(punctuation(","));
        collector.parts.push_back(name_part(name(i)));
        if (out.kind == StmtKind::let) collector.parts.push_back(punctuation("="));
        break;
      }
      case NodeKind::text:
        if (has_values(out.kind))
          expression_part(i);
        else
          text_part(i);
        break;
      case NodeKind::where:
        if (out.where) twice(i);
        out.where = expression(inner.back());
        break;
      case NodeKind::within:
        collector.keyword(Keyword::within);
        for (const Index child : inner)
          if (is_expression(child)) expression_part(child);
        break;
      case NodeKind::due:
        if (collector.has(Keyword::due)) twice(i);
        collector.keyword(Keyword::due);
        expression_part(inner.back());
        break;
      case NodeKind::label:
        if (collector.has(Keyword::as_)) twice(i);
        collector.keyword(Keyword::as_);
        collector.parts.push_back(name_part(name(inner.back())));
        break;
      case NodeKind::channel:
        collector.keyword(Keyword::on_channel);
        collector.parts.push_back(name_part(name(inner.back())));
        break;
      case NodeKind::at_time:
        collector.keyword(Keyword::at_);
        expression_part(inner.back());
        break;
      case NodeKind::weekday: collector.keyword(static_cast<Keyword>(at(inner.front()).aux)); break;
      case NodeKind::staff:
        for (const Index child : inner) {
          if (is(child, NodeKind::keyword))
            collector.keyword(static_cast<Keyword>(at(child).aux));
          else if (is(child, NodeKind::text))
            text_part(child);
          else
            expression_part(child);
        }
        break;
      case NodeKind::else_:
        collector.keyword(Keyword::else_);
        block_part(inner.back());
        break;
      case NodeKind::block: block_part(i); break;
      case NodeKind::values: {
        Part part;
        part.what = What::values;
        part.values = values(i);
        collector.parts.push_back(std::move(part));
        break;
      }
      case NodeKind::fields: fields_part(What::field_block, fields(i)); break;
      case NodeKind::params: fields_part(What::fields, fields(i)); break;
      case NodeKind::type: {
        std::vector<FieldDecl> one(1);
        one[0].span = span(i);
        one[0].type = type(i);
        fields_part(What::type, std::move(one));
        break;
      }
      default:
        if (is_expression(i)) expression_part(i);
    }
  }
  // A moment of its own is a date and a time: `enter on 2026-11-11 20:00`.
  if (out.kind == StmtKind::enter_schedule && collector.parts.size() == 3 &&
      collector.parts[2].what == What::expression && collector.parts[2].expression->kind == ExprKind::moment_local) {
    Expr& date = *collector.parts[2].expression;
    auto time = std::make_unique<Expr>();
    time->kind = ExprKind::literal;
    time->span = date.span;
    time->value.kind = program::ValueKind::time_of_day;
    time->value.integer = std::exchange(date.time_ms, 0);
    time->spelling = date.spelling.substr(date.spelling.find(' ') + 1);
    date.kind = ExprKind::literal;
    date.spelling.resize(date.spelling.find(' '));
    collector.keyword(Keyword::at_);
    Part part;
    part.what = What::expression;
    part.expression = std::move(time);
    collector.parts.push_back(std::move(part));
  }
  collector.order_offset();
  if (collector.has(Keyword::cap)) collector.order_cap();
  if (collector.has(Keyword::cap) && !collector.has(Keyword::cap_in)) collector.count_word(Keyword::messages);
  if (collector.has(Keyword::rate)) collector.count_word(Keyword::messages);
  if (out.kind == StmtKind::pace) collector.count_word(Keyword::people);
  if (out.kind == StmtKind::backfill) collector.drop(Keyword::people);
  out.parts = std::move(collector.parts);
}

}  // namespace tend::syntax
