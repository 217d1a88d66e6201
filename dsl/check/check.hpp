// Names, types and next flips: from the syntax trees of a workspace to its program. The last station that knows the
// author's text.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dsl/diagnostic/diagnostic.hpp"
#include "dsl/program/program.hpp"
#include "dsl/program/test.hpp"
#include "dsl/syntax/tree.hpp"
#include "dsl/text/source.hpp"

namespace tend::check {

/// What a channel can carry, as its adapter and `tend.toml` declare it. Zero or empty: no such limit, or not known.
struct ChannelFacts {
  std::string name;
  std::string adapter;
  bool needs_confirmation = false;          // a person has to confirm each send: `send` on it is `ask`
  program::Duration confirmation_deadline;  // how long he has
  bool has_window = false;                  // `while window open` means something
  bool carries_private = true;              // private data may go into its messages
  bool needs_opt_out = false;               // marketing needs a line that says how to unsubscribe
  std::uint32_t length_max = 0;             // characters of a text
  std::uint32_t variables_max = 0;          // `{{ }}` and template fields of one message
  bool approved_only = false;               // only texts that the platform has approved: `template`
  std::vector<std::string> approved;        // their names; empty: not known
  std::vector<std::string> items;           // kinds of message items that it takes; empty: not known
  std::vector<program::Quiet> closed;       // hours at which it may not send
};

/// Another workspace whose messages, templates, traits, segments, budgets, functions and calendars can be named once
/// `use` has brought it in. It was checked by itself before.
struct Package {
  std::string name;                               // what the program calls its declarations by: `retention.hello`
  std::vector<std::string> dependencies;          // what its own `use` may name
  std::optional<diagnostic::Diagnostic> mistake;  // the first one of its own, if it has any
  enum class Lock : std::uint8_t { fits, missing, differs } lock = Lock::fits;  // against tend.lock
};

/// A Lua file that an `extern function` names. It was read, compiled and run before.
struct Script {
  std::uint32_t file = 0;                           // the source that names it
  std::string name;                                 // as written there
  std::uint32_t source = 0;                         // its own place among the sources
  std::uint32_t mistake_line = 0;                   // from 1; 0: it is Lua
  std::string mistake;                              // in the compiler's words
  std::optional<std::vector<std::string>> defines;  // its functions, sorted; nullopt: nobody has run it
  std::string failure;                              // it is Lua and fails when it is run: why
};

/// What `tend.toml` says that the text may name.
struct CheckOptions {
  std::vector<ChannelFacts> channels;     // empty: not known, any name is accepted
  std::vector<std::string> teams;         // of staff; empty: not known, any name is accepted
  std::string default_channel;            // for messages and sends that name none; empty: only where there is just one
  std::vector<std::string> timezones;     // names of zones; empty: not known, any name is accepted
  std::vector<std::string> dependencies;  // packages that `use` may name
  std::vector<Package> packages;          // these, and those that they use themselves
  std::string only_playbook;              // the program has no other; empty: all
  std::optional<std::vector<Script>> scripts;  // nullopt: not known, any name is accepted
  /// Whose each source is: 0 the workspace's, else 1 + its index in `packages`; kNobodys is passed over. Empty: all are
  /// the workspace's.
  std::vector<std::uint32_t> owners;
};

inline constexpr std::uint32_t kNobodys = 0xFFFFFFFFu;

struct CheckResult {
  std::optional<program::Program> program;  // only where nothing is wrong
  program::Places places;                   // fits `program`; without one only `files` is filled
  program::Tests tests;                     // fit `program`; empty without one
};

/// Checks all files of a workspace as one namespace and lowers them.
/// Shape:  `files` are the trees of `sources`, in any order; `Span::file` indexes `sources`. Equal declarations give
/// equal program
///         bytes whatever their order, their files and the tongue that they are written in.
/// Errors: the author's mistakes go to `sink`, each once: a name that failed is not reported again where it is used.
/// Errors that
///         are in `sink` already (the parser's) count: then there is no program. Lints are reported only when there are
///         no errors.
/// Thread: safe to call from several threads on different sinks.
CheckResult check(std::span<const text::Source> sources, std::span<const syntax::File> files,
                  const CheckOptions& options, diagnostic::Sink& sink);

}  // namespace tend::check
