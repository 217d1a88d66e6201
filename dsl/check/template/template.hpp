// Templates: checked once on their own, and put in the place of each playbook that is made from one. The body is read
// where it stands (dsl/check/scope.hpp); a use only brings bindings and header clauses of its own.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "dsl/check/lowering.hpp"
#include "dsl/check/scope.hpp"

namespace tend::check {

/// A playbook that is made from a template.
struct Instance {
  std::string template_name;
  const syntax::Stmt* template_ = nullptr;
  Span call;  // the template's name at the use
  Scope scope;
  syntax::StmtPtr playbook;  // the template's body under the use's name and header
};

/// Header, `requires` and steps; null where it could not be read.
const syntax::Block* template_block(const syntax::Stmt& template_);

/// What is said in the header of a template's use stands in the template's place; `where` and `leave` are joined.
/// `use` may be null.
syntax::StmtPtr merged(const syntax::Stmt& template_, const syntax::Stmt* use);

/// Checks every template of the workspace with any values of its parameters' types.
/// Returns those that have mistakes.
std::set<std::string> check_templates(Workspace& workspace, Findings& findings);

/// Puts what they are made from in the place of all playbooks that name a template, in `Schema::playbooks` too, so that
/// whoever reads a playbook's tree sees steps. Those that are made wrong are reported and left as they are.
std::map<std::string, Instance> instantiate(Workspace& workspace, const std::set<std::string>& broken);

/// lower_playbook for a playbook from a template. Mistakes in the body that only the use brings about are reported at
/// the use.
void lower_instance(Lowering& lowering, const Instance& instance, program::Places& places);

// ---- parts of the above, one file each
// ------------------------------------------------------------------------------------

/// The parameters as declared. Errors: doubles and types that are wrong, reported.
std::map<std::string, Binding> parameters_of(Workspace& workspace, const syntax::Stmt& template_);
/// Any values: the defaults where there are some. Errors: a default that does not fit, reported.
void bind_samples(Workspace& workspace, std::map<std::string, Binding>& bindings);
/// The arguments of `call`. Errors: false where one is missing, unknown, given twice or of the wrong type; reported.
bool bind_arguments(Workspace& workspace, const std::string& name, const syntax::Stmt& template_,
                    const syntax::Expr& call, std::map<std::string, Binding>& bindings);

/// What the template asks of the workspace is declared in it while this lives.
class Required {
 public:
  Required(Workspace& workspace, const syntax::Stmt& template_, std::map<std::string, Binding>& bindings);
  ~Required();
  Required(const Required&) = delete;
  Required& operator=(const Required&) = delete;

 private:
  Workspace& workspace_;
  std::vector<program::Attribute> attributes_;
  std::vector<program::Event> events_;
  bool has_activity_;
};

/// Does the workspace declare what the template requires? Errors: false, reported at `call`.
bool meets_requirements(Workspace& workspace, const std::string& name, const syntax::Stmt& template_,
                        const std::map<std::string, Binding>& bindings, Span call);

}  // namespace tend::check
