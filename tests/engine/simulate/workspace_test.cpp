// tend.toml: what is read, and the sentence for everything that cannot be.
#include "engine/simulate/workspace.hpp"

#include "tests/engine/simulate/scratch_folder.hpp"

using namespace tend;
using namespace tend::simulate;

namespace {

std::string refusal(std::string_view toml) {
  ScratchFolder folder;
  folder.write("tend.toml", toml);
  const auto workspace = load_workspace(folder.path());
  INFO(toml);
  REQUIRE_FALSE(workspace);
  return folder.shorten(workspace.error().message);
}

/// A source that is fine, with one line more.
std::string source_with(std::string_view line) {
  return "[sources.orders]\nfile = \"orders.csv\"\nevent = \"order\"\ncustomer = \"customer_id\"\nat = "
         "\"ordered_at\"\n" +
         std::string(line) + "\n";
}

}  // namespace

TEST_CASE("a workspace as the guide shows it") {
  ScratchFolder folder;
  folder.write("tend.toml", R"(
[workspace]
name = "tea-house"
language = "zh"

[sources.people]
file = "people.csv"
customer = "id"
attributes = { name = "name", city = "city", tags = "tags", "consent.sms" = "sms_ok", consent.email = "email_ok" }

[sources.orders]
file = "data/orders.csv"
event = "order"
customer = "customer_id"
at = "ordered_at"
fields = { amount = { column = "sum", currency = "USD" }, quantity = "quantity" }

[channels.outbox]
adapter = "file"
path = "outbox.jsonl"
rate = "200/s"
)");
  folder.write("b.tend", "");
  folder.write("a/c.tend", "");
  folder.write("vendor/x.tend", "");
  folder.write(".hidden/y.tend", "");
  folder.write("notes.txt", "");
  const auto workspace = load_workspace(folder.path());
  INFO((workspace ? "" : workspace.error().message));
  REQUIRE(workspace);
  CHECK(workspace->name == "tea-house");
  CHECK(workspace->language == "zh");
  CHECK(workspace->config == folder / "tend.toml");
  CHECK(workspace->tend_files == std::vector<std::string>{folder / "a/c.tend", folder / "b.tend"});
  REQUIRE(workspace->sources.size() == 2);
  const Source& orders = workspace->sources[0];
  CHECK(orders.name == "orders");
  CHECK(orders.path == folder / "data/orders.csv");
  CHECK(orders.event == "order");
  CHECK(orders.at == "ordered_at");
  CHECK(orders.line == 11);
  REQUIRE(orders.fields.size() == 2);
  CHECK(orders.fields[0].name == "amount");
  CHECK(orders.fields[0].column == "sum");
  CHECK(orders.fields[0].currency == "USD");
  CHECK(orders.fields[0].line == 16);
  CHECK(orders.fields[1].column == "quantity");
  const Source& people = workspace->sources[1];
  CHECK(people.at.empty());
  REQUIRE(people.attributes.size() == 5);
  CHECK(people.attributes[1].name == "consent.email");
  CHECK(people.attributes[1].column == "email_ok");
  CHECK(people.attributes[2].name == "consent.sms");
  CHECK(people.attributes[4].name == "tags");
  REQUIRE(workspace->channels.size() == 1);
  CHECK(workspace->channels[0].adapter == "file");
  CHECK(workspace->channels[0].options ==
        std::map<std::string, std::string>{{"path", "outbox.jsonl"}, {"rate", "200/s"}});
}

TEST_CASE("a folder without tend.toml and a lone file are workspaces too") {
  ScratchFolder folder;
  folder.write("a.tend", "");
  folder.write("b.tend", "");
  const auto whole = load_workspace(folder.path());
  REQUIRE(whole);
  CHECK(whole->config.empty());
  CHECK(whole->tend_files.size() == 2);
  CHECK(whole->sources.empty());

  folder.write("tend.toml", "nonsense");
  const auto lone = load_workspace(folder / "b.tend");
  REQUIRE(lone);
  CHECK(lone->tend_files == std::vector<std::string>{folder / "b.tend"});
  CHECK(lone->folder == folder.path());

  CHECK(load_workspace(folder / "none").error().code == ErrorCode::not_found);
  CHECK(folder.shorten(load_workspace(folder / "none").error().message) == "there is no file or folder `none`");
  CHECK(folder.shorten(load_workspace(folder / "none.tend").error().message) == "there is no file `none.tend`");
  CHECK(folder.shorten(load_workspace(folder / "tend.toml").error().message) ==
        "`tend.toml` is neither a folder nor a file that ends in `.tend`");
}

