// Packages in the checker: qualified names, what is whose, and where mistakes are shown.
#include "tests/dsl/check/support.hpp"

using namespace tend;
using namespace tend::test;

namespace {

const std::string kRetention = R"(
customer { city text }
event order { amount money }
activity is order
trait spend = total(order.amount) over 365 days
segment loyal = spend >= 5000 CNY
message hello { text "Hello from the package." }
template win_back(silence duration = 60 days, offer message) {
  requires { customer.city text; event order { amount money } }
  enter when inactive for silence
  where in segment loyal and customer.city is not missing
  goal order
  send hello
  send offer
}
playbook own = win_back(offer: hello)
)";

const std::string kShop = R"(
customer { city text; level text }
event order { amount money, store text }
activity is order
)";

/// Checks `own` as a workspace that may use the packages, in their order.
Checked check_with(const std::string& own, const std::vector<check::Package>& packages,
                   const std::vector<std::string>& texts) {
  check::CheckOptions options;
  std::vector<text::Source> sources = {{"own.tend", own}};
  options.owners = {0};
  options.packages = packages;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    sources.push_back({packages[i].name + "/all.tend", texts[i]});
    options.owners.push_back(static_cast<std::uint32_t>(i + 1));
    options.dependencies.push_back(packages[i].name);
  }
  return check_files(std::move(sources), options);
}

Checked check_shop(const std::string& own) { return check_with(kShop + own, {{.name = "retention"}}, {kRetention}); }

}  // namespace

TEST_CASE("names of a package are qualified, and its own names are its own") {
  const Checked checked = check_shop(R"(
use "retention" as r
segment loyal = r.spend > 1 CNY
message coupon { text "A coupon." }
playbook tea = r.win_back(silence: 90 days, offer: coupon)
playbook other { enter on order; where in segment r.loyal and r.loyal and loyal; goal order; send r.hello }
)");
  REQUIRE(checked.sentences() == "");
  const program::Program& program = *checked.result.program;
  REQUIRE(program.playbooks.size() == 2);
  CHECK(program.playbooks[0].name == "other");
  CHECK(program.playbooks[1].name == "tea");
  REQUIRE(program.messages.size() == 2);
  CHECK(program.messages[0].name == "coupon");
  CHECK(program.messages[1].name == "retention.hello");
  CHECK(shown_expression(program, program.playbooks[1].where) ==
        "(and (>= {total order.amount over 365d} 500000CNY) (present customer.city))");
}

TEST_CASE("a package that nobody uses leaves no trace") {
  const std::string own = kShop + "playbook p { enter on order; goal order; tag \"x\" }";
  CHECK(check_with(own, {{.name = "retention"}}, {kRetention}).bytes() == check_text(own).bytes());
}

TEST_CASE("what a package does not have") {
  CHECK(check_shop("use \"retention\" as r\nsegment s = r.spent > 1 CNY").sentences() ==
        "T0271 the package `retention` has no trait or segment `spent` [spent] did you mean `spend`?\n");
  CHECK(check_shop("use \"retention\" as r\nplaybook p { enter on order; goal order; send r.helo }").codes() ==
        "T0204");
  CHECK(check_shop("use \"retentoin\" as r\nsegment s = r.spent > 1 CNY").sentences() ==
        "T0270 there is no package `retentoin`: `tend.toml` names no dependency of this name [\"retentoin\"] did you "
        "mean `retention`?\n");
  // Without its alias a package's name means nothing, and what it needs is not missed.
  CHECK(check_shop("segment s = retention.spend > 1 CNY").codes() == "T0206");
  CHECK(check_shop("use \"retention\" as order").codes() == "T0208");
  CHECK(check_shop("use \"retention\" as r\nuse \"retention\" as r").codes() == "T0208");
  CHECK(check_shop("use \"retention\" as customer").codes() == "T0212");
}

TEST_CASE("a package that does not fit says so at its use") {
  const auto used = [](const std::string& own) {
    return check_with(own, {{.name = "retention"}}, {kRetention}).sentences();
  };
  CHECK(used("event order { price money }\nactivity is order\nuse \"retention\" as r\nsegment s = in segment r.loyal")
            .starts_with("T0704 the package `retention` does not fit this workspace: retention/all.tend, line 5: "
                         "the event `order` has no field `amount` [use \"retention\" as r]"));
  CHECK(used("event order { amount money }\nactivity is order\nuse \"retention\" as r\nplaybook p = r.win_back(offer: "
             "r.hello)") ==
        "T0265 the template `retention.win_back` requires `customer.city`, a text, which this workspace does not "
        "declare [r.win_back] \n");
  // Only what is named has to fit.
  CHECK(used("event order { price money }\nuse \"retention\" as r\nplaybook p { enter on order; goal order; send "
             "r.hello }") == "");
}

TEST_CASE("a package that is broken, not locked or changed") {
  diagnostic::Diagnostic mistake = diagnostic::make(202, {1, 30, 35}, {"ordre"});
  const std::string own = kShop + "use \"retention\" as r\nplaybook p { enter on order; goal order; send r.bye }";
  CHECK(check_with(own, {{.name = "retention", .mistake = mistake}}, {kRetention}).sentences() ==
        "T0703 the package `retention` has a mistake: retention/all.tend, line 3: there is no event `ordre` "
        "[\"retention\"] \n");
  CHECK(check_with(kShop + "use \"retention\" as r", {{.name = "retention", .lock = check::Package::Lock::missing}},
                   {kRetention})
            .codes() == "T0701");
  CHECK(check_with(kShop + "use \"retention\" as r", {{.name = "retention", .lock = check::Package::Lock::differs}},
                   {kRetention})
            .codes() == "T0702");
}

TEST_CASE("a package may use another, which is not brought in with it") {
  const std::vector<check::Package> packages = {{.name = "outer", .dependencies = {"inner"}}, {.name = "inner"}};
  const std::vector<std::string> texts = {"use \"inner\" as i\nsegment big = i.spend > 5 CNY",
                                          "trait spend = total(order.amount)"};
  const Checked checked = check_with(
      kShop + "use \"outer\" as o\nplaybook p { enter on order; where o.big; goal order; tag \"x\" }", packages, texts);
  REQUIRE(checked.sentences() == "");
  CHECK(shown_expression(*checked.result.program, checked.result.program->playbooks[0].where) ==
        "(> {total order.amount} 500CNY)");
  CHECK(check_with(
            kShop + "use \"outer\" as o\nplaybook p { enter on order; where i.spend > 5 CNY; goal order; tag \"x\" }",
            packages, texts)
            .codes() == "T0206");
}

TEST_CASE("a policy finds the standard calendars") {
  const std::vector<check::Package> packages = {{.name = "std"}};
  const Checked checked = check_with(kShop + "policy { calendar \"cn\" }", packages,
                                     {"calendar cn { holiday 2026-01-01 }\ncalendar de { holiday 2026-01-01 }"});
  REQUIRE(checked.sentences() == "");
  REQUIRE(checked.result.program->calendars.size() == 1);
  CHECK(checked.result.program->calendars[0].name == "std.cn");
  CHECK(checked.result.program->policy.calendar == "std.cn");
}
