#include "dsl/graph/layout.hpp"

#include <algorithm>
#include <map>

#include "dsl/graph/walk.hpp"
#include "dsl/graph/wrap.hpp"
#include "dsl/text/source.hpp"

namespace tend::graph {
namespace {

constexpr std::uint32_t kTitleCells = 22;  // two boxes side by side fit on a phone
constexpr std::uint32_t kNoteCells = 26;
constexpr std::uint32_t kLabelCells = 22;
constexpr std::size_t kTitleLines = 8, kNoteLines = 5, kLabelLines = 5;
constexpr std::int32_t kMargin = 12;
constexpr std::int32_t kGap = 22;        // between a box and the next
constexpr std::int32_t kPart = 12;       // from a box to where its ways part
constexpr std::int32_t kMeet = 12;       // from the longest way to where they meet
constexpr std::int32_t kBetween = 14;    // between ways
constexpr std::int32_t kEmptyHalf = 10;  // half the width of a way on which nothing happens
constexpr std::int32_t kBackSpace = 14;  // for the line that leads back

struct Placed;
struct PlacedLane {
  std::vector<Placed> cells;
  std::int32_t left = 0, right = 0;  // of its axis
  std::int32_t axis = 0;             // relative to the cell's
  std::int32_t label_height = 0;
  std::int32_t height = 0;  // label and cells
  std::int32_t back = 0;    // relative to the lane's axis: where the line back goes up
  std::vector<std::string> label;
};
/// A cell with its measures. Units: pixels from its axis (the line down its middle).
struct Placed {
  std::int32_t left = 0, right = 0, height = 0;
  std::int32_t lanes_height = 0;
  std::vector<PlacedLane> lanes;
};

std::int32_t width_of(const std::vector<std::string>& lines, std::int32_t cell) {
  std::int32_t width = 0;
  for (const std::string& line : lines)
    width = std::max(width, static_cast<std::int32_t>(text::display_width(line)) * cell);
  return width;
}

std::int32_t lines_height(std::size_t lines, std::int32_t line) { return static_cast<std::int32_t>(lines) * line; }

Box box_of(const Node& node) {
  Box box;
  box.title = wrap(node.title, kTitleCells, kTitleLines);
  const auto shortened = [](const std::vector<std::string>& lines, std::string_view whole) {
    return !lines.empty() && lines.back().size() > 3 && lines.back().ends_with("…") && !whole.ends_with("…");
  };
  box.shortened = shortened(box.title, node.title);
  for (const std::string& note : node.notes) {
    const auto lines = wrap(note, kNoteCells, kNoteLines);
    box.shortened = box.shortened || shortened(lines, note);
    box.notes.insert(box.notes.end(), lines.begin(), lines.end());
  }
  box.width = std::max({width_of(box.title, kCell), width_of(box.notes, kSmallCell), 40}) + 2 * kPaddingX;
  box.width += box.width % 2;
  box.height = lines_height(box.title.size(), kLine) + lines_height(box.notes.size(), kSmallLine) + 2 * kPaddingY;
  return box;
}

class Measure {
 public:
  explicit Measure(const std::vector<Box>& boxes) : boxes_(boxes) {}

  std::vector<Placed> cells(const std::vector<Cell>& cells) const {
    std::vector<Placed> out;
    out.reserve(cells.size());
    for (const Cell& one : cells) out.push_back(cell(one));
    return out;
  }

  static std::int32_t height(const std::vector<Placed>& cells) {
    std::int32_t sum = 0;
    for (const Placed& one : cells) sum += one.height + kGap;
    return sum == 0 ? 0 : sum - kGap;
  }

 private:
  Placed cell(const Cell& cell) const {
    Placed out;
    if (cell.node != kNoNode) {
      out.left = out.right = boxes_[cell.node].width / 2;
      out.height = boxes_[cell.node].height;
    }
    if (cell.lanes.empty()) return out;
    for (const Lane& one : cell.lanes) out.lanes.push_back(lane(one, cell));
    stand_beside(cell, out);
    for (const PlacedLane& one : out.lanes) {
      out.left = std::max(out.left, one.left - one.axis);
      out.right = std::max(out.right, one.axis + one.right);
      out.lanes_height = std::max(out.lanes_height, one.height);
    }
    out.height += (cell.node == kNoNode ? 0 : kPart) + out.lanes_height + kMeet;
    return out;
  }

