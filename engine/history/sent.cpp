// RocksDB again, with keys that come at random and go by age: 'k' key → message · 'p' name at the platform → key ·
// 'a' hash of the address → key · 'c' customer, key → nothing · 'm' key → in which run of the
// machine it was called; nothing: committed · 'b' → in which run it was last used.
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

#include "engine/state/bytes.hpp"

namespace tend::history {
namespace {

using state::put;
using state::put_text;
using state::SendKey;
using state::take;
using state::take_text;

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

class NoDiary final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, std::va_list /*arguments*/) override {}
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

class RocksBook final : public SentBook {
 public:
  RocksBook(std::string folder, std::string boot) : folder_(std::move(folder)), boot_(std::move(boot)) {}

  Result<void> start() {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.info_log = std::make_shared<NoDiary>();
    options.compaction_filter = &aging_;
    options.compression = rocksdb::kLZ4Compression;
    options.write_buffer_size = 4u << 20;
    options.max_open_files = 64;
    options.max_manifest_file_size = 1;
    rocksdb::DB* db = nullptr;
    if (const auto status = rocksdb::DB::Open(options, folder_, &db); !status.ok()) return failure(status);
    db_.reset(db);
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
    return done(db_->Put({}, commit_key(key), value));
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
    std::string value;
    if (!db_->Get({}, message_key(key), &value).ok()) return std::nullopt;
    std::string_view in = value;
    Sent sent{.key = key};
    if (!take(in, sent.at)) return std::nullopt;
    for (std::string* text : {&sent.customer, &sent.playbook, &sent.message, &sent.channel}) {
      if (!take_text(in, *text)) return std::nullopt;
    }
    return sent;
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

  void now_is(env::Moment now) override { aging_.since = now - kReceiptsFor; }

  Result<void> forget(std::string_view customer) override {
    const std::string prefix = customer_prefix(customer);
    rocksdb::WriteBatch batch;
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
    if (!at->status().ok()) return done(at->status());
    // Also from the log and from files of before: a mark that something is deleted would only hide it. The table of
    // contents of before names keys until the next change begins a new one.
    rocksdb::WriteOptions durable;
    durable.sync = true;
    rocksdb::Status status = db_->Write(durable, &batch);
    rocksdb::CompactRangeOptions all;
    all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    for (int change = 0; change < 2; ++change) {
      if (status.ok()) status = db_->Put(durable, "z", "");
      if (status.ok()) status = db_->Flush(rocksdb::FlushOptions());
      if (status.ok()) status = db_->CompactRange(all, nullptr, nullptr);
    }
    if (status.ok()) status = db_->DisableFileDeletions();
    if (status.ok()) status = db_->EnableFileDeletions(true);  // looks at once
    return done(status);
  }

 private:
  std::optional<Sent> through(const std::string& name) const {
    std::string value;
    if (!db_->Get({}, name, &value).ok()) return std::nullopt;
    std::string_view in = value;
    env::Moment at = 0;
    SendKey key;
    if (!take(in, at) || !take_key(in, key)) return std::nullopt;
    return by_key(key);
  }

  tl::unexpected<Error> failure(const rocksdb::Status& status) const {
    const std::string where = "`" + folder_ + "`";
    if (status.IsCorruption()) return fail(ErrorCode::corrupt, where + " is damaged: " + status.ToString());
    if (status.IsIOError() && status.ToString().find("lock") != std::string::npos)
      return fail(ErrorCode::in_use, "another process has " + where + " open");
    return fail(ErrorCode::io, "cannot use " + where + ": " + status.ToString());
  }
  Result<void> done(const rocksdb::Status& status) const {
    if (status.ok()) return {};
    return failure(status);
  }

  std::string folder_, boot_;
  bool complete_ = false;            // it has all that was called in this run of the machine
  std::atomic<bool> in_use_{false};  // and it is written that it has
  Aging aging_;
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
  if (auto started = book->start(); !started) return tl::unexpected(started.error());
  return book;
}

}  // namespace tend::history
