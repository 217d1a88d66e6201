// Batches of `tend import` for a server: what is sent is what comes, and bytes that no import would send are refused.
#include "engine/serve/import.hpp"

#include "dsl/program/program.hpp"
#include "engine/state/consent.hpp"
#include "engine/state/input.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::serve;
using program::Type;
using program::Value;

namespace {

program::Program shop() {
  program::Program program;
  const auto of = [](Type type) { return program::TypeInfo{type, Type::none, {}}; };
  program.attributes = {{"timezone", of(Type::text), false},
                        {"language", of(Type::text), false},
                        {"born", of(Type::date), false},
                        {"level", {Type::one_of, Type::none, {"gold", "silver"}}, false},
                        {"likes", {Type::list, Type::text, {}}, false}};
  program.events.push_back({"order", {{"amount", of(Type::money)}, {"n", of(Type::number)}}});
  return program;
}

std::string blob(std::uint16_t index, const Value& value) {
  std::string out;
  state::append_field(out, index, value);
  return out;
}

bool fine(const ImportRow& row) { return check_import(shop(), {row}).has_value(); }
bool event_with(const std::string& fields) { return fine({.at = 5, .event = 0, .customer = "a", .fields = fields}); }
bool person_with(const std::string& fields) {
  return fine({.event = program::kNone, .customer = "a", .fields = fields});
}

}  // namespace

TEST_CASE("a batch comes as it was sent, and is none where a byte is missing or more") {
  const std::string fields = blob(1, Value::number(3));
  ImportBatch batch{.program = "hash", .before = "one", .after = "two"};
  batch.rows.push_back({.at = 7, .event = 0, .customer = "anna", .fields = fields});
  batch.rows.push_back({.event = program::kNone, .customer = "bo", .fields = ""});
  const std::string body = encode_import(batch);
  const auto read = decode_import(body);
  REQUIRE(read);
  CHECK(read->program == "hash");
  CHECK(read->before == "one");
  CHECK(read->after == "two");
  REQUIRE(read->rows.size() == 2);
  CHECK(read->rows[0].at == 7);
  CHECK(read->rows[0].customer == "anna");
  CHECK(read->rows[0].fields == fields);
  CHECK(read->rows[1].event == program::kNone);
  for (std::size_t cut = 0; cut < body.size(); ++cut) CHECK_FALSE(decode_import(std::string_view(body).substr(0, cut)));
  CHECK_FALSE(decode_import(body + "x"));
  batch.after = std::string(70'000, 'c');
  CHECK_FALSE(decode_import(encode_import(batch)));
}

TEST_CASE("what a source can hold is taken") {
  CHECK(event_with(""));
  CHECK(event_with(blob(0, Value::money(-5, program::pack_currency("CNY"))) + blob(1, Value::number(1e300))));
  CHECK(person_with(blob(2, Value::date(-3)) + blob(3, Value::string("gold")) + blob(3, Value())));
  CHECK(person_with(blob(0, Value::string("Asia/Shanghai"))));
  CHECK(person_with(blob(state::kTagAdd, Value::string("vip")) + blob(state::kSuppressed, Value::string(""))));
  CHECK(person_with(blob(state::kConsentGiven, Value::string("sms")) + blob(state::kConsentText, Value::string("v1")) +
                    blob(state::kConsentEvidence, Value::string("form 7")) +
                    blob(state::kConsentSource, Value::string("source:people"))));
  const std::vector<Value> likes = {Value::string("茶"), Value::string("b")};
  CHECK(person_with(blob(4, Value::of_list(likes.data(), 2))));
}

TEST_CASE("what no source can hold is refused") {
  CHECK_FALSE(event_with(blob(2, Value::number(1))));  // no such field
  CHECK_FALSE(event_with(blob(1, Value::string("three"))));
  CHECK_FALSE(event_with(blob(1, Value::number(1)) + "x"));
  CHECK_FALSE(event_with(blob(1, Value::number(1.0 / 0.0))));
  CHECK_FALSE(event_with(blob(0, Value::money(1, 0x01020304))));
  CHECK_FALSE(person_with(blob(3, Value::string("brass"))));
  CHECK_FALSE(person_with(blob(2, Value::date(INT64_MAX))));
  CHECK_FALSE(person_with(blob(1, Value::string("\xff"))));
  CHECK_FALSE(person_with(blob(0, Value::string("Nowhere/Town"))));
  CHECK_FALSE(person_with(blob(0xFFF9, Value::string("a"))));
  CHECK_FALSE(person_with(blob(state::kConsentText, Value::string("v1"))));  // of no consent
  CHECK_FALSE(person_with(blob(state::kTagAdd, Value::number(1))));
  CHECK_FALSE(person_with(blob(5, Value::string("a"))));
  const std::vector<Value> mixed = {Value::string("a"), Value::number(2)};
  CHECK_FALSE(person_with(blob(4, Value::of_list(mixed.data(), 2))));
  CHECK_FALSE(fine({.at = 5, .event = 1, .customer = "a", .fields = ""}));
  CHECK_FALSE(fine({.event = 0, .customer = "a", .fields = ""}));  // happened at no moment
  CHECK_FALSE(fine({.at = INT64_MAX, .event = 0, .customer = "a", .fields = ""}));
  for (const char* const id : {"", " a", "a\xff", "1.39E+10"})
    CHECK_FALSE(fine({.at = 5, .event = 0, .customer = id, .fields = ""}));
}
