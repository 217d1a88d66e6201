// simdjson reads on demand: a value is looked at once, and what nobody looks at is not checked. So all is looked at.
#include "engine/serve/json_cells.hpp"

#include <algorithm>

namespace tend::serve {
namespace {

constexpr std::size_t kNameBytesShown = 80;

std::string_view trim_token(std::string_view token) {
  const std::size_t end = token.find_last_not_of(" \t\r\n");
  return end == std::string_view::npos ? std::string_view() : token.substr(0, end + 1);
}

}  // namespace

std::string shown(std::string_view name) {
  if (name.size() <= kNameBytesShown) return std::string(name);
  std::size_t end = kNameBytesShown;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  return std::string(name.substr(0, end)) + "…";
}

std::string in_ticks(std::string_view name) { return "`" + shown(name) + "`"; }

bool JsonCells::broken(simdjson::error_code error) {
  if (!problem.empty()) return false;
  switch (error) {
    case simdjson::UTF8_ERROR: problem = "the body is not UTF-8"; break;
    case simdjson::EMPTY: problem = "the body is empty"; break;
    case simdjson::DEPTH_ERROR: problem = "the body is nested deeper than " + std::to_string(depth_max); break;
    default: problem = "the body is not well-formed JSON"; break;
  }
  return false;
}

bool JsonCells::refuse(std::string sentence, ondemand::value value, std::size_t depth) {
  note(std::move(sentence));
  return walk(value, depth);
}

bool JsonCells::read_scalar(ondemand::value value, Cell& cell) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return broken(error);
  cell = Cell();
  simdjson::error_code error = simdjson::SUCCESS;
  switch (type) {
    case ondemand::json_type::string:
      cell.kind = CellKind::text;
      error = value.get_string().get(cell.text);
      break;
    case ondemand::json_type::number: {
      cell.kind = CellKind::number;
      cell.text = trim_token(value.raw_json_token());
      error = value.get_double().get(cell.number);
      cell.is_read = true;
      break;
    }
    case ondemand::json_type::boolean: {
      bool truth = false;
      cell.kind = CellKind::boolean;
      error = value.get_bool().get(truth);
      cell.text = truth ? "true" : "false";
      break;
    }
    case ondemand::json_type::null: {
      bool null = false;
      cell.kind = CellKind::null;
      error = simdjson::simdjson_result<bool>(value.is_null()).get(null);
      if (!error && !null) error = simdjson::N_ATOM_ERROR;
      break;
    }
    case ondemand::json_type::array:
    case ondemand::json_type::object: cell.kind = CellKind::object; break;
  }
  return error ? broken(error) : true;
}

bool JsonCells::walk(ondemand::value value, std::size_t depth) {
  if (depth > depth_max) return broken(simdjson::DEPTH_ERROR);
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return broken(error);
  if (type == ondemand::json_type::object) {
    return each_field(value, depth, [&](std::string_view, ondemand::value inner) { return walk(inner, depth + 1); });
  }
  if (type != ondemand::json_type::array) {
    Cell cell;
    return read_scalar(value, cell);
  }
  ondemand::array array;
  if (const auto error = value.get_array().get(array)) return broken(error);
  for (auto element : array) {
    ondemand::value inner;
    if (const auto error = element.get(inner)) return broken(error);
    if (!walk(inner, depth + 1)) return false;
  }
  return true;
}

bool JsonCells::read_value(ondemand::value value, Cell& cell, std::size_t depth) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return broken(error);
  if (type == ondemand::json_type::object) {
    cell = Cell();
    cell.kind = CellKind::object;
    return walk(value, depth);
  }
  if (type != ondemand::json_type::array) return read_scalar(value, cell);
  ondemand::array array;
  if (const auto error = value.get_array().get(array)) return broken(error);
  std::vector<Cell>& elements = lists.emplace_back();
  bool flat = true;
  for (auto element : array) {
    ondemand::value inner;
    if (const auto error = element.get(inner)) return broken(error);
    ondemand::json_type inner_type{};
    if (const auto error = inner.type().get(inner_type)) return broken(error);
    if (inner_type == ondemand::json_type::object || inner_type == ondemand::json_type::array) {
      flat = false;
      if (!walk(inner, depth + 1)) return false;
    } else if (!read_scalar(inner, elements.emplace_back())) {
      return false;
    }
  }
  cell = Cell();
  cell.kind = flat ? CellKind::list : CellKind::object;
  cell.elements = elements.data();
  cell.count = static_cast<std::uint32_t>(elements.size());
  return true;
}

bool JsonCells::read_named(ondemand::value value, std::string_view what, std::size_t depth, std::vector<Named>& named) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return broken(error);
  if (type == ondemand::json_type::null) return walk(value, depth);
  if (type != ondemand::json_type::object) return refuse("`" + std::string(what) + "` is not an object", value, depth);
  return each_field(value, depth, [&](std::string_view key, ondemand::value inner) {
    if (std::any_of(named.begin(), named.end(), [&](const Named& n) { return n.name == key; }))
      return refuse("`" + std::string(what) + "` has " + in_ticks(key) + " twice", inner, depth + 1);
    named.push_back({key, Cell()});
    return read_value(inner, named.back().cell, depth + 1);
  });
}

}  // namespace tend::serve
