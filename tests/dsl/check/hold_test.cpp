// What the checker says of conditions that can never or always hold: texts in, codes and the blamed part out.
#include "tests/dsl/check/support.hpp"

using namespace tend;
using namespace tend::test;

namespace {

/// Codes and the text that each points at, of a condition that is a playbook's `where`.
std::string said(const std::string& condition) {
  const Checked checked = check_text(std::string(kDeclarations) + "segment s = " + condition);
  std::string out;
  for (const auto& one : checked.diagnostics) {
    if (one.code == 604) continue;  // `not` of what may be missing, which is what some of these are about
    out += (out.empty() ? "" : "; ") + diagnostic::code_name(one.code) + " " +
           checked.sources[0].text.substr(one.span.begin, one.span.end - one.span.begin);
    if (!one.arguments.empty()) out += " | " + one.arguments[0];
  }
  return out;
}

std::string codes(const std::string& playbooks) { return check_text(std::string(kDeclarations) + playbooks).codes(); }

std::string in_playbook(const std::string& steps) {
  return codes("playbook p { enter on order; goal order within 1 day; " + steps + " }");
}

}  // namespace

TEST_CASE("parts that contradict each other are both named") {
  CHECK(said("customer.level = \"gold\" and customer.vip and customer.level = \"silver\"") ==
        "T0421 customer.level = \"silver\" | customer.level = \"gold\"");
  CHECK(said("count(order) over 30 days >= 2 and count(order) over 30 days < 1") ==
        "T0421 count(order) over 30 days < 1 | count(order) over 30 days >= 2");
  CHECK(said("customer.seats > 5 and customer.seats < 5") == "T0421 customer.seats < 5 | customer.seats > 5");
  CHECK(said("customer.seats > 5 and customer.seats <= 6") == "");
  CHECK(said("customer.budget > 5 CNY and customer.budget < 5.01 CNY") ==
        "T0421 customer.budget < 5.01 CNY | customer.budget > 5 CNY");
  CHECK(said("customer.share > 5% and customer.share < 3%") == "T0421 customer.share < 3% | customer.share > 5%");
  CHECK(said("tagged \"a\" and not tagged \"a\"") == "T0421 not tagged \"a\" | tagged \"a\"");
  CHECK(said("customer.vip and not customer.vip") == "T0421 not customer.vip | customer.vip");
  CHECK(said("consents to sms and not consents to sms") == "T0421 not consents to sms | consents to sms");
  CHECK(said("customer.city = \"a\" and customer.city is missing") ==
        "T0421 customer.city is missing | customer.city = \"a\"");
  CHECK(said("customer.city in [\"a\", \"b\"] and customer.city = \"c\"") ==
        "T0421 customer.city = \"c\" | customer.city in [\"a\", \"b\"]");
  CHECK(said("customer.city starts with \"Ha\" and customer.city = \"Chur\"") ==
        "T0421 customer.city = \"Chur\" | customer.city starts with \"Ha\"");
  CHECK(said("today >= customer.until - 30 days and today < customer.until - 40 days") ==
        "T0421 today < customer.until - 40 days | today >= customer.until - 30 days");
}

TEST_CASE("missing values keep conditions possible") {
  CHECK(said("not customer.city = \"a\" and not customer.city != \"a\"") == "");
  CHECK(said("not customer.vip and not customer.vip = false") == "");
  CHECK(said("customer.city is not missing and not customer.city = \"a\" and not customer.city != \"a\"") ==
        "T0420 customer.city is not missing and not customer.city = \"a\" and not customer.city != \"a\"");
  CHECK(said("customer.level is not missing and not customer.level in [\"normal\", \"gold\"]") == "");
  CHECK(said("customer.seats default 0 > 5 and customer.seats < 3") ==
        "T0421 customer.seats < 3 | customer.seats default 0 > 5");
  CHECK(said("customer.seats default 9 > 5 and customer.seats is missing") == "");
}

TEST_CASE("windows say something about one another") {
  CHECK(said("order within 30 days and not order within 60 days") ==
        "T0421 not order within 60 days | order within 30 days");
  CHECK(said("not order within 30 days and order within 60 days") == "");
  CHECK(said("inactive for 60 days and order within 30 days") == "T0421 order within 30 days | inactive for 60 days");
  CHECK(said("inactive for 60 days and reply within 30 days") == "");
  CHECK(said("inactive for 30 days and not inactive for 20 days") ==
        "T0421 not inactive for 20 days | inactive for 30 days");
  CHECK(said("no order for 60 days and count(order where weight > 1) over 30 days > 0") ==
        "T0421 count(order where weight > 1) over 30 days > 0 | no order for 60 days");
  CHECK(said("count(order where weight > 1) over 30 days > count(order) over 30 days") ==
        "T0420 count(order where weight > 1) over 30 days > count(order) over 30 days");
  CHECK(said("total(order.amount) over 30 days > 100 CNY and not order within 30 days") ==
        "T0421 not order within 30 days | total(order.amount) over 30 days > 100 CNY");
  CHECK(said("last(order.store) over 30 days = \"a\" and not order within 60 days") ==
        "T0421 not order within 60 days | last(order.store) over 30 days = \"a\"");
  // Months end out of order: after the last order's month is over, an earlier one may still count.
  CHECK(said("no order for 1 month and count(order) over 1 month >= 1") == "");
  CHECK(said("count(order) over 1 month > count(order) over 27 days") == "");
  CHECK(said("count(order) over 1 month > count(order) over 62 days") ==
        "T0420 count(order) over 1 month > count(order) over 62 days");
}

