// Steps: blocks become jumps. What is known where (which arms were chosen, whether anybody comes here) is followed
// along the way.
#include "dsl/check/steps.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "dsl/check/lookup.hpp"
#include "dsl/check/report.hpp"

namespace tend::check {
namespace {

using program::Step;
using program::StepKind;
using syntax::Block;
using syntax::Stmt;
using syntax::StmtKind;

// The arms chosen on every way to a place; nullopt: no way leads there.
using Way = std::optional<std::set<std::uint32_t>>;

Way meeting(const Way& a, const Way& b) {
  if (!a) return b;
  if (!b) return a;
  std::set<std::uint32_t> both;
  std::set_intersection(a->begin(), a->end(), b->begin(), b->end(), std::inserter(both, both.end()));
  return both;
}

const char* unsupported_step(const Stmt& step) {
  switch (step.kind) {
    case StmtKind::ask: return "ask";
    case StmtKind::task: return "task";
    case StmtKind::transfer: return "transfer to";
    case StmtKind::wait_until_date: return "wait until DATE";
    case StmtKind::wait_until_condition: return "wait until CONDITION";
    case StmtKind::split: return "split";
    case StmtKind::repeat: return "repeat";
    case StmtKind::emit: return "emit";
    case StmtKind::grant: return "grant";
    case StmtKind::credit: return "credit";
    case StmtKind::start: return "start";
    case StmtKind::let: return "let";
    default: return nullptr;
  }
}

class Steps {
 public:
  Steps(Lowering& lowering, const Journey& journey, std::uint32_t index, program::PlaybookPlaces& places)
      : lowering_(lowering),
        workspace_(lowering.workspace),
        book_(lowering.emit.program().playbooks[index]),
        places_(places),
        index_(index),
        journey_(journey) {}

  Way block(const Block& block, Way way) {
    bool warned = false;
    ++depth_;
    for (const syntax::StmtPtr& statement : block.statements) {
      if (!statement) continue;
      if (!way && !warned) {
        lowering_.findings.unreachable.push_back(statement->head);
        warned = true;
      }
      way = step(*statement, std::move(way));
    }
    --depth_;
    return way;
  }

 private:
  Reach reach(const Way& way) {
    journey_.chosen = way ? *way : journey_.arm_events;  // where nobody comes anything may be read
    Reach reach;
    reach.journey = &journey_;
    return reach;
  }

  std::uint32_t here() const { return static_cast<std::uint32_t>(book_.steps.size()); }

  std::uint32_t add(Step step, const Stmt& statement) {
    program::StepPlace place;
    place.span = statement.head;
    place.line = text::place_of(workspace_.sources[statement.head.file].text, statement.head.begin).line;
    book_.steps.push_back(std::move(step));
    places_.steps.push_back(place);
    return here() - 1;
  }

  Step named(StepKind kind, const Stmt& statement) {
    Step step;
    step.kind = kind;
    if (!statement.else_if)
      step.label = step_label(statement);  // `else if` is a part of its `if`, not a step of its own
    return step;
  }

  std::uint32_t add_jump(const Stmt& statement) {
    Step jump;
    jump.kind = StepKind::jump;
    return add(std::move(jump), statement);
  }

  Way step(const Stmt& statement, Way way) {
    switch (statement.kind) {
      case StmtKind::error: workspace_.broken = true; return way;
      case StmtKind::send: return send(statement, std::move(way));
      case StmtKind::wait: return wait(statement, std::move(way));
      case StmtKind::wait_until_time: return wait_until(statement, std::move(way));
      case StmtKind::wait_up_to: return wait_up_to(statement, std::move(way));
      case StmtKind::if_: return branch(statement, std::move(way));
      case StmtKind::tag:
      case StmtKind::untag: return tag(statement, std::move(way));
      case StmtKind::set: return set(statement, std::move(way));
      case StmtKind::stop: return stop(statement, way);
      default: break;
    }
    const bool clause = statement.kind >= StmtKind::enter_when && statement.kind <= StmtKind::owner;
    if (clause && depth_ > 1) workspace_.sink.report(mistake(504, statement.head));  // else the header's business
    if (const char* what = unsupported_step(statement)) {
      report_unsupported(workspace_, statement.head, what);
      inside(statement, way);
    }
    return way;
  }

  // The blocks of a step that cannot be run: their own mistakes are the author's none the less.
  void inside(const Stmt& statement, const Way& way) {
    block(statement.block, way);
    block(statement.else_block, way);
    for (const Stmt::Part& part : statement.parts) {
      for (const syntax::StmtPtr& inner : part.block.statements) {
        if (!inner) continue;
        if (inner->kind == StmtKind::item) {
          inside(*inner, way);
        } else {
          step(*inner, way);
        }
      }
    }
  }

