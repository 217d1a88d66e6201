#include "dsl/package/lock.hpp"

#include <algorithm>

namespace tend::package {
namespace {

constexpr std::string_view kTitle =
    "# What each package held when it was last agreed to. Made by `tend update`; keep it with your files.\n";

// key = "value", with \" and \\ inside.
std::string quoted(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::optional<std::string> unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') return std::nullopt;
    if (text[i] == '\\' && ++i == text.size()) return std::nullopt;
    out += text[i];
  }
  return out;
}

std::string* slot(LockedPlaybook& playbook, std::string_view key) {
  if (key == "name") return &playbook.name;
  return key == "hash" ? &playbook.hash : nullptr;
}

std::string* slot(Locked& package, std::string_view key) {
  if (key == "name") return &package.name;
  if (key == "version") return &package.version;
  if (key == "path") return &package.path;
  if (key == "hash") return &package.hash;
  return nullptr;
}

}  // namespace

const Locked* find(const Lock& lock, std::string_view name) {
  for (const Locked& package : lock.packages) {
    if (package.name == name) return &package;
  }
  return nullptr;
}

std::string write(const Lock& lock) {
  std::string text(kTitle);
  for (const Locked& package : lock.packages) {
    text += "\n[[package]]\nname = " + quoted(package.name) + "\nversion = " + quoted(package.version) +
            "\npath = " + quoted(package.path) + "\nhash = " + quoted(package.hash) + "\n";
  }
  for (const LockedPlaybook& playbook : lock.playbooks)
    text += "\n[[playbook]]\nname = " + quoted(playbook.name) + "\nhash = " + quoted(playbook.hash) + "\n";
  return text;
}

std::optional<Lock> read(std::string_view text, std::uint32_t& bad_line) {
  Lock lock;
  bad_line = 0;
  bool of_playbook = false;
  while (!text.empty()) {
    ++bad_line;
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    if (line == "[[package]]" || line == "[[playbook]]") {
      of_playbook = line == "[[playbook]]";
      if (of_playbook)
        lock.playbooks.emplace_back();
      else
        lock.packages.emplace_back();
      continue;
    }
    const std::size_t equals = line.find(" = ");
    const bool inside = of_playbook ? !lock.playbooks.empty() : !lock.packages.empty();
    if (!inside || equals == std::string_view::npos) return std::nullopt;
    const std::string_view key = line.substr(0, equals);
    std::string* into = of_playbook ? slot(lock.playbooks.back(), key) : slot(lock.packages.back(), key);
    auto value = unquoted(line.substr(equals + 3));
    if (!into || !value) return std::nullopt;
    *into = std::move(*value);
  }
  std::sort(lock.packages.begin(), lock.packages.end(),
            [](const Locked& a, const Locked& b) { return a.name < b.name; });
  return lock;
}

std::string tree_hash(std::vector<std::pair<std::string, std::string>> files, const Hash& hash) {
  std::sort(files.begin(), files.end());
  std::string bytes;
  for (const auto& [name, content] : files) {
    for (const std::string* part : {&name, &content}) bytes += std::to_string(part->size()) + ":" + *part;
  }
  return hash(bytes);
}

}  // namespace tend::package
