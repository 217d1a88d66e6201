// Intake: what comes from outside as text (cells of tables, scalars of JSON) becomes typed values, or a sentence that
// says why not. Behind it nothing is checked again: files, the HTTP interface and receipts all come through here.
#pragma once
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/program/program.hpp"
#include "dsl/program/value.hpp"
#include "engine/env/result.hpp"
#include "engine/env/zone.hpp"

namespace tend::run {

inline constexpr std::size_t kCustomerIdBytesMax = 1024;

enum class CellKind : std::uint8_t {
  absent,   // JSON: the key is not there
  null,     // JSON null
  text,     // a cell of a table, a JSON string
  number,   // JSON: the number as it was written
  boolean,  // JSON: `true` or `false`
  list,     // JSON: an array of scalars
  object,   // JSON: an object, or something deeper than a list of scalars: no value of ours
};

/// A scalar (or flat list) from outside. Shape: points into the text it was read from.
struct Cell {
  CellKind kind = CellKind::absent;
  std::string_view text;           // an object's text is not kept
  const Cell* elements = nullptr;  // of a list
  std::uint32_t count = 0;
  bool is_read = false;  // a number: it is known already
  double number = 0;     // where it is
};

/// Keeps what parsed values point to and the cell itself does not hold: the elements of lists.
struct ValueStorage {
  std::deque<std::vector<program::Value>> lists;
  void clear() { lists.clear(); }
};

struct CellOptions {
  const env::Zone* zone = &env::utc();                  // of moments that are written without an offset
  program::Currency currency = 0;                       // the column's, 0 for none
  ValueStorage* storage = nullptr;                      // needed where the type is a list
  std::span<const program::DeclaredCurrency> own = {};  // currencies of one's own
};

/// Reads a cell as people write them: `1,299.00`, `¥1,299.00`, `12.5%`, `是`, `2026/3/1 9:05`, `a；b`. An empty cell is
/// missing. Shape: text points into `cell` (trimmed of the blanks around it, else as it is), lists into
/// `options.storage`. Errors: `invalid`, a sentence about the cell alone (`` `abc` is not a number ``): the caller says
/// where it stands.
Result<program::Value> parse_cell(const program::TypeInfo& type, std::string_view cell, const CellOptions& options);

/// The same for a scalar of JSON: strings are read like cells, numbers and booleans also as text where text is wanted,
/// null and absent are missing.
Result<program::Value> parse_cell(const program::TypeInfo& type, const Cell& cell, const CellOptions& options);

/// A customer's id: text, never empty. Errors: empty; more than kCustomerIdBytesMax; a number that a spreadsheet
/// shortened.
Result<std::string_view> parse_customer_id(std::string_view cell);
Result<std::string_view> parse_customer_id(const Cell& cell);

/// Appends the entries of a list cell, split at `;` `；` `、` `|` and trimmed; empty ones are left out.
void split_list(std::string_view cell, std::vector<std::string_view>& entries);

/// True for `1.39E+10`: what a spreadsheet makes of a long number in a column that is not text. Its digits are gone.
bool shortened_by_spreadsheet(std::string_view text);

/// `date` → `a date`, for messages.
std::string_view type_name(program::Type type);

}  // namespace tend::run
