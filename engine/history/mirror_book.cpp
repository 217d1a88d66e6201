// RocksDB, small and short-lived: 't' channel, customer, tag → task · 'x' channel, address → transfer · 'p' partition →
// position.
#include "engine/history/mirror_book.hpp"

#include <rocksdb/db.h>
#include <rocksdb/iterator.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>

#include "engine/history/rocks.hpp"
#include "engine/state/bytes.hpp"

namespace tend::history {
namespace {

using state::put_text;
using state::take;
using state::take_text;

std::string prefix_of(char kind, std::string_view channel) {
  std::string out(1, kind);
  put_text(out, channel);
  return out;
}

std::string key_of(const TagTask& task) {
  std::string out = prefix_of('t', task.channel);
  put_text(out, task.customer);
  return out + task.tag;
}

std::string transfer_key(std::string_view channel, std::string_view address) {
  return prefix_of('x', channel) + std::string(address);
}

std::string place_key(std::uint16_t partition) {
  std::string out = "p";
  state::put(out, partition);
  return out;
}

std::string bytes_of(const TagTask& task) {
  std::string out;
  state::put(out, task.version);
  state::put(out, task.tries);
  state::put(out, task.not_before);
  return out;
}

std::optional<TagTask> read_task(std::string_view key, std::string_view value) {
  TagTask task;
  key.remove_prefix(1);
  if (!take_text(key, task.channel) || !take_text(key, task.customer)) return std::nullopt;
  task.tag = key;
  if (!take(value, task.version) || !take(value, task.tries) || !take(value, task.not_before)) return std::nullopt;
  return task;
}

std::string bytes_of(const Transfer& transfer) {
  std::string out;
  for (const std::string* text : {&transfer.channel, &transfer.address, &transfer.customer, &transfer.from,
                                  &transfer.to, &transfer.next, &transfer.reason})
    put_text(out, *text);
  state::put(out, transfer.phase);
  state::put(out, transfer.resigned);
  state::put(out, transfer.tries);
  state::put(out, transfer.since);
  state::put(out, transfer.due);
  state::put(out, transfer.version);
  return out;
}

std::optional<Transfer> read_transfer(std::string_view in) {
  Transfer transfer;
  for (std::string* text : {&transfer.channel, &transfer.address, &transfer.customer, &transfer.from, &transfer.to,
                            &transfer.next, &transfer.reason}) {
    if (!take_text(in, *text)) return std::nullopt;
  }
  if (!take(in, transfer.phase) || !take(in, transfer.resigned) || !take(in, transfer.tries) ||
      !take(in, transfer.since) || !take(in, transfer.due) || !take(in, transfer.version))
    return std::nullopt;
  return transfer;
}

class RocksMirror final : public MirrorBook {
 public:
  explicit RocksMirror(std::string folder) : folder_(std::move(folder)) {}

  Result<void> start() {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.info_log = std::make_shared<NoDiary>();
    options.compression = rocksdb::kLZ4Compression;
    options.write_buffer_size = 4u << 20;
    options.max_open_files = 64;
    options.max_manifest_file_size = 1;
    rocksdb::DB* db = nullptr;
    if (const auto status = rocksdb::DB::Open(options, folder_, &db); !status.ok()) return done(status);
    db_.reset(db);
    version_ = db_->GetLatestSequenceNumber() + 1;
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
    for (at->SeekToFirst(); at->Valid(); at->Next()) count(*at, 1);
    return done(at->status());
  }

  std::optional<std::uint64_t> through(std::uint16_t partition) const override {
    std::string value;
    if (!db_->Get({}, place_key(partition), &value).ok()) return std::nullopt;
    std::string_view in = value;
    std::uint64_t position = 0;
    if (!take(in, position)) return std::nullopt;
    return position;
  }