TEST_CASE("files are listed once, however they are named") {
  ScratchFolder folder;
  folder.write("x/a.tend", "");
  folder.write("b.tend", "");
  const auto listed = list_tend_files({folder / "x/a.tend", folder.path(), folder / "x"});
  REQUIRE(listed);
  CHECK(*listed == std::vector<std::string>{folder / "b.tend", folder / "x/a.tend"});
}

TEST_CASE("folders nest only so deep, and links that lead back are found out") {
  ScratchFolder folder;
  std::string deep;
  for (std::size_t i = 0; i < limits::kFolderDepthMax; ++i) deep += "d/";
  folder.write(deep + "a.tend", "");
  CHECK(list_tend_files({folder.path()}));
  folder.write(deep + "d/b.tend", "");
  const auto refused = list_tend_files({folder.path()});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.starts_with("folders are nested more than 16 deep at `"));

  ScratchFolder looped;
  std::filesystem::create_directory_symlink(looped.path(), looped / "loop");
  CHECK_FALSE(list_tend_files({looped.path()}));
}

TEST_CASE("paths as the user would type them") {
  CHECK(path_in(".", "a.csv") == "a.csv");
  CHECK(path_in("shop", "a.csv") == "shop/a.csv");
  CHECK(path_in("shop/", "a.csv") == "shop/a.csv");
  CHECK(path_in("shop", "/data/a.csv") == "/data/a.csv");
}

TEST_CASE("broken TOML has its line") {
  CHECK(refusal("[workspace]\nname = \"a\nlanguage = \"zh\"\n").starts_with("tend.toml:2: broken TOML"));
  CHECK(refusal("[workspace]\nname = \"a\"\nname = \"b\"\n").starts_with("tend.toml:3: broken TOML"));
  CHECK(refusal("nonsense").starts_with("tend.toml:1: broken TOML"));
}

TEST_CASE("unknown keys are errors with the nearest known one") {
  CHECK(refusal("[workspce]\nname = \"a\"\n") ==
        "tend.toml:1: the file has no key `workspce`: did you mean `workspace`?");
  CHECK(refusal("[workspace]\nnam = \"a\"\n") == "tend.toml:2: `[workspace]` has no key `nam`: did you mean `name`?");
  CHECK(refusal(source_with("feilds = {}")) ==
        "tend.toml:6: source `orders` has no key `feilds`: did you mean `fields`?");
  CHECK(refusal(source_with("zzz = 1")) ==
        "tend.toml:6: source `orders` has no key `zzz`: it has `file`, `event`, `customer`, `at`, `fields`, "
        "`attributes`, `postgres`, `query`, `cursor`, `timeout`");
  CHECK(refusal(source_with("fields = { amount = { column = \"a\", curency = \"USD\" } }")) ==
        "tend.toml:6: source `orders`: `amount` has no key `curency`: did you mean `currency`?");
  CHECK(refusal("[dependencies]\nretention = \"1\"\n") ==
        "tend.toml:2: the dependency `retention` must say where it is: `retention = { path = \"../retention\" }`");
  CHECK(refusal("[dependencies]\nretention = { pth = \"x\" }\n") ==
        "tend.toml:2: the dependency `retention` has no key `pth`: did you mean `path`?");
  CHECK(refusal("[package]\nversion = \"1\"\n") == "tend.toml:1: `[package]` has no name: add `name = \"…\"`");
  CHECK(refusal("[package]\nname = \"std\"\n") == "tend.toml:1: `std` cannot be the name of a package");
}

