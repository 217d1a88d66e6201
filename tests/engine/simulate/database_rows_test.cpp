// Rows of a database behind a place: each once, whatever their cursors have in common. The database is a list here; a
// real one is in tests/e2e/postgres_test.py.
#include "engine/simulate/database_rows.hpp"

#include "engine/simulate/import_place.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::simulate;

namespace {

using Line = std::vector<std::optional<std::string>>;  // cursor, customer, tags

/// Lines in the order of their cursor, as numbers.
class Table final : public Postgres {
 public:
  explicit Table(std::vector<Line> lines) : lines_(std::move(lines)) {
    const auto number = [](const Line& line) { return line[0] ? std::stol(*line[0]) : 1'000'000'000; };
    std::stable_sort(lines_.begin(), lines_.end(), [&](const Line& a, const Line& b) { return number(a) < number(b); });
  }
  const std::vector<DatabaseColumn>& columns() const override { return columns_; }
  std::size_t cursor() const override { return 0; }
  bool same_cursor(std::string_view a, std::string_view b) const override { return a == b; }
  Result<void> begin(const std::optional<std::string>& from, bool behind) override {
    if (!from) return {};
    std::erase_if(lines_, [&](const Line& line) {
      return !line[0] || std::stol(*line[0]) < std::stol(*from) || (behind && *line[0] == *from);
    });
    return {};
  }
  Result<bool> next(std::vector<std::optional<std::string_view>>& values) override {
    if (at_ == lines_.size()) return false;
    values.assign(lines_[at_].begin(), lines_[at_].end());
    ++at_;
    return true;
  }

 private:
  std::vector<Line> lines_;
  std::vector<DatabaseColumn> columns_ = {
      {"id", ColumnKind::text}, {"who", ColumnKind::text}, {"t", ColumnKind::array}};
  std::size_t at_ = 0;
};

struct Read {
  std::vector<std::string> customers;
  std::vector<std::string> rejects;
  std::vector<std::string> notes;
  std::size_t batches = 0;
  DatabasePlace place;
};

Source people(const std::string& query = "select") {
  Source source;
  source.name = "people";
  source.query = query;
  source.cursor = "id";
  source.customer = "who";
  source.attributes = {{"tags", "t", "", 4}};
  return source;
}

/// Reads what is behind `place`; at most `batches`, as if it were killed then.
Read read(const std::vector<Line>& lines, const DatabasePlace& place = {}, std::size_t batches = 1000,
          const Source& source = people()) {
  Workspace workspace;
  workspace.config = "tend.toml";
  static program::Program program;
  const auto resolved = resolve_source(workspace, source, program);
  REQUIRE(resolved);
  auto rows = DatabaseRows::open(workspace, source, *resolved, env::utc(), std::make_unique<Table>(lines), place);
  REQUIRE(rows);
  Read out;
  const OnReject reject = [&](const DatabaseReject& row) -> Result<void> {
    out.rejects.push_back(row.where + ": " + row.why + " | " + row.raw);
    return {};
  };
  while (out.batches < batches) {
    Rows taken;
    const auto more = (*rows)->next(taken, 0, reject);
    REQUIRE(more);
    if (!*more) break;
    ++out.batches;
    for (const SourceRow& row : taken.rows) out.customers.emplace_back(taken.customer(row));
  }
  out.notes = (*rows)->notes();
  out.place = (*rows)->place();
  return out;
}

Line line(const std::string& id, const std::string& who) { return {id, who, std::nullopt}; }

std::vector<Line> many(const std::string& id, const std::string& who, int count) {
  std::vector<Line> lines;
  for (int i = 0; i < count; ++i) lines.push_back(line(id, who + std::to_string(i)));
  return lines;
}

}  // namespace

TEST_CASE("rows that have the last value are known again by their content") {
  std::vector<Line> lines = {line("1", "a"), line("2", "c"), line("2", "b"), line("2", "b")};
  const Read first = read(lines);
  CHECK(first.customers == std::vector<std::string>{"a", "b", "b", "c"});  // of one value as their content says
  CHECK(first.place.after == "2");
  CHECK(first.place.rows == 3);
  CHECK(read(lines, first.place).customers.empty());
  lines.push_back(line("2", "b"));  // a third of the same content is another row
  lines.push_back(line("2", "aa"));
  lines.push_back(line("3", "d"));
  const Read second = read(lines, first.place);
  CHECK(second.customers == std::vector<std::string>{"b", "aa", "d"});
  CHECK(second.place.after == "3");
  CHECK(read(lines, second.place).customers.empty());
}

TEST_CASE("rows that come later with the last value, in two steps") {
  std::vector<Line> lines = {line("2", "a")};
  const Read first = read(lines);
  lines.push_back(line("2", "b"));
  const Read second = read(lines, first.place);
  CHECK(second.customers == std::vector<std::string>{"b"});
  CHECK(second.place.rows == 2);
  lines.push_back(line("2", "c"));
  CHECK(read(lines, second.place).customers == std::vector<std::string>{"c"});
}

TEST_CASE("of many rows with one value only their number is known") {
  std::vector<Line> lines = many("7", "m", kSameValueKept + 1);
  const Read first = read(lines);
  CHECK(first.customers.size() == kSameValueKept + 1);
  CHECK(first.place.hashes.empty());
  CHECK(first.place.rows == kSameValueKept + 1);
  CHECK(read(lines, first.place).notes.empty());
  lines.push_back(line("7", "late"));
  lines.push_back(line("8", "next"));
  const Read second = read(lines, first.place);
  CHECK(second.customers == std::vector<std::string>{"next"});
  REQUIRE(second.notes.size() == 1);
  CHECK(second.notes.front().find("1 rows came later") != std::string::npos);
  CHECK(read(many("7", "m", kSameValueKept)).place.hashes.size() == kSameValueKept);
}

TEST_CASE("a batch ends between two values, and a reading that was killed goes on there") {
  std::vector<Line> lines;
  for (int id = 0; id < 4000; ++id) {
    for (int i = 0; i < 3; ++i) lines.push_back(line(std::to_string(id), "c" + std::to_string(id * 3 + i)));
  }
  DatabasePlace place;
  std::vector<std::string> all;
  for (int round = 0; round < 10; ++round) {
    const Read part = read(lines, place, 1);
    all.insert(all.end(), part.customers.begin(), part.customers.end());
    place = part.place;
  }
  std::sort(all.begin(), all.end());
  CHECK(all.size() == 12'000);
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}

TEST_CASE("another query goes on behind the last value") {
  const Read first = read({line("1", "a"), line("2", "b")});
  const Read second = read({line("2", "b"), line("2", "x"), line("3", "c")}, first.place, 1000, people("other"));
  CHECK(second.customers == std::vector<std::string>{"c"});
}

TEST_CASE("a row that cannot be read is set aside, and the next reading does not meet it again") {
  const std::vector<Line> lines = {
      line("1", "a"), line("2", ""), {"3", "c", "{{1}}"}, {std::nullopt, "d", "{\"x,\"}"}, line("4", "e")};
  const Read first = read(lines);
  CHECK(first.customers == std::vector<std::string>{"a", "e"});
  CHECK(first.rejects ==
        std::vector<std::string>{"people, `id` 2: column `who`: the customer's id is empty | \"2\",\"\",",
                                 "people, `id` 3: column `t`: an array in an array is no list | \"3\",\"c\",\"{{1}}\"",
                                 "people, `id` : column `id`: the cursor has no value | ,\"d\",\"{\"\"x,\"\"}\""});
  CHECK(first.place.after == "4");
  CHECK(read(lines, first.place).rejects.empty());
}

TEST_CASE("a row that is too long is set aside without its cells") {
  const Read first = read({{"1", std::string(2'000'000, 'x'), std::nullopt}});
  REQUIRE(first.rejects.size() == 1);
  CHECK(first.rejects.front() == "people, `id` 1: the row has more than 1048576 bytes, and is left out here | \"1\",,");
}

TEST_CASE("too many rows with one value are refused") {
  Workspace workspace;
  const Source source = people();
  program::Program program;
  const auto resolved = resolve_source(workspace, source, program);
  REQUIRE(resolved);
  auto rows = DatabaseRows::open(workspace, source, *resolved, env::utc(),
                                 std::make_unique<Table>(many("1", "m", kSameValueMax + 1)), {});
  REQUIRE(rows);
  Rows taken;
  const auto more = (*rows)->next(taken, 0, [](const DatabaseReject&) { return Result<void>(); });
  REQUIRE_FALSE(more);
  CHECK(more.error().message ==
        "source `people`: more than 200000 rows have the same `id`: take a column as `cursor` that tells rows apart "
        "better");
}

TEST_CASE("how far the sources are, as the log keeps it") {
  ImportPlace place;
  place.files["orders"] = {"c0", "p0", 7};
  place.databases["people"] = {"q0", "2024-01-01 08:00:00.5+00", 2, {"h1", "h2"}};
  const auto text = write_import_place(place);
  REQUIRE(text);
  const ImportPlace read = read_import_place(*text);
  CHECK(read.files.at("orders").rows == 7);
  CHECK(read.files.at("orders").content == "c0");
  CHECK(read.databases.at("people").after == "2024-01-01 08:00:00.5+00");
  CHECK(read.databases.at("people").hashes == std::vector<std::string>{"h1", "h2"});
  CHECK(*write_import_place(read) == *text);
  CHECK(read_import_place("").files.empty());
  CHECK(read_import_place("import/2 {\"files\":{\"a\":3}}").files.empty());
  place.databases["people"].hashes.assign(2000, std::string(32, 'a'));
  CHECK(write_import_place(place).error().code == ErrorCode::invalid);
}
