// The bytes of the inputs: what is written is what is read, and no cut or foreign bytes are taken for an input.
#include "engine/state/input.hpp"

#include <string>
#include <vector>

#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::state;
using program::Value;
using program::ValueKind;

namespace {

constexpr program::Currency kCny = 'C' | 'N' << 8 | 'Y' << 16;

std::string a_blob() {
  const Value list[] = {Value::string("red"), Value::string(""), Value::string("绿")};
  std::string blob;
  append_field(blob, 0, Value::boolean(true));
  append_field(blob, 1, Value::number(-1.5));
  append_field(blob, 2, Value::money(-3199, kCny));
  append_field(blob, 3, Value::percent(12'500'000));
  append_field(blob, 4, Value::string("李雷"));
  append_field(blob, 5, Value::date(-3));
  append_field(blob, 6, Value::time_of_day(36'000'000));
  append_field(blob, 7, Value::moment(1'772'323'200'000));
  append_field(blob, 8, Value::duration({-1, 7}));
  append_field(blob, 9, Value::of_list(list, 3));
  append_field(blob, 10, Value());
  append_field(blob, kTagRemove, Value::string("new"));
  return blob;
}

}  // namespace

TEST_CASE("a blob gives back what was put in, kind by kind") {
  const std::string blob = a_blob();
  CHECK(find_field(blob, 0).truth());
  CHECK(find_field(blob, 1).d == -1.5);
  CHECK(find_field(blob, 2).i == -3199);
  CHECK(find_field(blob, 2).extra == kCny);
  CHECK(find_field(blob, 3).i == 12'500'000);
  CHECK(find_field(blob, 4).str() == "李雷");
  CHECK(find_field(blob, 5).i == -3);
  CHECK(find_field(blob, 6).kind == ValueKind::time_of_day);
  CHECK(find_field(blob, 7).i == 1'772'323'200'000);
  CHECK(find_field(blob, 8).dur() == program::Duration{-1, 7});
  CHECK(find_field(blob, 10).missing());
  CHECK(find_field(blob, 11).missing());
  CHECK(find_field(blob, kTagRemove).str() == "new");

  const Value list = find_field(blob, 9);
  REQUIRE(list.kind == ValueKind::list);
  std::vector<Value> elements;
  read_list(list, elements);
  REQUIRE(elements.size() == 3);
  CHECK(elements[0].str() == "red");
  CHECK(elements[1].str().empty());
  CHECK(elements[2].str() == "绿");

  FieldReader reader(blob);
  std::uint16_t index = 0;
  Value value;
  int count = 0;
  while (reader.next(index, value)) ++count;
  CHECK(count == 12);
}

TEST_CASE("the bytes of a field are those of the format document") {
  std::string blob;
  append_field(blob, 0x0102, Value::money(3199, kCny));
  CHECK(blob == std::string("\x02\x01\x03\x7f\x0c\0\0\0\0\0\0CNY\0", 15));
  blob.clear();
  append_field(blob, 7, Value::string("ab"));
  CHECK(blob == std::string("\x07\0\x05\x02\0\0\0ab", 9));
}

TEST_CASE("an event comes back from its bytes, and no cut of them does") {
  EventInput event;
  event.moment = 1000;
  event.at = 900;
  event.customer = "00123";
  event.event = 11;
  const std::string fields = a_blob();
  event.fields = fields;
  std::string bytes;
  encode(bytes, event);

  EventInput back;
  REQUIRE(decode(bytes, back));
  CHECK(back.moment == 1000);
  CHECK(back.at == 900);
  CHECK(back.customer == "00123");
  CHECK(back.event == 11);
  CHECK(back.fields == fields);
  CHECK(customer_of(InputKind::event, bytes) == "00123");
  CHECK(customer_of(InputKind::tick, bytes).empty());

  // A cut at the border of two fields is an input with fewer fields: the log's length and checksum find that, not this.
  std::vector<bool> whole(bytes.size(), false);
  const std::size_t head = bytes.size() - fields.size();
  whole[head] = true;
  FieldReader reader(fields);
  std::uint16_t index = 0;
  Value value;
  std::string again;
  while (reader.next(index, value)) {
    if (value.kind == ValueKind::list) {
      std::vector<Value> elements;
      read_list(value, elements);
      value = Value::of_list(elements.data(), static_cast<std::uint32_t>(elements.size()));
      append_field(again, index, value);
    } else {
      append_field(again, index, value);
    }
    if (head + again.size() < whole.size()) whole[head + again.size()] = true;
  }
  CHECK(again == fields);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EventInput cut;
    INFO("cut at " << size);
    CHECK(decode(std::string_view(bytes).substr(0, size), cut) == whole[size]);
  }
}

