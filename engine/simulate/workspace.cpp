// tend.toml through toml++, which only this file sees: every key is known or an error, every error has its line.
#include "engine/simulate/workspace.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "dsl/diagnostic/catalogue.hpp"
#include "dsl/diagnostic/suggest.hpp"
#include "dsl/text/utf8.hpp"
#include "engine/channel/kinds.hpp"
#include "engine/channel/secret.hpp"
#include "engine/simulate/facts.hpp"

namespace tend::simulate {
namespace {

using Names = std::vector<std::string>;

std::string in_quotes(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string listed(const Names& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + in_quotes(name);
  return out;
}

std::uint32_t line_of(const toml::node& node) { return node.source().begin.line; }

/// The sentences about one tend.toml.
struct Config {
  std::string path;

  tl::unexpected<Error> refuse(std::uint32_t line, const std::string& sentence,
                               ErrorCode code = ErrorCode::invalid) const {
    return fail(code, path + ":" + std::to_string(line) + ": " + sentence);
  }

  /// Errors: a key that is not among `known`.
  Result<void> check_keys(const toml::table& table, const std::string& where, const Names& known) const {
    for (auto&& [key, node] : table) {
      const std::string name(key.str());
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      const auto meant = diagnostic::did_you_mean(name, known);
      return refuse(key.source().begin.line,
                    where + " has no key " + in_quotes(name) +
                        (meant ? ": did you mean " + in_quotes(*meant) + "?" : ": it has " + listed(known)));
    }
    return {};
  }

  /// The text under `key`, empty if it is not there. Errors: no text, or an empty one.
  Result<std::string> text(const toml::table& table, std::string_view key, const std::string& where) const {
    const toml::node* const node = table.get(key);
    if (node == nullptr) return std::string();
    return text_of(*node, where + ": " + in_quotes(key));
  }

  Result<std::string> text_of(const toml::node& node, const std::string& what) const {
    const auto* const text = node.as_string();
    if (text == nullptr) return refuse(line_of(node), what + " must be a text in quotes");
    if (text->get().empty()) return refuse(line_of(node), what + " is empty");
    return text->get();
  }

  /// The table under `key`; null if it is not there.
  Result<const toml::table*> table(const toml::table& parent, std::string_view key, const std::string& where) const {
    const toml::node* const node = parent.get(key);
    if (node == nullptr) return static_cast<const toml::table*>(nullptr);
    if (!node->is_table()) return refuse(line_of(*node), where + " must be a table");
    return node->as_table();
  }
};

// mapping ::= NAME '=' ( "column" | '{' column '=' "column" [',' currency '=' "CODE"] '}' )
Result<Mapping> read_mapping(const Config& config, const std::string& name, const toml::node& node,
                             const std::string& where) {
  Mapping mapping;
  mapping.name = name;
  mapping.line = line_of(node);
  const std::string what = where + ": " + in_quotes(name);
  const toml::table* const table = node.as_table();
  if (table == nullptr) {
    if (!node.is_string())
      return config.refuse(mapping.line, what + " must be a column's name, or `{ column = \"…\", currency = \"…\" }`");
    auto column = config.text_of(node, what);
    if (!column) return tl::unexpected(column.error());
    mapping.column = std::move(*column);
    return mapping;
  }
  if (const auto known = config.check_keys(*table, what, {"column", "currency"}); !known)
    return tl::unexpected(known.error());
  auto column = config.text(*table, "column", what);
  if (!column) return tl::unexpected(column.error());
  if (column->empty()) return config.refuse(mapping.line, what + " names no column");
  auto currency = config.text(*table, "currency", what);
  if (!currency) return tl::unexpected(currency.error());
  const auto is_code = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  if (currency->size() > 4 || !std::all_of(currency->begin(), currency->end(), is_code)) {
    return config.refuse(mapping.line,
                         what + ": " + in_quotes(*currency) + " is no currency: it is written like `CNY`");
  }
  mapping.column = std::move(*column);
  mapping.currency = std::move(*currency);
  return mapping;
}

/// `consent.sms = "x"` without quotes around its key is a table in a table for TOML; here it is one name with a dot.
Result<std::vector<Mapping>> read_mappings(const Config& config, const toml::table& table, const std::string& where) {
  std::vector<Mapping> mappings;
  for (auto&& [key, node] : table) {
    const std::string name(key.str());
    if (name == "consent" && node.is_table() && !node.as_table()->contains("column")) {
      for (auto&& [purpose, inner] : *node.as_table()) {
        auto mapping = read_mapping(config, "consent." + std::string(purpose.str()), inner, where);
        if (!mapping) return tl::unexpected(mapping.error());
        mappings.push_back(std::move(*mapping));
      }
      continue;
    }
    auto mapping = read_mapping(config, name, node, where);
    if (!mapping) return tl::unexpected(mapping.error());
    mappings.push_back(std::move(*mapping));
  }
  std::sort(mappings.begin(), mappings.end(), [](const Mapping& a, const Mapping& b) { return a.name < b.name; });
  const auto twice = std::adjacent_find(mappings.begin(), mappings.end(),
                                        [](const Mapping& a, const Mapping& b) { return a.name == b.name; });
  if (twice != mappings.end())
    return config.refuse(std::next(twice)->line, where + ": " + in_quotes(twice->name) + " stands twice");
  return mappings;
}

/// Names become parts of file names (`orders.rejects.csv`) and of what people type.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && std::none_of(name.begin(), name.end(), [](char c) {
    return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x21;
  });
}

