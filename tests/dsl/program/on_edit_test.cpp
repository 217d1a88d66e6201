// What an edit does to those inside.
#include "dsl/program/on_edit.hpp"

#include "tests/dsl/check/support.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::program;

namespace {

using Kind = Carried::Kind;

Program compiled(const std::string& header, const std::string& steps) {
  auto checked = test::check_text(
      "customer { owner staff }\nevent order { store text }\nevent visit\nactivity is order\nplaybook p { enter on "
      "order; " +
      header + "\n" + steps + " }\nmessage a { text \"a\" }\nmessage b { text \"b\" }");
  INFO(checked.sentences());
  REQUIRE(checked.result.program);
  return *checked.result.program;
}

std::uint32_t same(const Program& before, std::uint32_t index, const Program& now) {
  return same_step(before, before.playbooks[0], index, now, now.playbooks[0]);
}

Carried carried(const Program& before, std::uint32_t index, const Program& now) {
  return carry(before, before.playbooks[0], index, now);
}

}  // namespace

TEST_CASE("a step is the same by its label, else by kind, name and how many of these stand before it") {
  const Program before = compiled("", "wait 1 day; send a; wait 2 days; send b as last; tag \"x\"");
  const Program now = compiled("", "send b as last; tag \"y\"; wait 9 days; tag \"x\"; wait 8 days; send a");
  CHECK(same(before, 0, now) == 2);      // the first wait
  CHECK(same(before, 1, now) == 5);      // send a
  CHECK(same(before, 2, now) == 4);      // the second wait
  CHECK(same(before, 3, now) == 0);      // by label
  CHECK(same(before, 4, now) == 3);      // tag x, not tag y
  CHECK(same(before, 5, now) == 6);      // the end
  CHECK(same(now, 1, before) == kNone);  // there is no tag y
}

TEST_CASE("a label that was changed makes another step, one that was added or taken does not") {
  const Program one = compiled("", "send a as one; send a as two");
  const Program two = compiled("", "send a as two");
  CHECK(same(one, 0, two) == kNone);
  CHECK(same(one, 1, two) == 0);
  const Program bare = compiled("", "send a");
  CHECK(same(two, 0, bare) == 0);
  CHECK(same(bare, 0, two) == 0);
  const Program other_kind = compiled("", "task \"x\" as two; send a");
  CHECK(same(two, 0, other_kind) == kNone);
}

TEST_CASE("pin: they finish where they are") {
  const Program before = compiled("", "wait 1 day; send a");
  CHECK(carried(before, 0, before).kind == Kind::same);
  CHECK(carried(before, 0, compiled("priority 3", "wait 1 day; send a")).kind == Kind::same);
  CHECK(carried(before, 0, compiled("", "wait 2 days; send a")).kind == Kind::pinned);
}

TEST_CASE("follow: they take the new one from the same step on, and stay where it is gone") {
  const Program before = compiled("", "wait 1 day; send a; wait 2 days; send b");
  const Program now = compiled("on edit follow", "send b; wait 3 days; send a");
  CHECK(carried(before, 0, now).kind == Kind::follows);
  CHECK(carried(before, 0, now).step == 1);
  CHECK(carried(before, 1, now).step == 2);
  CHECK(carried(before, 2, now).kind == Kind::pinned);
  CHECK(carried(before, 3, now).step == 0);
}

TEST_CASE("move: by label, and every step has to be covered") {
  const Program before = compiled("", "send a as one; wait 1 day; send b as two");
  const Program now = compiled("on edit move \"one\" to \"start\"", "wait 2 days; send a as start");
  CHECK(carried(before, 0, now).kind == Kind::moved);
  CHECK(carried(before, 0, now).step == 1);
  CHECK(carried(before, 1, now).kind == Kind::refused);
  CHECK(carried(before, 2, now).kind == Kind::refused);
  CHECK(carried(before, 0, before).kind == Kind::same);
  // What has no label is called what tools call it.
  const Program unlabelled = compiled("on edit move \"wait 1 day\" to \"wait 2 days\"", "wait 2 days; send a as start");
  CHECK(carried(before, 1, unlabelled).kind == Kind::moved);
  CHECK(carried(before, 1, unlabelled).step == 0);
  CHECK(carried(before, 0, unlabelled).kind == Kind::refused);
}

TEST_CASE("whose goal is watched keeps it when pinned, and has the new one else") {
  const Program before = compiled("goal visit within 9 days", "send a");
  CHECK(carried(before, 1, compiled("goal visit within 9 days", "send b")).kind == Kind::follows);
  CHECK(carried(before, 1, compiled("goal visit within 8 days", "send b")).kind == Kind::pinned);
  CHECK(carried(before, 1, compiled("goal visit within 8 days; on edit follow", "send b")).kind == Kind::follows);
  CHECK(carried(before, 1, compiled("goal visit within 8 days; on edit move \"x\" to \"y\"", "send b as y")).kind ==
        Kind::follows);
}

TEST_CASE("a removed playbook: those inside finish") {
  const Program before = compiled("", "wait 1 day; send a");
  Program now = before;
  now.playbooks.clear();
  CHECK(carried(before, 0, now).kind == Kind::pinned);
}
