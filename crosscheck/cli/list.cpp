// `crosscheck list`: what there is.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "crosscheck/audit/atomic_file.h"
#include "crosscheck/cli/catalogue_rows.h"
#include "crosscheck/cli/sentinels.h"
#include "crosscheck/cli/usage.h"
#include "crosscheck/cli/verb.h"
#include "crosscheck/report/report.h"
#include "crosscheck/report/table.h"

namespace plumbline::crosscheck {

using Json = nlohmann::ordered_json;

namespace {

std::string attributes_text(const spec::Attributes& attributes) {
  std::string text;
  for (const spec::Attribute& a : attributes) text += fmt::format("{}{}={}", text.empty() ? "" : " ", a.name, a.value);
  return text;
}

Json row_json(const Row& row) {
  Json json{{"name", row.name}, {"summary", row.summary}};
  if (!row.attributes.empty() || row.kind == "op") json["attributes"] = Json::object();
  for (const spec::Attribute& a : row.attributes) {
    json["attributes"][a.name] = a.value;
    if (const auto meaning = meaning_of_default(row.name, a); !meaning.empty()) json["meanings"][a.name] = meaning;
  }
  for (const auto& [name, values] : row.words) json["words"][name] = values;
  for (const auto& [name, value] : row.facts) json[name] = value;
  if (row.kind == "op") json["methods"] = row.methods;
  if (!row.kernels.empty()) json["kernels"] = row.kernels;
  if (!row.laws.empty()) json["laws"] = row.laws;
  return json;
}

std::string table_text(const std::string& kind, const std::vector<Row>& rows) {
  std::vector<Column> columns{{kind}};
  bool attributes = false, summaries = false;
  for (const Row& row : rows) attributes |= !row.attributes.empty(), summaries |= !row.summary.empty();
  if (!rows.empty())
    for (const auto& fact : rows.front().facts) columns.push_back({fact.first});
  if (attributes) columns.push_back({"attributes"});
  if (summaries) columns.push_back({"meaning"});
  Table table(columns);
  for (const Row& row : rows) {
    std::vector<std::string> cells{row.name};
    for (const auto& fact : row.facts) cells.push_back(fact.second);
    if (attributes) cells.push_back(attributes_text(row.attributes));
    if (summaries) cells.push_back(row.summary);
    table.add(std::move(cells));
  }
  return table.print();
}

std::string details_text(const Row& row) {
  std::string text = fmt::format("{} {}\n", row.kind, row.name);
  const auto line = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {:<11} {}\n", name, value);
  };
  line("meaning", row.summary);
  for (const spec::Attribute& a : row.attributes) {
    const std::string_view meaning = meaning_of_default(row.name, a);
    line("attribute", fmt::format("{}={}{}{}", a.name, a.value, meaning.empty() ? "" : "   ", meaning));
  }
  for (const auto& [name, values] : row.words) line("words", fmt::format("{}: {}", name, fmt::join(values, ", ")));
  for (const auto& [name, value] : row.facts) line(name, value);
  line("methods", fmt::format("{}", fmt::join(row.methods, ", ")));
  for (const std::string& kernel : row.kernels) line("kernel", kernel);
  line("laws", fmt::format("{}", fmt::join(row.laws, ", ")));
  return text;
}

class List final : public Verb {
 public:
  std::string_view name() const override { return "list"; }
  std::string_view summary() const override {
    return "what there is: ops, laws, layers, inits, losses, optims, schedules, kernels, subjects, mutants, models";
  }

  void declare(Flags& flags) override {
    flags.positionals(words_, "WHAT", "a kind, a name of one of its rows, or both: list ops, list softmax");
    flags.flag("--json", json_, "as JSON");
  }

  int run(const CommandLine&) override {
    if (words_.size() > 2) refuse("command line: found ", words_[2], ", expected at most a kind and a name");
    const auto kinds = row_kinds();
    if (!words_.empty())  // `list op softmax` is as good as `list ops softmax`
      for (const char* plural : {"s", "es"})
        if (std::find(kinds.begin(), kinds.end(), words_[0] + plural) != kinds.end()) words_[0] += plural;
    const bool has_kind = !words_.empty() && std::find(kinds.begin(), kinds.end(), words_[0]) != kinds.end();
    if (words_.size() == 2 && !has_kind)
      refuse("list: found ", words_[0], ", expected a kind", spec::did_you_mean(words_[0], kinds));
    const auto searched = has_kind ? std::vector<std::string>{words_[0]} : kinds;
    const std::string wanted = words_.empty() ? "" : has_kind ? (words_.size() == 2 ? words_[1] : "") : words_[0];
    checked(write_file("-", wanted.empty() ? overview(searched) : details(searched, wanted)));
    return 0;
  }

 private:
  std::string overview(const std::vector<std::string>& kinds) const {
    Json json{{"schema", "plumbline.list/1"}, {"version", version()}};
    std::string text;
    for (const std::string& kind : kinds) {
      const auto rows = rows_of(kind);
      json[kind] = Json::array();
      if (json_)
        for (const Row& row : rows) json[kind].push_back(row_json(kinds.size() == 1 ? detailed(row) : row));
      else
        text += (text.empty() ? "" : "\n") + table_text(kind, rows);
    }
    return json_ ? json.dump(2) + "\n" : text;
  }

  std::string details(const std::vector<std::string>& kinds, const std::string& wanted) const {
    std::vector<std::string> known = row_kinds();
    std::string text;
    Json json{{"schema", "plumbline.list/1"}, {"version", version()}};
    for (const std::string& kind : kinds)
      for (const Row& row : rows_of(kind)) {
        known.push_back(row.name);
        if (row.name != wanted) continue;
        const Row found = detailed(row);
        text += details_text(found);
        json[kind].push_back(row_json(found));
      }
    if (text.empty()) refuse("list: found ", wanted, ", expected a kind or a name", spec::did_you_mean(wanted, known));
    return json_ ? json.dump(2) + "\n" : text;
  }

  std::vector<std::string> words_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Verb> list_verb() { return std::make_unique<List>(); }

}  // namespace plumbline::crosscheck
