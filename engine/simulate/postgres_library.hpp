// libpq, loaded when the first database is opened: commands that read none do not pay for it.
#pragma once
#include <libpq-fe.h>

#include "engine/env/result.hpp"

namespace tend::simulate {

/// The functions of libpq that are used here.
struct PostgresLibrary {
  decltype(&::PQconnectdbParams) connect;
  decltype(&::PQfinish) finish;
  decltype(&::PQstatus) status;
  decltype(&::PQerrorMessage) error_message;
  decltype(&::PQconninfoParse) parse_options;
  decltype(&::PQconninfoFree) free_options;
  decltype(&::PQfreemem) free_memory;
  decltype(&::PQsetNoticeProcessor) set_notice_processor;
  decltype(&::PQsendQuery) send_query;
  decltype(&::PQsendPrepare) send_prepare;
  decltype(&::PQsendDescribePrepared) send_describe;
  decltype(&::PQsetSingleRowMode) set_single_rows;
  decltype(&::PQconsumeInput) consume_input;
  decltype(&::PQisBusy) is_busy;
  decltype(&::PQsocket) socket;
  decltype(&::PQgetResult) get_result;
  decltype(&::PQclear) clear;
  decltype(&::PQresultStatus) result_status;
  decltype(&::PQresultErrorField) error_field;
  decltype(&::PQntuples) rows;
  decltype(&::PQnfields) columns;
  decltype(&::PQfname) column_name;
  decltype(&::PQftype) column_type;
  decltype(&::PQgetisnull) is_null;
  decltype(&::PQgetvalue) value;
  decltype(&::PQgetlength) length;
  decltype(&::PQescapeLiteral) escape_literal;
  decltype(&::PQescapeIdentifier) escape_identifier;
};

/// Loads it, once; it stays as long as the process.
/// Errors: `not_found` where libpq is not installed, `version` where it is too old. Thread: safe.
Result<const PostgresLibrary*> postgres_library();

}  // namespace tend::simulate
