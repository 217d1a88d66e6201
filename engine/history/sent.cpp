// RocksDB again, with keys that come at random and go by age: 'k' key → message · 'p' name at the platform → key ·
// 'a' hash of the address → key · 'c' customer, key → nothing · 'm' key → in which run of the
// machine it was called; nothing: committed · 'b' → in which run it was last used · 'r' hash of the address, key → what
// became of a message to somebody who has had soft bounces.
#include "engine/history/sent.hpp"

#include <rocksdb/compaction_filter.h>
#include <rocksdb/db.h>
#include <rocksdb/iterator.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>
#include <sodium.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <mutex>
#include <set>
#include <unordered_set>

#include "engine/history/rocks.hpp"
#include "engine/state/bytes.hpp"

namespace tend::history {
namespace {

using state::put;
using state::put_text;
using state::SendKey;
using state::take;
using state::take_text;

constexpr int kOpeningsMax = 10;
const std::string kInUse = "b";
/// The moment of what does not age.
const std::string kAgeless = [] {
  std::string bytes;
  put(bytes, INT64_MAX);
  return bytes;
}();

/// Every value begins with its moment.
class Aging final : public rocksdb::CompactionFilter {
 public:
  bool Filter(int /*level*/, const rocksdb::Slice& /*key*/, const rocksdb::Slice& value, std::string* /*instead*/,
              bool* /*changed*/) const override {
    env::Moment at = 0;
    if (value.size() < sizeof at) return true;
    std::memcpy(&at, value.data(), sizeof at);
    return at < since.load(std::memory_order_relaxed);
  }
  const char* Name() const override { return "tend.sent"; }
  std::atomic<env::Moment> since{env::kNoMoment};
};

std::string bytes_of(SendKey key) {
  std::string bytes;
  put(bytes, key.high);
  put(bytes, key.low);
  return bytes;
}

bool take_key(std::string_view& in, SendKey& key) { return take(in, key.high) && take(in, key.low); }

std::string message_key(SendKey key) { return "k" + bytes_of(key); }

std::string commit_key(SendKey key) { return "m" + bytes_of(key); }

std::string name_key(std::string_view channel, std::string_view provider_id) {
  std::string out = "p";
  put_text(out, channel);
  out += provider_id;
  return out;
}

std::string address_key(std::string_view channel, std::string_view address) {
  std::string text;
  put_text(text, channel);
  text += address;
  std::string hash(16, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
  return "a" + hash;
}

std::string customer_prefix(std::string_view customer) {
  std::string out = "c";
  put_text(out, customer);
  return out;
}

constexpr char kPassage = 'r';

/// Shape: `hash` as address_key has it.
std::string passage_prefix(std::string_view hash) { return kPassage + std::string(hash.substr(1)); }

/// What ages later than the rest of the book says a later moment.
std::string passage_value(const Passed& passed) {
  std::string value;
  put(value, passed.at + kBouncesFor - kReceiptsFor);
  put(value, static_cast<std::uint8_t>(passed.what));
  for (const std::string* text : {&passed.customer, &passed.channel, &passed.reason}) put_text(value, *text);
  return value;
}

/// False where it is none.
bool read_passage(std::string_view key, std::string_view value, Passed& passed) {
  constexpr std::size_t kKeyBytes = 16;
  if (key.size() < 1 + kKeyBytes || key.front() != kPassage) return false;
  std::string_view of_message = key.substr(key.size() - kKeyBytes);
  std::uint8_t what = 0;
  if (!take_key(of_message, passed.key) || !take(value, passed.at) || !take(value, what)) return false;
  passed.at -= kBouncesFor - kReceiptsFor;
  passed.what = static_cast<Passage>(what);
  passed.mailbox = key.substr(1, key.size() - 1 - kKeyBytes);
  return take_text(value, passed.customer) && take_text(value, passed.channel) && take_text(value, passed.reason);
}

/// A customer on a channel.
std::string open_key(std::string_view customer, std::string_view channel) {
  std::string out;
  put_text(out, channel);
  out += customer;
  return out;
}
std::string_view customer_in(std::string_view open) {
  std::uint64_t channel_bytes = 0;
  take(open, channel_bytes);
  return open.substr(channel_bytes);
}

class RocksBook final : public SentBook {
 public:
  RocksBook(std::string folder, std::string boot) : folder_(std::move(folder)), boot_(std::move(boot)) {}

  Result<void> start(bool writes) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.info_log = std::make_shared<NoDiary>();
    options.compaction_filter = &aging_;
    options.compression = rocksdb::kLZ4Compression;
    options.write_buffer_size = 4u << 20;
    options.max_open_files = 64;
    options.max_manifest_file_size = 1;
    rocksdb::DB* db = nullptr;
    rocksdb::Status status;
    // Its writer may take away a file that it has just read about.
    for (int opening = 0; opening < kOpeningsMax; ++opening) {
      status = writes ? rocksdb::DB::Open(options, folder_, &db) : rocksdb::DB::OpenForReadOnly(options, folder_, &db);
      if (writes || status.ok()) break;
    }
    if (!status.ok()) return done(status);
    db_.reset(db);
    each_passage({&kPassage, 1}, [this](const Passed& one) { open_.insert(open_key(one.customer, one.channel)); });
    std::string boot;
    complete_ = !boot_.empty() && db_->Get({}, kInUse, &boot).ok() && boot == kAgeless + boot_;
    return {};
  }

  Result<void> called(const Sent& sent, std::string_view address) override {
    rocksdb::WriteBatch batch;
    std::string value, key;
    if (!in_use_.exchange(true)) batch.Put(kInUse, kAgeless + boot_);
    put(value, sent.at);
    for (const std::string* text : {&sent.customer, &sent.playbook, &sent.message, &sent.channel})
      put_text(value, *text);
    const std::string hash = address_key(sent.channel, address);
    put_text(value, hash);
    batch.Put(message_key(sent.key), value);
    put(key, sent.at);
    key += bytes_of(sent.key);
    batch.Put(hash, key);
    batch.Put(customer_prefix(sent.customer) + bytes_of(sent.key), key.substr(0, sizeof sent.at));
    std::string uncommitted;
    put(uncommitted, sent.at);
    put_text(uncommitted, boot_);
    batch.Put(commit_key(sent.key), uncommitted);
    return done(db_->Write({}, &batch));
  }

  Result<void> committed(SendKey key) override {
    std::string value;
    const auto sent = by_key(key);
    put(value, sent ? sent->at : env::Moment{0});
    put_text(value, {});
    if (auto written = done(db_->Put({}, commit_key(key), value)); !written || !sent) return written;
    return passed(key, Passage::out, {});
  }

  bool may_be_out(SendKey key) const override {
    std::string value;
    const rocksdb::Status found = db_->Get({}, commit_key(key), &value);
    if (found.IsNotFound()) return !complete_;
    if (!found.ok()) return true;
    std::string_view in = value;
    env::Moment at = 0;
    std::string boot;
    return !take(in, at) || !take_text(in, boot) || boot.empty() || boot != boot_;
  }

  Result<void> named(std::string_view channel, std::string_view provider_id, SendKey key) override {
    std::string value;
    const auto sent = by_key(key);
    if (!sent) return {};
    put(value, sent->at);
    value += bytes_of(key);
    const std::string name = name_key(channel, provider_id);
    rocksdb::WriteBatch batch;
    batch.Put(name, value);
    std::string at;
    put(at, sent->at);
    // So that who is forgotten is forgotten here as well.
    batch.Put(customer_prefix(sent->customer) + bytes_of(key) + name, at);
    return done(db_->Write({}, &batch));
  }

  std::optional<Sent> by_key(SendKey key) const override {
    std::string hash;
    return with_address(key, hash);
  }

  std::optional<Sent> by_provider_id(std::string_view channel, std::string_view provider_id) const override {
    return through(name_key(channel, provider_id));
  }
  std::optional<Sent> by_address(std::string_view channel, std::string_view address) const override {
    return through(address_key(channel, address));
  }

  void each_named(std::string_view channel,
                  const std::function<void(const std::string&, env::Moment)>& visit) const override {
    const std::string prefix = name_key(channel, {});
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
    for (at->Seek(prefix); at->Valid() && at->key().starts_with(prefix); at->Next()) {
      std::string_view in(at->value().data(), at->value().size());
      env::Moment moment = 0;
      if (take(in, moment)) visit(at->key().ToString().substr(prefix.size()), moment);
    }
  }

  Result<void> passed(SendKey key, Passage what, std::string_view reason) override {
    std::string hash;
    const auto sent = with_address(key, hash);
    if (!sent || hash.empty()) return {};
    const std::lock_guard lock(passing_);
    const std::string open = open_key(sent->customer, sent->channel);
    if (what != Passage::soft && !open_.contains(open)) return {};
    const std::string name = passage_prefix(hash) + bytes_of(key);
    Passed passed{key, sent->at, sent->customer, sent->channel, {}, what, std::string(reason)};
    std::string value;
    if (Passed before; db_->Get({}, name, &value).ok() && read_passage(name, value, before)) {
      if (before.what >= what) return {};
    }
    rocksdb::WriteBatch batch;
    value = passage_value(passed);
    batch.Put(name, value);
    batch.Put(customer_prefix(sent->customer) + bytes_of(key) + name, value.substr(0, sizeof sent->at));
    if (auto written = done(db_->Write({}, &batch)); !written) return written;
    if (what == Passage::soft) open_.insert(open);
    return {};
  }

  std::vector<Passed> to_same_mailbox(SendKey key) const override {
    std::string hash;
    std::vector<Passed> all;
    if (!with_address(key, hash) || hash.empty()) return all;
    each_passage(passage_prefix(hash), [&](const Passed& one) { all.push_back(one); });
    return all;
  }

  std::vector<Passed> passed_of(std::string_view customer) const override {
    const std::string prefix = customer_prefix(customer);
    std::vector<Passed> all;
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
    for (at->Seek(prefix); at->Valid() && at->key().starts_with(prefix); at->Next()) {
      std::string_view rest(at->key().data() + prefix.size(), at->key().size() - prefix.size());
      SendKey key;
      if (!take_key(rest, key) || !rest.starts_with(kPassage)) continue;
      std::string value;
      Passed one;
      if (db_->Get({}, rocksdb::Slice(rest.data(), rest.size()), &value).ok() && read_passage(rest, value, one))
        all.push_back(std::move(one));
    }
    return all;
  }

  void now_is(env::Moment now) override { aging_.since = now - kReceiptsFor; }

  Result<void> forget(std::span<const std::string> customers) override {
    rocksdb::WriteBatch batch;
    for (const std::string& customer : customers) {
      if (auto taken = take_out(customer, batch); !taken) return taken;
    }
    {
      const std::set<std::string_view> gone(customers.begin(), customers.end());
      const std::lock_guard lock(passing_);
      std::erase_if(open_, [&](const std::string& open) { return gone.contains(customer_in(open)); });
    }
    rocksdb::WriteOptions durable;
    durable.sync = true;
    if (auto written = done(db_->Write(durable, &batch)); !written) return written;
    return done(erase_deleted(*db_));
  }

 private:
  Result<void> take_out(const std::string& customer, rocksdb::WriteBatch& batch) const {
    const std::string prefix = customer_prefix(customer);
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
    for (at->Seek(prefix); at->Valid() && at->key().starts_with(prefix); at->Next()) {
      std::string_view rest(at->key().data() + prefix.size(), at->key().size() - prefix.size());
      batch.Delete(at->key());
      SendKey key;
      if (!take_key(rest, key)) continue;
      batch.Delete(commit_key(key));
      if (!rest.empty()) batch.Delete(rocksdb::Slice(rest.data(), rest.size()));
      std::string value;
      if (!db_->Get({}, message_key(key), &value).ok()) continue;
      batch.Delete(message_key(key));
      std::string_view in = value;
      env::Moment moment = 0;
      std::string text;
      bool whole = take(in, moment);
      for (int i = 0; i < 5; ++i) whole = whole && take_text(in, text);  // the last is the address's key
      if (whole) batch.Delete(text);
    }
    return done(at->status());
  }

  /// With the address's key: empty where it was written without one.
  std::optional<Sent> with_address(SendKey key, std::string& hash) const {
    std::string value;
    if (!db_->Get({}, message_key(key), &value).ok()) return std::nullopt;
    std::string_view in = value;
    Sent sent{.key = key};
    if (!take(in, sent.at)) return std::nullopt;
    for (std::string* text : {&sent.customer, &sent.playbook, &sent.message, &sent.channel}) {
      if (!take_text(in, *text)) return std::nullopt;
    }
    if (!take_text(in, hash)) hash.clear();
    return sent;
  }

  void each_passage(std::string_view prefix, const std::function<void(const Passed&)>& visit) const {
    const rocksdb::Slice begin(prefix.data(), prefix.size());
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
    for (at->Seek(begin); at->Valid() && at->key().starts_with(begin); at->Next()) {
      Passed one;
      if (read_passage(at->key().ToStringView(), at->value().ToStringView(), one)) visit(one);
    }
  }

  std::optional<Sent> through(const std::string& name) const {
    std::string value;
    if (!db_->Get({}, name, &value).ok()) return std::nullopt;
    std::string_view in = value;
    env::Moment at = 0;
    SendKey key;
    if (!take(in, at) || !take_key(in, key)) return std::nullopt;
    return by_key(key);
  }

  Result<void> done(const rocksdb::Status& status) const { return done_in(folder_, status); }

  std::string folder_, boot_;
  bool complete_ = false;            // it has all that was called in this run of the machine
  std::atomic<bool> in_use_{false};  // and it is written that it has
  Aging aging_;
  std::mutex passing_;
  std::unordered_set<std::string> open_;  // who has had soft bounces, under open_key
  std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace

std::string machine_boot() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string boot;
  std::getline(file, boot);
  return boot;
}

Result<std::unique_ptr<SentBook>> SentBook::open(const std::string& folder, std::string boot) {
  auto book = std::make_unique<RocksBook>(folder, std::move(boot));
  if (auto started = book->start(true); !started) return tl::unexpected(started.error());
  return book;
}

Result<std::unique_ptr<SentBook>> SentBook::open_for_reading(const std::string& folder) {
  auto book = std::make_unique<RocksBook>(folder, std::string());
  if (auto started = book->start(false); !started) return tl::unexpected(started.error());
  return book;
}

}  // namespace tend::history
