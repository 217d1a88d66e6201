// The clauses of a header: each once, whatever their order.
#include "dsl/check/header.hpp"

#include <set>
#include <string>
#include <utility>

#include "dsl/check/lookup.hpp"
#include "dsl/check/policy.hpp"
#include "dsl/check/report.hpp"
#include "dsl/syntax/parts.hpp"

namespace tend::check {

using program::EnterKind;
using program::Playbook;
using program::PlaybookPlaces;
using syntax::Keyword;
using syntax::Part;
using syntax::Stmt;
using syntax::StmtKind;

bool is_clause(StmtKind kind) { return kind >= StmtKind::enter_when && kind <= StmtKind::owner; }

bool is_enter(StmtKind kind) {
  return kind == StmtKind::enter_when || kind == StmtKind::enter_on || kind == StmtKind::enter_schedule ||
         kind == StmtKind::enter_relative || kind == StmtKind::enter_by_hand;
}

namespace {

bool is_again(StmtKind kind) {
  return kind == StmtKind::again_never || kind == StmtKind::again_always || kind == StmtKind::again_after;
}

class Header {
 public:
  Header(Lowering& lowering, const Journey& journey, Playbook& out, PlaybookPlaces& places)
      : lowering_(lowering), workspace_(lowering.workspace), journey_(journey), out_(out), places_(places) {}

  void lower(const syntax::Block& block) {
    const auto each = [&](auto wanted, auto lower_one) {
      for (const syntax::StmtPtr& clause : block.statements) {
        if (clause && wanted(clause->kind)) lower_one(*clause);
      }
    };
    const auto is = [](StmtKind kind) { return [kind](StmtKind other) { return other == kind; }; };
    // Always in this order, so that the order in which the clauses are written leaves no trace.
    each(is_enter, [&](const Stmt& clause) { enter(clause); });
    each(is(StmtKind::where), [&](const Stmt& clause) { where(clause); });
    each(is_again, [&](const Stmt& clause) { again(clause); });
    each(is(StmtKind::goal), [&](const Stmt& clause) { goal(clause); });
    each(is(StmtKind::leave), [&](const Stmt& clause) { leave(clause); });
    each(is(StmtKind::priority), [&](const Stmt& clause) { priority(clause); });
    each(is(StmtKind::backfill), [&](const Stmt& clause) { backfill(clause); });
    each(is(StmtKind::pace), [&](const Stmt& clause) { pace(clause); });
    each(is(StmtKind::holdout), [&](const Stmt& clause) { holdout(clause); });
    each(is(StmtKind::cap), [&](const Stmt& clause) { cap(clause); });
    each(is(StmtKind::quiet), [&](const Stmt& clause) { quiet(clause); });
    each(is(StmtKind::on_edit), [&](const Stmt& clause) { on_edit(clause); });
    each(is(StmtKind::describe),
         [&](const Stmt& clause) { said(clause, "describe", Keyword::describe, out_.description); });
    each(is(StmtKind::owner), [&](const Stmt& clause) { said(clause, "owner", Keyword::owner, out_.owner); });
    compare_caps(workspace_, out_.caps, caps_);
    agree(block);
  }

 private:
  // What can be known when a journey is about to begin: `entry`, but no arms.
  Journey at_entry() const {
    Journey journey = journey_;
    journey.arm_events.clear();
    return journey;
  }

  bool once(const Stmt& clause, const std::string& word) {
    if (seen_.insert(word).second) return true;
    workspace_.sink.report(mistake(502, clause.head, {word}));
    return false;
  }

  void enter(const Stmt& clause) {
    const Journey journey = at_entry();
    const auto enter = lower_enter(lowering_, clause, journey);
    if (!enter) {
      some_enter_failed_ = true;
      return;
    }
    out_.enters.push_back(*enter);
    places_.enters.push_back(clause.head);
  }

  void where(const Stmt& clause) {
    if (!once(clause, "where")) return;
    const Journey journey = at_entry();
    Reach reach;
    reach.journey = &journey;
    const syntax::Expr* condition = clause.condition ? clause.condition.get() : clause.where.get();
    out_.where = lowering_.emit.expression(condition_of(workspace_, condition, reach));
    places_.where = clause.head;
  }

