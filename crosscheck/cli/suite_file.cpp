// Reading a suite from a TOML file.
#include <exception>

namespace plumbline::crosscheck {

// What a file that is no TOML makes of the parser, besides its own errors.
struct NoToml : std::exception {};

constexpr void expect_toml(bool sound) {
  if (!sound) throw NoToml();
}

}  // namespace plumbline::crosscheck

// Malformed files reach what the parser takes for impossible: an error of theirs, not the end of the program.
#undef NDEBUG
#define TOML_EXCEPTIONS 1
#define TOML_ASSERT(sound) plumbline::crosscheck::expect_toml(static_cast<bool>(sound))
#include <toml++/toml.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "crosscheck/audit/text_file.h"
#include "crosscheck/cli/arguments.h"
#include "crosscheck/cli/subjects.h"
#include "crosscheck/cli/suite_flags.h"
#include "crosscheck/cli/usage.h"

namespace plumbline::crosscheck {

namespace {

class SuiteReader {
 public:
  explicit SuiteReader(std::string file) : file_(std::move(file)) {}

  Suite read(const toml::table& table) {
    Suite suite = word(table, "base").value_or("quick") == "full" ? full_suite() : quick_suite();
    if (const auto base = word(table, "base")) parse_word(place(*table.get("base"), "base"), *base, {"quick", "full"});
    for (const auto& [key, node] : table) set(suite, std::string(key.str()), node);
    return suite;
  }

 private:
  std::string place(const toml::node& node, const std::string& key) const {
    return spec::concat(file_, ": line ", node.source().begin.line, ": ", key);
  }
  static std::optional<std::string> word(const toml::table& table, std::string_view key) {
    return table[key].value_exact<std::string>();
  }

  // A value as it is in the file, the kind of whatever is longer.
  static std::string shown(const toml::node& node) {
    constexpr std::size_t most = 60;
    if (const auto value = node.value_exact<std::int64_t>()) return std::to_string(*value);
    if (const auto value = node.value_exact<double>()) return spec::concat(*value);
    if (const auto value = node.value_exact<bool>()) return *value ? "true" : "false";
    if (const auto value = node.value_exact<std::string>())
      return spec::concat('"', printable(std::string_view(*value).substr(0, most)), '"');
    if (node.is_array()) return node.as_array()->empty() ? "an empty list" : "a list";
    return node.is_table() ? "a table" : "a date or time";
  }

  std::string text(const toml::node& node, const std::string& key) const {
    if (const auto value = node.value_exact<std::string>()) return *value;
    refuse(place(node, key), ": found ", shown(node), ", expected a text in quotes");
  }
  std::uint64_t count(const toml::node& node, const std::string& key, std::int64_t least) const {
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < least)
      refuse(place(node, key), ": found ", shown(node), ", expected an integer of at least ", least);
    return static_cast<std::uint64_t>(*value);
  }

  void set(Suite& suite, const std::string& key, const toml::node& node) const {
    if (key == "base") return static_cast<void>(text(node, key));
    if (key == "op")
      suite.op = text(node, key);
    else if (key == "law")
      suite.law = text(node, key);
    else if (key == "seed")
      suite.seed = count(node, key, 0);
    else if (key == "cases")
      suite.total_cases = count(node, key, 1);
    else if (key == "cases_per_cell")
      suite.cases_per_cell = count(node, key, 1);
    else if (key == "graph_cases")
      suite.graph_cases = count(node, key, 0);
    else if (key == "jobs")
      suite.jobs = static_cast<int>(std::min<std::uint64_t>(count(node, key, 1), 1024));
    else if (key == "findings")
      suite.most_findings = count(node, key, 1);
    else if (key == "time")
      suite.seconds = parse_seconds(place(node, key), text(node, key));
    else if (key == "subjects")
      suite.subjects = subjects_named(words(node, key));
    else if (key == "size")
      suite.size = factor(node, key);
    else
      refuse(place(node, key), ": found an unknown key, expected one of ", fmt::format("{}", fmt::join(keys(), ", ")),
             spec::did_you_mean(key, keys()));
  }

  std::vector<std::string> words(const toml::node& node, const std::string& key) const {
    const toml::array* list = node.as_array();
    if (list == nullptr || list->empty())
      refuse(place(node, key), ": found ", shown(node), ", expected a list of texts");
    std::vector<std::string> out;
    for (const toml::node& entry : *list) out.push_back(text(entry, key));
    return out;
  }
  double factor(const toml::node& node, const std::string& key) const {
    constexpr double least = 1.0 / 256, most = 256;
    const auto value = node.value<double>();
    if (!value || !(*value >= least && *value <= most))
      refuse(place(node, key), ": found ", shown(node), ", expected a number from ", least, " to ", most);
    return *value;
  }
  static std::vector<std::string> keys() {
    return {"base",           "op",          "law",  "subjects", "seed", "cases",
            "cases_per_cell", "graph_cases", "size", "time",     "jobs", "findings"};
  }

  std::string file_;
};

}  // namespace

Suite parse_suite(std::string_view text, const std::string& path) {
  toml::table table;
  try {
    table = toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    refuse(path, ": line ", error.source().begin.line, ": found what is no TOML (", error.description(),
           "), expected key = value");
  } catch (const NoToml&) {
    refuse(path, ": found what is no TOML, expected lines of key = value");
  }
  return SuiteReader(path).read(table);
}

Suite read_suite(const std::string& path) {
  constexpr std::size_t longest_suite = std::size_t{1} << 20;
  if (path.find('.') == std::string::npos && path.find('/') == std::string::npos)
    parse_word("--suite", path, {"quick", "full", "FILE.toml"});
  return parse_suite(checked(read_text(path, longest_suite)), path);
}

}  // namespace plumbline::crosscheck
