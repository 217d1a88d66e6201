#include "dsl/check/policy.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "dsl/check/channel.hpp"
#include "dsl/check/expression.hpp"
#include "dsl/check/lookup.hpp"
#include "dsl/check/report.hpp"
#include "dsl/syntax/parts.hpp"

namespace tend::check {
namespace {

using syntax::Expr;
using syntax::Keyword;
using syntax::Part;
using syntax::Stmt;
using syntax::StmtKind;

constexpr std::uint32_t kAll = 10'000;  // hundredths of a percent

std::optional<program::MessageClass> class_of(const Part& part) {
  if (syntax::is(part, Keyword::c_marketing)) return program::MessageClass::marketing;
  if (syntax::is(part, Keyword::c_care)) return program::MessageClass::care;
  if (syntax::is(part, Keyword::c_trans)) return program::MessageClass::transactional;
  if (syntax::is(part, Keyword::c_welcome)) return program::MessageClass::welcome;
  return std::nullopt;
}

std::string spelled(const Part& part) {
  return std::string(syntax::spelling(static_cast<Keyword>(part.keyword), syntax::Tongue::en));
}

const Expr* expression_at(const Stmt& statement, std::size_t index) {
  const Part* part = syntax::part_at(statement, index, Part::What::expression);
  return part ? part->expression.get() : nullptr;
}

// The `on CHANNEL` of a line; empty where there is none. Errors: nullopt, reported.
std::optional<std::string> channel_in(Workspace& workspace, const Stmt& statement) {
  const Part* part = syntax::behind(statement, Keyword::on_channel);
  if (!part) return std::string();
  if (!known_channel(workspace, part->name)) return std::nullopt;
  return part->name.text;
}

// A literal that the grammar has read: a time, a date. Errors: nullopt; the parser has reported it.
std::optional<std::int64_t> literal_of(Workspace& workspace, const Expr* expr) {
  if (expr && expr->kind == syntax::ExprKind::literal) return expr->value.integer;
  workspace.broken = true;
  return std::nullopt;
}

// `1 CLASS in N messages`: the class is what it is about.
std::optional<program::Cap> cap_in_last(Workspace& workspace, const Stmt& statement, program::Cap cap) {
  const auto of = whole_number(workspace, syntax::expression_behind(statement, Keyword::cap_in), 2);
  if (!of) return std::nullopt;
  cap.in_last = *of;
  if (!cap.message_class || cap.count >= cap.in_last) {
    workspace.sink.report(mistake(533, statement.head));
    return std::nullopt;
  }
  return cap;
}

// ---- the policy

class Policy {
 public:
  explicit Policy(Workspace& workspace)
      : workspace_(workspace), out_(workspace.schema.policy), places_(workspace.schema.policy_clauses) {}

  void block(const Stmt& policy) {
    if (!policy.name.text.empty() && !names_.insert(policy.name.text).second)
      workspace_.sink.report(mistake(208, policy.name.span, {policy.name.text}));
    if (!std::exchange(any_, true)) workspace_.schema.policy_place = policy.head;
    for (const syntax::StmtPtr& line : policy.block.statements) {
      if (!line || line->kind == StmtKind::error) {
        workspace_.broken = true;
      } else if (line->kind == StmtKind::timezone) {
        timezone(*line);
      } else {
        item(*line);
      }
    }
  }

  void end() {
    compare_caps(workspace_, out_.caps, caps_);
    for (const ChannelFacts& channel : workspace_.options.channels)
      out_.quiet.insert(out_.quiet.end(), channel.closed.begin(), channel.closed.end());
    for (const auto& [name, place] : consent_) {
      out_.consent.push_back(name);
      places_.consent.push_back(place);
    }
    std::sort(out_.purposes.begin(), out_.purposes.end());
  }

 private:
  bool once(const Stmt& line, const std::string& what) {
    if (seen_.insert(what).second) return true;
    workspace_.sink.report(mistake(208, line.head, {what}));
    return false;
  }

  void timezone(const Stmt& line) {
    if (!line.text) return;
    auto zone = plain_text(workspace_, *line.text);
    if (!zone || !once(line, "timezone")) return;
    const std::vector<std::string>& zones = workspace_.options.timezones;
    if (!zones.empty() && std::find(zones.begin(), zones.end(), *zone) == zones.end()) {
      Diagnostic diagnostic = mistake(223, line.text->span, {*zone});
      suggest(diagnostic, *zone, zones);
      workspace_.sink.report(std::move(diagnostic));
      return;
    }
    workspace_.schema.timezone = std::move(*zone);
  }

