// Pictures in which nothing covers anything else and every line leads where its edge leads.
#include "dsl/graph/layout.hpp"

#include "dsl/text/source.hpp"
#include "tests/dsl/graph/support.hpp"

using namespace tend;
using namespace tend::test;
using graph::Box;
using graph::Point;

namespace {

bool touches(const Box& box, Point point) {
  return point.x >= box.x && point.x <= box.x + box.width && point.y >= box.y && point.y <= box.y + box.height;
}

/// Does the stretch from a to b run through the inside of the box?
bool crosses(const Box& box, Point a, Point b) {
  const auto inside = [](std::int32_t low, std::int32_t high, std::int32_t from, std::int32_t to) {
    return std::max(from, to) > low && std::min(from, to) < high;
  };
  return inside(box.x, box.x + box.width, a.x, b.x) && inside(box.y, box.y + box.height, a.y, b.y);
}

void check_drawing(const graph::Graph& graph) {
  const graph::Drawing drawing = graph::place(graph);
  REQUIRE(drawing.boxes.size() == graph.nodes.size());
  REQUIRE(drawing.paths.size() == graph.edges.size());
  for (std::size_t i = 0; i < drawing.boxes.size(); ++i) {
    const Box& box = drawing.boxes[i];
    INFO(graph.nodes[i].id);
    CHECK((box.x >= 0 && box.y >= 0 && box.x + box.width <= drawing.width && box.y + box.height <= drawing.height));
    for (const std::string& line : box.title)
      CHECK(static_cast<std::int32_t>(text::display_width(line)) * graph::kCell <= box.width);
    for (std::size_t j = 0; j < i; ++j) {
      const Box& other = drawing.boxes[j];
      const bool apart = box.x + box.width <= other.x || other.x + other.width <= box.x ||
                         box.y + box.height <= other.y || other.y + other.height <= box.y;
      CHECK(apart);
    }
  }
  for (std::size_t i = 0; i < graph.edges.size(); ++i) {
    const auto& path = drawing.paths[i];
    INFO(graph.nodes[graph.edges[i].from].id << " to " << graph.nodes[graph.edges[i].to].id);
    REQUIRE(path.size() >= 2);
    CHECK(touches(drawing.boxes[graph.edges[i].from], path.front()));
    CHECK(touches(drawing.boxes[graph.edges[i].to], path.back()));
    for (std::size_t p = 1; p < path.size(); ++p) {
      CHECK((path[p - 1].x == path[p].x) != (path[p - 1].y == path[p].y));
      CHECK((path[p].x >= 0 && path[p].x <= drawing.width && path[p].y >= 0 && path[p].y <= drawing.height));
      for (const Box& box : drawing.boxes) CHECK_FALSE(crosses(box, path[p - 1], path[p]));
    }
  }
  for (const graph::Label& label : drawing.labels) {
    const Box as_box{label.x - label.width / 2, label.y, label.width, label.height, {}, {}};
    CHECK((as_box.x >= 0 && as_box.x + as_box.width <= drawing.width));
    for (const Box& box : drawing.boxes) {
      const bool apart = as_box.x + as_box.width <= box.x || box.x + box.width <= as_box.x ||
                         as_box.y + as_box.height <= box.y || box.y + box.height <= as_box.y;
      CHECK(apart);
    }
  }
}

}  // namespace

TEST_CASE("nothing lies over anything else") {
  for (const auto& entry : std::filesystem::directory_iterator("tests/golden/graph")) {
    if (!entry.path().string().ends_with(".en.tend")) continue;
    const program::Program program = compile_or_throw(read_text(entry.path()));
    for (std::uint32_t p = 0; p < program.playbooks.size(); ++p) {
      for (const text::Tongue tongue : {text::Tongue::en, text::Tongue::zh}) {
        INFO(entry.path() << " " << program.playbooks[p].name);
        check_drawing(graph::build(program, p, tongue));
      }
    }
  }
  std::string nested = "send m";
  for (int depth = 0; depth < 12; ++depth)
    nested = "if count(order) > " + std::to_string(depth) + " { " + nested +
             " } else { wait up to 1 day { on reply { stop } } }";
  check_drawing(graph_of(nested));
}

TEST_CASE("two ways side by side fit on a phone") {
  const std::string words = "one two three four five six seven eight nine ten eleven";
  const graph::Drawing drawing =
      graph::place(graph_of("if count(order) > 1 { tag \"" + words + "\" } else { untag \"" + words + "\" }"));
  CHECK(drawing.width <= 412);
}
