// Figures in columns for people: numbers in groups of three, shares with one decimal, names padded by their width on a
// terminal.
#pragma once
#include <cstdint>
#include <string>

namespace tend::simulate {

inline constexpr std::size_t kNameCells = 30;
inline constexpr std::size_t kNumberCells = 12;

std::string padded(const std::string& text, std::size_t cells);
/// Requires: text is ASCII.
std::string right(const std::string& text, std::size_t cells);
std::string grouped(std::uint64_t number);
/// `12.5%`; empty where whole is 0.
std::string share(std::uint64_t part, std::uint64_t whole);

}  // namespace tend::simulate
