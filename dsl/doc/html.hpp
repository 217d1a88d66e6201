// The frame of a page, its style and its small parts.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "dsl/prose/reading.hpp"

namespace tend::doc {

std::string page(std::string_view title, std::string_view body, text::Tongue tongue);
/// `<section><h2>…`; empty for an empty body.
std::string section(std::string_view heading, std::string_view body);
/// A list of ready HTML items; empty for none.
std::string list(const std::vector<std::string>& items);
std::string paragraph(std::string_view text);  // escapes
std::string reading_html(const prose::Reading& reading, text::Tongue tongue);
/// A relative link that holds for any name.
std::string href(std::string_view file);

}  // namespace tend::doc
