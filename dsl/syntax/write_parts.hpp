// A statement as pieces: text, then perhaps a block, then text again. What the formatter lays out.
#pragma once
#include <string>
#include <vector>

#include "dsl/syntax/tree.hpp"
#include "dsl/syntax/write_expression.hpp"

namespace tend::syntax {

/// `text`, and what stands in braces behind it: statements, or fields, or values.
struct Stretch {
  std::string text;
  const Block* block = nullptr;
  const std::vector<FieldDecl>* fields = nullptr;
  const std::vector<FieldValue>* values = nullptr;
};

/// A statement without typed slots, out of its parts.
std::vector<Stretch> write_parts(const Stmt& statement, ExpressionWriter& writer, std::size_t indent);

/// `name text private`, `gap duration = 7 days`.
std::string write_field(const FieldDecl& field, ExpressionWriter& writer);

}  // namespace tend::syntax
