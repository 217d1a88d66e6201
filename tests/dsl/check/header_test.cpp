// Header clauses: every way in, and the rules of a playbook.
#include "tests/dsl/check/shown.hpp"

using namespace tend;
using namespace tend::test;

namespace {

std::string text(const std::string& clauses) {
  return std::string(kDeclarations) +
         "calendar cn { holiday 2026-01-01; lunar }\npolicy { calendar \"cn\" }\nevent service { car text, place one "
         "of \"a\", \"b\", parts list of text, "
         "ok bool, size number }\nplaybook p {\n" +
         clauses + "\n goal order within 30 days\n send m as first\n wait 3 days\n}\nmessage m { text \"m\" }\n";
}

std::string enters(const std::string& clauses) {
  const Checked checked = check_text(text(clauses));
  if (!checked.result.program) return checked.sentences();
  REQUIRE(program::deserialize(checked.bytes()));
  std::string out;
  for (const program::Enter& enter : checked.result.program->playbooks[0].enters) {
    out += (out.empty() ? "" : "\n") + shown_enter(*checked.result.program, enter);
  }
  return out;
}

std::string codes(const std::string& clauses) { return check_text(text(clauses)).codes(); }

program::Playbook book(const std::string& clauses) {
  const Checked checked = check_text(text(clauses));
  return sound(checked).playbooks[0];
}

}  // namespace

TEST_CASE("schedules") {
  CHECK(enters("enter every day at 10:00") == "every day at 600");
  CHECK(enters("enter every 1 day at 10:00") == "every day at 600");
  CHECK(enters("enter every monday 9:30 where customer.vip") == "every weekday 0 at 570 if customer.vip");
  CHECK(enters("enter every month on 31 at 0:00") == "every month on 31 at 0");
  CHECK(enters("enter every workday at 10:00\n enter every holiday at 11:00") ==
        "every workday at 600\nevery holiday at 660");
  CHECK(enters("enter on 2026-11-11 at 20:00 where customer.vip") == "date 20768 at 1200 if customer.vip");
  CHECK(enters("enter on 2026-11-11 20:00") == "date 20768 at 1200");
  CHECK(enters("enter by hand where customer.vip") == "by hand if customer.vip");
  CHECK(codes("enter every 3 days at 10:00") == "T0522");
  CHECK(codes("enter every week at 10:00") == "T0522");
  CHECK(codes("enter every day on 3 at 10:00") == "T0522");
  CHECK(codes("enter every month at 10:00") == "T0523");
  CHECK_FALSE(codes("enter every month on 32 at 10:00").empty());
  CHECK_FALSE(codes("enter every month on 0 at 10:00").empty());
}

TEST_CASE("dates to enter by") {
  CHECK(enters("enter yearly 7 days before customer.born at 09:00") ==
        "relative yearly 0mo7d before customer.born at 540");
  CHECK(enters("enter 1 month after customer.until at 09:00 where customer.vip") ==
        "relative 1mo0d after customer.until at 540 if customer.vip");
  CHECK(enters("enter 30 days after customer.first_seen at 10:00") ==
        "relative 0mo30d after (date_of first_seen) at 600");
  CHECK(enters("enter 3 days after last(visit.day) at 10:00") == "relative 0mo3d after {last visit.day} at 600");
  CHECK(enters("enter yearly 3 days before lunar 8-15 at 10:00") == "relative yearly 0mo3d before lunar 8-15 at 600");
  CHECK(enters("enter yearly 3 days before lunar(customer.born) at 10:00") ==
        "relative yearly 0mo3d before lunar customer.born at 600");
  CHECK(enters("进入 每年 农历 8-15 前3天 10:00") == "relative yearly 0mo3d before lunar 8-15 at 600");
  CHECK(codes("enter yearly 3 days before lunar 13-1 at 10:00") == "T0120");
  CHECK(codes("enter yearly 3 days before lunar 8-31 at 10:00") == "T0120");
  CHECK(codes("enter yearly 3 days before \"8-15\" at 10:00") == "T0365");
  CHECK(enters("进入 每年 客户.born 前7天 09:00") == "relative yearly 0mo7d before customer.born at 540");
  CHECK(codes("enter 36 hours before customer.until at 10:00") == "T0366");
  CHECK(codes("enter 3 days before customer.city at 10:00") == "T0365");
  CHECK(codes("enter 3 days before today at 10:00") == "T0406");
  CHECK(codes("enter 3 days before customer.referrer.born at 10:00") == "T0405");
  CHECK(codes("enter 3 days before entry.date at 10:00") == "T0214");
  CHECK(codes("enter 3 days before lunar(customer.born) at 10:00") == "T0517");
  CHECK(codes("enter yearly 3 days before customer.brn at 10:00") == "T0201");
}