  Result<void> add(std::span<const TagTask> tags, std::span<const Transfer> transfers,
                   std::span<const ToldThrough> through) override {
    const std::lock_guard lock(mutex_);
    rocksdb::WriteBatch batch;
    std::map<std::string, std::size_t> more;  // by channel
    std::set<std::string> put;                // one batch may have a task more than once
    std::map<std::string, Transfer> changed;  // by key: one batch may have several of a customer
    for (TagTask task : tags) {
      task.version = ++version_;
      const std::string key = key_of(task);
      std::string there;
      if (put.insert(key).second && !db_->Get({}, key, &there).ok()) ++more[task.channel];
      batch.Put(key, bytes_of(task));
    }
    for (const Transfer& wanted : transfers) {
      const std::string key = transfer_key(wanted.channel, wanted.address);
      auto before = changed.find(key);
      if (before == changed.end()) {
        std::optional<Transfer> there = find(key);
        if (!there || there->phase == Transfer::Phase::ended) {
          ++more[wanted.channel];
          Transfer& begun = changed[key] = wanted;
          // Who was refused is still with the member before.
          if (there && !there->reason.empty()) begun.from = there->from;
          continue;
        }
        before = changed.emplace(key, std::move(*there)).first;
      }
      Transfer& one = before->second;
      one.customer = wanted.customer;
      if (one.phase == Transfer::Phase::wanted) {
        one.to = wanted.to;
        one.due = wanted.due;
      } else {
        one.next = wanted.to == one.to ? std::string() : wanted.to;
      }
    }
    for (auto& [key, transfer] : changed) {
      transfer.version = ++version_;
      batch.Put(key, bytes_of(transfer));
    }
    for (const ToldThrough& place : through) {
      std::string value;
      state::put(value, place.position);
      batch.Put(place_key(place.partition), value);
    }
    const auto written = done(db_->Write({}, &batch));
    if (!written) return written;
    for (const auto& [channel, count] : more) waiting_[channel] += count;
    ++added_;
    return {};
  }

  Result<void> keep() override { return done(db_->SyncWAL()); }

  std::vector<TagTask> tags(std::string_view channel, std::string& after, std::size_t most, env::Moment now,
                            env::Moment& earliest) const override {
    std::vector<TagTask> out;
    each(prefix_of('t', channel), after, [&](std::string_view key, std::string_view value) {
      auto task = read_task(key, value);
      if (task && task->not_before <= now) {
        out.push_back(std::move(*task));
      } else if (task) {
        earliest = std::min(earliest, task->not_before);
      }
      return out.size() < most;
    });
    return out;
  }

  Result<void> done(std::span<const TagTask> tasks) override {
    const std::lock_guard lock(mutex_);
    rocksdb::WriteBatch batch;
    for (const TagTask& task : tasks) {
      if (!is_as_read(task)) continue;
      batch.Delete(key_of(task));
      if (std::size_t& left = waiting_[task.channel]; left > 0) --left;
    }
    return done(db_->Write({}, &batch));
  }

  Result<void> later(std::span<const TagTask> tasks) override {
    const std::lock_guard lock(mutex_);
    rocksdb::WriteBatch batch;
    for (const TagTask& task : tasks) {
      if (is_as_read(task)) batch.Put(key_of(task), bytes_of(task));
    }
    return done(db_->Write({}, &batch));
  }

  std::vector<Transfer> transfers(std::string_view channel, std::string& after, std::size_t most, env::Moment now,
                                  env::Moment& earliest) const override {
    std::vector<Transfer> out;
    each(prefix_of('x', channel), after, [&](std::string_view, std::string_view value) {
      auto transfer = read_transfer(value);
      if (transfer && transfer->due <= now) {
        out.push_back(std::move(*transfer));
      } else if (transfer) {
        earliest = std::min(earliest, transfer->due);
      }
      return out.size() < most;
    });
    return out;
  }

  std::optional<Transfer> transfer_of(std::string_view channel, std::string_view address) const override {
    return find(transfer_key(channel, address));
  }

  Result<bool> put(Transfer& transfer) override {
    const std::lock_guard lock(mutex_);
    const std::string key = transfer_key(transfer.channel, transfer.address);
    const std::optional<Transfer> there = find(key);
    if (there && there->version != transfer.version) {
      if (there->phase == Transfer::Phase::wanted) return false;
      transfer.next = there->next;
      transfer.customer = there->customer;
    }
    const bool was_live = there && there->phase != Transfer::Phase::ended;
    const bool is_live = transfer.phase != Transfer::Phase::ended;
    transfer.version = ++version_;
    if (const auto written = done(db_->Put({}, key, bytes_of(transfer))); !written)
      return tl::unexpected(written.error());
    std::size_t& left = waiting_[transfer.channel];
    if (is_live && !was_live) ++left;
    if (was_live && !is_live && left > 0) --left;
    return true;
  }

  Result<void> end(Transfer transfer, env::Moment due) override {
    const std::lock_guard lock(mutex_);
    const std::string key = transfer_key(transfer.channel, transfer.address);
    const std::optional<Transfer> there = find(key);
    if (!there || there->phase == Transfer::Phase::ended) return {};  // forgotten meanwhile
    const std::string holder = transfer.reason.empty() ? transfer.to : transfer.from;
    transfer.customer = there->customer;
    transfer.next.clear();
    transfer.phase = Transfer::Phase::ended;
    transfer.due = due;
    const bool goes_on = !there->next.empty() && there->next != holder;
    if (goes_on) {
      transfer = {.channel = transfer.channel,
                  .address = transfer.address,
                  .customer = transfer.customer,
                  .from = holder,
                  .to = there->next};
    }
    transfer.version = ++version_;
    if (auto written = done(db_->Put({}, key, bytes_of(transfer))); !written) return written;
    if (goes_on) ++added_;
    std::size_t& left = waiting_[transfer.channel];
    if (!goes_on && left > 0) --left;
    return {};
  }

