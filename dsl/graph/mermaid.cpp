// A graph as a Mermaid flowchart.
// Source: Mermaid's flowchart syntax: quoted texts, `#quot;` and `#35;` for what a quoted text cannot hold.
#include "dsl/graph/escape.hpp"
#include "dsl/graph/graph.hpp"
#include "dsl/graph/wrap.hpp"

namespace tend::graph {
namespace {

struct Brackets {
  const char *open, *close;
};

Brackets brackets_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::enter:
    case NodeKind::stop:
    case NodeKind::finished:
    case NodeKind::goal:
    case NodeKind::left: return {"([", "])"};
    case NodeKind::gate:
    case NodeKind::question:
    case NodeKind::split:
    case NodeKind::repeat: return {"{{", "}}"};
    case NodeKind::wait:
    case NodeKind::always: return {"(", ")"};
    default: return {"[", "]"};
  }
}

std::string lines(std::string_view text) {
  std::string out;
  for (const std::string& line : wrap(text, 32, 40)) out += (out.empty() ? "" : "\n") + line;
  return out;
}

}  // namespace

std::string mermaid(const Graph& graph) {
  std::string out = "flowchart TD\n  accTitle: " + mermaid_text(graph.title) +
                    "\n  accDescr: " + mermaid_text(graph.description) + "\n";
  for (const Node& node : graph.nodes) {
    std::string text = lines(node.title);
    for (const std::string& note : node.notes) text += "\n" + lines(note);
    const Brackets brackets = brackets_of(node.kind);
    out += "  " + node.id + brackets.open + "\"" + mermaid_text(text) + "\"" + brackets.close + "\n";
  }
  for (const Edge& edge : graph.edges) {
    out += "  " + graph.nodes[edge.from].id + (edge.kind == Edge::Kind::flow ? " -->" : " -.->");
    if (!edge.label.empty()) out += "|\"" + mermaid_text(lines(edge.label)) + "\"|";
    out += " " + graph.nodes[edge.to].id + "\n";
  }
  return out;
}

}  // namespace tend::graph
