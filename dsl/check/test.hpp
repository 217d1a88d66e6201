// Lowering of `test`: what is given, done and expected, checked against the program that it is about.
#pragma once
#include "dsl/check/lowering.hpp"
#include "dsl/program/test.hpp"

namespace tend::check {

/// Checks all tests of the workspace and gives them lowered. What their conditions add to the program's tables is taken
/// out of the program again and stands in Tests::parts. Requires: the playbooks and messages are lowered; nothing is
/// lowered with `lowering.emit` afterwards. Errors: reported (T08xx, and the codes of names and types); a test about
/// what has a mistake itself is silent about it.
program::Tests lower_tests(Lowering& lowering);

// ---- parts of the above (test_values.cpp)

/// A value that is written out, of an attribute or field `name` of type `to`. Errors: nullopt, reported.
std::optional<program::TestValue> test_value(Workspace& workspace, const syntax::Expr* expr, const std::string& name,
                                             const TypeInfo& to);
/// `{ field: value, … }` of an event.
std::vector<program::TestValue> test_fields(Workspace& workspace, std::uint32_t event,
                                            const std::vector<syntax::FieldValue>& values);
/// `{ attribute: value, … }` of a customer; `id` receives his id where one is written and may be.
program::TestCustomer test_customer(Workspace& workspace, const std::vector<syntax::FieldValue>& values,
                                    const std::vector<std::string>& purposes, std::string* id);

}  // namespace tend::check
