// Rows of `tend import` for a data folder that a server runs: typed by the program in force and, with each batch, how
// far the import was before it and is with it. A batch is taken where the last one ended, and nowhere else.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/program/program.hpp"
#include "engine/env/moment.hpp"
#include "engine/env/result.hpp"
#include "engine/run/engine.hpp"

namespace tend::serve {

inline constexpr std::string_view kImportPath = "/v1/import";             // POST: a batch
inline constexpr std::string_view kImportPlacePath = "/v1/import/place";  // GET: tend.import/1

struct ImportRow {
  env::Moment at = env::kNoMoment;  // kNoMoment: of a register
  std::uint32_t event = 0;          // Program::events; kNone: attributes
  std::string_view customer;
  std::string_view fields;  // blob
};

/// Lifetime of views: what it was made or read from.
struct ImportBatch {
  std::string program;  // the hash of what the rows are typed by
  std::string before;   // the log's cursor, as the import knows it
  std::string after;    // what it becomes
  std::vector<ImportRow> rows;
};

std::string encode_import(const ImportBatch& batch);
/// Errors: none for bytes that do not add up.
std::optional<ImportBatch> decode_import(std::string_view body);

/// Whether rows hold only what reading a source could have made of them: they come from outside. Errors: `invalid`.
Result<void> check_import(const program::Program& program, const std::vector<ImportRow>& rows);

/// What a batch did.
struct ImportTaken {
  std::uint64_t events = 0, attributes = 0;
};

/// Takes a batch at `now`; it is durable when this returns. For a batch that was taken before nothing is done: its
/// answer was lost. Errors: `invalid` where other playbooks are in force, or the import went on elsewhere meanwhile:
/// nothing has changed then; else of the engine.
Result<ImportTaken> take_import(run::Engine& engine, const ImportBatch& batch, env::Moment now);

/// `tend.import/1`: program and cursor.
std::string import_place_json(run::Engine& engine);
struct ImportStand {
  std::string program, cursor;
};
Result<ImportStand> read_import_place_json(const std::string& json);

}  // namespace tend::serve
