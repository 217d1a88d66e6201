// What a turn tells while somebody traces it: its notes, and the values that a condition read.
#include <string>

#include "dsl/program/operands.hpp"
#include "engine/journey/readings.hpp"
#include "engine/journey/turn.hpp"

namespace tend::journey {

using program::kNone;
using state::Journey;

std::vector<Reading> readings_of(const expr::Context& context, std::uint32_t root) {
  std::vector<Reading> found;
  const program::Program& program = context.tables->program();
  const auto collect = [&](auto&& self, std::uint32_t index) -> void {
    if (index == kNone) return;
    const program::Node& node = program.nodes[index];
    using program::Op;
    switch (node.op) {
      case Op::constant: return;
      case Op::attribute:
      case Op::customer_id:
      case Op::first_seen:
      case Op::now:
      case Op::today:
      case Op::field:
      case Op::entry_field:
      case Op::entry_at:
      case Op::entry_date:
      case Op::arm_field:
      case Op::tagged:
      case Op::consents:
      case Op::window:
      case Op::inactive:
      case Op::age:
      case Op::let_value:
      case Op::grant_amount:
      case Op::grant_expires:
      case Op::customer_tags:
      case Op::related: {
        expr::Context c = context;
        Reading reading{.node = index, .value = {}};
        if (node.op == Op::inactive) {  // a yes says little: since when says why
          const state::Customer& row = c.state->at(c.customer);
          reading.value = env::format_moment(row.last_activity != env::kNoMoment ? row.last_activity : row.first_seen);
        } else {
          expr::append_text(reading.value, c, expr::evaluate(c, index));
        }
        found.push_back(std::move(reading));
        return;
      }
      case Op::call: {
        expr::Context c = context;
        Reading reading{.node = index, .value = {}};
        expr::append_text(reading.value, c, expr::evaluate(c, index));
        found.push_back(std::move(reading));
        for (std::uint32_t i = 1; i <= node.b; ++i) self(self, program.arguments[node.a + i]);
        return;
      }
      case Op::list:
        for (std::uint32_t i = 0; i < node.b; ++i) self(self, program.arguments[node.a + i]);
        return;
      default: {
        const program::Operands operands = program::operands_of(node.op);
        if (operands.a == program::Operand::child) self(self, node.a);
        if (operands.b == program::Operand::child) self(self, node.b);
      }
    }
  };
  collect(collect, root);
  return found;
}

// ----------------------------------------------------------------------------------------------------------------

void Turn::note(NoteKind kind, const Journey* journey, Note extra) {
  extra.kind = kind;
  extra.moment = now_;
  extra.customer = customer_;
  if (journey != nullptr) {
    extra.playbook = journey->playbook;
    extra.journey = journey->number;
  }
  tracer_->note(extra);
}

std::vector<Reading> Turn::readings(std::uint32_t expression, const Journey* journey, bool with_event) {
  expr::Context c = context(journey);
  if (with_event) c.event = {.event = event_, .at = event_at_, .fields = event_fields_};
  return readings_of(c, program_.expressions[expression].root);
}

}  // namespace tend::journey
