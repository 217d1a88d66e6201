// XML from outside, as the texts of its leaves. Read by Expat; documents with a DOCTYPE, and so with entities of their
// own, are refused.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tend::channel {

/// Paths and texts in the order of the document: `{"xml/Event", "subscribe"}`.
using XmlFields = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::size_t kXmlBytesMax = 256u << 10;
inline constexpr std::size_t kXmlElementsMax = 5000;
inline constexpr std::size_t kXmlDepthMax = 8;
inline constexpr std::size_t kXmlNameMax = 64;

/// Errors: none for what is not well-formed, is larger or deeper than the limits above, or has a DOCTYPE.
std::optional<XmlFields> read_xml(std::string_view text);
/// The first text with this path; empty where there is none.
std::string_view field_of(const XmlFields& fields, std::string_view path);

}  // namespace tend::channel
