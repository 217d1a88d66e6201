// Tables as RFC 4180 describes them and as spreadsheets write them: quotes, line ends in quotes, CRLF, semicolons or
// tabs.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/env/result.hpp"

namespace tend::simulate {

inline constexpr std::size_t kCsvRowBytesMax = 1024 * 1024;  // a quote that runs on for longer was never closed
inline constexpr std::size_t kCsvColumnsMax = 10'000;

struct CsvRow {
  std::uint64_t line = 0;               // of its first byte, from 1
  std::string_view raw;                 // as it stands in the file, without its line end
  std::vector<std::string_view> cells;  // unquoted; blanks are kept
  std::string problem;                  // not empty: the row cannot be read, and why (without file and line)
};

/// Reads a table front to back.
/// Shape: `text` is UTF-8 (encoding.hpp) and outlives the reader; cells live until the next call of next().
class CsvReader {
 public:
  /// Reads the header: its names trimmed, the delimiter (`,` `;` tab, or `|`) that which stands in it most often; a
  /// first line `sep=;` is Excel's own way to say it. Errors: `invalid` with file and line: no header, a quote in it
  /// that is not closed.
  static Result<CsvReader> open(std::string name, std::string_view text);

  const std::vector<std::string>& header() const { return header_; }
  std::string_view raw_header() const { return raw_header_; }
  char delimiter() const { return delimiter_; }

  /// The next row, false at the end. Lines that are empty or hold nothing but delimiters are passed over. A row with a
  /// broken quote or another number of cells than the header has a problem; reading goes on in the line after its
  /// first.
  bool next(CsvRow& row);

 private:
  CsvReader(std::string name, std::string_view text) : name_(std::move(name)), text_(text) {}
  void read_row(CsvRow& row);
  bool read_quoted_row(CsvRow& row, std::size_t begin);

  std::string name_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
  char delimiter_ = ',';
  std::vector<std::string> header_;
  std::string_view raw_header_;
  std::deque<std::string> unescaped_;  // cells with doubled quotes
};

/// A cell between quotes.
std::string csv_cell(std::string_view text);
/// A cell that a spreadsheet opens: text that it would take for a formula (`=…`, `+…`, `-…`, `@…`) has a `'` before it.
/// Source: OWASP, CSV Injection.
std::string csv_cell_for_spreadsheet(std::string_view text);

}  // namespace tend::simulate