  void item(const Stmt& line) {
    if (line.parts.empty()) return;
    switch (static_cast<Keyword>(line.parts[0].keyword)) {
      case Keyword::calendar: return calendar(line);
      case Keyword::quiet:
        if (const auto quiet = quiet_of(workspace_, line)) {
          out_.quiet.push_back(*quiet);
          places_.quiet.push_back(line.head);
        }
        return;
      case Keyword::blackout: return blackout(line);
      case Keyword::cap:
        if (const auto cap = cap_of(workspace_, line)) {
          out_.caps.push_back(*cap);
          caps_.push_back(&line);
          places_.caps.push_back(line.head);
        }
        return;
      case Keyword::rate: return rate(line);
      case Keyword::load:
        if (const auto load = pace_of(workspace_, line); load && once(line, "load")) {
          out_.load = load;
          places_.load = line.head;
        }
        return;
      case Keyword::consent_on: return consent(line);
      case Keyword::purpose: return purpose(line);
      case Keyword::holdout:
        if (const auto share = holdout_of(workspace_, line); share && once(line, "holdout")) {
          out_.holdout = *share;
          places_.holdout = line.head;
        }
        return;
      default: workspace_.broken = true;
    }
  }

  void calendar(const Stmt& line) {
    if (line.parts.size() < 2 || !once(line, "calendar")) return;
    const Part& part = line.parts[1];
    syntax::Name name = part.name;
    if (part.text) {
      auto characters = plain_text(workspace_, *part.text);
      if (!characters) return;
      name.text = std::move(*characters);
      name.span = part.text->span;
    }
    workspace_.schema.names_calendar = true;
    if (const auto named = find_named(workspace_, Kind::calendar, {name})) out_.calendar = named->name;
  }

  void blackout(const Stmt& line) {
    const auto channel = channel_in(workspace_, line);
    const auto first = literal_of(workspace_, expression_at(line, 1));
    const auto last = literal_of(workspace_, syntax::expression_behind(line, Keyword::to));
    if (!channel || !first || !last) return;
    if (*first > *last) {
      workspace_.sink.report(mistake(531, line.head));
      return;
    }
    out_.blackouts.push_back({*first, *last, *channel});
    places_.blackouts.push_back(line.head);
  }

  void rate(const Stmt& line) {
    const auto channel = channel_in(workspace_, line);
    const auto pace = pace_of(workspace_, line);
    if (channel && pace && once(line, channel->empty() ? "rate" : "rate on " + *channel))
      out_.rates.push_back({*pace, *channel});
  }

  void consent(const Stmt& line) {
    for (const Part& part : line.parts) {
      if (part.what != Part::What::name || !known_channel(workspace_, part.name)) continue;
      if (once(line, "consent on " + part.name.text)) consent_.emplace(part.name.text, line.head);
    }
  }

  void purpose(const Stmt& line) {
    const Part* part = syntax::first(line, Part::What::name);
    if (part && once(line, part->name.text)) out_.purposes.push_back(part->name.text);
  }

