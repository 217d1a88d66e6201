// The rows of a database's query, typed, from where an earlier reading of them ended: each is taken once, also where
// several have the same value of the cursor.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/simulate/postgres.hpp"
#include "engine/simulate/row_reader.hpp"
#include "engine/simulate/sources.hpp"

namespace tend::simulate {

/// How far a source's rows were taken. A reading begins *at* the last value, for rows may have come since that have it
/// too; those that were taken then are known again by their content.
struct DatabasePlace {
  std::string query;                // a hash: under another query rows look different
  std::string after;                // the last value of the cursor; empty: nothing was taken
  std::uint64_t rows = 0;           // how many rows with that value were taken
  std::vector<std::string> hashes;  // of those; empty where they are more than kSameValueKept
};

inline constexpr std::size_t kSameValueKept = 500;
inline constexpr std::size_t kSameValueMax = 200'000;                  // rows with one value of the cursor
inline constexpr std::size_t kSameValueBytesMax = 256u * 1024 * 1024;  // of them
inline constexpr std::size_t kDatabaseBatchRows = 5'000;
inline constexpr std::size_t kDatabaseBatchBytes = 4u * 1024 * 1024;

/// A row that cannot be read. Shape: `where` is "orders, `id` 17", `raw` the row as a line of CSV.
struct DatabaseReject {
  std::string where;
  std::string raw;
  std::string why;
};
using OnReject = std::function<Result<void>(const DatabaseReject&)>;

/// Lifetime: what it is made from outlives it. Thread: one at a time.
class DatabaseRows {
 public:
  /// Finds the source's columns and begins to read behind `place`.
  /// Errors: of Postgres; `invalid` for a column that is not there.
  static Result<std::unique_ptr<DatabaseRows>> open(const Workspace& workspace, const Source& source,
                                                    const ResolvedSource& resolved, const env::Zone& zone,
                                                    std::unique_ptr<Postgres> database, DatabasePlace place);

  /// Rows of after that are rejected.
  void refuse_after(env::Moment latest) { reader_.latest = latest; }

  /// Puts the next rows behind those in `rows`: about kDatabaseBatchRows, never ending between two of the same value,
  /// so that place() can stand behind them. Rows of one value stand in the order of their content. Gives false where
  /// there were none.
  Result<bool> next(Rows& rows, std::uint16_t number, const OnReject& reject);

  /// Behind the rows of the last next().
  const DatabasePlace& place() const { return place_; }
  /// How many rows were read that had not been taken before.
  std::uint64_t lines() const { return lines_; }
  /// What is odd but no error.
  const std::vector<std::string>& notes() const { return notes_; }
  /// `reason,id,customer,…`: the first line of a file of rejects.
  std::string rejects_header() const;

 private:
  DatabaseRows(const Source& source, const ResolvedSource& resolved, const env::Zone& zone,
               std::unique_ptr<Postgres> database, DatabasePlace place)
      : source_(source), database_(std::move(database)), place_(std::move(place)), reader_(resolved, zone) {}
  Result<void> take_group(Rows& rows, std::uint16_t number, const OnReject& reject);
  void leave_out_taken();
  Result<void> take_row(std::string_view packed, Rows& rows, std::uint16_t number, const OnReject& reject);
  Result<void> add_to_group(const std::vector<std::optional<std::string_view>>& values);

  const Source& source_;
  std::unique_ptr<Postgres> database_;
  DatabasePlace place_;
  RowReader reader_;
  std::vector<std::size_t> places_;  // of ResolvedSource::columns among the database's
  std::string group_value_;          // the cursor's, of the rows in `group_`
  std::vector<std::string> group_;   // packed
  std::size_t group_bytes_ = 0;
  bool ended_ = false;
  std::uint64_t lines_ = 0;
  std::vector<std::string> notes_;
};

/// The hash of a query and its cursor.
std::string query_hash(const Source& source);

}  // namespace tend::simulate
