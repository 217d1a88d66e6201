// Literals and operators: where they end, and of what kind they are. literal.hpp says what they are worth.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "dsl/syntax/state.hpp"

namespace tend::syntax {

enum class LiteralKind : std::uint8_t { none, number, money, percent, duration, date, time_of_day, moment };
enum class Unit : std::uint8_t { millisecond, second, minute, hour, day, week, month, year };

struct Literal {
  LiteralKind kind = LiteralKind::none;
  std::uint32_t length = 0;
  std::uint32_t number_length = 0;  // of the digits in front, 万 included
  Unit unit = Unit::day;
};
Literal match_literal(const State& state, std::uint32_t at);
/// A bare unit of time (`month`, 月): its length, 0 where none.
std::uint32_t match_unit(const State& state, std::uint32_t at, bool bare, Unit& unit);
/// Length of an operator, and which; 0 where none.
std::uint32_t match_comparison(std::string_view source, std::uint32_t at, Word& word, bool& doubled);
/// Length of `8-15`.
std::uint32_t match_lunar_day(std::string_view source, std::uint32_t at);

/// End of a number at `at`, 万 included; 0 where none.
std::uint32_t number_end(std::string_view source, std::uint32_t at);

/// The words of units in both tongues.
struct UnitRow {
  std::string_view word;
  Unit unit;
  bool bare;     // after `per`, `every`
  bool counted;  // after a number
};
std::span<const UnitRow> unit_rows();

}  // namespace tend::syntax