  PlacedLane lane(const Lane& lane, const Cell& cell) const {
    PlacedLane out;
    out.cells = cells(lane.cells);
    out.label = wrap(lane.label, kLabelCells, kLabelLines);
    const std::int32_t half = std::max(width_of(out.label, kSmallCell) / 2 + 4, kEmptyHalf);
    out.left = out.right = half;
    for (const Placed& one : out.cells) {
      out.left = std::max(out.left, one.left);
      out.right = std::max(out.right, one.right);
    }
    if (lane.returns) {
      out.back = -std::max(out.left, boxes_[cell.node].width / 2) - kBackSpace;
      out.left = -out.back + 2;
    }
    out.label_height = out.label.empty() ? 0 : lines_height(out.label.size(), kSmallLine) + 6;
    out.height = out.label_height + (out.cells.empty() ? 0 : height(out.cells) + (cell.node == kNoNode ? 0 : kGap));
    return out;
  }

  /// Sets the lanes' axes. Where just one way has nothing on it, the journey goes straight on there and the others
  /// stand to its right; so does a loop's body. Otherwise the ways stand evenly around the middle.
  static void stand_beside(const Cell& cell, Placed& out) {
    std::size_t empty = 0, straight = 0;
    for (std::size_t i = 0; i < cell.lanes.size(); ++i) {
      if (!cell.lanes[i].cells.empty()) continue;
      ++empty;
      straight = i;
    }
    for (std::size_t i = 0; i < cell.lanes.size(); ++i) {
      if (!cell.lanes[i].returns) continue;
      straight = i;
      empty = 1;
    }
    std::vector<std::size_t> order(cell.lanes.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const bool goes_on = empty == 1 && cell.node != kNoNode;
    if (goes_on)
      std::rotate(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(straight),
                  order.begin() + static_cast<std::ptrdiff_t>(straight) + 1);
    std::int32_t right = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      PlacedLane& lane = out.lanes[order[i]];
      lane.axis = i == 0 ? 0 : right + kBetween + lane.left;
      right = lane.axis + lane.right;
    }
    if (goes_on) return;
    const std::int32_t middle = (out.lanes[order.front()].axis + out.lanes[order.back()].axis) / 2;
    for (PlacedLane& lane : out.lanes) lane.axis -= middle;
  }

  const std::vector<Box>& boxes_;
};

/// A way on its way: the points that it has passed.
struct Track {
  std::vector<Point> points;
  bool met = false;  // the last two points are where ways met
};

class Place {
 public:
  explicit Place(Drawing& drawing) : drawing_(drawing) {}

  /// Sets boxes, labels and axes below `y` around `axis`.
  void cells(const std::vector<Cell>& cells, const std::vector<Placed>& placed, std::int32_t axis, std::int32_t y) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      cell(cells[i], placed[i], axis, y);
      y += placed[i].height + kGap;
    }
  }

  /// The paths of the cells' edges, in their order: the visitor of walk.hpp.
  Track enter(const Cell& cell, const Lane& lane) {
    const Seat& seat = seats_.at(&lane);
    return {{below(cell), {middle(cell), seat.part_y}, {seat.axis, seat.part_y}}};
  }
  Track leave(const Cell& cell) { return {{below(cell)}}; }
  Track meet(const Cell&, const Lane& lane, Track way) {
    const Seat& seat = seats_.at(&lane);
    const std::int32_t x = straight_on(way, seat.axis);
    way.points.push_back({x, seat.meet_y});
    way.points.push_back({seat.cell_axis, seat.meet_y});
    way.met = true;
    return way;
  }
  void arrive(Track way, const Cell& cell) {
    const Box& box = drawing_.boxes[cell.node];
    way.points.push_back({middle(cell), box.y});
    finish(std::move(way));
  }
  void back(Track way, const Cell& cell, const Lane& lane) {
    const Seat& seat = seats_.at(&lane);
    const Box& box = drawing_.boxes[cell.node];
    const std::int32_t x = straight_on(way, seat.axis);
    way.points.push_back({x, seat.end_y});
    way.points.push_back({seat.back_x, seat.end_y});
    way.points.push_back({seat.back_x, box.y + box.height / 2});
    way.points.push_back({box.x, box.y + box.height / 2});
    finish(std::move(way));
  }

