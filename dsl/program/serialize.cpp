// The stable serialised form of programs and places: docs/formats/program.md. One description of each part (`io_*`)
// serves both directions, so the writer and the reader cannot disagree.
#include <bit>
#include <concepts>
#include <utility>

#include "dsl/program/adds_up.hpp"
#include "dsl/program/program.hpp"

namespace tend::program {
namespace {

constexpr std::string_view kProgramMagic = "tend.prg";
constexpr std::string_view kPlacesMagic = "tend.plc";
constexpr std::uint32_t kProgramVersion = 3;
constexpr std::uint32_t kPlacesVersion = 4;
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
  io.list(v.filters, [](auto& inner, auto& filter) {
    inner.kind(filter.kind, FilterKind::url);
    inner.u32(filter.argument);
  });
};

const auto io_message = [](auto& io, auto& v) {
  io.text(v.name);
  io.kind(v.message_class, MessageClass::welcome);
  io.list(v.channels, io_text);
  io.list(v.items, [](auto& inner, auto& item) {
    inner.text(item.kind);
    inner.list(item.parts, io_text_part);
    inner.text(item.channel);
    inner.text(item.language);
    inner.list(item.fields, [](auto& deeper, auto& field) {
      deeper.text(field.name);
      deeper.u32(field.expression);
    });
  });
};

const auto io_pace = [](auto& io, auto& v) {
  io.u32(v.count);
  io_duration(io, v.per);
};

const auto io_message_class = [](auto& io, auto& v) { io.kind(v, MessageClass::welcome); };

const auto io_cap = [](auto& io, auto& v) {
  io.u32(v.count);
  io.maybe(v.message_class, io_message_class);
  io_duration(io, v.per);
  io.u32(v.in_last);
  io.text(v.channel);
  io.flag(v.skip);
};

const auto io_quiet = [](auto& io, auto& v) {
  io.i32(v.from);
  io.i32(v.to);
  io.text(v.channel);
};

const auto io_policy = [](auto& io, auto& v) {
  io.text(v.calendar);
  io.list(v.quiet, io_quiet);
  io.list(v.blackouts, [](auto& inner, auto& blackout) {
    inner.i64(blackout.first);
    inner.i64(blackout.last);
    inner.text(blackout.channel);
  });
  io.list(v.caps, io_cap);
  io.list(v.rates, [](auto& inner, auto& rate) {
    io_pace(inner, rate.pace);
    inner.text(rate.channel);
  });
  io.maybe(v.load, io_pace);
  io.list(v.consent, io_text);
  io.list(v.purposes, io_text);
  io.u32(v.holdout);
};

const auto io_budget = [](auto& io, auto& v) {
  io.text(v.name);
  io.text(v.title);
  io.u32(v.currency);
  io.list(v.limits, [](auto& inner, auto& limit) {
    inner.i64(limit.amount);
    inner.maybe(limit.per, io_duration);
    inner.flag(limit.per_customer);
  });
};

const auto io_day_range = [](auto& io, auto& v) {
  io.i64(v.first);
  io.i64(v.last);
};

const auto io_calendar = [](auto& io, auto& v) {
  io.text(v.name);
  io.list(v.holidays, io_day_range);
  io.list(v.workdays, io_day_range);
  io.flag(v.lunar);
};

const auto io_function = [](auto& io, auto& v) {
  io.text(v.name);
  io.list(v.parameters, io_type);
  io_type(io, v.result);
  io.text(v.file);
  io.text(v.source);
};

const auto io_slot = [](auto& io, auto& v) {
  io.text(v.name);
  io_type(io, v.type);
};

const auto io_enter = [](auto& io, auto& v) {
  io.kind(v.kind, EnterKind::by_hand);
  io.u32(v.event);
  io.u32(v.filter);
  io.u32(v.condition);
  io.u32(v.where);
  io.u32(v.per_field);
  io.kind(v.every, Every::holiday);
  io.i32(v.weekday);
  io.i32(v.month_day);
  io.i64(v.day);
  io.i32(v.time_of_day);
  io.flag(v.yearly);
  io.flag(v.before);
  io_duration(io, v.offset);
  io.u32(v.date);
  io.flag(v.lunar);
  io.i32(v.lunar_month);
  io.i32(v.lunar_day);
};

const auto io_goal = [](auto& io, auto& v) {
  io.u32(v.event);
  io.maybe(v.within, io_duration);
  io.u32(v.filter);
  io.flag(v.stay);
};

const auto io_person = [](auto& io, auto& v) {
  io.kind(v.kind, Person::Kind::partner);
  io.u32(v.expression);
  io.text(v.team);
  io.u32(v.partner);
};

const auto io_step = [](auto& io, auto& v) {
  io.kind(v.kind, kLastStepKind);
  io.text(v.label);
  io.u32(v.message);
  io.text(v.name);
  io.list(v.channels, io_text);
  io.u32(v.expression);
  io.maybe(v.within, io_duration);
  io.i32(v.time_of_day);
  io.i32(v.weekday);
  io.flag(v.next);
  io.flag(v.while_open);
  io.u32(v.attribute);
  io.list(v.text, io_text_part);
  io.u32(v.first_arm);
  io.u32(v.arms);
  io.u32(v.target);
  io.u32(v.after);
  io_person(io, v.person);
  io.u32(v.duration);
  io.u32(v.budget);
  io.u32(v.slot);
  io.u32(v.playbook);
  io.u32(v.event);
  io.list(v.fields, [](auto& inner, auto& field) {
    inner.u32(field.field);
    inner.u32(field.expression);
  });
  io.u32(v.times);
  io.maybe(v.every, io_duration);
};

const auto io_arm = [](auto& io, auto& v) {
  io.flag(v.on_event);
  io.u32(v.event);
  io.u32(v.condition);
  io.u32(v.target);
};

const auto io_playbook = [](auto& io, auto& v) {
  io.text(v.name);
  io.u32(v.version);
  io.flag(v.superseded);
  io.text(v.title);
  io.text(v.description);
  io.text(v.owner);
  io.kind(v.backfill, Backfill::per_day);
  io.u32(v.backfill_per_day);
  io.maybe(v.pace, io_pace);
  io.u32(v.holdout);
  io.list(v.caps, io_cap);
  io.list(v.quiet, io_quiet);
  io.kind(v.on_edit, OnEdit::move);
  io.list(v.moves, [](auto& inner, auto& move) {
    inner.text(move.from);
    inner.text(move.to);
  });
  io.list(v.lets, io_slot);
  io.list(v.grants, io_slot);
  io.list(v.shares, [](auto& inner, auto& share) {
    inner.u32(share.hundredths);
    inner.text(share.name);
    inner.u32(share.target);
  });
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
  io_policy(io, v.policy);
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
  io.list(v.budgets, io_budget);
  io.list(v.partners, [](auto& inner, auto& partner) {
    inner.text(partner.name);
    inner.text(partner.title);
  });
  io.list(v.currencies, [](auto& inner, auto& currency) {
    inner.u32(currency.code);
    inner.text(currency.title);
    inner.i32(currency.digits);
  });
  io.list(v.calendars, io_calendar);
  io.list(v.functions, io_function);
  for (auto* count : {&v.leftovers.attributes, &v.leftovers.events, &v.leftovers.messages, &v.leftovers.budgets,
                      &v.leftovers.partners, &v.leftovers.functions}) {
    io.u32(*count);
  }
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
    io_span(inner, playbook.backfill);
    io_span(inner, playbook.pace);
    io_span(inner, playbook.holdout);
    io_span(inner, playbook.on_edit);
    inner.list(playbook.caps, io_span);
    inner.list(playbook.quiet, io_span);
    inner.list(playbook.steps, [](auto& deeper, auto& step) {
      deeper.u32(step.line);
      io_span(deeper, step.span);
    });
    inner.list(playbook.arms, io_span);
  });
  io.list(v.messages, io_span);
  io.list(v.budgets, io_span);
  io_span(io, v.policy);
  io.list(v.policy_clauses.quiet, io_span);
  io.list(v.policy_clauses.blackouts, io_span);
  io.list(v.policy_clauses.caps, io_span);
  io.list(v.policy_clauses.consent, io_span);
  io_span(io, v.policy_clauses.load);
  io_span(io, v.policy_clauses.holdout);
  io.list(v.lines, [](auto& inner, auto& lines) { inner.list(lines.begins, io_u32); });
}

