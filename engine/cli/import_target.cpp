// Rows as inputs of the engine in this process, or as batches for a server, each of which it takes where the last one
// ended and nowhere else.
#include "engine/cli/import_target.hpp"

#include <algorithm>
#include <chrono>

#include "engine/serve/client.hpp"
#include "engine/serve/import.hpp"

namespace tend::cli {
namespace {

constexpr int kRoundsMax = 1'000;  // of answers to what a batch caused

class FolderTarget final : public ImportTarget {
 public:
  FolderTarget(std::unique_ptr<Operator> op, Operator::LiveFolder folder)
      : op_(std::move(op)), folder_(std::move(folder)) {}

  const simulate::Workspace& workspace() const override { return *folder_.workspace; }
  const program::Program& program() const override { return folder_.engine->running().program; }
  const std::string& program_hash() const override { return folder_.engine->running().hash; }
  std::string cursor() const override { return folder_.engine->cursor(); }
  Result<void> put(const simulate::Rows& rows, const std::vector<std::size_t>& chosen,
                   const std::string& cursor) override;
  Result<void> finish() override { return op_->finish(); }

 private:
  std::unique_ptr<Operator> op_;
  Operator::LiveFolder folder_;
};

Result<void> FolderTarget::put(const simulate::Rows& rows, const std::vector<std::size_t>& chosen,
                               const std::string& cursor) {
  run::Engine& engine = *folder_.engine;
  const env::Moment now = folder_.now();
  if (engine.next_due() <= now) engine.add_tick_where_due(now);
  for (const std::size_t index : chosen) {
    const simulate::SourceRow& row = rows.rows[index];
    if (row.event == simulate::kAttributesRow) {
      engine.add(state::AttributesInput{.moment = now, .customer = rows.customer(row), .fields = rows.fields(row)});
    } else {
      engine.add(state::EventInput{.moment = now,
                                   .at = std::min(row.at, now),
                                   .customer = rows.customer(row),
                                   .event = row.event,
                                   .fields = rows.fields(row)});
    }
  }
  engine.set_cursor(cursor);
  auto done = engine.commit();
  for (int round = 0; done && engine.is_busy() && round < kRoundsMax; ++round) done = engine.commit();
  return done;
}

constexpr std::chrono::seconds kAnswerMax{600};
constexpr std::size_t kBodyBytesMax = 60u << 20;  // what a server reads, and a little less

class ServerTarget final : public ImportTarget {
 public:
  explicit ServerTarget(std::string address) : address_(std::move(address)) {}
  Result<void> open(const OperatorArguments& arguments);

  const simulate::Workspace& workspace() const override { return workspace_; }
  const program::Program& program() const override { return program_; }
  const std::string& program_hash() const override { return stand_.program; }
  std::string cursor() const override { return stand_.cursor; }
  Result<void> put(const simulate::Rows& rows, const std::vector<std::size_t>& chosen,
                   const std::string& cursor) override;
  Result<void> finish() override { return {}; }

 private:
  Result<serve::ImportStand> ask() const;

  std::string address_;
  simulate::Workspace workspace_;
  program::Program program_;
  serve::ImportStand stand_;
};

Result<serve::ImportStand> ServerTarget::ask() const {
  auto answer = serve::get(address_, std::string(serve::kImportPlacePath), kAnswerMax);
  if (!answer) return tl::unexpected(answer.error());
  if (answer->status != 200) return tl::unexpected(serve::error_of(*answer));
  return serve::read_import_place_json(answer->body);
}

Result<void> ServerTarget::open(const OperatorArguments& arguments) {
  auto workspace = simulate::load_workspace(arguments.workspace);
  if (!workspace) return tl::unexpected(workspace.error());
  workspace_ = std::move(*workspace);
  auto stand = ask();
  if (!stand) return tl::unexpected(stand.error());
  stand_ = std::move(*stand);
  const auto folder = run::open_data_folder_for_reading(env::real_files(), arguments.folder());
  if (!folder) return tl::unexpected(folder.error());
  const auto stored = run::load_program(*folder, stand_.program);
  if (!stored) return tl::unexpected(stored.error());
  auto program = program::deserialize(stored->program);
  if (!program)
    return fail(ErrorCode::version, "the program in `" + folder->path + "` was written by another version of tend");
  program_ = std::move(*program);
  return {};
}

Result<void> ServerTarget::put(const simulate::Rows& rows, const std::vector<std::size_t>& chosen,
                               const std::string& cursor) {
  serve::ImportBatch batch{.program = stand_.program, .before = stand_.cursor, .after = cursor};
  for (const std::size_t index : chosen) {
    const simulate::SourceRow& row = rows.rows[index];
    batch.rows.push_back(
        {.at = row.at, .event = row.event, .customer = rows.customer(row), .fields = rows.fields(row)});
  }
  const std::string body = serve::encode_import(batch);
  if (body.size() > kBodyBytesMax)
    return fail(ErrorCode::invalid,
                "rows that belong together take more than " + std::to_string(kBodyBytesMax) +
                    " bytes, which is too much for a call: stop `tend serve` and import into the folder");
  const auto answer = serve::post_bytes(address_, std::string(serve::kImportPath), body, kAnswerMax);
  if (!answer || answer->status != 200) {
    // It may have been taken, and only the answer lost.
    const auto stand = ask();
    if (!stand || stand->cursor != cursor) return tl::unexpected(answer ? serve::error_of(*answer) : answer.error());
  }
  stand_.cursor = cursor;
  return {};
}

}  // namespace

Result<std::unique_ptr<ImportTarget>> ImportTarget::open(const OperatorArguments& arguments) {
  auto op = Operator::open(arguments);
  if (!op) return tl::unexpected(op.error());
  if (!(*op)->address().empty()) {
    auto server = std::make_unique<ServerTarget>((*op)->address());
    if (auto opened = server->open(arguments); !opened) return tl::unexpected(opened.error());
    return std::unique_ptr<ImportTarget>(std::move(server));
  }
  auto folder = (*op)->live_folder();
  if (!folder) return tl::unexpected(folder.error());
  return std::unique_ptr<ImportTarget>(std::make_unique<FolderTarget>(std::move(*op), std::move(*folder)));
}

}  // namespace tend::cli
