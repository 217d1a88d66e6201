// Lowering messages: what they say is checked against everybody who sends them.
#include <set>
#include <utility>

#include "dsl/check/channel.hpp"
#include "dsl/check/lowering.hpp"
#include "dsl/check/report.hpp"

namespace tend::check {
namespace {

using syntax::MessageWord;
using syntax::Stmt;
using syntax::StmtKind;

const char* item_word(MessageWord word) {
  switch (word) {
    case MessageWord::text: return "text";
    case MessageWord::subject: return "subject";
    case MessageWord::body: return "body";
    case MessageWord::link: return "link";
    case MessageWord::image: return "image";
    case MessageWord::miniprogram: return "miniprogram";
    case MessageWord::template_: return "template";
    case MessageWord::none: break;
  }
  return "";
}

program::MessageClass class_of(syntax::ClassWord word) {
  switch (word) {
    case syntax::ClassWord::care: return program::MessageClass::care;
    case syntax::ClassWord::transactional: return program::MessageClass::transactional;
    case syntax::ClassWord::welcome: return program::MessageClass::welcome;
    case syntax::ClassWord::none:
    case syntax::ClassWord::marketing: break;
  }
  return program::MessageClass::marketing;
}

program::Message lower_message(Lowering& lowering, const Stmt& declaration, const Journey& journey, bool emit) {
  Workspace& workspace = lowering.workspace;
  program::Message out;
  out.name = declaration.name.text;
  out.message_class = class_of(declaration.message_class);
  out.channels = channels_of(workspace, declaration.channels);
  Reach reach;
  reach.journey = &journey;
  std::set<MessageWord> seen;
  bool something = false;
  for (const syntax::StmtPtr& item : declaration.block.statements) {
    if (!item) continue;
    something = true;
    if (item->kind == StmtKind::error) {
      workspace.broken = true;
      continue;
    }
    const bool runs = item->message_word != MessageWord::miniprogram && item->message_word != MessageWord::template_ &&
                      item->names.empty() && item->channels.empty();
    if (!runs || !item->text) {
      const bool of_language = !item->names.empty() && item->message_word == MessageWord::text;
      report_unsupported(workspace, item->head,
                         of_language ? "text " + item->names[0].text : std::string(item_word(item->message_word)));
      continue;
    }
    if (!seen.insert(item->message_word).second) {
      workspace.sink.report(mistake(511, item->head, {item_word(item->message_word)}));
      continue;
    }
    const auto parts = parts_of(workspace, *item->text, reach);
    if (parts && emit) out.items.push_back({item_word(item->message_word), lowering.emit.text(*parts)});
  }
  if (!something) workspace.sink.report(mistake(510, declaration.name.span, {declaration.name.text}));
  return out;
}

}  // namespace

void lower_messages(Lowering& lowering) {
  program::Program& program = lowering.emit.program();
  std::vector<std::uint32_t> numbers;  // by the number among all declared messages
  const Journey nobody = nobody_sends(lowering.workspace.schema);
  for (const auto& [name, declaration] : lowering.workspace.schema.messages) {
    const auto use = lowering.uses.find(name);
    if (use == lowering.uses.end()) {
      numbers.push_back(kNone);
      lower_message(lowering, *declaration, nobody, false);
      continue;
    }
    lowering.emit.forget();
    numbers.push_back(static_cast<std::uint32_t>(program.messages.size()));
    program.messages.push_back(lower_message(lowering, *declaration, use->second.journey, true));
    // Whoever sends it must keep what it reads.
    for (const std::uint32_t index : use->second.playbooks) {
      program::Playbook& playbook = program.playbooks[index];
      playbook.reads_entry = playbook.reads_entry || lowering.emit.reads_entry();
      std::set<std::uint32_t> events(playbook.arm_events.begin(), playbook.arm_events.end());
      events.insert(lowering.emit.arm_events().begin(), lowering.emit.arm_events().end());
      playbook.arm_events.assign(events.begin(), events.end());
    }
  }
  for (program::Playbook& playbook : program.playbooks) {
    for (program::Step& step : playbook.steps) {
      if (step.message != kNone) step.message = numbers[step.message];
    }
  }
}

}  // namespace tend::check