  Workspace& workspace_;
  program::Policy& out_;
  program::PolicyPlaces& places_;
  std::map<std::string, Span> consent_;  // where it is asked for each channel
  std::set<std::string> names_;
  std::set<std::string> seen_;
  std::vector<const Stmt*> caps_;
  bool any_ = false;
};

bool covers(const program::Cap& a, const program::Cap& b) {
  const bool messages = !a.message_class || a.message_class == b.message_class;
  const bool channels = a.channel.empty() || a.channel == b.channel;
  if (!messages || !channels || (b.skip && !a.skip)) return false;
  if (a.in_last != 0 || b.in_last != 0)
    return a.in_last != 0 && b.in_last != 0 && a.count <= b.count && a.in_last >= b.in_last;
  const bool comparable = (a.per.months == 0) == (b.per.months == 0);
  return comparable && a.count <= b.count && a.per.months >= b.per.months && a.per.ms >= b.per.ms;
}

}  // namespace

void take_policies(Workspace& workspace, const std::vector<const Stmt*>& declarations) {
  Policy policy(workspace);
  for (const Stmt* declaration : declarations) {
    if (declaration->kind == StmtKind::policy) policy.block(*declaration);
  }
  policy.end();
}

std::optional<std::uint32_t> whole_number(Workspace& workspace, const Expr* expr, std::uint32_t least,
                                          std::uint32_t most) {
  const IrPtr value = value_of(workspace, expr, Reach{});
  if (!value) return std::nullopt;
  const double wanted = is_constant(*value, ValueKind::number) ? value->constant.number : -1;
  if (wanted >= least && wanted <= most && wanted == std::floor(wanted)) return static_cast<std::uint32_t>(wanted);
  workspace.sink.report(mistake(340, value->span, {std::to_string(least)}));
  return std::nullopt;
}

std::optional<std::uint32_t> share_of(Workspace& workspace, const Expr* expr) {
  const auto units = literal_of(workspace, expr);  // of 1e-8
  if (!units) return std::nullopt;
  constexpr std::int64_t kHundredth = 10'000;
  if (expr->value.kind == ValueKind::percent && *units >= 0 && *units <= kAll * kHundredth && *units % kHundredth == 0)
    return static_cast<std::uint32_t>(*units / kHundredth);
  workspace.sink.report(mistake(345, expr->span));
  return std::nullopt;
}

std::optional<std::uint32_t> holdout_of(Workspace& workspace, const Stmt& statement) {
  return share_of(workspace, expression_at(statement, 1));
}

std::optional<program::Pace> pace_of(Workspace& workspace, const Stmt& statement) {
  const Part* number = syntax::first(statement, Part::What::expression);
  const auto count = whole_number(workspace, number ? number->expression.get() : nullptr, 1);
  const auto per = fixed_duration(workspace, syntax::expression_behind(statement, Keyword::per_time));
  if (!count || !per) return std::nullopt;
  return program::Pace{*count, *per};
}

std::optional<program::Quiet> quiet_of(Workspace& workspace, const Stmt& statement) {
  const auto channel = channel_in(workspace, statement);
  const auto from = literal_of(workspace, expression_at(statement, 1));
  const auto to = literal_of(workspace, syntax::expression_behind(statement, Keyword::to));
  if (!channel || !from || !to) return std::nullopt;
  if (*from == *to) {
    workspace.sink.report(mistake(530, statement.head));
    return std::nullopt;
  }
  return program::Quiet{static_cast<std::int32_t>(*from), static_cast<std::int32_t>(*to), *channel};
}

std::optional<program::Cap> cap_of(Workspace& workspace, const Stmt& statement) {
  program::Cap cap;
  const auto channel = channel_in(workspace, statement);
  const auto count = whole_number(workspace, expression_at(statement, 1), 1);
  const Part* class_part = nullptr;
  for (const Part& part : statement.parts) {
    const auto message_class = class_of(part);
    if (!message_class) continue;
    if (class_part) {
      workspace.sink.report(mistake(104, statement.head, {spelled(part)}));
      return std::nullopt;
    }
    class_part = &part;
    cap.message_class = message_class;
  }
  if (cap.message_class && *cap.message_class >= program::MessageClass::transactional) {
    workspace.sink.report(mistake(532, statement.head, {spelled(*class_part)}));
    return std::nullopt;
  }
  cap.skip = syntax::has(statement, Keyword::skip);
  if (!channel || !count) return std::nullopt;
  cap.count = *count;
  cap.channel = *channel;
  if (syntax::has(statement, Keyword::cap_in)) return cap_in_last(workspace, statement, std::move(cap));
  const auto per = fixed_duration(workspace, syntax::expression_behind(statement, Keyword::per_time));
  if (!per) return std::nullopt;
  cap.per = *per;
  return cap;
}

void compare_caps(Workspace& workspace, const std::vector<program::Cap>& caps,
                  const std::vector<const Stmt*>& statements) {
  for (std::size_t i = 0; i < caps.size(); ++i) {
    for (std::size_t j = 0; j < caps.size(); ++j) {
      // Of two that are the same the later one is too much.
      if (i == j || !covers(caps[j], caps[i]) || (i < j && covers(caps[i], caps[j]))) continue;
      workspace.sink.report(mistake(534, statements[i]->head));
      break;
    }
  }
}

}  // namespace tend::check