  // ---- one step each
  // --------------------------------------------------------------------------------------------------------

  Way send(const Stmt& statement, Way way) {
    Step out = named(StepKind::send, statement);
    if (statement.while_open) report_unsupported(workspace_, statement.head, "while window open");
    if (statement.has_else || !statement.else_block.statements.empty()) {
      report_unsupported(workspace_, statement.head, "send … else");
      block(statement.else_block, way);
    }
    if (statement.duration) out.within = fixed_duration(workspace_, statement.duration.get());
    const bool channel_named = !statement.channels.empty();
    if (const std::string channel = channel_of(workspace_, statement.channels); !channel.empty())
      out.channels = {channel};
    if (!message(statement, way, out, channel_named)) return way;
    add(std::move(out), statement);
    return way;
  }

  bool message(const Stmt& statement, const Way& way, Step& out, bool channel_named) {
    const auto named = find_named(workspace_, Kind::message, statement.path);
    if (!named) return false;
    out.message = named->index;
    note_use(named->name, way);
    const CheckOptions& options = workspace_.options;
    const bool by_itself = options.channels.size() <= 1 || !options.default_channel.empty();
    if (!channel_named && named->declaration->channels.empty() && !by_itself) {
      workspace_.sink.report(mistake(505, statement.head, {named->name}));
      return false;
    }
    return true;
  }

  void note_use(const std::string& message_name, const Way& way) {
    Journey journey = journey_;
    journey.chosen = way ? *way : journey_.arm_events;
    const auto [found, is_first] = lowering_.uses.try_emplace(message_name);
    MessageUse& use = found->second;
    if (use.playbooks.empty() || use.playbooks.back() != index_) use.playbooks.push_back(index_);
    if (is_first) {
      use.journey = std::move(journey);
      return;
    }
    Journey& known = use.journey;
    known.entry_events.insert(journey.entry_events.begin(), journey.entry_events.end());
    known.arm_events.insert(journey.arm_events.begin(), journey.arm_events.end());
    known.always_by_event = known.always_by_event && journey.always_by_event;
    known.unknown_entry = known.unknown_entry || journey.unknown_entry;
    known.chosen = *meeting(known.chosen, journey.chosen);
  }

  // How long to wait: an expression, so that it may be an attribute or what a trait says.
  std::uint32_t length_of(const syntax::Expr* expr, const Way& way) {
    IrPtr length = value_of(workspace_, expr, reach(way));
    if (!length) return kNone;
    if (length->type.type != Type::duration) {
      workspace_.sink.report(mistake(313, length->span, {type_word(length->type)}, 5));
      return kNone;
    }
    if (length->may_be_missing) {
      workspace_.sink.report(mistake(307, length->span, {}, 33));
      return kNone;
    }
    const auto fixed = constant_duration(*length);
    if (fixed && (fixed->ms < 0 || fixed->months < 0 || (fixed->ms == 0 && fixed->months == 0))) {
      workspace_.sink.report(mistake(315, length->span));
      return kNone;
    }
    return lowering_.emit.expression(length);
  }

  Way wait(const Stmt& statement, Way way) {
    Step out = named(StepKind::wait, statement);
    out.expression = length_of(statement.duration.get(), way);
    add(std::move(out), statement);
    return way;
  }

  Way wait_until(const Stmt& statement, Way way) {
    if (statement.next || statement.weekday > 6) {
      report_unsupported(workspace_, statement.head, "wait until next workday");
      return way;
    }
    Step out = named(StepKind::wait_until, statement);
    out.time_of_day = statement.time_ms;
    out.weekday = statement.weekday;
    add(std::move(out), statement);
    return way;
  }