/// Where the rows come from: a file or a database's query, never both.
Result<void> check_origin(const Config& config, const std::string& where, const toml::table& table, Source& source,
                          const std::string& timeout) {
  const auto line_at = [&](const char* key) { return line_of(*table.get(key)); };
  if (source.postgres.empty()) {
    for (const char* const key : {"query", "cursor", "timeout"}) {
      if (table.contains(key))
        return config.refuse(line_at(key), where + " has " + in_quotes(key) + " but no `postgres` that it belongs to");
    }
    if (!source.file.empty()) return {};
    return config.refuse(source.line, where + " names no file: add `file = \"" + source.name + ".csv\"`");
  }
  if (!source.file.empty())
    return config.refuse(line_at("postgres"), where + " has both `file` and `postgres`: it can have one of them");
  if (!channel::is_secret_name(source.postgres)) {
    return config.refuse(line_at("postgres"), where +
                                                  ": `postgres` says where the connection string is, not what it is: "
                                                  "write `env:NAME` or `file:PATH`");
  }
  if (source.query.empty())
    return config.refuse(source.line, where + " has no `query`: add `query = \"select … from …\"`");
  if (source.cursor.empty()) {
    return config.refuse(source.line,
                         where + " has no `cursor`: add the column whose values grow with each new row, like an id");
  }
  constexpr std::int64_t kTimeoutMs = 10 * 60'000;
  source.timeout_ms = timeout.empty() ? kTimeoutMs : read_span(timeout);
  if (source.timeout_ms == 0) {
    return config.refuse(line_at("timeout"), where +
                                                 ": `timeout` must be a length of time like `\"10min\"`, and "
                                                 "besides `min` there are `s`, `h` and `d`");
  }
  return {};
}

