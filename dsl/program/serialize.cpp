// The stable serialised form of programs and places: docs/formats/program.md. One description of each part (`io_*`)
// serves both directions, so the writer and the reader cannot disagree.
#include <bit>
#include <concepts>
#include <utility>

#include "dsl/program/program.hpp"

namespace tend::program {
namespace {

constexpr std::string_view kProgramMagic = "tend.prg";
constexpr std::string_view kPlacesMagic = "tend.plc";
constexpr std::uint32_t kFormatVersion = 1;
constexpr int kConstantDepthMax = 8;  // lists within lists within constants

class Writer {
 public:
  std::string bytes;

  void u8(std::uint8_t v) { bytes.push_back(static_cast<char>(v)); }
  void u32(std::uint32_t v) {
    for (int shift = 0; shift < 32; shift += 8) u8(static_cast<std::uint8_t>(v >> shift));
  }
  void u64(std::uint64_t v) {
    for (int shift = 0; shift < 64; shift += 8) u8(static_cast<std::uint8_t>(v >> shift));
  }
  void i32(std::int32_t v) { u32(static_cast<std::uint32_t>(v)); }
  void i64(std::int64_t v) { u64(static_cast<std::uint64_t>(v)); }
  void f64(double v) { u64(std::bit_cast<std::uint64_t>(v)); }
  void flag(bool v) { u8(v ? 1 : 0); }
  void text(const std::string& v) {
    u32(static_cast<std::uint32_t>(v.size()));
    bytes += v;
  }
  template <typename E>
  void kind(E v, E) {
    u8(static_cast<std::uint8_t>(v));
  }
  template <typename T, typename Part>
  void list(const std::vector<T>& values, Part part) {
    u32(static_cast<std::uint32_t>(values.size()));
    for (const T& value : values) part(*this, value);
  }
  template <typename T, typename Part>
  void maybe(const std::optional<T>& value, Part part) {
    flag(value.has_value());
    if (value) part(*this, *value);
  }
  bool ok() const { return true; }
};

// Every read after a failed one fails too and leaves its target untouched, so the parts need no checks of their own.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  void u8(std::uint8_t& v) {
    if (!need(1)) return;
    v = static_cast<std::uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
  }
  void u32(std::uint32_t& v) {
    if (need(4)) v = static_cast<std::uint32_t>(take(4));
  }
  void i32(std::int32_t& v) {
    if (need(4)) v = static_cast<std::int32_t>(static_cast<std::uint32_t>(take(4)));
  }
  void i64(std::int64_t& v) {
    if (need(8)) v = static_cast<std::int64_t>(take(8));
  }
  void f64(double& v) {
    if (need(8)) v = std::bit_cast<double>(take(8));
  }
  void flag(bool& v) {
    std::uint8_t byte = 0;
    u8(byte);
    if (byte > 1) ok_ = false;
    v = byte == 1;
  }
  void text(std::string& v) {
    std::uint32_t size = 0;
    u32(size);
    if (!need(size)) return;
    v.assign(rest_.substr(0, size));
    rest_.remove_prefix(size);
  }
  /// Refuses a number above `last`, the enumeration's last member.
  template <typename E>
  void kind(E& v, E last) {
    std::uint8_t byte = 0;
    u8(byte);
    if (byte > static_cast<std::uint8_t>(last)) {
      ok_ = false;
      return;
    }
    v = static_cast<E>(byte);
  }
  template <typename T, typename Part>
  void list(std::vector<T>& values, Part part) {
    std::uint32_t size = 0;
    u32(size);
    // No reserve: a forged length must not cost memory before its elements are there. Every element takes a byte or
    // more.
    for (std::uint32_t i = 0; ok_ && i < size; ++i) part(*this, values.emplace_back());
  }
  template <typename T, typename Part>
  void maybe(std::optional<T>& value, Part part) {
    bool there = false;
    flag(there);
    if (ok_ && there) part(*this, value.emplace());
  }
  void fail() { ok_ = false; }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  bool need(std::size_t n) {
    if (rest_.size() < n) ok_ = false;
    return ok_;
  }
  std::uint64_t take(std::size_t n) {
    std::uint64_t v = 0;
    for (std::size_t i = 0; i < n; ++i) v |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
    rest_.remove_prefix(n);
    return v;
  }

