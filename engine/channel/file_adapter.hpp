// The `file` adapter: messages become lines of a JSON lines file, the outbox, that another program reads.
#pragma once
#include <memory>
#include <string>

#include "engine/channel/adapter.hpp"

namespace tend::channel {

/// Opens the outbox, makes it and its folder if they are not there, cuts off a last line that a crash tore, and brings
/// what stands in it to the disk. The adapter can settle: a message was handed over exactly if its full line is there.
/// Shape:  `path` is absolute or relative to the working folder; `channel` goes into error sentences.
/// Errors: `invalid` when the file's last line has no end and is not one of ours; `io`.
/// Thread: as Adapter. Another process may append to the file or empty it between calls; only one tend may write to it.
Result<std::unique_ptr<Adapter>> open_file_adapter(env::Files& files, const std::string& path,
                                                   const std::string& channel);

}  // namespace tend::channel
