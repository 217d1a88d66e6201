// What an edit touches, by name.
#include "dsl/program/difference.hpp"

#include "dsl/program/graft.hpp"
#include "tests/dsl/check/support.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::program;
using Names = std::vector<std::string>;

namespace {

Program compiled(const std::string& text) {
  auto checked = test::check_text(text);
  INFO(checked.sentences());
  REQUIRE(checked.result.program);
  return *checked.result.program;
}

const std::string kBefore =
    "customer { city text; gone number }\nevent order { amount money }\nactivity is order\npolicy { cap 1 message per "
    "day }\n"
    "playbook p { enter on order; send a }\nplaybook q { enter on order; wait 1 day; send b }\n"
    "message a { text \"a\" }\nmessage b { text \"b\" }\n";

}  // namespace

TEST_CASE("equal programs differ in nothing, whatever is kept beside them") {
  const Program before = compiled(kBefore);
  const Difference same = difference(before, before);
  CHECK(same.playbooks.none());
  CHECK(same.messages.none());
  CHECK(same.attributes.none());
  CHECK_FALSE(same.policy);
  const Program other =
      compiled("event visit { day date }\nactivity is visit\nplaybook r { enter on visit; tag \"x\" }\n");
  const Program both = graft(other, {}, before, {}, std::vector<Keep>(2, Keep::whole)).program;
  const Difference back = difference(both, other);
  CHECK(back.playbooks.none());
  CHECK(back.messages.none());
  CHECK(back.events.none());
}

TEST_CASE("every part is named that was added, changed or removed") {
  const Program now = compiled(
      "customer { city one of \"a\", \"b\"; age number }\nevent order { amount money }\nevent visit\nactivity is "
      "order, visit\n"
      "policy { cap 2 messages per day }\n"
      "playbook p { enter on order; send a }\nplaybook r { enter on visit; send c }\n"
      "message a { text \"A\" }\nmessage c { text \"c\" }\n");
  const Difference out = difference(compiled(kBefore), now);
  CHECK(out.playbooks.added == Names{"r"});
  CHECK(out.playbooks.changed.empty());
  CHECK(out.playbooks.removed == Names{"q"});
  CHECK(out.messages.added == Names{"c"});
  CHECK(out.messages.changed == Names{"a"});
  CHECK(out.messages.removed == Names{"b"});
  CHECK(out.attributes.added == Names{"age"});
  CHECK(out.attributes.changed == Names{"city"});
  CHECK(out.attributes.removed == Names{"gone"});
  CHECK(out.events.added == Names{"visit"});
  CHECK(out.policy);
  CHECK(out.activity);
}