Result<Source> read_source(const Config& config, const std::string& folder, const std::string& name, std::uint32_t line,
                           const toml::table& table) {
  const std::string where = "source " + in_quotes(name);
  if (const auto known = config.check_keys(
          table, where,
          {"file", "event", "customer", "at", "fields", "attributes", "postgres", "query", "cursor", "timeout"});
      !known) {
    return tl::unexpected(known.error());
  }
  Source source;
  source.name = name;
  source.line = line;
  std::string timeout;
  for (const auto& [key, to] : {std::pair{"file", &source.file},
                                {"postgres", &source.postgres},
                                {"query", &source.query},
                                {"cursor", &source.cursor},
                                {"timeout", &timeout},
                                {"event", &source.event},
                                {"customer", &source.customer},
                                {"at", &source.at}}) {
    auto text = config.text(table, key, where);
    if (!text) return tl::unexpected(text.error());
    *to = std::move(*text);
  }
  for (const auto& [key, to] : {std::pair{"fields", &source.fields}, {"attributes", &source.attributes}}) {
    const auto inner = config.table(table, key, where + ": " + in_quotes(key));
    if (!inner) return tl::unexpected(inner.error());
    if (*inner == nullptr) continue;
    auto mappings = read_mappings(config, **inner, where);
    if (!mappings) return tl::unexpected(mappings.error());
    *to = std::move(*mappings);
  }
  source.event_line = source.event.empty() ? line : line_of(*table.get("event"));
  if (const auto fine = check_origin(config, where, table, source, timeout); !fine) return tl::unexpected(fine.error());
  if (source.customer.empty())
    return config.refuse(line, where + " does not say which column holds the customer's id: add `customer = \"…\"`");
  if (source.event.empty() && source.attributes.empty()) {
    return config.refuse(line, where + " has neither `event` nor `attributes`, so nothing would be read from it");
  }
  if (source.event.empty() && !source.fields.empty()) {
    return config.refuse(source.fields.front().line, where + " has `fields` but no `event` that they belong to");
  }
  if (!source.event.empty() && source.at.empty()) {
    return config.refuse(source.event_line,
                         where + " has events but no `at`: add the column that says when they happened");
  }
  source.path = source.postgres.empty() ? path_in(folder, source.file) : name;
  return source;
}

/// `[ "a", "b" ]`. Errors: no list, an empty one, something in it that is no text.
Result<Names> read_names(const Config& config, const toml::node& node, const std::string& what) {
  const toml::array* const list = node.as_array();
  if (list == nullptr || list->empty())
    return config.refuse(line_of(node), what + " must be a list like `[\"a\", \"b\"]`");
  Names names;
  for (const toml::node& element : *list) {
    auto name = config.text_of(element, what);
    if (!name) return tl::unexpected(name.error());
    if (std::find(names.begin(), names.end(), *name) != names.end())
      return config.refuse(line_of(element), what + ": " + in_quotes(*name) + " stands twice");
    names.push_back(std::move(*name));
  }
  return names;
}

// limits ::= '{' { length | variables | private | approved | opt_out | hours | confirmation | window | items } '}'
Result<void> read_limit(const Config& config, const std::string& key, const toml::node& node, const std::string& what,
                        channel::Limits& limits) {
  const auto wrong = [&](const std::string& how) { return config.refuse(line_of(node), what + " must be " + how); };
  if (key == "length" || key == "variables") {
    const auto number = node.value_exact<std::int64_t>();
    if (!number || *number < 1 || *number > 1'000'000) return wrong("a whole number from 1 to 1000000");
    (key == "length" ? limits.length : limits.variables) = static_cast<std::uint32_t>(*number);
  } else if (key == "private" || key == "window") {
    const auto yes = node.value_exact<bool>();
    if (!yes) return wrong("true or false");
    (key == "private" ? limits.carries_private : limits.has_window) = *yes;
  } else if (key == "approved" || key == "items") {
    auto names = read_names(config, node, what);
    if (!names) return tl::unexpected(names.error());
    if (key == "approved") limits.approved_only = true;
    (key == "approved" ? limits.approved : limits.items) = std::move(*names);
  } else if (key == "opt_out") {
    const auto text = node.value_exact<std::string>();
    if (!text || (*text != "required" && *text != "none")) return wrong("`\"required\"` or `\"none\"`");
    limits.needs_opt_out = *text == "required";
  } else if (key == "hours") {
    const auto text = node.value_exact<std::string>();
    if (!text || !read_hours(*text, limits)) return wrong("hours like `\"08:00-20:00\"`");
  } else {
    const auto text = node.value_exact<std::string>();
    limits.confirmation_ms = text ? read_span(*text) : 0;
    if (limits.confirmation_ms == 0)
      return wrong("a length of time like `\"24h\"`, and besides `h` there are `s`, `min` and `d`");
  }
  return {};
}

