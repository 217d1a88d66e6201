#include "engine/cli/compile.hpp"

#include <algorithm>

#include "dsl/diagnostic/render.hpp"
#include "dsl/diagnostic/suggest.hpp"
#include "engine/channel/kinds.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/env/zone.hpp"
#include "engine/simulate/facts.hpp"

namespace tend::cli {
namespace {

/// Does this machine know the zone? Asked of its files: loading the zones would cost every check five milliseconds.
bool zone_exists(const std::string& zone) {
  if (zone == "UTC") return true;
  const bool plain =
      !zone.empty() && zone.front() != '/' &&
      zone.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == std::string::npos;
  if (!plain) return false;
  const auto there = env::real_files().exists("/usr/share/zoneinfo/" + zone);
  return there && *there;
}

/// The names of all zones, for *did you mean*: from the list that comes with the zones.
std::vector<std::string> zone_names() {
  std::vector<std::string> names{"UTC"};
  const auto list = env::read_whole_file(env::real_files(), "/usr/share/zoneinfo/tzdata.zi");
  if (!list) return names;
  for (std::size_t begin = 0; begin < list->size();) {
    const std::size_t end = std::min(list->find('\n', begin), list->size());
    const std::string line = list->substr(begin, end - begin);
    begin = end + 1;
    const std::size_t first = line.find(' ');
    if (first != 1 || (line[0] != 'Z' && line[0] != 'L')) continue;  // `Z name rules…` or `L target name`
    const std::size_t second = line.find(' ', 2);
    if (second == std::string::npos) continue;
    names.push_back(line[0] == 'Z' ? line.substr(2, second - 2) : line.substr(second + 1));
  }
  return names;
}

}  // namespace

Result<Loaded> load_paths(const std::vector<std::string>& paths) {
  Loaded loaded;
  if (paths.size() == 1) {
    auto workspace = simulate::load_workspace(paths.front());
    if (!workspace) return tl::unexpected(workspace.error());
    loaded.workspace = std::move(*workspace);
  } else {
    auto files = simulate::list_tend_files(paths);
    if (!files) return tl::unexpected(files.error());
    loaded.workspace.tend_files = std::move(*files);
  }
  if (loaded.workspace.tend_files.empty()) {
    return fail(ErrorCode::not_found, "there is no .tend file in `" +
                                          (paths.empty() ? std::string(".") : paths.front()) +
                                          "`: `tend init` makes a workspace to begin with");
  }
  for (const std::string& path : loaded.workspace.tend_files) {
    auto content = env::read_whole_file(env::real_files(), path);
    if (!content) return tl::unexpected(content.error());
    loaded.sources.push_back({.name = path, .text = std::move(*content)});
  }
  return loaded;
}

Result<Checked> check_paths(const std::vector<std::string>& paths, const CheckWith& with) {
  auto loaded = load_paths(paths);
  if (!loaded) return tl::unexpected(loaded.error());
  return check_loaded(std::move(*loaded), with);
}

Result<Checked> check_loaded(Loaded loaded, const CheckWith& with) {
  Checked checked;
  checked.workspace = std::move(loaded.workspace);
  checked.sources = std::move(loaded.sources);
  diagnostic::Sink sink(diagnostic::kDiagnosticsKept);
  check::CheckOptions options;
  options.only_playbook = with.only_playbook;
  Parts parts;
  parts.sources = std::move(checked.sources);
  if (auto added = add_parts(checked.workspace, with.locked, parts, options, sink); !added)
    return tl::unexpected(added.error());
  checked.sources = std::move(parts.sources);
  checked.files = std::move(parts.files);
  checked.own_files = parts.own;
  for (std::uint32_t i = 0; i < parts.own; ++i) checked.own.push_back(i);
  checked.own.insert(checked.own.end(), parts.lua.begin(), parts.lua.end());
  for (const auto& channel : checked.workspace.channels) options.channels.push_back(simulate::facts_of(channel));
  for (const auto& team : checked.workspace.teams) options.teams.push_back(team.name);
  if (options.channels.size() == 1)
    options.default_channel = options.channels.front().name;  // of several, a message has to name one
  checked.result = check::check(checked.sources, checked.files, options, sink);
  if (checked.result.program && !zone_exists(checked.result.program->timezone)) {
    options.timezones = zone_names();
    checked.result = check::check(checked.sources, checked.files, options, sink);
    if (checked.result.program) {  // in the list, and yet its file is not there
      return fail(ErrorCode::invalid, "this machine does not know the policy's timezone `" +
                                          checked.result.program->timezone + "`: install tzdata");
    }
  }
  checked.diagnostics = diagnostic::with_levels(sink.take(), checked.workspace.lints);
  for (const diagnostic::Diagnostic& d : checked.diagnostics)
    ++(d.severity == diagnostic::Severity::error ? checked.errors : checked.warnings);
  return checked;
}

Result<std::unique_ptr<Checked>> check_workspace(const std::string& path, text::Tongue tongue) {
  auto checked = check_paths({path});
  if (!checked) return tl::unexpected(checked.error());
  if (!checked->result.program || checked->errors > 0) {
    const auto shown = diagnostic::capped(std::move(checked->diagnostics));
    std::fputs(diagnostic::human(shown, checked->sources, {.tongue = tongue, .color = wants_colour(2)}).c_str(),
               stderr);
    return fail(ErrorCode::invalid, std::to_string(checked->errors) +
                                        (checked->errors == 1 ? " mistake has" : " mistakes have") +
                                        " to be mended before this can run; `tend check` shows them");
  }
  return std::make_unique<Checked>(std::move(*checked));
}

Result<std::uint32_t> playbook_named(const program::Program& program, const std::string& name) {
  std::vector<std::string> names;
  for (std::uint32_t p = 0; p < program.playbooks.size(); ++p) {
    if (program.playbooks[p].name == name) return p;
    names.push_back(program.playbooks[p].name);
  }
  if (names.empty()) return fail(ErrorCode::not_found, "there is no playbook in this workspace");
  if (const auto meant = diagnostic::did_you_mean(name, names))
    return fail(ErrorCode::not_found, "there is no playbook `" + name + "`: did you mean `" + *meant + "`?");
  std::string all;
  for (const std::string& one : names) all += (all.empty() ? "" : ", ") + one;
  return fail(ErrorCode::not_found, "there is no playbook `" + name + "`; there is: " + all);
}

namespace {

/// Where an address cannot be found nobody would be written to.
Result<void> check_addresses(const simulate::Workspace& workspace, const program::Program& program) {
  std::vector<std::string> names;
  for (const program::Attribute& attribute : program.attributes) names.push_back(attribute.name);
  for (const channel::ChannelConfig& channel : workspace.channels) {
    const channel::AdapterKind* kind = channel::find_adapter(channel.adapter);
    if (kind == nullptr || kind->make_remote == nullptr) continue;
    for (const char* option : {"to", "staff"}) {
      const auto given = channel.options.find(option);
      if (given == channel.options.end() || std::find(names.begin(), names.end(), given->second) != names.end())
        continue;
      const auto meant = diagnostic::did_you_mean(given->second, names);
      return fail(ErrorCode::invalid, "channel `" + channel.name + "`, `" + option +
                                          "`: customers have no attribute `" + given->second + "`" +
                                          (meant ? ", did you mean `" + *meant + "`?" : ""));
    }
  }
  return {};
}

/// Nobody can consent to what the policy does not ask about. Requires: those of channels name channels that are there.
Result<void> check_wordings(const simulate::Workspace& workspace, const program::Program& program) {
  const std::vector<std::string>& purposes = program.policy.purposes;
  for (const run::Wording& wording : workspace.wordings) {
    const bool of_channel =
        std::any_of(workspace.channels.begin(), workspace.channels.end(),
                    [&](const channel::ChannelConfig& channel) { return channel.name == wording.channel; });
    if (of_channel || std::find(purposes.begin(), purposes.end(), wording.channel) != purposes.end()) continue;
    const auto meant = diagnostic::did_you_mean(wording.channel, purposes);
    return fail(ErrorCode::invalid, "wording `" + wording.name + "`: the policy has no `purpose " + wording.channel +
                                        "`" + (meant ? ", did you mean `" + *meant + "`?" : ""));
  }
  return {};
}

}  // namespace

Result<void> check_settings(const simulate::Workspace& workspace, const program::Program& program) {
  if (auto found = check_addresses(workspace, program); !found) return found;
  return check_wordings(workspace, program);
}

Result<std::unique_ptr<Compiled>> compile_workspace(const std::string& path, text::Tongue tongue) {
  auto checked_result = check_workspace(path, tongue);
  if (!checked_result) return tl::unexpected(checked_result.error());
  Checked* checked = checked_result->get();
  auto compiled = std::make_unique<Compiled>();
  compiled->workspace = std::move(checked->workspace);
  compiled->sources = std::move(checked->sources);
  compiled->program = std::move(*checked->result.program);
  compiled->places = std::move(checked->result.places);
  compiled->program_bytes = program::serialize(compiled->program);
  compiled->places_bytes = program::serialize(compiled->places);
  if (auto found = check_settings(compiled->workspace, compiled->program); !found) return tl::unexpected(found.error());
  if (compiled->workspace.channels.size() == 1) compiled->default_channel = compiled->workspace.channels.front().name;
  return compiled;
}

text::Tongue workspace_tongue(const std::string& path, std::string_view asked) {
  if (!asked.empty()) return tongue_of(asked, {});
  const auto workspace = simulate::load_workspace(path);
  return tongue_of({}, workspace ? workspace->language : std::string());
}

}  // namespace tend::cli
