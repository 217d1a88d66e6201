// What a workspace declares, gathered from all its files before any expression is looked at.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/check/check.hpp"
#include "dsl/check/ir.hpp"
#include "dsl/syntax/keywords.hpp"
#include "dsl/syntax/tree.hpp"

namespace tend::check {

using Builtin = syntax::BuiltinGroup;

/// A trait or segment: its expression is worked out when first asked for and copied into every place that names it.
struct Trait {
  enum class State : std::uint8_t { fresh, under_way, done };
  const syntax::Stmt* declaration = nullptr;
  bool is_segment = false;
  State state = State::fresh;
  IrPtr ir;  // null after `done`: it has a mistake
  std::size_t nodes = 0;
};

struct Scope;

struct Schema {
  std::vector<program::Attribute> attributes;  // as in the program; Type::none where the type was wrong
  std::vector<program::Event> events;
  /// Where the declared ones stand in `attributes` and `events`, by name: see `declare`, `index_names`.
  std::map<std::string, std::uint32_t, std::less<>> attribute_indices;
  std::map<std::string, std::uint32_t, std::less<>> event_indices;
  std::vector<std::uint32_t> activity;
  bool has_activity = false;
  std::string timezone = "UTC";
  std::map<std::string, Trait> traits;
  std::map<std::string, Trait> segments;
  std::map<std::string, const syntax::Stmt*> messages;
  std::map<std::string, const syntax::Stmt*> playbooks;
  std::map<std::string, const syntax::Stmt*> templates;
  std::map<std::string, const syntax::Stmt*> budgets;
  std::map<std::string, const syntax::Stmt*> partners;
  std::map<std::string, const syntax::Stmt*> functions;
  std::map<std::string, const syntax::Stmt*> calendars;
  std::map<std::string, const syntax::Stmt*> currencies;
  std::map<std::string, program::DeclaredCurrency> own_currencies;  // what `currencies` say, by code
  program::Policy policy;
  Span policy_place;  // of the first one; empty where there is none
  program::PolicyPlaces policy_clauses;
  bool names_calendar = false;                   // the policy does, whether or not there is one of this name
  std::vector<program::Calendar> calendar_days;  // what `calendars` say, in their order
  /// Names under which some playbook or template keeps a value: `let`, `grant … as`.
  std::set<std::string> kept_names;
  /// Playbooks that some step starts, as the steps name them.
  std::set<std::string> started;
  /// The number of each declaration above among those of its kind, by name.
  std::map<const syntax::Stmt*, std::uint32_t> numbers;
  /// What the alias of a `use` stands for: by whose text the `use` stands in (see CheckOptions::owners) and the alias.
  std::map<std::pair<std::uint32_t, std::string>, std::uint32_t> aliases;
  /// Names that something which could not be read or is wrong may have declared: whoever uses them is not told off
  /// again.
  std::set<std::string> unread_names;
};

/// One run of the checker: what it was given, what it found, where it reports.
struct Workspace {
  std::span<const text::Source> sources;
  std::span<const syntax::File> files;
  const CheckOptions& options;
  diagnostic::Sink& sink;
  Schema schema;
  std::map<std::uint32_t, text::Lines> lines;  // of the files whose lines were asked for
  std::size_t compared_names = 0;              // for *did you mean*, against limits::kComparedNamesMax
  bool broken = false;                         // the tree holds parts that could not be parsed
  std::size_t open_depth = 0;                  // levels of expressions under way, against limits::kOpenDepthMax
  std::size_t copied_nodes = 0;                // by traits and segments, against limits::kCopiedNodesMax
  const Scope* scope = nullptr;                // of the template whose body is being read
};

/// Remembers the names that a statement would declare and that this version, or the parser, cannot follow.
void note_names(Workspace& workspace, const syntax::Stmt& statement);

/// Reads every declaration's names and types into `workspace.schema`. Duplicates are reported at the later one, by file
/// name and place, so the order of `files` does not matter.
void gather(Workspace& workspace);

/// Reads what steps declare: `Schema::kept_names`, `Schema::started`.
void note_steps(Workspace& workspace);

/// Whose the text of `span` is: 0 the workspace's itself, else 1 + an index of CheckOptions::packages.
std::uint32_t owner_of(const Workspace& workspace, Span span);
/// What a declaration is filed under that `path` names where it stands: `retention.hello` for `hello` in the package
/// `retention`, and for `r.hello` after `use "retention" as r`. Requires: `path` is not empty.
std::string full_name(const Workspace& workspace, const std::vector<syntax::Name>& path);
std::string full_name(const Workspace& workspace, const syntax::Name& name);
/// The package that `name` is the alias of where it stands: as owner_of.
std::optional<std::uint32_t> package_called(const Workspace& workspace, const syntax::Name& name);

/// Appends; the name must be new.
void declare(Schema& schema, program::Attribute attribute);
void declare(Schema& schema, program::Event event);
/// Works out both tables of names and `numbers` anew: when all is declared and in order.
void index_names(Schema& schema);

/// By the declared name, else one of the built-in ones in either tongue.
std::optional<std::uint32_t> attribute_named(const Schema& schema, std::string_view name);
/// By the declared name, else by a built-in event's name in either tongue.
std::optional<std::uint32_t> event_named(const Schema& schema, std::string_view name);
/// By the declared name, else `at` in either tongue (kFieldAt).
std::optional<std::uint32_t> field_named(const program::Event& event, std::string_view name);
TypeInfo field_type(const program::Event& event, std::uint32_t field);

/// The English name of a built-in word in either tongue, or `name` itself.
std::string canonical(std::string_view name, Builtin group);

/// The characters of a text that may hold no `{{ }}`; nullopt (reported) where it does.
std::optional<std::string> plain_text(Workspace& workspace, const syntax::Text& text);

/// The line on which `span` begins, from 1.
std::uint32_t line_of(Workspace& workspace, Span span);

/// Is it still worth gathering names for *did you mean*? False once a million were compared: with so many mistakes the
/// time would grow with their square.
bool may_suggest(const Workspace& workspace);
/// Adds *did you mean* where one of the candidates is near, as long as may_suggest. No fix: only the author knows
/// whether it was meant.
void suggest(Workspace& workspace, diagnostic::Diagnostic& diagnostic, std::string_view wrong,
             const std::vector<std::string>& candidates);
/// Adds *did you mean* where one of the candidates is near. No fix: only the author knows whether it was meant.
void suggest(diagnostic::Diagnostic& diagnostic, std::string_view wrong, const std::vector<std::string>& candidates);

}  // namespace tend::check
