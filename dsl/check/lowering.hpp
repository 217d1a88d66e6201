// Lowering of playbooks and messages.
#pragma once
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dsl/check/emit.hpp"
#include "dsl/check/expression.hpp"
#include "dsl/check/schema.hpp"

namespace tend::check {

/// Who sends a message and what all of its senders know.
struct MessageUse {
  Journey journey;                       // what `entry` and arms can mean in it, whoever sends it
  std::vector<std::uint32_t> playbooks;  // indices into Program::playbooks, rising
};

/// What the lints want to know and the program does not say.
struct Findings {
  std::vector<Span> unreachable;         // the first step of each stretch that no journey reaches
  std::set<std::string> template_sends;  // messages that templates send, used or not
};

/// Everything that is handed from playbook to playbook.
struct Lowering {
  Workspace& workspace;
  Emitter& emit;
  std::map<std::string, MessageUse>& uses;  // by message name
  Findings& findings;
  /// For each playbook the range of nodes that its expressions are made of.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> nodes;
};

/// Appends the playbook to the program and its places to `places`. Step::message counts all declared messages by name,
/// until `lower_messages` has left out those that nobody sends.
void lower_playbook(Lowering& lowering, const syntax::Stmt& declaration, program::Places& places);

/// Gives what several playbooks keep under a name and a message reads that all of them send the same slot in each:
/// the message is compiled once. After all playbooks, before `lower_messages`.
void share_slots(Lowering& lowering);

/// Checks all messages and appends those that are sent.
void lower_messages(Lowering& lowering);

/// The name behind `as` that is the step's label; null where it has none (`grant … as` keeps a value, it is no label).
const syntax::Name* label_of(const syntax::Stmt& step);

/// A step as tools name it: `send care`, `wait 7 days`.
std::string step_label(const syntax::Stmt& step);
std::string duration_words(Duration duration);
std::string time_words(std::int32_t time_ms);

}  // namespace tend::check