// Takes magic and version off; false where they are not this build's.
bool open(std::string_view& bytes, std::string_view magic, std::uint32_t readable) {
  if (bytes.substr(0, magic.size()) != magic) return false;
  bytes.remove_prefix(magic.size());
  std::uint32_t version = 0;
  Reader reader(bytes.substr(0, 4));
  reader.u32(version);
  if (!reader.done() || version != readable) return false;
  bytes.remove_prefix(4);
  return true;
}

Writer begin(std::string_view magic, std::uint32_t version) {
  Writer writer;
  writer.bytes = magic;
  writer.u32(version);
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
  Writer writer = begin(kProgramMagic, kProgramVersion);
  io_program(writer, program);
  return std::move(writer.bytes);
}

std::optional<Program> deserialize(std::string_view bytes) {
  if (!open(bytes, kProgramMagic, kProgramVersion)) return std::nullopt;
  Reader reader(bytes);
  Program program;
  io_program(reader, program);
  if (!reader.done() || !adds_up(program)) return std::nullopt;
  return program;
}

std::string serialize(const Places& places) {
  Writer writer = begin(kPlacesMagic, kPlacesVersion);
  io_places(writer, places);
  return std::move(writer.bytes);
}

std::optional<Places> deserialize_places(std::string_view bytes) {
  if (!open(bytes, kPlacesMagic, kPlacesVersion)) return std::nullopt;
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
std::optional<std::uint32_t> find_playbook(const Program& program, std::string_view name) {
  return find_named(program.playbooks, name);
}
bool has_newer(const Program& program, std::size_t playbook) {
  return playbook > 0 && program.playbooks[playbook - 1].name == program.playbooks[playbook].name;
}

}  // namespace tend::program
