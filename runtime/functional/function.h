// functional::softmax(x, {.axis = 1}): an op as a function object whose options are the op's own attributes.
#pragma once

#include "spec/graph/graph.h"
#include "spec/ops/apply.h"
#include "spec/ops/conv/conv_transpose.h"
#include "spec/ops/pool/avg_pooling.h"

namespace plumbline::runtime::functional {

// The base that holds all of an op's attributes, or the op: C++ has no designated initialisers for inherited fields.
template <class O, class... Bases>
struct Holder {
  using type = O;
};
template <class O, class Base, class... Bases>
struct Holder<O, Base, Bases...>
    : std::conditional_t<std::derived_from<O, Base> && sizeof(O) == sizeof(Base), std::type_identity<Base>,
                         Holder<O, Bases...>> {};

// What is written in braces behind the operands.
template <class O>
using Options =
    typename Holder<O, spec::ConvAttributes, spec::ConvTransposeAttributes, spec::MaxPoolAttributes<1>,
                    spec::MaxPoolAttributes<2>, spec::AvgPoolAttributes<1>, spec::AvgPoolAttributes<2>,
                    spec::AdaptiveAttributes<2>>::type;

template <class O>
inline constexpr int most_operands = [] {
  if constexpr (requires { O::most_inputs; }) return O::most_inputs;
  else return O::arity;
}();
inline constexpr int most_spelled_operands = 9;  // one after another; more are given as a list

template <class O>
O op_with(const Options<O>& options) {
  if constexpr (std::same_as<Options<O>, O>) return options;
  else {
    O op;
    static_cast<Options<O>&>(op) = options;
    return op;
  }
}

template <class O>
using Counts = std::make_index_sequence<static_cast<std::size_t>(
    std::max(1, std::min(most_operands<O>, most_spelled_operands) - O::arity + 1))>;

template <class T, std::size_t>
using Operand = T;

// Of 1 + sizeof...(I) operands and options.
template <class O, class I>
struct Applied;
template <class O, std::size_t... I>
struct Applied<O, std::index_sequence<I...>> {
  template <spec::TensorLike T>
  T operator()(const T& x, const Operand<T, I>&... more, const Options<O>& options = {}) const {
    return spec::call(op_with<O>(options), std::vector<T>{x, more...});
  }
};

// Of as many operands as the op takes, or as can be spelled.
template <class O, class Numbers>
struct Spelled;
template <class O, std::size_t... N>
struct Spelled<O, std::index_sequence<N...>>
    : Applied<O, std::make_index_sequence<static_cast<std::size_t>(O::arity) - 1 + N>>... {
  using Applied<O, std::make_index_sequence<static_cast<std::size_t>(O::arity) - 1 + N>>::operator()...;
};

// Of Vars it records a node, whichever way the graph is then run: eagerly, compiled, or exactly. Of Tensor<N> it
// computes the textbook formula over N now. Errors are thrown as spec::Error.
template <class O>
struct Function : Spelled<O, Counts<O>> {
  using Spelled<O, Counts<O>>::operator();
  template <spec::TensorLike T>
  T operator()(const std::vector<T>& in, const Options<O>& options = {}) const {
    return spec::call(op_with<O>(options), in);
  }
  spec::Var operator()(const std::vector<spec::Var>& in, const Options<O>& options = {}) const {
    return spec::call(op_with<O>(options), in);
  }
};

// An op without operands: a constant of the kind of `like`.
template <class O>
  requires(O::arity == 0)
struct Function<O> {
  template <spec::TensorLike T>
  T operator()(const T& like, const Options<O>& options = {}) const {
    return spec::constant(op_with<O>(options), like);
  }
};

// f with its options bound: `with(softmax, {.axis = 1})`, a function of the operands.
template <class O>
auto with(const Function<O>& f, const Options<O>& options) {
  return [f, options]<spec::TensorLike T>(const T& x, const std::same_as<T> auto&... more) {
    return f(std::vector<T>{x, more...}, options);
  };
}

}  // namespace plumbline::runtime::functional
