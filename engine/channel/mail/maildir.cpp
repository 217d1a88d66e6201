// new/ and cur/ of a mailbox folder.
#include "engine/channel/mail/maildir.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace tend::channel {

namespace files = std::filesystem;

std::vector<NewMail> Maildir::read_new(std::size_t count_max, std::size_t bytes_max) const {
  std::vector<std::string> names;
  std::error_code error;
  for (files::directory_iterator at(path_ + "/new", error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::error_code ignored;
    if (!name.starts_with('.') && at->is_regular_file(ignored)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  if (names.size() > count_max) names.resize(count_max);
  std::vector<NewMail> mails;
  for (const std::string& name : names) {
    std::ifstream file(path_ + "/new/" + name, std::ios::binary);
    std::string text(bytes_max, '\0');
    file.read(text.data(), static_cast<std::streamsize>(bytes_max));
    text.resize(static_cast<std::size_t>(file.gcount()));
    mails.push_back({name, std::move(text)});
  }
  return mails;
}

void Maildir::put_away(const std::vector<std::string>& names) const {
  std::error_code ignored;
  files::create_directory(path_ + "/cur", ignored);
  for (const std::string& name : names) {
    files::rename(path_ + "/new/" + name, path_ + "/cur/" + name.substr(0, name.find(':')) + ":2,S", ignored);
  }
}

}  // namespace tend::channel
