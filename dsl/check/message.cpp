// Lowering messages: what they say is checked against everybody who sends them and every channel that they go by.
#include <algorithm>
#include <set>
#include <utility>

#include "dsl/check/carried.hpp"
#include "dsl/check/channel.hpp"
#include "dsl/check/lowering.hpp"
#include "dsl/check/report.hpp"

namespace tend::check {
namespace {

using syntax::Stmt;

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

using Channels = std::vector<std::string>;

void add_each(Channels& to, const Channels& from) {
  for (const std::string& channel : from) {
    if (std::find(to.begin(), to.end(), channel) == to.end()) to.push_back(channel);
  }
}

// The channels that steps name, by the number of their message among all declared ones.
std::vector<Channels> named_by_steps(const program::Program& program, std::size_t messages) {
  std::vector<Channels> named(messages);
  for (const program::Playbook& playbook : program.playbooks) {
    for (const program::Step& step : playbook.steps) {
      if (step.message != kNone) add_each(named[step.message], step.channels);
    }
  }
  return named;
}

// The message's own channels, then those that steps name.
Channels goes_by(const Lowering& lowering, Channels channels, const Channels& named) {
  const std::string& by_default = lowering.workspace.options.default_channel;
  if (channels.empty() && !by_default.empty()) channels = {by_default};
  add_each(channels, named);
  return channels;
}

std::vector<program::MessageItem> lower_items(Emitter& emit, const std::vector<ItemIr>& items) {
  std::vector<program::MessageItem> out;
  for (const ItemIr& item : items) {
    program::MessageItem& one = out.emplace_back();
    one.kind = item.kind;
    one.parts = emit.text(item.parts);
    one.channel = item.channel;
    one.language = item.language;
    for (const FieldIr& field : item.fields) one.fields.push_back({field.name, emit.expression(field.value)});
  }
  return out;
}

program::Message lower_message(Lowering& lowering, const Stmt& declaration, const Channels& named,
                               const Journey& journey, bool emit) {
  Workspace& workspace = lowering.workspace;
  program::Message out;
  out.name = declaration.name.text;
  out.message_class = class_of(declaration.message_class);
  out.channels = channels_of(workspace, declaration.channels);
  Reach reach;
  reach.journey = &journey;
  bool whole = out.channels.size() == declaration.channels.size();
  const std::vector<ItemIr> items = items_of(workspace, declaration, reach, whole);
  if (declaration.block.statements.empty())
    workspace.sink.report(mistake(510, declaration.name.span, {declaration.name.text}));
  else if (whole)
    check_carried(workspace, declaration, items, goes_by(lowering, out.channels, named));
  if (emit) out.items = lower_items(lowering.emit, items);
  return out;
}

}  // namespace

void lower_messages(Lowering& lowering) {
  program::Program& program = lowering.emit.program();
  std::vector<std::uint32_t> numbers;  // by the number among all declared messages
  const Journey nobody = nobody_sends(lowering.workspace.schema);
  const std::vector<Channels> named = named_by_steps(program, lowering.workspace.schema.messages.size());
  for (const auto& [name, declaration] : lowering.workspace.schema.messages) {
    const Channels& channels = named[numbers.size()];
    const auto use = lowering.uses.find(name);
    if (use == lowering.uses.end()) {
      numbers.push_back(kNone);
      if (owner_of(lowering.workspace, declaration->name.span) != 0) continue;  // checked with its package
      lower_message(lowering, *declaration, channels, nobody, false);
      continue;
    }
    lowering.emit.forget();
    numbers.push_back(static_cast<std::uint32_t>(program.messages.size()));
    program.messages.push_back(lower_message(lowering, *declaration, channels, use->second.journey, true));
    program.messages.back().name = name;  // qualified where it is a package's
    // Whoever sends it must keep what it reads.
    for (const std::uint32_t user : use->second.playbooks) {
      program::Playbook& playbook = program.playbooks[user];
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
