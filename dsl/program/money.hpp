// Amounts of money: how many digits a currency has, and amounts as exact decimals.
#pragma once
#include <span>
#include <string>

#include "dsl/program/program.hpp"

namespace tend::program {

/// Digits after the point: of a currency of one's own as declared, else ISO 4217's.
int currency_digits(std::span<const DeclaredCurrency> own, Currency currency);

/// `-12.50`. Units: minor, of which 10^digits make one.
std::string amount_text(std::int64_t minor, int digits);

/// `-12.50 CNY`; without a currency `-12.50`.
std::string money_text(std::span<const DeclaredCurrency> own, std::int64_t minor, Currency currency);

}  // namespace tend::program
