// The kill score as text and as JSON.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "crosscheck/mutants/mutants.h"
#include "crosscheck/report/report.h"
#include "crosscheck/report/table.h"

namespace plumbline::crosscheck {

namespace {

// What remains of a text on one line of a table; cut between characters of UTF-8.
std::string brief(const std::string& text) {
  constexpr std::size_t most = 60;
  if (text.size() <= most) return text;
  std::size_t end = most - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

struct Counts {
  std::size_t killed = 0, explained = 0, survived = 0;
  std::size_t by_stage[stage_names.size()] = {};
  std::set<std::string> ops;
};

Counts count(const std::vector<Kill>& kills) {
  Counts n;
  for (const Kill& k : kills) {
    n.ops.insert(k.op);
    ++n.by_stage[static_cast<std::size_t>(k.stage)];
    ++(k.killed ? n.killed : k.reason.empty() ? n.survived : n.explained);
  }
  return n;
}

// What was caught of a group of bugs, by the laws and by each of the usual rules.
struct Score {
  std::size_t bugs = 0, laws = 0;
  std::size_t comparable = 0;  // bugs for which other tools have a test at all
  std::array<std::size_t, usual_rule_count> usual{};
  void add(const Kill& k) {
    ++bugs, laws += k.killed;
    if (!k.usual) return;
    ++comparable;
    for (std::size_t r = 0; r < usual_rule_count; ++r) usual[r] += (*k.usual)[r];
  }
};

bool is_everywhere(const Kill& k) {
  return std::any_of(planted_everywhere.begin(), planted_everywhere.end(),
                     [&](std::string_view name) { return k.name == spec::concat(k.op, '/', name); });
}

// The groups of the comparison: all, by who planted them, by stage, and by the law that caught them.
std::vector<std::pair<std::string, Score>> scores(const std::vector<Kill>& kills) {
  Score total, by_hand, everywhere;
  std::array<Score, stage_names.size()> by_stage;
  std::map<std::string, Score> by_law;
  for (const Kill& k : kills) {
    total.add(k);
    (is_everywhere(k) ? everywhere : by_hand).add(k);
    by_stage[static_cast<std::size_t>(k.stage)].add(k);
    if (k.killed) by_law[k.law].add(k);
  }
  std::vector<std::pair<std::string, Score>> out{
      {"all", total}, {"planted by hand", by_hand}, {"planted in every op", everywhere}};
  for (std::size_t s = 0; s < stage_names.size(); ++s)
    if (by_stage[s].bugs > 0) out.emplace_back(stage_names[s], by_stage[s]);
  for (const auto& [law, score] : by_law) out.emplace_back("caught by " + law, score);
  return out;
}

std::string share(std::size_t part, std::size_t whole) {
  if (whole == 0) return "-";
  return fmt::format("{} ({:.1f} %)", part, 100 * static_cast<double>(part) / static_cast<double>(whole));
}

// The same bugs under the usual checks, and how often these reject what is right.
std::string usual_text(const std::vector<Kill>& kills, const FalseAlarms& alarms) {
  std::vector<Column> columns{{"caught of"}, {"bugs", true}, {"our laws", true}};
  for (const UsualRule& rule : usual_rules) columns.push_back({std::string(rule.name), true});
  Table table(columns);
  for (const auto& [name, score] : scores(kills)) {
    std::vector<std::string> row{name, std::to_string(score.bugs), share(score.laws, score.bugs)};
    for (const std::size_t caught : score.usual) row.push_back(share(caught, score.comparable));
    table.add(row);
  }
  if (alarms.ops > 0) {
    std::vector<std::string> row{"correct ops rejected", std::to_string(alarms.ops), "-"};
    for (const std::size_t rejected : alarms.rejected) row.push_back(share(rejected, alarms.ops));
    table.add(row);
  }
  std::string out = "\n" + table.print() + "\n";
  out += "Others' rules, rewritten here, each on normal inputs of the same kinds of shapes: output and gradients\n"
         "beside those of the correct kernel; shares are of the bugs that have such a test. Correct ops: float32\n"
         "beside float64.\n";
  for (const UsualRule& rule : usual_rules) out += spec::concat("  ", rule.name, ": ", rule.source, '\n');
  return out + "\n";
}

nlohmann::ordered_json usual_json(const std::vector<Kill>& kills, const FalseAlarms& alarms) {
  using Json = nlohmann::ordered_json;
  const auto by_rule = [](const auto& counts) {
    Json json = Json::object();
    for (std::size_t r = 0; r < usual_rule_count; ++r) json[std::string(usual_rules[r].name)] = counts[r];
    return json;
  };
  Json json{{"rules", Json::array()}, {"groups", Json::array()}};
  for (const UsualRule& rule : usual_rules)
    json["rules"].push_back({{"name", rule.name}, {"source", rule.source}, {"inputs", rule.inputs}});
  for (const auto& [name, score] : scores(kills))
    json["groups"].push_back({{"group", name},
                              {"bugs", score.bugs},
                              {"laws", score.laws},
                              {"comparable", score.comparable},
                              {"usual", by_rule(score.usual)}});
  json["false_alarms"] = {{"ops", alarms.ops}, {"rejected", by_rule(alarms.rejected)}};
  return json;
}

}  // namespace

std::vector<const Kill*> survivors(const std::vector<Kill>& kills) {
  std::vector<const Kill*> out;
  for (const Kill& k : kills)
    if (!k.killed && k.reason.empty()) out.push_back(&k);
  return out;
}

std::string mutant_text(const std::vector<Kill>& kills, const FalseAlarms& alarms) {
  Table table({{"planted"}, {"stage"}, {"bug"}, {"caught by"}, {"as"}, {"cases", true}});
  for (const Kill& k : kills)
    table.add({k.name, std::string(stage_names[static_cast<std::size_t>(k.stage)]), brief(k.bug),
               k.killed ? k.law : "-", k.killed ? std::string(verdict_name(k.verdict)) : "-", std::to_string(k.cases)});
  std::string out = table.print() + "\n";
  for (const Kill& k : kills)
    if (!k.killed)
      out += spec::concat("survived: ", k.name, ": ", k.bug, k.reason.empty() ? "" : "; reason: ", k.reason, '\n');
  out += usual_text(kills, alarms);
  const Counts n = count(kills);
  for (std::size_t s = 0; s < stage_names.size(); ++s)
    out += spec::concat(s > 0 ? "  " : "", n.by_stage[s], ' ', stage_names[s]);
  out += spec::concat("  in ", n.ops.size(), " ops, initialisers and optimisers");
  out += spec::concat("\n", kills.size(), " planted  ", n.killed, " killed  ", n.explained, " explained  ", n.survived,
                      " survived\n");
  return out;
}

std::string mutant_json(const std::vector<Kill>& kills, std::uint64_t seed, const FalseAlarms& alarms) {
  using Json = nlohmann::ordered_json;
  const Counts n = count(kills);
  Json json{{"schema", "plumbline.mutants/1"}, {"version", version()}, {"seed", seed}};
  json["totals"] = {
      {"planted", kills.size()}, {"killed", n.killed}, {"explained", n.explained}, {"survived", n.survived}};
  json["usual_checks"] = usual_json(kills, alarms);
  json["mutants"] = Json::array();
  for (const Kill& k : kills) {
    Json usual = Json::object();
    for (std::size_t r = 0; r < usual_rule_count && k.usual; ++r)
      usual[std::string(usual_rules[r].name)] = (*k.usual)[r];
    json["mutants"].push_back({{"name", k.name},
                               {"op", k.op},
                               {"stage", stage_names[static_cast<std::size_t>(k.stage)]},
                               {"bug", k.bug},
                               {"killed", k.killed},
                               {"law", k.law},
                               {"verdict", verdict_name(k.verdict)},
                               {"message", k.message},
                               {"cases", k.cases},
                               {"reason", k.reason},
                               {"usual", usual},
                               {"seconds", k.seconds}});
  }
  return json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

}  // namespace plumbline::crosscheck
