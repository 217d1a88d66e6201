// `tend serve`: the engine on real (or a demonstration's) time, with its HTTP interface.
#pragma once
#include <optional>
#include <string>

#include "engine/env/moment.hpp"

namespace CLI {
class App;
}

namespace tend::cli {

struct ServeArguments {
  std::string workspace = ".";
  std::string data;  // empty: `data` in the workspace
  std::string listen = "127.0.0.1:7700";
  std::string lang;
  std::string start;  // empty: now
  std::string tls_cert, tls_key;
  double speed = 1;
  bool open = false;
};

/// Serves until SIGTERM or SIGINT; what it gives is the exit code.
/// Thread: the process's first, before there are others (signals are blocked here for all that follow).
int run_serve(const ServeArguments& arguments);

void add_serve(CLI::App& app, int& exit_code);

}  // namespace tend::cli
