// y[i, …, c] = 1 where index[i, …] = c, else 0
#pragma once

#include "spec/ops/index_data.h"

namespace plumbline::spec {

struct OneHot {
  Index classes = 2;

  static constexpr Aliases<1> aliases{{{"classes", "num_classes"}}};
  static constexpr std::string_view name = "one_hot",
                                    summary = "1 at the class that index names, else 0, on a new last axis";
  static constexpr int arity = 1, index_label = 2;
  bool operator==(const OneHot&) const = default;

  Index index_axis(const Shapes& in) const { return in[0].rank(); }
  Index index_extent(std::size_t, const Shapes&) const { return classes; }
  Result<Shape> shape(const Shapes& in) const {
    Shape out = in[0];
    out.push_back(classes);
    if (classes < 1 || !out.valid()) return refuse(*this, 1, "num_classes does not give a shape: ", out);
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    std::vector<Index> at;
    for (const N& i : in[0].elements())
      at.push_back(index_at(*this, i, in[0].shape().rank(), classes));  // [one_hot C2]
    return Tensor<N>::generate(*shape({in[0].shape()}), [&](Index i) {
      return N(Index{at[static_cast<std::size_t>(i / classes)] == i % classes});
    });
  }
  static Sample<OneHot> sample(Choices& choices) {
    const Index classes = pick_extent(choices, 33);
    return {{classes}, {pick_shape(choices, 0, 3, 64)}, {Domain::index(classes)}};
  }
};
BOOST_DESCRIBE_STRUCT(OneHot, (), (classes))

}  // namespace plumbline::spec
