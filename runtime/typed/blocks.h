// Layers made of layers whose shapes are part of their type: residual and parallel branches, mlp, each row of a batch.
#pragma once

#include "runtime/typed/layers.h"

namespace plumbline::runtime::typed {

// x + f(x), where f keeps the shape.
template <class F>
struct Residual {
  F f;

  template <class In>
  struct On {
    static_assert(std::same_as<OutputOf<F, In>, In>, "residual: the branch changes the shape");
    using type = In;
  };
  nn::Layer layer() const { return nn::Residual{f.layer()}; }
};
template <class F>
Residual(F) -> Residual<F>;

// f(x) + g(x), of one shape.
template <class F, class G>
struct Parallel {
  F f;
  G g;

  template <class In>
  struct On {
    static_assert(std::same_as<OutputOf<F, In>, OutputOf<G, In>>, "add_branches: the branches differ in shape");
    using type = OutputOf<F, In>;
  };
  nn::Layer layer() const { return nn::Parallel{f.layer(), g.layer()}; }
};
template <class F, class G>
Parallel(F, G) -> Parallel<F, G>;

// f for each row: [N, example…] → [N, what f makes of an example…]
template <class F>
struct BatchDim0 {
  F f;

  template <class In>
  struct On {
    static_assert(In::rank > 0, "batch_dim0: the input has no axis of examples");
    using type = WithFirst<In::dims[0], OutputOf<F, WithoutFirst<In>>>;
  };
  nn::Layer layer() const { return nn::BatchDim0{f.layer()}; }
};
template <class F>
BatchDim0(F) -> BatchDim0<F>;

namespace mlp_check {
template <Index is>
struct last_dimension_is {
  template <Index expected>
  struct layer_expects {
    static_assert(is == expected, "mlp: last dimension is not what the first layer expects");
    static constexpr bool checked = true;
  };
};
}  // namespace mlp_check

// linear, activation, …, linear: [.., first width] → [.., last width]
template <Index... widths>
struct Mlp {
  static_assert(sizeof...(widths) >= 2, "mlp: widths of the features and of the outputs at least");
  nn::Mlp config = {};

  template <class In>
  struct On {
    static_assert(In::rank > 0, "mlp: the input has no axis");
    using Widths = Shape<widths...>;
    static_assert(mlp_check::last_dimension_is<In::back(0)>::template layer_expects<Widths::dims[0]>::checked);
    using type = WithLast<In, Widths::back(0)>;
  };
  nn::Layer layer() const {
    nn::Mlp l = config;
    l.widths = {widths...};
    return l;
  }
};

// Any layer, which makes Out of In as it says: `Typed<nn::Mamba, Shape<5, 8>, Shape<5, 8>>{{.d_model = 8}}`. The
// compiler believes it; a model that is made of it is checked once, when it is created.
template <class L, class In, class Out>
struct Typed {
  static constexpr bool takes_indices = true;
  L config = {};

  template <class Given>
  struct On {
    static_assert(std::same_as<Given, In>, "typed: the input is not what the layer says");
    using type = Out;
  };
  nn::Layer layer() const { return config; }
};

}  // namespace plumbline::runtime::typed
