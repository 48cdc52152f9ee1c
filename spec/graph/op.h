// An op with its attributes, as a value: what a graph's node holds and what every number type can read.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "spec/lang/attributes.h"
#include "spec/lang/numbers.h"
#include "spec/lang/tensor.h"
#include "spec/lang/truth.h"

namespace plumbline::spec {

class Var;

// One reading: the value of an op over the number type N. `method` names how to compute it; empty: the textbook. A name
// that is not one of the op's means its default: claims for a whole graph name the method of the ops that have it.
template <class N>
struct Reading {
  virtual ~Reading() = default;
  virtual Tensor<N> read(const Tensors<N>& in, std::string_view method) const = 0;
};

template <class List>
struct ReadingsOf;
template <class... Ns>
struct ReadingsOf<NumberList<Ns...>> : Reading<Ns>... {
  using Reading<Ns>::read...;
};

// The faces of one op definition. OpModel<O> (spec/eval) implements it for a struct O.
struct OpInterface : ReadingsOf<Numbers> {
  virtual std::string_view name() const = 0;
  virtual Attributes attributes() const = 0;
  virtual bool equals(const OpInterface& other) const = 0;
  // Checks the number of inputs, their shapes and the attributes; the error carries the constraint's label.
  virtual Result<Shape> shape(const Shapes& in) const = 0;
  // For an index input the extent that its integers must stay below; −1 for an input of real numbers.
  virtual Index index_extent(std::size_t input, const Shapes& in) const = 0;
  // The index that an index input may hold although it is not below the extent, as −100 where labels are missing.
  virtual std::optional<Index> ignored_index() const = 0;
  virtual bool differentiable(std::size_t input) const = 0;
  // The cotangents of the differentiable inputs, in order, recorded as ops. Empty if the op has no derivative.
  virtual std::vector<Var> vjp(const std::vector<Var>& in, const Var& y, const Var& ct) const = 0;
  // The named methods, the default one first; empty where the textbook formula is the method.
  virtual std::vector<std::string_view> methods() const = 0;
  // Those of the methods whose bounds would excuse too much unless a kernel says that it follows them: formulas that
  // cancel, polynomials for one format.
  virtual std::vector<std::string_view> methods_by_claim() const = 0;
  // The words that each text attribute takes.
  virtual std::vector<Words> words() const = 0;
  // Whether the sign of a zero result is the one that IEEE 754 gives to the textbook formula.
  virtual bool ieee_zero_sign() const = 0;
  // For each element of `got` whether it belongs to a right answer where exactly equal winners may be chosen in any
  // way (Ties::any); empty if the op leaves no choice. `in` and `got` are what an implementation read and handed out.
  virtual std::vector<Tri> among_ties(const Tensors<double>& in, const Tensor<double>& got) const = 0;
};

class Op {
 public:
  Op() = default;
  explicit Op(std::shared_ptr<const OpInterface> model) : model_(std::move(model)) {}

  const OpInterface* operator->() const { return model_.get(); }
  const OpInterface& operator*() const { return *model_; }
  explicit operator bool() const { return model_ != nullptr; }
  std::string_view name() const { return model_->name(); }
  bool operator==(const Op& other) const { return model_ == other.model_ || model_->equals(*other.model_); }

 private:
  std::shared_ptr<const OpInterface> model_;
};

// `softmax axis=-1`
std::string print(const Op& op);

// `[softmax] unknown method rubbish; it has shifted`. The empty name, the default, and `textbook` are always known.
Result<void> check_method(const Op& op, std::string_view method);

// The erased form of a definition; specialised once for each op, in a file that the build makes from all.h.
template <class O>
Op make_op(const O& definition);

}  // namespace plumbline::spec