  std::string_view rest_;
  bool ok_ = true;
};

// ---- the parts, in the order of docs/formats/program.md
// -------------------------------------------------------------------

const auto io_text = [](auto& io, auto& v) { io.text(v); };
const auto io_u32 = [](auto& io, auto& v) { io.u32(v); };

const auto io_duration = [](auto& io, auto& v) {
  io.i32(v.months);
  io.i64(v.ms);
};

const auto io_type = [](auto& io, auto& v) {
  io.kind(v.type, Type::customer);
  io.kind(v.element, Type::customer);
  io.list(v.members, io_text);
};

template <typename Io, typename C>
void io_constant_at(Io& io, C& v, int depth) {
  if constexpr (std::same_as<Io, Reader>) {
    if (depth > kConstantDepthMax) return io.fail();
  }
  io.kind(v.kind, ValueKind::list);
  io.i64(v.integer);
  io.f64(v.number);
  io.u32(v.extra);
  io.text(v.text);
  io.list(v.list, [depth](auto& inner, auto& element) { io_constant_at(inner, element, depth + 1); });
}
const auto io_constant = [](auto& io, auto& v) { io_constant_at(io, v, 0); };

const auto io_attribute = [](auto& io, auto& v) {
  io.text(v.name);
  io_type(io, v.type);
  io.flag(v.is_private);
};

const auto io_event = [](auto& io, auto& v) {
  io.text(v.name);
  io.list(v.fields, [](auto& inner, auto& field) {
    inner.text(field.name);
    io_type(inner, field.type);
  });
};

const auto io_node = [](auto& io, auto& v) {
  io.kind(v.op, kLastOp);
  io.kind(v.type, Type::customer);
  io.u32(v.a);
  io.u32(v.b);
};

const auto io_window = [](auto& io, auto& v) {
  io.u32(v.event);
  io.kind(v.aggregate, Aggregate::silent);
  io.u32(v.field);
  io.u32(v.filter);
  io.flag(v.filter_reads_customer);
  io.maybe(v.over, io_duration);
};

const auto io_expression = [](auto& io, auto& v) {
  io.u32(v.root);
  io.list(v.dependencies.events, io_u32);
  io.list(v.dependencies.attributes, io_u32);
  io.flag(v.dependencies.activity);
  io.flag(v.dependencies.tags);
  io.flag(v.dependencies.consent);
  io.flag(v.dependencies.time);
};

const auto io_text_part = [](auto& io, auto& v) {
  io.text(v.literal);
  io.u32(v.expression);
};

const auto io_message = [](auto& io, auto& v) {
  io.text(v.name);
  io.kind(v.message_class, MessageClass::welcome);
  io.list(v.channels, io_text);
  io.list(v.items, [](auto& inner, auto& item) {
    inner.text(item.kind);
    inner.list(item.parts, io_text_part);
  });
};

const auto io_enter = [](auto& io, auto& v) {
  io.flag(v.on_event);
  io.u32(v.event);
  io.u32(v.filter);
  io.u32(v.condition);
  io.u32(v.where);
};

const auto io_goal = [](auto& io, auto& v) {
  io.u32(v.event);
  io.maybe(v.within, io_duration);
  io.u32(v.filter);
};

const auto io_step = [](auto& io, auto& v) {
  io.kind(v.kind, StepKind::stop);
  io.text(v.label);
  io.u32(v.message);
  io.text(v.channel);
  io.u32(v.expression);
  io.maybe(v.within, io_duration);
  io.i32(v.time_of_day);
  io.i32(v.weekday);
  io.u32(v.attribute);
  io.list(v.text, io_text_part);
  io.u32(v.first_arm);
  io.u32(v.arms);
  io.u32(v.target);
  io.u32(v.after);
};