TEST_CASE("outcomes, attributes and ticks come back, and no cut of them does") {
  OutcomeInput outcome;
  outcome.moment = 5;
  outcome.customer = "客户1";
  outcome.playbook = 1;
  outcome.journey = 2;
  outcome.message = 3;
  outcome.key = {0x0123456789abcdefULL, 0xfedcba9876543210ULL};
  outcome.outcome = OutcomeKind::rejected_recipient;
  outcome.channel = "outbox";
  outcome.reason = "no such number";
  std::string bytes;
  encode(bytes, outcome);
  OutcomeInput back;
  REQUIRE(decode(bytes, back));
  CHECK(back.moment == 5);
  CHECK(back.customer == "客户1");
  CHECK(back.playbook == 1);
  CHECK(back.journey == 2);
  CHECK(back.message == 3);
  CHECK(back.key == outcome.key);
  CHECK(back.outcome == OutcomeKind::rejected_recipient);
  CHECK(back.channel == "outbox");
  CHECK(back.reason == "no such number");
  CHECK(customer_of(InputKind::outcome, bytes) == "客户1");
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(decode(std::string_view(bytes).substr(0, size), back));
  CHECK_FALSE(decode(bytes + "x", back));

  AttributesInput attributes;
  attributes.moment = 9;
  attributes.customer = "a";
  const std::string fields = a_blob();
  attributes.fields = fields;
  bytes.clear();
  encode(bytes, attributes);
  AttributesInput attributes_back;
  REQUIRE(decode(bytes, attributes_back));
  CHECK(attributes_back.moment == 9);
  CHECK(attributes_back.customer == "a");
  CHECK(attributes_back.fields == fields);
  CHECK_FALSE(decode(bytes + "x", attributes_back));

  bytes.clear();
  encode_moment(bytes, -1);
  Moment moment = 0;
  REQUIRE(decode_moment(bytes, moment));
  CHECK(moment == -1);
  CHECK_FALSE(decode_moment(std::string_view(bytes).substr(1), moment));
  CHECK_FALSE(decode_moment(bytes + "x", moment));
}

TEST_CASE("bytes that mean nothing are refused") {
  std::uint16_t index = 0;
  Value value;
  const std::string unknown_kind("\x01\0\x0b", 3);
  CHECK_FALSE(FieldReader(unknown_kind).next(index, value));
  const std::string odd_boolean("\x01\0\x01\x02", 4);
  CHECK_FALSE(FieldReader(odd_boolean).next(index, value));
  const std::string list_in_list("\x01\0\x0a\x01\0\x0a\0\0", 8);
  CHECK_FALSE(FieldReader(list_in_list).next(index, value));
  const std::string long_text("\x01\0\x05\xff\xff\xff\xffxy", 9);
  CHECK_FALSE(FieldReader(long_text).next(index, value));
}

TEST_CASE("a send's key is 32 hex digits") {
  CHECK(format_key({0x0123456789abcdefULL, 0xfedcba9876543210ULL}) == "0123456789abcdeffedcba9876543210");
  CHECK(format_key({}) == std::string(32, '0'));
}

TEST_CASE("a stop is written as it is read, and is about its customer") {
  std::string bytes;
  encode(bytes, StopInput{.moment = 7, .customer = "李雷", .playbook = "p"});
  StopInput back;
  REQUIRE(decode(bytes, back));
  CHECK(back.moment == 7);
  CHECK(back.customer == "李雷");
  CHECK(back.playbook == "p");
  CHECK(customer_of(InputKind::stop, bytes) == "李雷");
  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(decode(bytes.substr(0, size), back));
  CHECK_FALSE(decode(bytes + "x", back));
}
