// How much the parser takes. Each limit has a test at N and N + 1.
#pragma once
#include <cstddef>
#include <cstdint>

namespace tend::syntax {

inline constexpr std::size_t kSourceBytesMax = 1u << 20;  // of one file
inline constexpr std::uint32_t kDepthMax = 200;           // brackets, blocks, holes, `else if`s open at once
inline constexpr std::uint32_t kHeightMax =
    400;  // levels of one expression's tree: each `and` or `+` of a chain is one
inline constexpr std::size_t kSyntaxDiagnosticsMax =
    101;  // of one file; the hundred and first says that there are more
inline constexpr std::size_t kRepairCostMax = 4u
                                              << 20;  // bytes of one file read again to try guesses at misspelt words

}  // namespace tend::syntax
