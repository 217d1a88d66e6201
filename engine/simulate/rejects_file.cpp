// A crash between the rejects and the rows' own write reads the rows again: then they are known here already.
#include "engine/simulate/rejects_file.hpp"

#include "engine/run/data_folder.hpp"

namespace tend::simulate {
namespace {

constexpr std::string_view kMark = "\xef\xbb\xbf";  // tells spreadsheets that it is UTF-8

}  // namespace

Result<RejectsFile> RejectsFile::open(env::Files& files, std::string path, std::string header) {
  RejectsFile out(files, std::move(path), std::move(header));
  const auto exists = files.exists(out.path_);
  if (!exists) return tl::unexpected(exists.error());
  if (!*exists) return out;
  const auto text = env::read_whole_file(files, out.path_);
  if (!text) return tl::unexpected(text.error());
  const std::string first = std::string(kMark) + out.header_ + "\n";
  if (first.starts_with(*text)) return out;  // not even its header was finished
  if (!text->starts_with(first)) {
    return fail(ErrorCode::invalid,
                "`" + out.path_ + "` has rows with other columns than the query has now: move it away first");
  }
  // Rows may have line ends in quotes: for what is compared here, pieces between line ends outside of quotes are rows.
  std::size_t begin = first.size();
  bool quoted = false;
  for (std::size_t i = begin; i < text->size(); ++i) {
    if ((*text)[i] == '"') quoted = !quoted;
    if ((*text)[i] != '\n' || quoted) continue;
    out.known_.insert(run::program_hash(std::string_view(*text).substr(begin, i - begin)));
    begin = i + 1;
  }
  out.size_ = begin;  // a last row that was not finished is written over
  return out;
}

void RejectsFile::add(std::string_view line) {
  if (!known_.insert(run::program_hash(line)).second) return;
  pending_ += line;
  pending_ += '\n';
}

Result<void> RejectsFile::write() {
  if (pending_.empty()) return {};
  if (size_ == 0) pending_.insert(0, std::string(kMark) + header_ + "\n");
  const bool made = size_ == 0;
  auto file = files_->open(path_, env::OpenMode::create);
  if (!file) return tl::unexpected(file.error());
  if (auto done = (*file)->write(size_, pending_); !done) return done;
  if (auto done = (*file)->truncate(size_ + pending_.size()); !done) return done;
  if (auto done = (*file)->sync(); !done) return done;
  size_ += pending_.size();
  pending_.clear();
  return made ? files_->sync_folder(env::folder_of(path_)) : Result<void>{};
}

}  // namespace tend::simulate
