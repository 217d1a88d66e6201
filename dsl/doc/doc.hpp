// Pages about playbooks: HTML that needs nothing else, for people who do not read .tend files.
#pragma once
#include <string>
#include <vector>

#include "dsl/program/program.hpp"
#include "dsl/text/tongue.hpp"

namespace tend::doc {

/// A trait or segment that the author named. `value` is where its right side stands: what lies in it was made from it.
struct Definition {
  std::string name;
  std::string written;  // as in the source
  text::Span value;
};

/// Shape: refers to what outlives it; `places` fit `program`.
struct Input {
  const program::Program& program;
  const program::Places& places;
  std::vector<Definition> definitions;
  std::string workspace;  // its name; may be empty
  text::Tongue tongue = text::Tongue::en;
};

/// A playbook: picture, reading, what it reads and changes, whom it can write to and how often at worst, budgets,
/// edits.
std::string playbook_page(const Input& input, std::uint32_t playbook);
/// All playbooks, and what binds them all.
std::string index_page(const Input& input);
/// What the page of a playbook is called as a file: `playbook-NAME.html`; the index links to it.
std::string page_name(const program::Playbook& playbook);

}  // namespace tend::doc
