// Walking cells in the one order that edges have: for the builder, which names them, and for the layout, which draws
// them.
#pragma once
#include <utility>
#include <vector>

#include "dsl/graph/graph.hpp"

namespace tend::graph {

/// Goes through cells; `visitor` sees how ways part and meet.
///   Way enter(Cell, Lane): a way out of the cell, into the lane      void arrive(Way, Cell): a way reaches the cell's
///   node Way leave(Cell): the way out of a cell without lanes             Way meet(Cell, Lane, Way): a way leaves the
///   lane void back(Way, Cell, Lane): a way leads back to the cell
/// Returns the ways that are open after the last cell.
template <class Way, class Visitor>
std::vector<Way> walk(const std::vector<Cell>& cells, std::vector<Way> open, Visitor& visitor) {
  for (const Cell& cell : cells) {
    if (cell.node != kNoNode)
      for (Way& way : open) visitor.arrive(std::move(way), cell);
    open.clear();
    if (cell.ends) continue;
    if (cell.lanes.empty()) {
      open.push_back(visitor.leave(cell));
      continue;
    }
    for (const Lane& lane : cell.lanes) {
      std::vector<Way> inside;
      if (cell.node != kNoNode) inside.push_back(visitor.enter(cell, lane));
      inside = walk(lane.cells, std::move(inside), visitor);
      for (Way& way : inside) {
        if (lane.returns) {
          visitor.back(std::move(way), cell, lane);
        } else {
          open.push_back(visitor.meet(cell, lane, std::move(way)));
        }
      }
    }
  }
  return open;
}

}  // namespace tend::graph
