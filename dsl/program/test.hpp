// The tests of a workspace, checked and lowered: what is given, what happens, what is expected, as plain data. They are
// no part of the program: the same playbooks have the same bytes with and without tests.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dsl/program/program.hpp"

namespace tend::program {

/// Where a test without `at` begins: Monday, 2026-01-05 10:00 on the customer's clock.
inline constexpr std::int64_t kTestStartDate = 20458;
inline constexpr std::int32_t kTestStartTime = 36'000'000;
/// The id of a test's customer who is given none.
inline constexpr const char* kTestCustomer = "customer";

/// A value of an attribute or field.
struct TestValue {
  std::uint32_t index = 0;  // attribute or field
  Constant value;
  std::int32_t local_time = -1;  // where not negative: `value` is a date, meant is that date at this time on his clock
};

/// `{ name: "Anna", tags: ["vip"] }`: what is said of a customer. Tags and consent are said as a whole.
struct TestCustomer {
  std::vector<TestValue> attributes;
  std::optional<std::vector<std::string>> tags;
  std::optional<std::vector<std::string>> consent;
};

/// An event of a customer, `ago` before the start (given) or before now (happen).
struct TestEvent {
  std::uint32_t event = kNone;
  std::vector<TestValue> fields;
  Duration ago;
};

/// A `given` line.
struct TestGiven {
  std::uint32_t customer = 0;  // Test::customers
  bool is_event = false;
  TestEvent event;
  TestCustomer is;  // where it is no event
  Duration ago;     // how long he has been known like that
};

enum class TestDo : std::uint8_t {
  after,            // duration
  happen_event,     // event
  happen_customer,  // is: what is set from outside
  channel_fails,    // channel, text (the reason)
  expect_enter,
  expect_send,  // messages (any of them), channel (empty: any)
  expect_none,  // none_of; messages (empty: all); duration, where it says for how long
  expect_goal,
  expect_leave,
  expect_stop,       // text (the reason, where it says one)
  expect_task,       // text (where it says one)
  expect_grant,      // amount, currency
  expect_credit,     // amount, currency, person
  expect_condition,  // expression
};
inline bool is_expectation(TestDo kind) { return kind >= TestDo::expect_enter; }

enum class TestNone : std::uint8_t { send, task, enter };

/// A line that does or expects something.
struct TestLine {
  TestDo kind = TestDo::after;
  text::Span span;
  std::uint32_t line = 0;
  std::optional<Duration> duration;
  TestEvent event;
  TestCustomer is;
  std::string channel;
  std::optional<std::string> text;
  std::vector<std::uint32_t> messages;  // Program::messages
  TestNone none_of = TestNone::send;
  std::int64_t amount = 0;  // minor units
  Currency currency = 0;
  Person person;
  std::uint32_t expression = kNone;  // of the program with Tests::parts behind it
};

struct Test {
  std::string name;
  std::uint32_t playbook = 0;  // Program::playbooks
  text::Span span;             // of the name
  std::uint32_t line = 0;
  std::vector<std::string> customers;  // ids; the first is the one whom the test is about
  std::vector<TestGiven> given;
  std::int64_t start_date = kTestStartDate;
  std::int32_t start_time = kTestStartTime;
  std::optional<std::int64_t> start;  // where `at` is written with an offset: milliseconds since 1970
  std::vector<TestLine> lines;
};

/// What the conditions of tests add to a program's tables; their indices go on from the program's.
struct TestParts {
  std::vector<Constant> constants;
  std::vector<Node> nodes;
  std::vector<text::Span> node_places;
  std::vector<std::uint32_t> arguments;
  std::vector<Window> windows;
  std::vector<Expression> expressions;
};

struct Tests {
  std::vector<Test> tests;  // by file name and place
  TestParts parts;
};

}  // namespace tend::program
