// What stands beside the calls of a list (when it was sent, whose it is) may come behind them, so calls are typed as
// they come and finished when the whole is read.
#include "engine/serve/read_body.hpp"

#include <algorithm>
#include <cstring>

#include "dsl/text/must.hpp"
#include "engine/run/decimal.hpp"
#include "engine/run/seen_id.hpp"
#include "engine/serve/call.hpp"

namespace tend::serve {
namespace {

bool is_cloud(Route route) {
  return route == Route::cloud_binary || route == Route::cloud_event || route == Route::cloud_batch;
}

CallKind kind_of(Route route) {
  switch (route) {
    case Route::track: return CallKind::track;
    case Route::identify: return CallKind::identify;
    case Route::alias: return CallKind::alias;
    case Route::page: return CallKind::page;
    case Route::screen: return CallKind::screen;
    case Route::group: return CallKind::group;
    default: return CallKind::none;
  }
}

Cell text_cell(std::string_view text) {
  Cell cell;
  cell.kind = CellKind::text;
  cell.text = text;
  return cell;
}

/// A call whose inputs wait for the end of the body.
struct Pending {
  std::size_t first = 0, count = 0;  // inputs
  env::Moment timestamp = env::kNoMoment, original = env::kNoMoment, sent = env::kNoMoment;
  std::string_view timestamp_text;
  std::string_view message, source;  // source: a CloudEvent's own
  std::size_t item = 0;
  std::string_view json;
};

}  // namespace

struct BodyReader::Inside {
  Inside(const program::Program& p, const BodyLimits& l) : program(p), limits(l), taker(p) {
    cells.depth_max = l.depth;
  }

  const program::Program& program;
  const BodyLimits limits;
  ondemand::parser parser;
  ondemand::document document;
  JsonCells cells;
  Call call;
  Cell cloud_version, cloud_source, cloud_id;
  CallTaker taker;
  std::vector<Pending> pending;
  InputsMade made;
  Cell write_key, sent;
  const BodyRequest* request = nullptr;
  ReadBody body;

  // Each is false after a problem that ends it: `cells.problem` or `body.problem`.
  bool stop(std::string sentence) {
    body.problem = std::move(sentence);
    return false;
  }
  bool read_document(std::string_view json, std::size_t capacity);
  bool read_whole();
  bool read_list(ondemand::array array);
  bool read_batch_key(std::string_view key, ondemand::value value, bool& has_batch);
  Cell* cell_of(std::string_view key);
  bool read_call_key(std::string_view key, ondemand::value value, std::size_t depth);
  bool read_cloud_key(std::string_view key, ondemand::value value, std::size_t depth);
  bool read_cell(std::string_view key, Cell& cell, ondemand::value value, std::size_t depth);
  bool read_properties(std::string_view key, ondemand::value value, std::size_t depth);
  bool read_traits(ondemand::value value, std::size_t depth);
  void begin_call();
  void take_call(std::string_view json, std::size_t item);
  bool name_cloud_event();
  void refuse(std::size_t item, std::string reason, std::string_view json);
  bool finish();
  bool finish_call(Pending& call);
};

// ---- JSON to cells
// ----------------------------------------------------------------------------------------------------------

void BodyReader::Inside::begin_call() {
  call.clear();
  cells.lists.clear();
  cells.fault.clear();
  cloud_version = cloud_source = cloud_id = Cell();
}

bool BodyReader::Inside::read_cell(std::string_view key, Cell& cell, ondemand::value value, std::size_t depth) {
  if (cell.kind != CellKind::absent) return cells.refuse("`" + std::string(key) + "` comes twice", value, depth);
  return cells.read_value(value, cell, depth);
}

bool BodyReader::Inside::read_traits(ondemand::value value, std::size_t depth) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return cells.broken(error);
  if (type != ondemand::json_type::object) return cells.read_named(value, "traits", depth, call.traits);
  return cells.each_field(value, depth, [&](std::string_view key, ondemand::value inner) {
    if (key == "consent") {
      if (call.has_consent) return cells.refuse("`traits` has `consent` twice", inner, depth + 1);
      call.has_consent = true;
      return cells.read_named(inner, "traits.consent", depth + 1, call.consent);
    }
    if (std::any_of(call.traits.begin(), call.traits.end(), [&](const Named& n) { return n.name == key; }))
      return cells.refuse("`traits` has " + in_ticks(key) + " twice", inner, depth + 1);
    call.traits.push_back({key, Cell()});
    return cells.read_value(inner, call.traits.back().cell, depth + 1);
  });
}

