# Writes the pages of the diagnostics as one C++ file: cmake -DPAGES=folder -DOUT=file -P pages.cmake
file(GLOB pages ${PAGES}/T*.md)
list(SORT pages)
set(rows "")
foreach(page ${pages})
  get_filename_component(name ${page} NAME_WE)
  string(REGEX REPLACE "^T0*" "" number ${name})
  file(READ ${page} text)
  string(APPEND rows "    {${number}, R\"page(${text})page\"},\n")
endforeach()
file(WRITE ${OUT} "// The pages of docs/diagnostics, written by dsl/diagnostic/pages.cmake.
#include \"dsl/diagnostic/pages.hpp\"

namespace tend::diagnostic {

std::string_view page(std::uint16_t code) {
  struct Row {
    std::uint16_t code;
    std::string_view text;
  };
  static constexpr Row kRows[] = {
${rows}  };
  for (const Row& row : kRows) {
    if (row.code == code) return row.text;
  }
  return {};
}

}  // namespace tend::diagnostic
")
