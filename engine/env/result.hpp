// Result<T>: a value, or an Error of the world (disk full, file missing, folder in use). Errors carry one clear
// sentence.
#pragma once
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace tend {

enum class ErrorCode {
  usage,        // called wrongly: exit code 3
  not_found,    // a file, folder or customer is not there
  invalid,      // content that cannot be read: a broken tend.toml, a malformed row
  io,           // the disk or a socket refused: full, no permission, lost
  in_use,       // another process holds the data folder or the port
  version,      // a data folder or file of another version
  corrupt,      // bytes that do not add up, with the exact place
  unsupported,  // this version cannot do it yet
};

/// An error of the world. `message` is one sentence for the operator: lowercase, no full stop, names file and line
/// where there is one.
struct Error {
  ErrorCode code;
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace tend