  Way wait_up_to(const Stmt& statement, Way way) {
    Step out = named(StepKind::wait_up_to, statement);
    out.expression = length_of(statement.duration.get(), way);
    std::vector<const Stmt*> arms;
    const Stmt* otherwise = nullptr;
    for (const syntax::StmtPtr& arm : statement.block.statements) {
      if (!arm) continue;
      if (arm->kind == StmtKind::error) workspace_.broken = true;
      if (arm->kind == StmtKind::arm_on || arm->kind == StmtKind::arm_when) arms.push_back(arm.get());
      if (arm->kind != StmtKind::arm_else) continue;
      if (otherwise) workspace_.sink.report(mistake(506, arm->head));
      otherwise = arm.get();
    }
    // Reserved in one piece: the arms of waits inside come after.
    out.first_arm = static_cast<std::uint32_t>(book_.arms.size());
    out.arms = static_cast<std::uint32_t>(arms.size());
    book_.arms.resize(book_.arms.size() + arms.size());
    places_.arms.resize(places_.arms.size() + arms.size());
    const std::uint32_t first_arm = out.first_arm;
    const std::uint32_t self = add(std::move(out), statement);

    Way after;
    std::vector<std::uint32_t> jumps;
    for (std::size_t i = 0; i < arms.size(); ++i) {
      const std::uint32_t arm_index = first_arm + static_cast<std::uint32_t>(i);
      places_.arms[arm_index] = arms[i]->head;
      Way inside_way = open_arm(*arms[i], way, arm_index);
      book_.arms[arm_index].target = here();
      inside_way = block(arms[i]->block, std::move(inside_way));
      after = meeting(after, inside_way);
      jumps.push_back(add_jump(*arms[i]));
    }
    const std::uint32_t late = here();
    after = meeting(after, otherwise ? block(otherwise->block, way) : way);
    for (const std::uint32_t jump : jumps) book_.steps[jump].target = here();
    book_.steps[self].target = late;
    book_.steps[self].after = here();
    if (!way) return way;
    return after;
  }

  // Fills the arm's record; the way on which its block begins.
  Way open_arm(const Stmt& statement, const Way& way, std::uint32_t arm_index) {
    program::Arm arm;
    arm.on_event = statement.kind == StmtKind::arm_on;
    if (!arm.on_event) {
      arm.condition = lowering_.emit.expression(condition_of(workspace_, statement.condition.get(), reach(way)));
      book_.arms[arm_index] = arm;
      return way;
    }
    const auto event = event_of(workspace_, statement.path);
    if (!event) return way;
    arm.event = *event;
    if (statement.where) {
      arm.condition = lowering_.emit.expression(event_filter(workspace_, statement.where.get(), *event, reach(way)));
    }
    book_.arms[arm_index] = arm;
    Way chosen = way;
    if (chosen) chosen->insert(*event);
    return chosen;
  }

