// Mirrors dsl/syntax/keywords.
#include "dsl/syntax/keywords.hpp"

#include "tests/support/test.hpp"

using namespace tend::syntax;

TEST_CASE("built-in names are known in both tongues, by group") {
  CHECK(canonical_builtin("客户", BuiltinGroup::root) == "customer");
  CHECK(canonical_builtin("customer", BuiltinGroup::root) == "customer");
  CHECK(canonical_builtin("进入事件", BuiltinGroup::root) == "entry");
  CHECK(canonical_builtin("今天", BuiltinGroup::root) == "today");
  CHECK(canonical_builtin("已点击", BuiltinGroup::event) == "clicked");
  CHECK(canonical_builtin("消息名", BuiltinGroup::event_field) == "message");
  CHECK(canonical_builtin("编号", BuiltinGroup::customer_field) == "id");
  CHECK(canonical_builtin("截短", BuiltinGroup::filter) == "truncate");
  CHECK(canonical_builtin("编号", BuiltinGroup::root).empty());
  CHECK(canonical_builtin("playbook", BuiltinGroup::root).empty());
  CHECK(builtin_in("sent", BuiltinGroup::event, Tongue::zh) == "已发送");
}

TEST_CASE("every keyword has both spellings, and roles are told apart") {
  for (const KeywordRow& row : kKeywords) {
    CHECK_FALSE(row.en.empty());
    CHECK_FALSE(row.zh.empty());
  }
  CHECK(spelling(Keyword::on_event, Tongue::en) == spelling(Keyword::on_channel, Tongue::en));
  CHECK(spelling(Keyword::on_event, Tongue::zh) != spelling(Keyword::on_channel, Tongue::zh));
  CHECK(is_reserved("否则"));
  CHECK(is_reserved("default"));
  CHECK_FALSE(is_reserved("goal"));
}
