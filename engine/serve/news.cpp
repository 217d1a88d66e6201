#include "engine/serve/news.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "engine/channel/platform/opt_out.hpp"
#include "engine/channel/suppression_list.hpp"
#include "engine/env/zone.hpp"
#include "engine/run/intake.hpp"
#include "engine/run/seen.hpp"
#include "engine/state/consent.hpp"

namespace tend::serve {
namespace {

using channel::Inbound;
using channel::Receipt;
using channel::ReceiptKind;
using program::Value;

std::string_view event_name(ReceiptKind kind) {
  switch (kind) {
    case ReceiptKind::delivered:
    case ReceiptKind::confirmed: return "delivered";
    case ReceiptKind::failed: return "failed";
    case ReceiptKind::opened: return "opened";
    case ReceiptKind::clicked: return "clicked";
    case ReceiptKind::unsubscribed: return "unsubscribed";
    case ReceiptKind::complained: return "complained";
  }
  return "";
}

std::uint32_t event_named(const program::Program& program, std::string_view name) {
  const auto found =
      std::find_if(program.events.begin(), program.events.end(), [&](const auto& event) { return event.name == name; });
  return found == program.events.end() ? program::kNone : static_cast<std::uint32_t>(found - program.events.begin());
}

/// 32 hex digits, as state::format_key writes them.
bool parse_key(std::string_view text, state::SendKey& key) {
  const auto half = [](std::string_view digits, std::uint64_t& out) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out, 16);
    return error == std::errc() && end == digits.data() + digits.size();
  };
  return text.size() == 32 && half(text.substr(0, 16), key.high) && half(text.substr(16), key.low);
}

/// What shows that somebody does not want any more; empty: no message is known.
std::string evidence_of(const Receipt& receipt, const std::string& message) {
  const auto said = [&](const char* what, const char* about) {
    return message.empty() ? std::string(what) : std::string(what) + about + " message " + message;
  };
  if (receipt.kind == ReceiptKind::complained) return said("a complaint", " about");
  return receipt.customer.empty() ? said("word from the platform", " after") : said("followed the address", " in");
}

/// Cheap: whether the two can be one address at all.
bool end_alike(std::string_view a, std::string_view b) {
  return !a.empty() && !b.empty() && (a.back() | 0x20) == (b.back() | 0x20);
}

/// Turns the news of one channel into inputs.
class Reader {
 public:
  Reader(run::Engine& engine, const NewsPlace& place, env::Moment now)
      : engine_(engine), program_(engine.plan().program), place_(place), now_(now) {}

  void read(const Receipt& receipt) {
    const auto sent = find(receipt);
    if (!receipt.customer.empty() && !is_known(receipt.customer)) return;  // forgotten since
    std::string customer = sent ? sent->customer : std::string();
    if (customer.empty() && !receipt.to.empty()) customer = customer_of(receipt.to);
    if (customer.empty()) {
      ++news_.lost;
      return;
    }
    const std::string key = sent ? state::format_key(sent->key) : receipt.key + receipt.provider_id + receipt.to;
    // The address alone names no message, and stands nowhere that it need not stand.
    const std::string message = sent ? key : receipt.key + receipt.provider_id;
    const std::string_view name = event_name(receipt.kind);
    std::string fields;
    if (sent) state::append_field(fields, 0, Value::string(sent->message));
    state::append_field(fields, 1, Value::string(place_.channel));
    if (sent) state::append_field(fields, 2, Value::string(sent->playbook));
    add_event(customer, event_named(program_, name), receipt.at, std::move(fields),
              key + std::string(name) + receipt.target);
    if (receipt.kind == ReceiptKind::unsubscribed) told_to_stop_.insert(channel::plain_address(receipt.to));
    if (receipt.kind == ReceiptKind::unsubscribed || receipt.kind == ReceiptKind::complained) {
      // A platform may tell the same twice, and he may have consented again in between. What he does himself counts.
      withdraw(customer, evidence_of(receipt, message), receipt.customer.empty());
    }
    if (receipt.suppress) suppress(customer, told(receipt) + (message.empty() ? "" : ", message " + message));
    if (sent) count(*sent, customer, receipt);
  }

