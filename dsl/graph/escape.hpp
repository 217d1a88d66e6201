// Escaping for the three forms of a graph.
#pragma once
#include <string>
#include <string_view>

namespace tend::graph {

/// For text and attributes of XML and HTML; control characters that XML has no form for become blanks.
std::string xml(std::string_view text);
/// For the inside of a quoted Mermaid text: its own entities, `<br/>` for line ends.
std::string mermaid_text(std::string_view text);
/// For the inside of a quoted Graphviz text.
std::string dot_text(std::string_view text);

}  // namespace tend::graph
