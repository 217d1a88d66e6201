// Sources end to end: files in, typed rows in a run's order out, and a sentence for everything that does not fit.
#include "engine/simulate/sources.hpp"

#include <chrono>
#include <cstdio>
#include <set>

#include "engine/env/zone.hpp"
#include "tests/engine/simulate/scratch_folder.hpp"

using namespace tend;
using namespace tend::simulate;
using program::Type;
using program::TypeInfo;
using program::Value;
using program::ValueKind;

namespace {

TypeInfo of(Type type) { return {type, Type::none, {}}; }

program::Program tea_house(const std::string& timezone = "UTC") {
  program::Program program;
  program.timezone = timezone;
  program.attributes = {{"timezone", of(Type::text), false},
                        {"language", of(Type::text), false},
                        {"birthday", of(Type::date), false},
                        {"city", of(Type::text), false},
                        {"likes", {Type::list, Type::text, {}}, false},
                        {"phone", of(Type::text), true}};
  for (const std::string_view name : program::kBuiltinEvents) program.events.push_back({std::string(name), {}});
  program.events.push_back({"order", {{"amount", of(Type::money)}, {"quantity", of(Type::number)}}});
  program.events.push_back({"visit", {}});
  return program;
}
constexpr std::uint32_t kOrder = 10;
constexpr std::uint32_t kVisit = 11;

const char* const kOrdersToml =
    "[sources.orders]\nfile = \"orders.csv\"\nevent = \"order\"\ncustomer = \"customer_id\"\nat = \"ordered_at\"\n"
    "fields = { amount = { column = \"amount\", currency = \"USD\" }, quantity = \"quantity\" }\n";

Result<Rows> load(const ScratchFolder& folder, const SourceOptions& options = {}, const std::string& timezone = "UTC") {
  const auto workspace = load_workspace(folder.path());
  INFO((workspace ? "" : workspace.error().message));
  REQUIRE(workspace);
  return load_sources(*workspace, tea_house(timezone), options);
}

Rows loaded(const ScratchFolder& folder, const SourceOptions& options = {}, const std::string& timezone = "UTC") {
  auto rows = load(folder, options, timezone);
  INFO((rows ? "" : rows.error().message));
  REQUIRE(rows);
  return std::move(*rows);
}

std::string refusal(const ScratchFolder& folder, const SourceOptions& options = {}) {
  const auto rows = load(folder, options);
  REQUIRE_FALSE(rows);
  return folder.shorten(rows.error().message);
}

/// "moment customer" of each row.
std::vector<std::string> order_of(const Rows& rows) {
  std::vector<std::string> out;
  for (const SourceRow& row : rows.rows)
    out.push_back(env::format_moment(row.at) + " " + std::string(rows.customer(row)));
  return out;
}

env::Moment moment(std::string_view text) { return *env::parse_moment(text, env::utc()); }

}  // namespace

TEST_CASE("rows of events, typed") {
  ScratchFolder folder;
  folder.write("tend.toml", kOrdersToml);
  folder.write("orders.csv",
               "customer_id,ordered_at,quantity,amount\n00123,1997-01-01T00:03:49Z,1,31.99\n00237,1997-01-01T00:09:38Z,"
               ",\"1,023.54\"\n");
  const Rows rows = loaded(folder);
  CHECK(order_of(rows) == std::vector<std::string>{"1997-01-01T00:03:49Z 00123", "1997-01-01T00:09:38Z 00237"});
  const state::EventInput first = event_input(rows, rows.rows[0]);
  CHECK(first.customer == "00123");
  CHECK(first.event == kOrder);
  CHECK(first.at == moment("1997-01-01T00:03:49Z"));
  CHECK(first.moment == first.at);
  CHECK(state::find_field(first.fields, 0).i == 3199);
  CHECK(state::find_field(first.fields, 0).extra == program::pack_currency("USD"));
  CHECK(state::find_field(first.fields, 1).d == 1);
  const state::EventInput second = event_input(rows, rows.rows[1]);
  CHECK(state::find_field(second.fields, 0).i == 102354);
  CHECK(state::find_field(second.fields, 1).missing());
  CHECK(rows.sources[0].lines == 2);
  CHECK(rows.sources[0].rejected == 0);
  CHECK_FALSE(rows.has_attributes);
}

