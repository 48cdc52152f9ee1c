// Drawings for Graphviz.
#include "spec/graph/graphspec/graphspec.h"

namespace plumbline::spec {

namespace {

constexpr std::string_view style =
    "  rankdir=TB;\n"
    "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#f4f6fa\", color=\"#5b6b8c\", fontname=\"Helvetica\", "
    "fontsize=11];\n"
    "  edge [color=\"#5b6b8c\", fontname=\"Helvetica\", fontsize=9];\n";
constexpr std::string_view leaf_style = ", shape=ellipse, fillcolor=\"#e3f0e3\"";

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') out += "\\n";
    else out += c;
  }
  return out + '"';
}

// A name of its own above what it is.
std::string titled(const std::string& name, const std::string& what) {
  return name.empty() ? what : concat(name, '\n', what);
}

std::string box(std::string_view id, const std::string& label, std::string_view more = "") {
  return concat("  ", id, " [label=", quoted(label), more, "];\n");
}
std::string arrow(std::string_view from, std::string_view to, const std::string& label, std::string_view more = "") {
  return concat("  ", from, " -> ", to, " [label=", quoted(label), more, "];\n");
}

Index count(const ParameterSpecs& parameters) {
  Index n = 0;
  for (const ParameterSpec& p : parameters) n += p.shape.size();
  return n;
}

std::string node_of(Index id) { return concat('n', id); }

std::string outputs_of(std::size_t i, Index id, const Shape& shape) {
  const std::string out = concat("out", i);
  return box(out, concat("output ", i), leaf_style) + arrow(node_of(id), out, concat(shape));
}

}  // namespace

std::string to_dot(const GraphSpec& spec) {
  std::string text = concat("digraph graphspec {\n", style);
  for (TermId id = 0; id < spec.size(); ++id) {
    if (spec.is_input(id)) {
      text += box(node_of(id), concat(spec.name(id), ' ', spec.shape(id)), leaf_style);
      continue;
    }
    const Binding& b = spec.binding(id);
    std::string label = titled(b.name, print(b.primitive));
    if (!b.parameters.empty() && !b.shares) label += concat('\n', count(b.parameters), " parameters");
    text += box(node_of(id), label);
    for (const TermId i : b.inputs) text += arrow(node_of(i), node_of(id), concat(spec.shape(i)));
    if (b.shares) text += arrow(node_of(*b.shares), node_of(id), "parameters", ", style=dashed, constraint=false");
  }
  for (std::size_t i = 0; i < spec.outputs().size(); ++i)
    text += outputs_of(i, spec.outputs()[i], spec.shape(spec.outputs()[i]));
  return text + "}\n";
}

std::string to_dot(const Graph& graph) {
  std::string text = concat("digraph graph_of_ops {\n", style);
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& n = graph.node(id);
    if (n.leaf != Leaf::none) {
      text += box(node_of(id), concat(n.leaf == Leaf::param ? "param " : "", n.name, ' ', n.shape), leaf_style);
      continue;
    }
    text += box(node_of(id), titled(n.name, print(n.op)));
    for (const NodeId i : n.inputs) text += arrow(node_of(i), node_of(id), concat(graph.node(i).shape));
  }
  for (std::size_t i = 0; i < graph.outputs().size(); ++i)
    text += outputs_of(i, graph.outputs()[i], graph.node(graph.outputs()[i]).shape);
  return text + "}\n";
}

}  // namespace plumbline::spec
