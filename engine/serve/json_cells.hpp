// JSON to cells, which come typed later: the walk through a body that may be broken anywhere. Only what reads bodies
// includes this; simdjson stays here and there.
#pragma once
#include <simdjson.h>

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/run/intake.hpp"

namespace tend::serve {

namespace ondemand = simdjson::ondemand;
using run::Cell;
using run::CellKind;

/// A name and what stands under it.
struct Named {
  std::string_view name;
  Cell cell;
};

/// Each call is false where the body is broken (`problem` says how): nothing can be read any more then. What is merely
/// not as it should be is noted in `fault`, the first of it, and the reading goes on behind it.
/// Thread: one.
struct JsonCells {
  std::size_t depth_max = 64;
  std::string problem;
  std::string fault;
  std::deque<std::vector<Cell>> lists;  // what cells of lists point to

  bool broken(simdjson::error_code error);
  /// Notes what is wrong with a value that nobody has read yet, and passes over it.
  bool refuse(std::string sentence, ondemand::value value, std::size_t depth);
  void note(std::string sentence) {
    if (fault.empty()) fault = std::move(sentence);
  }

  /// Shape: lists and objects are left as they are, `cell.kind` is object then.
  bool read_scalar(ondemand::value value, Cell& cell);
  /// A list of scalars too; anything deeper is walked through and is an object.
  bool read_value(ondemand::value value, Cell& cell, std::size_t depth);
  /// An object of values by name; null is as good as absent. A name that comes twice is a fault.
  bool read_named(ondemand::value value, std::string_view what, std::size_t depth, std::vector<Named>& named);
  /// Looks at a value that nobody wants: what is taken in is well-formed as a whole.
  bool walk(ondemand::value value, std::size_t depth);

  /// Calls take(key, value) for each field of an object.
  template <typename Take>
  bool each_field(ondemand::value value, std::size_t depth, Take take) {
    if (depth > depth_max) return broken(simdjson::DEPTH_ERROR);
    ondemand::object object;
    if (const auto error = value.get_object().get(object)) return broken(error);
    return fields_of(object, take);
  }
  template <typename Take>
  bool fields_of(ondemand::object object, Take take) {
    for (auto field : object) {
      std::string_view key;
      if (const auto error = field.unescaped_key().get(key)) return broken(error);
      ondemand::value inner;
      if (const auto error = field.value().get(inner)) return broken(error);
      if (!take(key, inner)) return false;
    }
    return true;
  }
};

/// A name as sentences show it: in ticks, and not longer than it can be read.
std::string in_ticks(std::string_view name);
std::string shown(std::string_view name);

}  // namespace tend::serve