TEST_CASE("rows are in the order of moments, then of sources' names, then of the file; registers come first") {
  ScratchFolder folder;
  folder.write("tend.toml",
               "[sources.z]\nfile = \"z.csv\"\nevent = \"visit\"\ncustomer = \"id\"\nat = \"at\"\n"
               "[sources.b]\nfile = \"b.csv\"\nevent = \"visit\"\ncustomer = \"id\"\nat = \"at\"\n"
               "[sources.people]\nfile = \"people.csv\"\ncustomer = \"id\"\nattributes = { city = \"city\" }\n");
  folder.write("z.csv", "id,at\nz1,2026-01-02\nz2,2026-01-01\nz3,2026-01-02\n");
  folder.write("b.csv", "id,at\nb1,2026-01-02\nb2,2026-01-03\n");
  folder.write("people.csv", "id,city\np1,a\np2,\n");
  SourceOptions options;
  options.from = moment("2026-01-02");
  const Rows rows = loaded(folder, options);
  CHECK(order_of(rows) == std::vector<std::string>{"2026-01-01T00:00:00Z z2", "2026-01-02T00:00:00Z p1",
                                                   "2026-01-02T00:00:00Z p2", "2026-01-02T00:00:00Z b1",
                                                   "2026-01-02T00:00:00Z z1", "2026-01-02T00:00:00Z z3",
                                                   "2026-01-03T00:00:00Z b2"});
  CHECK(rows.is_register(rows.rows[1]));
  CHECK_FALSE(rows.is_register(rows.rows[3]));
  CHECK(rows.rows[3].event == kVisit);
  CHECK(rows.rows[1].event == kAttributesRow);
  CHECK(rows.sources[0].name == "b");

  // Without `from` registers stand where the first thing happens.
  CHECK(order_of(loaded(folder))[0] == "2026-01-01T00:00:00Z p1");
}

TEST_CASE("rows that are not before `to` are left out and counted") {
  ScratchFolder folder;
  folder.write("tend.toml", kOrdersToml);
  folder.write("orders.csv",
               "customer_id,ordered_at,quantity,amount\na,2026-01-01,1,1\nb,2026-01-02,1,1\nc,2026-01-03,1,1\n");
  SourceOptions options;
  options.to = moment("2026-01-02");
  const Rows rows = loaded(folder, options);
  CHECK(rows.rows.size() == 1);
  CHECK(rows.sources[0].after_to == 2);
  CHECK(rows.sources[0].lines == 3);
}

TEST_CASE("attributes, tags and consent") {
  ScratchFolder folder;
  folder.write("tend.toml",
               "[sources.people]\nfile = \"people.csv\"\ncustomer = \"id\"\n"
               "attributes = { city = \"city\", birthday = \"born\", likes = \"likes\", tags = \"tags\", consent.sms = "
               "\"sms\", timezone = \"zone\" }\n");
  folder.write("people.csv",
               "\xef\xbb\xbfid,city,born,likes,tags,sms,zone\r\np1,长沙,1990/2/3,tea;milk,vip、-new,是,Asia/"
               "Shanghai\r\np2,,,,,no,\r\np3,,,,,,Asia/Changsha\r\n");
  const Rows rows = loaded(folder);
  REQUIRE(rows.rows.size() == 2);
  const state::AttributesInput first = attributes_input(rows, rows.rows[0]);
  CHECK(first.customer == "p1");
  CHECK(state::find_field(first.fields, 0).str() == "Asia/Shanghai");
  CHECK(state::find_field(first.fields, 2).i == env::date({1990, 2, 3}));
  CHECK(state::find_field(first.fields, 3).str() == "长沙");
  CHECK(state::find_field(first.fields, 4).extra == 2);
  CHECK(state::find_field(first.fields, state::kTagAdd).str() == "vip");
  CHECK(state::find_field(first.fields, state::kTagRemove).str() == "new");
  CHECK(state::find_field(first.fields, state::kConsentGiven).str() == "sms");
  const state::AttributesInput second = attributes_input(rows, rows.rows[1]);
  CHECK(state::find_field(second.fields, state::kConsentWithdrawn).str() == "sms");
  // An empty cell is written as missing: it clears.
  state::FieldReader reader(second.fields);
  std::uint16_t index = 0;
  Value value;
  std::set<int> missing;
  while (reader.next(index, value)) {
    if (value.missing()) missing.insert(index);
  }
  CHECK(missing == std::set<int>{0, 2, 3, 4});
  CHECK(folder.shorten(rows.sources[0].messages.at(0)) ==
        "people.csv:4: column `zone`: `Asia/Changsha` is not a time zone like `Asia/Shanghai`");
  CHECK(rows.sources[0].is_register);
}

