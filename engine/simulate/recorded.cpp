#include "engine/simulate/recorded.hpp"

#include <algorithm>

#include "engine/state/bytes.hpp"

namespace tend::simulate {
namespace {

using env::Moment;

/// How far a run has come, in the log's cursor: which rows are inputs already, up to when time has been told.
struct Cursor {
  Moment from = 0, to = 0;
  std::uint64_t rows_total = 0;
  std::uint64_t rows_taken = 0;
  Moment reached = env::kNoMoment;  // moments before it have happened
  Moment half = env::kNoMoment;     // of this one, what is due by time
};

void set_cursor(run::Engine& engine, const Cursor& cursor) {
  std::string bytes;
  state::put(bytes, cursor);
  engine.set_cursor(bytes);
}

Result<Cursor> read_cursor(const std::string& bytes, const Rows& rows, const RecordedOptions& options) {
  Cursor cursor{.from = options.from, .to = options.to, .rows_total = rows.rows.size()};
  if (bytes.empty()) return cursor;
  std::string_view in = bytes;
  Cursor kept;
  if (!state::take(in, kept) || !in.empty())
    return fail(ErrorCode::invalid, "this data folder was not made by `tend replay`");
  if (kept.from != cursor.from || kept.to != cursor.to) {
    return fail(ErrorCode::invalid, "this data folder replays from " + env::format_moment(kept.from) + " to " +
                                        env::format_moment(kept.to) +
                                        ": call it with the same --from and --to, or begin a new folder");
  }
  if (kept.rows_total != cursor.rows_total || kept.rows_taken > kept.rows_total) {
    return fail(ErrorCode::invalid, "the sources have " + std::to_string(cursor.rows_total) + " rows and had " +
                                        std::to_string(kept.rows_total) +
                                        " when this replay began: restore them, or begin a new folder");
  }
  return kept;
}

/// `touched`: partitions that get one of them are noted there.
void add_rows(run::Engine& engine, const Rows& rows, std::uint64_t begin, std::uint64_t end,
              std::vector<bool>* touched = nullptr) {
  for (std::uint64_t i = begin; i < end; ++i) {
    const SourceRow& row = rows.rows[i];
    if (touched != nullptr) (*touched)[engine.partitions().partition_of(rows.customer(row))] = true;
    if (row.event == kAttributesRow) {
      engine.add(attributes_input(rows, row));
    } else {
      engine.add(event_input(rows, row));
    }
  }
}

}  // namespace

Result<void> run_recorded(run::Engine& engine, const Rows& rows, const RecordedOptions& options) {
  auto read = read_cursor(engine.cursor(), rows, options);
  if (!read) return tl::unexpected(read.error());
  Cursor cursor = *read;
  const std::uint64_t total = rows.rows.size();

  // History: it changes state and nothing else. Registers stand at `from`, before the deploy there.
  if (!engine.deployed()) {
    const auto is_history = [&](const SourceRow& row) { return row.at < options.from || rows.is_register(row); };
    while (cursor.rows_taken < total && is_history(rows.rows[cursor.rows_taken])) {
      const std::uint64_t begin = cursor.rows_taken;
      std::uint64_t end = begin;
      while (end < total && end - begin < options.window_rows && is_history(rows.rows[end])) ++end;
      add_rows(engine, rows, begin, end);
      cursor.rows_taken = end;
      set_cursor(engine, cursor);
      if (auto done = engine.commit(); !done) return done;
    }
    engine.add_deploy(options.from);
    cursor.reached = options.from;
    set_cursor(engine, cursor);
    if (auto done = engine.commit(); !done) return done;
  }

  const journey::Plan& plan = engine.partitions().plan();
  const bool crosses = plan.crosses;
  if (cursor.half == env::kNoMoment) {
    if (auto done = engine.commit(); !done) return done;  // what a crash left unanswered
  }
  std::vector<bool> touched(engine.partitions().count());  // those that have to be told how far time is
  const Moment until = std::min(options.to, options.until);
  while (cursor.reached < until) {
    const std::uint64_t begin = cursor.rows_taken;
    Moment longest = std::min(until, cursor.reached + options.window_ms);
    if (crosses) {
      // What one customer asks or sends, others must not be ahead of: one moment after the other.
      Moment next = std::max(engine.next_due(), cursor.reached);
      if (begin < total) next = std::min(next, std::max(rows.rows[begin].at, cursor.reached));
      longest = std::min(until, next >= until ? until : next + 1);
      if (plan.ranks && next < until && engine.next_due() <= next) {
        engine.add_tick_where_due(next);
        cursor.half = next;
        set_cursor(engine, cursor);
        if (auto done = engine.commit_timers(); !done) return done;
      }
    }
    std::uint64_t end = begin;
    const std::uint64_t most = crosses ? total : options.window_rows;  // of one moment all
    while (end < total && end - begin < most && rows.rows[end].at < longest) ++end;
    // Time is told up to the first row that is left for later; rows of that very moment may be on both sides, timers go
    // before them.
    const Moment reached = end < total && rows.rows[end].at < longest ? rows.rows[end].at : longest;
    touched.assign(touched.size(), !crosses || reached == until);
    add_rows(engine, rows, begin, end, &touched);
    engine.add_tick_where_due(reached - 1, touched);
    cursor.rows_taken = end;
    cursor.reached = reached;
    cursor.half = env::kNoMoment;
    set_cursor(engine, cursor);
    if (auto done = engine.commit(); !done) return done;
    if (options.progress && (!crosses || end > begin)) {
      options.progress(static_cast<double>(reached - options.from) /
                       static_cast<double>(std::max<Moment>(1, options.to - options.from)));
    }
  }
  return engine.write_all();
}

env::Moment reached(const run::Engine& engine) {
  std::string_view in = engine.cursor();
  Cursor cursor;
  return state::take(in, cursor) ? cursor.reached : env::kNoMoment;
}

}  // namespace tend::simulate
