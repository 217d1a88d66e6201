// `send` and `ask … to send`: which message, on which channels, confirmed by whom.
#include <algorithm>
#include <utility>

#include "dsl/check/channel.hpp"
#include "dsl/check/report.hpp"
#include "dsl/check/stepping.hpp"

namespace tend::check {

using program::StepKind;
using syntax::Block;
using syntax::Keyword;
using syntax::Part;
using syntax::Stmt;

namespace {

// The channels that a send tries, as far as the text and `tend.toml` say.
std::vector<std::string> tried(const CheckOptions& options, const std::vector<std::string>& on, const Stmt& message) {
  if (!on.empty()) return on;
  std::vector<std::string> channels;
  for (const syntax::Name& name : message.channels) channels.push_back(name.text);
  if (!channels.empty()) return channels;
  if (!options.default_channel.empty()) return {options.default_channel};
  if (options.channels.size() == 1) return {options.channels[0].name};
  return {};
}

}  // namespace

Way Steps::send(const Stmt& statement, Way way) {
  program::Step out = named(StepKind::send, statement);
  if (statement.duration) out.within = fixed_duration(workspace_, statement.duration.get());
  out.channels = channels_of(workspace_, statement.channels);
  out.while_open = statement.while_open;
  const Stmt* declaration = message(statement.path, way, out);
  const Block* refused = statement.has_else ? &statement.else_block : nullptr;
  if (!declaration) {
    if (refused) block(*refused, way);  // its own mistakes are the author's none the less
    return way;
  }
  const CheckOptions& options = workspace_.options;
  const std::vector<std::string> channels = tried(options, out.channels, *declaration);
  const bool by_itself = options.channels.size() <= 1;
  if (statement.channels.empty() && channels.empty() && !by_itself) {
    workspace_.sink.report(mistake(505, statement.head, {declaration->name.text}));
  }
  for (const std::string& channel : channels) {
    const ChannelFacts* facts = channel_facts(options, channel);
    if (out.while_open && facts && !facts->has_window) {
      workspace_.sink.report(mistake(520, statement.head, {channel}));
    }
  }
  confirmed(statement, out, channels);
  const std::uint32_t self = add(std::move(out), statement);
  return otherwise(self, statement, refused, way, way);
}

// On channels that a person must confirm a send is an `ask`, of the customer's own member of staff.
void Steps::confirmed(const Stmt& statement, program::Step& out, const std::vector<std::string>& channels) {
  const auto needs = [&](const std::string& channel) {
    const ChannelFacts* facts = channel_facts(workspace_.options, channel);
    return facts && facts->needs_confirmation;
  };
  if (std::none_of(channels.begin(), channels.end(), needs)) return;
  out.person = own_staff(statement.head);
  if (!std::all_of(channels.begin(), channels.end(), needs)) return;  // a fallback goes without him
  out.kind = StepKind::ask;
  const ChannelFacts& first = *channel_facts(workspace_.options, channels[0]);
  const bool has_deadline = first.confirmation_deadline != Duration{};
  if (!out.within && has_deadline) out.within = first.confirmation_deadline;
}

Way Steps::ask(const Stmt& statement, Way way) {
  program::Step out = named(StepKind::ask, statement);
  const bool somebody = statement.parts.size() > 1 && !syntax::is(statement.parts[1], Keyword::to_send);
  out.person = somebody ? staff(statement, 1, way) : own_staff(statement.head);
  if (syntax::has(statement, Keyword::within)) {
    out.within = fixed_duration(workspace_, syntax::expression_behind(statement, Keyword::within));
  }
  const Block* refused = syntax::block_behind(statement, Keyword::else_);
  if (!message(path_of(syntax::behind(statement, Keyword::to_send)), way, out)) {
    if (refused) block(*refused, way);
    return way;
  }
  const std::uint32_t self = add(std::move(out), statement);
  return otherwise(self, statement, refused, way, way);
}

// The declaration of the message that is sent; null (reported) where there is none.
const Stmt* Steps::message(const std::vector<syntax::Name>& path, const Way& way, program::Step& out) {
  const auto found = find_named(workspace_, Kind::message, path);
  if (!found) return nullptr;
  out.message = found->index;
  note_use(found->name, way);
  return found->declaration;
}

void Steps::note_use(const std::string& message_name, const Way& way) {
  Journey journey = journey_;
  journey.known = way ? *way : everything(journey_);
  const auto [found, is_first] = lowering_.uses.try_emplace(message_name);
  MessageUse& use = found->second;
  if (use.playbooks.empty() || use.playbooks.back() != index_) use.playbooks.push_back(index_);
  if (is_first) {
    use.journey = std::move(journey);
  } else {
    meet(use.journey, journey);
  }
}

}  // namespace tend::check
