// JSON lines through simdjson's on-demand reader, each line a document of its own so that a broken one costs only
// itself.
#include "engine/simulate/json_lines.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <deque>

namespace tend::simulate {
namespace {

namespace ondemand = simdjson::ondemand;
using run::Cell;
using run::CellKind;

std::string_view trim_token(std::string_view token) {
  while (!token.empty() &&
         (token.back() == ' ' || token.back() == '\t' || token.back() == '\r' || token.back() == '\n'))
    token.remove_suffix(1);
  return token;
}

bool blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

}  // namespace

struct JsonLinesReader::Inside {
  std::string text;  // with simdjson's padding behind it
  std::size_t size = 0;
  std::size_t at = 0;
  std::uint64_t line = 1;
  std::vector<std::string> wanted;
  std::vector<char> seen;
  std::vector<std::string> first_keys;
  bool first = true;
  ondemand::parser parser;
  std::deque<std::vector<Cell>> lists;
  std::string path;  // of the object being read, with a dot at its end

  simdjson::error_code read_scalar(ondemand::value value, Cell& cell);
  simdjson::error_code read_value(ondemand::value value, Cell& cell);
  simdjson::error_code read_object(ondemand::object object, std::vector<Cell>& cells, std::size_t depth);
  simdjson::error_code read_line(std::string_view json, std::vector<Cell>& cells);
};

simdjson::error_code JsonLinesReader::Inside::read_scalar(ondemand::value value, Cell& cell) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return error;
  cell = Cell();
  switch (type) {
    case ondemand::json_type::string: cell.kind = CellKind::text; return value.get_string().get(cell.text);
    case ondemand::json_type::number: {
      cell.kind = CellKind::number;
      cell.text = trim_token(value.raw_json_token());
      double number = 0;  // read only to see that it is one
      return value.get_double().get(number);
    }
    case ondemand::json_type::boolean: {
      bool truth = false;
      cell.kind = CellKind::boolean;
      const auto error = value.get_bool().get(truth);
      cell.text = truth ? "true" : "false";
      return error;
    }
    case ondemand::json_type::null: {
      bool null = false;
      cell.kind = CellKind::null;
      if (const auto error = simdjson::simdjson_result<bool>(value.is_null()).get(null)) return error;
      return null ? simdjson::SUCCESS : simdjson::INCORRECT_TYPE;
    }
    case ondemand::json_type::array:
    case ondemand::json_type::object: break;
  }
  cell.kind = CellKind::object;
  return simdjson::SUCCESS;
}

simdjson::error_code JsonLinesReader::Inside::read_value(ondemand::value value, Cell& cell) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return error;
  if (type != ondemand::json_type::array) return read_scalar(value, cell);
  ondemand::array array;
  if (const auto error = value.get_array().get(array)) return error;
  std::vector<Cell>& elements = lists.emplace_back();
  bool flat = true;
  for (auto element : array) {
    ondemand::value element_value;
    if (const auto error = element.get(element_value)) return error;
    if (const auto error = read_scalar(element_value, elements.emplace_back())) return error;
    flat = flat && elements.back().kind != CellKind::object;
  }
  cell = Cell();
  cell.kind = flat ? CellKind::list : CellKind::object;
  cell.elements = elements.data();
  cell.count = static_cast<std::uint32_t>(elements.size());
  return simdjson::SUCCESS;
}

simdjson::error_code JsonLinesReader::Inside::read_object(ondemand::object object, std::vector<Cell>& cells,
                                                          std::size_t depth) {
  if (depth > kJsonDepthMax) return simdjson::DEPTH_ERROR;
  for (auto field : object) {
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key)) return error;
    ondemand::value value;
    if (const auto error = field.value().get(value)) return error;
    if (first && depth == 0) first_keys.emplace_back(key);

    const std::size_t path_size = path.size();
    path.append(key);
    std::size_t leaf = wanted.size();
    bool leads_on = false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i] == path) leaf = i;
      leads_on =
          leads_on || (wanted[i].size() > path.size() && wanted[i][path.size()] == '.' && wanted[i].starts_with(path));
    }
    auto error = simdjson::SUCCESS;
    ondemand::json_type type{};
    if (leads_on) error = value.type().get(type);
    if (!error && leads_on && type == ondemand::json_type::object) {
      path += '.';
      ondemand::object inner;
      error = value.get_object().get(inner);
      if (!error) error = read_object(inner, cells, depth + 1);
    } else if (!error && leaf < wanted.size()) {
      seen[leaf] = 1;
      error = read_value(value, cells[leaf]);
      // Several columns may come from one key.
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (i == leaf || wanted[i] != wanted[leaf]) continue;
        cells[i] = cells[leaf];
        seen[i] = 1;
      }
    }
    path.resize(path_size);
    if (error) return error;
  }
  return simdjson::SUCCESS;
}

simdjson::error_code JsonLinesReader::Inside::read_line(std::string_view json, std::vector<Cell>& cells) {
  ondemand::document document;
  // What stands behind the line (the next lines, or the padding) is readable for simdjson's wide loads and not looked
  // at.
  if (const auto error =
          parser
              .iterate(simdjson::padded_string_view(json.data(), json.size(), json.size() + simdjson::SIMDJSON_PADDING))
              .get(document)) {
    return error;
  }
  ondemand::object object;
  if (const auto error = document.get_object().get(object)) return error;
  path.clear();
  if (const auto error = read_object(object, cells, 0)) return error;
  // Past the last value there is no place left in the document.
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS ? simdjson::SUCCESS
                                                                        : simdjson::TRAILING_CONTENT;
}

JsonLinesReader::JsonLinesReader(std::string text, std::vector<std::string> wanted)
    : inside_(std::make_unique<Inside>()) {
  inside_->size = text.size();
  inside_->text = std::move(text);
  inside_->text.append(simdjson::SIMDJSON_PADDING, ' ');
  inside_->wanted = std::move(wanted);
  inside_->seen.assign(inside_->wanted.size(), 0);
}
JsonLinesReader::JsonLinesReader(JsonLinesReader&&) noexcept = default;
JsonLinesReader& JsonLinesReader::operator=(JsonLinesReader&&) noexcept = default;
JsonLinesReader::~JsonLinesReader() = default;

bool JsonLinesReader::next(JsonRow& row) {
  Inside& in = *inside_;
  while (in.at < in.size) {
    const char* const begin = in.text.data() + in.at;
    const void* const newline = std::memchr(begin, '\n', in.size - in.at);
    const std::size_t length =
        newline == nullptr ? in.size - in.at : static_cast<std::size_t>(static_cast<const char*>(newline) - begin);
    in.at += length + 1;
    row.line = in.line++;
    row.raw = {begin, length};
    if (row.raw.ends_with('\r')) row.raw.remove_suffix(1);
    if (blank(row.raw)) continue;
    row.cells.assign(in.wanted.size(), Cell());
    row.problem.clear();
    in.lists.clear();
    const auto error = in.read_line(row.raw, row.cells);
    in.first = false;
    if (error) {
      row.problem = error == simdjson::INCORRECT_TYPE ? "the line is not a JSON object, or a value in it is broken"
                                                      : "the line is not well-formed JSON";
    }
    return true;
  }
  return false;
}

std::vector<std::string> JsonLinesReader::never_seen() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < inside_->wanted.size(); ++i) {
    if (inside_->seen[i] == 0) names.push_back(inside_->wanted[i]);
  }
  return names;
}

const std::vector<std::string>& JsonLinesReader::first_keys() const { return inside_->first_keys; }

}  // namespace tend::simulate
