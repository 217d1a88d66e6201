// API keys: who may call what. A key is shown once, `tend_ID_SECRET`; the data folder keeps a hash of it. Its id, which
// is no secret, selects the row; the secret is compared in constant time (docs/serve.md).
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/env/files.hpp"
#include "engine/env/moment.hpp"
#include "engine/run/engine.hpp"

namespace tend::serve {

/// What every key begins with.
inline constexpr std::string_view kKeyPrefix = "tend_";

/// What a key may do. Each is for itself: `admin` has all of them.
enum class Scope : std::uint8_t { ingest, read, operate, admin, receipts };
std::string_view scope_name(Scope scope);
std::optional<Scope> scope_named(std::string_view name);

/// Customers that a key is bound to: `city = "Berlin" and level = gold`, attributes that have these values.
struct KeyCondition {
  struct Equal {
    std::string attribute, value;
  };
  std::vector<Equal> all;  // empty: everybody
};
/// Errors: `usage` with a sentence.
Result<KeyCondition> parse_condition(std::string_view text);
/// Is it so of this customer now? Nobody whom the engine does not know meets a condition, nor anybody where the
/// playbooks do not declare the attribute any more.
bool meets(run::Engine& engine, const KeyCondition& condition, std::string_view customer);

inline constexpr std::size_t kSecretBytes = 32;
inline constexpr std::size_t kKeysMax = 1'000;
inline constexpr std::size_t kKeyNameBytesMax = 100;

struct Key {
  std::string id;    // 12 hex digits
  std::string name;  // of whoever has it, unique
  std::vector<Scope> scopes;
  std::string where;  // KeyCondition
  double rate = 0;    // calls a second; 0: as many as come
  env::Moment made = 0;
  std::array<std::uint8_t, 32> hash{};

  bool may(Scope scope) const;
};

/// Makes a key; gives the text that is shown once. Shape: id and hash of `key` are filled in.
std::string make_key(Key& key);

/// The keys in a file; none where there is no file. Errors: `corrupt`.
Result<std::vector<Key>> read_keys(env::Files& files, const std::string& path);
/// Replaces the file, which only its owner may read. Durable when it returns. Thread: the process's only one.
Result<void> write_keys(env::Files& files, const std::string& path, const std::vector<Key>& keys);

/// A key that was shown, while it lasts: with its condition, and what is left of its rate.
class KnownKey {
 public:
  KnownKey(Key k, KeyCondition c) : key(std::move(k)), condition(std::move(c)) {}
  const Key key;
  const KeyCondition condition;

  /// Seconds to wait before calls are taken again; 0: now. What was charged too much comes off what follows.
  unsigned wait_seconds(std::chrono::steady_clock::time_point now);
  void charge(std::size_t calls);

 private:
  void refill(std::chrono::steady_clock::time_point now);
  std::mutex mutex_;
  double tokens_ = 0;
  bool begun_ = false;
  std::chrono::steady_clock::time_point at_{};
};

/// The keys of a data folder as they are now: the file is looked at again after a second. Thread: any.
class Keys {
 public:
  Keys(env::Files& files, std::string path) : files_(files), path_(std::move(path)) {}

  /// Reads the file. Errors: of read_keys.
  Result<void> load();
  std::size_t count() const;

  /// Whose key this is; none where it is nobody's. Takes as long for a wrong secret as for a right one.
  std::shared_ptr<KnownKey> find(std::string_view text);

 private:
  void look_again();
  env::Files& files_;
  const std::string path_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<KnownKey>, std::less<>> by_id_;
  std::string content_;  // of the file
  std::chrono::steady_clock::time_point looked_{};
};

}  // namespace tend::serve