const auto io_arm = [](auto& io, auto& v) {
  io.flag(v.on_event);
  io.u32(v.event);
  io.u32(v.condition);
  io.u32(v.target);
};

const auto io_playbook = [](auto& io, auto& v) {
  io.text(v.name);
  io.text(v.title);
  io.list(v.enters, io_enter);
  io.u32(v.where);
  io.kind(v.again, Again::after);
  io_duration(io, v.again_after);
  io.maybe(v.goal, io_goal);
  io.u32(v.leave);
  io.i32(v.priority);
  io.flag(v.reads_entry);
  io.list(v.arm_events, io_u32);
  io.list(v.steps, io_step);
  io.list(v.arms, io_arm);
};

template <typename Io, typename P>
void io_program(Io& io, P& v) {
  io.text(v.timezone);
  io.list(v.attributes, io_attribute);
  io.list(v.events, io_event);
  io.list(v.activity, io_u32);
  io.list(v.constants, io_constant);
  io.list(v.nodes, io_node);
  io.list(v.arguments, io_u32);
  io.list(v.windows, io_window);
  io.list(v.expressions, io_expression);
  io.list(v.messages, io_message);
  io.list(v.playbooks, io_playbook);
}

const auto io_span = [](auto& io, auto& v) {
  io.u32(v.file);
  io.u32(v.begin);
  io.u32(v.end);
};

template <typename Io, typename P>
void io_places(Io& io, P& v) {
  io.list(v.files, io_text);
  io.list(v.nodes, io_span);
  io.list(v.playbooks, [](auto& inner, auto& playbook) {
    io_span(inner, playbook.name);
    inner.list(playbook.enters, io_span);
    io_span(inner, playbook.where);
    io_span(inner, playbook.again);
    io_span(inner, playbook.goal);
    io_span(inner, playbook.leave);
    inner.list(playbook.steps, [](auto& deeper, auto& step) {
      deeper.u32(step.line);
      io_span(deeper, step.span);
    });
    inner.list(playbook.arms, io_span);
  });
}

// ---- does it add up?
// ------------------------------------------------------------------------------------------------------

bool none_or_below(std::uint32_t index, std::size_t size) { return index == kNone || index < size; }

bool sorted_below(const std::vector<std::uint32_t>& values, std::size_t size) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] >= size || (i > 0 && values[i] <= values[i - 1])) return false;
  }
  return true;
}

bool field_there(const Program& program, std::uint32_t event, std::uint32_t field) {
  if (event >= program.events.size()) return false;
  return field == kFieldAt || field < program.events[event].fields.size();
}

bool constant_adds_up(const Constant& constant) {
  // NaN and infinity are no numbers of the language.
  if (!(constant.number - constant.number == 0)) return false;
  for (const Constant& element : constant.list) {
    if (!constant_adds_up(element)) return false;
  }
  return true;
}

bool window_adds_up(const Program& program, const Window& window) {
  if (window.event >= program.events.size() || !none_or_below(window.filter, program.nodes.size())) return false;
  if (window.over && (window.over->months < 0 || window.over->ms < 0)) return false;
  return window.field == kNone || field_there(program, window.event, window.field);
}

