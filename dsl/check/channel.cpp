#include "dsl/check/channel.hpp"

#include <algorithm>
#include <utility>

#include "dsl/check/lookup.hpp"
#include "dsl/check/report.hpp"

namespace tend::check {

bool known_channel(Workspace& workspace, const syntax::Name& name) {
  if (workspace.options.channels.empty() || channel_facts(workspace.options, name.text)) return true;
  Diagnostic diagnostic = mistake(207, name.span, {name.text});
  suggest(diagnostic, name.text, channel_names(workspace.options));
  workspace.sink.report(std::move(diagnostic));
  return false;
}

std::vector<std::string> channels_of(Workspace& workspace, const std::vector<syntax::Name>& names) {
  std::vector<std::string> out;
  for (const syntax::Name& name : names) {
    if (std::find(out.begin(), out.end(), name.text) != out.end()) {
      workspace.sink.report(mistake(549, name.span, {name.text}));
    } else if (known_channel(workspace, name)) {
      out.push_back(name.text);
    }
  }
  return out;
}

}  // namespace tend::check
