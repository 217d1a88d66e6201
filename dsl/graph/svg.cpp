// A graph as a picture: SVG that stands alone, or inside a page.
#include "dsl/graph/escape.hpp"
#include "dsl/graph/graph.hpp"
#include "dsl/graph/layout.hpp"

namespace tend::graph {
namespace {

constexpr const char* kStyle = R"(<style>
.tend-graph{--paper:#ffffff;--ink:#1f2933;--soft:#5b6773;--line:#8a96a3;--box:#f5f7f9;--edge:#c5ced6;--in:#e8f0fe;--in-edge:#5b8def;--send:#e3f4ec;--send-edge:#3f9c74;--ask:#fdf3dc;--ask-edge:#c8912a;--work:#f1e9fb;--work-edge:#8b68c4;--money:#fde8ee;--money-edge:#c75a7d;--end:#eceff2;--end-edge:#8a96a3;--goal:#d9f2e3;--goal-edge:#2c8a5d;background:var(--paper);font-family:system-ui,-apple-system,"Segoe UI",Roboto,"PingFang SC","Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif}
@media (prefers-color-scheme:dark){.tend-graph{--paper:#15191e;--ink:#e6eaee;--soft:#a3afba;--line:#76828e;--box:#20262d;--edge:#46515c;--in:#1c2c4a;--in-edge:#6b9bf5;--send:#173529;--send-edge:#4fb389;--ask:#3a2f16;--ask-edge:#d9a441;--work:#2d2440;--work-edge:#a688da;--money:#3d2029;--money-edge:#d9708f;--end:#2a3037;--end-edge:#76828e;--goal:#143d2a;--goal-edge:#45b582}}
@media print{.tend-graph{--paper:#ffffff;--ink:#000000;--soft:#333333;--line:#555555;--box:#ffffff;--edge:#888888;--in:#ffffff;--send:#ffffff;--ask:#ffffff;--work:#ffffff;--money:#ffffff;--end:#ffffff;--goal:#ffffff}}
.tend-graph .b{fill:var(--box);stroke:var(--edge);stroke-width:1.2}
.tend-graph .enter .b{fill:var(--in);stroke:var(--in-edge)}
.tend-graph .send .b{fill:var(--send);stroke:var(--send-edge)}
.tend-graph .gate .b,.tend-graph .question .b,.tend-graph .split .b,.tend-graph .repeat .b{fill:var(--ask);stroke:var(--ask-edge)}
.tend-graph .wait .b{stroke-dasharray:4 3;stroke:var(--line)}
.tend-graph .person .b{fill:var(--work);stroke:var(--work-edge)}
.tend-graph .money .b{fill:var(--money);stroke:var(--money-edge)}
.tend-graph .stop .b,.tend-graph .finished .b,.tend-graph .left .b{fill:var(--end);stroke:var(--end-edge)}
.tend-graph .goal .b{fill:var(--goal);stroke:var(--goal-edge);stroke-width:2}
.tend-graph .always .b{fill:none;stroke:var(--line);stroke-dasharray:2 3}
.tend-graph .e{fill:none;stroke:var(--line);stroke-width:1.4;stroke-linejoin:round}
.tend-graph .any_time,.tend-graph .back{stroke-dasharray:5 4}
.tend-graph .a{fill:var(--line)}
.tend-graph text{text-anchor:middle;fill:var(--ink)}
.tend-graph .t{font-size:13px}
.tend-graph .n,.tend-graph .l{font-size:11.5px;fill:var(--soft)}
.tend-graph .p{fill:var(--paper)}
</style>
)";

const char* class_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::enter: return "enter";
    case NodeKind::gate: return "gate";
    case NodeKind::send: return "send";
    case NodeKind::wait: return "wait";
    case NodeKind::question: return "question";
    case NodeKind::split: return "split";
    case NodeKind::repeat: return "repeat";
    case NodeKind::person: return "person";
    case NodeKind::money: return "money";
    case NodeKind::change: return "change";
    case NodeKind::stop: return "stop";
    case NodeKind::finished: return "finished";
    case NodeKind::always: return "always";
    case NodeKind::goal: return "goal";
    case NodeKind::left: return "left";
  }
  return "";
}

std::string number(std::int32_t n) { return std::to_string(n); }

std::string outline_of(const Box& box, NodeKind kind) {
  const bool question =
      kind == NodeKind::gate || kind == NodeKind::question || kind == NodeKind::split || kind == NodeKind::repeat;
  if (question) {  // corners cut off: the form says it too, not only the colour
    const std::int32_t l = box.x, t = box.y, r = box.x + box.width, b = box.y + box.height, c = 9;
    const auto at = [](std::int32_t x, std::int32_t y) { return number(x) + "," + number(y); };
    return "<path class=\"b\" d=\"M" + at(l + c, t) + "L" + at(r - c, t) + "L" + at(r, t + c) + "L" + at(r, b - c) +
           "L" + at(r - c, b) + "L" + at(l + c, b) + "L" + at(l, b - c) + "L" + at(l, t + c) + "Z\"/>";
  }
  const bool end = kind == NodeKind::enter || kind == NodeKind::stop || kind == NodeKind::finished ||
                   kind == NodeKind::goal || kind == NodeKind::left;
  return "<rect class=\"b\" x=\"" + number(box.x) + "\" y=\"" + number(box.y) + "\" width=\"" + number(box.width) +
         "\" height=\"" + number(box.height) + "\" rx=\"" + (end ? "17" : "6") + "\"/>";
}

std::string line_of_text(const char* style, std::int32_t x, std::int32_t y, const std::string& text) {
  return std::string("<text class=\"") + style + "\" x=\"" + number(x) + "\" y=\"" + number(y) + "\">" + xml(text) +
         "</text>";
}

std::string node_svg(const Node& node, const Box& box) {
  std::string out = std::string("<g class=\"") + class_of(node.kind) + "\" id=\"n-" + node.id + "\">";
  if (box.shortened) {
    out += "<title>" + xml(node.title);
    for (const std::string& note : node.notes) out += "\n" + xml(note);
    out += "</title>";
  }
  out += outline_of(box, node.kind);
  const std::int32_t x = box.x + box.width / 2;
  std::int32_t y = box.y + kPaddingY;
  for (const std::string& line : box.title) out += line_of_text("t", x, (y += kLine) - 5, line);
  for (const std::string& line : box.notes) out += line_of_text("n", x, (y += kSmallLine) - 3, line);
  return out + "</g>\n";
}

std::string path_svg(const Edge& edge, const std::vector<Point>& points) {
  const char* kind = edge.kind == Edge::Kind::back ? " back" : edge.kind == Edge::Kind::any_time ? " any_time" : "";
  std::string out = std::string("<path class=\"e") + kind + "\" marker-end=\"url(#tend-arrow)\" d=\"M";
  for (std::size_t i = 0; i < points.size(); ++i)
    out += (i > 0 ? "L" : "") + number(points[i].x) + "," + number(points[i].y);
  return out + "\"/>\n";
}

std::string label_svg(const Label& label) {
  std::string out = "<rect class=\"p\" x=\"" + number(label.x - label.width / 2) + "\" y=\"" + number(label.y) +
                    "\" width=\"" + number(label.width) + "\" height=\"" + number(label.height) + "\"/>";
  std::int32_t y = label.y;
  for (const std::string& line : label.lines) out += line_of_text("l", label.x, (y += kSmallLine) - 4, line);
  return out + "\n";
}

}  // namespace

std::string svg(const Graph& graph) {
  const Drawing drawing = place(graph);
  const std::string width = number(drawing.width), height = number(drawing.height);
  std::string out = "<svg class=\"tend-graph\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" lang=\"" +
                    std::string(graph.tongue == text::Tongue::zh ? "zh-CN" : "en") +
                    "\" aria-labelledby=\"tend-title tend-desc\" width=\"" + width + "\" height=\"" + height +
                    "\" viewBox=\"0 0 " + width + " " + height + "\">\n";
  out += "<title id=\"tend-title\">" + xml(graph.title) + "</title>\n<desc id=\"tend-desc\">" + xml(graph.description) +
         "</desc>\n";
  out += kStyle;
  out +=
      "<defs><marker id=\"tend-arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
      "orient=\"auto\">"
      "<path class=\"a\" d=\"M0,0L8,4L0,8Z\"/></marker></defs>\n";
  for (std::size_t i = 0; i < graph.edges.size(); ++i) out += path_svg(graph.edges[i], drawing.paths[i]);
  for (const Label& label : drawing.labels) out += label_svg(label);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) out += node_svg(graph.nodes[i], drawing.boxes[i]);
  return out + "</svg>\n";
}

}  // namespace tend::graph
