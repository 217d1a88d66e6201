// Are two parts of two programs the same text? A program's numbers depend on everything else in it, so parts are
// compared through its tables: by the names that they use, and what these names were declared to hold.
#pragma once
#include <string>

#include "dsl/program/program.hpp"

namespace tend::program {

/// Are values of both held alike, so that what reads the one can read the other? Text, `one of` and references are.
bool held_alike(const TypeInfo& a, const TypeInfo& b);

/// Bytes that are equal for equal conditions or values. Shape: `expression` may be kNone; `event` is the event under
/// test, kNone where there is none; `playbook` is whose `let` and `grant` names are in reach, or null.
std::string text_of(const Program& program, std::uint32_t expression, std::uint32_t event = kNone,
                    const Playbook* playbook = nullptr);

/// A way in without its `where`: when, on what or by which calendar. Two of one text have the same bit or occurrences.
std::string way_text_of(const Program& program, const Enter& enter);

/// What a journey inside does: steps, goal and `leave`. A message counts by its name: its newest text is sent.
std::string journey_text_of(const Program& program, const Playbook& playbook);

/// The goal alone; empty where there is none.
std::string goal_text_of(const Program& program, const Playbook& playbook);

/// The whole playbook.
std::string playbook_text_of(const Program& program, const Playbook& playbook);

/// A message as it is sent from this playbook.
std::string message_text_of(const Program& program, const Message& message, const Playbook& playbook);

}  // namespace tend::program