Result<void> read_limits(const Config& config, const toml::node& node, const std::string& where,
                         channel::Limits& limits) {
  static const Names kItems = {"text", "subject", "body", "link", "image", "miniprogram", "template"};
  const std::string what = where + ": `limits`";
  const toml::table* const table = node.as_table();
  if (table == nullptr) return config.refuse(line_of(node), what + " must be a table like `{ length = 500 }`");
  const Names known = {"length", "variables",    "private", "approved", "opt_out",
                       "hours",  "confirmation", "window",  "items"};
  if (const auto fine = config.check_keys(*table, what, known); !fine) return fine;
  for (auto&& [key, value] : *table) {
    const std::string name(key.str());
    if (const auto done = read_limit(config, name, value, what + ": " + in_quotes(name), limits); !done) return done;
  }
  for (const std::string& item : limits.items) {
    if (std::find(kItems.begin(), kItems.end(), item) == kItems.end())
      return config.refuse(line_of(node),
                           what + ": a message has no " + in_quotes(item) + ", it has " + listed(kItems));
  }
  return {};
}

Result<void> read_teams(const Config& config, const toml::table& root, Workspace& workspace) {
  const auto table = config.table(root, "teams", "`teams`");
  if (!table) return tl::unexpected(table.error());
  if (*table == nullptr) return {};
  for (auto&& [key, node] : **table) {
    Team team{std::string(key.str()), {}};
    auto members = read_names(config, node, "team " + in_quotes(team.name));
    if (!members) return tl::unexpected(members.error());
    team.members = std::move(*members);
    workspace.teams.push_back(std::move(team));
  }
  std::sort(workspace.teams.begin(), workspace.teams.end(),
            [](const Team& a, const Team& b) { return a.name < b.name; });
  return {};
}

/// An option that is a list of texts or a table of texts, where the adapter has one of this name and shape.
Result<void> read_shaped_option(const Config& config, const toml::node& node, const std::string& where,
                                const std::string& option, channel::ChannelConfig& read) {
  const channel::AdapterKind* kind = channel::find_adapter(read.adapter);
  const auto options = kind == nullptr ? std::vector<channel::Option>() : channel::options_of(*kind);
  const auto known = std::find_if(options.begin(), options.end(), [&](const auto& one) { return one.name == option; });
  if (kind != nullptr && known == options.end()) {
    read.options[option];  // check_channel says what it may have meant
    return {};
  }
  const auto shape = known == options.end() ? channel::OptionShape::text : known->shape;
  const std::string what = where + ": " + in_quotes(option);
  const bool lists = shape == channel::OptionShape::list || shape == channel::OptionShape::names;
  if (lists && node.is_array()) {
    auto names = read_names(config, node, what);
    if (!names) return tl::unexpected(names.error());
    std::string& all = read.options[option];
    for (const std::string& name : *names)
      all += (all.empty() ? "" : shape == channel::OptionShape::list ? " " : "\n") + name;
    return {};
  }
  if (shape == channel::OptionShape::table && node.is_table()) {
    for (auto&& [key, value] : *node.as_table()) {
      const std::string name(key.str());
      auto text = config.text_of(value, what + ": " + in_quotes(name));
      if (!text) return tl::unexpected(text.error());
      read.options[option + "." + name] = std::move(*text);
    }
    return {};
  }
  return config.refuse(line_of(node), what + " must be a text, a number, true or false");
}

