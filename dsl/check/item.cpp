#include "dsl/check/item.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "dsl/check/channel.hpp"
#include "dsl/check/report.hpp"

namespace tend::check {
namespace {

using syntax::MessageWord;
using syntax::Stmt;
using syntax::StmtKind;

const char* item_word(MessageWord word) {
  switch (word) {
    case MessageWord::text: return "text";
    case MessageWord::subject: return "subject";
    case MessageWord::body: return "body";
    case MessageWord::link: return "link";
    case MessageWord::image: return "image";
    case MessageWord::miniprogram: return "miniprogram";
    case MessageWord::template_: return "template";
    case MessageWord::none: break;
  }
  return "";
}

bool take_text(Workspace& workspace, const Stmt& statement, const Reach& reach, ItemIr& item) {
  if (!statement.text) {
    workspace.broken = true;
    return false;
  }
  if (statement.message_word != MessageWord::template_) {
    auto parts = parts_of(workspace, *statement.text, reach);
    if (!parts) return false;
    item.parts = std::move(*parts);
    return true;
  }
  auto name = plain_text(workspace, *statement.text);  // an approved text has one name
  if (!name) return false;
  item.parts.push_back({std::move(*name), nullptr, {}});
  return true;
}

bool take_fields(Workspace& workspace, const Stmt& statement, const Reach& reach, ItemIr& item) {
  const bool has_fields =
      statement.message_word == MessageWord::template_ || statement.message_word == MessageWord::miniprogram;
  if (!statement.values.empty() && !has_fields) {
    workspace.sink.report(mistake(551, statement.head, {item.kind}));
    return false;
  }
  bool whole = true;
  std::set<std::string> names;
  for (const syntax::FieldValue& field : statement.values) {
    if (!names.insert(field.name.text).second) {
      workspace.sink.report(mistake(208, field.name.span, {field.name.text}));
      whole = false;
      continue;
    }
    IrPtr value = value_of(workspace, field.value.get(), reach);
    if (!value || !can_be_written(workspace, *value, 22)) {
      whole = false;
      continue;
    }
    item.fields.push_back({field.name.text, std::move(value)});
  }
  return whole;
}

// Who speaks none of the languages gets a message without this part.
void check_languages(Workspace& workspace, const std::vector<ItemIr>& items) {
  std::set<std::pair<std::string, std::string>> said;
  for (const ItemIr& item : items) {
    if (item.language.empty()) continue;
    const bool for_all = std::any_of(items.begin(), items.end(), [&](const ItemIr& other) {
      return other.kind == item.kind && other.language.empty() &&
             (other.channel.empty() || other.channel == item.channel);
    });
    if (!for_all && said.insert({item.kind, item.channel}).second)
      workspace.sink.report(mistake(538, item.statement->head, {item.kind}, 47, {item.kind}));
  }
}

}  // namespace

std::vector<ItemIr> items_of(Workspace& workspace, const Stmt& message, const Reach& reach, bool& whole) {
  std::vector<ItemIr> items;
  std::set<std::tuple<std::string, std::string, std::string>> seen;
  for (const syntax::StmtPtr& statement : message.block.statements) {
    if (!statement || statement->kind == StmtKind::error) {
      workspace.broken = true;
      whole = false;
      continue;
    }
    ItemIr item;
    item.statement = statement.get();
    item.kind = item_word(statement->message_word);
    if (!statement->channels.empty()) item.channel = statement->channels[0].text;
    if (!statement->names.empty()) item.language = statement->names[0].text;
    bool fine = statement->channels.empty() || known_channel(workspace, statement->channels[0]);
    if (!seen.insert({item.kind, item.channel, item.language}).second) {
      workspace.sink.report(mistake(511, statement->head, {item.kind}));
      fine = false;
    }
    fine = take_text(workspace, *statement, reach, item) && fine;
    fine = take_fields(workspace, *statement, reach, item) && fine;
    whole = whole && fine;
    if (fine) items.push_back(std::move(item));
  }
  if (whole) check_languages(workspace, items);
  std::stable_sort(items.begin(), items.end(), [](const ItemIr& a, const ItemIr& b) {
    const auto narrow = [](const ItemIr& item) { return int(!item.channel.empty()) * 2 + int(!item.language.empty()); };
    return narrow(a) > narrow(b);
  });
  return items;
}

}  // namespace tend::check
