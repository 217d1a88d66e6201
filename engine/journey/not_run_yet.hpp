// What the language can say and this version's engine cannot run: who is about to run a program asks here first.
#pragma once
#include <string>
#include <vector>

#include "dsl/program/program.hpp"

namespace tend::journey {

struct NotRunYet {
  std::string what;      // its keyword in English: `split`, `enter every`
  std::string playbook;  // empty: of the policy or a declaration
  text::Span place;      // where it stands; empty where Places do not say
};

/// Everything in the program that the engine has no code for, each construct once per playbook (what expressions read,
/// once), in the program's order. Empty: the whole program runs. Shape: `places` fit `program`.
std::vector<NotRunYet> not_run_yet(const program::Program& program, const program::Places& places);

}  // namespace tend::journey
