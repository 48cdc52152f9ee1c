// Seeded<T>: a T that is still to be built: T = build(stream), where the stream's seeds are taken in reading order.
#pragma once

#include <functional>
#include <utility>

#include "runtime/nn/sequential.h"

namespace plumbline::runtime::nn {

template <class T>
class Seeded {
 public:
  using Build = std::function<T(SeedStream&)>;
  explicit Seeded(Build build) : build_(std::move(build)) {}
  // A layer takes a seed for each stochastic initialiser and dropout that has none.
  template <class L>
    requires(std::same_as<T, Layer> && Recordable<L>)
  Seeded(L layer) : build_([l = Layer(std::move(layer))](SeedStream& stream) { return l.seeded(stream); }) {}
  // A model in the making is a layer in the making.
  template <class M>
    requires(std::same_as<T, Layer> && std::same_as<M, Seeded<Sequential>>)
  Seeded(const M& model)
      : build_([model](SeedStream& stream) { return Layer(model(stream)); }) {}

  T operator()(SeedStream& stream) const { return build_(stream); }
  // What f makes of the T, with the seeds behind it; f gives a Seeded.
  template <class F>
  std::invoke_result_t<F, T> bind(F f) const {
    using Next = std::invoke_result_t<F, T>;
    return Next([build = build_, f](SeedStream& stream) { return f(build(stream))(stream); });
  }

 private:
  Build build_;
};

using Builder = Seeded<Layer>;

// x itself; no seed is taken.
template <class T>
Seeded<T> pure_value(T x) {
  return Seeded<T>([x = std::move(x)](SeedStream&) { return x; });
}

// Takes one fresh seed and hands it to f, which gives a Seeded.
template <class F>
std::invoke_result_t<F, std::uint64_t> with_seed(F f) {
  using Next = std::invoke_result_t<F, std::uint64_t>;
  return Next([f](SeedStream& stream) {
    const std::uint64_t seed = stream.next_seed();
    return f(seed)(stream);
  });
}

// The layers one after another: `nn::sequential(nn::linear({…}), nn::relu(), …)`.
template <class... B>
Seeded<Sequential> sequential(B... layers) {
  return Seeded<Sequential>([list = std::vector<Builder>{Builder(std::move(layers))...}](SeedStream& stream) {
    std::vector<Layer> built;
    for (const Builder& b : list) built.push_back(b(stream));
    return Sequential(std::move(built));
  });
}

// g behind f; names go on counting.
inline Seeded<Sequential> operator>>(const Seeded<Sequential>& f, const Seeded<Sequential>& g) {
  return Seeded<Sequential>([f, g](SeedStream& stream) {
    const Sequential first = f(stream);
    return first.then(g(stream));
  });
}
inline Seeded<Sequential> operator>>(const Seeded<Sequential>& f, const Builder& g) { return f >> sequential(g); }
inline Seeded<Sequential> operator>>(const Builder& f, const Builder& g) { return sequential(f, g); }

// Builds with the seeds of a fresh stream: the same seed gives the same model, and neighbouring seeds share nothing.
template <class T>
T run(std::uint64_t seed, const Seeded<T>& builder, StreamScheme scheme = StreamScheme::separate) {
  SeedStream stream(seed, scheme);
  return builder(stream);
}
template <class T>
T build(std::uint64_t seed, const Seeded<T>& builder, StreamScheme scheme = StreamScheme::separate) {
  return run(seed, builder, scheme);
}

// Where models get their base seeds from, one after another. A value that its owner passes on: no seed is global.
class SeedSource {
 public:
  explicit SeedSource(std::uint64_t seed = 0, StreamScheme scheme = StreamScheme::separate) : stream_(seed, scheme) {}
  std::uint64_t next_seed() { return stream_.next_seed(); }
  std::uint64_t fresh_seed() { return next_seed(); }
  template <class T>
  T run(const Seeded<T>& builder) {
    return nn::run(next_seed(), builder, stream_.scheme());
  }
  // What `then` makes of a model from the next seed.
  template <class T, class F>
  std::invoke_result_t<F, T> with_model(const Seeded<T>& builder, F&& then) {
    return std::forward<F>(then)(run(builder));
  }

 private:
  SeedStream stream_;
};

inline SeedSource manual_seed(std::uint64_t seed, StreamScheme scheme = StreamScheme::separate) {
  return SeedSource(seed, scheme);
}

}  // namespace plumbline::runtime::nn
