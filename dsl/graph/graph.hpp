// A playbook as a graph: what it is made of, and its text forms. The way from program to picture: build → place → svg.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "dsl/program/program.hpp"
#include "dsl/text/tongue.hpp"

namespace tend::graph {

enum class NodeKind : std::uint8_t {
  enter,     // a way in
  gate,      // the header's `where`
  send,      // send
  wait,      // every wait
  question,  // if
  split,     //
  repeat,    //
  person,    // ask, task, transfer: somebody works
  money,     // grant, credit
  change,    // tag, untag, set, emit, let, start
  stop,      // the author's stop
  finished,  // after the last step
  always,    // what may end a journey at any step
  goal,
  left,
};

struct Node {
  NodeKind kind = NodeKind::send;
  std::string id;  // `e0`, `where`, `s12` (the step's index), `finished`, `always`, `goal`, `left`
  std::string title;
  std::vector<std::string> notes;  // smaller print
};

struct Edge {
  enum class Kind : std::uint8_t { flow, back, any_time } kind = Kind::flow;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::string label;
};

struct Cell;
/// One way out of a cell, and what happens on it.
struct Lane {
  std::string label;
  std::vector<Cell> cells;  // empty: straight on to what follows
  bool returns = false;     // of a repeat: its end leads back to the cell
};
/// A node and the ways that part below it; all of them that do not end meet before the next cell. Without a node
/// (kNoNode) the lanes stand beside each other from the beginning: several ways in.
struct Cell {
  std::uint32_t node = 0;
  std::vector<Lane> lanes;
  bool ends = false;  // nothing follows: stop, finished, goal, left
};
inline constexpr std::uint32_t kNoNode = 0xFFFFFFFFu;

/// Shape: every node is reached; nodes stand in the author's order. `edges` are those of `flow` and `aside`, in the
/// order of walk.hpp.
struct Graph {
  std::string title;        // the playbook's title, or its name
  std::string description;  // one sentence for those who do not see the picture
  std::vector<Node> nodes;
  std::vector<Edge> edges;
  std::vector<Cell> flow;   // from the ways in to the end
  std::vector<Cell> aside;  // what may end a journey at any step: goal and leave
  text::Tongue tongue = text::Tongue::en;
};

/// Requires: playbook < program.playbooks.size().
Graph build(const program::Program& program, std::uint32_t playbook, text::Tongue tongue);

/// A picture that needs nothing else: light and dark, no scripts. Units: pixels.
std::string svg(const Graph& graph);
/// For Mermaid: a flowchart, as GitHub, GitLab and many wikis draw it.
std::string mermaid(const Graph& graph);
/// For Graphviz.
std::string dot(const Graph& graph);

}  // namespace tend::graph
