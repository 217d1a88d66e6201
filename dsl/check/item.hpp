// The lines of a message: `text "…"`, `text zh "…"`, `sms template "…" { name: value }`.
#pragma once
#include <string>
#include <vector>

#include "dsl/check/expression.hpp"

namespace tend::check {

/// A value that is filled in where an approved text, or a mini program, has its place for it.
struct FieldIr {
  std::string name;
  IrPtr value;
};

struct ItemIr {
  const syntax::Stmt* statement = nullptr;
  std::string kind;  // as program::MessageItem::kind
  std::vector<PartIr> parts;
  std::string channel;
  std::string language;
  std::vector<FieldIr> fields;
};

/// The lines of `message`, those that name a channel or a language before those that name neither, as the engine looks
/// for the first that fits. Shape: lines with a mistake are left out; `whole` is false then.
/// Errors: reported: T0511 for a line that stands twice, T0538 (a warning) where only some languages have a text.
std::vector<ItemIr> items_of(Workspace& workspace, const syntax::Stmt& message, const Reach& reach, bool& whole);

}  // namespace tend::check
