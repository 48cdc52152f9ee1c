// Collecting the rows of `crosscheck list`.
#include "crosscheck/cli/catalogue_rows.h"

#include <algorithm>

#include <fmt/format.h>

#include "crosscheck/laws/graphs/graphspec_law.h"
#include "crosscheck/laws/init/init_law.h"
#include "crosscheck/laws/law.h"
#include "crosscheck/laws/layers/layer_law.h"
#include "crosscheck/laws/optim/optim_law.h"
#include "crosscheck/models/model.h"
#include "crosscheck/mutants/mutant.h"
#include "crosscheck/sample/draw.h"
#include "crosscheck/subjects/subject.h"
#include "runtime/core/kernel.h"
#include "spec/graph/catalogue.h"
#include "spec/lang/initialiser.h"
#include "spec/lang/optimiser.h"
#include "spec/lang/schedule.h"

namespace plumbline::crosscheck {

namespace {

std::string claims_text(const spec::Claims& claims) {
  const std::string text = print_claims(claims);
  return text.empty() ? "default" : text;
}

std::vector<Row> op_rows() {
  std::vector<Row> rows;
  const auto catalogue = spec::Catalogue::builtin();
  for (const spec::OpEntry* e : catalogue.entries()) {
    Row row{"op",
            std::string(e->name),
            std::string(e->summary),
            e->defaults,
            {},
            {e->methods.begin(), e->methods.end()},
            {},
            {}};
    const std::string arity = e->least_inputs == e->most_inputs
                                  ? fmt::to_string(e->least_inputs)
                                  : fmt::format("{} to {}", e->least_inputs, e->most_inputs);
    for (const spec::Words& w : e->words) row.words.emplace_back(w.field, w.list());
    row.facts = {{"inputs", arity}, {"derivative", e->has_vjp ? "yes" : "no"}};
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<Row> law_rows() {
  std::vector<Row> rows;
  for (const auto& law : all_laws())
    rows.push_back(
        {"law", std::string(law->name()), std::string(law->summary()), {}, {{"of", "ops, graphs"}}, {}, {}, {}});
  for (const auto& law : all_init_laws())
    rows.push_back({"law", std::string(law->name()), std::string(law->summary()), {}, {{"of", "inits"}}, {}, {}, {}});
  for (const auto& law : all_optim_laws())
    rows.push_back({"law", std::string(law->name()), std::string(law->summary()), {}, {{"of", "optims"}}, {}, {}, {}});
  rows.push_back({"law", std::string(layer_law_name), std::string(layer_law_summary), {}, {{"of", "layers"}}, {}, {},
                  {}});
  rows.push_back({"law", std::string(graphspec_law_name), std::string(graphspec_law_summary), {}, {{"of", "models"}},
                  {}, {}, {}});
  rows.push_back({"law", "clip_gradients", "clipped gradients lie within the bound of the exact formula", {},
                  {{"of", "optims"}}, {}, {}, {}});
  rows.push_back({"law", "schedule_rates", "the rate of every update lies within the bound of the exact formula", {},
                  {{"of", "schedules"}}, {}, {}, {}});
  return rows;
}

// A variant of described structs, each with a name and a summary.
template <class Variant>
std::vector<Row> variant_rows(const std::string& kind, const std::vector<Variant>& all) {
  std::vector<Row> rows;
  for (const Variant& v : all)
    rows.push_back(std::visit(
        [&](const auto& x) {
          using T = std::decay_t<decltype(x)>;
          return Row{kind, std::string(T::name), std::string(T::summary), spec::attributes_of(x), {}, {}, {}, {}};
        },
        v));
  return rows;
}

// One row for each kernel, device and claims, with the dtypes that have them.
std::vector<Row> kernel_rows() {
  std::vector<Row> rows;
  const auto table = runtime::KernelTable::builtin();
  for (const runtime::Kernel* k : table.kernels()) {
    const std::string device(name_of(k->device)), dtype(name_of(k->dtype));
    const auto same = std::find_if(rows.begin(), rows.end(), [&](const Row& row) {
      return row.name == k->name && row.facts[0].second == k->op && row.facts[1].second == device &&
             row.facts[3].second == claims_text(k->claims);
    });
    if (same != rows.end())
      same->facts[2].second += " " + dtype;
    else
      rows.push_back({"kernel",
                      k->name,
                      "",
                      {},
                      {{"op", k->op}, {"device", device}, {"dtype", dtype}, {"claims", claims_text(k->claims)}},
                      {},
                      {},
                      {}});
  }
  const runtime::Kernel& f = table.fallback();
  rows.push_back({"kernel",
                  f.name,
                  "",
                  {},
                  {{"op", "any other"},
                   {"device", "cpu"},
                   {"dtype", "f32 f64 f16 bf16"},
                   {"claims", claims_text(f.claims)}},
                  {},
                  {},
                  {}});
  return rows;
}

// The registry's layers, each with the params of a case that has them all, or nearly.
std::vector<Row> layer_rows() {
  std::vector<Row> rows;
  for (const Layer& layer : all_layers()) {
    std::string params;
    std::size_t most = 0;
    for (std::uint64_t number = 0; number < 8; ++number) {
      const auto c = draw_layer_case(layer, 1, number, 0);
      if (!c || c->plan.parameters.size() <= most) continue;
      most = c->plan.parameters.size();
      params.clear();
      for (const auto& p : c->plan.parameters) params += (params.empty() ? "" : " ") + p.name;
    }
    constexpr std::size_t widest = 96;
    if (params.size() > widest) params = params.substr(0, params.rfind(' ', widest)) + " ...";
    rows.push_back(
        {"layer", std::string(layer.name), std::string(layer.summary), {}, {{"params", params}}, {}, {}, {}});
  }
  return rows;
}

// A loss reduces its terms and has a derivative, but is none.
bool is_loss(const Row& row) {
  const auto reduces = [](const spec::Attribute& a) { return a.name == "reduction"; };
  const bool derived = std::find(row.facts.begin(), row.facts.end(),
                                 std::pair<std::string, std::string>("derivative", "yes")) != row.facts.end();
  return std::any_of(row.attributes.begin(), row.attributes.end(), reduces) && derived && !row.name.ends_with("_grad");
}

std::vector<Row> loss_rows() {
  std::vector<Row> rows;
  for (Row& row : op_rows())
    if (is_loss(row)) {
      row.kind = "loss";
      rows.push_back(std::move(row));
    }
  return rows;
}

std::vector<Row> rows_of_models() {
  std::vector<Row> rows;
  for (const ModelRow& m : model_rows())
    rows.push_back({"model", m.name, m.summary, {}, {{"data", m.data}}, {}, {}, {}});
  return rows;
}

std::vector<Row> subject_rows() {
  std::vector<Row> rows;
  for (const auto& subject : cpu_subjects())
    rows.push_back({"subject",
                    subject->name(),
                    spec::concat("our CPU runtime, data in ", subject->format().name),
                    {},
                    {},
                    {},
                    {},
                    {}});
  rows.push_back({"subject", "mutant:NAME",
                  "the CPU runtime with a planted bug, such as mutant:softmax/wrong_axis: see list mutants",
                  {}, {}, {}, {}, {}});
  return rows;
}

std::vector<Row> mutant_rows() {
  std::vector<Row> rows;
  for (const Mutant& m : all_mutants()) rows.push_back({"mutant", m.name, m.bug, {}, {{"in", m.op}}, {}, {}, {}});
  return rows;
}

}  // namespace

std::vector<std::string> row_kinds() {
  return {"ops",     "laws",     "layers",  "inits", "losses", "optims", "schedules",
          "kernels", "subjects", "mutants", "models"};
}

std::vector<Row> rows_of(const std::string& kind) {
  if (kind == "ops") return op_rows();
  if (kind == "laws") return law_rows();
  if (kind == "layers") return layer_rows();
  if (kind == "losses") return loss_rows();
  if (kind == "inits") return variant_rows("init", spec::all_initialisers());
  if (kind == "optims") {
    auto rows = variant_rows("optim", spec::all_optimisers());
    for (Row& row : variant_rows("optim", spec::all_clips())) rows.push_back(std::move(row));
    return rows;
  }
  if (kind == "schedules") return variant_rows("schedule", spec::all_schedules());
  if (kind == "kernels") return kernel_rows();
  if (kind == "models") return rows_of_models();
  if (kind == "subjects") return subject_rows();
  if (kind == "mutants") return mutant_rows();
  return {};
}

Row detailed(Row row) {
  if (row.kind != "op") return row;
  const auto catalogue = spec::Catalogue::builtin();
  const auto table = runtime::KernelTable::builtin();
  for (const runtime::Kernel* k : table.kernels(row.name))
    row.kernels.push_back(fmt::format("{} {} ({})", k->name, name_of(k->dtype), claims_text(k->claims)));
  if (row.kernels.empty()) row.kernels.push_back(fmt::format("{} (fallback to the definition)", table.fallback().name));
  for (const auto& law : all_laws()) {
    const auto c = draw_case(*catalogue.find(row.name), {1, law->name(), 0, 0}, law->wish());
    if (c && law->applies(*c)) row.laws.emplace_back(law->name());
  }
  return row;
}

}  // namespace plumbline::crosscheck
