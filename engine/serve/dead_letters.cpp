// Each process begins a file of its own, so that what a crash left unfinished at the end of another's is nobody's
// business.
#include "engine/serve/dead_letters.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "engine/env/zone.hpp"

namespace tend::serve {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kEnding = ".jsonl";

std::string name_of(std::uint64_t number) {
  std::string digits = std::to_string(number);
  return std::string(10 - std::min<std::size_t>(10, digits.size()), '0') + digits + std::string(kEnding);
}

std::uint64_t number_of(std::string_view name) {
  std::uint64_t number = 0;
  if (!name.ends_with(kEnding)) return 0;
  const char* const end = name.data() + name.size() - kEnding.size();
  const auto [rest, error] = std::from_chars(name.data(), end, number);
  return error == std::errc() && rest == end ? number : 0;
}

Result<std::vector<std::string>> names_in(env::Files& files, const std::string& folder) {
  auto there = files.exists(folder);
  if (!there) return tl::unexpected(there.error());
  if (!*there) return std::vector<std::string>();
  auto names = files.list(folder);
  if (!names) return names;
  std::erase_if(*names, [](const std::string& name) { return number_of(name) == 0; });
  return names;
}

Result<void> read_file(env::Files& files, const std::string& path, const VisitLetter& visit) {
  auto bytes = env::read_whole_file(files, path);
  if (!bytes) return tl::unexpected(bytes.error());
  std::string_view rest = *bytes;
  DeadLetter letter;
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    if (read_line(rest.substr(0, end), letter)) {
      if (auto visited = visit(letter); !visited) return visited;
    }
    rest.remove_prefix(end + 1);
  }
  return {};
}

/// Stands one of these ids anywhere in it, as a text of its own?
bool names_one(const nlohmann::json& json, const std::vector<std::string>& ids) {
  if (json.is_string()) return std::find(ids.begin(), ids.end(), json.get_ref<const std::string&>()) != ids.end();
  if (!json.is_structured()) return false;
  return std::any_of(json.begin(), json.end(), [&](const nlohmann::json& one) { return names_one(one, ids); });
}

}  // namespace

std::string line_of(const DeadLetter& letter) {
  Json json{{"at", env::format_moment(letter.at)}, {"source", letter.source}, {"cloud_event", letter.cloud}};
  if (!letter.sent.empty()) json["sent_at"] = letter.sent;
  json["reason"] = letter.reason;
  json["call"] = letter.call;  // as a text: to the byte what came
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

bool read_line(std::string_view line, DeadLetter& letter) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return false;
  const auto text = [&](const char* key) {
    const auto at = json.find(key);
    return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
  };
  const auto at = env::parse_moment(text("at"), env::utc());
  if (!at || text("call").empty()) return false;
  letter.at = *at;
  letter.source = text("source");
  const auto cloud = json.find("cloud_event");
  letter.cloud = cloud != json.end() && cloud->is_boolean() && cloud->get<bool>();
  letter.sent = text("sent_at");
  letter.reason = text("reason");
  letter.call = text("call");
  return true;
}

Result<void> read_dead_letters(env::Files& files, const std::string& folder, const VisitLetter& visit) {
  auto names = names_in(files, folder);
  if (!names) return tl::unexpected(names.error());
  for (const std::string& name : *names) {
    const auto read = read_file(files, env::join_path(folder, name), visit);
    if (!read && read.error().code != ErrorCode::not_found) return read;  // dropped meanwhile
  }
  return {};
}

Result<void> DeadLetters::drop_oldest() {
  auto names = names_in(files_, folder_);
  if (!names) return tl::unexpected(names.error());
  for (std::size_t i = 0; i + limits_.files < names->size() + 1; ++i) {
    if (auto removed = files_.remove(env::join_path(folder_, (*names)[i])); !removed) return removed;
    ++dropped_files_;
  }
  return {};
}

Result<void> DeadLetters::begin_file() {
  if (auto made = files_.make_folder(folder_); !made) return made;
  if (auto dropped = drop_oldest(); !dropped) return dropped;
  auto names = names_in(files_, folder_);
  if (!names) return tl::unexpected(names.error());
  const std::uint64_t number = names->empty() ? 1 : number_of(names->back()) + 1;
  auto file = files_.open(env::join_path(folder_, name_of(number)), env::OpenMode::create);
  if (!file) return tl::unexpected(file.error());
  if (auto synced = files_.sync_folder(folder_); !synced) return synced;
  file_ = std::move(*file);
  file_bytes_ = 0;
  return {};
}

Result<void> DeadLetters::add(const std::vector<DeadLetter>& letters) {
  if (letters.empty()) return {};
  std::string lines;
  for (const DeadLetter& letter : letters) lines += line_of(letter);
  const std::lock_guard lock(mutex_);
  if (!file_ || file_bytes_ + lines.size() > limits_.file_bytes) {
    file_.reset();
    if (auto begun = begin_file(); !begun) return begun;
  }
  auto written = file_->write(file_bytes_, lines);
  if (written) written = file_->sync();
  if (!written) {
    file_.reset();  // nobody knows what is in it: the next go elsewhere
    return written;
  }
  file_bytes_ += lines.size();
  added_ += letters.size();
  return {};
}

Result<std::vector<std::string>> DeadLetters::close_files() {
  const std::lock_guard lock(mutex_);
  file_.reset();
  return names_in(files_, folder_);
}

Result<std::vector<DeadLetter>> DeadLetters::read(const std::string& name) {
  std::vector<DeadLetter> letters;
  const auto read = read_file(files_, env::join_path(folder_, name), [&](const DeadLetter& letter) -> Result<void> {
    letters.push_back(letter);
    return {};
  });
  if (!read && read.error().code != ErrorCode::not_found) return tl::unexpected(read.error());
  return letters;
}

Result<void> DeadLetters::remove(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto removed = files_.remove(env::join_path(folder_, name));
  if (!removed && removed.error().code != ErrorCode::not_found) return removed;
  return files_.sync_folder(folder_);
}

Result<std::uint64_t> DeadLetters::forget(const std::vector<std::string>& ids) {
  const std::lock_guard lock(mutex_);
  file_.reset();
  auto names = names_in(files_, folder_);
  if (!names) return tl::unexpected(names.error());
  std::uint64_t sum = 0;
  for (const std::string& name : *names) {
    const std::string path = env::join_path(folder_, name);
    std::string left;
    std::uint64_t out = 0;
    const auto visit = [&](const DeadLetter& letter) -> Result<void> {
      const nlohmann::json call = nlohmann::json::parse(letter.call, nullptr, false);
      const bool his =
          call.is_discarded()
              ? std::any_of(ids.begin(), ids.end(),
                            [&](const std::string& id) { return letter.call.find(id) != std::string::npos; })
              : names_one(call, ids);
      if (his) ++out;
      if (!his) left += line_of(letter);
      return {};
    };
    if (auto read = read_file(files_, path, visit); !read) return tl::unexpected(read.error());
    if (out == 0) continue;
    sum += out;
    const auto written = left.empty() ? files_.remove(path) : env::write_whole_file(files_, path, left);
    if (!written) return tl::unexpected(written.error());
  }
  if (sum > 0) {
    if (auto synced = files_.sync_folder(folder_); !synced) return tl::unexpected(synced.error());
  }
  return sum;
}

std::uint64_t DeadLetters::added() const {
  const std::lock_guard lock(mutex_);
  return added_;
}

std::uint64_t DeadLetters::dropped_files() const {
  const std::lock_guard lock(mutex_);
  return dropped_files_;
}

}  // namespace tend::serve
