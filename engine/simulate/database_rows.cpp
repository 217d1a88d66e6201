// Rows are gathered as long as the cursor stays the same, so that no place has to lie between two of them.
#include "engine/simulate/database_rows.hpp"

#include <algorithm>
#include <deque>

#include "engine/run/data_folder.hpp"
#include "engine/simulate/csv.hpp"
#include "engine/state/bytes.hpp"

namespace tend::simulate {
namespace {

using run::Cell;
using run::CellKind;
using Values = std::vector<std::optional<std::string_view>>;

constexpr std::uint32_t kNull = 0xFFFFFFFF;

// packed ::= (u32 length, bytes | u32 kNull)*
std::string pack(const Values& values) {
  std::string packed;
  for (const auto& value : values) {
    state::put(packed, value ? static_cast<std::uint32_t>(value->size()) : kNull);
    if (value) packed += *value;
  }
  return packed;
}

void unpack(std::string_view packed, Values& values) {
  values.clear();
  std::uint32_t size = 0;
  while (state::take(packed, size)) {
    values.emplace_back();
    if (size == kNull) continue;
    values.back() = packed.substr(0, size);
    packed.remove_prefix(size);
  }
}

/// What cells of a row point to that the row has not as it is.
struct CellStorage {
  std::deque<std::vector<std::optional<std::string>>> texts;
  std::deque<std::vector<Cell>> elements;
};

/// Errors: an array in an array.
Result<Cell> cell_of(const DatabaseColumn& column, const std::optional<std::string_view>& value, CellStorage& storage) {
  Cell cell;
  cell.kind = value ? CellKind::text : CellKind::null;
  if (!value) return cell;
  cell.text = *value;
  if (column.kind == ColumnKind::boolean) cell.text = *value == "t" ? "true" : "false";
  if (column.kind != ColumnKind::array) return cell;
  auto read = read_array(*value);
  if (!read) return fail(ErrorCode::invalid, "column `" + column.name + "`: an array in an array is no list");
  const auto& texts = storage.texts.emplace_back(std::move(*read));
  auto& elements = storage.elements.emplace_back();
  for (const auto& text : texts)
    elements.push_back(text ? Cell{.kind = CellKind::text, .text = *text} : Cell{.kind = CellKind::null});
  cell.kind = CellKind::list;
  cell.elements = elements.data();
  cell.count = static_cast<std::uint32_t>(elements.size());
  return cell;
}

std::string csv_line(const Values& values) {
  std::string line;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) line += ',';
    if (values[i]) line += csv_cell(*values[i]);
  }
  return line;
}

}  // namespace

std::string query_hash(const Source& source) { return run::program_hash(source.cursor + "\n" + source.query); }

