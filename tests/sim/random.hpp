// The one source of chance of a simulated run: the same seed gives the same run, call by call.
#pragma once
#include <cstdint>
#include <initializer_list>

namespace tend::sim {

/// splitmix64.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0xD1342543DE82EF95ULL + 1) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  /// Requires: bound > 0.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool chance(unsigned percent) { return below(100) < percent; }
  /// Small numbers are as likely as large ones: 0 up to 2^bits - 1, each number of bits alike.
  std::uint64_t any_size(unsigned bits) { return below(std::uint64_t{1} << below(bits + 1)); }
  template <typename T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[below(values.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace tend::sim
