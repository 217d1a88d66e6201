// Which files git calls changed: for `check --changed-since`.
#pragma once
#include <set>
#include <string>
#include <string_view>

#include "engine/env/process.hpp"
#include "engine/env/result.hpp"

namespace tend::cli {

/// `git` itself, without what a hook's environment says about another repository.
Result<env::ProcessEnd> run_git(const std::vector<std::string>& words);

/// The absolute paths of all files that differ from `revision`: committed, staged, in the worktree, untracked (ignored
/// ones aside). Where `revision` went on after the two parted, what changed over there does not count (the merge base
/// is compared). Deleted files are named too. Shape: `folder` lies in the repository's worktree. Errors: `io` where git
/// is missing or fails; `usage` where there is no repository, or no such revision.
Result<std::set<std::string>> changed_files(const std::string& folder, const std::string& revision,
                                            const env::RunProcess& git = run_git);

/// Is the file at `path`, as the user would type it, among them?
bool is_changed(const std::set<std::string>& changed, const std::string& path);

}  // namespace tend::cli