bool BodyReader::Inside::read_properties(std::string_view key, ondemand::value value, std::size_t depth) {
  if (call.has_properties) return cells.refuse("`" + std::string(key) + "` comes twice", value, depth);
  call.has_properties = true;
  return cells.read_named(value, key, depth, call.properties);
}

/// Where a key of a call goes; null for those that are no scalars, or not ours. By length first: nearly every key of
/// every call comes through here.
Cell* BodyReader::Inside::cell_of(std::string_view key) {
  const auto is = [&]<std::size_t N>(const char(&name)[N]) { return std::memcmp(key.data(), name, N - 1) == 0; };
  switch (key.size()) {
    case 4: return is("type") ? &call.type : is("name") ? &call.name : nullptr;
    case 5: return is("event") ? &call.event : nullptr;
    case 6: return is("userId") ? &call.user : is("sentAt") ? &call.sent : nullptr;
    case 7: return is("groupId") ? &call.group : nullptr;
    case 8: return is("category") ? &call.category : nullptr;
    case 9: return is("timestamp") ? &call.timestamp : is("messageId") ? &call.message : nullptr;
    case 10: return is("previousId") ? &call.previous : nullptr;
    case 11: return is("anonymousId") ? &call.anonymous : nullptr;
    case 17: return is("originalTimestamp") ? &call.original : nullptr;
    default: return nullptr;
  }
}

/// What is not ours (`context`, `integrations`, …) is looked at and left.
bool BodyReader::Inside::read_call_key(std::string_view key, ondemand::value value, std::size_t depth) {
  if (Cell* cell = cell_of(key); cell != nullptr) return read_cell(key, *cell, value, depth);
  if (key == "properties") return read_properties(key, value, depth);
  if (key == "traits") {
    if (call.has_traits) return cells.refuse("`traits` comes twice", value, depth);
    call.has_traits = true;
    return read_traits(value, depth);
  }
  if (key == "writeKey" && request->route != Route::batch) return read_cell(key, write_key, value, depth);
  return cells.walk(value, depth);
}

bool BodyReader::Inside::read_cloud_key(std::string_view key, ondemand::value value, std::size_t depth) {
  if (key == "specversion") return read_cell(key, cloud_version, value, depth);
  if (key == "id") return read_cell(key, cloud_id, value, depth);
  if (key == "source") return read_cell(key, cloud_source, value, depth);
  if (key == "type") return read_cell(key, call.event, value, depth);
  if (key == "subject") return read_cell(key, call.user, value, depth);
  if (key == "time") return read_cell(key, call.timestamp, value, depth);
  if (key == "data") return read_properties(key, value, depth);
  if (key == "data_base64")
    return cells.refuse("`data_base64` is not taken: the fields of an event come as JSON in `data`", value, depth);
  return cells.walk(value, depth);
}

bool BodyReader::Inside::read_list(ondemand::array array) {
  std::size_t item = 0;
  for (auto element : array) {
    if (item == limits.calls)
      return stop("the list has more than " + std::to_string(limits.calls) + " calls: send it in pieces");
    body.item = item;
    ondemand::value value;
    if (const auto error = element.get(value)) return cells.broken(error);
    const char* const begin = value.raw_json_token().data();
    ondemand::json_type type{};
    if (const auto error = value.type().get(type)) return cells.broken(error);
    begin_call();
    const bool read =
        type != ondemand::json_type::object
            ? cells.refuse("the item is not an object", value, 2)
            : cells.each_field(value, 2, [&](std::string_view key, ondemand::value inner) {
                return is_cloud(request->route) ? read_cloud_key(key, inner, 3) : read_call_key(key, inner, 3);
              });
    if (!read) return false;
    const char* end = nullptr;  // of what comes next
    if (const auto error = document.current_location().get(end)) return cells.broken(error);
    while (end > begin && (end[-1] == ' ' || end[-1] == '\n' || end[-1] == '\r' || end[-1] == '\t')) --end;
    take_call({begin, static_cast<std::size_t>(end - begin)}, item++);
  }
  body.item.reset();
  return true;
}

bool BodyReader::Inside::read_batch_key(std::string_view key, ondemand::value value, bool& has_batch) {
  for (auto& [name, cell] : {std::pair<std::string_view, Cell&>{"sentAt", sent}, {"writeKey", write_key}}) {
    if (key != name) continue;
    return cell.kind == CellKind::absent ? read_cell(key, cell, value, 1) : stop(in_ticks(key) + " comes twice");
  }
  if (key != "batch") return cells.walk(value, 1);
  if (has_batch) return stop("`batch` comes twice");
  has_batch = true;
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return cells.broken(error);
  if (type != ondemand::json_type::array) return stop("`batch` is not a list");
  ondemand::array array;
  if (const auto error = value.get_array().get(array)) return cells.broken(error);
  return read_list(array);
}

