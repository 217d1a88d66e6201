// Which files belong to a workspace, by their names.
#include <algorithm>

#include "engine/simulate/workspace.hpp"

namespace tend::simulate {
namespace {

using Names = std::vector<std::string>;

std::string in_quotes(std::string_view text) { return "`" + std::string(text) + "`"; }

/// Does the name have one of these endings, and something before it?
bool ends_in(std::string_view name, const Names& endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](const std::string& ending) { return name.size() > ending.size() && name.ends_with(ending); });
}

/// Adds the files in `folder`. Errors: those of listing, with `not_found` for what is no folder.
Result<void> walk(env::Files& files, const std::string& folder, std::size_t depth, const Names& endings, Names& found) {
  if (depth > limits::kFolderDepthMax) {
    return fail(ErrorCode::invalid, "folders are nested more than " + std::to_string(limits::kFolderDepthMax) +
                                        " deep at " + in_quotes(folder) + ", perhaps through a link that leads back");
  }
  const auto names = files.list(folder);
  if (!names) return tl::unexpected(names.error());
  for (const std::string& name : *names) {
    if (name.starts_with('.') || name == "vendor") continue;
    const std::string path = path_in(folder, name);
    if (ends_in(name, endings)) {
      found.push_back(path);
      continue;
    }
    // What cannot be listed because it is no folder is a file of somebody else's.
    const auto walked = walk(files, path, depth + 1, endings, found);
    if (!walked && walked.error().code != ErrorCode::not_found) return walked;
  }
  return {};
}

}  // namespace

bool is_tend_file(std::string_view name) { return name.ends_with(".tend") && name.size() > 5; }

std::string path_in(const std::string& folder, std::string_view name) {
  if (folder.empty() || folder == "." || name.starts_with('/')) return std::string(name);
  return env::join_path(folder, name);
}

Result<std::vector<std::string>> list_tend_files(const std::vector<std::string>& paths, env::Files& files) {
  Names found;
  for (const std::string& path : paths) {
    if (is_tend_file(path)) {
      const auto exists = files.exists(path);
      if (!exists) return tl::unexpected(exists.error());
      if (!*exists) return fail(ErrorCode::not_found, "there is no file " + in_quotes(path));
      found.push_back(path);
      continue;
    }
    if (const auto walked = walk(files, path, 0, {".tend"}, found); !walked) {
      if (walked.error().code != ErrorCode::not_found) return tl::unexpected(walked.error());
      const auto exists = files.exists(path);
      if (!exists || !*exists) return fail(ErrorCode::not_found, "there is no file or folder " + in_quotes(path));
      return fail(ErrorCode::invalid, in_quotes(path) + " is neither a folder nor a file that ends in `.tend`");
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

Result<std::vector<std::string>> list_files(const std::string& folder, const std::vector<std::string>& endings,
                                            env::Files& files) {
  Names found;
  if (const auto walked = walk(files, folder, 0, endings, found); !walked) return tl::unexpected(walked.error());
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace tend::simulate
