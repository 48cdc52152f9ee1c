// Reading a graph, making its data, running it there and back.
#include "crosscheck/models/graph_file.h"

#include <filesystem>

#include "crosscheck/audit/text_file.h"
#include "crosscheck/models/audit.h"
#include "crosscheck/models/graphspec_file.h"
#include "crosscheck/sample/choices.h"
#include "crosscheck/sample/patterns.h"
#include "runtime/io/graphspec_file.h"
#include "spec/ops/shape/full.h"

namespace plumbline::crosscheck {

using spec::Graph;
using spec::Leaf;
using spec::NodeId;
using spec::Result;

namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 26;
constexpr spec::Index most_node_elements = spec::Index{1} << 24;

Result<std::string> read_text_file(const std::string& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error))
    return spec::fail(file, ": found no regular file, expected a graph in text form");
  return read_text(file, most_bytes);
}

Result<Graph> graph_of(const std::string& text, const std::string& file) {
  auto graph = spec::parse_graph(text, spec::Catalogue::builtin(), file);
  if (graph && graph->outputs().empty()) return spec::fail(file, ": found no output, expected `output name`");
  return graph;
}

Result<std::vector<Values>> make_data(const Graph& graph, const std::string& file, std::uint64_t seed,
                                      const std::map<NodeId, Values>& given) {
  std::vector<Values> data;
  for (NodeId id : graph.leaves()) {
    const spec::Node& node = graph.node(id);
    if (const auto known = given.find(id); known != given.end()) {
      data.push_back(known->second);
      continue;
    }
    if (node.shape.size() > most_node_elements)
      return spec::fail(file, ": found leaf ", node.name, " of ", node.shape.size(), " elements, expected at most ",
                        most_node_elements);
    if (node.extent == 0 && node.shape.size() > 0)
      return spec::fail(file, ": found leaf ", node.name, " with extent 0, expected no elements");
    RandomChoices random(seed, "model", node.name, static_cast<std::uint64_t>(id));
    data.push_back(fill(random, Pattern::normal, node.shape,
                        node.extent >= 0 ? spec::Domain::index(node.extent) : spec::Domain::any()));
  }
  return data;
}

// The reverse mode of the first output, with respect to the params, or to every real input where there are none.
void append_backward(Graph& graph) {
  std::vector<NodeId> params, inputs;
  for (NodeId id : graph.leaves())
    if (graph.node(id).extent < 0) (graph.node(id).leaf == Leaf::param ? params : inputs).push_back(id);
  const NodeId output = graph.outputs().front();
  if (graph.node(output).leaf != Leaf::none) return;
  const auto seed = graph.apply(spec::make_op(spec::Full{graph.node(output).shape.dims(), 1.0}), {});
  spec::append_grad(graph, output, seed, params.empty() ? inputs : params);
}

}  // namespace

Result<void> check_sizes(const Graph& graph, std::string_view place, spec::Index most) {
  for (const spec::Node& node : graph.nodes())
    if (node.shape.size() > most)
      return spec::fail(place, ": shape: found a result of shape ", node.shape, ", expected at most ", most,
                        " elements");
  return {};
}

Result<Report> audit_graph(Graph graph, const ModelOptions& options, const ModelSubjects& subjects,
                           std::ostream& table, const std::map<NodeId, Values>& given) {
  auto data = make_data(graph, options.model, options.seed, given);
  if (!data) return tl::unexpected(data.error());
  append_backward(graph);
  if (auto ok = check_sizes(graph, options.model, most_node_elements); !ok) return tl::unexpected(ok.error());
  std::vector<NodeId> nodes;
  for (NodeId id = 0; id < graph.size(); ++id)
    if (graph.node(id).leaf == Leaf::none) nodes.push_back(id);
  RunOptions run;
  run.threads = options.threads;
  const auto result = subjects.graph->run(graph, *data, nodes, run);
  if (!result) return tl::unexpected(result.error());
  std::vector<Values> values(static_cast<std::size_t>(graph.size()));
  const auto leaves = graph.leaves();
  for (std::size_t i = 0; i < leaves.size(); ++i) values[static_cast<std::size_t>(leaves[i])] = (*data)[i];
  for (std::size_t i = 0; i < nodes.size(); ++i) values[static_cast<std::size_t>(nodes[i])] = result->values[i];
  ModelReport report(subjects.graph->name(), options.out);
  table << "its graph, there and back once, on data made from seed " << options.seed << '\n';
  const auto kernel = [&](NodeId id) { return subjects.graph->kernel(graph, id); };
  audit_graph({graph, values, kernel}, spec::concat(options.model, ", seed ", options.seed), options.judge, report,
              table);
  return report.finish();
}

Result<Report> audit_graph_file(const ModelOptions& options, const ModelSubjects& subjects, std::ostream& table) {
  const auto text = read_text_file(options.model);
  if (!text) return tl::unexpected(text.error());
  if (looks_like_graphspec(*text)) {
    const auto spec = runtime::io::read_graphspec(options.model, spec::PrimitiveTable::builtin());
    if (!spec) return tl::unexpected(spec.error());
    return audit_graphspec(*spec, options, subjects, table);
  }
  auto graph = graph_of(*text, options.model);
  if (!graph) return tl::unexpected(graph.error());
  if (auto ok = check_idle(options, {}, "nothing is trained: the file holds a graph"); !ok)
    return tl::unexpected(ok.error());
  return audit_graph(std::move(*graph), options, subjects, table);
}

}  // namespace plumbline::crosscheck
