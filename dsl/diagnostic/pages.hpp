// The pages of docs/diagnostics, compiled in: `tend explain` and the help in SARIF need no folder of documents.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "dsl/text/tongue.hpp"

namespace tend::diagnostic {

/// The page of a code as it was written, both tongues; empty where there is none.
std::string_view page(std::uint16_t code);

/// The page for a reader of one tongue, in Markdown: the catalogue's sentence as its title, what is to know, the wrong
/// and the right example. Chinese stands in a section of the page; the examples are shared. Requires: `code` stands in
/// codes.inc.
std::string page_in(std::uint16_t code, text::Tongue tongue);

struct PlainOptions {
  std::uint32_t width = 0;  // terminal cells of a line; 0: lines are left as long as they are
  bool color = false;
};

/// Light Markdown as a terminal shows it: headings without their marks, code moved in, links as their text.
/// Shape: ends with a line break. Source: only what the pages use is understood.
std::string plain(std::string_view markdown, const PlainOptions& options);

}  // namespace tend::diagnostic
