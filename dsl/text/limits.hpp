// The limits of what an author can write: all of them, and nothing else. Each has a test at N and at N + 1
// (limits_test.cpp beside the code that keeps it). They are far above what a playbook for people needs; they are there
// so that any bytes end with a diagnostic, soon, and in little memory.
#pragma once
#include <cstddef>
#include <cstdint>

namespace tend::limits {

// ---- a workspace

/// Folders within folders in which playbooks are looked for: a link that leads back would have no end. An error of the
/// tool.
inline constexpr std::size_t kFolderDepthMax = 16;
/// Declarations of all files together (T0149): tables and the program grow with them.
inline constexpr std::size_t kDeclarationsMax = 200'000;
/// Playbooks of all files together (T0149): the engine asks each about every event.
inline constexpr std::size_t kPlaybooksMax = 20'000;
/// Problems that one run shows; then one `too many problems` (T0999). Nobody reads the hundred and first.
inline constexpr std::size_t kDiagnosticsMax = 100;
/// Errors after which the checker looks no further: with so many, what it would still find can wait.
inline constexpr std::size_t kErrorsMax = 1'000;
/// Names compared for *did you mean*, over a whole run; later mistakes are told without a guess.
inline constexpr std::size_t kComparedNamesMax = 1'000'000;

// ---- a file

/// Bytes of one file (T0140).
inline constexpr std::size_t kSourceBytesMax = 1u << 20;
/// Problems of one file that the parser goes on after.
inline constexpr std::size_t kSyntaxDiagnosticsMax = kDiagnosticsMax + 1;
/// Bytes of one file that are read again to try guesses at misspelt words; then mistakes are told without a guess.
inline constexpr std::size_t kRepairCostMax = 256u << 10;

// ---- nesting: the stack

/// Brackets, blocks, holes, `list of`s, `else if`s that are open at once (T0141).
inline constexpr std::uint32_t kDepthMax = 200;
/// Levels of one expression's tree (T0141): each `and` or `+` of a chain is one.
inline constexpr std::uint32_t kHeightMax = 400;
/// Levels of an expression with the traits and segments in it put in their places (T0404).
inline constexpr std::size_t kTraitDepthMax = 1'000;
/// Levels under way when a trait is first worked out (T0404).
inline constexpr std::size_t kOpenDepthMax = 600;

// ---- breadth

/// Characters of a name, and of a tag (T0148): they stand in every report.
inline constexpr std::size_t kNameCharactersMax = 100;
/// Names of a dotted path (T0149): `customer.referrer.city` has three.
inline constexpr std::size_t kPathNamesMax = 10;
/// Steps of one playbook, those in its blocks too (T0149): nobody can follow more.
inline constexpr std::size_t kStepsMax = 1'000;
/// Arms of one wait, shares of one split, `enter` clauses of one playbook (T0149): each is asked at every input.
inline constexpr std::size_t kBranchesMax = 100;
/// Rounds of one `repeat` (T0149): its journeys stand in it for so long.
inline constexpr std::uint32_t kRoundsMax = 1'000;
/// Fields of one event, parameters, attributes of the customer over all files (T0149): each is a column of the state.
inline constexpr std::size_t kFieldsMax = 1'000;
/// Elements of one list, members of one `one of` (T0149).
inline constexpr std::size_t kMembersMax = 1'000;

// ---- cost: the work that one condition is, each time that it is asked

/// Nodes of one expression, traits and segments put in their places (T0450).
inline constexpr std::size_t kExpressionNodesMax = 2'000;
/// Event windows that one expression reads (T0451): each is kept up to date for every customer.
inline constexpr std::size_t kExpressionWindowsMax = 100;
/// Nodes put in the place of traits and segments, over the whole workspace (T0404).
inline constexpr std::size_t kCopiedNodesMax = 1'000'000;

}  // namespace tend::limits