bool node_adds_up(const Program& program, std::uint32_t index) {
  const Node& node = program.nodes[index];
  switch (node.op) {
    case Op::constant:
    case Op::consents: return node.a < program.constants.size();
    case Op::inactive:
      return node.a < program.constants.size() && program.constants[node.a].kind == ValueKind::duration;
    case Op::attribute: return node.a < program.attributes.size();
    case Op::customer_id:
    case Op::first_seen:
    case Op::now:
    case Op::today:
    case Op::entry_at:
    case Op::entry_date: return true;
    case Op::field: return node.a != kNone;  // which event it is of, only the context knows
    case Op::entry_field:
    case Op::arm_field: return field_there(program, node.a, node.b);
    case Op::tagged:
    case Op::age:
    case Op::date_of:
    case Op::not_:
    case Op::is_missing:
    case Op::is_not_missing:
    case Op::negate: return node.a < index;
    case Op::window: {
      if (node.a >= program.windows.size()) return false;
      const std::uint32_t filter = program.windows[node.a].filter;
      return filter == kNone || filter < index;  // so no filter leads back to its own window
    }
    case Op::list: {
      if (node.a > program.arguments.size() || node.b > program.arguments.size() - node.a) return false;
      for (std::uint32_t i = 0; i < node.b; ++i) {
        if (program.arguments[node.a + i] >= index) return false;
      }
      return true;
    }
    default: return node.a < index && node.b < index;
  }
}

bool parts_add_up(const Program& program, const std::vector<TextPart>& parts) {
  for (const TextPart& part : parts) {
    if (!none_or_below(part.expression, program.expressions.size())) return false;
  }
  return true;
}

bool step_adds_up(const Program& program, const Playbook& playbook, std::uint32_t index) {
  const Step& step = playbook.steps[index];
  const std::size_t end = playbook.steps.size();  // one past the last step ends the journey
  if (!none_or_below(step.message, program.messages.size())) return false;
  if (!none_or_below(step.expression, program.expressions.size())) return false;
  if (!none_or_below(step.attribute, program.attributes.size())) return false;
  if (!parts_add_up(program, step.text)) return false;
  if (step.target != kNone && (step.target > end || step.target <= index)) return false;  // only forward: no loops
  if (step.after != kNone && (step.after > end || step.after <= index)) return false;
  if (step.arms > 0 && (step.first_arm > playbook.arms.size() || step.arms > playbook.arms.size() - step.first_arm)) {
    return false;
  }
  for (std::uint32_t i = 0; i < step.arms; ++i) {
    const std::uint32_t target = playbook.arms[step.first_arm + i].target;
    if (target > end || target <= index) return false;
  }
  switch (step.kind) {
    case StepKind::send: return step.message != kNone;
    case StepKind::wait: return step.expression != kNone;
    case StepKind::wait_until:
      return step.time_of_day >= 0 && step.time_of_day < 86'400'000 && step.weekday >= -1 && step.weekday <= 6;
    case StepKind::wait_up_to: return step.expression != kNone && step.target != kNone && step.after != kNone;
    case StepKind::branch: return step.expression != kNone && step.target != kNone;
    case StepKind::jump: return step.target != kNone;
    case StepKind::set: return step.attribute != kNone && step.expression != kNone;
    case StepKind::tag:
    case StepKind::untag:
    case StepKind::stop: return true;
  }
  return false;
}

bool playbook_adds_up(const Program& program, const Playbook& playbook) {
  const std::size_t expressions = program.expressions.size();
  for (const Enter& enter : playbook.enters) {
    if (enter.on_event ? enter.event >= program.events.size() : enter.condition == kNone) return false;
    if (!none_or_below(enter.filter, expressions) || !none_or_below(enter.condition, expressions) ||
        !none_or_below(enter.where, expressions)) {
      return false;
    }
  }
  if (!none_or_below(playbook.where, expressions) || !none_or_below(playbook.leave, expressions)) return false;
  if (playbook.goal &&
      (playbook.goal->event >= program.events.size() || !none_or_below(playbook.goal->filter, expressions))) {
    return false;
  }
  if (!sorted_below(playbook.arm_events, program.events.size())) return false;
  for (const Arm& arm : playbook.arms) {
    if (arm.on_event ? arm.event >= program.events.size() : arm.condition == kNone) return false;
    if (!none_or_below(arm.condition, expressions)) return false;
  }
  for (std::uint32_t i = 0; i < playbook.steps.size(); ++i) {
    if (!step_adds_up(program, playbook, i)) return false;
  }
  return true;
}