TEST_CASE("a table from a Chinese spreadsheet, in its own encoding and clock") {
  ScratchFolder folder;
  folder.write("tend.toml",
               "[sources.orders]\nfile = \"orders.csv\"\nevent = \"order\"\ncustomer = \"编号\"\nat = \"时间\"\nfields "
               "= { amount = { column = \"金额\", currency = \"CNY\" } }\n");
  // 编号,时间,金额 / 李1,2026/3/1 9:05,"¥1,299.00" in GB18030
  folder.write(
      "orders.csv",
      "\xb1\xe0\xba\xc5,\xca\xb1\xbc\xe4,\xbd\xf0\xb6\xee\r\n\xc0\xee\x31,2026/3/1 9:05,\"\xa3\xa4\x31,299.00\"\r\n");
  const Rows rows = loaded(folder, {}, "Asia/Shanghai");
  CHECK(order_of(rows) == std::vector<std::string>{"2026-03-01T01:05:00Z 李1"});
  CHECK(state::find_field(rows.fields(rows.rows[0]), 0).i == 129900);
}

TEST_CASE("rows that cannot be read are counted, told and kept") {
  ScratchFolder folder;
  folder.write("tend.toml", kOrdersToml);
  folder.write("orders.csv",
               "customer_id,ordered_at,quantity,amount\n"
               "a,2026-01-01,1,abc\n"
               "a,2026-02-30,1,1\n"
               "a,,1,1\n"
               ",2026-01-01,1,1\n"
               "1.39E+10,2026-01-01,1,1\n"
               "a,2026-01-01,1\n"
               "a,2026-01-01,1,\"9\n"
               "a,2026-01-01,1,12.345\n"
               "good,2026-01-01,1,1\n");
  SourceOptions options;
  options.rejects_folder = folder.path();
  options.messages_max = 8;
  const Rows rows = loaded(folder, options);
  CHECK(order_of(rows) == std::vector<std::string>{"2026-01-01T00:00:00Z good"});
  CHECK(rows.sources[0].lines == 9);
  CHECK(rows.sources[0].rejected == 8);
  std::vector<std::string> messages;
  for (const std::string& message : rows.sources[0].messages) messages.push_back(folder.shorten(message));
  CHECK(messages ==
        std::vector<std::string>{"orders.csv:2: column `amount`: `abc` is not money",
                                 "orders.csv:3: column `ordered_at`: `2026-02-30` is not a date with a time",
                                 "orders.csv:4: column `ordered_at`: there is no date",
                                 "orders.csv:5: column `customer_id`: the customer's id is empty",
                                 "orders.csv:6: column `customer_id`: `1.39E+10` is a long number that a spreadsheet "
                                 "shortened, so its digits are lost: format the column as "
                                 "text in the spreadsheet and export again",
                                 "orders.csv:7: the row has 3 cells, the header 4",
                                 "orders.csv:8: the quote that opens cell 4 is never closed",
                                 "orders.csv:9: column `amount`: `12.345` has more digits than USD has (2)"});
  CHECK(rows.sources[0].rejects_file == folder / "orders.rejects.csv");
  const std::string rejects = folder.read("orders.rejects.csv");
  CHECK(
      rejects.starts_with("\xef\xbb\xbfreason,line,customer_id,ordered_at,quantity,amount\n\"column `amount`: `abc` is "
                          "not money\",2,a,2026-01-01,1,abc\n"));
  CHECK(std::count(rejects.begin(), rejects.end(), '\n') == 9);

  options.messages_max = 2;
  CHECK(loaded(folder, options).sources[0].messages.size() == 2);

  options.strict = true;
  CHECK(refusal(folder, options) == "orders.csv:2: column `amount`: `abc` is not money");

  // What was rejected can be mended where it stands and read again; a file without rejects takes the old one away.
  options = {};
  folder.write("orders.csv",
               "\xef\xbb\xbfreason,line,customer_id,ordered_at,quantity,amount\n\"column `amount`: `abc` is not "
               "money\",2,a,2026-01-01,1,7\n");
  options.rejects_folder = folder.path();
  CHECK(loaded(folder, options).rows.size() == 1);
  CHECK_FALSE(folder.has("orders.rejects.csv"));
}

