// The history's stand-in: records of sealed segments, kept through all crashes, so that the log may drop what it holds.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "engine/log/segment_log.hpp"
#include "engine/run/engine.hpp"

namespace tend::sim {

class Archive {
 public:
  struct Record {
    std::uint8_t kind = 0;
    std::uint16_t partition = 0;
    std::uint64_t position = 0;
    std::string payload;
  };

  Archive(env::Files& files, std::string log_folder) : files_(files), log_folder_(std::move(log_folder)) {}

  run::HistoryHook hook() {
    return {.index_segment = [this](std::uint32_t segment) { return index(segment); },
            .indexed_through = [this] { return segments_.empty() ? 0 : segments_.rbegin()->first; }};
  }
  const std::map<std::uint32_t, std::vector<Record>>& segments() const { return segments_; }

 private:
  Result<void> index(std::uint32_t segment) {
    auto log = log::open_log_for_reading(files_, log_folder_);
    if (!log) return tl::unexpected(log.error());
    // As the history does: in order, and what a crash kept from being posted is caught up with.
    for (std::uint32_t next = segments_.empty() ? 1 : segments_.rbegin()->first + 1; next <= segment; ++next) {
      std::vector<Record> records;
      log::Visitor visitor;
      visitor.on_record = [&records](const log::Record& record) -> Result<void> {
        records.push_back({record.kind, record.partition, record.position, std::string(record.payload)});
        return {};
      };
      if (auto read = (*log)->read_segment(next, visitor); !read) return read;
      segments_[next] = std::move(records);
    }
    return {};
  }

  env::Files& files_;
  std::string log_folder_;
  std::map<std::uint32_t, std::vector<Record>> segments_;
};

}  // namespace tend::sim