TEST_CASE("per: one journey for each value") {
  CHECK(enters("enter on service per service.car") == "on service per car");
  CHECK(enters("enter on service where size > 3 per place") == "on service where (> field4 3) per place");
  CHECK(enters("enter on service per car\n enter on order per id") == "on service per car\non order per id");
  CHECK(codes("enter on service per service.parts") == "T0367");
  CHECK(codes("enter on service per ok") == "T0367");
  CHECK(codes("enter on service per service.at") == "T0367");
  CHECK(codes("enter on service per service.cra") == "T0203");
  CHECK(codes("enter on service per order.id") == "T0203");
  CHECK(codes("enter on service per size\n enter on order per id") == "T0368");
  CHECK(codes("enter on service per place\n enter on order per id") == "");
}

TEST_CASE("again where it is not written") {
  using program::Again;
  CHECK(book("enter every day at 10:00").again == Again::always);
  CHECK(book("enter every day at 10:00\n again never").again == Again::never);
  CHECK(book("enter yearly 7 days before customer.born at 09:00").again == Again::always);
  CHECK(book("enter 7 days before customer.born at 09:00").again == Again::never);
  CHECK(book("enter on 2026-11-11 at 20:00").again == Again::never);
  CHECK(book("enter by hand").again == Again::never);
  CHECK(codes("enter by hand\n enter every day at 10:00") == "T0524");
  CHECK(book("enter by hand\n enter every day at 10:00\n again always").again == Again::always);
}

TEST_CASE("the other clauses") {
  const program::Playbook one = book(
      "enter when customer.vip\n backfill 2000 per day\n holdout 12.5%\n on edit follow\n"
      "describe \"what for\"\n owner \"team a\"\n quiet 21:00 to 09:00\n cap 2 messages per 7 days");
  CHECK(one.backfill == program::Backfill::per_day);
  CHECK(one.backfill_per_day == 2000);
  CHECK(one.holdout == 1250);
  CHECK(one.on_edit == program::OnEdit::follow);
  CHECK(one.description == "what for");
  CHECK(one.owner == "team a");
  CHECK(one.caps.size() == 1);
  CHECK(one.quiet.size() == 1);
  CHECK(book("enter when customer.vip\n backfill all").backfill == program::Backfill::all);
  CHECK(book("enter when customer.vip\n backfill none").backfill == program::Backfill::none);
  const program::Playbook two = book("enter every day at 10:00\n pace 5000 people per hour");
  REQUIRE(two.pace);
  CHECK(two.pace->count == 5000);
  CHECK(two.pace->per.ms == 3'600'000);
  CHECK(codes("enter on order\n backfill all") == "T0525");
  CHECK(codes("enter when customer.vip\n backfill 5 per hour") == "T0528");
  CHECK(codes("enter when customer.vip\n pace 5 people per hour") == "T0526");
  CHECK(codes("enter on ordr\n backfill all") == "T0202");
  CHECK(codes("enter on order\n again always\n again never") == "T0502");
  CHECK(codes("enter on order\n describe \"a {{ customer.city }}\"") == "T0321");
  const Checked stay =
      check_text("event order\nplaybook p { enter on order; goal order within 3 days and stay\n tag \"x\" }");
  CHECK(sound(stay).playbooks[0].goal->stay);
}

TEST_CASE("on edit: moves lead to steps that are there") {
  const program::Playbook moved =
      book("enter on order\n on edit move \"old\" to \"first\", move older to \"wait 3 days\"");
  CHECK(moved.on_edit == program::OnEdit::move);
  REQUIRE(moved.moves.size() == 2);
  CHECK(moved.moves[0].from == "old");
  CHECK(moved.moves[0].to == "first");
  CHECK(moved.moves[1].from == "older");
  CHECK(codes("enter on order\n on edit move \"old\" to \"frist\"") == "T0258");
  CHECK(codes("enter on order\n on edit move \"old\" to first, move \"old\" to first") == "T0514");
}

TEST_CASE("entry in every way in") {
  CHECK(codes("enter every day at 10:00\n where entry.date > customer.until") == "");
  CHECK(codes("enter by hand where entry.store = \"a\"") == "T0213");
  CHECK(codes("enter on order\n enter by hand\n where entry.store = \"a\"") == "");
  CHECK(codes("enter when entry.at > customer.seen") == "T0214");
}

TEST_CASE("names that are keywords elsewhere") {
  const Checked checked = check_text(
      "customer { goal text, split text, owner staff, start date }\nevent wait { cap text }\nevent repeat\n"
      "message stop { text \"{{ customer.goal default \"\" }}\" }\nbudget grant { 5 CNY per month }\n"
      "playbook emit { enter on wait per wait.cap; goal repeat within 3 days; let let = 3\n send stop\n"
      " grant 1 CNY from grant as task else { stop }\n tag \"{{ task.amount }} {{ let }}\"\n"
      " wait until customer.start at 10:00\n emit repeat }\n");
  INFO(checked.sentences());
  CHECK(checked.codes() == "");
}
