// The list of wordings: JSON lines, only ever appended to.
#include "engine/run/wordings.hpp"

#include <sodium.h>

#include <array>
#include <nlohmann/json.hpp>

#include "engine/env/zone.hpp"

namespace tend::run {
namespace {

using Json = nlohmann::ordered_json;

tl::unexpected<Error> damaged(const DataFolder& folder, std::size_t line) {
  return fail(ErrorCode::corrupt, "`" + folder.wordings() + "`, line " + std::to_string(line) + ": this is no wording");
}

std::string text_under(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<NotedWording> read_line(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  NotedWording noted{.since = 0,
                     .wording = {.name = text_under(json, "name"),
                                 .channel = text_under(json, "channel"),
                                 .from = text_under(json, "from"),
                                 .text = text_under(json, "text")},
                     .sha256 = text_under(json, "sha256")};
  const auto since = env::parse_moment(text_under(json, "since"), *env::find_zone("UTC"));
  if (!since || noted.wording.name.empty() || noted.sha256 != sha256_of(noted.wording.text)) return std::nullopt;
  noted.since = *since;
  return noted;
}

std::string line_of(const NotedWording& noted) {
  const Wording& wording = noted.wording;
  return Json{{"since", env::format_moment(noted.since)},
              {"name", wording.name},
              {"channel", wording.channel},
              {"from", wording.from},
              {"sha256", noted.sha256},
              {"text", wording.text}}
             .dump() +
         "\n";
}

bool is_same(const NotedWording& noted, const Wording& wording) {
  return noted.wording.text == wording.text && noted.wording.channel == wording.channel &&
         noted.wording.from == wording.from;
}

const NotedWording* last_named(std::span<const NotedWording> noted, std::string_view name) {
  for (std::size_t i = noted.size(); i-- > 0;) {
    if (noted[i].wording.name == name) return &noted[i];
  }
  return nullptr;
}

}  // namespace

std::string sha256_of(std::string_view text) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  std::string out;
  for (const unsigned char byte : hash) {
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

Result<std::vector<NotedWording>> read_wordings(const DataFolder& folder) {
  std::vector<NotedWording> all;
  const auto there = folder.files->exists(folder.wordings());
  if (!there) return tl::unexpected(there.error());
  if (!*there) return all;
  auto bytes = env::read_whole_file(*folder.files, folder.wordings());
  if (!bytes) return tl::unexpected(bytes.error());
  std::string_view rest = *bytes;
  for (std::size_t line = 1; !rest.empty(); ++line) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return damaged(folder, line);
    auto noted = read_line(rest.substr(0, end));
    if (!noted) return damaged(folder, line);
    all.push_back(std::move(*noted));
    rest.remove_prefix(end + 1);
  }
  return all;
}

Result<void> note_wordings(const DataFolder& folder, std::span<const Wording> wordings, env::Moment now,
                           const std::function<void(const std::string&)>& say) {
  auto noted = read_wordings(folder);
  if (!noted) return tl::unexpected(noted.error());
  const std::size_t before = noted->size();
  for (const Wording& wording : wordings) {
    const NotedWording* const last = last_named(*noted, wording.name);
    if (last != nullptr && is_same(*last, wording)) continue;
    if (last != nullptr && last->wording.text != wording.text) {
      say("the wording `" + wording.name + "` reads otherwise than since " + env::format_moment(last->since) +
          ": consents given until now stay under the former text; a text that changes better has a name of its own");
    }
    noted->push_back({now, wording, sha256_of(wording.text)});
  }
  if (noted->size() == before) return {};
  std::string lines;
  for (const NotedWording& one : *noted) lines += line_of(one);
  return env::write_whole_file(*folder.files, folder.wordings(), lines);
}

std::optional<WordingFound> find_wording(std::span<const NotedWording> noted, std::string_view name, env::Moment at) {
  WordingFound found;
  for (const NotedWording& one : noted) {
    if (one.wording.name != name) continue;
    if (found.in_force == nullptr) {
      found.in_force = &one;
      found.noted_later = one.since > at;
    } else if (one.since <= at) {
      found.in_force = &one;
      found.changed = false;
    }
    if (one.sha256 != found.in_force->sha256) found.changed = true;
  }
  if (found.in_force == nullptr) return std::nullopt;
  return found;
}

}  // namespace tend::run
