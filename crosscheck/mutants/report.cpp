// The kill score as text and as JSON.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

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

}  // namespace

std::vector<const Kill*> survivors(const std::vector<Kill>& kills) {
  std::vector<const Kill*> out;
  for (const Kill& k : kills)
    if (!k.killed && k.reason.empty()) out.push_back(&k);
  return out;
}

std::string mutant_text(const std::vector<Kill>& kills) {
  Table table({{"planted"}, {"stage"}, {"bug"}, {"caught by"}, {"as"}, {"cases", true}});
  for (const Kill& k : kills)
    table.add({k.name, std::string(stage_names[static_cast<std::size_t>(k.stage)]), brief(k.bug),
               k.killed ? k.law : "-", k.killed ? std::string(verdict_name(k.verdict)) : "-", std::to_string(k.cases)});
  std::string out = table.print() + "\n";
  for (const Kill& k : kills)
    if (!k.killed)
      out += spec::concat("survived: ", k.name, ": ", k.bug, k.reason.empty() ? "" : "; reason: ", k.reason, '\n');
  const Counts n = count(kills);
  for (std::size_t s = 0; s < stage_names.size(); ++s)
    out += spec::concat(s > 0 ? "  " : "", n.by_stage[s], ' ', stage_names[s]);
  out += spec::concat("  in ", n.ops.size(), " ops, initialisers and optimisers");
  out += spec::concat("\n", kills.size(), " planted  ", n.killed, " killed  ", n.explained, " explained  ", n.survived,
                      " survived\n");
  return out;
}

std::string mutant_json(const std::vector<Kill>& kills, std::uint64_t seed) {
  using Json = nlohmann::ordered_json;
  const Counts n = count(kills);
  Json json{{"schema", "plumbline.mutants/1"}, {"version", version()}, {"seed", seed}};
  json["totals"] = {
      {"planted", kills.size()}, {"killed", n.killed}, {"explained", n.explained}, {"survived", n.survived}};
  json["mutants"] = Json::array();
  for (const Kill& k : kills)
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
                               {"seconds", k.seconds}});
  return json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

}  // namespace plumbline::crosscheck