Result<channel::ChannelConfig> read_channel(const Config& config, const std::string& name, std::uint32_t line,
                                            const toml::table& table) {
  const std::string where = "channel " + in_quotes(name);
  channel::ChannelConfig read;
  read.name = name;
  if (const auto adapter = table["adapter"].value_exact<std::string>()) {
    read.adapter = *adapter;
    read.limits = channel::known_limits(*adapter);
  }
  for (auto&& [key, node] : table) {
    const std::string option(key.str());
    if (option == "limits") {
      if (const auto limits = read_limits(config, node, where, read.limits); !limits)
        return tl::unexpected(limits.error());
    } else if (option == "adapter" || node.is_string()) {
      auto text = config.text_of(node, where + ": " + in_quotes(option));
      if (!text) return tl::unexpected(text.error());
      (option == "adapter" ? read.adapter : read.options[option]) = std::move(*text);
    } else if (node.is_integer() || node.is_floating_point() || node.is_boolean()) {
      std::ostringstream written;
      node.visit([&](auto&& value) {
        if constexpr (toml::is_integer<decltype(value)> || toml::is_floating_point<decltype(value)>)
          written << value.get();
        if constexpr (toml::is_boolean<decltype(value)>) written << (value.get() ? "true" : "false");
      });
      read.options[option] = written.str();
    } else if (const auto done = read_shaped_option(config, node, where, option, read); !done) {
      return tl::unexpected(done.error());
    }
  }
  if (read.adapter.empty()) return config.refuse(line, where + " names no adapter: add `adapter = \"file\"`");
  if (const auto fine = channel::check_channel(read); !fine)
    return config.refuse(line, fine.error().message, fine.error().code);
  return read;
}

/// Calls `read` for each table in `[KIND.NAME]`.
template <typename Read>
Result<void> for_each_table(const Config& config, const toml::table& root, const std::string& kind,
                            const std::string& one, const Read& read) {
  const auto tables = config.table(root, kind, in_quotes(kind));
  if (!tables) return tl::unexpected(tables.error());
  if (*tables == nullptr) return {};
  for (auto&& [key, node] : **tables) {
    const std::string name(key.str());
    const std::uint32_t line = key.source().begin.line;
    if (!node.is_table())
      return config.refuse(line, one + " " + in_quotes(name) + " must be a table: write `[" + kind + "." + name + "]`");
    if (!is_plain_name(name))
      return config.refuse(line, in_quotes(name) + " cannot be the name of a " + one +
                                     ": leave out blanks and slashes, and a point in front");
    if (const auto done = read(name, line, *node.as_table()); !done) return done;
  }
  return {};
}

Result<void> read_workspace_table(const Config& config, const toml::table& root, Workspace& workspace) {
  const auto table = config.table(root, "workspace", "`workspace`");
  if (!table) return tl::unexpected(table.error());
  if (*table == nullptr) return {};
  if (const auto known = config.check_keys(**table, "`[workspace]`", {"name", "language"}); !known) return known;
  auto name = config.text(**table, "name", "`[workspace]`");
  if (!name) return tl::unexpected(name.error());
  auto language = config.text(**table, "language", "`[workspace]`");
  if (!language) return tl::unexpected(language.error());
  if (!language->empty() && *language != "en" && *language != "zh") {
    return config.refuse(line_of(*(*table)->get("language")),
                         "there is no language " + in_quotes(*language) + ": `en` and `zh` are known");
  }
  workspace.name = std::move(*name);
  workspace.language = std::move(*language);
  return {};
}

/// `[links]`: where people reach the addresses that their messages carry.
Result<void> read_links(const Config& config, const toml::table& root, Workspace& workspace) {
  const auto table = config.table(root, "links", "`links`");
  if (!table) return tl::unexpected(table.error());
  if (*table == nullptr) return {};
  if (const auto known = config.check_keys(**table, "`[links]`", {"url"}); !known) return known;
  auto url = config.text(**table, "url", "`[links]`");
  if (!url) return tl::unexpected(url.error());
  auto base = channel::link_base(*url);
  if (!base) return config.refuse(line_of(**table), "`[links]` needs `url`: " + base.error().message);
  workspace.links = std::move(*base);
  return {};
}

/// Who is given an address to unsubscribe by needs no line that says how. A mail has it in its text; what others make
/// of the one that they are handed is not known.
void count_links_as_opt_out(Workspace& workspace) {
  for (channel::ChannelConfig& config : workspace.channels) {
    const auto said = [&](const char* option) { return config.options.find(option) != config.options.end(); };
    const channel::AdapterKind* kind = channel::find_adapter(config.adapter);
    const bool writes_it = kind != nullptr && kind->links.value_or(channel::LinkUse::none) != channel::LinkUse::none;
    const bool by_links =
        writes_it && !workspace.links.empty() && channel::link_style(config).use != channel::LinkUse::none;
    if (kind != nullptr && (by_links || said("unsubscribe_url") || said("unsubscribe_mailto")))
      config.limits.needs_opt_out = false;
  }
}

