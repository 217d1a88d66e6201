// A workspace: a folder with playbooks and, mostly, a tend.toml that says where customers and events come from and
// where messages go.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/diagnostic/levels.hpp"
#include "dsl/package/graph.hpp"
#include "dsl/text/limits.hpp"
#include "engine/channel/config.hpp"
#include "engine/env/files.hpp"
#include "engine/env/result.hpp"
#include "engine/journey/plan.hpp"
#include "engine/run/wordings.hpp"

namespace tend::simulate {

/// One entry of `fields` or `attributes`: what the playbooks call `name` stands in `column`.
struct Mapping {
  std::string name;
  std::string column;
  std::string currency;    // of money whose cells name none; may be empty
  std::uint32_t line = 0;  // of tend.toml
};

/// A `[sources.NAME]` table.
struct Source {
  std::string name;
  std::string file;                 // as written; empty where `postgres` is
  std::string path;                 // as the user would type it from where he is; of a database: the source's name
  std::string postgres;             // where the connection string stands: `env:NAME` or `file:PATH`
  std::string query;                // of a database
  std::string cursor;               // of a database: the column that grows with each new row
  std::int64_t timeout_ms = 0;      // of a database: how long a statement may run
  std::string customer;             // column
  std::string at;                   // column; empty: a register, whose rows stand at the start of a run
  std::string event;                // event type; empty: the source has attributes only
  std::vector<Mapping> fields;      // sorted by name
  std::vector<Mapping> attributes;  // sorted by name; `tags` and `consent.PURPOSE` among them
  std::uint32_t line = 0;
  std::uint32_t event_line = 0;
};

/// A team: who of the staff are in it, by their ids, as written.
using journey::Team;

struct Workspace {
  std::string folder;
  std::string config;  // path of tend.toml; empty where there is none
  std::string name;
  std::string language;                          // "en", "zh", or empty
  std::vector<Source> sources;                   // sorted by name (bytes)
  std::vector<channel::ChannelConfig> channels;  // sorted by name
  std::vector<Team> teams;                       // `[teams]`, sorted by name
  std::vector<run::Wording> wordings;            // `[consents.wordings]`, sorted by name
  std::string links;                             // `[links]`: by which people reach this server; may be empty
  diagnostic::Levels lints;                      // `[lints]`
  std::vector<std::string> tend_files;           // paths, sorted; those of dependencies that lie inside are not its own
  package::Manifest manifest;                    // `[package]` and `[dependencies]`
};

/// Reads the workspace in a folder. A folder without tend.toml has no sources and no channels; a path to a lone `.tend`
/// file is a workspace of that file alone. Secrets stay names (`env:WECOM_SECRET`): nothing here looks them up. Errors:
/// `not_found`; `invalid` with file and line: broken TOML, keys that mean nothing (*did you mean*), what is missing or
/// has the wrong type; `unsupported` for tables that a later version reads.
Result<Workspace> load_workspace(const std::string& path, env::Files& files = env::real_files());

/// All `.tend` files in these files and folders, each once, sorted by path. Folders named `vendor` and hidden ones are
/// passed over. Errors: `not_found` with the path; folders nested deeper than limits::kFolderDepthMax (a link that
/// leads back, most likely).
Result<std::vector<std::string>> list_tend_files(const std::vector<std::string>& paths,
                                                 env::Files& files = env::real_files());

/// The same for files whose names end in one of `endings`, in one folder.
Result<std::vector<std::string>> list_files(const std::string& folder, const std::vector<std::string>& endings,
                                            env::Files& files = env::real_files());

bool is_tend_file(std::string_view name);

/// `name` seen from `folder`: absolute names stay, `.` is left out.
std::string path_in(const std::string& folder, std::string_view name);

}  // namespace tend::simulate
