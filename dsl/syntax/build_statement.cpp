// Statements, fields and types out of nodes.
#include <algorithm>
#include <utility>

#include "dsl/syntax/build.hpp"
#include "dsl/syntax/literal.hpp"
#include "dsl/syntax/scan.hpp"

namespace tend::syntax {
namespace {

MessageWord message_word(Keyword keyword) {
  switch (keyword) {
    case Keyword::m_text: return MessageWord::text;
    case Keyword::m_subject: return MessageWord::subject;
    case Keyword::m_body: return MessageWord::body;
    case Keyword::m_link: return MessageWord::link;
    case Keyword::m_image: return MessageWord::image;
    case Keyword::m_mini: return MessageWord::miniprogram;
    case Keyword::template_: return MessageWord::template_;
    default: return MessageWord::none;
  }
}

ClassWord class_word(Keyword keyword) {
  switch (keyword) {
    case Keyword::c_marketing: return ClassWord::marketing;
    case Keyword::c_care: return ClassWord::care;
    case Keyword::c_trans: return ClassWord::transactional;
    case Keyword::c_welcome: return ClassWord::welcome;
    default: return ClassWord::none;
  }
}

TypeWord type_word(Keyword keyword) {
  switch (keyword) {
    case Keyword::t_text: return TypeWord::text;
    case Keyword::t_number: return TypeWord::number;
    case Keyword::t_money: return TypeWord::money;
    case Keyword::t_percent: return TypeWord::percent;
    case Keyword::t_bool: return TypeWord::boolean;
    case Keyword::t_duration: return TypeWord::duration;
    case Keyword::t_date: return TypeWord::date;
    case Keyword::t_tod: return TypeWord::time_of_day;
    case Keyword::t_moment: return TypeWord::moment;
    case Keyword::t_staff: return TypeWord::staff;
    case Keyword::customer: return TypeWord::customer;
    case Keyword::t_condition: return TypeWord::condition;
    case Keyword::event: return TypeWord::event;
    case Keyword::message: return TypeWord::message;
    case Keyword::segment: return TypeWord::segment;
    case Keyword::budget: return TypeWord::budget;
    case Keyword::party: return TypeWord::partner;
    default: return TypeWord::error;
  }
}

/// What this version runs has typed slots; the rest keeps its parts.
bool has_slots(StmtKind kind) {
  switch (kind) {
    case StmtKind::enter_when:
    case StmtKind::enter_on:
    case StmtKind::where:
    case StmtKind::again_never:
    case StmtKind::again_always:
    case StmtKind::again_after:
    case StmtKind::goal:
    case StmtKind::leave:
    case StmtKind::send:
    case StmtKind::wait:
    case StmtKind::wait_until_time:
    case StmtKind::wait_up_to:
    case StmtKind::arm_on:
    case StmtKind::arm_when:
    case StmtKind::arm_else:
    case StmtKind::if_:
    case StmtKind::tag:
    case StmtKind::untag:
    case StmtKind::set:
    case StmtKind::stop:
    case StmtKind::playbook:
    case StmtKind::customer:
    case StmtKind::event:
    case StmtKind::activity:
    case StmtKind::trait:
    case StmtKind::segment:
    case StmtKind::message:
    case StmtKind::message_item:
    case StmtKind::policy:
    case StmtKind::timezone: return true;
    default: return false;
  }
}

/// Where an unreadable head still leaves a statement worth checking.
bool survives_error(StmtKind kind) {
  return kind == StmtKind::if_ || kind == StmtKind::wait_up_to || kind == StmtKind::arm_when;
}

}  // namespace

File Builder::file() {
  File out;
  out.file = state_.file;
  std::vector<Index> top;
  for (auto next = static_cast<Index>(state_.nodes.size()); next > 0; next = at(next - 1).first)
    top.push_back(next - 1);
  std::reverse(top.begin(), top.end());
  for (const Index i : top) out.declarations.push_back(statement(i));
  for (const Node& node : state_.nodes) {
    if (node.kind != NodeKind::keyword) continue;
    ++(static_cast<unsigned char>(state_.source[node.begin]) < 0x80 ? out.english_keywords : out.chinese_keywords);
  }
  out.comments = std::move(state_.comments);
  return out;
}

Block Builder::block(Index i) {
  Block out;
  out.span = span(i);
  for (const Index child : kids(i)) out.statements.push_back(statement(child));
  return out;
}

TypeExpr Builder::type(Index i) {
  TypeExpr out;
  out.span = span(i);
  if (is(i, NodeKind::error)) return out;
  const Kids list = kids(i);
  const auto keyword = static_cast<Keyword>(at(list.front()).aux);
  if (keyword == Keyword::one_of) {
    out.word = TypeWord::one_of;
    for (std::size_t k = 1; k < list.size(); ++k) out.members.push_back(text(list[k]));
  } else if (keyword == Keyword::list_of) {
    out.word = TypeWord::list_of;
    out.element = std::make_unique<TypeExpr>(type(list.back()));
  } else {
    out.word = type_word(keyword);
  }
  return out;
}

FieldDecl Builder::field(Index i) {
  FieldDecl out;
  out.span = span(i);
  for (const Index child : kids(i)) {
    if (is(child, NodeKind::name))
      out.name = name(child);
    else if (is(child, NodeKind::type))
      out.type = type(child);
    else if (is_keyword(child, Keyword::private_))
      out.is_private = true;
    else
      out.initial = expression(child);
  }
  return out;
}

std::vector<FieldDecl> Builder::fields(Index i) {
  std::vector<FieldDecl> out;
  for (const Index child : kids(i)) {
    if (is(child, NodeKind::field)) out.push_back(field(child));
    if (!is(child, NodeKind::block)) continue;
    for (const Index inner : kids(child))
      if (is(inner, NodeKind::field)) out.push_back(field(inner));
  }
  return out;
}

std::vector<FieldValue> Builder::values(Index i) {
  std::vector<FieldValue> out;
  for (const Index inner : kids(kids(i).front())) {
    if (!is(inner, NodeKind::value)) continue;
    const Kids parts = kids(inner);
    out.push_back({span(inner), name(parts.front()), expression(parts.back())});
  }
  return out;
}

StmtPtr Builder::statement(Index i) {
  auto out = std::make_unique<Stmt>();
  out->span = out->head = span(i);
  if (!is(i, NodeKind::statement)) return out;
  const auto kind = static_cast<StmtKind>(at(i).aux);
  const Kids list = kids(i);
  bool broken = false;
  std::uint32_t head_end = at(i).begin;
  bool in_head = true;
  for (const Index child : list) {
    const NodeKind child_kind = at(child).kind;
    in_head =
        in_head && child_kind != NodeKind::block && child_kind != NodeKind::else_ && child_kind != NodeKind::fields;
    if (in_head) head_end = at(child).end;
    broken = broken || child_kind == NodeKind::error;
  }
  out->head.end = std::max(head_end, at(i).begin);
  while (out->head.end > out->head.begin && blank_length(state_.source, out->head.end - 1) != 0) --out->head.end;
  // The inside is built all the same: its values can be wrong in ways that must be said.
  out->kind = kind;
  if (has_slots(kind))
    supported(*out, kind, list);
  else
    parts(*out, list);
  if (broken && !survives_error(kind)) out->kind = StmtKind::error;
  return out;
}

/// A clause that several statements share, into its slot.
void Builder::clause(Stmt& out, Index i) {
  const auto fill = [&](ExprPtr& slot) {
    if (slot) return twice(i);
    for (const Index child : kids(i))
      if (is_expression(child)) slot = expression(child);
  };
  switch (at(i).kind) {
    case NodeKind::where: return fill(out.where);
    case NodeKind::within:
    case NodeKind::up_to: return fill(out.duration);
    case NodeKind::channel:
      if (!out.channels.empty()) return twice(i);
      for (const Index child : kids(i))
        if (is(child, NodeKind::name)) out.channels.push_back(name(child));
      return;
    case NodeKind::label:
      if (!out.label.text.empty()) return twice(i);
      out.label = name(kids(i).back());
      return;
    case NodeKind::per:
      if (!out.names.empty()) return twice(i);
      out.names = path(kids(i).back());
      return;
    case NodeKind::else_:
      out.has_else = true;
      out.else_block = block(kids(i).back());
      return;
    case NodeKind::at_time: {
      const ExprPtr time = expression(kids(i).back());
      out.time_ms = time->kind == ExprKind::error ? -1 : static_cast<std::int32_t>(time->value.integer);
      return;
    }
    case NodeKind::block: out.block = block(i); return;
    default: return;
  }
}

void Builder::supported(Stmt& out, StmtKind kind, const Kids& list) {
  switch (kind) {
    case StmtKind::wait_until_time: return wait_until(out, list);
    case StmtKind::if_: return if_chain(out, list);
    case StmtKind::message: return message(out, list);
    case StmtKind::message_item: return message_item(out, list);
    case StmtKind::playbook: return playbook(out, list);
    default: break;
  }
  const bool names_itself =
      kind == StmtKind::event || kind == StmtKind::trait || kind == StmtKind::segment || kind == StmtKind::policy;
  const bool has_path = kind == StmtKind::send || kind == StmtKind::enter_on || kind == StmtKind::goal ||
                        kind == StmtKind::arm_on || kind == StmtKind::set || kind == StmtKind::tag ||
                        kind == StmtKind::untag;
  const bool has_text =
      kind == StmtKind::tag || kind == StmtKind::untag || kind == StmtKind::stop || kind == StmtKind::timezone;
  for (const Index child : list) {
    if (is_keyword(child, Keyword::while_open)) {
      if (out.while_open) twice(child);
      out.while_open = true;
    } else if (is_keyword(child, Keyword::and_stay)) {
      if (out.stay) twice(child);
      out.stay = true;
    } else if (is(child, NodeKind::keyword) && !is_expression(child)) {
      continue;
    } else if (is(child, NodeKind::name)) {
      if (names_itself) out.name = name(child);
    } else if (is(child, NodeKind::path) && kind == StmtKind::activity) {
      out.names.push_back(name(kids(child).back()));
    } else if (is(child, NodeKind::path) && has_path && out.path.empty()) {
      out.path = path(child);
    } else if (is(child, NodeKind::text) && has_text) {
      out.text = text(child);
    } else if (is(child, NodeKind::fields)) {
      out.fields = fields(child);
    } else if (is_expression(child)) {
      ExprPtr value = expression(child);
      if (kind == StmtKind::set || kind == StmtKind::trait || kind == StmtKind::segment)
        out.value = std::move(value);
      else if (kind == StmtKind::wait || kind == StmtKind::wait_up_to || kind == StmtKind::again_after)
        out.duration = std::move(value);
      else
        out.condition = std::move(value);
    } else {
      clause(out, child);
    }
  }
}

/// wait until: a time of day, a day of the week, a date, a condition.
void Builder::wait_until(Stmt& out, const Kids& list) {
  out.kind = StmtKind::wait_until_time;
  bool until_condition = false;
  for (const Index child : list) {
    if (is_keyword(child, Keyword::next)) {
      out.next = true;
    } else if (is_keyword(child, Keyword::workday)) {
      out.weekday = 7;
    } else if (is_keyword(child, Keyword::holiday)) {
      out.weekday = 8;
    } else if (is(child, NodeKind::weekday)) {
      out.weekday = at(kids(child).front()).aux - static_cast<std::int32_t>(Keyword::monday);
    } else if (is_expression(child)) {
      out.condition = expression(child);
      out.kind = StmtKind::wait_until_date;
    } else {
      until_condition = until_condition || is(child, NodeKind::up_to) || is(child, NodeKind::else_);
      clause(out, child);
    }
  }
  if (out.condition && until_condition) out.kind = StmtKind::wait_until_condition;
  if (out.kind == StmtKind::wait_until_date && out.time_ms < 0 && out.condition->kind == ExprKind::moment_local) {
    out.time_ms = std::exchange(out.condition->time_ms, 0);
    out.condition->kind = ExprKind::literal;
    out.condition->spelling.resize(out.condition->spelling.find(' '));
  }
}

/// if C { } else if C { } else { }: each `else if` is an `if_` alone in the else block before it.
void Builder::if_chain(Stmt& out, const Kids& list) {
  Stmt* branch = &out;
  for (std::size_t k = 0; k < list.size(); ++k) {
    const Index child = list[k];
    if (is_keyword(child, Keyword::if_) && k > 0) {
      auto next = std::make_unique<Stmt>();
      next->kind = StmtKind::if_;
      next->else_if = true;
      next->span = next->head = state_.span(at(child).begin, at(list.back()).end);
      branch->has_else = true;
      branch->else_block.span = next->span;
      branch->else_block.statements.push_back(std::move(next));
      branch = branch->else_block.statements.back().get();
    } else if (is(child, NodeKind::block) || is(child, NodeKind::else_)) {
      clause(*branch, child);
    } else if (is_expression(child)) {
      branch->condition = expression(child);
      branch->head.end = at(child).end;
    }
  }
}

void Builder::playbook(Stmt& out, const Kids& list) {
  for (const Index child : list) {
    if (is(child, NodeKind::name))
      out.name = name(child);
    else if (is(child, NodeKind::text))
      out.text = text(child);
    else if (is(child, NodeKind::call))
      out.value = expression(child);
    else
      clause(out, child);
  }
}

void Builder::message(Stmt& out, const Kids& list) {
  for (const Index child : list) {
    if (is(child, NodeKind::keyword)) {
      if (const ClassWord word = class_word(static_cast<Keyword>(at(child).aux)); word != ClassWord::none)
        out.message_class = word;
    } else if (is(child, NodeKind::name)) {
      out.name = name(child);
    } else {
      clause(out, child);
    }
  }
}

void Builder::message_item(Stmt& out, const Kids& list) {
  for (const Index child : list) {
    switch (at(child).kind) {
      case NodeKind::keyword: out.message_word = message_word(static_cast<Keyword>(at(child).aux)); break;
      case NodeKind::prefix: out.channels.push_back(name(kids(child).front())); break;
      case NodeKind::label: out.names.push_back(name(kids(child).front())); break;
      case NodeKind::text: out.text = text(child); break;
      case NodeKind::values: out.values = values(child); break;
      default: break;
    }
  }
}

}  // namespace tend::syntax