  void leave(const Stmt& clause) {
    if (!once(clause, "leave when")) return;
    Reach reach;
    reach.journey = &journey_;
    out_.leave = lowering_.emit.expression(watched_condition_of(workspace_, clause.condition.get(), reach));
    places_.leave = clause.head;
  }

  void again(const Stmt& clause) {
    if (!once(clause, "again")) return;
    places_.again = clause.head;
    says_again_ = true;
    if (clause.kind == StmtKind::again_always) out_.again = program::Again::always;
    if (clause.kind != StmtKind::again_after) return;
    out_.again = program::Again::after;
    if (const auto after = fixed_duration(workspace_, clause.duration.get())) out_.again_after = *after;
  }

  void goal(const Stmt& clause) {
    if (!once(clause, "goal")) return;
    program::Goal goal;
    goal.stay = clause.stay;
    if (clause.duration) goal.within = fixed_duration(workspace_, clause.duration.get());
    const auto event = event_of(workspace_, clause.path);
    if (!event) return;
    goal.event = *event;
    Reach reach;
    reach.journey = &journey_;
    if (clause.where)
      goal.filter = lowering_.emit.expression(event_filter(workspace_, clause.where.get(), *event, reach));
    out_.goal = goal;
    places_.goal = clause.head;
  }

  void priority(const Stmt& clause) {
    if (!once(clause, "priority")) return;
    const Part* number = syntax::first(clause, Part::What::expression);
    const IrPtr value = value_of(workspace_, number ? number->expression.get() : nullptr, Reach{});
    if (!value) return;
    const bool is_number = is_constant(*value, ValueKind::number);
    const double wanted = is_number ? value->constant.number : -1;
    if (!(wanted >= 0 && wanted <= 100 && wanted == static_cast<double>(static_cast<std::int32_t>(wanted)))) {
      workspace_.sink.report(mistake(503, value->span));
      return;
    }
    out_.priority = static_cast<std::int32_t>(wanted);
  }

  void backfill(const Stmt& clause) {
    if (!once(clause, "backfill")) return;
    places_.backfill = clause.head;
    if (syntax::has(clause, Keyword::all)) out_.backfill = program::Backfill::all;
    if (syntax::has(clause, Keyword::all) || syntax::has(clause, Keyword::none)) return;
    const auto pace = pace_of(workspace_, clause);
    if (!pace) return;
    if (pace->per != Duration{0, 86'400'000}) {
      workspace_.sink.report(mistake(528, clause.head));
      return;
    }
    out_.backfill = program::Backfill::per_day;
    out_.backfill_per_day = pace->count;
  }

  void pace(const Stmt& clause) {
    if (!once(clause, "pace")) return;
    places_.pace = clause.head;
    out_.pace = pace_of(workspace_, clause);
  }

  void holdout(const Stmt& clause) {
    if (!once(clause, "holdout")) return;
    places_.holdout = clause.head;
    if (const auto share = holdout_of(workspace_, clause)) out_.holdout = *share;
  }

  void cap(const Stmt& clause) {
    const auto cap = cap_of(workspace_, clause);
    if (!cap) return;
    out_.caps.push_back(*cap);
    caps_.push_back(&clause);
    places_.caps.push_back(clause.head);
  }

  void quiet(const Stmt& clause) {
    const auto quiet = quiet_of(workspace_, clause);
    if (!quiet) return;
    out_.quiet.push_back(*quiet);
    places_.quiet.push_back(clause.head);
  }

  // pin | follow | move "old" to "new", move …
  void on_edit(const Stmt& clause) {
    if (!once(clause, "on edit")) return;
    places_.on_edit = clause.head;
    if (syntax::has(clause, Keyword::follow)) out_.on_edit = program::OnEdit::follow;
    if (!syntax::has(clause, Keyword::move)) return;
    out_.on_edit = program::OnEdit::move;
    std::set<std::string> from;
    for (std::size_t i = 0; i + 3 < clause.parts.size(); ++i) {
      if (!syntax::is(clause.parts[i], Keyword::move)) continue;
      const auto old_label = label(clause.parts[i + 1]);
      const auto new_label = label(clause.parts[i + 3]);
      if (!old_label || !new_label) continue;
      if (!from.insert(old_label->text).second) {
        workspace_.sink.report(mistake(514, old_label->span, {old_label->text}));
      }
      out_.moves.push_back({old_label->text, new_label->text});
    }
  }