  void read(const Inbound& inbound) {
    std::string customer = customer_of(inbound.from);
    if (customer.empty() && inbound.event == "added") customer = newcomer(inbound.from);
    if (customer.empty()) {
      ++news_.lost;
      return;
    }
    const auto text = inbound.fields.find("text");
    if (text != inbound.fields.end() && channel::is_opt_out(text->second) &&
        !told_to_stop_.contains(channel::plain_address(inbound.from))) {
      std::string fields;
      state::append_field(fields, 1, Value::string(place_.channel));
      const std::string id = inbound.id.empty() ? std::string() : inbound.id + "unsubscribed";
      add_event(customer, event_named(program_, "unsubscribed"), inbound.at, std::move(fields), id);
      withdraw(customer, "wrote `" + text->second + "`", true);
    }
    if (is_own_event(inbound.event)) {
      ++news_.lost;
      return;
    }
    const std::uint32_t event = event_named(program_, inbound.event);
    if (event == program::kNone) return;  // no playbook reads it
    std::string fields;
    run::ValueStorage storage;
    const auto& declared = program_.events[event].fields;
    for (std::uint16_t f = 0; f < declared.size(); ++f) {
      const auto given = inbound.fields.find(declared[f].name);
      if (given == inbound.fields.end()) continue;
      const auto value = run::parse_cell(declared[f].type, given->second,
                                         {.zone = env::find_zone(program_.timezone), .storage = &storage});
      if (value) state::append_field(fields, f, *value);
    }
    add_event(customer, event, inbound.at, std::move(fields), inbound.id);
  }

  ReadNews take() { return std::move(news_); }

 private:
  std::optional<history::Sent> find(const Receipt& receipt) const {
    if (!receipt.customer.empty()) {
      history::Sent sent{.customer = receipt.customer,
                         .playbook = receipt.playbook,
                         .message = receipt.message,
                         .channel = place_.channel};
      return parse_key(receipt.key, sent.key) ? std::optional(sent) : std::nullopt;
    }
    if (receipt.key.size() == 32) {
      state::SendKey key;
      if (parse_key(receipt.key, key)) {
        // Whoever tells of one channel may not know what went out by another.
        if (auto sent = place_.book->by_key(key); sent && sent->channel == place_.channel) return sent;
      }
    }
    if (!receipt.provider_id.empty()) {
      if (auto sent = place_.book->by_provider_id(place_.channel, receipt.provider_id)) return sent;
    }
    if (!receipt.to.empty()) return place_.book->by_address(place_.channel, channel::plain_address(receipt.to));
    return std::nullopt;
  }

  /// Whose address it is: of whom was written to last, else of whose attribute says so; empty where nobody's.
  std::string customer_of(const std::string& address) const {
    if (address.empty()) return {};
    const std::string plain = channel::plain_address(address);
    if (const auto sent = place_.book->by_address(place_.channel, plain)) return sent->customer;
    if (place_.address.empty()) return is_known(address) ? address : std::string();
    const std::uint32_t attribute = attribute_named(place_.address);
    if (attribute == program::kNone) return {};
    for (std::uint32_t p = 0; p < engine_.partitions().count(); ++p) {
      const state::State& state = engine_.partitions().state(p);
      for (std::uint32_t c = 0; c < state.customer_count(); ++c) {
        const Value value = state.attribute(c, attribute);
        if (value.missing() || value.kind != program::ValueKind::text || state.is_gone(c)) continue;
        if (end_alike(value.str(), plain) && channel::plain_address(value.str()) == plain)
          return std::string(state.customer_id(c));
      }
    }
    return {};
  }

  /// He, or who he turned out to be, exists.
  bool is_known(std::string_view id) const {
    id = engine_.became(id);
    run::Partitions& partitions = engine_.partitions();
    return partitions.state(partitions.partition_of(id)).find_customer(id) != state::kNoText;
  }

  std::uint32_t attribute_named(std::string_view name) const {
    const auto& attributes = program_.attributes;
    const auto found =
        std::find_if(attributes.begin(), attributes.end(), [&](const auto& a) { return a.name == name; });
    return found == attributes.end() ? program::kNone : static_cast<std::uint32_t>(found - attributes.begin());
  }

  /// Somebody whom only the platform knows: his address is his id.
  std::string newcomer(const std::string& address) {
    if (!run::parse_customer_id(address)) return {};
    if (!place_.address.empty()) {
      const std::uint32_t attribute = attribute_named(place_.address);
      if (attribute == program::kNone || program_.attributes[attribute].type.type != program::Type::text) return {};
      std::string fields;
      state::append_field(fields, static_cast<std::uint16_t>(attribute), Value::string(address));
      add_attributes(address, std::move(fields), false);
    }
    return address;
  }

  /// `evidence`: how he said so. `follows`: it counts once, as the event before it does.
  void withdraw(const std::string& customer, std::string_view evidence, bool follows) {
    std::string fields;
    const auto add = [&](std::uint16_t index, const std::string& what) {
      state::append_field(fields, index, Value::string(what));
      state::append_field(fields, state::kConsentEvidence, Value::string(evidence));
    };
    add(state::kConsentWithdrawn, place_.channel);
    add(state::kConsentWithdrawn, "marketing");
    const auto& policy = program_.policy;
    const auto asks = [](const std::vector<std::string>& names, std::string_view name) {
      return std::binary_search(names.begin(), names.end(), name);
    };
    // What nobody asks for, nobody can take back.
    if (!asks(policy.consent, place_.channel) && !asks(policy.purposes, "marketing"))
      add(state::kSuppressed, place_.channel);
    state::append_field(fields, state::kConsentSource, Value::string("channel:" + place_.channel));
    add_attributes(customer, std::move(fields), follows);
  }

