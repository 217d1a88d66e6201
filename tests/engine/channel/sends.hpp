// Sends for the tests of channels.
#pragma once
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "engine/run/sender.hpp"
#include "tests/support/temp_folder.hpp"

namespace tend::channel {

/// A message with one text, key {1, number}.
struct TestSend {
  std::string customer = "c1";
  std::string text = "hello";
  std::string channel = "outbox";
  std::vector<run::RenderedItem> items = {};
  std::uint64_t number = 0;

  /// Shape: the views point into this object.
  run::Send send() {
    if (items.empty()) items = {{"text", text}};
    return {{1, number}, 857'260'800'250, customer, "win_back", "care", channel, items};  // 1997-03-02
  }
};

/// `count` messages of one channel, numbered from `first`.
class TestSends {
 public:
  TestSends(std::uint64_t first, std::size_t count, const std::string& channel = "outbox") : bodies_(count) {
    for (std::size_t i = 0; i < count; ++i) {
      bodies_[i].number = first + i;
      bodies_[i].customer = "c" + std::to_string(first + i);
      bodies_[i].channel = channel;
      sends_.push_back(bodies_[i].send());
    }
  }
  std::vector<run::Send>& all() { return sends_; }

 private:
  std::vector<TestSend> bodies_;
  std::vector<run::Send> sends_;
};

inline std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

inline void write_content(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

}  // namespace tend::channel
