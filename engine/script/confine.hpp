// What a process gives up before it runs a script that nobody here has read.
#pragma once
#include <cstddef>
#include <string>

namespace tend::script {

/// No files, no other processes, no more than so much memory, no privileges to gain. All but stdin, stdout and stderr
/// is closed. Units: bytes beyond what the process has now. With a sanitizer memory is not limited: its own shadow is
/// larger than any limit would be. Errors: a sentence, empty for none.
std::string give_up_resources(std::size_t memory_bytes);

/// From here on the kernel ends the process at any call but reading stdin, writing stdout and stderr, memory that
/// cannot be executed, time, and its own end. It cannot be undone. Errors: a sentence, empty for none.
std::string enter_filter();

}  // namespace tend::script
