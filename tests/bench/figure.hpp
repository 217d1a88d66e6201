// A figure of the bench: a value, what it is held against, and the ratio; both measured in the same run.
#pragma once
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

namespace tend::bench {

struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  std::string against;  // what the ratio is to; empty: nothing
  double against_value = 0;
};

inline double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Prints a figure and keeps it for --json.
void report(const Figure& figure);
const std::vector<Figure>& reported();

// One function per file.
void bench_log(const std::string& scratch);
void bench_replay(const std::string& scratch, const std::string& orders, unsigned customers);
void bench_simulate(const std::string& scratch, const std::string& tend, const std::string& orders);
void bench_ingest(const std::string& scratch, const std::string& tend, bool with_peers);
void bench_ingest_memory(const std::string& scratch, const std::string& tend, unsigned minutes);
void bench_check(const std::string& tend);
void bench_check_large(const std::string& scratch, const std::string& tend);
void bench_memory(const std::string& orders);
void bench_journey(const std::string& scratch, unsigned customers, bool peers);

}  // namespace tend::bench
