#include "engine/channel/mirror_listener.hpp"

#include <algorithm>

#include "engine/channel/kinds.hpp"
#include "engine/channel/platform/items.hpp"

namespace tend::channel {
namespace {

using journey::ChangeEffect;

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void add(std::vector<std::string>& names, const std::string& name) {
  if (!name.empty() && !has(names, name)) names.push_back(name);
}

}  // namespace

std::vector<MirroringChannel> mirroring_channels(std::span<const ChannelConfig> configs) {
  std::vector<MirroringChannel> out;
  for (const ChannelConfig& config : configs) {
    const AdapterKind* kind = find_adapter(config.adapter);
    if (kind == nullptr || !kind->mirrors) continue;
    MirroringChannel one{.name = config.name,
                         .address = option_of(config, "to"),
                         .staff = option_of(config, "staff"),
                         .tags = list_option(config, "tags"),
                         .transfers = option_of(config, "transfers") == "true"};
    if (!one.tags.empty() || one.transfers) out.push_back(std::move(one));
  }
  return out;
}

std::string attribute_text_of(const program::Program& program, const state::State& state, std::uint32_t customer,
                              const std::string& name) {
  if (name.empty()) return std::string(state.customer_id(customer));
  for (std::uint32_t i = 0; i < program.attributes.size(); ++i) {
    if (program.attributes[i].name != name) continue;
    const program::Value value = state.attribute(customer, i);
    return value.kind == program::ValueKind::text ? std::string(value.str()) : std::string();
  }
  return {};
}

Result<std::unique_ptr<MirrorListener>> MirrorListener::open(const run::DataFolder& folder,
                                                             std::span<const ChannelConfig> configs) {
  std::vector<MirroringChannel> channels = mirroring_channels(configs);
  if (channels.empty()) {
    const auto there = folder.files->exists(folder.mirror());
    if (!there) return tl::unexpected(there.error());
    if (*there) {
      if (auto gone = history::MirrorBook::destroy(folder.mirror()); !gone) return tl::unexpected(gone.error());
    }
    return nullptr;
  }
  auto book = history::MirrorBook::open(folder.mirror());
  if (!book) return tl::unexpected(book.error());
  return std::make_unique<MirrorListener>(std::move(channels), std::move(*book));
}

MirrorListener::MirrorListener(std::vector<MirroringChannel> channels, std::unique_ptr<history::MirrorBook> book)
    : channels_(std::move(channels)), book_(std::move(book)) {
  for (const MirroringChannel& channel : channels_) {
    for (const std::string& tag : channel.tags) add(told_.tags, tag);
    add(told_.attributes, channel.address);
    add(told_.attributes, channel.staff);
    told_.transfers |= channel.transfers;
  }
}

Result<void> MirrorListener::begin(std::span<const std::uint64_t> heads) {
  std::vector<history::ToldThrough> through;
  for (std::size_t p = 0; p < heads.size(); ++p) through.push_back({static_cast<std::uint16_t>(p), heads[p]});
  if (auto added = book_->add({}, {}, through); !added) return added;
  return book_->keep();
}

Result<void> MirrorListener::tell(std::span<const run::Change> changes) {
  std::vector<history::TagTask> tags;
  std::vector<history::Transfer> transfers;
  std::map<std::uint16_t, std::uint64_t> through;
  for (const run::Change& change : changes) {
    const ChangeEffect& effect = *change.effect;
    through[change.partition] = effect.position;
    const std::string customer(change.state->customer_id(effect.customer));
    if (change.state->is_gone(effect.customer)) continue;  // forgotten, or another one by now
    for (const MirroringChannel& channel : channels_) {
      if (effect.kind == ChangeEffect::Kind::tag) {
        if (has(channel.tags, effect.what))
          tags.push_back({.channel = channel.name, .customer = customer, .tag = effect.what});
      } else if (effect.kind == ChangeEffect::Kind::identity) {
        if (!effect.what.empty() && effect.what != channel.address && effect.what != channel.staff) continue;
        for (const std::string& tag : channel.tags) {
          if (change.state->has_tag(effect.customer, tag))
            tags.push_back({.channel = channel.name, .customer = customer, .tag = tag});
        }
      } else if (channel.transfers) {
        const std::string address = attribute_text_of(*change.program, *change.state, effect.customer, channel.address);
        if (address.empty() || channel.staff != effect.attribute) continue;
        transfers.push_back(
            {.channel = channel.name, .address = address, .customer = customer, .from = effect.what, .to = effect.to});
      }
    }
  }
  std::vector<history::ToldThrough> places;
  for (const auto& [partition, position] : through) places.push_back({partition, position});
  return book_->add(tags, transfers, places);
}

}  // namespace tend::channel
