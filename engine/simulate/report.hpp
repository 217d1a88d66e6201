// What a run prints: the JSON that machines read (`tend.run/1`), the summary that people read, and the list of sends.
#pragma once
#include <string>
#include <vector>

#include "engine/run/figures.hpp"
#include "engine/state/input.hpp"

namespace tend::simulate {

struct RunHead {
  env::Moment from = 0;
  env::Moment to = 0;
  std::string default_channel;
};

/// One object (docs/formats/run.md), playbooks by name, each step with its line.
std::string run_json(const RunHead& head, const run::Figures& figures, const program::Program& program,
                     const program::Places& places);

/// The same for people, in columns that stand straight with Chinese names.
std::string run_summary(const RunHead& head, const run::Figures& figures, const program::Program& program,
                        bool chinese);

/// One accepted send.
struct SendLine {
  env::Moment at = 0;
  std::string customer;
  std::string playbook;
  std::string message;
  std::string channel;
  state::SendKey key;
};

/// JSON lines by moment, then customer (bytes), then as made.
/// Shape: `lines` come in the order in which they were made.
std::string sends_jsonl(std::vector<SendLine> lines);

}  // namespace tend::simulate
