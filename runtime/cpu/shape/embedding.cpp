// one_hot, embedding and its gradient. Indices were checked before the run.
#include <cstring>

#include "runtime/core/attribute.h"
#include "runtime/core/kernel.h"

namespace plumbline::runtime {
namespace {

constexpr Index elements_per_part = 65536;
constexpr Index columns_per_part = 64;

template <class T>
BoundKernel bind_one_hot(const spec::Op& op, const Shapes& in, const Shape&) {
  const Index classes = attribute<Index>(op, "num_classes"), n = in[0].size();
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    std::fill_n(args.out.as<T>(), n * classes, T(0));
    for (Index i = 0; i < n; ++i) args.out.as<T>()[i * classes + args.in[0].i64()[i]] = T(1);
  };
  return bound;
}

template <class T>
BoundKernel bind_embedding(const spec::Op&, const Shapes& in, const Shape&) {
  const Index n = in[0].size(), width = in[1][1];
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    if (width == 0) return;
    parallel_for(args.workers, n, std::max<Index>(1, elements_per_part / width), [&](Index begin, Index end, int) {
      for (Index i = begin; i < end; ++i)
        std::memcpy(args.out.as<T>() + i * width, args.in[1].as<T>() + args.in[0].i64()[i] * width,
                    static_cast<std::size_t>(width) * sizeof(T));
    });
  };
  return bound;
}

// Each part sums its columns over all places, in order.
template <class T>
BoundKernel bind_embedding_grad(const spec::Op&, const Shapes& in, const Shape& out) {
  const Index n = in[0].size(), width = out[1], rows = out[0];
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    parallel_for(args.workers, width, columns_per_part, [&](Index begin, Index end, int) {
      for (Index r = 0; r < rows; ++r)
        std::fill(args.out.as<T>() + r * width + begin, args.out.as<T>() + r * width + end, T(0));
      for (Index i = 0; i < n; ++i) {
        const T* ct = args.in[1].as<T>() + i * width;
        T* to = args.out.as<T>() + args.in[0].i64()[i] * width;
        for (Index c = begin; c < end; ++c) to[c] += ct[c];
      }
    });
  };
  return bound;
}

}  // namespace

void register_embedding(KernelTable& table) {
  const spec::Claims c = claims(spec::Order::left);
  table.add("one_hot", "one_hot.copy", c, bind_one_hot<float>, bind_one_hot<double>);
  table.add("embedding", "embedding.copy", c, bind_embedding<float>, bind_embedding<double>);
  table.add("embedding_grad", "embedding_grad.rows", c, bind_embedding_grad<float>, bind_embedding_grad<double>);
}

}  // namespace plumbline::runtime