TEST_CASE("names in tend.toml that the playbooks or the file do not know") {
  ScratchFolder folder;
  folder.write("orders.csv", "customer_id,ordered_at,quantity,amount\n");
  folder.write(
      "tend.toml",
      "[sources.orders]\nfile = \"orders.csv\"\nevent = \"ordr\"\ncustomer = \"customer_id\"\nat = \"ordered_at\"\n");
  CHECK(refusal(folder) == "tend.toml:3: source `orders`: there is no event `ordr`: did you mean `order`?");
  folder.write("tend.toml",
               "[sources.orders]\nfile = \"orders.csv\"\nevent = \"purchase\"\ncustomer = \"customer_id\"\nat = "
               "\"ordered_at\"\n");
  CHECK(refusal(folder) == "tend.toml:3: source `orders`: there is no event `purchase`: there are `order`, `visit`");
  folder.write("tend.toml",
               "[sources.orders]\nfile = \"orders.csv\"\nevent = \"order\"\ncustomer = \"customer_id\"\nat = "
               "\"ordered_at\"\nfields = { amont = \"amount\" }\n");
  CHECK(refusal(folder) ==
        "tend.toml:6: source `orders`: the event `order` has no field `amont`: did you mean `amount`?");
  folder.write("tend.toml",
               "[sources.orders]\nfile = \"orders.csv\"\nevent = \"visit\"\ncustomer = \"customer_id\"\nat = "
               "\"ordered_at\"\nfields = { amount = \"amount\" }\n");
  CHECK(refusal(folder) == "tend.toml:6: source `orders`: the event `visit` has no field `amount`: it has none at all");
  folder.write(
      "tend.toml",
      "[sources.people]\nfile = \"orders.csv\"\ncustomer = \"customer_id\"\nattributes = { citty = \"city\" }\n");
  CHECK(refusal(folder) == "tend.toml:4: source `people`: the customer has no attribute `citty`: did you mean `city`?");
  folder.write("tend.toml",
               "[sources.people]\nfile = \"orders.csv\"\ncustomer = \"customer_id\"\nattributes = { city = { column = "
               "\"city\", currency = \"USD\" } }\n");
  CHECK(refusal(folder) == "tend.toml:4: source `people`: `city` has a currency, but it is not money");
  folder.write(
      "tend.toml",
      "[sources.people]\nfile = \"orders.csv\"\ncustomer = \"customer_id\"\nattributes = { city = \"city\" }\n");
  CHECK(refusal(folder) ==
        "tend.toml:4: `orders.csv` has no column `city`: its columns are `customer_id`, `ordered_at`, `quantity`, "
        "`amount`");
  folder.write("orders.csv", "customer_id,city,city\n");
  CHECK(refusal(folder) == "tend.toml:4: `orders.csv` has two columns `city`, and it is not clear which is meant");
  folder.write("tend.toml",
               "[sources.people]\nfile = \"nobody.csv\"\ncustomer = \"id\"\nattributes = { city = \"city\" }\n");
  CHECK(refusal(folder).starts_with("tend.toml:1: source `people`: cannot open `nobody.csv`"));
}

TEST_CASE("customers that no register describes are counted") {
  ScratchFolder folder;
  folder.write("tend.toml",
               std::string(kOrdersToml) +
                   "[sources.people]\nfile = \"people.csv\"\ncustomer = \"id\"\nattributes = { city = \"city\" }\n");
  folder.write("orders.csv",
               "customer_id,ordered_at,quantity,amount\na,2026-01-01,1,1\nb,2026-01-02,1,1\nb,2026-01-03,1,1\nc,2026-"
               "01-04,1,1\n");
  folder.write("people.csv", "id,city\na,x\n");
  const Rows rows = loaded(folder);
  CHECK(rows.has_attributes);
  CHECK(rows.customers_not_described == 2);
  CHECK(rows.customer_not_described == "b");
}

