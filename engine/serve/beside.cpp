// The books are of RocksDB, which is opened only where a channel ever needed one.
#include "engine/serve/beside.hpp"

namespace tend::serve {

Result<std::uint64_t> erase_beside(const run::DataFolder& folder, DeadLetters& letters, history::SentBook* book,
                                   history::MirrorBook* mirror, const std::vector<std::string>& ids) {
  std::unique_ptr<history::SentBook> opened;
  const auto there = folder.files->exists(folder.sent());
  if (!there) return tl::unexpected(there.error());
  if (book == nullptr && *there) {
    auto own = history::SentBook::open(folder.sent());
    if (!own) return tl::unexpected(own.error());
    opened = std::move(*own);
    book = opened.get();
  }
  std::unique_ptr<history::MirrorBook> opened_mirror;
  const auto mirrored = folder.files->exists(folder.mirror());
  if (!mirrored) return tl::unexpected(mirrored.error());
  if (mirror == nullptr && *mirrored) {
    auto own = history::MirrorBook::open(folder.mirror());
    if (!own) return tl::unexpected(own.error());
    opened_mirror = std::move(*own);
    mirror = opened_mirror.get();
  }
  if (mirror != nullptr) {
    if (auto done = mirror->forget(ids); !done) return tl::unexpected(done.error());
  }
  if (book != nullptr) {
    if (auto done = book->forget(ids); !done) return tl::unexpected(done.error());
  }
  return letters.forget(ids);
}

}  // namespace tend::serve
