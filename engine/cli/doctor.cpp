// `tend doctor`: does everything in a data folder belong together? It reads, beside a process that runs it too, and
// changes nothing.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/env/files.hpp"
#include "engine/run/doctor_folder.hpp"
#include "engine/simulate/workspace.hpp"

namespace tend::cli {
namespace {

struct Arguments {
  std::string workspace = ".";
  std::string data;  // empty: `data` in the workspace
  std::string format = "human";
};

std::string report_json(const run::FolderReport& report) {
  using Json = nlohmann::ordered_json;
  Json json = {{"format", "tend.doctor/1"},
               {"customers", report.customers},
               {"journeys", report.journeys},
               {"live_journeys", report.live_journeys},
               {"outstanding", report.outstanding},
               {"records", report.records},
               {"from_the_beginning", report.from_the_beginning},
               {"paused", Json::array()},
               {"findings", Json::array()}};
  for (const std::string& what : report.paused) json["paused"].push_back(what.empty() ? "everything" : what);
  for (const run::Finding& finding : report.findings) {
    Json one = {{"check", finding.check}, {"partition", finding.partition}};
    if (!finding.customer.empty()) one["customer"] = finding.customer;
    if (!finding.playbook.empty()) {
      one["playbook"] = finding.playbook;
      one["journey"] = finding.journey;
    }
    one["message"] = finding.what;
    json["findings"].push_back(std::move(one));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string report_text(const run::FolderReport& report) {
  std::string text;
  for (const run::Finding& finding : report.findings) text += run::text_of(finding) + "\n";
  if (report.findings.size() >= run::kFindingsMax) text += "there may be more; these are the first\n";
  const auto count = [](std::uint64_t number, const char* one, const char* many) {
    return std::to_string(number) + " " + (number == 1 ? one : many);
  };
  text += count(report.customers, "customer", "customers") + ", " + count(report.journeys, "journey", "journeys") +
          " of which " + std::to_string(report.live_journeys) + " under way, " +
          count(report.outstanding, "answer", "answers") + " outstanding, " +
          count(report.records, "record", "records") + " of the log read\n";
  if (!report.from_the_beginning) {
    text += "the log no longer begins with its first record, so the snapshots were not built anew from it\n";
  }
  std::string paused;
  for (const std::string& what : report.paused)
    paused += (paused.empty() ? "" : ", ") + (what.empty() ? "everything" : what);
  if (!paused.empty()) text += "paused: " + paused + "\n";
  text += report.findings.empty() ? "everything is in order\n"
                                  : count(report.findings.size(), "thing is", "things are") + " not in order\n";
  return text;
}

int run_doctor(const Arguments& arguments) {
  // What the workspace adds to the program that the folder keeps: a lone channel is that of messages that name none.
  auto workspace = simulate::load_workspace(arguments.workspace);
  if (!workspace) return complain(workspace.error());
  run::FolderCheck check{.default_channel = {}, .teams = workspace->teams};
  if (workspace->channels.size() == 1) check.default_channel = workspace->channels.front().name;
  const std::string data = arguments.data.empty() ? env::join_path(arguments.workspace, "data") : arguments.data;
  auto folder = run::open_data_folder_for_reading(env::real_files(), data);
  if (!folder) return complain(folder.error());
  auto report = run::check_folder(*folder, check);
  if (!report) return complain(report.error());
  if (!print(arguments.format == "json" ? report_json(*report) : report_text(*report))) return kFailed;
  return report->findings.empty() ? kFine : kProblems;
}

}  // namespace

void add_doctor(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand(
      "doctor", "prove that a data folder is in order: nobody waits for nothing, and log, snapshots and history agree");
  verb->add_option("WORKSPACE", arguments->workspace, "the folder's workspace (default: the one you are in)");
  verb->add_option("--data", arguments->data, "the data folder (default: `data` in the workspace)");
  verb->add_option("--format", arguments->format, "human or json")->check(CLI::IsMember({"human", "json"}));
  verb->callback([arguments, &exit_code] { exit_code = run_doctor(*arguments); });
}

}  // namespace tend::cli