TEST_CASE("one row may both describe the customer and be an event") {
  ScratchFolder folder;
  folder.write("tend.toml",
               "[sources.visits]\nfile = \"visits.csv\"\nevent = \"visit\"\ncustomer = \"id\"\nat = \"at\"\nattributes "
               "= { city = \"city\" }\n");
  folder.write("visits.csv", "id,at,city\na,2026-01-01,x\n");
  const Rows rows = loaded(folder);
  REQUIRE(rows.rows.size() == 2);
  CHECK(rows.rows[0].event == kAttributesRow);
  CHECK(rows.rows[1].event == kVisit);
  CHECK(rows.customer(rows.rows[1]) == "a");
}

TEST_CASE("JSON lines are a source like others") {
  ScratchFolder folder;
  folder.write("tend.toml",
               "[sources.orders]\nfile = \"orders.jsonl\"\nevent = \"order\"\ncustomer = \"customer.id\"\nat = \"at\"\n"
               "fields = { amount = { column = \"total\", currency = \"USD\" }, quantity = \"qty\" }\n"
               "attributes = { city = \"customer.city\", likes = \"likes\" }\n");
  folder.write("orders.jsonl",
               "{\"customer\":{\"id\":17,\"city\":\"长沙\"},\"at\":\"2026-01-01T00:00:00Z\",\"total\":31.99,\"likes\":["
               "\"tea\"]}\n"
               "{\"customer\":{\"id\":\"b\",\"city\":null},\"at\":\"2026-01-02T00:00:00Z\",\"total\":\"12\"}\n"
               "{\"customer\":\n"
               "{\"at\":\"2026-01-02T00:00:00Z\"}\n");
  SourceOptions options;
  options.rejects_folder = folder.path();
  const Rows rows = loaded(folder, options);
  REQUIRE(rows.rows.size() == 4);
  CHECK(rows.customer(rows.rows[0]) == "17");
  CHECK(state::find_field(rows.fields(rows.rows[0]), 3).str() == "长沙");
  CHECK(state::find_field(rows.fields(rows.rows[0]), 4).extra == 1);
  CHECK(state::find_field(rows.fields(rows.rows[1]), 0).i == 3199);
  // null clears, a key that is not there says nothing
  std::string cleared;
  state::append_field(cleared, 3, Value());
  CHECK(rows.fields(rows.rows[2]) == cleared);
  REQUIRE(rows.sources[0].messages.size() == 2);
  CHECK(folder.shorten(rows.sources[0].messages[0]) == "orders.jsonl:3: the line is not well-formed JSON");
  CHECK(folder.shorten(rows.sources[0].messages[1]) ==
        "orders.jsonl:4: column `customer.id`: the customer's id is empty");
  REQUIRE(rows.sources[0].notes.size() == 1);
  CHECK(folder.shorten(rows.sources[0].notes[0]) ==
        "no line of `orders.jsonl` has the key `qty`: the first line has `customer`, `at`, `total`, `likes`");
  CHECK(folder.read("orders.rejects.csv") ==
        "\xef\xbb\xbfreason,line,json\n\"the line is not well-formed JSON\",3,\"{\"\"customer\"\":\"\n"
        "\"column `customer.id`: the customer's id is empty\",4,\"{\"\"at\"\":\"\"2026-01-02T00:00:00Z\"\"}\"\n");
}

TEST_CASE("the real orders of CDNOW") {
  const std::string path = std::filesystem::absolute("../shared/data/cdnow/orders.csv").lexically_normal().string();
  if (!std::filesystem::exists(path)) {
    WARN("skipped: ../shared/data/cdnow/orders.csv is not here");
    return;
  }
  ScratchFolder folder;
  std::string toml = kOrdersToml;
  toml.replace(toml.find("orders.csv"), 10, path);
  folder.write("tend.toml", toml);
  const auto begin = std::chrono::steady_clock::now();
  const Rows rows = loaded(folder);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  CHECK(rows.rows.size() == 69'659);
  CHECK(rows.sources[0].rejected == 0);
  std::set<std::string_view> customers;
  std::int64_t cents = 0;
  for (const SourceRow& row : rows.rows) {
    customers.insert(rows.customer(row));
    cents += state::find_field(rows.fields(row), 0).i;
  }
  CHECK(customers.size() == 23'570);
  CHECK(cents == 250'031'563);
  std::printf("CDNOW: %zu rows read, typed and in order in %.1f ms\n", rows.rows.size(), took.count());
}
