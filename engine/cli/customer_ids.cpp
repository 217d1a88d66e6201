#include "engine/cli/customer_ids.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "dsl/diagnostic/suggest.hpp"
#include "engine/env/files.hpp"
#include "engine/run/decimal.hpp"
#include "engine/run/intake.hpp"
#include "engine/serve/order.hpp"
#include "engine/simulate/csv.hpp"
#include "engine/simulate/encoding.hpp"

namespace tend::cli {
namespace {

constexpr std::string_view kUsualNames[] = {"customer", "customer_id", "customerid", "id", "user_id", "userid", "客户"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

bool is_usual(std::string_view name) {
  const std::string small = lower(name);
  return std::find(std::begin(kUsualNames), std::end(kUsualNames), small) != std::end(kUsualNames);
}

/// Which column of a table has the ids. Errors: `usage` where that cannot be known.
Result<std::size_t> column_of(const std::string& name, const std::vector<std::string>& header,
                              const std::string& column) {
  if (!column.empty()) {
    const auto found = std::find(header.begin(), header.end(), column);
    if (found != header.end()) return static_cast<std::size_t>(found - header.begin());
    const auto meant = diagnostic::did_you_mean(column, header);
    return fail(ErrorCode::usage, "`" + name + "` has no column " + run::quoted(column) +
                                      (meant ? ": did you mean `" + *meant + "`?" : ""));
  }
  if (header.size() == 1) return std::size_t{0};
  std::vector<std::size_t> usual;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (is_usual(header[i])) usual.push_back(i);
  }
  if (usual.size() == 1) return usual.front();
  return fail(ErrorCode::usage, "say with --column which column of `" + name + "` has the customers' ids: it has " +
                                    std::to_string(header.size()));
}

Result<std::string> standard_input() {
  std::string text;
  char bytes[64 << 10];
  for (;;) {
    const ssize_t got = ::read(0, bytes, sizeof bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::io, std::string("standard input cannot be read: ") + std::strerror(errno));
    if (got == 0) return text;
    text.append(bytes, static_cast<std::size_t>(got));
    if (text.size() > kIdsFileBytesMax) return text;
  }
}

/// Ids in their order, each once.
struct Ids {
  std::vector<std::string> all;
  std::set<std::string, std::less<>> seen;

  Result<void> add(const std::string& name, std::uint64_t line, std::string_view cell) {
    const auto id = run::parse_customer_id(cell);
    if (!id) return fail(ErrorCode::invalid, name + ":" + std::to_string(line) + ": " + id.error().message);
    if (seen.emplace(*id).second) all.emplace_back(*id);
    return {};
  }
};

}  // namespace

Result<std::vector<std::string>> customer_ids_in(const std::string& name, std::string text, const std::string& column) {
  if (text.size() > kIdsFileBytesMax)
    return fail(ErrorCode::invalid, "`" + name + "` is larger than " + std::to_string(kIdsFileBytesMax >> 20) + " MiB");
  auto utf8 = simulate::to_utf8(std::move(text), name);
  if (!utf8) return tl::unexpected(utf8.error());
  Ids ids;
  const std::string_view first = run::trim_blanks(std::string_view(*utf8).substr(0, utf8->find_first_of("\r\n")));
  const bool table = !column.empty() || first.find_first_of(",;\t") != std::string_view::npos || is_usual(first);
  if (!table) {
    std::string_view rest = *utf8;
    for (std::uint64_t line = 1; !rest.empty(); ++line) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      std::string_view id = rest.substr(0, end);
      if (id.ends_with('\r')) id.remove_suffix(1);
      id = run::trim_blanks(id);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (id.empty()) continue;
      if (auto added = ids.add(name, line, id); !added) return tl::unexpected(added.error());
    }
    return std::move(ids.all);
  }
  auto reader = simulate::CsvReader::open(name, *utf8);
  if (!reader) return tl::unexpected(reader.error());
  const auto at = column_of(name, reader->header(), column);
  if (!at) return tl::unexpected(at.error());
  simulate::CsvRow row;
  while (reader->next(row)) {
    if (!row.problem.empty())
      return fail(ErrorCode::invalid, name + ":" + std::to_string(row.line) + ": " + row.problem);
    if (auto added = ids.add(name, row.line, row.cells[*at]); !added) return tl::unexpected(added.error());
  }
  return std::move(ids.all);
}

Result<std::vector<std::string>> read_customer_ids(const std::string& path, const std::string& column) {
  auto text = path == "-" ? standard_input() : env::read_whole_file(env::real_files(), path);
  if (!text) return tl::unexpected(text.error());
  return customer_ids_in(path == "-" ? "standard input" : path, std::move(*text), column);
}

std::size_t call_end(const std::vector<std::string>& ids, std::size_t begin) {
  constexpr std::size_t kCallBytesMax = 256u << 10;
  std::size_t bytes = 0, end = begin;
  while (end < ids.size() && end - begin < serve::kOrderCustomersMax) {
    bytes += 2 * ids[end].size() + 4;  // escaped, in quotes
    if (bytes > kCallBytesMax && end > begin) break;
    ++end;
  }
  return end;
}

}  // namespace tend::cli
