// Where everything of a graph stands: from the cells, top to bottom, ways side by side. Whole numbers and nothing but
// the graph go in, so the same playbook gives the same picture everywhere.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "dsl/graph/graph.hpp"

namespace tend::graph {

struct Point {
  std::int32_t x = 0;
  std::int32_t y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

/// Units: pixels; `x`, `y` is the upper left corner.
struct Box {
  std::int32_t x = 0, y = 0, width = 0, height = 0;
  std::vector<std::string> title;  // lines
  std::vector<std::string> notes;  // lines, smaller
  bool shortened = false;          // a line ends in …: not all of the node's text is shown
};

/// A label stands on its way; several edges that begin with the same stretch share it.
struct Label {
  std::int32_t x = 0, y = 0, width = 0, height = 0;  // x: its middle
  std::vector<std::string> lines;
};

struct Drawing {
  std::int32_t width = 0, height = 0;
  std::vector<Box> boxes;                 // as Graph::nodes
  std::vector<std::vector<Point>> paths;  // as Graph::edges; only horizontal and vertical stretches
  std::vector<Label> labels;
};

inline constexpr std::int32_t kCell = 7;        // width of a display cell in a title
inline constexpr std::int32_t kSmallCell = 6;   // in notes and labels
inline constexpr std::int32_t kLine = 18;       // height of a line of a title
inline constexpr std::int32_t kSmallLine = 15;  // of notes and labels
inline constexpr std::int32_t kPaddingX = 11;
inline constexpr std::int32_t kPaddingY = 8;

Drawing place(const Graph& graph);

}  // namespace tend::graph
