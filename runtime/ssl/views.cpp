// Views of inputs.
#include "runtime/ssl/views.h"

#include "runtime/rand/rand.h"

namespace plumbline::runtime::ssl {

using spec::fail;
using spec::Tensor;

namespace {

// f(x, seed) on float32 alone.
template <class F>
Augmentation of_floats(std::string_view name, F f) {
  return [name, f](const AnyTensor& x, std::uint64_t seed) -> Result<AnyTensor> {
    const auto* t = std::get_if<Tensor<float>>(&x);
    if (!t) return fail('[', name, "] found ", name_of(type_of(x)), ", expected f32");
    return f(*t, seed);
  };
}

// y_i = x_from(i); 0 where that is −1.
template <class From>
Tensor<float> moved(const Tensor<float>& x, From&& from) {
  return Tensor<float>::generate(x.shape(), [&](Index i) {
    const Index at = from(i);
    return at < 0 ? 0.0F : x[at];
  });
}

}  // namespace

Augmentation noise(double std) {
  return of_floats("noise", [std](const Tensor<float>& x, std::uint64_t seed) -> Result<AnyTensor> {
    const auto n = rand::normal(x.shape(), seed, 0, std);
    if (!n) return tl::unexpected(n.error());
    return Tensor<float>::generate(x.shape(), [&](Index i) { return x[i] + (*n)[i]; });
  });
}

Augmentation drop(double p) {
  return of_floats("drop", [p](const Tensor<float>& x, std::uint64_t seed) -> Result<AnyTensor> {
    const auto gone = rand::bernoulli(x.shape(), seed, p);
    if (!gone) return tl::unexpected(gone.error());
    return Tensor<float>::generate(x.shape(), [&](Index i) { return (*gone)[i] != 0 ? 0.0F : x[i]; });
  });
}

Augmentation flip(Index axis) {
  return of_floats("flip", [axis](const Tensor<float>& x, std::uint64_t seed) -> Result<AnyTensor> {
    const auto a = spec::normal_axis(axis, x.shape().rank());
    if (!a) return fail("[flip] ", a.error().what());
    if (rand::Draws(seed).below(2) == 0) return x;
    const Index step = x.shape().strides()[static_cast<std::size_t>(*a)], extent = x.shape()[*a];
    return moved(x, [&](Index i) { return i + step * (extent - 1 - 2 * (i / step % extent)); });
  });
}

Augmentation shift(Index by) {
  return of_floats("shift", [by](const Tensor<float>& x, std::uint64_t seed) -> Result<AnyTensor> {
    const Shape& s = x.shape();
    if (s.rank() != 3 || by < 0) return fail("[shift] found ", s, " by ", by, ", expected [C, H, W] and at least 0");
    if (x.size() == 0) return x;
    const Index most = std::min(by, std::max(s[1], s[2]));  // beyond that nothing is left to see
    rand::Draws draws(seed);
    const Index down = draws.below(2 * most + 1) - most, right = draws.below(2 * most + 1) - most;
    return moved(x, [&](Index i) {
      const Index row = i / s[2] % s[1] - down, column = i % s[2] - right;
      if (row < 0 || row >= s[1] || column < 0 || column >= s[2]) return Index{-1};
      return i - down * s[2] - right;
    });
  });
}

Augmentation then(std::vector<Augmentation> views) {
  return [views = std::move(views)](const AnyTensor& x, std::uint64_t seed) -> Result<AnyTensor> {
    AnyTensor y = x;
    for (std::size_t k = 0; k < views.size(); ++k) {
      auto next = views[k](y, rand::next_seed(seed, k));
      if (!next) return next;
      y = std::move(*next);
    }
    return y;
  };
}

data::Dataset contrastive_pairs(const data::Dataset& data, Augmentation view, std::uint64_t seed, std::uint64_t epoch) {
  return data.map([view = std::move(view), base = rand::next_seed(seed, epoch)](data::Sample sample,
                                                                                Index i) -> Result<data::Sample> {
    const std::uint64_t own = rand::next_seed(base, static_cast<std::uint64_t>(i));
    auto first = view(sample.x, rand::next_seed(own, 0)), second = view(sample.x, rand::next_seed(own, 1));
    if (!first) return tl::unexpected(first.error());
    if (!second) return tl::unexpected(second.error());
    return data::Sample{std::move(*first), std::move(*second)};
  });
}

}  // namespace plumbline::runtime::ssl