  Way branch(const Stmt& statement, Way way) {
    Step out = named(StepKind::branch, statement);
    out.expression = lowering_.emit.expression(condition_of(workspace_, statement.condition.get(), reach(way)));
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

  Way tag(const Stmt& statement, Way way) {
    Step out = named(statement.kind == StmtKind::tag ? StepKind::tag : StepKind::untag, statement);
    if (statement.text) {
      if (const auto parts = parts_of(workspace_, *statement.text, reach(way))) out.text = lowering_.emit.text(*parts);
    } else {
      out.text = tag_by_name(statement, way);
    }
    add(std::move(out), statement);
    return way;
  }

  // `tag NAME`: what the name stands for; mostly somebody forgot the quotes.
  std::vector<program::TextPart> tag_by_name(const Stmt& statement, const Way& way) {
    if (statement.path.empty()) {
      workspace_.broken = true;
      return {};
    }
    const Schema& schema = workspace_.schema;
    const syntax::Name& name = statement.path[0];
    if (schema.unsupported_names.contains(name.text)) return {};
    if (statement.path.size() == 1 && !schema.traits.contains(name.text)) {
      Diagnostic diagnostic = mistake(507, name.span, {name.text}, 2, {"\"" + name.text + "\""});
      diagnostic.fixes.push_back({name.span, "\"" + name.text + "\""});
      workspace_.sink.report(std::move(diagnostic));
      return {};
    }
    syntax::Expr expr;
    expr.kind = syntax::ExprKind::path;
    expr.path = statement.path;
    expr.span = {name.span.file, name.span.begin, statement.path.back().span.end};
    std::vector<PartIr> parts(1);
    parts[0].hole = value_of(workspace_, &expr, reach(way));
    if (!parts[0].hole) return {};
    if (!is_text(parts[0].hole->type.type)) {
      workspace_.sink.report(mistake(318, expr.span, {type_word(parts[0].hole->type)}));
      return {};
    }
    return lowering_.emit.text(parts);
  }

  Way set(const Stmt& statement, Way way) {
    Step out = named(StepKind::set, statement);
    IrPtr value = value_of(workspace_, statement.value.get(), reach(way));
    const auto attribute = attribute_to_set(statement);
    if (attribute && value && may_become(*attribute, *value)) {
      out.attribute = *attribute;
      out.expression = lowering_.emit.expression(value);
    }
    add(std::move(out), statement);
    return way;
  }

  std::optional<std::uint32_t> attribute_to_set(const Stmt& statement) {
    if (statement.path.empty()) {
      workspace_.broken = true;
      return std::nullopt;
    }
    const Schema& schema = workspace_.schema;
    const auto& path = statement.path;
    const Span span = {path[0].span.file, path[0].span.begin, path.back().span.end};
    if (path.size() == 1) {
      if (schema.unsupported_names.contains(path[0].text)) return std::nullopt;
      Diagnostic diagnostic = mistake(508, span, {path[0].text});
      if (attribute_named(schema, path[0].text)) {
        diagnostic = mistake(216, span, {path[0].text}, 2, {"customer." + path[0].text});
        diagnostic.fixes.push_back({span, "customer." + path[0].text});
      }
      workspace_.sink.report(std::move(diagnostic));
      return std::nullopt;
    }
    if (canonical(path[0].text, Builtin::root) != "customer") {
      workspace_.sink.report(mistake(508, span, {path[0].text + "." + path[1].text}));
      return std::nullopt;
    }
    if (path.size() > 2) {
      report_unsupported(workspace_, span, "customer.referrer.name");
      return std::nullopt;
    }
    if (const auto attribute = attribute_named(schema, path[1].text)) return attribute;
    const std::string built_in = canonical(path[1].text, Builtin::customer_field);
    if (built_in == "id" || built_in == "tags" || built_in == "consent" || built_in == "first_seen") {
      workspace_.sink.report(mistake(508, span, {"customer." + path[1].text}));
      return std::nullopt;
    }
    if (schema.unsupported_names.contains(path[1].text)) return std::nullopt;
    std::vector<std::string> candidates;
    for (const program::Attribute& declared : schema.attributes) candidates.push_back(declared.name);
    Diagnostic diagnostic = mistake(201, path[1].span, {path[1].text});
    suggest(diagnostic, path[1].text, candidates);
    workspace_.sink.report(std::move(diagnostic));
    return std::nullopt;
  }

  bool may_become(std::uint32_t attribute, const Ir& value) {
    const program::Attribute& declared = workspace_.schema.attributes[attribute];
    const TypeInfo& to = declared.type;
    const TypeInfo& from = value.type;
    if (to.type == Type::none) return false;
    const auto refuse = [&] {
      workspace_.sink.report(mistake(509, value.span, {declared.name, type_word(to), type_word(from)}));
      return false;
    };
    if (to.type == Type::list) {
      if (from.type != Type::list) return refuse();
      const bool texts = is_text(to.element) && is_text(from.element);
      if (to.element != from.element && !texts) return refuse();
      if (to.element != Type::one_of) return true;
      bool fit = value.op == Op::list || from.element == Type::one_of;
      for (const IrPtr& element : value.children) {
        fit = fits_member(workspace_, *element, {Type::one_of, Type::none, to.members}) && fit;
      }
      return fit;
    }
    if (to.type == Type::one_of) {
      if (!is_text(from.type)) return refuse();
      if (is_constant(value, ValueKind::text)) return fits_member(workspace_, value, to);
      // A text that only the run knows might be no member.
      const bool sure =
          from.type == Type::one_of && std::all_of(from.members.begin(), from.members.end(), [&](const auto& one) {
            return std::find(to.members.begin(), to.members.end(), one) != to.members.end();
          });
      return sure || refuse();
    }
    if (to.type == from.type) return true;
    if (to.type == Type::text && from.type == Type::one_of) return true;
    const bool reference = (to.type == Type::staff || to.type == Type::customer) && from.type == Type::text;
    return reference || refuse();
  }

  Way stop(const Stmt& statement, const Way& way) {
    Step out = named(StepKind::stop, statement);
    if (statement.text) {
      if (const auto parts = parts_of(workspace_, *statement.text, reach(way))) out.text = lowering_.emit.text(*parts);
    }
    add(std::move(out), statement);
    return std::nullopt;
  }

  Lowering& lowering_;
  Workspace& workspace_;
  program::Playbook& book_;
  program::PlaybookPlaces& places_;
  std::uint32_t index_;
  Journey journey_;
  int depth_ = 0;  // blocks open around the step
};

}  // namespace

void lower_steps(Lowering& lowering, const Block& block, const Journey& journey, std::uint32_t index,
                 program::PlaybookPlaces& places) {
  Steps(lowering, journey, index, places).block(block, std::set<std::uint32_t>{});
}

std::string channel_of(Workspace& workspace, const std::vector<syntax::Name>& channels) {
  if (channels.empty()) return {};
  if (channels.size() > 1) {
    report_unsupported(workspace, channels[1].span, "on … else …");
    return {};
  }
  const std::string& name = channels[0].text;
  const std::vector<std::string> known = channel_names(workspace.options);
  if (!known.empty() && std::find(known.begin(), known.end(), name) == known.end()) {
    Diagnostic diagnostic = mistake(207, channels[0].span, {name});
    suggest(diagnostic, name, known);
    workspace.sink.report(std::move(diagnostic));
    return {};
  }
  return name;
}

}  // namespace tend::check
