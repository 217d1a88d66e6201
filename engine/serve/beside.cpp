// The book is of RocksDB, which is opened only where a channel over the network ever was.
#include "engine/serve/beside.hpp"

namespace tend::serve {

Result<std::uint64_t> erase_beside(const run::DataFolder& folder, DeadLetters& letters, history::SentBook* book,
                                   const std::vector<std::string>& ids) {
  std::unique_ptr<history::SentBook> opened;
  const auto there = folder.files->exists(folder.sent());
  if (!there) return tl::unexpected(there.error());
  if (book == nullptr && *there) {
    auto own = history::SentBook::open(folder.sent());
    if (!own) return tl::unexpected(own.error());
    opened = std::move(*own);
    book = opened.get();
  }
  for (const std::string& id : ids) {
    if (book == nullptr) break;
    if (auto done = book->forget(id); !done) return tl::unexpected(done.error());
  }
  return letters.forget(ids);
}

}  // namespace tend::serve
