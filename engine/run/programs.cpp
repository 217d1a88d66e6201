#include "engine/run/programs.hpp"

namespace tend::run {
namespace {

constexpr std::string_view kCurrent = "CURRENT";  // names the program that the folder runs

std::string from_file(const DataFolder& folder, const std::string& hash) {
  return env::join_path(folder.programs(), hash + ".from");
}

/// A small file's content; empty where it is not there.
Result<std::string> read_if_there(const DataFolder& folder, const std::string& path) {
  auto there = folder.files->exists(path);
  if (!there) return tl::unexpected(there.error());
  if (!*there) return std::string();
  return env::read_whole_file(*folder.files, path);
}

}  // namespace

const Running& Programs::add(program::Program program, program::Places places, std::string from) {
  auto running = std::make_unique<Running>();
  running->hash = program_hash(serialize(program));
  running->from = from.empty() ? running->hash : std::move(from);
  running->program = std::move(program);
  running->places = std::move(places);
  running->plan = std::make_unique<journey::Plan>(running->program, default_channel_, teams_);
  const std::lock_guard lock(mutex_);
  return *all_.try_emplace(running->hash, std::move(running)).first->second;
}

const Running* Programs::find(const std::string& hash) const {
  const std::lock_guard lock(mutex_);
  const auto found = all_.find(hash);
  return found == all_.end() ? nullptr : found->second.get();
}

const Running* Programs::find_plan(const journey::Plan& plan) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [hash, running] : all_) {
    if (running->plan.get() == &plan) return running.get();
  }
  return nullptr;
}

Result<const Running*> Programs::load(const DataFolder& folder, const std::string& hash) {
  if (const Running* known = find(hash)) return known;
  auto stored = load_program(folder, hash);
  if (!stored) return tl::unexpected(stored.error());
  auto from = read_if_there(folder, from_file(folder, hash));
  if (!from) return tl::unexpected(from.error());
  auto program = program::deserialize(stored->program);
  auto places = stored->places.empty() ? program::Places{} : program::deserialize_places(stored->places);
  if (!program || !places)
    return fail(ErrorCode::version, "the program `" + hash + "` in `" + folder.path +
                                        "` was written by another version of tend: use the tend that made it, or "
                                        "begin a new folder");
  return &add(std::move(*program), std::move(*places), std::move(*from));
}

const Running* ProgramsInLog::at(std::uint16_t partition, std::uint64_t position) const {
  const auto found = by_partition_.find(partition);
  if (found == by_partition_.end()) return nullptr;
  const Running* running = nullptr;
  for (const auto& [from, one] : found->second) {
    if (from <= position) running = one;
  }
  return running;
}

Result<void> store(const DataFolder& folder, const Running& running) {
  if (running.from != running.hash) {
    if (auto written = env::write_whole_file(*folder.files, from_file(folder, running.hash), running.from); !written)
      return written;
  }
  return store_program(folder, serialize(running.program), serialize(running.places));
}

Result<std::string> current_program(const DataFolder& folder) {
  return read_if_there(folder, env::join_path(folder.programs(), kCurrent));
}

Result<void> set_current_program(const DataFolder& folder, const std::string& hash) {
  auto now = current_program(folder);
  if (!now) return tl::unexpected(now.error());
  if (*now == hash) return {};
  return env::write_whole_file(*folder.files, env::join_path(folder.programs(), kCurrent), hash);
}

}  // namespace tend::run