Result<std::unique_ptr<DatabaseRows>> DatabaseRows::open(const Workspace& workspace, const Source& source,
                                                         const ResolvedSource& resolved, const env::Zone& zone,
                                                         std::unique_ptr<Postgres> database, DatabasePlace place) {
  std::vector<std::string> names;
  for (const DatabaseColumn& column : database->columns()) names.push_back(column.name);
  std::unique_ptr<DatabaseRows> rows(new DatabaseRows(source, resolved, zone, std::move(database), std::move(place)));
  for (const SourceColumn& column : resolved.columns) {
    const auto found = std::find(names.begin(), names.end(), column.column);
    const auto refuse = [&](const std::string& why) {
      return fail(ErrorCode::invalid, workspace.config + ":" + std::to_string(column.line) + ": source `" +
                                          source.name + "`: the query has " + why);
    };
    if (found == names.end()) return refuse("no column `" + column.column + "`: its columns are " + list_names(names));
    if (std::find(found + 1, names.end(), column.column) != names.end())
      return refuse("two columns `" + column.column + "`, and it is not clear which is meant");
    rows->places_.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  const std::string query = query_hash(source);
  const bool again = !rows->place_.after.empty();
  // Rows of another query cannot be known again, so that reading begins behind the last value.
  const bool behind = again && rows->place_.query != query;
  rows->place_.query = query;
  if (behind) {
    rows->place_.rows = 0;
    rows->place_.hashes.clear();
  }
  const auto from = again ? std::optional<std::string>(rows->place_.after) : std::nullopt;
  if (auto begun = rows->database_->begin(from, behind); !begun) return tl::unexpected(begun.error());
  return rows;
}

std::string DatabaseRows::rejects_header() const {
  std::string header = "reason";
  for (const DatabaseColumn& column : database_->columns())
    header += "," + (column.name.find_first_of(",\"\r\n") == std::string::npos ? column.name : csv_cell(column.name));
  return header;
}

Result<void> DatabaseRows::add_to_group(const Values& values) {
  group_.push_back(pack(values));
  group_bytes_ += group_.back().size();
  if (group_.size() <= kSameValueMax && group_bytes_ <= kSameValueBytesMax) return {};
  return fail(ErrorCode::invalid, "source `" + source_.name + "`: more than " + std::to_string(group_.size() - 1) +
                                      " rows have the same `" + source_.cursor +
                                      "`: take a column as `cursor` that tells rows apart better");
}

/// Of a group that has the value at which an earlier reading ended: those rows that it took.
void DatabaseRows::leave_out_taken() {
  if (place_.hashes.empty() && place_.rows > 0) {
    if (group_.size() > place_.rows) {
      notes_.push_back("source `" + source_.name + "`: " + std::to_string(group_.size() - place_.rows) +
                       " rows came later with a `" + source_.cursor + "` that more than " +
                       std::to_string(kSameValueKept) +
                       " rows had before: which they are cannot be told, so they are " + "left out");
    }
    group_.clear();
    return;
  }
  std::vector<std::string> taken = place_.hashes;
  std::erase_if(group_, [&](const std::string& packed) {
    const auto found = std::find(taken.begin(), taken.end(), run::program_hash(packed));
    if (found == taken.end()) return false;
    taken.erase(found);
    return true;
  });
}

Result<void> DatabaseRows::take_group(Rows& rows, std::uint16_t number, const OnReject& reject) {
  const bool same = !group_value_.empty() && database_->same_cursor(group_value_, place_.after);
  if (same) leave_out_taken();
  // Equal ones stand as their content says, in every reading the same.
  std::sort(group_.begin(), group_.end());
  for (const std::string& packed : group_) {
    if (auto done = take_row(packed, rows, number, reject); !done) return done;
  }
  lines_ += group_.size();
  // Rows without a value come last and leave no place behind them.
  if (!group_value_.empty() && !group_.empty()) {
    if (!same) {
      place_.rows = 0;
      place_.hashes.clear();
    }
    const bool kept = place_.hashes.size() == place_.rows && place_.rows + group_.size() <= kSameValueKept;
    place_.after = group_value_;
    place_.rows += group_.size();
    if (!kept) place_.hashes.clear();
    for (std::size_t i = 0; kept && i < group_.size(); ++i) place_.hashes.push_back(run::program_hash(group_[i]));
  }
  group_.clear();
  group_bytes_ = 0;
  return {};
}

Result<void> DatabaseRows::take_row(std::string_view packed, Rows& rows, std::uint16_t number, const OnReject& reject) {
  Values values;
  unpack(packed, values);
  const auto refuse = [&](const std::string& why) {
    return reject({source_.name + ", `" + source_.cursor + "` " + group_value_, csv_line(values), why});
  };
  if (packed.size() > kCsvRowBytesMax) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i != database_->cursor()) values[i].reset();
    }
    return refuse("the row has more than " + std::to_string(kCsvRowBytesMax) + " bytes, and is left out here");
  }
  if (group_value_.empty()) return refuse("column `" + source_.cursor + "`: the cursor has no value");
  CellStorage storage;
  std::vector<Cell> cells;
  for (const std::size_t place : places_) {
    auto cell = cell_of(database_->columns()[place], values[place], storage);
    if (!cell) return refuse(cell.error().message);
    cells.push_back(*cell);
  }
  if (const auto read = reader_.read(cells); !read) return refuse(read.error().message);
  append_row(rows, reader_, number);
  return {};
}

Result<bool> DatabaseRows::next(Rows& rows, std::uint16_t number, const OnReject& reject) {
  const std::size_t rows_before = rows.rows.size(), bytes_before = rows.data.size();
  const std::uint64_t lines_before = lines_;
  Values values;
  while (!ended_) {
    const auto more = database_->next(values);
    if (!more) return tl::unexpected(more.error());
    ended_ = !*more;
    const std::string value = ended_ ? std::string() : std::string(values[database_->cursor()].value_or(""));
    const bool goes_on = !ended_ && !group_.empty() &&
                         (value == group_value_ ||
                          (!value.empty() && !group_value_.empty() && database_->same_cursor(value, group_value_)));
    if (!group_.empty() && !goes_on) {
      if (auto done = take_group(rows, number, reject); !done) return tl::unexpected(done.error());
    }
    if (ended_) break;
    if (group_.empty()) group_value_ = value;
    if (auto done = add_to_group(values); !done) return tl::unexpected(done.error());
    const bool full = rows.rows.size() - rows_before >= kDatabaseBatchRows ||
                      rows.data.size() - bytes_before >= kDatabaseBatchBytes ||
                      lines_ - lines_before >= kDatabaseBatchRows;
    if (full && group_.size() == 1) return true;  // what was read ahead begins the next
  }
  return lines_ > lines_before;
}

}  // namespace tend::simulate
