// A report as JSON, schema plumbline.report/1.
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "crosscheck/report/report.h"

namespace plumbline::crosscheck {

using Json = nlohmann::ordered_json;

namespace {

// JSON has no infinities: beyond every bound is the largest double.
Json number(double x) {
  if (std::isnan(x)) return nullptr;
  constexpr double largest = std::numeric_limits<double>::max();
  return std::clamp(x, -largest, largest);
}
Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json totals_json(const Report& report) {
  Json totals{{"cases", report.cases()}, {"elements", report.elements()}};
  for (Verdict v : spec::all_verdicts) totals[std::string(verdict_name(v))] = report.total(v);
  totals["redrawn"] = report.redrawn();
  totals["seconds"] = number(report.seconds);
  return totals;
}

Json cell_json(const Cell& cell) {
  Json verdicts = Json::object();
  for (const auto& [v, n] : cell.verdicts) verdicts[std::string(verdict_name(v))] = n;
  Json out{{"op", cell.op},
           {"law", cell.law},
           {"subject", cell.subject},
           {"kernel", cell.kernel},
           {"fallback", cell.fallback},
           {"cases", cell.cases},
           {"elements", cell.elements},
           {"verdicts", verdicts},
           {"max_ratio", number(cell.max_ratio)},
           {"median_ratio", number(cell.median_ratio)},
           {"max_ulp", number(cell.max_ulp)},
           {"zero_tolerance_elements", cell.zero_tolerance_elements},
           {"unjudged_elements", cell.unjudged_elements},
           {"refined_elements", cell.refined_elements},
           {"stood_down_elements", cell.stood_down_elements},
           {"redrawn", cell.redrawn},
           {"seconds", number(cell.seconds)}};
  if (!cell.note.empty()) out["note"] = cell.note;
  return out;
}

Json finding_json(const Finding& f) {
  const Json exact = f.exact_lo.empty() ? Json(nullptr) : Json{{"lo", f.exact_lo}, {"hi", f.exact_hi}};
  return {{"id", f.id},
          {"verdict", verdict_name(f.verdict)},
          {"op", f.op},
          {"law", f.law},
          {"subject", f.subject},
          {"node", text_or_null(f.node)},
          {"element", f.element},
          {"exact", exact},
          {"bound", text_or_null(f.bound)},
          {"got", text_or_null(f.got)},
          {"ratio", number(f.ratio)},
          {"introduced", text_or_null(f.introduced)},
          {"propagated", text_or_null(f.propagated)},
          {"message", f.message},
          {"cause", f.cause},
          {"replay", text_or_null(f.replay)}};
}

Json branches_json(const OpCoverage& op) {
  Json branches = Json::array();
  for (const auto& [place, b] : op.branches)
    branches.push_back({{"place", place}, {"taken", b.taken}, {"not_taken", b.not_taken}});
  return branches;
}

Json coverage_json(const std::string& name, const OpCoverage& op) {
  Json json{{"op", name}, {"cases", op.cases}};
  json["attributes"] = Json::object();
  for (const auto& [attribute, a] : op.attributes)
    json["attributes"][attribute] = {{"values", a.values}, {"default", a.default_value}, {"other", a.other_value}};
  json["missed"] = op.missed;
  json["untried"] = op.untried;
  json["shapes"] = op.shapes;
  json["floats"] = Json::array();
  for (const FloatTally& t : op.floats) {
    Json kinds = Json::object();
    for (std::size_t k = 0; k < float_kinds.size(); ++k) kinds[std::string(float_kinds[k])] = t[k];
    json["floats"].push_back(std::move(kinds));
  }
  json["branches"] = branches_json(op);
  return json;
}

}  // namespace

std::string json_report(const Report& report) {
  const Host host = this_host();
  Json json{
      {"schema", "plumbline.report/1"}, {"version", version()}, {"command", report.command}, {"seed", report.seed}};
  json["host"] = {
      {"cpu", host.cpu}, {"compiler", host.compiler}, {"flags", host.flags}, {"device", text_or_null(host.device)}};
  json["totals"] = totals_json(report);
  json["interrupted"] = report.interrupted;
  json["cells"] = Json::array();
  for (const Cell& cell : report.cells) json["cells"].push_back(cell_json(cell));
  json["findings"] = Json::array();
  for (const Finding& f : report.findings) json["findings"].push_back(finding_json(f));
  json["notes"] = report.notes;
  json["coverage"] = Json::array();
  for (const auto& [name, op] : report.coverage) json["coverage"].push_back(coverage_json(name, op));
  return json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

}  // namespace plumbline::crosscheck
