#include "dsl/check/private.hpp"

#include "dsl/check/report.hpp"

namespace tend::check {

std::uint32_t private_in(const Workspace& workspace, const Ir& value) {
  if (value.type.type == Type::boolean && !value.children.empty()) return kNone;
  const std::vector<program::Attribute>& attributes = workspace.schema.attributes;
  const std::uint32_t read = value.op == Op::attribute ? value.a : value.op == Op::related ? value.b : kNone;
  if (read < attributes.size() && attributes[read].is_private) return read;
  if (value.private_attribute != kNone) return value.private_attribute;
  for (const IrPtr& child : value.children) {
    if (const std::uint32_t found = private_in(workspace, *child); found != kNone) return found;
  }
  return kNone;
}

void keep_private(Workspace& workspace, const Ir& value, std::string_view where) {
  const std::uint32_t attribute = private_in(workspace, value);
  if (attribute == kNone) return;
  workspace.sink.report(mistake(351, value.span, {workspace.schema.attributes[attribute].name, std::string(where)}));
}

void keep_private(Workspace& workspace, const std::vector<PartIr>& parts, std::string_view where) {
  for (const PartIr& part : parts) {
    if (part.hole) keep_private(workspace, *part.hole, where);
  }
}

}  // namespace tend::check
