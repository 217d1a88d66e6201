// What else a test binary may be: tend starts itself again with a word behind its name, and in a test that is the test.
#pragma once
#include <map>
#include <string>

namespace tend {

/// By the word. Added to before main() begins.
inline std::map<std::string, void (*)()>& other_mains() {
  static std::map<std::string, void (*)()> all;
  return all;
}

}  // namespace tend
