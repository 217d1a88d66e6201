// From a compiled playbook to its graph.
#include "dsl/graph/graph.hpp"
#include "dsl/graph/walk.hpp"
#include "dsl/program/outline.hpp"
#include "dsl/prose/step.hpp"
#include "dsl/text/must.hpp"

namespace tend::graph {
namespace {

using program::kNone;
using program::OutlineBranch;
using program::StepKind;

NodeKind kind_of(StepKind kind) {
  switch (kind) {
    case StepKind::send: return NodeKind::send;
    case StepKind::wait:
    case StepKind::wait_until:
    case StepKind::wait_until_date:
    case StepKind::wait_until_condition:
    case StepKind::wait_up_to: return NodeKind::wait;
    case StepKind::branch: return NodeKind::question;
    case StepKind::split: return NodeKind::split;
    case StepKind::repeat: return NodeKind::repeat;
    case StepKind::ask:
    case StepKind::task:
    case StepKind::transfer: return NodeKind::person;
    case StepKind::grant:
    case StepKind::credit: return NodeKind::money;
    case StepKind::stop: return NodeKind::stop;
    case StepKind::tag:
    case StepKind::untag:
    case StepKind::set:
    case StepKind::emit:
    case StepKind::start:
    case StepKind::let: return NodeKind::change;
    case StepKind::jump:
    case StepKind::round_end: break;
  }
  CHECK_OR_DIE(false, "only steps that the author wrote are nodes");
}

class Builder {
 public:
  Builder(const program::Program& program, std::uint32_t playbook, text::Tongue tongue)
      : book_(program.playbooks[playbook]), context_{program, &book_, kNone, tongue} {
    graph_.tongue = tongue;
    graph_.title = book_.title.empty() ? book_.name : book_.title;
  }

  Graph build() {
    ways_in();
    if (book_.where != kNone) graph_.flow.push_back({add(NodeKind::gate, "where", only_if(book_.where), {})});
    bool open = true;
    block(program::outline(book_), graph_.flow, open);
    if (open) graph_.flow.push_back({add(NodeKind::finished, "finished", say("finished", "走完"), {}), {}, true});
    ways_out();
    describe();
    return std::move(graph_);
  }

 private:
  std::string say(const char* en, const char* zh) const { return context_.zh() ? zh : en; }
  std::string only_if(std::uint32_t where) const {
    return say("only if ", "条件：") + prose::clause_of(context_, where);
  }

  std::uint32_t add(NodeKind kind, std::string id, const std::string& title, const std::vector<std::string>& notes) {
    Node node{.kind = kind, .id = std::move(id), .title = prose::headline(title, context_.tongue)};
    for (const std::string& note : notes) node.notes.push_back(prose::finish(note, context_.tongue));
    graph_.nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(graph_.nodes.size() - 1);
  }

  void ways_in() {
    Cell all{.node = kNoNode};
    for (std::size_t i = 0; i < book_.enters.size(); ++i) {
      const program::Enter& enter = book_.enters[i];
      std::vector<std::string> notes;
      if (enter.where != kNone) notes.push_back(only_if(enter.where));
      const std::string title = say("enter ", "进入：") + prose::enter_words(context_, enter);
      all.lanes.push_back({.cells = {{add(NodeKind::enter, "e" + std::to_string(i), title, notes)}}});
    }
    if (all.lanes.size() == 1) {
      graph_.flow = std::move(all.lanes[0].cells);
    } else if (!all.lanes.empty()) {
      graph_.flow.push_back(std::move(all));
    }
  }

  /// `open`: somebody gets here; afterwards: somebody goes on behind the block. What nobody reaches is not drawn.
  void block(const program::OutlineBlock& outline, std::vector<Cell>& cells, bool& open) {
    for (const program::OutlineStep& one : outline) {
      if (!open) return;
      const program::Step& step = book_.steps[one.step];
      const prose::StepWords words = prose::step_words(context_, step);
      Cell cell{.node = add(kind_of(step.kind), "s" + std::to_string(one.step), words.title, words.notes)};
      cell.ends = step.kind == StepKind::stop;
      open = !cell.ends;
      if (!one.branches.empty()) open = lanes(one, step, cell);
      cells.push_back(std::move(cell));
    }
  }

