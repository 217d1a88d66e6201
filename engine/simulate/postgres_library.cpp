// Finding libpq and its functions.
#include "engine/simulate/postgres_library.hpp"

#include <dlfcn.h>

#include <type_traits>

namespace tend::simulate {
namespace {

Result<PostgresLibrary> load() {
  void* handle = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr)
    return fail(ErrorCode::not_found, "sources in PostgreSQL need libpq (libpq.so.5), which is not installed");
  PostgresLibrary library{};
  bool whole = true;
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(handle, name));
    whole = whole && function != nullptr;
  };
  find(library.connect, "PQconnectdbParams");
  find(library.finish, "PQfinish");
  find(library.status, "PQstatus");
  find(library.error_message, "PQerrorMessage");
  find(library.parse_options, "PQconninfoParse");
  find(library.free_options, "PQconninfoFree");
  find(library.free_memory, "PQfreemem");
  find(library.set_notice_processor, "PQsetNoticeProcessor");
  find(library.send_query, "PQsendQuery");
  find(library.send_prepare, "PQsendPrepare");
  find(library.send_describe, "PQsendDescribePrepared");
  find(library.set_single_rows, "PQsetSingleRowMode");
  find(library.consume_input, "PQconsumeInput");
  find(library.is_busy, "PQisBusy");
  find(library.socket, "PQsocket");
  find(library.get_result, "PQgetResult");
  find(library.clear, "PQclear");
  find(library.result_status, "PQresultStatus");
  find(library.error_field, "PQresultErrorField");
  find(library.rows, "PQntuples");
  find(library.columns, "PQnfields");
  find(library.column_name, "PQfname");
  find(library.column_type, "PQftype");
  find(library.is_null, "PQgetisnull");
  find(library.value, "PQgetvalue");
  find(library.length, "PQgetlength");
  find(library.escape_literal, "PQescapeLiteral");
  find(library.escape_identifier, "PQescapeIdentifier");
  if (!whole) return fail(ErrorCode::version, "the libpq that is installed is too old for sources in PostgreSQL");
  return library;
}

}  // namespace

Result<const PostgresLibrary*> postgres_library() {
  static const Result<PostgresLibrary> library = load();
  if (!library) return tl::unexpected(library.error());
  return &*library;
}

}  // namespace tend::simulate
