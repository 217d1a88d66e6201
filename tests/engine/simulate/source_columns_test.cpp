// The columns of a source: the customer first, each with the type that the playbooks declare. Unknown names:
// sources_test.cpp.
#include "engine/simulate/source_columns.hpp"

#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::simulate;
using program::Type;

TEST_CASE("columns are resolved in order and typed") {
  program::Program program;
  program.attributes = {{"timezone", {Type::text, Type::none, {}}, false},
                        {"language", {Type::text, Type::none, {}}, false}};
  program.events.resize(program::kBuiltinEventCount);
  program.events.push_back({"order", {{"amount", {Type::money, Type::none, {}}}}});
  Source source;
  source.name = "orders";
  source.customer = "id";
  source.at = "when";
  source.event = "order";
  source.fields = {{"amount", "sum", "JPY", 3}};
  source.attributes = {{"consent.sms", "sms", "", 4},
                       {"consent.sms-b", "sms_b", "", 4},
                       {"consent.sms.evidence", "form", "", 4},
                       {"language", "tongue", "", 5},
                       {"tags", "tags", "", 6}};
  const auto resolved = resolve_source(Workspace(), source, program);
  REQUIRE(resolved);
  CHECK(resolved->event == program::kBuiltinEventCount);
  const auto& columns = resolved->columns;
  REQUIRE(columns.size() == 8);
  CHECK(columns[0].role == ColumnRole::customer);
  CHECK(columns[0].column == "id");
  CHECK(columns[1].role == ColumnRole::at);
  CHECK(columns[1].type.type == Type::moment);
  CHECK(columns[2].role == ColumnRole::field);
  CHECK(columns[2].index == 0);
  CHECK(columns[2].currency == program::pack_currency("JPY"));
  CHECK(columns[3].role == ColumnRole::attribute);
  CHECK(columns[3].index == program::kLanguageAttribute);
  CHECK(columns[4].role == ColumnRole::tags);
  CHECK(columns[4].type.element == Type::text);
  CHECK(columns[5].role == ColumnRole::consent);
  CHECK(columns[5].purpose == "sms");
  CHECK(columns[6].role == ColumnRole::consent_evidence);
  CHECK(columns[6].purpose == "sms");
  CHECK(columns[7].purpose == "sms-b");

  source.attributes = {{"consent.sms.text", "form", "", 4}};
  CHECK_FALSE(resolve_source(Workspace(), source, program));
}

TEST_CASE("built-in names are known in both tongues, and a declared one goes first") {
  program::Program program;
  program.attributes = {{"timezone", {Type::text, Type::none, {}}, false},
                        {"language", {Type::text, Type::none, {}}, false}};
  for (const std::string_view name : program::kBuiltinEvents) program.events.push_back({std::string(name), {}});
  Source source;
  source.customer = "id";
  source.at = "when";
  source.event = "添加好友";
  source.attributes = {{"语言", "tongue", "", 5}, {"标签", "tags", "", 6}};
  const auto resolved = resolve_source(Workspace(), source, program);
  REQUIRE(resolved);
  CHECK(resolved->event == 0u);
  CHECK(resolved->columns[2].index == program::kLanguageAttribute);
  CHECK(resolved->columns[3].role == ColumnRole::tags);
  program.events.push_back({"添加好友", {}});
  CHECK(resolve_source(Workspace(), source, program)->event == program::kBuiltinEventCount);
}

TEST_CASE("a list of names for a message has an end") {
  CHECK(list_names({}) == "");
  CHECK(list_names({"a", "b"}) == "`a`, `b`");
  CHECK(list_names(std::vector<std::string>(20, "x")).find("more") == std::string::npos);
  CHECK(list_names(std::vector<std::string>(22, "x")).ends_with("`x` and 2 more"));
}
