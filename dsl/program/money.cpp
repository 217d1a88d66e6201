#include "dsl/program/money.hpp"

namespace tend::program {

int currency_digits(std::span<const DeclaredCurrency> own, Currency currency) {
  for (const DeclaredCurrency& declared : own) {
    if (declared.code == currency) return declared.digits;
  }
  return currency_digits(currency);
}

std::string amount_text(std::int64_t minor, int digits) {
  const auto after = static_cast<std::size_t>(digits);
  const std::uint64_t size = minor < 0 ? 0 - static_cast<std::uint64_t>(minor) : static_cast<std::uint64_t>(minor);
  std::string text = std::to_string(size);
  if (text.size() <= after) text.insert(0, after + 1 - text.size(), '0');
  if (after > 0) text.insert(text.size() - after, ".");
  return (minor < 0 ? "-" : "") + text;
}

std::string money_text(std::span<const DeclaredCurrency> own, std::int64_t minor, Currency currency) {
  if (currency == 0) return amount_text(minor, 2);
  return amount_text(minor, currency_digits(own, currency)) + " " + currency_code(currency);
}

}  // namespace tend::program
