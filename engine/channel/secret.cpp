// Looking a secret up where its name says that it is.
#include "engine/channel/secret.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "engine/channel/paths.hpp"

namespace tend::channel {

bool is_secret_name(std::string_view text) {
  return (text.starts_with("env:") && text.size() > 4) || (text.starts_with("file:") && text.size() > 5);
}

Result<std::string> read_secret(const std::string& named, const std::string& folder) {
  if (named.starts_with("env:")) {
    const char* value = std::getenv(named.substr(4).c_str());
    if (value == nullptr || *value == '\0')
      return fail(ErrorCode::invalid, "the environment has no `" + named.substr(4) + "`");
    return std::string(value);
  }
  std::ifstream file(seen_from(folder, named.substr(5)), std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (!file.is_open() || text.empty())
    return fail(ErrorCode::invalid, "the file `" + named.substr(5) + "` cannot be read or is empty");
  return text;
}

}  // namespace tend::channel
