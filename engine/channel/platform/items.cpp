#include "engine/channel/platform/items.hpp"

#include <algorithm>
#include <charconv>

#include "engine/channel/paths.hpp"

namespace tend::channel {

const Item* line_of(const Message& message, std::string_view kind) {
  const auto found = std::find_if(message.items.begin(), message.items.end(),
                                  [&](const Item& item) { return item.kind == kind && item.field.empty(); });
  return found == message.items.end() ? nullptr : &*found;
}

std::string_view text_of(const Message& message, std::string_view kind) {
  const Item* line = line_of(message, kind);
  return line == nullptr ? std::string_view() : std::string_view(line->text);
}

std::vector<const Item*> values_of(const Message& message, std::string_view kind) {
  std::vector<const Item*> out;
  for (const Item& item : message.items)
    if (item.kind == kind && !item.field.empty()) out.push_back(&item);
  return out;
}

std::string_view value_of(const Message& message, std::string_view kind, std::string_view field) {
  for (const Item& item : message.items)
    if (item.kind == kind && item.field == field && !field.empty()) return item.text;
  return {};
}

bool same_content(const Message& a, const Message& b) {
  const auto same = [](const Item& x, const Item& y) {
    return x.kind == y.kind && x.field == y.field && x.text == y.text;
  };
  return a.staff == b.staff && std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), same);
}

std::vector<std::vector<std::size_t>> by_content(std::span<const Message> messages, std::size_t most) {
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto fits = [&](const std::vector<std::size_t>& group) {
      return group.size() < most && same_content(messages[group.front()], messages[i]) &&
             std::none_of(group.begin(), group.end(),
                          [&](std::size_t one) { return messages[one].to == messages[i].to; });
    };
    const auto group = std::find_if(groups.begin(), groups.end(), fits);
    if (group == groups.end()) {
      groups.push_back({i});
    } else {
      group->push_back(i);
    }
  }
  return groups;
}

std::string option_of(const ChannelConfig& config, const std::string& name, std::string_view otherwise) {
  const auto given = config.options.find(name);
  return given == config.options.end() ? std::string(otherwise) : given->second;
}

std::string path_of(const ChannelConfig& config, const std::string& name) {
  return seen_from(config.folder, option_of(config, name));
}

std::vector<std::string> list_option(const ChannelConfig& config, const std::string& name) {
  const std::string text = option_of(config, name);  // an entry a line
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

Result<std::int64_t> number_option(const ChannelConfig& config, const std::string& name, std::int64_t otherwise,
                                   std::int64_t least, std::int64_t most) {
  const auto given = config.options.find(name);
  if (given == config.options.end()) return otherwise;
  const std::string& text = given->second;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    return fail(ErrorCode::invalid, "`" + name + "` cannot be `" + text + "`, it is a whole number from " +
                                        std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

Result<std::string> base_option(const ChannelConfig& config, std::string_view otherwise) {
  std::string base = option_of(config, "base", otherwise);
  if (!base.starts_with("https://") && !base.starts_with("http://"))
    return fail(ErrorCode::invalid, "`base` cannot be `" + base + "`, it begins with https://");
  while (base.ends_with('/')) base.pop_back();
  return base;
}

}  // namespace tend::channel
