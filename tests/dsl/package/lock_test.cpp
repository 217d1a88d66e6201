// tend.lock: written, read back, refused; the hash of a package's files.
#include "dsl/package/lock.hpp"

#include "tests/support/test.hpp"

using namespace tend;

namespace {

const package::Lock kLock = {{{"a", "1.0", "../a", "h:1"}, {"b \"q\" \\", "", "b", "h:2"}}, {{"p", "h:3"}}};

}  // namespace

TEST_CASE("a lock that was written is read back") {
  std::uint32_t line = 0;
  const std::string text = package::write(kLock);
  const auto read = package::read(text, line);
  REQUIRE(read);
  CHECK(read->packages == kLock.packages);
  CHECK(read->playbooks == kLock.playbooks);
  CHECK(package::write(*read) == text);
  CHECK(package::find(*read, "a")->hash == "h:1");
  CHECK(package::find(*read, "c") == nullptr);
  CHECK(package::read("", line)->packages.empty());
}

TEST_CASE("what is no lock") {
  std::uint32_t line = 0;
  for (const char* text : {"name = \"a\"", "[[package]]\nnam = \"a\"", "[[package]]\nname = a", "[[package]]\nname",
                           "[[package]]\nname = \"a", "[[package]]\nname = \"a\"b\"", "[[playbook]]\npath = \"a\"",
                           "[[package]]\nname = \"\\\"", "<<<<<<< HEAD"}) {
    INFO(text);
    CHECK_FALSE(package::read(text, line));
    CHECK(line > 0);
  }
  package::read("# x\n\n[[package]]\nname = 3", line);
  CHECK(line == 4);
}

TEST_CASE("every byte of a lock cut off is read or refused") {
  const std::string text = package::write(kLock);
  std::uint32_t line = 0;
  for (std::size_t size = 0; size < text.size(); ++size) package::read(text.substr(0, size), line);
}

TEST_CASE("the hash of files does not hang on their order, and on everything else") {
  const package::Hash itself = [](std::string_view bytes) { return std::string(bytes); };
  CHECK(package::tree_hash({{"b", "2"}, {"a", "1"}}, itself) == package::tree_hash({{"a", "1"}, {"b", "2"}}, itself));
  CHECK(package::tree_hash({{"a", "12"}, {"b", ""}}, itself) != package::tree_hash({{"a", "1"}, {"b", "2"}}, itself));
  CHECK(package::tree_hash({{"a1", ""}}, itself) != package::tree_hash({{"a", "1"}}, itself));
}
