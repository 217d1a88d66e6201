#include "engine/cli/changed.hpp"

#include <algorithm>

#include "engine/cli/rewrite.hpp"
#include "engine/env/files.hpp"

namespace tend::cli {
namespace {

/// What a program said, in one line.
std::string in_one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

std::string without_line_end(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

tl::unexpected<Error> git_failed(const env::ProcessEnd& end) {
  return fail(ErrorCode::io, "git cannot say what has changed: " + in_one_line(end.err));
}

/// Adds the names, which git ends with a zero each.
void add_names(const std::string& top, const std::string& names, std::set<std::string>& out) {
  for (std::size_t at = 0; at < names.size();) {
    const std::size_t end = std::min(names.find('\0', at), names.size());
    out.insert((top == "/" ? "" : top) + "/" + names.substr(at, end - at));
    at = end + 1;
  }
}

}  // namespace

Result<env::ProcessEnd> run_git(const std::vector<std::string>& words) {
  std::vector<std::string> whole{"git"};
  whole.insert(whole.end(), words.begin(), words.end());
  return env::run_process(whole, {.removed = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"},
                                  .added = {"LC_ALL=C", "GIT_OPTIONAL_LOCKS=0"}});
}

Result<std::set<std::string>> changed_files(const std::string& folder, const std::string& revision,
                                            const env::RunProcess& git) {
  const std::string asked = "`--changed-since " + revision + "`";
  // A word that begins with `-` would be an option of git's.
  if (revision.empty() || revision.front() == '-') return fail(ErrorCode::usage, asked + " names no revision");
  const auto top_level = git({"-C", folder, "rev-parse", "--show-toplevel"});
  if (!top_level) {
    if (top_level.error().code == ErrorCode::not_found)
      return fail(ErrorCode::io, asked + " asks git what has changed, and git is not installed");
    return tl::unexpected(top_level.error());
  }
  if (top_level->exit_code != 0) {
    if (top_level->err.find("not a git repository") == std::string::npos) return git_failed(*top_level);
    return fail(ErrorCode::usage, asked + ": `" + folder + "` is in no git repository");
  }
  const std::string top = without_line_end(top_level->out);

  const auto commit = git({"-C", top, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"});
  if (!commit) return tl::unexpected(commit.error());
  if (commit->exit_code != 0) {
    return fail(ErrorCode::usage, asked + ": git knows no revision `" + revision +
                                      "` here: if the clone is a shallow one, fetch more of its history");
  }
  std::string since = without_line_end(commit->out);
  const auto base = git({"-C", top, "merge-base", since, "HEAD"});
  if (!base) return tl::unexpected(base.error());
  if (base->exit_code == 0) since = without_line_end(base->out);  // else nothing is shared: all of it is compared

  std::set<std::string> files;
  const auto differing = git({"-C", top, "diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", since, "--"});
  if (!differing) return tl::unexpected(differing.error());
  if (differing->exit_code != 0) return git_failed(*differing);
  add_names(top, differing->out, files);
  const auto untracked = git({"-C", top, "ls-files", "-z", "--others", "--exclude-standard"});
  if (!untracked) return tl::unexpected(untracked.error());
  if (untracked->exit_code != 0) return git_failed(*untracked);
  add_names(top, untracked->out, files);
  return files;
}

bool is_changed(const std::set<std::string>& changed, const std::string& path) {
  if (changed.contains(real_path(path))) return true;
  const std::size_t slash = path.rfind('/');  // git calls a link by its own name
  return changed.contains(real_path(env::folder_of(path)) + "/" +
                          path.substr(slash == std::string::npos ? 0 : slash + 1));
}

}  // namespace tend::cli
