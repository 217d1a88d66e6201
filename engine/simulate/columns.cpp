#include "engine/simulate/columns.hpp"

#include "dsl/text/source.hpp"

namespace tend::simulate {

std::string padded(const std::string& text, std::size_t cells) {
  const std::size_t width = text::display_width(text);
  return text + std::string(width < cells ? cells - width : 0, ' ');
}

std::string right(const std::string& text, std::size_t cells) {
  return std::string(text.size() < cells ? cells - text.size() : 0, ' ') + text;
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "";
  const std::uint64_t tenths = (part * 1000 + whole / 2) / whole;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "%";
}

}  // namespace tend::simulate
