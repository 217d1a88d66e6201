// The months of the Chinese lunar calendar, one after the other: a table that is made when tend is built
// (lunar_months/main.cpp), so that neither a machine's locale, zone and date nor its version of ICU is in a run.
#pragma once
#include <cstdint>
#include <span>

#include "engine/env/moment.hpp"

namespace tend::env {

/// Lunar years of the table, both within.
constexpr int kLunarYearMin = 1900;
constexpr int kLunarYearMax = 2100;

struct LunarMonth {
  Date first;          // its first day
  std::int16_t year;   // of its lunar new year: the Gregorian year in which that lies
  std::uint8_t month;  // from 1 to 12
  bool leap;           // comes after the ordinary month of this number
};

/// Shape: in order and without a hole, from the first month of kLunarYearMin to the last one of kLunarYearMax; one more
/// month says where that one ends.
std::span<const LunarMonth> lunar_months();

}  // namespace tend::env