/// The outermost value.
bool BodyReader::Inside::read_whole() {
  ondemand::json_type type{};
  if (const auto error = document.type().get(type)) return cells.broken(error);
  const Route route = request->route;
  if (route == Route::cloud_batch) {
    if (type != ondemand::json_type::array) return stop("the body is not a list");
    ondemand::array array;
    if (const auto error = document.get_array().get(array)) return cells.broken(error);
    return read_list(array);
  }
  if (type != ondemand::json_type::object) return stop("the body is not a JSON object");
  ondemand::object object;
  if (const auto error = document.get_object().get(object)) return cells.broken(error);
  bool has_batch = false;
  return cells.fields_of(object, [&](std::string_view key, ondemand::value value) {
    switch (route) {
      case Route::batch: return read_batch_key(key, value, has_batch);
      case Route::cloud_event: return read_cloud_key(key, value, 1);
      case Route::cloud_binary:  // the whole is what else stands under `data`
        if (std::any_of(call.properties.begin(), call.properties.end(), [&](const Named& n) { return n.name == key; }))
          return cells.refuse("`data` has " + in_ticks(key) + " twice", value, 1);
        call.properties.push_back({key, Cell()});
        return cells.read_value(value, call.properties.back().cell, 1);
      default: return read_call_key(key, value, 1);
    }
  }) && (route != Route::batch || has_batch || stop("`batch`, the list of calls, is missing"));
}

bool BodyReader::Inside::read_document(std::string_view json, std::size_t capacity) {
  if (const auto error = parser.iterate(simdjson::padded_string_view(json.data(), json.size(), capacity)).get(document))
    return cells.broken(error);
  begin_call();
  if (!read_whole()) return false;
  // Past the last value there is no place left in the document.
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) return cells.broken(simdjson::TAPE_ERROR);
  return true;
}

// ---- cells to inputs
// --------------------------------------------------------------------------------------------------------

void BodyReader::Inside::refuse(std::size_t item, std::string reason, std::string_view json) {
  body.refused.push_back({item, std::move(reason), std::string(json)});
}

/// An event by the name of its type, or by what follows its last dot (`com.example.order`).
bool BodyReader::Inside::name_cloud_event() {
  call.kind = CallKind::track;
  const auto missing = [](const Cell& cell) { return cell.kind != CellKind::text || cell.text.empty(); };
  if (missing(cloud_version) || cloud_version.text != "1.0") cells.note("`specversion` is not `1.0`");
  if (missing(cloud_id)) cells.note(cloud_id.kind == CellKind::absent ? "`id` is missing" : "`id` is not a text");
  if (missing(cloud_source)) cells.note("`source` is missing");
  if (missing(call.event)) cells.note("`type` is missing");
  if (missing(call.user)) cells.note("`subject`, the customer, is missing");
  if (!cells.fault.empty()) return false;
  const std::size_t dot = call.event.text.rfind('.');
  if (dot != std::string_view::npos && !program::find_event(program, call.event.text))
    call.event.text.remove_prefix(dot + 1);
  return true;
}

void BodyReader::Inside::take_call(std::string_view json, std::size_t item) {
  Pending next{.first = made.count, .item = item, .json = json};
  const bool cloud = is_cloud(request->route);
  if (cells.fault.empty() && json.size() > limits.call_bytes)
    cells.note("the call is longer than " + std::to_string(limits.call_bytes) + " bytes");
  if (cells.fault.empty()) {
    const CallKind of_route = kind_of(request->route);
    if (cloud) {
      (void)name_cloud_event();
    } else if (of_route != CallKind::none) {
      call.kind = of_route;
    } else if (call.type.kind == CellKind::text) {
      call.kind = call_kind(call.type.text);
    }
  }
  if (cells.fault.empty() &&
      !(taker.moment(call.timestamp, cloud ? "time" : "timestamp", next.timestamp) &&
        taker.moment(call.original, "originalTimestamp", next.original) && taker.take(call, made)))
    cells.note(taker.fault);
  const Cell& message = cloud ? cloud_id : call.message;
  const bool may_be_id = message.kind == CellKind::absent || message.kind == CellKind::null ||
                         message.kind == CellKind::text || message.kind == CellKind::number;
  if (!may_be_id) cells.note("`messageId` is not a text");
  if (!cells.fault.empty()) return refuse(item, cells.fault, json);
  // A client's own clock that cannot be read corrects nothing.
  if (!taker.moment(call.sent, "sentAt", next.sent)) next.sent = env::kNoMoment;
  next.count = made.count - next.first;
  next.timestamp_text = call.timestamp.kind == CellKind::text ? call.timestamp.text : call.original.text;
  next.message = message.text;
  if (cloud) next.source = cloud_source.text;
  pending.push_back(next);
}