  bool lanes(const program::OutlineStep& one, const program::Step& step, Cell& cell) {
    bool any_open = false;
    for (const OutlineBranch& branch : one.branches) {
      Lane lane{.label = prose::finish(prose::branch_words(context_, step, branch), context_.tongue)};
      lane.returns = branch.kind == OutlineBranch::Kind::body;
      bool lane_open = true;
      block(branch.block, lane.cells, lane_open);
      any_open = any_open || (lane_open && !lane.returns);
      cell.lanes.push_back(std::move(lane));
    }
    return any_open;
  }

  void ways_out() {
    if (!book_.goal && book_.leave == kNone) return;
    Cell cell{.node = add(NodeKind::always, "always", say("at any step", "任何一步"), {})};
    if (book_.goal) {
      const std::string title =
          book_.goal->stay ? say("goal reached, and on", "达成目标，继续走") : say("goal reached", "达成目标");
      const std::uint32_t node = add(NodeKind::goal, "goal", title, {});
      cell.lanes.push_back(
          {prose::finish(prose::goal_words(context_, *book_.goal), context_.tongue), {{node, {}, true}}});
    }
    if (book_.leave != kNone) {
      const std::uint32_t node = add(NodeKind::left, "left", say("left", "退出"), {});
      cell.lanes.push_back(
          {prose::finish(prose::clause_of(context_, book_.leave), context_.tongue), {{node, {}, true}}});
    }
    graph_.aside.push_back(std::move(cell));
  }

  void describe() {
    std::size_t in = 0, out = 0;
    for (const Node& node : graph_.nodes) {
      in += node.kind == NodeKind::enter ? 1 : 0;
      out += node.kind == NodeKind::stop || node.kind == NodeKind::finished || node.kind == NodeKind::goal ||
             node.kind == NodeKind::left;
    }
    const auto number = [](std::size_t n) { return std::to_string(n); };
    std::size_t steps = 0;
    for (const Node& node : graph_.nodes) steps += node.id[0] == 's' && node.kind != NodeKind::stop ? 1 : 0;
    const auto counted = [&](std::size_t n, const char* one, const char* many) {
      return number(n) + " " + (n == 1 ? one : many);
    };
    graph_.description =
        context_.zh() ? "流程图：" + number(in) + " 个入口，" + number(steps) + " 个步骤，" + number(out) + " 个出口。"
                      : "Flowchart with " + counted(in, "way in", "ways in") + ", " + counted(steps, "step", "steps") +
                            " and " + counted(out, "way out", "ways out") + ".";
  }

  const program::Playbook& book_;
  prose::Context context_;
  Graph graph_;
};

struct Open {
  std::uint32_t from = 0;
  std::string label;
};

/// Names the edges while the cells are walked.
struct Edges {
  std::vector<Edge>& edges;
  Edge::Kind kind;

  Open enter(const Cell& cell, const Lane& lane) { return {cell.node, lane.label}; }
  Open leave(const Cell& cell) { return {cell.node, {}}; }
  Open meet(const Cell&, const Lane&, Open way) { return way; }
  void arrive(Open way, const Cell& cell) { edges.push_back({kind, way.from, cell.node, std::move(way.label)}); }
  void back(Open way, const Cell& cell, const Lane&) {
    edges.push_back({Edge::Kind::back, way.from, cell.node, std::move(way.label)});
  }
};

}  // namespace

Graph build(const program::Program& program, std::uint32_t playbook, text::Tongue tongue) {
  CHECK_OR_DIE(playbook < program.playbooks.size(), "the playbook is one of the program's");
  Graph graph = Builder(program, playbook, tongue).build();
  Edges flow{graph.edges, Edge::Kind::flow};
  walk<Open>(graph.flow, {}, flow);
  Edges aside{graph.edges, Edge::Kind::any_time};
  walk<Open>(graph.aside, {}, aside);
  return graph;
}

}  // namespace tend::graph
