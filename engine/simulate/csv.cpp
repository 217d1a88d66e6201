// The reader of tables: a row without quotes is cut where it stands; one with quotes goes through a small automaton.
#include "engine/simulate/csv.hpp"

#include <algorithm>
#include <cstring>

#include "engine/run/decimal.hpp"

namespace tend::simulate {
namespace {

const char* find_byte(const char* begin, const char* end, char byte) {
  return static_cast<const char*>(std::memchr(begin, byte, static_cast<std::size_t>(end - begin)));
}

/// The delimiter that stands most often outside quotes; the comma where none does.
char find_delimiter(std::string_view line) {
  constexpr std::string_view kDelimiters = ",;\t|";
  std::size_t counts[kDelimiters.size()] = {};
  bool quotes = false;
  for (const char c : line) {
    if (c == '"') quotes = !quotes;
    if (c == '\n' && !quotes) break;
    const std::size_t which = kDelimiters.find(c);
    if (!quotes && which != std::string_view::npos) ++counts[which];
  }
  return kDelimiters[static_cast<std::size_t>(std::max_element(std::begin(counts), std::end(counts)) -
                                              std::begin(counts))];
}

bool is_blank_row(const CsvRow& row) {
  return std::all_of(row.cells.begin(), row.cells.end(),
                     [](std::string_view cell) { return run::trim_blanks(cell).empty(); });
}

std::string cells(std::size_t count) { return std::to_string(count) + (count == 1 ? " cell" : " cells"); }

}  // namespace

Result<CsvReader> CsvReader::open(std::string name, std::string_view text) {
  CsvReader reader(std::move(name), text);
  if (text.starts_with("sep=") && text.size() >= 5 && (text.size() == 5 || text[5] == '\n' || text[5] == '\r')) {
    reader.delimiter_ = text[4];
    reader.at_ = std::min(text.find('\n'), text.size() - 1) + 1;
    reader.line_ = 2;
  } else {
    const std::size_t header = text.find_first_not_of("\r\n");
    reader.delimiter_ = header == std::string_view::npos ? ',' : find_delimiter(text.substr(header));
  }
  CsvRow row;
  do {
    if (reader.at_ >= text.size())
      return fail(ErrorCode::invalid, reader.name_ + ": the file is empty, and its first line should name the columns");
    reader.read_row(row);
    if (!row.problem.empty())
      return fail(ErrorCode::invalid, reader.name_ + ":" + std::to_string(row.line) + ": " + row.problem);
  } while (is_blank_row(row));
  if (row.cells.size() > kCsvColumnsMax) {
    return fail(ErrorCode::invalid, reader.name_ + ":" + std::to_string(row.line) + ": more than " +
                                        std::to_string(kCsvColumnsMax) + " columns");
  }
  for (const std::string_view cell : row.cells) reader.header_.emplace_back(run::trim_blanks(cell));
  reader.raw_header_ = row.raw;
  return reader;
}

bool CsvReader::next(CsvRow& row) {
  while (at_ < text_.size()) {
    read_row(row);
    if (!row.problem.empty()) return true;
    if (row.cells.size() == header_.size()) {
      if (run::trim_blanks(row.cells.front()).empty() && is_blank_row(row)) continue;
      return true;
    }
    if (is_blank_row(row)) continue;
    // Empty cells past the header's last are somebody's stray column in the spreadsheet; full ones shift all that
    // follows.
    while (row.cells.size() > header_.size() && run::trim_blanks(row.cells.back()).empty()) row.cells.pop_back();
    if (row.cells.size() != header_.size())
      row.problem = "the row has " + cells(row.cells.size()) + ", the header " + std::to_string(header_.size());
    return true;
  }
  return false;
}

void CsvReader::read_row(CsvRow& row) {
  const char* const begin = text_.data() + at_;
  const char* const file_end = text_.data() + text_.size();
  const char* const newline = find_byte(begin, file_end, '\n');
  const char* const line_end = newline == nullptr ? file_end : newline;
  row.line = line_;
  row.cells.clear();
  row.problem.clear();
  unescaped_.clear();
  const auto strip_return = [](std::string_view line) {
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
  };
  row.raw = strip_return({begin, static_cast<std::size_t>(line_end - begin)});
  const std::size_t row_begin = at_;
  if (!row.raw.empty() && std::memchr(row.raw.data(), '"', row.raw.size()) != nullptr) {
    if (read_quoted_row(row, row_begin)) return;
    row.cells.clear();
  } else {
    const char* cell = row.raw.data();
    const char* const end = cell + row.raw.size();
    for (const char* c = cell; c != end; ++c) {
      if (*c != delimiter_) continue;
      row.cells.emplace_back(cell, static_cast<std::size_t>(c - cell));
      cell = c + 1;
    }
    row.cells.emplace_back(cell, static_cast<std::size_t>(end - cell));
  }
  at_ = newline == nullptr ? text_.size() : static_cast<std::size_t>(newline - text_.data()) + 1;
  ++line_;
}

// row  ::= cell (delimiter cell)* (CRLF | LF | end)
// cell ::= '"' (any but '"' | '""')* '"' | any but delimiter and line end      a quote inside an unquoted cell is a
// letter like others
/// True when the row is whole; else row.problem says what is wrong and nothing was moved.
bool CsvReader::read_quoted_row(CsvRow& row, std::size_t begin) {
  std::size_t at = begin;
  std::uint64_t line = line_;
  const auto broken = [&](std::string why) {
    row.problem = std::move(why);
    return false;
  };
  while (true) {
    if (at < text_.size() && text_[at] == '"') {
      const std::size_t content = ++at;
      std::string* unescaped = nullptr;
      std::size_t piece = content;
      while (true) {
        const std::size_t limit = std::min(text_.size(), begin + kCsvRowBytesMax);
        const char* const quote = at < limit ? find_byte(text_.data() + at, text_.data() + limit, '"') : nullptr;
        if (quote == nullptr) {
          return broken("the quote that opens cell " + std::to_string(row.cells.size() + 1) + " is never closed");
        }
        const auto close = static_cast<std::size_t>(quote - text_.data());
        line += static_cast<std::uint64_t>(std::count(text_.data() + at, quote, '\n'));
        at = close + 1;
        if (at >= text_.size() || text_[at] != '"') {
          if (unescaped == nullptr) {
            row.cells.push_back(text_.substr(content, close - content));
          } else {
            unescaped->append(text_.substr(piece, close - piece));
            row.cells.push_back(*unescaped);
          }
          break;
        }
        if (unescaped == nullptr) unescaped = &unescaped_.emplace_back();
        unescaped->append(text_.substr(piece, at - piece));
        piece = ++at;
      }
      const bool ends = at >= text_.size() || text_[at] == delimiter_ || text_[at] == '\n' ||
                        text_.substr(at, 2) == "\r\n" || (text_[at] == '\r' && at + 1 == text_.size());
      if (!ends) return broken("there is text after the closing quote of cell " + std::to_string(row.cells.size()));
    } else {
      const std::size_t content = at;
      while (at < text_.size() && text_[at] != delimiter_ && text_[at] != '\n') ++at;
      const bool with_return = at > content && text_[at - 1] == '\r' && (at == text_.size() || text_[at] == '\n');
      row.cells.push_back(text_.substr(content, at - content - (with_return ? 1 : 0)));
    }
    if (at < text_.size() && text_[at] == delimiter_) {
      ++at;
      continue;
    }
    if (at < text_.size() && text_[at] == '\r') ++at;
    row.raw = text_.substr(begin, at - begin);
    if (row.raw.ends_with('\r')) row.raw.remove_suffix(1);
    at_ = at < text_.size() ? at + 1 : text_.size();
    line_ = line + 1;
    return true;
  }
}

std::string csv_cell(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string csv_cell_for_spreadsheet(std::string_view text) {
  const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  return csv_cell(formula ? "'" + std::string(text) : std::string(text));
}

}  // namespace tend::simulate
