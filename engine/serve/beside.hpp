// What lies in a data folder beside the engine and may tell of a customer: dead letters, the book of messages that
// receipts are about, and that of what platforms have still to be told.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/history/mirror_book.hpp"
#include "engine/history/sent.hpp"
#include "engine/run/data_folder.hpp"
#include "engine/serve/dead_letters.hpp"

namespace tend::serve {

/// Takes all of these ids out; gives how many dead letters they had. `book`, `mirror`: null where this process has not
/// opened it: it is opened where there is one. Errors: of the disk.
Result<std::uint64_t> erase_beside(const run::DataFolder& folder, DeadLetters& letters, history::SentBook* book,
                                   history::MirrorBook* mirror, const std::vector<std::string>& ids);

}  // namespace tend::serve
