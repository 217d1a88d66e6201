// Templates: what a use becomes, what stands for what, and where mistakes are shown.
#include "tests/dsl/check/support.hpp"

using namespace tend;
using namespace tend::test;

namespace {

const std::string kShop = R"(
customer { name text; city text; level one of "silver", "gold" }
event order { amount money, store text }
event visit { store text }
activity is order
segment loyal = order within 90 days
message hello { text "Hello!" }
message coupon { text "A coupon." }
playbook z { enter on order; goal order; send hello; send coupon }
)";

const std::string kWinBack = R"(
template win_back(silence duration = 60 days, gap duration = 7 days, care message, offer message,
                  who condition = true) "Win back" {
  requires { customer.city text; event order { amount money } }
  enter when inactive for silence
  where who
  again after 180 days
  goal order within 30 days
  leave when tagged "gone"
  send care as care
  wait gap
  send offer as offer
}
)";

/// The bytes of the program, the labels of its steps aside.
std::string bytes(Checked checked) {
  if (!checked.result.program) return checked.sentences();
  for (auto& playbook : checked.result.program->playbooks) {
    for (auto& step : playbook.steps) step.label.clear();
  }
  return checked.bytes();
}

}  // namespace

TEST_CASE("a use of a template is the playbook that one would have written by hand") {
  const std::string by_hand = bytes(check_text(kShop + R"(
playbook tea "Win back" {
  priority 70
  enter when inactive for 90 days
  where customer.city = "Changsha" and tagged "vip"
  again after 180 days
  goal order within 30 days
  leave when tagged "gone" or tagged "no"
  send hello as care
  wait 7 days
  send coupon as offer
})"));
  const std::string used = bytes(check_text(kShop + kWinBack + R"(
playbook tea = win_back(silence: 90 days, care: hello, offer: coupon, who: customer.city = "Changsha") {
  priority 70
  where tagged "vip"
  leave when tagged "no"
})"));
  CHECK(by_hand == used);
  const std::string in_order = bytes(check_text(kShop + kWinBack + R"(
playbook tea = win_back(90 days, 7 days, hello, offer: coupon, who: customer.city = "Changsha") {
  leave when tagged "no"; where tagged "vip"; priority 70
})"));
  CHECK(in_order == used);
}

TEST_CASE("both tongues give the same program") {
  const std::string chinese = bytes(check_text(kShop + R"(
模板 win_back(silence 时长 = 60天, gap 时长 = 7天, care 消息, offer 消息, who 判断 = 是) "Win back" {
  需要 { 客户.city 文字; 事件 order { amount 金额 } }
  进入 当 沉默 满 silence
  条件 who
  重复进入 间隔180天
  目标 order 30天内
  退出 当 有标签 "gone"
  发送 care 记为 care
  等待 gap
  发送 offer 记为 offer
}
剧本 tea = win_back(silence: 90天, care: hello, offer: coupon) { 优先级 70 }
)"));
  const std::string english = bytes(check_text(
      kShop + kWinBack + "playbook tea = win_back(silence: 90 days, care: hello, offer: coupon) { priority 70 }"));
  CHECK(chinese == english);
}

TEST_CASE("a clause of the use takes the place of the template's of its kind") {
  const Checked checked = check_text(kShop + kWinBack + R"(
playbook tea = win_back(care: hello, offer: coupon) { enter on visit; again always; goal visit }
)");
  REQUIRE(checked.sentences() == "");
  const program::Playbook& playbook = checked.result.program->playbooks[0];
  REQUIRE(playbook.enters.size() == 1);
  CHECK(playbook.enters[0].event == *program::find_event(*checked.result.program, "visit"));
  CHECK(playbook.again == program::Again::always);
  CHECK(playbook.goal->event == *program::find_event(*checked.result.program, "visit"));
}

TEST_CASE("names of the template and of the use do not meet") {
  // `gap` of the workspace is the use's; the template's `gap` is its own parameter; `loyal` in the header of the use is
  // the segment, though a parameter has that name.
  const Checked checked = check_text(kShop + R"(
trait gap = count(order)
template t(gap duration, loyal condition, big number) {
  enter on order where loyal
  goal order
  leave when count(order) > big
  wait gap
  tag "x"
}
playbook p = t(gap: 2 days, loyal: customer.city = "a", big: gap + 1) { where loyal }
)");
  REQUIRE(checked.sentences() == "");
  const program::Program& program = *checked.result.program;
  const program::Playbook& playbook = program.playbooks[0];
  CHECK(shown_expression(program, playbook.enters[0].filter) == "(= customer.city \"a\")");
  CHECK(shown_expression(program, playbook.where) == "{happened order over 90d}");
  CHECK(shown_expression(program, playbook.leave) == "(> {count order} (+ {count order} 1))");
  CHECK(shown_expression(program, playbook.steps[0].expression) == "2d");
}

TEST_CASE("an argument does not see the event under test, nor what the template does") {
  CHECK(check_text(kShop + R"(
template t(who condition) { enter on order where who; goal order; tag "x" }
playbook p = t(who: amount > 5 CNY)
)")
            .codes() == "T0206");
  const Checked entry = check_text(kShop + R"(
template t(who condition) { enter on order; where who; goal order; tag "x" }
playbook p = t(who: entry.amount > 5 CNY)
)");
  REQUIRE(entry.sentences() == "");
  CHECK(shown_expression(*entry.result.program, entry.result.program->playbooks[0].where) ==
        "(> entry:order.amount 500CNY)");
}

TEST_CASE("parameters stand for events, segments, texts, lists and people") {
  const Checked checked = check_text(kShop + R"(
template t(trigger event, group segment, tags list of text, label text, least number, times time of day) {
  requires { event trigger { store text } }
  enter on trigger where store = label
  where in segment group and count(trigger where store = label) over 30 days >= least and tagged tags
  goal trigger
  wait up to 2 days { on trigger where store = label { tag "x" } }
  if last(trigger.store) = label { untag "x" }
}
playbook p = t(visit, loyal, ["a", "b"], "Main street", 3, 10:00)
)");
  REQUIRE(checked.sentences() == "");
  const program::Program& program = *checked.result.program;
  CHECK(shown_expression(program, program.playbooks[0].where) ==
        "(and (and {happened order over 90d} (>= {count visit where (= field0 \"Main street\") over 30d} 3)) (tagged "
        "[\"a\" \"b\"]))");
}

TEST_CASE("a template is checked on its own, used or not") {
  CHECK(check_text(kShop + "template t(a duration) { enter on order; goal order; wait b }").codes() == "T0206");
  CHECK(check_text(kShop + "template t(a duration, a number) { enter on order; goal order; wait a }").codes() ==
        "T0208");
  CHECK(check_text(kShop + "template t(a duration = 3) { enter on order; goal order; wait a }").codes() == "T0380");
  CHECK(check_text(kShop + "template t(a event) { enter on a where amount > 3 CNY; goal a }").codes() == "T0206");
  CHECK(check_text(kShop + "template t(a text) { enter on order; goal order; wait a }").codes() == "T0313");
  // A mistake of the template is not said again at each use.
  CHECK(check_text(kShop + "template t(a duration) { enter on order; goal order; wait b }\nplaybook p = t(a: 3 days)")
            .codes() == "T0206");
  // What a comparison comes to for one use is no mistake.
  CHECK(check_text(kShop + "template t(a number = 0) { enter on order; goal order; if a > 3 { tag \"x\" }\n if "
                           "count(order) < a { tag \"y\" } }\nplaybook p = t(a: 0)")
            .codes() == "");
  // Who enters may be left to the use.
  CHECK(check_text(kShop + "template t() { goal order; tag \"x\" }\nplaybook p = t() { enter on order }").codes() ==
        "");
  CHECK(check_text(kShop + "template t() { goal order; tag \"x\" }\nplaybook p = t()").codes() == "T0501");
}

TEST_CASE("mistakes of a use are shown at the use") {
  const auto used = [](const std::string& call) {
    return check_text(kShop + kWinBack + "playbook p = " + call).sentences();
  };
  CHECK(used("win_bak(care: hello, offer: coupon)") ==
        "T0206 nothing is called `win_bak` here [win_bak] did you mean `win_back`?\n");
  CHECK(used("win_back(care: hello)") ==
        "T0261 `win_back` needs `offer`: a message [win_back] write `offer: …` between the parentheses\n");
  CHECK(used("win_back(care: hello, ofer: coupon)").starts_with("T0261"));
  CHECK(used("win_back(care: hello, offer: cupon)") ==
        "T0204 there is no message `cupon` [cupon] did you mean `coupon`?\n");
  CHECK(used("win_back(care: hello, offer: coupon, gap: 3)") ==
        "T0380 `gap` takes a length of time, and this is a number [3] \n");
  CHECK(used("win_back(care: hello, offer: coupon, who: 3)") ==
        "T0380 `who` takes a condition, and this is a number [3] \n");
  CHECK(used("win_back(care: \"x\", offer: coupon)") == "T0380 `care` takes a message, and this is a text [\"x\"] \n");
  CHECK(check_text(kShop + "template t(least money) { enter on order where amount > least; goal order; tag \"x\"\n  if "
                           "last(order.amount) > 3 CNY + least { tag \"y\" } }\nplaybook p = t(5 USD)")
            .sentences() ==
        "T0269 this does not fit line 11 of the template `t`: CNY and USD are different currencies [5 USD] \n");
}

TEST_CASE("a use brings no steps of its own") {
  CHECK(check_text(kShop + kWinBack + "playbook p = win_back(care: hello, offer: coupon) { send hello }").codes() !=
        "");
}
