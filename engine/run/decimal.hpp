// Numbers and money as people write them in cells: full width, grouped, with signs and names of currencies. Used by
// intake.cpp.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "dsl/program/program.hpp"
#include "engine/env/result.hpp"

namespace tend::run {

/// The text without the blanks around it: spaces, tabs, no-break and ideographic spaces.
std::string_view trim_blanks(std::string_view text);

/// Full-width forms and the wide signs of money become their narrow twins, no-break and ideographic spaces become
/// spaces.
std::string to_narrow(std::string_view text);

/// A cell's text for a message: in back-quotes, one line, cut after 40 bytes.
std::string quoted(std::string_view text);

/// `1,299.00`, `1_299`, `１２．５`, `-3`, `1.5e3`. Commas must part groups of three, underscores stand between digits.
/// Errors: anything else; what is too large for a double.
Result<double> parse_number(std::string_view text);

/// A decimal of at most `digits` digits after the point (further zeros are fine), times 10^digits, exactly.
/// Errors: more digits, more than 64 bits, anything that is no decimal. Exponents are refused: what wrote them has lost
/// digits.
Result<std::int64_t> parse_scaled(std::string_view text, int digits);

struct Money {
  std::int64_t minor = 0;
  program::Currency currency = 0;
};

/// `¥1,299.00`, `1,299.00元`, `CNY 12`, `-12.00 USD`, `12.00`. `expected` is the field's currency, 0 for none; a sign
/// that several currencies share (`$`, `¥`, `元`) is the expected one if that is among them, else the commonest.
/// `own` are the currencies of one's own, known by their code or title. Errors: another currency than expected, none at
/// all, more digits than the currency has, more than 64 bits.
using Declared = std::span<const program::DeclaredCurrency>;
Result<Money> parse_money(std::string_view text, program::Currency expected, Declared own = {});

}  // namespace tend::run
