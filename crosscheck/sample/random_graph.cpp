// Random graphs: ops of the catalogue joined wherever shapes fit, values used more than once, one output.
#include "crosscheck/sample/draw.h"
#include "crosscheck/sample/edit.h"

namespace plumbline::crosscheck {

using spec::Domain;
using spec::Index;
using spec::NodeId;

namespace {

constexpr int tries_per_node = 12, tries_per_graph = 8;  // until more than one op is left

bool is_free(const Domain& d) {
  return d.extent < 0 && !d.truth && d.lo == Domain::any().lo && d.hi == Domain::any().hi;
}

class GraphBuilder {
 public:
  GraphBuilder(const spec::Catalogue& catalogue, spec::Choices& choices, Pattern pattern, const Wish& wish)
      : entries_(catalogue.entries()), catalogue_(catalogue), choices_(choices), pattern_(pattern), wish_(wish) {}

  Case build(int nodes) {
    const int spare = choices_.coin() ? nodes / 2 : 0;
    for (int i = 0; i < nodes - spare; ++i)
      for (int t = 0; t < tries_per_node; ++t)
        if (add_node()) break;
    if (pool_.empty()) leaf(spec::Shape{2}, Domain::any());
    c_.graph.output(c_.graph.var(spare > 0 ? joined(spare) : pool_.back()));
    c_.data = data_;
    return *edited(c_, {});  // without the nodes that the output does not need
  }

 private:
  // One op on earlier values where its inputs allow, on new leaves elsewhere.
  bool add_node() {
    const spec::OpEntry& entry = *choices_.one_of(entries_);
    spec::OpSample sample = entry.sample(choices_);
    if (sample.shapes.empty()) return false;
    std::vector<NodeId> inputs = reused(sample);
    const spec::Shapes shapes = shapes_with(inputs, sample.shapes);
    const auto out = sample.op->shape(shapes);
    if (!out || out->size() + size_ > wish_.most_elements) return false;
    Index leaves = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const Index most = sample.op->index_extent(i, shapes), asked = sample.domains[i].extent;
      sample.domains[i].extent = asked > 0 && most > 0 ? std::min(asked, most) : most;
      sample.domains[i].ignored = sample.op->ignored_index();
      if (inputs[i] < 0) leaves += shapes[i].size();
      if (sample.domains[i].extent == 0 && shapes[i].size() > 0) return false;
      if (sample.domains[i].extent >= 0 && inputs[i] >= 0) return false;
    }
    if (out->size() + size_ + leaves > wish_.most_elements) return false;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (inputs[i] < 0) inputs[i] = leaf(shapes[i], sample.domains[i]);
    const auto id = c_.graph.try_apply(sample.op, inputs);
    if (!id) return false;
    size_ += out->size();
    pool_.push_back(*id);
    return true;
  }

  // For each input a value of the pool, or −1 for a new leaf. With the sampled shapes unless others are tried and fit.
  std::vector<NodeId> reused(const spec::OpSample& sample) {
    std::vector<NodeId> inputs(sample.shapes.size(), -1);
    if (pool_.empty()) return inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!is_free(sample.domains[i]) || choices_.pick(0, 4) == 4) continue;
      std::vector<NodeId> same;
      for (NodeId id : pool_)
        if (c_.graph.node(id).shape == sample.shapes[i]) same.push_back(id);
      if (!same.empty()) inputs[i] = choices_.one_of(same);
    }
    std::vector<NodeId> bold = inputs;
    for (std::size_t i = 0; i < bold.size(); ++i)
      if (bold[i] < 0 && is_free(sample.domains[i]))
        bold[i] = choices_.pick(0, 2) < 2 ? pool_.back() : choices_.one_of(pool_);
    return sample.op->shape(shapes_with(bold, sample.shapes)) ? bold : inputs;
  }

  spec::Shapes shapes_with(const std::vector<NodeId>& inputs, spec::Shapes shapes) const {
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (inputs[i] >= 0) shapes[i] = c_.graph.node(inputs[i]).shape;
    return shapes;
  }

  NodeId leaf(const spec::Shape& shape, const Domain& domain) {
    const std::string name = spec::concat('x', data_.size());
    const spec::Var v =
        domain.extent >= 0 ? c_.graph.index_input(name, shape, domain.extent) : c_.graph.input(name, shape);
    data_.push_back(fill(choices_, pattern_, shape, domain, wish_.format));
    size_ += shape.size();
    if (is_free(domain)) pool_.push_back(v.id());
    return v.id();
  }

  // The sum of the totals of values that no op uses yet, the latest first, as far as `spare` more nodes allow.
  NodeId joined(int spare) {
    const auto sum = catalogue_.parse("sum", {}), add = catalogue_.parse("add", {});
    if (!sum || !add) return pool_.back();
    std::vector<char> used(static_cast<std::size_t>(c_.graph.size()), 0);
    for (const spec::Node& node : c_.graph.nodes())
      for (NodeId i : node.inputs) used[static_cast<std::size_t>(i)] = 1;
    NodeId total = -1;
    for (std::size_t k = pool_.size(); k-- > 0 && spare > (total < 0 ? 0 : 1);) {
      const NodeId id = pool_[k];
      if (used[static_cast<std::size_t>(id)]) continue;
      spare -= total < 0 ? 1 : 2;
      const NodeId part = spec::value_or_throw(c_.graph.try_apply(*sum, {id}));
      total = total < 0 ? part : spec::value_or_throw(c_.graph.try_apply(*add, {total, part}));
    }
    return total < 0 ? pool_.back() : total;
  }

  std::vector<const spec::OpEntry*> entries_;
  const spec::Catalogue& catalogue_;
  spec::Choices& choices_;
  Pattern pattern_;
  const Wish& wish_;
  Case c_;
  std::vector<Values> data_;
  std::vector<NodeId> pool_;  // real values that ops may use
  Index size_ = 0;
};

}  // namespace

Case draw_graph(const spec::Catalogue& catalogue, spec::Choices& choices, Pattern pattern, const Wish& wish,
                int most_nodes) {
  const auto nodes = static_cast<int>(choices.pick(std::min(2, most_nodes), most_nodes));
  Case c;
  for (int t = 0; t < tries_per_graph && (t == 0 || (nodes > 1 && c.op_name() != "graph")); ++t)
    c = GraphBuilder(catalogue, choices, pattern, wish).build(nodes);
  const spec::Shape& shape = c.graph.node(c.output()).shape;
  if (wish.cotangent) c.cotangent = fill(choices, Pattern::normal, shape, Domain::any(), wish.format);
  return c;
}

Case draw_graph(const spec::Catalogue& catalogue, const DrawKey& key, const Wish& wish, int most_nodes) {
  static constexpr std::array mild{Pattern::grid, Pattern::normal, Pattern::uniform, Pattern::cancellation};
  RandomChoices choices(key.seed, key.law, "graph", key.number, key.attempt);
  Case c = draw_graph(catalogue, choices, mild[(key.number + key.attempt) % mild.size()], wish, most_nodes);
  c.seed = key.seed, c.number = key.number;
  return c;
}

}  // namespace plumbline::crosscheck
