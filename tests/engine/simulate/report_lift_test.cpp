// What a report says of control groups and arms, with figures made by hand; the arithmetic is tested beside it in run.
#include "engine/simulate/report_lift.hpp"

#include <nlohmann/json.hpp>

#include "engine/run/lift.hpp"
#include "tests/support/test.hpp"

using namespace tend;

namespace {

struct Report {
  program::Program program;
  program::Places places;
  run::PlaybookCount count;

  Report() {
    program.playbooks.push_back({.name = "win_back"});
    program.playbooks[0].shares = {{.hundredths = 5000, .name = "story"}, {.hundredths = 5000, .name = "discount"}};
    program.playbooks[0].steps.push_back(
        {.kind = program::StepKind::split, .label = "split", .first_arm = 0, .arms = 2});
    places.playbooks.emplace_back().steps.push_back({.line = 14});
    count.arm_entered = {0, 0};
    count.arm_goal = {0, 0};
  }
  nlohmann::ordered_json json() const {
    auto out = nlohmann::ordered_json::object();
    run::add_lift(out, program, places, 0, count);
    return out;
  }
  std::string text(bool chinese) const { return simulate::lift_summary(program, 0, count, chinese); }
};

}  // namespace

TEST_CASE("a playbook without control group and split has neither key") {
  Report report;
  report.program.playbooks[0].steps.clear();
  CHECK(report.json().empty());
  CHECK(report.text(false).empty());
}

TEST_CASE("lift is what those contacted did less what those held out did") {
  Report report;
  report.program.playbooks[0].holdout = 1000;
  report.program.playbooks[0].steps.clear();
  report.count.entered = 150;  // Newcombe's 56/70 and 48/80
  report.count.goal = 104;
  report.count.held_out = 80;
  report.count.held_out_goal = 48;
  CHECK(report.json().dump() ==
        R"({"lift":{"contacted":70,"contacted_goal":56,"contacted_rate":0.8,"held_out_rate":0.6,"confidence":0.95,)"
        R"("difference":0.2,"low":0.0524315,"high":0.333873,"relative":0.333333,"p":0.00804508,"test":"z"}})");
  CHECK(report.text(false) ==
        "  goal reached, by control group\n"
        "    contacted                             56    80.0%  of 70\n"
        "    held out                              48    60.0%  of 80\n"
        "    lift: +20.0 points (95%: +5.2 to +33.4), +33.3%, p = 0.008, more than chance makes\n");
  CHECK(report.text(true) ==
        "  对照组与目标\n"
        "    已联系                                56    80.0%  共 70\n"
        "    对照组                                48    60.0%  共 80\n"
        "    提升：+20.0 个百分点（95% 置信区间 +5.2 至 +33.4），相对 +33.3%，p = 0.008，差异显著\n");
}

TEST_CASE("the policy's control group is everybody's; an empty one is said") {
  Report report;
  report.program.policy.holdout = 500;
  report.program.playbooks[0].steps.clear();
  report.count.entered = 3;
  report.count.goal = 1;
  const auto lift = report.json()["lift"];
  CHECK(lift["contacted"] == 3);
  CHECK(lift["held_out_rate"].is_null());
  CHECK(lift["difference"].is_null());
  CHECK(lift["p"].is_null());
  CHECK(report.text(false).find("lift: nobody to compare with") != std::string::npos);
}

TEST_CASE("arms are compared as a whole and pair by pair") {
  Report report;
  report.count.arm_entered = {11034, 11037};  // Agresti's aspirin and placebo
  report.count.arm_goal = {189, 104};
  const auto splits = report.json()["splits"];
  REQUIRE(splits.size() == 1);
  CHECK(
      splits[0].dump() ==
      R"({"step":"split","line":14,"arms":[{"arm":"story","entered":11034,"goal":189,"rate":0.0171289},)"
      R"({"arm":"discount","entered":11037,"goal":104,"rate":0.00942285}],"too_few":false,"chi_square":25.0139,)"
      R"("degrees":1,"p":5.6919e-07,"confidence":0.95,"pairs":[{"arm":"discount","against":"story",)"
      R"("difference":-0.00770602,"low":-0.0107751,"high":-0.00470203,"relative":-0.449885,"p":5.6919e-07,"test":"z",)"
      R"("p_holm":5.6919e-07}]})");
  CHECK(report.text(false) ==
        "  goal reached, by arm\n"
        "    story                                189     1.7%  of 11,034\n"
        "    discount                             104     0.9%  of 11,037\n"
        "    the arms: p < 0.0001, more than chance makes\n"
        "    discount against story: -0.8 points (95%: -1.1 to -0.5), -45.0%, p < 0.0001, more than chance makes\n");
}

TEST_CASE("too few for a verdict on arms") {
  Report report;
  report.count.arm_entered = {3, 4};
  report.count.arm_goal = {1, 3};
  const auto split = report.json()["splits"][0];
  CHECK(split["too_few"] == true);
  CHECK(split["p"].is_null());
  CHECK(split["pairs"][0]["test"] == "fisher");  // exact, so it may be said all the same
  CHECK(report.text(false).find("too few to tell them apart") != std::string::npos);
  CHECK(report.text(true).find("人数太少") != std::string::npos);
}
