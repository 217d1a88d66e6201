// Tables: RFC 4180, and what spreadsheets make of it.
#include "engine/simulate/csv.hpp"

#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::simulate;

namespace {

using Cells = std::vector<std::string>;

CsvReader open(std::string_view text) {
  auto reader = CsvReader::open("t.csv", text);
  INFO((reader ? "" : reader.error().message));
  REQUIRE(reader);
  return *reader;
}

std::vector<Cells> rows(std::string_view text) {
  CsvReader reader = open(text);
  std::vector<Cells> all;
  CsvRow row;
  while (reader.next(row)) {
    if (row.problem.empty())
      all.emplace_back(row.cells.begin(), row.cells.end());
    else
      all.push_back({"line " + std::to_string(row.line), row.problem});
  }
  return all;
}

}  // namespace

TEST_CASE("cells that a spreadsheet would run are no formulas any more") {
  CHECK(csv_cell("a \"b\", c") == "\"a \"\"b\"\", c\"");
  CHECK(csv_cell_for_spreadsheet("=1+1") == "\"'=1+1\"");
  CHECK(csv_cell_for_spreadsheet("-7") == "\"'-7\"");
  CHECK(csv_cell_for_spreadsheet("anna") == "\"anna\"");
  CHECK(csv_cell_for_spreadsheet("") == "\"\"");
}

TEST_CASE("plain rows, with either line end, with or without the last one") {
  CHECK(rows("a,b\n1,2\n3,4\n") == std::vector<Cells>{{"1", "2"}, {"3", "4"}});
  CHECK(rows("a,b\r\n1,2\r\n3,4") == std::vector<Cells>{{"1", "2"}, {"3", "4"}});
  CHECK(rows("a,b\n,2\n1,\n") == std::vector<Cells>{{"", "2"}, {"1", ""}});
  CHECK(rows("a\nx") == std::vector<Cells>{{"x"}});
  CHECK(rows("a,b").empty());
}

TEST_CASE("quotes, doubled quotes, and delimiters and line ends within them") {
  CHECK(rows("a,b\n\"1,5\",\"say \"\"hi\"\"\"\n") == std::vector<Cells>{{"1,5", "say \"hi\""}});
  CHECK(rows("a,b\r\n\"two\r\nlines\",2\r\n3,4\r\n") == std::vector<Cells>{{"two\r\nlines", "2"}, {"3", "4"}});
  CHECK(rows("a,b\n\"\",\"\"\"\"\n") == std::vector<Cells>{{"", "\""}});
  CHECK(rows("a,b\n5\" pipe,\"x\"") == std::vector<Cells>{{"5\" pipe", "x"}});
  CHECK(rows("\"a\",\"b\"\n\"1\",\"2\"\r\n") == std::vector<Cells>{{"1", "2"}});
  CHECK(rows("\"a\nb\",c\n1,2\n") == std::vector<Cells>{{"1", "2"}});
}

TEST_CASE("lines are counted as an editor counts them, raw text is what stands there") {
  CsvReader reader = open("a,b\r\n\"x\r\ny\",1\r\n\r\n2,3\r\n");
  CsvRow row;
  REQUIRE(reader.next(row));
  CHECK(row.line == 2);
  CHECK(row.raw == "\"x\r\ny\",1");
  REQUIRE(reader.next(row));
  CHECK(row.line == 5);
  CHECK(row.raw == "2,3");
  CHECK_FALSE(reader.next(row));
  CHECK(reader.raw_header() == "a,b");
}

TEST_CASE("a broken quote costs its own line only, and says where it is") {
  CHECK(rows("a,b\n1,\"open\n2,3\n") ==
        std::vector<Cells>{{"line 2", "the quote that opens cell 2 is never closed"}, {"2", "3"}});
  CHECK(rows("a,b\n\"x\"y,1\n2,3\n") ==
        std::vector<Cells>{{"line 2", "there is text after the closing quote of cell 1"}, {"2", "3"}});
  CHECK(rows("a,b\n\"1,2\n3,4\n\"5\",6\n") ==
        std::vector<Cells>{{"line 2", "there is text after the closing quote of cell 1"}, {"3", "4"}, {"5", "6"}});
  CHECK(rows("a,b\n1,\"") == std::vector<Cells>{{"line 2", "the quote that opens cell 2 is never closed"}});
  CHECK(CsvReader::open("t.csv", "a,\"b\n1,2\n").error().message ==
        "t.csv:1: the quote that opens cell 2 is never closed");
}

TEST_CASE("a quote is not looked for beyond a row's limit") {
  const std::string at_limit = "a\n\"" + std::string(kCsvRowBytesMax - 2, 'x') + "\"\n";
  CHECK(rows(at_limit).at(0).size() == 1);
  const std::string beyond = "a\n\"" + std::string(kCsvRowBytesMax - 1, 'x') + "\"\n";
  CHECK(rows(beyond).at(0).at(0) == "line 2");
}

TEST_CASE("rows that do not fit the header are problems, but for stray empty cells") {
  CHECK(rows("a,b\n1\n1,2,3\n1,2,, \n4,5\n") == std::vector<Cells>{{"line 2", "the row has 1 cell, the header 2"},
                                                                   {"line 3", "the row has 3 cells, the header 2"},
                                                                   {"1", "2"},
                                                                   {"4", "5"}});
  CHECK(rows("a,b\n\n,\n , \n,,,\n1,2\n") == std::vector<Cells>{{"1", "2"}});
}

TEST_CASE("the delimiter is found in the header") {
  CHECK(rows("a;b\n1,5;2\n") == std::vector<Cells>{{"1,5", "2"}});
  CHECK(rows("a\tb\n1\t2\n") == std::vector<Cells>{{"1", "2"}});
  CHECK(rows("\"a,x,y,z\";b\n1;2\n") == std::vector<Cells>{{"1", "2"}});
  CHECK(rows("sep=;\r\na;b\r\n1;2\r\n") == std::vector<Cells>{{"1", "2"}});
  CHECK(rows("a\n1\n") == std::vector<Cells>{{"1"}});
}

TEST_CASE("the header's names are trimmed; a file without one is refused") {
  CHECK(open(" a ,\tb ,　c\n").header() == Cells{"a", "b", "c"});
  CHECK(open("\n\r\na,b\n").header() == Cells{"a", "b"});
  CHECK(CsvReader::open("t.csv", "").error().message ==
        "t.csv: the file is empty, and its first line should name the columns");
  CHECK(CsvReader::open("t.csv", "\n\n").error().message ==
        "t.csv: the file is empty, and its first line should name the columns");
  CHECK_FALSE(CsvReader::open("t.csv", "sep=;"));
  std::string wide(kCsvColumnsMax - 1, ',');
  CHECK(CsvReader::open("t.csv", "a" + wide + "\n"));
  CHECK(CsvReader::open("t.csv", "a," + wide + "\n").error().message == "t.csv:1: more than 10000 columns");
}
