// A query in PostgreSQL, read row by row in the order of its cursor column, without ever writing there. What the
// database calls things stays here: behind it stand texts as in a file's cells.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/env/result.hpp"
#include "engine/simulate/workspace.hpp"

namespace tend::simulate {

/// As texts, because a database's numbers for types mean nothing elsewhere.
enum class ColumnKind : std::uint8_t {
  text,     // and whatever else is read as it is written
  boolean,  // `t` or `f`
  array,    // `{a,"b c",NULL}`
};

struct DatabaseColumn {
  std::string name;
  ColumnKind kind = ColumnKind::text;
};

/// One connection, in one read-only transaction: all that is read was true at one moment.
/// Errors: with tend.toml, line and the source's name: `not_found` where libpq is not installed, `io` where the server
/// is not there, refuses, or does not answer within Source::timeout_ms, `invalid` for a query that cannot be run and
/// for a cursor that cannot be one. The connection string is in none of them, and neither is a cell of the database.
class Postgres {
 public:
  /// Connects, and asks which columns the query has.
  static Result<std::unique_ptr<Postgres>> open(const Workspace& workspace, const Source& source);
  virtual ~Postgres() = default;

  virtual const std::vector<DatabaseColumn>& columns() const = 0;
  /// Where the cursor stands among the columns.
  virtual std::size_t cursor() const = 0;
  /// Whether two values of the cursor, as texts, are the same value.
  virtual bool same_cursor(std::string_view a, std::string_view b) const = 0;

  /// Begins to read: from a value of the cursor on, all rows without one. `behind`: without the rows of that value.
  virtual Result<void> begin(const std::optional<std::string>& from, bool behind) = 0;
  /// The next row, false at the end. Memory: a row of the answer at a time.
  /// Shape: a text for each column, none for null. Lifetime: the next call.
  virtual Result<bool> next(std::vector<std::optional<std::string_view>>& values) = 0;
};

/// libpq's talk about a connection without what the connection string says: of several lines the last reason, names and
/// addresses left out. Shape: `options` are the values of the connection string, `secrets` those that nobody may see.
std::string masked_reason(std::string_view message, const std::vector<std::string>& options,
                          const std::vector<std::string>& secrets);

/// The elements of an array as PostgreSQL writes it; none for what has more than one dimension.
/// Shape: an element is none where it is null.
std::optional<std::vector<std::optional<std::string>>> read_array(std::string_view text);

}  // namespace tend::simulate