 private:
  struct Seat {
    std::int32_t axis = 0, cell_axis = 0, part_y = 0, meet_y = 0, end_y = 0, back_x = 0;
  };

  /// Where ways meet twice in a row they meet once, at the second place.
  static std::int32_t straight_on(Track& way, std::int32_t axis) {
    if (!way.met) return axis;
    way.points.resize(way.points.size() - 2);
    return way.points.back().x;
  }

  void cell(const Cell& cell, const Placed& placed, std::int32_t axis, std::int32_t y) {
    if (cell.node != kNoNode) {
      Box& box = drawing_.boxes[cell.node];
      box.x = axis - box.width / 2;
      box.y = y;
      y += box.height + (cell.lanes.empty() ? 0 : kPart);
    }
    for (std::size_t i = 0; i < cell.lanes.size(); ++i) {
      const Lane& lane = cell.lanes[i];
      const PlacedLane& one = placed.lanes[i];
      const std::int32_t lane_axis = axis + one.axis;
      seats_[&lane] = {lane_axis,           axis, y, y + placed.lanes_height + kMeet, y + one.height + kMeet - 2,
                       lane_axis + one.back};
      if (!one.label.empty())
        drawing_.labels.push_back({lane_axis, y + 5, width_of(one.label, kSmallCell) + 6,
                                   lines_height(one.label.size(), kSmallLine), one.label});
      cells(lane.cells, one.cells, lane_axis, y + one.label_height + (cell.node == kNoNode ? 0 : kGap));
    }
  }

  std::int32_t middle(const Cell& cell) const {
    return drawing_.boxes[cell.node].x + drawing_.boxes[cell.node].width / 2;
  }
  Point below(const Cell& cell) const {
    return {middle(cell), drawing_.boxes[cell.node].y + drawing_.boxes[cell.node].height};
  }

  /// Leaves out points that add nothing: doubled ones, and those in the middle of a straight stretch.
  void finish(Track way) {
    std::vector<Point> points;
    for (const Point& point : way.points) {
      if (!points.empty() && points.back() == point) continue;
      const std::size_t n = points.size();
      const bool straight = n >= 2 && ((points[n - 1].x == point.x && points[n - 2].x == point.x) ||
                                       (points[n - 1].y == point.y && points[n - 2].y == point.y));
      if (straight) points.pop_back();
      points.push_back(point);
    }
    drawing_.paths.push_back(std::move(points));
  }

  Drawing& drawing_;
  std::map<const Lane*, Seat> seats_;  // looked up, never gone through
};

}  // namespace

Drawing place(const Graph& graph) {
  Drawing drawing;
  for (const Node& node : graph.nodes) drawing.boxes.push_back(box_of(node));
  const Measure measure(drawing.boxes);
  std::int32_t y = kMargin;
  std::int32_t left = 0, right = 0;
  const auto reach = [&](const std::vector<Placed>& cells) {
    for (const Placed& one : cells) {
      left = std::max(left, one.left);
      right = std::max(right, one.right);
    }
  };
  const std::vector<Placed> flow = measure.cells(graph.flow), aside = measure.cells(graph.aside);
  reach(flow);
  reach(aside);
  const std::int32_t axis = kMargin + left;
  Place place(drawing);
  place.cells(graph.flow, flow, axis, y);
  y += Measure::height(flow);
  if (!aside.empty()) {
    y += 2 * kGap;
    place.cells(graph.aside, aside, axis, y);
    y += Measure::height(aside) - kMeet;
  }
  walk<Track>(graph.flow, {}, place);
  walk<Track>(graph.aside, {}, place);
  drawing.width = axis + right + kMargin;
  drawing.height = y + kMargin;
  return drawing;
}

}  // namespace tend::graph
