// GraphSpec: a model as a list of bindings in A-normal form: x₀, …; b_k = primitive_k(earlier names); outputs.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spec/graph/graphspec/table.h"

namespace plumbline::spec {

using TermId = std::int32_t;  // inputs first, then bindings

struct SpecInput {
  std::string name;
  Shape shape;
  Index extent = -1;  // integers in [0, extent); −1: real numbers
  bool operator==(const SpecInput&) const = default;
};

struct Binding {
  std::string name;                    // empty: known by its number
  Primitive primitive;
  std::vector<TermId> inputs;          // all smaller than the binding's own
  std::optional<TermId> shares;        // an earlier binding whose parameters it uses
  // What follows from these and the inputs' shapes:
  Shape shape = {};
  ParameterSpecs parameters = {};
  Index occurrence = -1;  // of a counted layer: how many indices of initialisation came before; else −1
  bool operator==(const Binding& o) const {
    return name == o.name && primitive == o.primitive && inputs == o.inputs && shares == o.shares;
  }
};

// A parameter of the whole: `encoder.weight`; one for each of a binding that does not share.
struct PlacedParameter {
  std::string name;
  ParameterSpec spec;  // with the primitive's own name for it
  TermId binding = -1;
  std::uint64_t seed = 0;
};

class GraphSpec;

// A name that is bound in a GraphSpec under construction. `x >> Linear{.out_features = 10} >> Relu{}` binds two more.
// It points to the spec: once that has been moved, assigned to or destroyed it is of no use.
class Term {
 public:
  Term() = default;
  Term(GraphSpec* spec, TermId id) : spec_(spec), id_(id) {}
  GraphSpec& spec() const { return *spec_; }
  TermId id() const { return id_; }
  const Shape& shape() const;

 private:
  GraphSpec* spec_ = nullptr;
  TermId id_ = -1;
};

// Primitives one after another, each of one input.
class Chain {
 public:
  Chain() = default;
  Chain(const Primitive& first) : links_{first} {}
  const std::vector<Primitive>& links() const { return links_; }
  friend Chain operator>>(Chain chain, const Primitive& next) {
    chain.links_.push_back(next);
    return chain;
  }
  friend Chain operator>>(Chain chain, const Chain& next) {
    chain.links_.insert(chain.links_.end(), next.links_.begin(), next.links_.end());
    return chain;
  }

 private:
  std::vector<Primitive> links_;
};

// Well typed at any time: each binding is checked when it is made, and what does not fit leaves the spec as it was.
class GraphSpec {
 public:
  // input → chain → output
  static GraphSpec of(std::string input, Shape shape, const Chain& chain);

  // Inputs come before all bindings. Mistakes are thrown as spec::Error: names taken, shapes that are not valid.
  Term input(std::string name, Shape shape);
  Term index_input(std::string name, Shape shape, Index extent);
  Result<TermId> try_input(SpecInput input);
  // `shape`, `parameters` and `occurrence` of the binding are inferred.
  Result<TermId> try_let(Binding binding);
  Term let(const Primitive& primitive, const std::vector<Term>& in, std::string name = {});
  // Uses the parameters of `owner`, which must be equal in names and shapes.
  Term let_shared(Term owner, const Primitive& primitive, const std::vector<Term>& in, std::string name = {});
  Result<void> try_output(TermId id);
  void output(Term term);

  const std::vector<SpecInput>& inputs() const { return inputs_; }
  const std::vector<Binding>& bindings() const { return bindings_; }
  const std::vector<TermId>& outputs() const { return outputs_; }
  TermId size() const { return static_cast<TermId>(inputs_.size() + bindings_.size()); }
  bool is_input(TermId id) const { return id < static_cast<TermId>(inputs_.size()); }
  const Binding& binding(TermId id) const { return bindings_[static_cast<std::size_t>(id) - inputs_.size()]; }
  const Shape& shape(TermId id) const;
  Index extent(TermId id) const { return is_input(id) ? inputs_[static_cast<std::size_t>(id)].extent : -1; }
  // `x`, or `%3` where it has no name.
  std::string name(TermId id) const;
  // Its place among the bindings, as in a sequential model: the key of dropout masks.
  std::string position(TermId id) const;
  // Of its parameters: the binding's name, or its position.
  std::string path(TermId id) const;
  std::optional<TermId> find(std::string_view name) const;
  // In the order of bindings.
  std::vector<PlacedParameter> parameters() const;
  // The same bindings on inputs of other shapes, as another batch.
  Result<GraphSpec> with_inputs(const Shapes& shapes) const;
  bool operator==(const GraphSpec&) const = default;

 private:
  Result<void> check_name(const std::string& name) const;
  Result<void> infer(Binding& binding) const;

  std::vector<SpecInput> inputs_;
  std::vector<Binding> bindings_;
  std::vector<TermId> outputs_;
  std::map<std::string, TermId, std::less<>> names_;
  Index occurrences_ = 0;
};

inline const Shape& Term::shape() const { return spec_->shape(id_); }

Term operator>>(Term x, const Primitive& primitive);
Term operator>>(Term x, const Chain& chain);

// The line-based text form; what `print` writes, `parse_graphspec` reads back to an equal spec. Attributes that have
// their default are left out; unnamed bindings that only the next one uses are written as a chain.
//   plumbline.graphspec/1
//   x = input [32, 64]
//   h = x >> linear out_features=32 >> relu
//   y = add(h, x)
//   z = linear(y) out_features=64 shares=h
//   output z
std::string print(const GraphSpec& spec);
Result<GraphSpec> parse_graphspec(std::string_view text, const PrimitiveTable& table,
                                  std::string_view file = "graphspec");

// A drawing for Graphviz: a box for each binding with its attributes and number of parameters, shapes on the arrows,
// dashed arrows to those whose parameters are shared.
std::string to_dot(const GraphSpec& spec);
// The same of a plain graph.
std::string to_dot(const Graph& graph);

}  // namespace plumbline::spec
