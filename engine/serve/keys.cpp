// A secret has 256 random bits, so nobody can try them out: a fast hash keeps it as well as a slow one would, and a
// call does not pay for it. It is keyed with the key's id, so that equal secrets would not show.
#include "engine/serve/keys.hpp"

#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "dsl/text/must.hpp"
#include "engine/env/zone.hpp"
#include "engine/run/intake.hpp"

namespace tend::serve {
namespace {

using Json = nlohmann::ordered_json;
using Hash = std::array<std::uint8_t, 32>;

constexpr std::size_t kIdBytes = 6;
constexpr std::size_t kIdDigits = 2 * kIdBytes;
constexpr std::size_t kSecretDigits = 43;  // base64 without padding
constexpr std::chrono::seconds kLookAgain{1};
constexpr double kBurstMin = 2500;  // one list at least, whatever the rate

constexpr std::string_view kScopes[] = {"ingest", "read", "operate", "admin", "receipts"};

Hash hash_of(std::string_view id, std::string_view secret) {
  const std::string key = "tend.keys/1 " + std::string(id);  // from 16 to 64 bytes
  Hash hash;
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(secret.data()), secret.size(),
                     reinterpret_cast<const unsigned char*>(key.data()), key.size());
  return hash;
}

std::string hex(const std::uint8_t* bytes, std::size_t size) {
  std::string out(2 * size + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes, size);
  out.pop_back();
  return out;
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Takes a word, or a text in quotation marks, off the front.
std::optional<std::string> take_word(std::string_view& rest) {
  rest = trim(rest);
  if (rest.empty()) return std::nullopt;
  if (rest.front() == '"') {
    const std::size_t end = rest.find('"', 1);
    if (end == std::string_view::npos) return std::nullopt;
    std::string word(rest.substr(1, end - 1));
    rest.remove_prefix(end + 1);
    return word;
  }
  const std::size_t end = std::min(rest.find_first_of(" \t="), rest.size());
  if (end == 0) return std::nullopt;
  std::string word(rest.substr(0, end));
  rest.remove_prefix(end);
  return word;
}

Json key_json(const Key& key) {
  Json scopes = Json::array();
  for (const Scope scope : key.scopes) scopes.push_back(scope_name(scope));
  Json json{{"id", key.id}, {"name", key.name}, {"scopes", std::move(scopes)}};
  if (!key.where.empty()) json["where"] = key.where;
  if (key.rate > 0) json["rate"] = key.rate;
  json["made"] = env::format_moment(key.made);
  json["hash"] = hex(key.hash.data(), key.hash.size());
  return json;
}

bool read_key(const Json& json, Key& key) {
  if (!json.is_object()) return false;
  const auto text = [&](const char* name) {
    const auto at = json.find(name);
    return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
  };
  key.id = text("id");
  key.name = text("name");
  key.where = text("where");
  const auto made = env::parse_moment(text("made"), env::utc());
  const std::string hash = text("hash");
  std::size_t bytes = 0;
  if (key.id.size() != kIdDigits || !made ||
      sodium_hex2bin(key.hash.data(), key.hash.size(), hash.data(), hash.size(), nullptr, &bytes, nullptr) != 0 ||
      bytes != key.hash.size())
    return false;
  key.made = *made;
  if (const auto rate = json.find("rate"); rate != json.end()) {
    if (!rate->is_number() || !(rate->get<double>() > 0)) return false;
    key.rate = rate->get<double>();
  }
  const auto scopes = json.find("scopes");
  if (scopes == json.end() || !scopes->is_array()) return false;
  for (const Json& one : *scopes) {
    const auto scope = one.is_string() ? scope_named(one.get<std::string>()) : std::nullopt;
    if (!scope) return false;
    key.scopes.push_back(*scope);
  }
  return parse_condition(key.where).has_value();
}

tl::unexpected<Error> damaged(const std::string& path) {
  return fail(ErrorCode::corrupt, "the keys in `" + path + "` cannot be read: put the file back from a backup");
}

Result<std::vector<Key>> parse_keys(const std::string& path, const std::string& content) {
  const Json json = Json::parse(content, nullptr, false);
  if (!json.is_object() || json.value("format", Json()) != "tend.keys/1" || !json.contains("keys"))
    return damaged(path);
  std::vector<Key> keys;
  for (const Json& one : json["keys"]) {
    if (!read_key(one, keys.emplace_back())) return damaged(path);
  }
  return keys;
}

}  // namespace

std::string_view scope_name(Scope scope) { return kScopes[static_cast<std::size_t>(scope)]; }

std::optional<Scope> scope_named(std::string_view name) {
  const auto at = std::find(std::begin(kScopes), std::end(kScopes), name);
  if (at == std::end(kScopes)) return std::nullopt;
  return static_cast<Scope>(at - std::begin(kScopes));
}

Result<KeyCondition> parse_condition(std::string_view text) {
  KeyCondition condition;
  std::string_view rest = trim(text);
  while (!rest.empty()) {
    KeyCondition::Equal equal;
    auto attribute = take_word(rest);
    rest = trim(rest);
    const bool has_sign = !rest.empty() && rest.front() == '=';
    if (has_sign) rest.remove_prefix(1);
    auto value = has_sign ? take_word(rest) : std::nullopt;
    if (!attribute || !value)
      return fail(ErrorCode::usage, "`" + std::string(text) +
                                        "` is no condition of a key: write attributes with their values, like `city = "
                                        "\"Berlin\" and level = gold`");
    condition.all.push_back({std::move(*attribute), std::move(*value)});
    rest = trim(rest);
    if (rest.empty()) break;
    const auto word = take_word(rest);
    if (!word || *word != "and" || trim(rest).empty())
      return fail(ErrorCode::usage, "a key's condition joins its parts with `and`");
  }
  return condition;
}

bool meets(run::Engine& engine, const KeyCondition& condition, std::string_view customer) {
  if (condition.all.empty()) return true;
  const program::Program& program = engine.running().program;
  customer = engine.became(customer);
  const state::State& state = engine.partitions().state(engine.partitions().partition_of(customer));
  const std::uint32_t row = state.find_customer(customer);
  if (row == state::kNoText) return false;
  const env::Zone* zone = env::find_zone(program.timezone);
  return std::all_of(condition.all.begin(), condition.all.end(), [&](const KeyCondition::Equal& equal) {
    const auto attribute = program::find_attribute(program, equal.attribute);
    if (!attribute) return false;
    run::ValueStorage storage;
    const auto wanted = run::parse_cell(program.attributes[*attribute].type, equal.value,
                                        {.zone = zone, .storage = &storage, .own = program.currencies});
    const program::Value has = state.attribute(row, *attribute);
    if (!wanted || wanted->missing() || has.missing()) return false;
    std::string a, b;
    state::append_field(a, 0, *wanted);
    state::append_field(b, 0, has);
    return a == b;
  });
}

bool Key::may(Scope scope) const {
  return std::any_of(scopes.begin(), scopes.end(), [&](Scope own) { return own == scope || own == Scope::admin; });
}

std::string make_key(Key& key) {
  CHECK_OR_DIE(sodium_init() >= 0, "libsodium has randomness");
  std::array<std::uint8_t, kIdBytes> id{};
  std::array<std::uint8_t, kSecretBytes> random{};
  randombytes_buf(id.data(), id.size());
  randombytes_buf(random.data(), random.size());
  key.id = hex(id.data(), id.size());
  std::string secret(kSecretDigits + 1, '\0');
  sodium_bin2base64(secret.data(), secret.size(), random.data(), random.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  secret.pop_back();
  key.hash = hash_of(key.id, secret);
  sodium_memzero(random.data(), random.size());
  return std::string(kKeyPrefix) + key.id + "_" + secret;
}

Result<std::vector<Key>> read_keys(env::Files& files, const std::string& path) {
  auto there = files.exists(path);
  if (!there) return tl::unexpected(there.error());
  if (!*there) return std::vector<Key>();
  auto content = env::read_whole_file(files, path);
  if (!content) return tl::unexpected(content.error());
  return parse_keys(path, *content);
}

Result<void> write_keys(env::Files& files, const std::string& path, const std::vector<Key>& keys) {
  Json list = Json::array();
  for (const Key& key : keys) list.push_back(key_json(key));
  const mode_t before = umask(077);
  auto written = env::write_whole_file(files, path, Json{{"format", "tend.keys/1"}, {"keys", list}}.dump(1) + "\n");
  umask(before);
  return written;
}

void KnownKey::refill(std::chrono::steady_clock::time_point now) {
  const double most = std::max(key.rate, kBurstMin);
  if (!begun_) tokens_ = most;
  if (begun_) tokens_ = std::min(most, tokens_ + key.rate * std::chrono::duration<double>(now - at_).count());
  begun_ = true;
  at_ = now;
}

unsigned KnownKey::wait_seconds(std::chrono::steady_clock::time_point now) {
  if (key.rate <= 0) return 0;
  const std::lock_guard lock(mutex_);
  refill(now);
  return tokens_ > 0 ? 0 : 1 + static_cast<unsigned>(std::min(3600.0, std::floor(-tokens_ / key.rate)));
}

void KnownKey::charge(std::size_t calls) {
  if (key.rate <= 0) return;
  const std::lock_guard lock(mutex_);
  tokens_ -= static_cast<double>(calls);
}

Result<void> Keys::load() {
  const std::lock_guard lock(mutex_);
  auto there = files_.exists(path_);
  if (!there) return tl::unexpected(there.error());
  std::string content;
  std::vector<Key> keys;
  if (*there) {
    auto read = env::read_whole_file(files_, path_);
    if (!read) return tl::unexpected(read.error());
    if (*read == content_) return {};  // rates go on
    auto parsed = parse_keys(path_, *read);
    if (!parsed) return tl::unexpected(parsed.error());
    content = std::move(*read);
    keys = std::move(*parsed);
  }
  std::map<std::string, std::shared_ptr<KnownKey>, std::less<>> by_id;
  for (Key& key : keys) {
    auto condition = parse_condition(key.where);
    const auto old = by_id_.find(key.id);
    const bool same = old != by_id_.end() && old->second->key.rate == key.rate && old->second->key.where == key.where &&
                      old->second->key.scopes == key.scopes && old->second->key.hash == key.hash;
    by_id[key.id] = same ? old->second : std::make_shared<KnownKey>(key, std::move(*condition));
  }
  by_id_ = std::move(by_id);
  content_ = std::move(content);
  return {};
}

std::size_t Keys::count() const {
  const std::lock_guard lock(mutex_);
  return by_id_.size();
}

/// A file that cannot be read changes nothing: who had a key keeps it until the file says otherwise.
void Keys::look_again() {
  {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now - looked_ < kLookAgain) return;
    looked_ = now;
  }
  (void)load();
}

std::shared_ptr<KnownKey> Keys::find(std::string_view text) {
  look_again();
  const std::size_t length = kKeyPrefix.size() + kIdDigits + 1 + kSecretDigits;
  if (text.size() != length || !text.starts_with(kKeyPrefix) || text[kKeyPrefix.size() + kIdDigits] != '_')
    return nullptr;
  const std::string_view id = text.substr(kKeyPrefix.size(), kIdDigits);
  std::shared_ptr<KnownKey> known;
  {
    const std::lock_guard lock(mutex_);
    const auto found = by_id_.find(id);
    if (found != by_id_.end()) known = found->second;
  }
  const Hash hash = hash_of(id, text.substr(kKeyPrefix.size() + kIdDigits + 1));
  static const Hash kNobody{};
  const Hash& wanted = known ? known->key.hash : kNobody;
  const bool same = sodium_memcmp(hash.data(), wanted.data(), hash.size()) == 0;
  return same ? known : nullptr;
}

}  // namespace tend::serve
