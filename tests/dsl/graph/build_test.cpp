// A graph holds exactly the ways that a journey can go: against the flat steps, read another way.
#include <map>
#include <set>

#include "dsl/program/program.hpp"
#include "tests/dsl/graph/support.hpp"

using namespace tend;
using namespace tend::test;
using program::kNone;
using program::StepKind;

namespace {

using Ways = std::multiset<std::pair<std::string, std::string>>;

/// Every step to every step that may come next, over all that are reached: straight from what StepKind says.
class Semantics {
 public:
  explicit Semantics(const program::Playbook& playbook) : playbook_(playbook) {}

  Ways ways() {
    const bool gate = playbook_.where != kNone;
    for (std::size_t i = 0; i < playbook_.enters.size(); ++i) {
      const std::string id = "e" + std::to_string(i);
      if (gate) {
        ways_.emplace(id, "where");
      } else {
        lead(id, 0);
      }
    }
    if (gate) lead("where", 0);
    return ways_;
  }

 private:
  void lead(const std::string& from, std::uint32_t to) {
    while (to < playbook_.steps.size()) {
      const StepKind kind = playbook_.steps[to].kind;
      if (kind != StepKind::jump && kind != StepKind::round_end) break;
      to = playbook_.steps[to].target;
    }
    const bool end = to >= playbook_.steps.size();
    ways_.emplace(from, end ? "finished" : "s" + std::to_string(to));
    if (!end && seen_.insert(to).second) step(to);
  }

  void step(std::uint32_t at) {
    const program::Step& step = playbook_.steps[at];
    const std::string id = "s" + std::to_string(at);
    switch (step.kind) {
      case StepKind::stop: return;
      case StepKind::branch:
        lead(id, at + 1);
        lead(id, step.target);
        return;
      case StepKind::wait_up_to:
        for (std::uint32_t i = 0; i < step.arms; ++i) lead(id, playbook_.arms[step.first_arm + i].target);
        lead(id, step.target);
        return;
      case StepKind::split:
        for (std::uint32_t i = 0; i < step.arms; ++i) lead(id, playbook_.shares[step.first_arm + i].target);
        return;
      case StepKind::repeat:
        lead(id, at + 1);
        lead(id, step.target);
        return;
      default:
        lead(id, at + 1);
        if (step.target != kNone) lead(id, step.target);
    }
  }

  const program::Playbook& playbook_;
  std::set<std::uint32_t> seen_;
  Ways ways_;
};

Ways drawn(const graph::Graph& graph) {
  Ways ways;
  for (const graph::Edge& edge : graph.edges)
    if (edge.kind != graph::Edge::Kind::any_time) ways.emplace(graph.nodes[edge.from].id, graph.nodes[edge.to].id);
  return ways;
}

}  // namespace

TEST_CASE("a graph's edges are the ways of the program") {
  std::size_t playbooks = 0;
  for (const auto& entry : std::filesystem::directory_iterator("tests/golden/graph")) {
    if (entry.path().extension() != ".tend") continue;
    const program::Program program = compile_or_throw(read_text(entry.path()));
    for (std::uint32_t p = 0; p < program.playbooks.size(); ++p, ++playbooks) {
      INFO(entry.path() << " " << program.playbooks[p].name);
      CHECK(drawn(graph::build(program, p, text::Tongue::en)) == Semantics(program.playbooks[p]).ways());
    }
  }
  CHECK(playbooks >= 4);
}

TEST_CASE("blocks without statements, ends without ways on, steps that nobody reaches") {
  for (const std::string steps :
       {"if count(order) > 1 { } else { }\n send m", "if count(order) > 1 { send m }",
        "if count(order) > 1 { } else { send m }", "wait up to 1 day { on reply { } }\n send m",
        "wait up to 1 day { on reply { stop } else { stop } }\n send m",
        "if count(order) > 1 { wait up to 1 day { on reply { send m } } } else { stop }", "stop\n send m\n send m",
        "if count(order) > 1 { wait up to 1 day { on reply { send m } on order { } } }\n send m", "",
        "if count(order) > 1 { if count(order) > 2 { stop } else { send m } }\n wait 1 day"}) {
    INFO(steps);
    const program::Program program =
        compile_or_throw(kGraphSchema + "playbook p { enter on order; goal order within 1 day\n" + steps + "\n}");
    const graph::Graph graph = graph::build(program, 0, text::Tongue::en);
    CHECK(drawn(graph) == Semantics(program.playbooks[0]).ways());
    std::set<std::uint32_t> reached;
    for (const graph::Edge& edge : graph.edges) reached.insert(edge.to);
    for (std::uint32_t i = 0; i < graph.nodes.size(); ++i) {
      const bool first =
          graph.nodes[i].kind == graph::NodeKind::enter || graph.nodes[i].kind == graph::NodeKind::always;
      CHECK(first != reached.contains(i));
    }
  }
}

TEST_CASE("what may end a journey at any step stands apart") {
  const graph::Graph graph = graph_of("leave when tagged \"x\"\n send m");
  std::string shown;
  for (const graph::Edge& edge : graph.edges)
    if (edge.kind == graph::Edge::Kind::any_time) shown += graph.nodes[edge.to].title + ": " + edge.label + "\n";
  CHECK(shown == "Goal reached: an order within 1 day of entry\nLeft: they are tagged “x”\n");
}
