// Types as they are written: of attributes and fields, parameters and results.
#pragma once
#include "dsl/check/schema.hpp"

namespace tend::check {

/// What a value of the written type is. Errors: Type::none, reported; the types that only parameters of templates have
/// are among them (T0323).
TypeInfo type_of(Workspace& workspace, const syntax::TypeExpr& type);

}  // namespace tend::check
