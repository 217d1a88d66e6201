// What platforms have to be told when customers change: by the options of channels, into the book of what is to be
// told.
#pragma once
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/channel/config.hpp"
#include "engine/history/mirror_book.hpp"
#include "engine/run/changes.hpp"
#include "engine/run/data_folder.hpp"

namespace tend::channel {

/// A channel that keeps its platform in step with customers.
struct MirroringChannel {
  std::string name;
  std::string address;  // the attribute with the customer's address; empty: his id
  std::string staff;    // the attribute with the member who serves him
  std::vector<std::string> tags;
  bool transfers = false;
};
std::vector<MirroringChannel> mirroring_channels(std::span<const ChannelConfig> configs);

class MirrorListener final : public run::ChangeListener {
 public:
  /// Opens the folder's book where some channel keeps its platform in step; else gives null, and removes a book of
  /// former times: nobody knows what has changed since. Errors: of the disk.
  static Result<std::unique_ptr<MirrorListener>> open(const run::DataFolder& folder,
                                                      std::span<const ChannelConfig> configs);
  MirrorListener(std::vector<MirroringChannel> channels, std::unique_ptr<history::MirrorBook> book);

  history::MirrorBook& book() { return *book_; }
  const std::vector<MirroringChannel>& channels() const { return channels_; }

  const journey::Told& told() const override { return told_; }
  std::optional<std::uint64_t> through(std::uint16_t partition) const override { return book_->through(partition); }
  Result<void> begin(std::span<const std::uint64_t> heads) override;
  Result<void> tell(std::span<const run::Change> changes) override;
  Result<void> keep() override { return book_->keep(); }

 private:
  std::vector<MirroringChannel> channels_;
  journey::Told told_;
  std::unique_ptr<history::MirrorBook> book_;
};

/// The text of an attribute by its name, or where `name` is empty the customer's id; empty where he has none.
std::string attribute_text_of(const program::Program& program, const state::State& state, std::uint32_t customer,
                              const std::string& name);

}  // namespace tend::channel
