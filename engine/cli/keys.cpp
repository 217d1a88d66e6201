// `tend keys`: who may call `tend serve`, and what; and `tend audit`, what was done with them.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <memory>

#include "engine/channel/escape.hpp"
#include "engine/cli/operator.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/env/clock.hpp"
#include "engine/serve/audit.hpp"
#include "engine/serve/client.hpp"
#include "engine/serve/keys.hpp"

namespace tend::cli {
namespace {

struct Arguments {
  std::string workspace = ".";
  std::string data;  // empty: `data` in the workspace
  std::string name, where;
  std::vector<std::string> scopes;
  double rate = 0;
  bool has_rate = false, has_where = false;  // they were given
  bool json = false;
  std::string folder() const { return data.empty() ? env::join_path(workspace, "data") : data; }
};

void add_folder_options(CLI::App& verb, Arguments& arguments) {
  verb.add_option("--workspace", arguments.workspace, "the folder's workspace (default: the one you are in)");
  verb.add_option("--data", arguments.data, "the data folder (default: `data` in the workspace)");
}

/// Makes the data folder where nothing has run in it yet.
Result<run::DataFolder> open_folder(const Arguments& arguments) {
  auto folder = run::open_data_folder_for_reading(env::real_files(), arguments.folder());
  if (folder || folder.error().code != ErrorCode::not_found) return folder;
  return run::open_data_folder(env::real_files(), arguments.folder(), 64);
}

/// What is done here is written down as well.
Result<void> note(const run::DataFolder& folder, const std::string& what) {
  serve::Audit audit(folder.audit());
  return audit.add({.at = env::real_clock().now(), .key = "shell", .what = what, .status = 200});
}

int run_add(const Arguments& arguments) {
  serve::Key key{.name = arguments.name, .where = arguments.where, .rate = arguments.rate};
  const auto wrong = [](const std::string& sentence) { return complain({ErrorCode::usage, sentence}); };
  if (key.name.empty() || key.name.size() > serve::kKeyNameBytesMax ||
      std::any_of(key.name.begin(), key.name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
    return wrong("a key's name is a short text");
  for (const std::string& name : arguments.scopes) {
    const auto scope = serve::scope_named(name);
    if (!scope) return wrong("`" + name + "` is no scope: there are ingest, read, operate, admin and receipts");
    if (!key.may(*scope)) key.scopes.push_back(*scope);
  }
  if (key.scopes.empty()) return wrong("say what the key may do: --scope ingest, read, operate, admin or receipts");
  if (arguments.has_rate && !(key.rate > 0)) return wrong("--rate is how many calls a second are taken, more than 0");
  if (arguments.has_where && key.where.find_first_not_of(" \t") == std::string::npos)
    return wrong("--where is empty: leave it away for a key that sees all customers");
  const auto condition = serve::parse_condition(key.where);
  if (!condition) return complain(condition.error());
  const bool looks_only = std::all_of(key.scopes.begin(), key.scopes.end(), [](serve::Scope scope) {
    return scope == serve::Scope::read || scope == serve::Scope::operate;
  });
  if (!condition->all.empty() && !looks_only)
    return wrong("a key that is bound to some customers has the scopes read and operate alone");
  auto folder = open_folder(arguments);
  if (!folder) return complain(folder.error());
  auto keys = serve::read_keys(*folder->files, folder->keys());
  if (!keys) return complain(keys.error());
  if (std::any_of(keys->begin(), keys->end(), [&](const serve::Key& one) { return one.name == key.name; }))
    return wrong("there is a key `" + key.name + "` already: remove it first, or take another name");
  if (keys->size() >= serve::kKeysMax) return wrong("there are 1000 keys already: remove some first");
  key.made = env::real_clock().now();
  const std::string text = serve::make_key(key);
  keys->push_back(key);
  if (auto written = serve::write_keys(*folder->files, folder->keys(), *keys); !written)
    return complain(written.error());
  if (auto noted = note(*folder, "keys add " + key.name + " " + key.id); !noted) return complain(noted.error());
  say("tend: this is the only time that the key is shown; a running `tend serve` knows it within a second");
  return print(text + "\n") ? kFine : kFailed;
}

int run_list(const Arguments& arguments) {
  auto folder = run::open_data_folder_for_reading(env::real_files(), arguments.folder());
  if (!folder) return complain(folder.error());
  auto keys = serve::read_keys(*folder->files, folder->keys());
  if (!keys) return complain(keys.error());
  std::string text;
  for (const serve::Key& key : *keys) {
    text += key.id + "  " + key.name + "  ";
    for (std::size_t i = 0; i < key.scopes.size(); ++i)
      text += (i > 0 ? "," : "") + std::string(serve::scope_name(key.scopes[i]));
    if (!key.where.empty()) text += "  where " + key.where;
    if (key.rate > 0) text += "  at most " + std::to_string(static_cast<long>(key.rate)) + "/s";
    text += "  since " + env::format_moment(key.made) + "\n";
  }
  return print(text.empty() ? "no keys\n" : text) ? kFine : kFailed;
}

int run_remove(const Arguments& arguments) {
  auto folder = run::open_data_folder_for_reading(env::real_files(), arguments.folder());
  if (!folder) return complain(folder.error());
  auto keys = serve::read_keys(*folder->files, folder->keys());
  if (!keys) return complain(keys.error());
  const auto gone = std::erase_if(
      *keys, [&](const serve::Key& key) { return key.name == arguments.name || key.id == arguments.name; });
  if (gone == 0) return complain({ErrorCode::not_found, "there is no key `" + arguments.name + "`"});
  if (auto written = serve::write_keys(*folder->files, folder->keys(), *keys); !written)
    return complain(written.error());
  if (auto noted = note(*folder, "keys remove " + arguments.name); !noted) return complain(noted.error());
  return print("removed; a running `tend serve` refuses it within a second\n") ? kFine : kFailed;
}

int run_audit(const Arguments& arguments) {
  auto folder = run::open_data_folder_for_reading(env::real_files(), arguments.folder());
  if (!folder) return complain(folder.error());
  auto there = folder->files->exists(folder->audit());
  if (!there) return complain(there.error());
  if (!*there) return print(arguments.json ? "" : "nothing was done yet\n") ? kFine : kFailed;
  auto lines = env::read_whole_file(*folder->files, folder->audit());
  if (!lines) return complain(lines.error());
  if (arguments.json) return print(*lines) ? kFine : kFailed;
  std::string text;
  std::string_view rest = *lines;
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    if (const auto entry = serve::read_audit_line(rest.substr(0, end))) {
      text += env::format_moment(entry->at) + "  " + std::to_string(entry->status) + "  ";
      text += (entry->name.empty() ? (entry->key.empty() ? "nobody known" : entry->key) : entry->name) + "  ";
      channel::append_visible(text, entry->what);  // it may name customers, whom anybody may have called anything
      text += '\n';
    }
    rest.remove_prefix(end + 1);
  }
  return print(text) ? kFine : kFailed;
}

}  // namespace

void add_key_option(CLI::App& app) {
  app.add_option_function<std::string>(
      "--key-file",
      [](const std::string& path) {
        auto text = env::read_whole_file(env::real_files(), path);
        if (!text) throw CLI::ValidationError("--key-file", text.error().message);
        text->erase(std::min(text->find_first_of(" \t\r\n"), text->size()));
        serve::use_key(std::move(*text));
      },
      "a file with the key for calls to a running `tend serve` (default: the variable TEND_KEY)");
  if (const char* key = std::getenv("TEND_KEY"); key != nullptr) serve::use_key(key);
}

void add_keys(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* keys = app.add_subcommand("keys", "who may call `tend serve`, and what");
  keys->require_subcommand(1);
  CLI::App* add = keys->add_subcommand("add", "make a key; it is shown once");
  add->add_option("NAME", arguments->name, "whose it is")->required();
  add->add_option("--scope", arguments->scopes, "ingest, read, operate, admin (all of them) or receipts; several")
      ->delimiter(',');
  add->add_option("--where", arguments->where,
                  "the customers it sees and touches: `city = \"Berlin\" and level = gold`");
  add->add_option("--rate", arguments->rate, "how many calls a second are taken (default: all)");
  add->callback([arguments, add, &exit_code] {
    arguments->has_rate = add->count("--rate") > 0;
    arguments->has_where = add->count("--where") > 0;
    exit_code = run_add(*arguments);
  });
  CLI::App* list = keys->add_subcommand("list", "all keys, without their secrets");
  list->callback([arguments, &exit_code] { exit_code = run_list(*arguments); });
  CLI::App* remove = keys->add_subcommand("remove", "refuse a key from now on");
  remove->add_option("NAME", arguments->name, "its name or id")->required();
  remove->callback([arguments, &exit_code] { exit_code = run_remove(*arguments); });
  for (CLI::App* verb : {add, list, remove}) add_folder_options(*verb, *arguments);

  auto looked = std::make_shared<Arguments>();
  CLI::App* audit = app.add_subcommand("audit", "who did what: orders, looks at customers, refusals, keys");
  audit->add_flag("--json", looked->json, "the lines as they are");
  add_folder_options(*audit, *looked);
  audit->callback([looked, &exit_code] { exit_code = run_audit(*looked); });
}

}  // namespace tend::cli
