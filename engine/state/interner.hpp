// Texts of one partition, each kept once and named by a number: customer ids, values of text attributes, tags.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tend::state {

inline constexpr std::uint32_t kNoText = 0xFFFFFFFFu;

/// Numbers count from 0 in order of first coming and hold for ever (nothing is removed).
/// Shape: views hold until the next `intern`.
class Interner {
 public:
  std::uint32_t intern(std::string_view text);
  std::uint32_t find(std::string_view text) const;  // kNoText if unknown
  std::string_view text(std::uint32_t id) const {
    return {bytes_.data() + begins_[id], static_cast<std::size_t>(begins_[id + 1] - begins_[id])};
  }
  /// For many finds to come: `fetch` begins to bring a text's place in the table into the processor's cache,
  /// `fetch_text` then what stands there; it gives the number that `find` will probably give. They change nothing.
  void fetch(std::string_view text) const;
  std::uint32_t fetch_text(std::string_view text) const;
  std::uint32_t count() const { return static_cast<std::uint32_t>(begins_.size() - 1); }
  std::size_t memory() const;

  void save(std::string& out) const;
  bool load(std::string_view& in);

 private:
  std::size_t slot_of(std::string_view text) const;
  void grow();

  std::vector<char> bytes_;
  std::vector<std::uint64_t> begins_{0};
  std::vector<std::uint32_t> table_ = std::vector<std::uint32_t>(16, kNoText);  // open addressing, at most 5/8 full
  std::vector<std::uint8_t> prints_ =
      std::vector<std::uint8_t>(16, 0);  // a byte of each hash, so that most misses touch no text
};

}  // namespace tend::state
