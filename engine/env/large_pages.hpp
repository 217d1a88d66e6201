// Memory for large tables that are read anywhere, in pages of 2 MB where the system has them: a look into it then does
// not wait for the table of pages. What is filled from its first byte to its last and given back is better off without:
// the system clears a large page at once, and the processor's cache with it.
#pragma once
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <new>

namespace tend::env {

inline constexpr std::size_t kLargePage = 2u << 20;

/// An allocator for containers. Below a large page it is the ordinary one; above, memory comes from the system and goes
/// back to it. Errors: std::bad_alloc, as the ordinary one.
template <typename T>
struct LargePages {
  using value_type = T;
  LargePages() = default;
  template <typename Other>
  explicit(false) LargePages(const LargePages<Other>&) {}

  T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    if (bytes < kLargePage) return static_cast<T*>(::operator new(bytes, std::align_val_t(alignof(T))));
    const std::size_t size = whole(bytes);
    void* const all = mmap(nullptr, size + kLargePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) throw std::bad_alloc();
    // What stands before the first large page and behind the last goes back at once.
    const auto begin = reinterpret_cast<std::uintptr_t>(all);
    const std::size_t before = whole(begin) - begin;
    char* const at = static_cast<char*>(all) + before;
    if (before > 0) (void)munmap(all, before);
    if (before < kLargePage) (void)munmap(at + size, kLargePage - before);
    (void)madvise(at, size, MADV_HUGEPAGE);  // if the system has none, small ones do
    return reinterpret_cast<T*>(at);
  }
  void deallocate(T* at, std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    if (bytes < kLargePage) return ::operator delete(at, std::align_val_t(alignof(T)));
    (void)munmap(at, whole(bytes));
  }
  template <typename Other>
  bool operator==(const LargePages<Other>&) const {
    return true;
  }

 private:
  static std::size_t whole(std::size_t bytes) { return (bytes + kLargePage - 1) & ~(kLargePage - 1); }
};

}  // namespace tend::env