/// When it happened, by our clock; and which message it is.
bool BodyReader::Inside::finish_call(Pending& one) {
  const env::Moment now = request->now;
  const env::Moment original = one.original != env::kNoMoment ? one.original : one.timestamp;
  env::Moment at = one.timestamp != env::kNoMoment ? one.timestamp : one.original;
  if (one.sent != env::kNoMoment && original != env::kNoMoment) at = now - (one.sent - original);
  if (at == env::kNoMoment && !request->again.empty()) at = now;
  if (at != env::kNoMoment && at > now + kAheadMsMax) {
    refuse(one.item, "`timestamp`: " + run::quoted(one.timestamp_text) + " is more than a day ahead", one.json);
    return false;
  }
  state::SeenId seen{};
  if (!one.message.empty()) {
    if (one.source.empty()) {
      seen = run::seen_id(request->seen_key, body.source, one.message);
    } else {
      std::string source = body.source;
      source += '\0';
      source += one.source;
      seen = run::seen_id(request->seen_key, source, one.message);
    }
  }
  if (one.message.empty() && !request->again.empty())
    seen = run::seen_id(request->seen_key, body.source + std::string("\0again", 6), request->again);
  for (std::size_t i = one.first; i < one.first + one.count; ++i) {
    made.inputs[i].at = at;
    made.inputs[i].seen = seen;
  }
  ++body.calls;
  return true;
}

bool BodyReader::Inside::finish() {
  if (request->source) {
    auto source = request->source(write_key.kind == CellKind::text ? write_key.text : std::string_view());
    if (!source) {
      body.unauthorized = true;
      return stop(source.error().message);
    }
    body.source = std::move(*source);
  }
  env::Moment body_sent = env::kNoMoment;
  if (sent.kind == CellKind::text && taker.moment(sent, "sentAt", body_sent)) body.sent = sent.text;
  bool any_dropped = false;
  for (Pending& one : pending) {
    if (one.sent == env::kNoMoment) one.sent = body_sent;
    if (finish_call(one)) continue;
    for (std::size_t i = one.first; i < one.first + one.count; ++i) made.inputs[i].customer.clear();
    any_dropped = true;
  }
  made.inputs.resize(made.count);
  body.inputs = std::move(made.inputs);
  if (any_dropped) std::erase_if(body.inputs, [](const PostedInput& input) { return input.customer.empty(); });
  std::sort(body.refused.begin(), body.refused.end(),
            [](const RefusedCall& a, const RefusedCall& b) { return a.item < b.item; });
  const bool is_list = request->route == Route::batch || request->route == Route::cloud_batch;
  return is_list || body.refused.empty() || stop(body.refused.front().reason);
}

// ---- the public face
// --------------------------------------------------------------------------------------------------------

BodyReader::BodyReader(const program::Program& program, const BodyLimits& limits)
    : inside_(std::make_unique<Inside>(program, limits)) {}
BodyReader::BodyReader(BodyReader&&) noexcept = default;
BodyReader::~BodyReader() = default;

ReadBody BodyReader::read(const BodyRequest& request, std::string& body, std::vector<PostedInput> spare) {
  Inside& in = *inside_;
  const std::size_t size = body.size();
  body.reserve(size + simdjson::SIMDJSON_PADDING);
  in.body = ReadBody();
  in.made = {.inputs = std::move(spare)};
  in.request = &request;
  in.pending.clear();
  in.cells.problem.clear();
  in.taker.begin();
  in.write_key = in.sent = Cell();
  bool read = in.read_document(body, body.capacity());
  if (read) {
    if (request.route == Route::cloud_binary) {
      const CloudAttributes& beside = *request.cloud;
      in.cloud_version = text_cell(beside.specversion);
      in.cloud_id = text_cell(beside.id);
      in.cloud_source = text_cell(beside.source);
      in.call.event = text_cell(beside.type);
      in.call.user = text_cell(beside.subject);
      if (!beside.time.empty()) in.call.timestamp = text_cell(beside.time);
    }
    if (request.route != Route::batch && request.route != Route::cloud_batch) in.take_call({body.data(), size}, 0);
    read = in.finish();
  }
  if (!read) {
    if (in.body.problem.empty()) in.body.problem = in.cells.problem;
    CHECK_OR_DIE(!in.body.problem.empty(), "a refusal says why");
    in.body.inputs.clear();
    in.body.refused.clear();
  }
  in.body.ignored = std::move(in.taker.ignored);
  in.body.ignored_values = in.taker.ignored_values;
  return std::move(in.body);
}

}  // namespace tend::serve