/// `[lints]`: the name of a rule or its code, and how much it counts.
Result<void> read_lints(const Config& config, const toml::table& root, Workspace& workspace) {
  const auto table = config.table(root, "lints", "`lints`");
  if (!table) return tl::unexpected(table.error());
  if (*table == nullptr) return {};
  for (auto&& [key, node] : **table) {
    const std::string name(key.str());
    const std::uint32_t line = key.source().begin.line;
    const auto code = diagnostic::warning_named(name);
    if (!code) {
      if (diagnostic::code_named(name))
        return config.refuse(line, "`[lints]`: " + in_quotes(name) + " is always an error: only warnings have a level");
      const auto meant = diagnostic::did_you_mean(name, diagnostic::warning_names());
      return config.refuse(
          line, "there is no lint " + in_quotes(name) + (meant ? ": did you mean " + in_quotes(*meant) + "?" : ""));
    }
    const auto level = diagnostic::level_named(node.value_or(std::string()));
    if (!level) {
      return config.refuse(line_of(node),
                           "`[lints]`: " + in_quotes(name) + " must be `\"off\"`, `\"warning\"` or `\"error\"`");
    }
    if (!workspace.lints.emplace(*code, *level).second)
      return config.refuse(line, "`[lints]`: " + in_quotes(name) + " is named twice, by its name and by its code");
  }
  return {};
}

/// May stand before a point in a program, and in a sentence of tend.lock.
bool is_package_name(std::string_view name) {
  return is_plain_name(name) && name.find_first_of(".\"\\") == std::string_view::npos;
}

Result<void> read_package(const Config& config, const toml::table& root, Workspace& workspace) {
  const auto table = config.table(root, "package", "`package`");
  if (!table) return tl::unexpected(table.error());
  if (*table == nullptr) return {};
  if (const auto known = config.check_keys(**table, "`[package]`", {"name", "version"}); !known) return known;
  auto name = config.text(**table, "name", "`[package]`");
  if (!name) return tl::unexpected(name.error());
  auto version = config.text(**table, "version", "`[package]`");
  if (!version) return tl::unexpected(version.error());
  if (name->empty()) return config.refuse(line_of(**table), "`[package]` has no name: add `name = \"…\"`");
  if (!is_package_name(*name) || *name == package::kStandard)
    return config.refuse(line_of(**table), in_quotes(*name) + " cannot be the name of a package");
  workspace.manifest.name = std::move(*name);
  workspace.manifest.version = std::move(*version);
  return {};
}

// dependency ::= NAME '=' '{' path '=' "folder" '}'
Result<void> read_dependencies(const Config& config, const toml::table& root, Workspace& workspace) {
  const auto table = config.table(root, "dependencies", "`dependencies`");
  if (!table) return tl::unexpected(table.error());
  if (*table == nullptr) return {};
  for (auto&& [key, node] : **table) {
    package::Dependency dependency;
    dependency.name = std::string(key.str());
    dependency.line = key.source().begin.line;
    const std::string where = "the dependency " + in_quotes(dependency.name);
    if (!node.is_table()) {
      return config.refuse(dependency.line, where + " must say where it is: `" + dependency.name + " = { path = \"../" +
                                                dependency.name + "\" }`");
    }
    if (const auto known = config.check_keys(*node.as_table(), where, {"path"}); !known) return known;
    auto path = config.text(*node.as_table(), "path", where);
    if (!path) return tl::unexpected(path.error());
    if (path->empty()) return config.refuse(dependency.line, where + " names no folder: add `path = \"…\"`");
    dependency.path = std::move(*path);
    workspace.manifest.dependencies.push_back(std::move(dependency));
  }
  std::sort(workspace.manifest.dependencies.begin(), workspace.manifest.dependencies.end(),
            [](const package::Dependency& a, const package::Dependency& b) { return a.name < b.name; });
  return {};
}

