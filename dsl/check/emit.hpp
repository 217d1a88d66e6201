// Laying typed trees flat: from Ir to the program's nodes, constants, windows and expressions.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "dsl/check/expression.hpp"
#include "dsl/program/program.hpp"

namespace tend::check {

/// Appends to a program. What is numbered is numbered in the order of the calls; equal constants and equal windows are
/// one.
class Emitter {
 public:
  /// Lifetime: both outlive the emitter.
  Emitter(program::Program& program, std::vector<Span>& node_places) : program_(program), node_places_(node_places) {}

  /// Index of a new expression; kNone for null.
  std::uint32_t expression(const IrPtr& ir);
  std::vector<program::TextPart> text(const std::vector<PartIr>& parts);
  program::Program& program() { return program_; }
  std::vector<Span>& node_places() { return node_places_; }

  /// What the expressions since the last `forget` read of the journey.
  bool reads_entry() const { return reads_entry_; }
  const std::set<std::uint32_t>& arm_events() const { return arm_events_; }
  void forget();

 private:
  std::uint32_t node(const Ir& ir);
  std::uint32_t constant(const Constant& value);
  std::uint32_t window(const WindowIr& window);

  program::Program& program_;
  std::vector<Span>& node_places_;
  std::map<std::string, std::uint32_t> constants_;
  std::map<std::string, std::uint32_t> windows_;
  bool reads_entry_ = false;
  std::set<std::uint32_t> arm_events_;
};

}  // namespace tend::check