  std::optional<syntax::Name> label(const Part& part) {
    if (part.what == Part::What::name) return part.name;
    if (part.what != Part::What::text || !part.text) {
      workspace_.broken = true;
      return std::nullopt;
    }
    const auto characters = plain_text(workspace_, *part.text);
    if (!characters) return std::nullopt;
    return syntax::Name{part.text->span, *characters, false};
  }

  void said(const Stmt& clause, const std::string& word, Keyword keyword, std::string& into) {
    if (!once(clause, word)) return;
    const syntax::Text* text = syntax::text_behind(clause, keyword);
    if (!text) {
      workspace_.broken = true;
      return;
    }
    if (auto characters = plain_text(workspace_, *text)) into = std::move(*characters);
  }

  // What the ways in must agree on, and which clauses need a way in of their sort.
  void agree(const syntax::Block& block) {
    if (some_enter_failed_) return;
    bool edges = false, scheduled = false, recurring = false, single = false;
    const program::Enter* first_per = nullptr;
    for (std::size_t i = 0; i < out_.enters.size(); ++i) {
      const program::Enter& enter = out_.enters[i];
      edges = edges || enter.kind == EnterKind::when;
      const bool timed =
          enter.kind == EnterKind::schedule || enter.kind == EnterKind::date || enter.kind == EnterKind::relative;
      scheduled = scheduled || timed;
      const bool recurs = enter.kind == EnterKind::schedule || enter.yearly;
      (recurs ? recurring : single) = true;
      if (enter.per_field == kNone) continue;
      if (first_per) {
        same_key(*first_per, enter, places_.enters[i]);
      } else {
        first_per = &enter;
      }
    }
    if (!says_again_ && recurring && !single) out_.again = program::Again::always;
    for (const syntax::StmtPtr& clause : block.statements) {
      if (!clause) continue;
      if (clause->kind == StmtKind::backfill && !edges) workspace_.sink.report(mistake(525, clause->head));
      if (clause->kind == StmtKind::pace && !scheduled) workspace_.sink.report(mistake(526, clause->head));
    }
    if (!says_again_ && recurring && single) workspace_.sink.report(mistake(524, places_.name));
  }

  void same_key(const program::Enter& one, const program::Enter& other, Span where) {
    const auto type_of = [&](const program::Enter& enter) {
      return field_type(workspace_.schema.events[enter.event], enter.per_field);
    };
    const TypeInfo a = type_of(one), b = type_of(other);
    if (a.type == b.type || (is_text(a.type) && is_text(b.type))) return;
    workspace_.sink.report(mistake(368, where, {type_word(a), type_word(b)}));
  }

  Lowering& lowering_;
  Workspace& workspace_;
  const Journey& journey_;
  Playbook& out_;
  PlaybookPlaces& places_;
  std::vector<const Stmt*> caps_;
  std::set<std::string> seen_;
  bool says_again_ = false;
  bool some_enter_failed_ = false;
};

}  // namespace

bool find_entries(const Workspace& workspace, const syntax::Block& block, Journey& journey) {
  journey.always_by_event = true;
  bool any = false;
  for (const syntax::StmtPtr& clause : block.statements) {
    if (!clause) continue;
    if (clause->kind == StmtKind::error) journey.unknown_entry = true;  // it may have been an `enter`
    if (!is_enter(clause->kind)) continue;
    any = true;
    if (clause->kind != StmtKind::enter_on) {
      journey.always_by_event = false;
      continue;
    }
    const auto event = clause->path.size() == 1 ? event_named(workspace, clause->path[0]) : std::nullopt;
    if (event) {
      journey.entry_events.insert(*event);
    } else {
      journey.unknown_entry = true;
    }
  }
  return any;
}

void lower_header(Lowering& lowering, const syntax::Block& block, const Journey& journey, Playbook& out,
                  PlaybookPlaces& places) {
  Header(lowering, journey, out, places).lower(block);
}

}  // namespace tend::check