TEST_CASE("what a source needs") {
  CHECK(refusal("[sources.orders]\nevent = \"order\"\n") ==
        "tend.toml:1: source `orders` names no file: add `file = \"orders.csv\"`");
  CHECK(refusal("[sources.orders]\nfile = \"o.csv\"\nevent = \"order\"\nat = \"t\"\n") ==
        "tend.toml:1: source `orders` does not say which column holds the customer's id: add `customer = \"…\"`");
  CHECK(refusal("[sources.orders]\nfile = \"o.csv\"\ncustomer = \"id\"\n") ==
        "tend.toml:1: source `orders` has neither `event` nor `attributes`, so nothing would be read from it");
  CHECK(refusal("[sources.orders]\nfile = \"o.csv\"\ncustomer = \"id\"\nevent = \"order\"\n") ==
        "tend.toml:4: source `orders` has events but no `at`: add the column that says when they happened");
  CHECK(refusal(
            "[sources.p]\nfile = \"o.csv\"\ncustomer = \"id\"\nattributes = { a = \"a\" }\nfields = { x = \"x\" }\n") ==
        "tend.toml:5: source `p` has `fields` but no `event` that they belong to");
}

TEST_CASE("a source in a database") {
  const std::string rest = "customer = \"id\"\nevent = \"order\"\nat = \"t\"\n";
  const std::string query = "query = \"select * from o\"\n", cursor = "cursor = \"nr\"\n";
  const auto with = [&](const std::string& lines) { return "[sources.orders]\n" + lines + rest; };
  CHECK(
      refusal(with("postgres = \"host=db password=hunter2\"\n" + query + cursor)) ==
      "tend.toml:2: source `orders`: `postgres` says where the connection string is, not what it is: write `env:NAME` "
      "or `file:PATH`");
  const std::string dsn = "postgres = \"env:DSN\"\n";
  CHECK(refusal(with(dsn + cursor)) ==
        "tend.toml:1: source `orders` has no `query`: add `query = \"select … from …\"`");
  CHECK(refusal(with(dsn + query)) ==
        "tend.toml:1: source `orders` has no `cursor`: add the column whose values grow with each new row, like an id");
  CHECK(refusal(with("file = \"o.csv\"\n" + dsn + query + cursor)) ==
        "tend.toml:3: source `orders` has both `file` and `postgres`: it can have one of them");
  CHECK(refusal(with("file = \"o.csv\"\n" + cursor)) ==
        "tend.toml:3: source `orders` has `cursor` but no `postgres` that it belongs to");
  CHECK(
      refusal(with(dsn + query + cursor + "timeout = \"soon\"\n")) ==
      "tend.toml:5: source `orders`: `timeout` must be a length of time like `\"10min\"`, and besides `min` there are "
      "`s`, `h` and `d`");
  ScratchFolder folder;
  folder.write("tend.toml", with(dsn + query + cursor + "timeout = \"30s\"\n"));
  const auto workspace = load_workspace(folder.path());
  REQUIRE(workspace);
  CHECK(workspace->sources[0].postgres == "env:DSN");
  CHECK(workspace->sources[0].query == "select * from o");
  CHECK(workspace->sources[0].cursor == "nr");
  CHECK(workspace->sources[0].timeout_ms == 30'000);
  CHECK(workspace->sources[0].path == "orders");
}

TEST_CASE("values of the wrong kind") {
  CHECK(refusal("sources = 3\n") == "tend.toml:1: `sources` must be a table");
  CHECK(refusal("[sources]\norders = \"o.csv\"\n") ==
        "tend.toml:2: source `orders` must be a table: write `[sources.orders]`");
  CHECK(refusal("[workspace]\nname = 3\n") == "tend.toml:2: `[workspace]`: `name` must be a text in quotes");
  CHECK(refusal("[workspace]\nname = \"\"\n") == "tend.toml:2: `[workspace]`: `name` is empty");
  CHECK(refusal("[workspace]\nlanguage = \"de\"\n") ==
        "tend.toml:2: there is no language `de`: `en` and `zh` are known");
  CHECK(refusal(source_with("fields = \"amount\"")) == "tend.toml:6: source `orders`: `fields` must be a table");
  CHECK(refusal(source_with("fields = { amount = 3 }")) ==
        "tend.toml:6: source `orders`: `amount` must be a column's name, or `{ column = \"…\", currency = \"…\" }`");
  CHECK(refusal(source_with("fields = { amount = { currency = \"USD\" } }")) ==
        "tend.toml:6: source `orders`: `amount` names no column");
  CHECK(refusal(source_with("fields = { amount = { column = \"a\", currency = \"dollar\" } }")) ==
        "tend.toml:6: source `orders`: `amount`: `dollar` is no currency: it is written like `CNY`");
  CHECK(refusal("[sources.\"a/b\"]\nfile = \"x\"\n") ==
        "tend.toml:1: `a/b` cannot be the name of a source: leave out blanks and slashes, and a point in front");
}

TEST_CASE("channels are checked where they stand") {
  CHECK(refusal("[channels.outbox]\npath = \"o\"\n") ==
        "tend.toml:1: channel `outbox` names no adapter: add `adapter = \"file\"`");
  CHECK(refusal("\n[channels.outbox]\nadapter = \"pigeon\"\n")
            .starts_with("tend.toml:2: channel `outbox`: there is no adapter `pigeon`"));
  CHECK(refusal("[channels.outbox]\nadapter = \"file\"\npath = [\"o\"]\n") ==
        "tend.toml:3: channel `outbox`: `path` must be a text, a number, true or false");
  CHECK(refusal("[channels.a]\nadapter = \"file\"\npath = \"o\"\n[channels.b]\nadapter = \"file\"\npath = \"o\"\n")
            .starts_with("tend.toml: "));
}

TEST_CASE("options of channels that are lists or tables") {
  ScratchFolder folder;
  const std::string lua = "[channels.sms]\nadapter = \"lua\"\nscript = \"x.lua\"\n";
  folder.write("tend.toml", lua +
                                "hosts = [\"a.example\", \"b.example:8443\"]\n"
                                "options = { url = \"https://a.example\", token = \"env:TOKEN\" }\n");
  const auto workspace = load_workspace(folder.path());
  INFO((workspace ? "" : workspace.error().message));
  REQUIRE(workspace);
  const channel::ChannelConfig& config = workspace->channels.at(0);
  CHECK(config.folder == folder.path());
  CHECK(config.options == std::map<std::string, std::string>{{"script", "x.lua"},
                                                             {"hosts", "a.example b.example:8443"},
                                                             {"options.url", "https://a.example"},
                                                             {"options.token", "env:TOKEN"}});
  CHECK(refusal(lua + "hosts = \"a\"\noptions = { n = 7 }\n").find("`options`: `n`") != std::string::npos);
  CHECK(refusal(lua + "host = [\"a\"]\n").find("did you mean `hosts`?") != std::string::npos);
  CHECK(refusal(lua + "hosts = [7]\n").find("`hosts`") != std::string::npos);
  CHECK(refusal(lua + "hosts = { a = \"b\" }\n") ==
        "tend.toml:4: channel `sms`: `hosts` must be a text, a number, true or false");
  CHECK(refusal(lua + "hosts = \"a\"\noptions = \"x\"\n").find("has no option `options`") != std::string::npos);
}

TEST_CASE("limits of channels, teams") {
  ScratchFolder folder;
  folder.write("tend.toml", R"(
[channels.sms]
adapter = "console"
limits = { length = 500, variables = 10, private = false, approved = ["SMS_1001", "SMS_1002"], opt_out = "required", hours = "08:00-20:00", confirmation = "24h", window = true, items = ["template"] }

[teams]
west = ["s2", "s1"]
east = ["s3"]
)");
  const auto workspace = load_workspace(folder.path());
  INFO((workspace ? "" : workspace.error().message));
  REQUIRE(workspace);
  const channel::Limits& limits = workspace->channels.at(0).limits;
  CHECK(limits.length == 500);
  CHECK(limits.variables == 10);
  CHECK_FALSE(limits.carries_private);
  CHECK(limits.approved_only);
  CHECK(limits.approved == std::vector<std::string>{"SMS_1001", "SMS_1002"});
  CHECK(limits.needs_opt_out);
  CHECK(limits.open_to == 20 * 3'600'000);
  CHECK(limits.confirmation_ms == 24 * 3'600'000);
  CHECK(limits.has_window);
  CHECK(limits.items == std::vector<std::string>{"template"});
  REQUIRE(workspace->teams.size() == 2);
  CHECK(workspace->teams[0].name == "east");
  CHECK(workspace->teams[1].members == std::vector<std::string>{"s2", "s1"});

  const auto limit = [](const std::string& line) {
    return refusal("[channels.sms]\nadapter = \"console\"\nlimits = " + line + "\n");
  };
  CHECK(limit("3") == "tend.toml:3: channel `sms`: `limits` must be a table like `{ length = 500 }`");
  CHECK(limit("{ lenght = 3 }") == "tend.toml:3: channel `sms`: `limits` has no key `lenght`: did you mean `length`?");
  CHECK(limit("{ length = 0 }") ==
        "tend.toml:3: channel `sms`: `limits`: `length` must be a whole number from 1 to 1000000");
  CHECK(limit("{ private = \"no\" }") == "tend.toml:3: channel `sms`: `limits`: `private` must be true or false");
  CHECK(limit("{ approved = [] }") ==
        "tend.toml:3: channel `sms`: `limits`: `approved` must be a list like `[\"a\", \"b\"]`");
  CHECK(limit("{ hours = \"8-20\" }") ==
        "tend.toml:3: channel `sms`: `limits`: `hours` must be hours like `\"08:00-20:00\"`");
  CHECK(limit("{ items = [\"txt\"] }").starts_with("tend.toml:3: channel `sms`: `limits`: a message has no `txt`"));
  CHECK(refusal("[teams]\nwest = [\"s1\", \"s1\"]\n") == "tend.toml:2: team `west`: `s1` stands twice");
  CHECK(refusal("[teams]\nwest = \"s1\"\n") == "tend.toml:2: team `west` must be a list like `[\"a\", \"b\"]`");
}

TEST_CASE("wordings of consents") {
  const std::string channels = "[channels.mail]\nadapter = \"file\"\npath = \"m.jsonl\"\n";
  ScratchFolder folder;
  folder.write("consents/n3.txt", "We write once a week.\n");
  folder.write("tend.toml",
               channels +
                   "[consents.wordings.\"newsletter-3\"]\nchannel = \"mail\"\nfrom = 2026-03-01\n"
                   "text = \"file:consents/n3.txt\"\n"
                   "[consents.wordings.goods]\npurpose = \"marketing\"\nfrom = 2025-12-24\ntext = \"好\"\n");
  const auto workspace = load_workspace(folder.path());
  INFO((workspace ? "" : workspace.error().message));
  REQUIRE(workspace);
  REQUIRE(workspace->wordings.size() == 2);
  CHECK(workspace->wordings[0].name == "goods");
  CHECK(workspace->wordings[0].channel == "marketing");
  CHECK(workspace->wordings[0].text == "好");
  CHECK(workspace->wordings[1].channel == "mail");
  CHECK(workspace->wordings[1].from == "2026-03-01");
  CHECK(workspace->wordings[1].text == "We write once a week.\n");

  const auto wrong = [&](const std::string& lines) { return refusal(channels + "[consents.wordings.n]\n" + lines); };
  const std::string fine = "channel = \"mail\"\nfrom = 2026-03-01\n";
  CHECK(wrong(fine + "text = \"file:consents/n4.txt\"\n").starts_with("tend.toml:7: wording `n`: `text`: "));
  CHECK(wrong(fine + "text = \" \"\n") == "tend.toml:7: wording `n`: `text` is empty");
  CHECK(wrong(fine) == "tend.toml:4: wording `n` needs `text`: the words, or `file:PATH`");
  CHECK(wrong("channel = \"mial\"\nfrom = 2026-03-01\ntext = \"x\"\n") ==
        "tend.toml:5: wording `n`: there is no channel `mial`: did you mean `mail`?");
  CHECK(wrong("from = 2026-03-01\ntext = \"x\"\n") ==
        "tend.toml:4: wording `n` needs `channel` or `purpose`: what one consents to by it");
  CHECK(wrong("channel = \"mail\"\ntext = \"x\"\n") == "tend.toml:4: wording `n` needs `from`: a day, as 2026-03-01");
  CHECK(wrong("channel = \"mail\"\nfrom = \"soon\"\ntext = \"x\"\n") ==
        "tend.toml:6: wording `n` needs `from`: a day, as 2026-03-01");
  CHECK(wrong(fine + "txt = \"x\"\n") == "tend.toml:7: wording `n` has no key `txt`: did you mean `text`?");
  CHECK(refusal(channels + "[consents.wording.n]\n") ==
        "tend.toml:4: `[consents]` has no key `wording`: did you mean `wordings`?");
  // Two of one name are two tables of one name.
  CHECK(wrong(fine + "text = \"x\"\n[consents.wordings.\"n\"]\n" + fine + "text = \"y\"\n")
            .starts_with("tend.toml:8: broken TOML"));
}
