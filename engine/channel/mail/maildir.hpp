// A mailbox folder that a mail server delivers into: what is new is read, and put away when it is kept.
// Source: cr.yp.to/proto/maildir.html.
#pragma once
#include <string>
#include <vector>

namespace tend::channel {

struct NewMail {
  std::string name;  // of its file
  std::string text;
};

class Maildir {
 public:
  explicit Maildir(std::string path) : path_(std::move(path)) {}
  /// The oldest names first, `count_max` of them, each up to `bytes_max`. A folder that is not there has none.
  std::vector<NewMail> read_new(std::size_t count_max, std::size_t bytes_max) const;
  /// From new/ to cur/, as seen.
  void put_away(const std::vector<std::string>& names) const;

 private:
  std::string path_;
};

}  // namespace tend::channel
