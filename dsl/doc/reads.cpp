#include "dsl/doc/reads.hpp"

#include <vector>

namespace tend::doc {
namespace {

using program::kNone;
using program::Op;

class Collector {
 public:
  Collector(const program::Program& program, const program::Playbook& book) : program_(program), book_(book) {}

  Reads all() {
    for (const program::Enter& enter : book_.enters) {
      event(enter.event);
      for (const std::uint32_t one : {enter.filter, enter.condition, enter.where, enter.date}) expression(one);
    }
    expression(book_.where);
    expression(book_.leave);
    if (book_.goal) {
      event(book_.goal->event);
      expression(book_.goal->filter);
    }
    for (const program::Arm& arm : book_.arms) {
      event(arm.event);
      expression(arm.condition);
    }
    for (std::uint32_t s = 0; s < book_.steps.size(); ++s) step(s);
    for (const std::uint32_t one : reads_.messages) message(program_.messages[one]);
    return std::move(reads_);
  }

 private:
  void event(std::uint32_t index) {
    if (index != kNone) reads_.events.insert(index);
  }

  void expression(std::uint32_t index) {
    if (index != kNone) node(program_.expressions[index].root);
  }

  void text(const std::vector<program::TextPart>& parts) {
    for (const program::TextPart& part : parts) expression(part.expression);
  }

  void message(const program::Message& message) {
    for (const program::MessageItem& item : message.items) {
      text(item.parts);
      for (const program::MessageField& field : item.fields) expression(field.expression);
    }
  }

  void step(std::uint32_t index) {
    using program::StepKind;
    const program::Step& step = book_.steps[index];
    expression(step.expression);
    expression(step.duration);
    expression(step.person.expression);
    text(step.text);
    for (const program::FieldSet& field : step.fields) expression(field.expression);
    if (step.message != kNone) reads_.messages.insert(step.message);
    if (step.budget != kNone) reads_.budgets.insert(step.budget);
    if (step.kind == StepKind::set && step.attribute != kNone) reads_.sets.insert(step.attribute);
    if (step.kind == StepKind::emit) reads_.emits.insert(step.event);
    if (step.kind == StepKind::start) reads_.starts.insert(step.playbook);
    if (step.kind == StepKind::tag || step.kind == StepKind::untag) reads_.tag_steps.insert(index);
  }

  void tags(std::uint32_t index) {
    const program::Node& which = program_.nodes[index];
    if (which.op == Op::list) {
      for (std::uint32_t i = 0; i < which.b; ++i) tags(program_.arguments[which.a + i]);
      return;
    }
    if (which.op != Op::constant) {
      reads_.other_tags = true;
      return;
    }
    const program::Constant& constant = program_.constants[which.a];
    if (constant.kind == program::ValueKind::text) reads_.tags.insert(constant.text);
    for (const program::Constant& element : constant.list) reads_.tags.insert(element.text);
  }

  void node(std::uint32_t index) {
    if (index == kNone || !reads_.nodes.insert(index).second) return;
    const program::Node& one = program_.nodes[index];
    switch (one.op) {
      case Op::attribute: reads_.attributes.insert(one.a); return;
      case Op::constant:
      case Op::customer_id:
      case Op::first_seen:
      case Op::now:
      case Op::today:
      case Op::field:
      case Op::entry_at:
      case Op::entry_date:
      case Op::let_value:
      case Op::grant_amount:
      case Op::grant_expires: return;
      case Op::entry_field:
      case Op::arm_field: event(one.a); return;
      case Op::tagged:
        tags(one.a);
        node(one.a);
        return;
      case Op::customer_tags: reads_.other_tags = true; return;
      case Op::consents: reads_.consents.insert(program_.constants[one.a].text); return;
      case Op::window: {
        reads_.windows.insert(one.a);
        node(program_.windows[one.a].filter);
        return;
      }
      case Op::inactive: reads_.activity = true; return;
      case Op::related:
        node(one.a);
        reads_.attributes.insert(one.b);
        return;
      case Op::list:
        for (std::uint32_t i = 0; i < one.b; ++i) node(program_.arguments[one.a + i]);
        return;
      case Op::call:
        for (std::uint32_t i = 1; i <= one.b; ++i) node(program_.arguments[one.a + i]);
        return;
      default: node(one.a); node(one.b);
    }
  }

  const program::Program& program_;
  const program::Playbook& book_;
  Reads reads_;
};

}  // namespace

Reads reads_of(const program::Program& program, std::uint32_t playbook) {
  return Collector(program, program.playbooks[playbook]).all();
}

}  // namespace tend::doc
