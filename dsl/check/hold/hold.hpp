// Conditions that can never hold, alone or together. What is called impossible is so for every customer at every
// moment, whatever is missing; what is not may still be.
#pragma once
#include <cstdint>
#include <span>

#include "dsl/program/program.hpp"

namespace tend::check::hold {

inline constexpr std::size_t kNodesMax = 256;  // larger conditions are not looked into
inline constexpr std::size_t kTermsMax = 48;   // things that are read, windows and tags for example
inline constexpr int kCasesMax = 64;           // ways through `or`

/// A condition that is taken to hold, or not to.
struct Claim {
  std::uint32_t node = program::kNone;
  bool holds = true;
  std::uint32_t event = program::kNone;  // what the fields in it belong to: the event that lets the customer in
};

/// Can the claims never all be right at one moment of one customer (and journey)?
/// Shape:  `happened` is an event that has just been taken and is not late; kNone for none.
/// Source: docs/semantics.md §5 (windows), §14 (missing values, money, texts).
bool impossible(const program::Program& program, std::span<const Claim> claims,
                std::uint32_t happened = program::kNone);

}  // namespace tend::check::hold
