#include "engine/expr/lua.hpp"

#include <algorithm>
#include <cstdlib>
#include <lua.hpp>
#include <string_view>

#include "dsl/text/must.hpp"
#include "engine/expr/windows.hpp"

namespace tend::expr {
namespace {

using program::ValueKind;

/// The only code that is given the foreign function library, once; generated code gets the two pointers and nothing
/// else.
constexpr std::string_view kPointers =
    "local ffi, leaf, result = ...\n"
    "return ffi.cast('double *', leaf), ffi.cast('double *', result)\n";

void store(const Value& value, const Leaf& leaf, double* row) {
  if (leaf.may_miss) row[leaf.slot + 1] = value.missing() ? 0 : 1;
  switch (value.kind) {
    case ValueKind::missing: row[leaf.slot] = 0; return;
    case ValueKind::number: row[leaf.slot] = value.d; return;
    case ValueKind::boolean: row[leaf.slot] = value.i != 0 ? 1 : 0; return;
    default: CHECK_OR_DIE(false, "leaves are numbers and booleans: other types do not reach Lua");
  }
}

}  // namespace

Result<std::unique_ptr<LuaMachine>> LuaMachine::make(const Tables& tables, LuaOptions options) {
  std::unique_ptr<LuaMachine> machine(new LuaMachine(tables));
  std::uint32_t slots = 1;
  for (const program::Expression& expression : tables.program().expressions) {
    Compiled& compiled = machine->expressions_.emplace_back();
    auto source = lua_source(tables, expression.root);
    if (!source) continue;
    compiled.present = true;
    compiled.source = std::move(*source);
    slots = std::max(slots, compiled.source.slots);
  }
  machine->leaves_.resize(kBatchRows * slots);
  machine->results_.resize(kBatchRows * 2);
  machine->memory_.max = options.memory_max;
  machine->lua_ = lua_newstate(allocate, &machine->memory_);
  if (machine->lua_ == nullptr)
    return fail(ErrorCode::unsupported, "this LuaJIT gives no state with an allocator of one's own");
  luaJIT_setmode(machine->lua_, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
  if (options.jit) {
    // Opening the library of this name is what readies the compiler; set_up throws the library away.
    const int opened = lua_cpcall(
        machine->lua_,
        [](lua_State* lua) {
          lua_pushcfunction(lua, luaopen_jit);
          lua_pushliteral(lua, LUA_JITLIBNAME);
          lua_call(lua, 1, 0);
          luaJIT_setmode(lua, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_ON);
          return 0;
        },
        nullptr);
    if (opened != 0) return fail(ErrorCode::unsupported, "LuaJIT has no compiler for this machine");
  }
  if (lua_cpcall(machine->lua_, set_up, machine.get()) != 0) {
    const char* why = lua_tostring(machine->lua_, -1);
    return fail(ErrorCode::unsupported, std::string("LuaJIT does not take the program's expressions: ") +
                                            (why == nullptr ? "no reason given" : why));
  }
  return machine;
}

LuaMachine::~LuaMachine() {
  if (lua_ != nullptr) lua_close(lua_);
}

void* LuaMachine::allocate(void* memory, void* block, std::size_t before, std::size_t wanted) {
  auto& counted = *static_cast<Memory*>(memory);
  if (block == nullptr) before = 0;
  if (wanted == 0) {
    counted.used -= before;
    std::free(block);
    return nullptr;
  }
  if (wanted > before && counted.used + (wanted - before) > counted.max) return nullptr;
  void* moved = std::realloc(block, wanted);
  if (moved != nullptr) counted.used += wanted - before;
  return moved;
}

/// Runs protected: Lua may leave it by an error at any call, so nothing here needs a destructor.
int LuaMachine::set_up(lua_State* lua) {
  auto& machine = *static_cast<LuaMachine*>(lua_touserdata(lua, 1));
  lua_settop(lua, 0);
  lua_pushcfunction(lua, luaopen_ffi);
  lua_pushliteral(lua, LUA_FFILIBNAME);
  lua_call(lua, 1, 1);
  // The library must live as long as the state, which finalizes its data through it at the end. Lua code cannot reach
  // the registry.
  lua_pushvalue(lua, 1);
  luaL_ref(lua, LUA_REGISTRYINDEX);
  if (luaL_loadbufferx(lua, kPointers.data(), kPointers.size(), "=pointers", "t") != 0) return lua_error(lua);
  lua_insert(lua, 1);
  lua_pushlightuserdata(lua, machine.leaves_.data());
  lua_pushlightuserdata(lua, machine.results_.data());
  lua_call(lua, 3, 2);  // 1: leaf, 2: result

  lua_newtable(lua);
  lua_replace(lua, LUA_GLOBALSINDEX);  // whatever opening the libraries put there
  lua_pushnil(lua);
  lua_setfield(lua, LUA_REGISTRYINDEX, "_LOADED");
  lua_newtable(lua);  // 3: the environment of generated code: nothing
  for (Compiled& compiled : machine.expressions_) {
    if (!compiled.present) continue;
    const LuaSource& source = compiled.source;
    if (luaL_loadbufferx(lua, source.text.data(), source.text.size(), "=expression", "t") != 0) return lua_error(lua);
    lua_pushvalue(lua, 3);
    lua_setfenv(lua, -2);
    lua_pushvalue(lua, 1);
    lua_pushvalue(lua, 2);
    lua_call(lua, 2, 2);
    compiled.many = luaL_ref(lua, LUA_REGISTRYINDEX);
    compiled.one = luaL_ref(lua, LUA_REGISTRYINDEX);
  }
  return 0;
}

void LuaMachine::gather(Context& context, const LuaSource& source, double* row) {
  const state::State& state = *context.state;
  for (const Leaf& leaf : source.leaves) {
    switch (leaf.kind) {
      case LeafKind::attribute: store(state.attribute(context.customer, leaf.index), leaf, row); break;
      case LeafKind::present: row[leaf.slot] = state.attribute(context.customer, leaf.index).missing() ? 0 : 1; break;
      case LeafKind::tagged:
        row[leaf.slot] = state.has_tag(context.customer, tables_->constant(leaf.index).str()) ? 1 : 0;
        break;
      case LeafKind::consents:
        row[leaf.slot] = state.has_consent(context.customer, tables_->constant(leaf.index).str()) ? 1 : 0;
        break;
      case LeafKind::window: store(evaluate_window(context, leaf.index), leaf, row); break;
      case LeafKind::node: store(expr::evaluate(context, leaf.index), leaf, row); break;
    }
  }
}

Value LuaMachine::result(const LuaSource& source, std::size_t row) const {
  const double value = results_[2 * row];
  if (results_[2 * row + 1] == 0) return {};
  return source.kind == ValueKind::number ? Value::number(value) : Value::boolean(value != 0);
}

void LuaMachine::call(int function, std::size_t argument) {
  lua_rawgeti(lua_, LUA_REGISTRYINDEX, function);
  lua_pushinteger(lua_, static_cast<lua_Integer>(argument));
  CHECK_OR_DIE(lua_pcall(lua_, 1, 0, 0) == 0, "generated code has nothing in it that can fail");
}

Value LuaMachine::evaluate(Context& context, std::uint32_t expression) {
  const Compiled& compiled = expressions_[expression];
  CHECK_OR_DIE(compiled.present, "the expression is in the subset");
  const bool lends = context.lists == nullptr;
  if (lends) context.lists = &lists_;
  gather(context, compiled.source, leaves_.data());
  if (lends) {
    context.lists = nullptr;
    lists_.clear();
  }
  call(compiled.one, 0);
  return result(compiled.source, 0);
}

void LuaMachine::evaluate_many(const state::State& state, std::span<const std::uint32_t> customers, Moment now,
                               std::uint32_t expression, std::span<Outcome> outcomes) {
  const Compiled& compiled = expressions_[expression];
  CHECK_OR_DIE(compiled.present, "the expression is in the subset");
  CHECK_OR_DIE(customers.size() == outcomes.size(), "an outcome per customer");
  Context context{.tables = tables_, .state = &state, .customer = 0, .now = now};
  context.lists = &lists_;
  for (std::size_t first = 0; first < customers.size(); first += kBatchRows) {
    const std::size_t count = std::min(kBatchRows, customers.size() - first);
    for (std::size_t row = 0; row < count; ++row) {
      context.customer = customers[first + row];
      context.customer_zone = nullptr;
      context.flip = kNever;
      gather(context, compiled.source, leaves_.data() + row * compiled.source.slots);
      outcomes[first + row].flip = context.flip;
      if (!lists_.empty()) lists_.clear();
    }
    call(compiled.many, count);
    for (std::size_t row = 0; row < count; ++row) outcomes[first + row].value = result(compiled.source, row);
  }
}

}  // namespace tend::expr
