// Building the graphs of models.
#include "crosscheck/models/description.h"

#include "spec/ops/shape/full.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Var;

const std::vector<ModelDescription>& model_descriptions() {
  static const std::vector<ModelDescription> all = [] {
    std::vector<ModelDescription> list;
    add_dense_models(list), add_image_models(list), add_sequence_models(list);
    return list;
  }();
  return all;
}

spec::Result<DataSet> data_of(const ModelDescription& model, const std::string& file, std::uint64_t seed) {
  constexpr Index rows = 1000;
  if (model.data.empty() && file.empty()) return DataSet::made(rows, model.x, model.label, model.make, seed);
  if (model.data.empty())
    return spec::fail("--data: found ", file, ", but ", model.name, " learns from rows made from the seed only");
  return DataSet::read(file.empty() ? shipped_data(std::string(model.data)) : file, model.x, model.label, model.scale,
                       seed);
}

namespace {

spec::Shape batch_of(Index batch, const Feature& f) {
  spec::Shape shape{batch};
  for (Index a = 0; a < f.shape.rank(); ++a) shape.push_back(f.shape[a]);
  return shape;
}
Var leaf(spec::Graph& graph, const char* name, Index batch, const Feature& f) {
  const spec::Shape shape = batch_of(batch, f);
  return f.is_index() ? graph.index_input(name, shape, f.extent) : graph.input(name, shape);
}

spec::InitPlan plan_of(const runtime::Initialisation& from, std::uint64_t seed) {
  spec::InitPlan plan;
  plan.seed = seed;
  for (const auto& p : from.parameters) plan.parameters.push_back({p.name, p.shape, p.scheme, p.stream});
  return plan;
}

}  // namespace

TrainGraph forward_graph(const ModelDescription& model, Index batch, std::uint64_t seed, bool training) {
  runtime::nn::Recording r;
  r.seed = seed, r.training = training;
  TrainGraph g;
  const Var x = leaf(r.graph, "x", batch, model.x), labels = leaf(r.graph, "labels", batch, model.label);
  const ModelOutput built = model.build(runtime::nn::Scope(r), x, labels);
  r.graph.rename(built.output.id(), r.graph.unused("output"));
  r.graph.rename(built.loss.id(), r.graph.unused("loss"));
  r.graph.output(built.loss);
  g.x = x.id(), g.labels = labels.id(), g.output = built.output.id(), g.loss = built.loss.id();
  for (const spec::NodeId id : r.graph.leaves())
    if (r.graph.node(id).leaf == spec::Leaf::param) g.params.push_back(id);
  g.plan = plan_of(r.plan, seed);
  g.state = std::move(r.state);
  g.graph = std::move(r.graph);
  return g;
}

void append_gradients(TrainGraph& g) {
  const Var seed = g.graph.apply(spec::make_op(spec::Full{g.graph.node(g.loss).shape.dims(), 1.0}), {});
  for (const Var& ct : spec::append_grad(g.graph, g.loss, seed, g.params)) g.gradients.push_back(ct.id());
}

}  // namespace plumbline::crosscheck