  static std::string told(const Receipt& receipt) {
    if (receipt.kind == ReceiptKind::complained) return "complained";
    if (receipt.kind == ReceiptKind::unsubscribed) return "unsubscribed";
    return receipt.reason.empty() ? std::string(event_name(receipt.kind)) : receipt.reason;
  }

  /// What became of the message, for whoever's mail comes back too often.
  void count(const history::Sent& sent, const std::string& customer, const Receipt& receipt) {
    using history::Passage;
    if (place_.limits == nullptr || !place_.limits->contains(place_.channel)) return;
    if (receipt.kind == ReceiptKind::unsubscribed || receipt.kind == ReceiptKind::complained) return;
    Passage what = Passage::delivered;
    if (receipt.kind == ReceiptKind::failed) what = receipt.soft ? Passage::soft : Passage::refused;
    const auto why = count_bounce(engine_, *place_.book, *place_.limits, sent.key, what, receipt.reason, now_);
    if (!why) {
      news_.kept = tl::unexpected(why.error());
    } else if (*why) {
      suppress(customer, **why);
    }
  }

  void suppress(const std::string& customer, const std::string& why) {
    const std::string_view id = engine_.became(customer);
    const state::State& state = engine_.partitions().state(engine_.partitions().partition_of(id));
    const std::uint32_t known = state.find_customer(id);
    if (known != state::kNoText && state.has_consent(known, state::suppression_of(place_.channel))) return;
    if (!suppressed_.emplace(id).second) return;  // the same report twice in one batch
    std::string fields;
    state::append_field(fields, state::kSuppressed, Value::string(place_.channel));
    state::append_field(fields, state::kConsentEvidence, Value::string(why));
    state::append_field(fields, state::kConsentSource, Value::string("channel:" + place_.channel));
    add_attributes(customer, std::move(fields), true);
  }

  void add_attributes(const std::string& customer, std::string fields, bool follows) {
    news_.inputs.push_back(
        {.kind = state::InputKind::attributes, .customer = customer, .fields = std::move(fields), .follows = follows});
  }

  void add_event(const std::string& customer, std::uint32_t event, env::Moment at, std::string fields,
                 const std::string& id) {
    if (event == program::kNone) return;
    PostedInput input{
        .kind = state::InputKind::event, .customer = customer, .at = at, .event = event, .fields = std::move(fields)};
    // A clock that is ahead of ours, or far behind, is no reason to lose it.
    if (at > now_ || at < now_ - 30 * env::kDay) input.at = env::kNoMoment;
    if (!id.empty()) input.seen = run::seen_id(engine_.folder().seen_key, "channel:" + place_.channel, id);
    news_.inputs.push_back(std::move(input));
  }

  run::Engine& engine_;
  const program::Program& program_;
  const NewsPlace& place_;
  env::Moment now_;
  std::set<std::string> suppressed_;    // customers who are from here on
  std::set<std::string> told_to_stop_;  // addresses whose platform has said so already
  ReadNews news_;
};

}  // namespace

bool is_own_event(std::string_view event) {
  const auto& own = program::kBuiltinEvents;
  return event != "added" && std::find(std::begin(own), std::end(own), event) != std::end(own);
}

ReadNews read_news(run::Engine& engine, const NewsPlace& place, const std::vector<Receipt>& receipts,
                   const std::vector<Inbound>& inbound, env::Moment now) {
  Reader reader(engine, place, now);
  for (const Receipt& receipt : receipts) reader.read(receipt);
  for (const Inbound& one : inbound) reader.read(one);
  return reader.take();
}

void take_news(Live& live, const NewsPlace& place, std::vector<Receipt> receipts, std::vector<Inbound> inbound,
               std::function<void(const Result<void>&)> done) {
  if (receipts.empty() && inbound.empty()) return done({});
  live.ask([&live, place, receipts = std::move(receipts), inbound = std::move(inbound),
            done = std::move(done)](run::Engine* engine) {
    if (engine == nullptr) return done(fail(ErrorCode::io, "nothing is taken just now: come again"));
    ReadNews news = read_news(*engine, place, receipts, inbound, live.now());
    if (!news.kept) return done(news.kept);
    live.count_lost_news(news.lost);
    if (news.inputs.empty()) return done({});
    switch (live.post(engine->plan(), std::move(news.inputs), done)) {
      case PostAnswer::taken: return;
      case PostAnswer::busy: return done(fail(ErrorCode::io, "more comes in than can be taken: come again"));
      case PostAnswer::down:
      case PostAnswer::stopping: return done(fail(ErrorCode::io, "nothing is taken just now: come again"));
    }
  });
}

}  // namespace tend::serve
