// A graph for Graphviz.
#include "dsl/graph/escape.hpp"
#include "dsl/graph/graph.hpp"
#include "dsl/graph/wrap.hpp"

namespace tend::graph {
namespace {

const char* shape_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::enter:
    case NodeKind::stop:
    case NodeKind::finished:
    case NodeKind::goal:
    case NodeKind::left: return "box, style=rounded";
    case NodeKind::gate:
    case NodeKind::question:
    case NodeKind::split:
    case NodeKind::repeat: return "octagon";
    case NodeKind::wait:
    case NodeKind::always: return "box, style=dashed";
    default: return "box";
  }
}

std::string lines(std::string_view text) {
  std::string out;
  for (const std::string& line : wrap(text, 32, 40)) out += (out.empty() ? "" : "\n") + line;
  return out;
}

}  // namespace

std::string dot(const Graph& graph) {
  std::string out = "digraph playbook {\n  label=\"" + dot_text(graph.title) + "\"; labelloc=t; rankdir=TB;\n";
  out += "  node [fontname=\"sans-serif\", fontsize=11]; edge [fontname=\"sans-serif\", fontsize=10];\n";
  for (const Node& node : graph.nodes) {
    std::string text = lines(node.title);
    for (const std::string& note : node.notes) text += "\n" + lines(note);
    out += "  \"" + node.id + "\" [label=\"" + dot_text(text) + "\", shape=" + shape_of(node.kind) + "];\n";
  }
  for (const Edge& edge : graph.edges) {
    out += "  \"" + graph.nodes[edge.from].id + "\" -> \"" + graph.nodes[edge.to].id + "\" [label=\"" +
           dot_text(lines(edge.label)) + "\"";
    if (edge.kind != Edge::Kind::flow) out += ", style=dashed";
    if (edge.kind == Edge::Kind::back) out += ", constraint=false";
    out += "];\n";
  }
  return out + "}\n";
}

}  // namespace tend::graph
