// A playbook read aloud: who enters, when it is a success, who leaves, then the steps in order. Finished sentences.
#pragma once
#include <string>
#include <vector>

#include "dsl/prose/step.hpp"

namespace tend::prose {

struct ReadingBlock;

/// A way on from a step: `otherwise`, `as soon as: a reply`. Shape: `blocks` has one element, or none where it goes
/// straight on.
struct ReadingWay {
  std::string label;  // `Otherwise:`; empty: directly below the step
  std::vector<ReadingBlock> block;
};
struct ReadingStep {
  std::string text;
  std::vector<ReadingWay> ways;
};
struct ReadingBlock {
  std::vector<ReadingStep> steps;
};

struct Reading {
  std::vector<std::string> about;  // sentences
  ReadingBlock steps;
};

/// Requires: playbook < program.playbooks.size().
Reading read_playbook(const program::Program& program, std::uint32_t playbook, Tongue tongue);

/// What binds all playbooks: zone, quiet hours, caps, rates, consent, control group. A sentence each.
std::vector<std::string> read_policy(const program::Program& program, Tongue tongue);
/// `50,000 CNY per month; at most 100 CNY per customer and month.`
std::string read_budget(const program::Program& program, const program::Budget& budget, Tongue tongue);

/// What an edit does to those inside.
std::string on_edit_sentence(const program::Playbook& playbook, Tongue tongue);

/// `marketing`, `营销类`.
std::string class_words(program::MessageClass message_class, Tongue tongue);

/// The reading as indented lines, numbered.
std::string plain(const Reading& reading, Tongue tongue);

}  // namespace tend::prose
