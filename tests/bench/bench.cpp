// The bench: figures that docs may claim, each beside a limit measured in the same run. Not a test: it judges nothing.
#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/bench/figure.hpp"

namespace tend::bench {
namespace {
std::vector<Figure> figures;
}

void report(const Figure& figure) {
  figures.push_back(figure);
  std::printf("%-44s %14.4g %-10s", figure.name.c_str(), figure.value, figure.unit.c_str());
  if (!figure.against.empty()) {
    std::printf("  %5.2f of %s (%.4g)", figure.value / figure.against_value, figure.against.c_str(),
                figure.against_value);
  }
  std::printf("\n");
  std::fflush(stdout);
}

const std::vector<Figure>& reported() { return figures; }

}  // namespace tend::bench

int main(int argc, char** argv) {
  using namespace tend::bench;
  std::string json, only, orders = "../shared/data/cdnow/orders.csv";
  bool peers = true;
  unsigned customers = 1'000'000, journeys = 2'000'000, minutes = 0;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--json")
      json = argv[i + 1];
    else if (option == "--only")
      only = argv[i + 1];
    else if (option == "--orders")
      orders = argv[i + 1];
    else if (option == "--customers")
      customers = static_cast<unsigned>(std::atoi(argv[i + 1]));
    else if (option == "--journeys")
      journeys = static_cast<unsigned>(std::atoi(argv[i + 1]));
    else if (option == "--minutes")
      minutes = static_cast<unsigned>(std::atoi(argv[i + 1]));
    else if (option == "--peers")
      peers = std::strcmp(argv[i + 1], "no") != 0;
    else {
      std::fprintf(
          stderr,
          "bench: unknown option %s; there is --json FILE, --only ingest|log|journey|replay|simulate|check|memory, "
          "--orders FILE, --customers N, --journeys N, --minutes N (of ingest, for its memory), --peers no\n",
          argv[i]);
      return 3;
    }
  }
  const std::filesystem::path self = std::filesystem::canonical("/proc/self/exe");
  const std::string tend = (self.parent_path() / ".." / "tend").lexically_normal();
  const std::string scratch = (std::filesystem::current_path() / ("build/bench-" + std::to_string(getpid()))).string();
  std::filesystem::create_directories(scratch);
  const auto wanted = [&only](const char* name) { return only.empty() || only == name; };
  if (wanted("journey")) bench_journey(scratch, journeys, peers);
  if (wanted("ingest") && minutes == 0) bench_ingest(scratch, tend, peers);
  if (wanted("ingest") && minutes > 0) bench_ingest_memory(scratch, tend, minutes);
  if (wanted("log")) bench_log(scratch);
  if (wanted("check")) {
    bench_check(tend);
    bench_check_large(scratch, tend);
  }
  if (std::filesystem::exists(orders)) {
    if (wanted("simulate")) bench_simulate(scratch, tend, orders);
    if (wanted("memory")) bench_memory(orders);
    if (wanted("replay")) bench_replay(scratch, orders, customers);
  } else {
    std::printf("no orders at %s: replay, simulate and memory are left out (name a file with --orders)\n",
                orders.c_str());
  }
  std::filesystem::remove_all(scratch);
  if (json.empty()) return 0;
  std::ofstream file(json);
  for (const Figure& f : reported()) {
    file << "{\"name\":\"" << f.name << "\",\"value\":" << f.value << ",\"unit\":\"" << f.unit << "\",\"against\":\""
         << f.against << "\",\"against_value\":" << f.against_value
         << ",\"ratio\":" << (f.against.empty() ? 0 : f.value / f.against_value) << "}\n";
  }
  return file ? 0 : 4;
}
