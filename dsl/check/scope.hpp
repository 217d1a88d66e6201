// What the parameters of a template stand for while its body is read. A name is a parameter only where it stands in
// the body; an argument is worked out as if it stood alone, so neither side can take the other's names.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "dsl/check/expression.hpp"
#include "dsl/check/schema.hpp"

namespace tend::check {

/// One parameter and what was given for it.
struct Binding {
  const syntax::FieldDecl* parameter = nullptr;
  TypeInfo type;                           // of values and conditions
  const syntax::Expr* argument = nullptr;  // at the use, or the parameter's own default; null: nothing was given
  bool broken = false;                     // wrong, and reported: whoever meets it stays silent
  /// Where nothing was given, for the check of a template on its own: any value of its type; null for what is not a
  /// value.
  IrPtr sample;
  std::optional<std::uint32_t> event;  // of event parameters
};

struct Scope {
  Span body;  // of the template
  std::map<std::string, Binding> bindings;
};

/// The parameter that a name means where it stands; null where it means something else.
const Binding* bound(const Workspace& workspace, const syntax::Name& name);

/// The value of a parameter: its argument as it stands at the use. Errors: null, reported.
IrPtr bound_value(Workspace& workspace, const Binding& binding, const Reach& reach, const syntax::Name& mention);

/// The path that was given for a parameter that stands for a declaration; null where none was.
const std::vector<syntax::Name>* bound_path(const Binding& binding);

/// May what is worked out by this hang on a parameter? Then a judgement about all customers would be about one use.
bool hangs_on_parameter(const Ir& ir);

}  // namespace tend::check
