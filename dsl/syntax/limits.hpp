// How much the parser takes. Each limit that an author can meet has a test at N and N + 1.
#pragma once
#include <cstddef>
#include <cstdint>

namespace tend::syntax {

/// Bytes of one file.
inline constexpr std::size_t kSourceBytesMax = 1u << 20;
/// Brackets, blocks, holes, `else if`s that are open at once.
inline constexpr std::uint32_t kDepthMax = 200;
/// Levels of one expression's tree: each `and` or `+` of a chain is one.
inline constexpr std::uint32_t kHeightMax = 400;
/// Diagnostics of one file; the hundred and first only says that there are more.
inline constexpr std::size_t kSyntaxDiagnosticsMax = 101;
/// Bytes of one file that are read again to try guesses at misspelt words; then mistakes are told without a guess.
inline constexpr std::size_t kRepairCostMax = 256u << 10;

}  // namespace tend::syntax
