#include "engine/channel/platform/xml.hpp"

#include <expat.h>

#include <memory>

namespace tend::channel {
namespace {

struct Reading {
  XML_Parser parser = nullptr;
  XmlFields fields;
  std::string path;
  std::string text;
  std::size_t depth = 0;
  std::size_t elements = 0;
  bool is_leaf = false;
  bool refused = false;

  void refuse() {
    refused = true;
    XML_StopParser(parser, XML_FALSE);
  }
};

void start(void* user, const XML_Char* name, const XML_Char**) {
  auto& reading = *static_cast<Reading*>(user);
  const std::string_view plain(name);
  if (++reading.depth > kXmlDepthMax || ++reading.elements > kXmlElementsMax || plain.size() > kXmlNameMax)
    return reading.refuse();
  if (!reading.path.empty()) reading.path += '/';
  reading.path += plain;
  reading.text.clear();
  reading.is_leaf = true;
}

void end(void* user, const XML_Char* name) {
  auto& reading = *static_cast<Reading*>(user);
  if (reading.refused) return;
  if (reading.is_leaf) reading.fields.emplace_back(reading.path, std::move(reading.text));
  reading.text.clear();
  reading.is_leaf = false;
  const std::size_t size = std::string_view(name).size();
  reading.path.resize(reading.path.size() > size ? reading.path.size() - size - 1 : 0);
  --reading.depth;
}

void characters(void* user, const XML_Char* text, int size) {
  auto& reading = *static_cast<Reading*>(user);
  if (reading.is_leaf) reading.text.append(text, static_cast<std::size_t>(size));
}

void doctype(void* user, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  static_cast<Reading*>(user)->refuse();
}

}  // namespace

std::optional<XmlFields> read_xml(std::string_view text) {
  if (text.empty() || text.size() > kXmlBytesMax) return std::nullopt;
  const std::unique_ptr<std::remove_pointer_t<XML_Parser>, decltype(&XML_ParserFree)> parser(XML_ParserCreate("UTF-8"),
                                                                                             XML_ParserFree);
  if (!parser) return std::nullopt;
  Reading reading{.parser = parser.get()};
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), start, end);
  XML_SetCharacterDataHandler(parser.get(), characters);
  XML_SetStartDoctypeDeclHandler(parser.get(), doctype);
  const XML_Status status = XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), XML_TRUE);
  if (status != XML_STATUS_OK || reading.refused) return std::nullopt;
  return std::move(reading.fields);
}

std::string_view field_of(const XmlFields& fields, std::string_view path) {
  for (const auto& [one, text] : fields)
    if (one == path) return text;
  return {};
}

}  // namespace tend::channel
