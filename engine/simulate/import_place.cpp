// `import/2 ` and a JSON object.
#include "engine/simulate/import_place.hpp"

#include <nlohmann/json.hpp>

#include "engine/log/record.hpp"

namespace tend::simulate {
namespace {

using Json = nlohmann::json;
constexpr std::string_view kMark = "import/2 ";

}  // namespace

Result<std::string> write_import_place(const ImportPlace& place) {
  Json json = {{"files", Json::object()}, {"databases", Json::object()}};
  for (const auto& [name, file] : place.files)
    json["files"][name] = {{"content", file.content}, {"program", file.program}, {"rows", file.rows}};
  for (const auto& [name, database] : place.databases) {
    json["databases"][name] = {
        {"query", database.query}, {"after", database.after}, {"rows", database.rows}, {"hashes", database.hashes}};
  }
  std::string text = std::string(kMark) + json.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > log::kCursorBytesMax) {
    return fail(ErrorCode::invalid, "how far the sources are takes more than " + std::to_string(log::kCursorBytesMax) +
                                        " bytes: take columns as `cursor` that tell rows apart better");
  }
  return text;
}

ImportPlace read_import_place(std::string_view cursor) {
  if (!cursor.starts_with(kMark)) return {};
  ImportPlace place;
  try {
    const Json json = Json::parse(cursor.substr(kMark.size()));
    for (const auto& [name, file] : json.at("files").items())
      place.files[name] = {file.at("content"), file.at("program"), file.at("rows")};
    for (const auto& [name, database] : json.at("databases").items())
      place.databases[name] = {database.at("query"), database.at("after"), database.at("rows"), database.at("hashes")};
  } catch (const Json::exception&) {
    return {};
  }
  return place;
}

}  // namespace tend::simulate