Result<void> read_root(const Config& config, const toml::table& root, Workspace& workspace) {
  if (const auto known = config.check_keys(
          root, "the file",
          {"workspace", "sources", "channels", "teams", "links", "consents", "lints", "package", "dependencies"});
      !known)
    return known;
  if (const auto done = read_workspace_table(config, root, workspace); !done) return done;
  if (const auto done = read_links(config, root, workspace); !done) return done;
  if (const auto done = read_lints(config, root, workspace); !done) return done;
  if (const auto done = read_teams(config, root, workspace); !done) return done;
  if (const auto done = read_package(config, root, workspace); !done) return done;
  if (const auto done = read_dependencies(config, root, workspace); !done) return done;
  const auto sources =
      for_each_table(config, root, "sources", "source",
                     [&](const std::string& name, std::uint32_t line, const toml::table& table) -> Result<void> {
                       auto source = read_source(config, workspace.folder, name, line, table);
                       if (!source) return tl::unexpected(source.error());
                       workspace.sources.push_back(std::move(*source));
                       return {};
                     });
  if (!sources) return sources;
  const auto channels =
      for_each_table(config, root, "channels", "channel",
                     [&](const std::string& name, std::uint32_t line, const toml::table& table) -> Result<void> {
                       auto channel = read_channel(config, name, line, table);
                       if (!channel) return tl::unexpected(channel.error());
                       channel->folder = workspace.folder;
                       workspace.channels.push_back(std::move(*channel));
                       return {};
                     });
  if (!channels) return channels;
  if (const auto fine = channel::check_channels(workspace.channels); !fine)
    return fail(fine.error().code, config.path + ": " + fine.error().message);
  count_links_as_opt_out(workspace);
  // toml++ sorts keys by bytes as well; here it is a promise.
  std::sort(workspace.sources.begin(), workspace.sources.end(),
            [](const Source& a, const Source& b) { return a.name < b.name; });
  std::sort(workspace.channels.begin(), workspace.channels.end(),
            [](const channel::ChannelConfig& a, const channel::ChannelConfig& b) { return a.name < b.name; });
  return {};
}

constexpr std::size_t kWordingBytesMax = 64u << 10;

/// The text of a wording, or what stands in the file that `file:PATH` names.
Result<std::string> read_wording_text(const Config& config, const toml::table& table, const std::string& what,
                                      const std::string& folder, env::Files& files) {
  auto text = config.text(table, "text", what);
  if (!text) return text;
  if (text->empty()) return config.refuse(line_of(table), what + " needs `text`: the words, or `file:PATH`");
  const std::uint32_t line = line_of(*table.get("text"));
  constexpr std::string_view kFile = "file:";
  if (text->starts_with(kFile)) {
    const std::string path = path_in(folder, text->substr(kFile.size()));
    auto content = env::read_whole_file(files, path);
    if (!content) return config.refuse(line, what + ": `text`: " + content.error().message);
    text = std::move(*content);
  }
  if (text->find_first_not_of(" \t\r\n") == std::string::npos) return config.refuse(line, what + ": `text` is empty");
  if (text->size() > kWordingBytesMax)
    return config.refuse(line, what + ": `text` is longer than " + std::to_string(kWordingBytesMax) + " bytes");
  for (std::size_t i = 0; i < text->size();) {
    const text::CodePoint point = text::decode(*text, i);
    if (!point.valid) return config.refuse(line, what + ": `text` is not UTF-8");
    i += point.length;
  }
  return text;
}

