// What a name of the text refers to: declarations by kind and name.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dsl/check/schema.hpp"

namespace tend::check {

enum class Kind : std::uint8_t { message, playbook, template_, budget, partner, function, calendar };

/// A declaration that was found.
struct Named {
  std::string name;  // as declared: what the program calls it
  const syntax::Stmt* declaration = nullptr;
  std::uint32_t index = 0;  // among all declared ones of the kind by name: its number in the program
};

/// What `path` names among the declarations of `kind`.
/// Errors: nullopt, reported (`there is no budget …`, with *did you mean*); silent about names that a declaration which
/// could not be read may have declared.
std::optional<Named> find_named(Workspace& workspace, Kind kind, const std::vector<syntax::Name>& path);
/// The same, not reported.
std::optional<Named> find_named_quietly(const Workspace& workspace, Kind kind, const std::vector<syntax::Name>& path);

/// The event that `name` means where it stands: what an event parameter stands for, else the one of this name.
std::optional<std::uint32_t> event_named(const Workspace& workspace, const syntax::Name& name);

/// A path as the author wrote it: `retention.win_back`.
std::string written(const std::vector<syntax::Name>& path);

/// Names of the channels that `tend.toml` declares.
std::vector<std::string> channel_names(const CheckOptions& options);
/// Null where the channel is not known.
const ChannelFacts* channel_facts(const CheckOptions& options, std::string_view name);

}  // namespace tend::check
