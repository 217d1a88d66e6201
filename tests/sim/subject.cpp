#include "tests/sim/subject.hpp"

#include <nlohmann/json.hpp>

#include "engine/env/files.hpp"

namespace tend::sim {
namespace {

Result<std::optional<std::string>> read_if_there(const std::string& folder, const std::string& name) {
  const std::string path = env::join_path(folder, name);
  const auto there = env::real_files().exists(path);
  if (!there) return tl::unexpected(there.error());
  if (!*there) return std::optional<std::string>();
  auto content = env::read_whole_file(env::real_files(), path);
  if (!content) return tl::unexpected(content.error());
  return std::optional<std::string>(std::move(*content));
}

}  // namespace

Result<Subject> load_subject(const std::string& folder) {
  Subject subject;
  subject.folder = folder;
  auto faults = read_if_there(folder, "faults.json");
  auto expected = read_if_there(folder, "expected.json");
  auto sends = read_if_there(folder, "sends.jsonl");
  if (!faults || !expected || !sends) return fail(ErrorCode::io, "`" + folder + "` cannot be read");
  subject.expected = std::move(*expected);
  subject.expected_sends = std::move(*sends);

  cli::RecordedArguments arguments;
  arguments.workspace = folder;
  arguments.lang = "en";
  try {
    if (*faults) subject.reject_percent = nlohmann::json::parse(**faults).at("reject_percent").get<unsigned>();
    if (subject.expected) {
      const auto json = nlohmann::json::parse(*subject.expected);
      arguments.from = json.at("from").get<std::string>();
      arguments.to = json.at("to").get<std::string>();
    }
  } catch (const nlohmann::json::exception& broken) {
    return fail(ErrorCode::invalid, "`" + folder + "`: " + broken.what());
  }
  auto prepared = cli::prepare(arguments, "");
  if (!prepared) return tl::unexpected(prepared.error());
  subject.prepared = std::move(*prepared);
  if (subject.prepared.compiled->default_channel.empty()) subject.prepared.compiled->default_channel = "outbox";
  subject.plan = std::make_unique<journey::Plan>(subject.program(), subject.prepared.compiled->default_channel,
                                                 subject.prepared.compiled->workspace.teams);
  return subject;
}

}  // namespace tend::sim
