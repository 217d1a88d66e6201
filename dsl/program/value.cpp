// Currencies: packed codes and their digits.
#include "dsl/program/value.hpp"

#include <algorithm>
#include <iterator>

namespace tend::program {
namespace {

struct Digits {
  std::string_view code;
  int digits;
};

/// Source: ISO 4217 list one, the currencies whose minor unit is not two digits.
constexpr Digits kNotTwo[] = {
    {"BHD", 3}, {"BIF", 0}, {"CLF", 4}, {"CLP", 0}, {"DJF", 0}, {"GNF", 0}, {"IQD", 3}, {"ISK", 0}, {"JOD", 3},
    {"JPY", 0}, {"KMF", 0}, {"KRW", 0}, {"KWD", 3}, {"LYD", 3}, {"OMR", 3}, {"PYG", 0}, {"RWF", 0}, {"TND", 3},
    {"UGX", 0}, {"UYI", 0}, {"UYW", 4}, {"VND", 0}, {"VUV", 0}, {"XAF", 0}, {"XOF", 0}, {"XPF", 0},
};

/// Source: ISO 4217 list one (funds, metals and test codes aside), sorted.
constexpr std::string_view kIsoCodes[] = {
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BHD",
    "BIF", "BMD", "BND", "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHE", "CHF",
    "CHW", "CLF", "CLP", "CNY", "COP", "COU", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP",
    "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL",
    "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF",
    "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD",
    "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MXV", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK",
    "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF",
    "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL",
    "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "USN", "UYI", "UYU",
    "UYW", "UZS", "VED", "VES", "VND", "VUV", "WST", "XAF", "XCD", "XOF", "XPF", "YER", "ZAR", "ZMW", "ZWG"};

}  // namespace

bool is_iso_currency(Currency currency) {
  return std::binary_search(std::begin(kIsoCodes), std::end(kIsoCodes), std::string_view(currency_code(currency)));
}

std::vector<std::string> iso_currencies() { return {std::begin(kIsoCodes), std::end(kIsoCodes)}; }

Currency pack_currency(std::string_view code) {
  Currency packed = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(code.size(), 4); ++i)
    packed |= static_cast<Currency>(static_cast<unsigned char>(code[i])) << (8 * i);
  return packed;
}

std::string currency_code(Currency currency) {
  std::string code;
  for (; currency != 0; currency >>= 8) code += static_cast<char>(currency & 0xFF);
  return code;
}

int currency_digits(Currency currency) {
  const std::string code = currency_code(currency);
  const auto* found =
      std::find_if(std::begin(kNotTwo), std::end(kNotTwo), [&](const Digits& row) { return row.code == code; });
  return found == std::end(kNotTwo) ? 2 : found->digits;
}

}  // namespace tend::program
