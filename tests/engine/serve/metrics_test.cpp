// What /metrics and the figures say of functions in Lua, control groups, the arms of splits, and what is paused.
#include "engine/serve/answers.hpp"
#include "tests/support/test.hpp"

using namespace tend;

TEST_CASE("calls of functions that came to nothing by a mistake are counted by function") {
  const program::Program program;
  serve::EngineCounts engine;
  const auto said = [&] { return serve::metrics_text(program, {}, {}, engine); };
  CHECK(said().find("tend_function") == std::string::npos);
  engine.functions.push_back({.name = "score", .calls = 3, .first = "f.lua:1: no"});
  CHECK(said().find("\ntend_function_failures_total{function=\"score\"} 3\n") != std::string::npos);
}

TEST_CASE("what is paused is told, and nothing where nothing is") {
  const program::Program program;
  serve::EngineCounts engine;
  const auto said = [&] { return serve::metrics_text(program, {}, {}, engine); };
  CHECK(said().find("tend_paused") == std::string::npos);
  engine.paused = {"everything", "playbook:a \"b\""};
  CHECK(said().find("\ntend_paused{what=\"everything\"} 1\n") != std::string::npos);
  CHECK(said().find("\ntend_paused{what=\"playbook:a \\\"b\\\"\"} 1\n") != std::string::npos);
}

TEST_CASE("the figures and /metrics say what the control group and the arms of a split make of them") {
  program::Program program;
  program.playbooks.push_back({.name = "win_back"});
  program::Playbook& playbook = program.playbooks[0];
  playbook.holdout = 1000;
  playbook.shares = {{.hundredths = 5000, .name = "story"}, {.hundredths = 5000, .name = "discount"}};
  playbook.steps.push_back({.kind = program::StepKind::split, .label = "split", .first_arm = 0, .arms = 2});
  program::Places places;
  places.playbooks.emplace_back().steps.push_back({.line = 14});
  serve::EngineCounts engine;
  engine.program = &program;
  engine.places = &places;
  run::PlaybookCount& count = engine.figures.playbooks.emplace_back();
  count.entered = 150;  // Newcombe's 56/70 and 48/80
  count.goal = 104;
  count.held_out = 80;
  count.held_out_goal = 48;
  count.reached = {70};
  count.arm_entered = {30, 40};
  count.arm_goal = {20, 36};

  const std::string told = serve::metrics_text(program, {}, {}, engine);
  for (const char* line :
       {"tend_journeys_contacted{playbook=\"win_back\"} 70\n",
        "tend_journeys_contacted_goal{playbook=\"win_back\"} 56\n",
        "tend_journeys_held_out{playbook=\"win_back\"} 80\n", "tend_journeys_held_out_goal{playbook=\"win_back\"} 48\n",
        "tend_lift{playbook=\"win_back\"} 0.2\n", "tend_lift_low{playbook=\"win_back\"} 0.0524315\n",
        "tend_lift_high{playbook=\"win_back\"} 0.333873\n", "tend_lift_p{playbook=\"win_back\"} 0.00804508\n",
        "tend_split_entered{playbook=\"win_back\",step=\"split\",line=\"14\",arm=\"discount\"} 40\n",
        "tend_split_goal{playbook=\"win_back\",step=\"split\",line=\"14\",arm=\"story\"} 20\n"}) {
    INFO(line);
    CHECK(told.find(line) != std::string::npos);
  }
  const std::string figures = serve::figures_json(engine.figures, program, places, 0);
  CHECK(figures.find("\"lift\":{\"contacted\":70,\"contacted_goal\":56,") != std::string::npos);
  CHECK(figures.find("\"splits\":[{\"step\":\"split\",\"line\":14,\"arms\":[{\"arm\":\"story\",\"entered\":30,") !=
        std::string::npos);

  // Nobody to compare with, and no control group at all.
  count.held_out = count.held_out_goal = 0;
  CHECK(serve::metrics_text(program, {}, {}, engine).find("tend_lift") == std::string::npos);
  playbook.holdout = 0;
  CHECK(serve::metrics_text(program, {}, {}, engine).find("held_out") == std::string::npos);
  CHECK(serve::figures_json(engine.figures, program, places, 0).find("\"lift\"") == std::string::npos);
}
