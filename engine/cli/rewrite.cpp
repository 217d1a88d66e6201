#include "engine/cli/rewrite.hpp"

#include <sys/stat.h>

#include <cstdlib>

#include "engine/env/files.hpp"

namespace tend::cli {

Result<void> rewrite_file(const std::string& path, std::string_view text) {
  const std::string real = real_path(path);
  struct stat before {};
  const bool known = ::stat(real.c_str(), &before) == 0;
  if (auto written = env::write_whole_file(env::real_files(), real, text); !written) return written;
  if (known) (void)::chmod(real.c_str(), before.st_mode & 07777);  // the text is what matters: it is written
  return {};
}

std::string real_path(const std::string& path) {
  char* const found = ::realpath(path.c_str(), nullptr);
  if (found == nullptr) return path;
  std::string out = found;
  std::free(found);
  return out;
}

}  // namespace tend::cli
