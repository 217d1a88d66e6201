// Texts with `{{ }}`: their literal pieces and their holes.
#include <utility>

#include "dsl/check/expression.hpp"
#include "dsl/check/filter.hpp"
#include "dsl/check/report.hpp"

namespace tend::check {

bool can_be_written(Workspace& workspace, const Ir& value, std::uint16_t help) {
  const Type type = value.type.type;
  if (type == Type::list || type == Type::boolean) {
    workspace.sink.report(mistake(322, value.span, {type_word(value.type)}, type == Type::list ? 46 : 0));
    return false;
  }
  if (!value.may_be_missing) return true;
  workspace.sink.report(mistake(307, value.span, {}, help));
  return false;
}

namespace {

std::optional<PartIr> hole_of(Workspace& workspace, const syntax::Piece& piece, const Reach& reach) {
  PartIr part;
  part.hole = value_of(workspace, piece.hole.get(), reach);
  if (!part.hole) return std::nullopt;
  if (piece.filters.empty()) {
    if (!can_be_written(workspace, *part.hole, 24)) return std::nullopt;
    return part;
  }
  auto filters = filters_of(workspace, piece.filters, *part.hole);
  if (!filters) return std::nullopt;
  part.filters = std::move(*filters);
  if (!part.hole->may_be_missing) return part;
  workspace.sink.report(mistake(307, part.hole->span, {}, 24));
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<PartIr>> parts_of(Workspace& workspace, const syntax::Text& text, const Reach& reach) {
  std::vector<PartIr> parts;
  bool whole = true;
  for (const syntax::Piece& piece : text.pieces) {
    if (!piece.hole) {
      parts.push_back({piece.literal, nullptr, {}});
    } else if (auto part = hole_of(workspace, piece, reach)) {
      parts.push_back(std::move(*part));
    } else {
      whole = false;
    }
  }
  if (!whole) return std::nullopt;
  return parts;
}

}  // namespace tend::check
