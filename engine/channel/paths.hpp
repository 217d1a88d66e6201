// Paths as they stand in tend.toml.
#pragma once
#include <string>

#include "engine/env/files.hpp"

namespace tend::channel {

/// A path that is written in a workspace: seen from its folder. Empty stays empty.
inline std::string seen_from(const std::string& folder, const std::string& path) {
  return path.empty() || path.starts_with('/') || folder.empty() ? path : env::join_path(folder, path);
}

}  // namespace tend::channel
