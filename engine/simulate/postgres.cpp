// libpq without waiting for ever: every answer has a deadline, and rows come one at a time.
#include "engine/simulate/postgres.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "engine/channel/secret.hpp"
#include "engine/simulate/postgres_library.hpp"
#include "engine/simulate/source_columns.hpp"

namespace tend::simulate {
namespace {

constexpr int kFetchRows = 5'000;
constexpr std::int64_t kGraceMs = 15'000;  // beyond the server's own timeout, for what is between it and us
constexpr const char* kConnectSeconds = "10";

// Numbers of types that PostgreSQL never gives away anew. Source: its pg_type.dat.
constexpr Oid kBool = 16, kNumeric = 1700;
constexpr std::array<Oid, 3> kTexts = {25, 1043, 19};  // text, varchar, name
constexpr std::array<Oid, 9> kCursors = {20, 21, 23, 26, kNumeric, 1082, 1114, 1184, 2950};
constexpr std::array<Oid, 14> kArrays = {1000, 1005, 1007, 1009, 1015, 1002, 1016,
                                         1021, 1022, 1182, 1115, 1185, 1231, 2951};

template <std::size_t N>
bool is_among(const std::array<Oid, N>& types, Oid type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

/// What stands behind the point of a numeric is as long as somebody made it: 1.50 is 1.5.
std::string_view without_zeros(std::string_view number) {
  if (number.find('.') == std::string_view::npos) return number;
  while (number.ends_with('0')) number.remove_suffix(1);
  if (number.ends_with('.')) number.remove_suffix(1);
  return number;
}

/// The author's query, ready to stand in brackets.
std::string_view trimmed(std::string_view query) {
  while (!query.empty() && (static_cast<unsigned char>(query.back()) <= ' ' || query.back() == ';'))
    query.remove_suffix(1);
  return query;
}

class Connection final : public Postgres {
 public:
  Connection(const PostgresLibrary& library, const Workspace& workspace, const Source& source)
      : pq_(library), workspace_(workspace), source_(source) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override {
    drop();
    pq_.finish(connection_);
  }

  Result<void> connect(const std::string& dsn);
  Result<void> prepare();

  const std::vector<DatabaseColumn>& columns() const override { return columns_; }
  std::size_t cursor() const override { return cursor_; }
  bool same_cursor(std::string_view a, std::string_view b) const override {
    return cursor_type_ == kNumeric ? without_zeros(a) == without_zeros(b) : a == b;
  }
  Result<void> begin(const std::optional<std::string>& from, bool behind) override;
  Result<bool> next(std::vector<std::optional<std::string_view>>& values) override;

 private:
  tl::unexpected<Error> refuse(ErrorCode code, const std::string& why) const {
    return fail(code,
                workspace_.config + ":" + std::to_string(source_.line) + ": source `" + source_.name + "`: " + why);
  }
  tl::unexpected<Error> lost() const {
    return refuse(ErrorCode::io, "the connection to the database was lost while it answered");
  }
  std::string escaped(char* (*escape)(PGconn*, const char*, std::size_t), std::string_view text) const;
  Result<PGresult*> result();
  Result<void> finish_answer();
  Result<void> run(const std::string& sql);
  tl::unexpected<Error> refuse_result(const PGresult* result) const;
  std::string_view field(const PGresult* result, int code) const {
    const char* const text = pq_.error_field(result, code);
    return text == nullptr ? std::string_view() : std::string_view(text);
  }
  void drop() {
    if (row_ != nullptr) pq_.clear(row_);
    row_ = nullptr;
  }

  const PostgresLibrary& pq_;
  const Workspace& workspace_;
  const Source& source_;
  PGconn* connection_ = nullptr;
  PGresult* row_ = nullptr;
  std::vector<DatabaseColumn> columns_;
  std::size_t cursor_ = 0;
  Oid cursor_type_ = 0;
  bool asked_ = false;         // a fetch is being answered
  std::uint64_t fetched_ = 0;  // by it
  bool ended_ = false;
};

/// Waits for the next part of an answer; null behind the last.
Result<PGresult*> Connection::result() {
  using Clock = std::chrono::steady_clock;  // for giving up alone: nothing that is read depends on it
  const auto until = Clock::now() + std::chrono::milliseconds(source_.timeout_ms + kGraceMs);
  while (pq_.is_busy(connection_) != 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return refuse(ErrorCode::io, "the database does not answer");
    pollfd wanted{pq_.socket(connection_), POLLIN, 0};
    const int ready = ::poll(&wanted, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (ready < 0 && errno != EINTR) return lost();
    if (ready > 0 && pq_.consume_input(connection_) == 0) return lost();
  }
  return pq_.get_result(connection_);
}

/// Texts of the database's about cells would tell what stands in them, so they are told by their number alone.
tl::unexpected<Error> Connection::refuse_result(const PGresult* result) const {
  const std::string state(field(result, PG_DIAG_SQLSTATE));
  if (state.empty()) return lost();
  if (state == "57014") {
    return refuse(ErrorCode::io, "the query took longer than " + std::to_string(source_.timeout_ms / 1000) +
                                     " s: help it with an index on `" + source_.cursor +
                                     "`, or give it a longer `timeout`");
  }
  constexpr std::array<std::string_view, 6> kAboutNames = {"42", "3D", "3F", "25", "53", "57"};
  const std::string_view kind = std::string_view(state).substr(0, 2);
  if (std::find(kAboutNames.begin(), kAboutNames.end(), kind) == kAboutNames.end())
    return refuse(ErrorCode::io, "the query fails over what stands in the database (SQLSTATE " + state + ")");
  const bool authors = kind == "42";
  return refuse(authors ? ErrorCode::invalid : ErrorCode::io,
                "the query cannot be run: " + std::string(field(result, PG_DIAG_MESSAGE_PRIMARY)));
}

/// Takes what is left of an answer. Errors: the first that is in it.
Result<void> Connection::finish_answer() {
  Result<void> done;
  while (true) {
    auto part = result();
    if (!part) return tl::unexpected(part.error());
    if (*part == nullptr) return done;
    const ExecStatusType status = pq_.result_status(*part);
    if (done && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) done = refuse_result(*part);
    pq_.clear(*part);
  }
}

Result<void> Connection::run(const std::string& sql) {
  if (pq_.send_query(connection_, sql.c_str()) == 0) return lost();
  return finish_answer();
}

Result<void> Connection::connect(const std::string& dsn) {
  const std::string where = "the database of `" + source_.postgres + "`";
  char* ignored = nullptr;  // it quotes the string
  PQconninfoOption* const parsed = pq_.parse_options(dsn.c_str(), &ignored);
  pq_.free_memory(ignored);
  if (parsed == nullptr) {
    return refuse(ErrorCode::invalid,
                  "what `" + source_.postgres +
                      "` holds is no connection string: one is written like "
                      "`host=db.example dbname=shop user=tend` or `postgresql://tend@db.example/shop`");
  }
  std::vector<std::string> options, secrets;
  for (const PQconninfoOption* option = parsed; option->keyword != nullptr; ++option) {
    if (option->val == nullptr || *option->val == '\0') continue;
    (option->dispchar != nullptr && *option->dispchar == '*' ? secrets : options).emplace_back(option->val);
  }
  pq_.free_options(parsed);
  // What stands before `dbname` can be said otherwise in the string.
  const char* const keys[] = {"connect_timeout", "fallback_application_name", "dbname", "client_encoding", nullptr};
  const char* const values[] = {kConnectSeconds, "tend", dsn.c_str(), "UTF8", nullptr};
  connection_ = pq_.connect(keys, values, 1);
  if (connection_ == nullptr || pq_.status(connection_) != CONNECTION_OK) {
    const char* const message = connection_ == nullptr ? "no memory" : pq_.error_message(connection_);
    return refuse(ErrorCode::io, where + " cannot be reached: " + masked_reason(message, options, secrets));
  }
  pq_.set_notice_processor(
      connection_, [](void*, const char*) {}, nullptr);
  return run(
      "begin isolation level repeatable read, read only; set local statement_timeout = " +
      std::to_string(source_.timeout_ms) +
      "; set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local intervalstyle = 'postgres'; set "
      "local extra_float_digits = 1; set local standard_conforming_strings = on; set local "
      "idle_in_transaction_session_timeout = 0");
}

Result<void> Connection::prepare() {
  const std::string sql = "select * from (\n" + std::string(trimmed(source_.query)) + "\n) as tend_rows";
  if (pq_.send_prepare(connection_, "", sql.c_str(), 0, nullptr) == 0) return lost();
  if (auto done = finish_answer(); !done) return done;
  if (pq_.send_describe(connection_, "") == 0) return lost();
  auto described = result();
  if (!described) return tl::unexpected(described.error());
  if (*described == nullptr) return lost();
  if (pq_.result_status(*described) != PGRES_COMMAND_OK) {
    auto refused = refuse_result(*described);
    pq_.clear(*described);
    return refused;
  }
  std::vector<std::string> names;
  std::size_t cursors = 0;
  for (int i = 0; i < pq_.columns(*described); ++i) {
    const Oid type = pq_.column_type(*described, i);
    DatabaseColumn& column = columns_.emplace_back();
    column.name = pq_.column_name(*described, i);
    column.kind = type == kBool ? ColumnKind::boolean : is_among(kArrays, type) ? ColumnKind::array : ColumnKind::text;
    names.push_back(column.name);
    if (column.name != source_.cursor) continue;
    ++cursors;
    cursor_ = static_cast<std::size_t>(i);
    cursor_type_ = type;
  }
  pq_.clear(*described);
  if (auto done = finish_answer(); !done) return done;
  if (cursors == 0) {
    return refuse(ErrorCode::invalid, "the query has no column `" + source_.cursor +
                                          "`, which is its cursor: its columns are " + list_names(names));
  }
  if (cursors > 1)
    return refuse(ErrorCode::invalid, "the query has two columns `" + source_.cursor + "`, and that is its cursor");
  if (!is_among(kCursors, cursor_type_) && !is_among(kTexts, cursor_type_)) {
    return refuse(ErrorCode::invalid,
                  "the column `" + source_.cursor +
                      "` cannot be a cursor: take one of whole numbers, numeric, dates, timestamps, "
                      "uuids or texts");
  }
  return {};
}

std::string Connection::escaped(char* (*escape)(PGconn*, const char*, std::size_t), std::string_view text) const {
  char* const made = escape(connection_, text.data(), text.size());
  std::string out = made == nullptr ? "" : made;
  pq_.free_memory(made);
  return out;
}

Result<void> Connection::begin(const std::optional<std::string>& from, bool behind) {
  std::string column = "tend_rows." + escaped(pq_.escape_identifier, source_.cursor);
  // By their bytes: what is the same value does not hang on a language then.
  if (is_among(kTexts, cursor_type_)) column += " collate \"C\"";
  std::string sql = "declare tend_rows no scroll cursor for select * from (\n" + std::string(trimmed(source_.query)) +
                    "\n) as tend_rows";
  if (from) sql += " where " + column + (behind ? " > " : " >= ") + escaped(pq_.escape_literal, *from);
  asked_ = ended_ = false;
  return run(sql + " order by " + column);
}

Result<bool> Connection::next(std::vector<std::optional<std::string_view>>& values) {
  drop();
  while (!ended_) {
    if (!asked_) {
      const std::string sql = "fetch " + std::to_string(kFetchRows) + " from tend_rows";
      if (pq_.send_query(connection_, sql.c_str()) == 0 || pq_.set_single_rows(connection_) == 0) return lost();
      asked_ = true;
      fetched_ = 0;
    }
    auto part = result();
    if (!part) return tl::unexpected(part.error());
    if (*part == nullptr) {
      asked_ = false;
      ended_ = fetched_ < kFetchRows;
      continue;
    }
    const ExecStatusType status = pq_.result_status(*part);
    if (status == PGRES_SINGLE_TUPLE) {
      row_ = *part;
      ++fetched_;
      values.resize(columns_.size());
      for (std::size_t i = 0; i < values.size(); ++i) {
        const int column = static_cast<int>(i);
        values[i].reset();
        if (pq_.is_null(row_, 0, column) == 0)
          values[i] =
              std::string_view(pq_.value(row_, 0, column), static_cast<std::size_t>(pq_.length(row_, 0, column)));
      }
      return true;
    }
    if (status != PGRES_TUPLES_OK) {
      auto refused = refuse_result(*part);
      pq_.clear(*part);
      return refused;
    }
    pq_.clear(*part);
  }
  return false;
}

void replace_all(std::string& text, const std::string& what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

}  // namespace

std::string masked_reason(std::string_view message, const std::vector<std::string>& options,
                          const std::vector<std::string>& secrets) {
  // connection to server at "HOST" (ADDRESS), port N failed: FATAL:  REASON, a line for each server that was tried.
  constexpr std::string_view kBefore = " failed: ";
  const std::size_t at = message.rfind(kBefore);
  std::string reason(at == std::string_view::npos ? message : message.substr(at + kBefore.size()));
  reason = reason.substr(0, reason.find('\n'));
  constexpr std::string_view kFatal = "FATAL:  ";
  if (reason.starts_with(kFatal)) reason.erase(0, kFatal.size());
  for (const std::string& secret : secrets) replace_all(reason, secret, "…");
  for (const std::string& option : options) replace_all(reason, "\"" + option + "\"", "\"…\"");
  return reason;
}

std::optional<std::vector<std::optional<std::string>>> read_array(std::string_view text) {
  // array ::= '{' [element {',' element}] '}', element ::= NULL | plain | '"' {char | '\' char} '"'
  std::vector<std::optional<std::string>> elements;
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size();) {
    std::string element;
    const bool quoted = text[i] == '"';
    if (quoted) ++i;
    for (; i < text.size() && text[i] != (quoted ? '"' : ','); ++i) {
      if (!quoted && text[i] == '{') return std::nullopt;
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      element += text[i];
    }
    if (quoted && i++ == text.size()) return std::nullopt;
    if (i < text.size() && text[i] != ',') return std::nullopt;
    ++i;
    const bool null = !quoted && element == "NULL";
    elements.push_back(null ? std::nullopt : std::optional<std::string>(std::move(element)));
  }
  return elements;
}

Result<std::unique_ptr<Postgres>> Postgres::open(const Workspace& workspace, const Source& source) {
  const auto refuse = [&](const Error& error) {
    return fail(error.code, workspace.config + ":" + std::to_string(source.line) + ": source `" + source.name +
                                "`: " + error.message);
  };
  const auto library = postgres_library();
  if (!library) return refuse(library.error());
  auto dsn = channel::read_secret(source.postgres, workspace.folder);
  if (!dsn) return refuse(dsn.error());
  auto connection = std::make_unique<Connection>(**library, workspace, source);
  if (auto done = connection->connect(*dsn); !done) return tl::unexpected(done.error());
  if (auto done = connection->prepare(); !done) return tl::unexpected(done.error());
  return std::unique_ptr<Postgres>(std::move(connection));
}

}  // namespace tend::simulate