TEST_CASE("or is looked into case by case") {
  CHECK(said("(customer.level = \"gold\" or customer.level = \"silver\") and customer.level = \"normal\"") ==
        "T0421 customer.level = \"normal\" | customer.level = \"gold\" or customer.level = \"silver\"");
  CHECK(said("(customer.level = \"gold\" or customer.vip) and customer.level = \"normal\"") == "");
  // A part that can never hold is a mistake though the rest can.
  CHECK(said("customer.vip or customer.seats > 5 and customer.seats < 5") ==
        "T0421 customer.seats < 5 | customer.seats > 5");
  std::string many = "customer.seats > 5";
  for (int i = 0; i < 12; ++i) {
    const std::string tag = std::to_string(i);
    many += " and (tagged \"a" + tag + "\" or tagged \"b" + tag + "\")";
  }
  CHECK(said(many) == "");
  CHECK(said(many + " and customer.seats < 5") == "T0421 customer.seats < 5 | customer.seats > 5");
}

TEST_CASE("what always holds says nothing") {
  CHECK(said("customer.vip and count(order) >= 0") == "T0607 count(order) >= 0");
  CHECK(said("order within 30 days or not order within 20 days") ==
        "T0607 order within 30 days or not order within 20 days");
  CHECK(said("customer.city is missing or customer.city is not missing") ==
        "T0607 customer.city is missing or customer.city is not missing");
  CHECK(said("customer.seats > 5 or customer.seats <= 5") == "");
  CHECK(said("true") == "");
  CHECK(said("customer.vip or true") == "");
}

TEST_CASE("an if after another") {
  CHECK(in_playbook("if customer.level = \"gold\" { tag \"a\"; if customer.level = \"silver\" { tag \"b\" } }") == "");
  CHECK(in_playbook("if customer.level = \"gold\" { if customer.level = \"silver\" { tag \"b\" } }") == "T0422");
  CHECK(in_playbook("if customer.vip { tag \"a\" } else if customer.vip { tag \"b\" }") == "T0422");
  CHECK(in_playbook("if customer.vip { tag \"a\" } else if customer.seats > 1 { tag \"b\" }") == "");
  CHECK(in_playbook("if customer.vip { stop }; if customer.vip { tag \"b\" }") == "T0422");
  CHECK(in_playbook("if customer.vip { stop }; wait 1 day; if customer.vip { tag \"b\" }") == "");
  // The order that let the customer in counts.
  CHECK(in_playbook("if count(order) = 0 { stop }") == "T0422");
  CHECK(in_playbook("if not order within 12 hours { stop }") == "");
  CHECK(in_playbook("if not order within 2 days { stop }") == "T0422");
  CHECK(
      codes(
          "playbook p { enter on order; where customer.vip; goal order within 1 day; if not customer.vip { stop } }") ==
      "T0422");
  // Somebody else's step may come in between.
  CHECK(
      codes("playbook p { enter on order; where tagged \"a\"; goal order within 1 day; if not tagged \"a\" { stop } }\n"
            "playbook q { enter on order; goal order within 1 day; untag \"a\" }") == "");
}

TEST_CASE("entries that let nobody in") {
  CHECK(codes("playbook p { enter when inactive for 60 days; where order within 30 days; goal order within 1 day; tag "
              "\"a\" }") == "T0605");
  CHECK(
      codes("playbook p { enter on order where store = \"a\"; where entry.store = \"b\"; goal order within 1 day; tag "
            "\"a\" }") == "T0605");
  CHECK(codes("playbook p { enter on order; where no order for 2 days; goal order within 1 day; tag \"a\" }") ==
        "T0605");
  CHECK(codes("playbook p { enter on order; where no reply for 2 days; goal order within 1 day; tag \"a\" }") == "");
  CHECK(codes("playbook p { enter when inactive for 60 days; leave when inactive for 30 days; goal order within 1 day; "
              "tag \"a\" }") == "T0606");
}

TEST_CASE("conditions that are too large are left alone") {
  std::string large = "customer.seats > 5 and customer.seats < 5";
  for (int i = 0; i < 300; ++i) large += " and customer.seats > " + std::to_string(i);
  CHECK(said(large) == "");
}