  Result<void> drop(const Transfer& transfer) override {
    const std::lock_guard lock(mutex_);
    const std::string key = transfer_key(transfer.channel, transfer.address);
    const std::optional<Transfer> there = find(key);
    if (!there || there->version != transfer.version) return {};
    std::size_t& left = waiting_[transfer.channel];
    if (there->phase != Transfer::Phase::ended && left > 0) --left;
    return done(db_->Delete({}, key));
  }

  std::uint64_t added() const override { return added_; }

  std::size_t waiting(std::string_view channel) const override {
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find(channel);
    return found == waiting_.end() ? 0 : found->second;
  }

  Result<void> forget(std::span<const std::string> customers) override {
    if (auto deleted = take_out(customers); !deleted) return deleted;
    return done(erase_deleted(*db_));  // takes long, and holds nobody up
  }

 private:
  Result<void> take_out(std::span<const std::string> customers) {
    const std::lock_guard lock(mutex_);
    rocksdb::WriteBatch batch;
    const auto is_gone = [&](const std::string& customer) {
      return std::find(customers.begin(), customers.end(), customer) != customers.end();
    };
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
      const std::string_view key(at->key().data(), at->key().size()), value(at->value().data(), at->value().size());
      const auto task = key.starts_with('t') ? read_task(key, value) : std::nullopt;
      const auto transfer = key.starts_with('x') ? read_transfer(value) : std::nullopt;
      if (!(task && is_gone(task->customer)) && !(transfer && is_gone(transfer->customer))) continue;
      count(*at, -1);
      batch.Delete(at->key());
    }
    if (!at->status().ok()) return done(at->status());
    rocksdb::WriteOptions durable;
    durable.sync = true;
    return done(db_->Write(durable, &batch));
  }

  template <typename Visit>
  void each(const std::string& prefix, std::string& after, const Visit& visit) const {
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
    if (after.empty()) {
      at->Seek(prefix);
    } else {
      at->Seek(after);
      if (at->Valid() && at->key() == after) at->Next();
    }
    for (; at->Valid() && at->key().starts_with(prefix); at->Next()) {
      after = at->key().ToString();
      if (!visit(std::string_view(at->key().data(), at->key().size()),
                 std::string_view(at->value().data(), at->value().size())))
        return;
    }
  }

  std::optional<Transfer> find(const std::string& key) const {
    std::string value;
    if (!db_->Get({}, key, &value).ok()) return std::nullopt;
    return read_transfer(value);
  }

  bool is_as_read(const TagTask& task) const {
    const std::string key = key_of(task);
    std::string value;
    if (!db_->Get({}, key, &value).ok()) return false;
    const auto there = read_task(key, value);
    return there && there->version == task.version;
  }

  void count(const rocksdb::Iterator& at, int by) {
    const std::string_view key(at.key().data(), at.key().size()), value(at.value().data(), at.value().size());
    std::string channel;
    if (const auto task = key.starts_with('t') ? read_task(key, value) : std::nullopt) channel = task->channel;
    const auto transfer = key.starts_with('x') ? read_transfer(value) : std::nullopt;
    if (transfer && transfer->phase != Transfer::Phase::ended) channel = transfer->channel;
    if (!channel.empty()) waiting_[channel] += static_cast<std::size_t>(by);  // wraps: less by one
  }

  Result<void> done(const rocksdb::Status& status) const { return done_in(folder_, status); }

  std::string folder_;
  mutable std::mutex mutex_;  // what is read and written in one step
  std::uint64_t version_ = 0;
  std::atomic<std::uint64_t> added_{0};
  std::map<std::string, std::size_t, std::less<>> waiting_;  // by channel
  std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace

Result<std::unique_ptr<MirrorBook>> MirrorBook::open(const std::string& folder) {
  auto book = std::make_unique<RocksMirror>(folder);
  if (auto started = book->start(); !started) return tl::unexpected(started.error());
  return book;
}

Result<void> MirrorBook::destroy(const std::string& folder) {
  const auto status = rocksdb::DestroyDB(folder, {});
  if (status.ok()) return {};
  return fail(ErrorCode::io, "cannot remove `" + folder + "`: " + status.ToString());
}

}  // namespace tend::history
