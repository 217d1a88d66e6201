// One line of JSON for each order, written as a whole.
#include "engine/serve/forgetting.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "dsl/text/must.hpp"

namespace tend::serve {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFirstLine = "tend.forgetting/1\n";

std::string line_of(const BeingForgotten& one) {
  Json json{{"ids", one.ids}};
  if (one.through) json["through"] = *one.through;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<BeingForgotten> read_line(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("ids") || !json["ids"].is_array()) return std::nullopt;
  BeingForgotten one;
  for (const Json& id : json["ids"]) {
    if (!id.is_string()) return std::nullopt;
    one.ids.push_back(id.get<std::string>());
  }
  if (!json.contains("through")) return one;
  if (!json["through"].is_number_unsigned() || json["through"].get<std::uint64_t>() > UINT32_MAX) return std::nullopt;
  one.through = json["through"].get<std::uint32_t>();
  return one;
}

}  // namespace

Result<std::unique_ptr<Forgetting>> Forgetting::open(env::Files& files, std::string path) {
  std::unique_ptr<Forgetting> forgetting(new Forgetting(files, std::move(path)));
  const auto there = files.exists(forgetting->path_);
  if (!there) return tl::unexpected(there.error());
  if (!*there) return forgetting;
  const auto content = env::read_whole_file(files, forgetting->path_);
  if (!content) return tl::unexpected(content.error());
  std::string_view rest = *content;
  const auto damaged = [&] {
    return fail(ErrorCode::corrupt, "`" + forgetting->path_ +
                                        "` does not say who is being forgotten: it is damaged, or of another version "
                                        "of tend. Remove it, and forget "
                                        "those whom it names once more");
  };
  if (!rest.starts_with(kFirstLine)) return damaged();
  rest.remove_prefix(kFirstLine.size());
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    auto one = end == std::string_view::npos ? std::nullopt : read_line(rest.substr(0, end));
    if (!one) return damaged();
    one->number = forgetting->next_++;
    forgetting->all_.push_back(std::move(*one));
    rest.remove_prefix(end + 1);
  }
  return forgetting;
}

/// Requires: the lock.
Result<void> Forgetting::put(std::vector<BeingForgotten> all) {
  std::string content(kFirstLine);
  for (const BeingForgotten& one : all) content += line_of(one);
  Result<void> done;
  if (!all.empty()) {
    done = env::write_whole_file(files_, path_, content);
  } else if (!all_.empty()) {
    done = files_.remove(path_);
    if (done) done = files_.sync_folder(env::folder_of(path_));
  }
  if (done) all_ = std::move(all);
  return done;
}

Result<std::uint64_t> Forgetting::begin(std::vector<std::string> ids) {
  const std::lock_guard lock(mutex_);
  std::vector<BeingForgotten> all = all_;
  const std::uint64_t number = next_++;
  all.push_back({.number = number, .ids = std::move(ids), .through = std::nullopt});
  if (auto written = put(std::move(all)); !written) return tl::unexpected(written.error());
  return number;
}

Result<void> Forgetting::erases(std::uint64_t number, std::vector<std::string> ids, std::uint32_t through) {
  const std::lock_guard lock(mutex_);
  std::vector<BeingForgotten> all = all_;
  const auto one = std::find_if(all.begin(), all.end(), [&](const auto& other) { return other.number == number; });
  CHECK_OR_DIE(one != all.end(), "who is erased was to be forgotten");
  *one = {.number = number, .ids = std::move(ids), .through = through};
  return put(std::move(all));
}

Result<void> Forgetting::done(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  std::vector<BeingForgotten> all = all_;
  std::erase_if(all, [&](const auto& one) { return one.number == number; });
  return put(std::move(all));
}

std::vector<BeingForgotten> Forgetting::left() const {
  const std::lock_guard lock(mutex_);
  return all_;
}

}  // namespace tend::serve