template <typename T>
bool names_rise(const std::vector<T>& things, std::size_t from) {
  for (std::size_t i = from + 1; i < things.size(); ++i) {
    if (!(things[i - 1].name < things[i].name)) return false;
  }
  return true;
}

bool adds_up(const Program& program) {
  if (program.attributes.size() < 2 || program.events.size() < kBuiltinEventCount) return false;
  if (program.attributes[kTimezoneAttribute].name != "timezone" ||
      program.attributes[kLanguageAttribute].name != "language") {
    return false;
  }
  for (std::uint32_t i = 0; i < kBuiltinEventCount; ++i) {
    if (program.events[i].name != kBuiltinEvents[i]) return false;
  }
  if (!names_rise(program.attributes, 2) || !names_rise(program.events, kBuiltinEventCount)) return false;
  if (!names_rise(program.messages, 0) || !names_rise(program.playbooks, 0)) return false;
  if (!sorted_below(program.activity, program.events.size())) return false;
  for (const Constant& constant : program.constants) {
    if (!constant_adds_up(constant)) return false;
  }
  for (const Window& window : program.windows) {
    if (!window_adds_up(program, window)) return false;
  }
  for (std::uint32_t i = 0; i < program.nodes.size(); ++i) {
    if (!node_adds_up(program, i)) return false;
  }
  for (const Expression& expression : program.expressions) {
    if (expression.root >= program.nodes.size()) return false;
    if (!sorted_below(expression.dependencies.events, program.events.size())) return false;
    if (!sorted_below(expression.dependencies.attributes, program.attributes.size())) return false;
  }
  for (const Message& message : program.messages) {
    for (const MessageItem& item : message.items) {
      if (!parts_add_up(program, item.parts)) return false;
    }
  }
  for (const Playbook& playbook : program.playbooks) {
    if (!playbook_adds_up(program, playbook)) return false;
  }
  return true;
}

// Takes magic and version off; false where they are not this build's.
bool open(std::string_view& bytes, std::string_view magic) {
  if (bytes.substr(0, magic.size()) != magic) return false;
  bytes.remove_prefix(magic.size());
  std::uint32_t version = 0;
  Reader reader(bytes.substr(0, 4));
  reader.u32(version);
  if (!reader.done() || version != kFormatVersion) return false;
  bytes.remove_prefix(4);
  return true;
}

Writer begin(std::string_view magic) {
  Writer writer;
  writer.bytes = magic;
  writer.u32(kFormatVersion);
  return writer;
}

template <typename T>
std::optional<std::uint32_t> find_named(const std::vector<T>& things, std::string_view name) {
  for (std::uint32_t i = 0; i < things.size(); ++i) {
    if (things[i].name == name) return i;
  }
  return std::nullopt;
}

}  // namespace

std::string serialize(const Program& program) {
  Writer writer = begin(kProgramMagic);
  io_program(writer, program);
  return std::move(writer.bytes);
}

std::optional<Program> deserialize(std::string_view bytes) {
  if (!open(bytes, kProgramMagic)) return std::nullopt;
  Reader reader(bytes);
  Program program;
  io_program(reader, program);
  if (!reader.done() || !adds_up(program)) return std::nullopt;
  return program;
}

std::string serialize(const Places& places) {
  Writer writer = begin(kPlacesMagic);
  io_places(writer, places);
  return std::move(writer.bytes);
}

std::optional<Places> deserialize_places(std::string_view bytes) {
  if (!open(bytes, kPlacesMagic)) return std::nullopt;
  Reader reader(bytes);
  Places places;
  io_places(reader, places);
  if (!reader.done()) return std::nullopt;
  return places;
}

std::optional<std::uint32_t> find_attribute(const Program& program, std::string_view name) {
  return find_named(program.attributes, name);
}
std::optional<std::uint32_t> find_event(const Program& program, std::string_view name) {
  return find_named(program.events, name);
}
std::optional<std::uint32_t> find_field(const Event& event, std::string_view name) {
  return find_named(event.fields, name);
}

}  // namespace tend::program