/// `[consents.wordings.NAME]`: what people agree to. Requires: the channels are read.
Result<void> read_wordings(const Config& config, const toml::table& root, env::Files& files, Workspace& workspace) {
  const auto consents = config.table(root, "consents", "`consents`");
  if (!consents) return tl::unexpected(consents.error());
  if (*consents == nullptr) return {};
  if (const auto known = config.check_keys(**consents, "`[consents]`", {"wordings"}); !known) return known;
  const auto table = config.table(**consents, "wordings", "`consents.wordings`");
  if (!table) return tl::unexpected(table.error());
  if (*table == nullptr) return {};
  Names channels;
  for (const channel::ChannelConfig& channel : workspace.channels) channels.push_back(channel.name);
  for (auto&& [key, node] : **table) {
    run::Wording wording{.name = std::string(key.str()), .channel = {}, .from = {}, .text = {}};
    const std::string what = "wording " + in_quotes(wording.name);
    if (!node.is_table()) return config.refuse(line_of(node), what + " must be a table");
    const toml::table& one = *node.as_table();
    if (const auto known = config.check_keys(one, what, {"channel", "purpose", "from", "text"}); !known) return known;
    auto channel = config.text(one, "channel", what);
    if (!channel) return tl::unexpected(channel.error());
    auto purpose = config.text(one, "purpose", what);
    if (!purpose) return tl::unexpected(purpose.error());
    if (channel->empty() == purpose->empty())
      return config.refuse(line_of(node), what + " needs `channel` or `purpose`: what one consents to by it");
    if (!channel->empty() && std::find(channels.begin(), channels.end(), *channel) == channels.end()) {
      const auto meant = diagnostic::did_you_mean(*channel, channels);
      return config.refuse(line_of(*one.get("channel")), what + ": there is no channel " + in_quotes(*channel) +
                                                             (meant ? ": did you mean " + in_quotes(*meant) + "?"
                                                                    : ": there is " + listed(channels)));
    }
    wording.channel = channel->empty() ? std::move(*purpose) : std::move(*channel);
    const toml::node* const from = one.get("from");
    if (from == nullptr || !from->is_date())
      return config.refuse(line_of(from == nullptr ? node : *from), what + " needs `from`: a day, as 2026-03-01");
    std::ostringstream day;
    day << from->as_date()->get();
    wording.from = day.str();
    auto text = read_wording_text(config, one, what, workspace.folder, files);
    if (!text) return tl::unexpected(text.error());
    wording.text = std::move(*text);
    workspace.wordings.push_back(std::move(wording));
  }
  std::sort(workspace.wordings.begin(), workspace.wordings.end(),
            [](const run::Wording& a, const run::Wording& b) { return a.name < b.name; });
  return {};
}

/// toml++'s description as a sentence of ours.
std::string toml_sentence(std::string_view description) {
  constexpr std::string_view kError = "Error while ";
  std::string sentence = description.starts_with(kError)
                             ? "broken TOML while " + std::string(description.substr(kError.size()))
                             : "broken TOML: " + std::string(description);
  std::replace(sentence.begin(), sentence.end(), '\n', ' ');
  while (sentence.ends_with('.') || sentence.ends_with(' ')) sentence.pop_back();
  return sentence;
}

}  // namespace

Result<Workspace> load_workspace(const std::string& path, env::Files& files) {
  Workspace workspace;
  auto tend_files = list_tend_files({path}, files);
  if (!tend_files) return tl::unexpected(tend_files.error());
  workspace.tend_files = std::move(*tend_files);
  if (is_tend_file(path)) {
    workspace.folder = env::folder_of(path);
    return workspace;
  }
  workspace.folder = path;
  const std::string config_path = path_in(path, "tend.toml");
  const auto has_config = files.exists(config_path);
  if (!has_config) return tl::unexpected(has_config.error());
  if (!*has_config) return workspace;
  const auto text = env::read_whole_file(files, config_path);
  if (!text) return tl::unexpected(text.error());
  workspace.config = config_path;
  const Config config{config_path};
  try {
    const toml::table root = toml::parse(*text, config_path);
    if (const auto done = read_root(config, root, workspace); !done) return tl::unexpected(done.error());
    if (const auto done = read_wordings(config, root, files, workspace); !done) return tl::unexpected(done.error());
  } catch (const toml::parse_error& error) {
    return config.refuse(error.source().begin.line, toml_sentence(error.description()));
  }
  for (const package::Dependency& dependency : workspace.manifest.dependencies) {
    const std::string inside = package::joined(path, dependency.path) + "/";
    std::erase_if(workspace.tend_files,
                  [&](const std::string& file) { return package::joined("", file).starts_with(inside); });
  }
  return workspace;
}

}  // namespace tend::simulate
