// Values of the language: types, durations, money, and the tagged Value that constants and the engine share.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tend::program {

/// The types of the language. `one_of` is text with a closed list of members.
enum class Type : std::uint8_t {
  none,         // no value: an error was reported already
  boolean,
  number,       // IEEE double, never NaN or infinite
  money,        // 64-bit minor units and a currency
  percent,      // exact: units of 1e-8 (100% = 100'000'000)
  text,
  one_of,
  date,         // days since 1970-01-01
  time_of_day,  // milliseconds since midnight
  moment,       // milliseconds since 1970 UTC
  duration,     // months and milliseconds
  list,
  staff,        // reference: held as the person's id (text)
  customer,     // reference: held as the customer's id (text)
};

/// Calendar months and exact milliseconds. `7 days` is 7 * 86'400'000 ms, `1 month` is months = 1, `1 year` 12.
struct Duration {
  std::int32_t months = 0;
  std::int64_t ms = 0;
  friend bool operator==(const Duration&, const Duration&) = default;
};

/// A currency code packed into 32 bits: 'C'|'N'<<8|'Y'<<16 (a fourth letter, for currencies of one's own, in the top byte).
using Currency = std::uint32_t;
Currency pack_currency(std::string_view code);      // 1 to 4 ASCII letters or digits
std::string currency_code(Currency currency);
/// Is it one of ISO 4217's currencies? All others have to be declared.
bool is_iso_currency(Currency currency);
/// The codes of all of them, sorted.
std::vector<std::string> iso_currencies();
/// Most digits after the point of a currency of one's own. The parser, which cannot know what is declared, reads amounts
/// in currencies that ISO 4217 does not know with so many; the checker turns them into the declared digits.
inline constexpr int kDeclaredDigitsMax = 4;
/// Digits after the point: ISO 4217 (CNY 2, JPY 0, KWD 3, …); 2 for codes that ISO does not know.
int currency_digits(Currency currency);

enum class ValueKind : std::uint8_t { missing, boolean, number, money, percent, text, date, time_of_day, moment, duration, list };

/// A value at run time and in constants: 24 bytes, trivially copyable.
/// Shape: text and list only point; who makes the Value keeps what it points to alive.
struct Value {
  ValueKind kind = ValueKind::missing;
  std::uint8_t reserved[3] = {};
  std::uint32_t extra = 0;     // money: Currency · text: length in bytes · list: length · duration: months (as int32_t)
  union {
    std::int64_t i;            // boolean (0/1), money (minor units), percent (1e-8), date, time_of_day, moment, duration (ms)
    double d;                  // number
    const char* text;
    const Value* list;
  };
  Value() : i(0) {}

  static Value boolean(bool v) { Value x; x.kind = ValueKind::boolean; x.i = v; return x; }
  static Value number(double v) { Value x; x.kind = ValueKind::number; x.d = v; return x; }
  static Value money(std::int64_t minor, Currency c) { Value x; x.kind = ValueKind::money; x.extra = c; x.i = minor; return x; }
  static Value percent(std::int64_t v) { Value x; x.kind = ValueKind::percent; x.i = v; return x; }
  static Value string(std::string_view v) { Value x; x.kind = ValueKind::text; x.extra = static_cast<std::uint32_t>(v.size()); x.text = v.data(); return x; }
  static Value date(std::int64_t days) { Value x; x.kind = ValueKind::date; x.i = days; return x; }
  static Value time_of_day(std::int64_t ms) { Value x; x.kind = ValueKind::time_of_day; x.i = ms; return x; }
  static Value moment(std::int64_t ms) { Value x; x.kind = ValueKind::moment; x.i = ms; return x; }
  static Value duration(Duration v) { Value x; x.kind = ValueKind::duration; x.extra = static_cast<std::uint32_t>(v.months); x.i = v.ms; return x; }
  static Value of_list(const Value* first, std::uint32_t n) { Value x; x.kind = ValueKind::list; x.extra = n; x.list = first; return x; }

  bool missing() const { return kind == ValueKind::missing; }
  bool truth() const { return kind == ValueKind::boolean && i != 0; }   // missing as a bool is false
  std::string_view str() const { return {text, extra}; }
  Duration dur() const { return {static_cast<std::int32_t>(extra), i}; }
};

/// An owned constant of a program.
struct Constant {
  ValueKind kind = ValueKind::missing;
  std::int64_t integer = 0;     // as Value::i
  double number = 0;
  std::uint32_t extra = 0;      // Currency or months
  std::string text;
  std::vector<Constant> list;
};

}  // namespace tend::program
