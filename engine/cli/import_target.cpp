// Rows as inputs of the engine in this process.
#include "engine/cli/import_target.hpp"

#include <algorithm>

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
  env::Moment now() const override { return folder_.now(); }
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

}  // namespace

Result<std::unique_ptr<ImportTarget>> ImportTarget::open(const OperatorArguments& arguments) {
  auto op = Operator::open(arguments);
  if (!op) return tl::unexpected(op.error());
  auto folder = (*op)->live_folder();
  if (!folder) return tl::unexpected(folder.error());
  return std::unique_ptr<ImportTarget>(std::make_unique<FolderTarget>(std::move(*op), std::move(*folder)));
}

}  // namespace tend::cli
