// y[c, h r + i, w r + j] = x[c r² + i r + j, h, w]
#include "runtime/core/attribute.h"
#include "runtime/core/kernel.h"

namespace plumbline::runtime {
namespace {

constexpr Index elements_per_part = 32768;

template <class T>
BoundKernel bind_shuffle(const spec::Op& op, const Shapes&, const Shape& out) {
  const Index r = attribute<Index>(op, "upscale_factor"), height = out.back(1), width = out.back(0);
  const Index maps = out.size() == 0 ? 0 : out.size() / (height * width);
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    const T* x = args.in[0].as<T>();
    parallel_for(args.workers, maps, std::max<Index>(1, elements_per_part / std::max<Index>(1, height * width)),
                 [&](Index begin, Index end, int) {
                   for (Index map = begin; map < end; ++map)
                     for (Index p = 0; p < height; ++p) {
                       T* to = args.out.as<T>() + (map * height + p) * width;
                       const T* from = x + ((map * r + p % r) * r * (height / r) + p / r) * (width / r);
                       for (Index j = 0; j < r; ++j)
                         for (Index q = 0; q < width / r; ++q) to[q * r + j] = from[j * (height / r) * (width / r) + q];
                     }
                 });
  };
  return bound;
}

}  // namespace

void register_pixel_shuffle(KernelTable& table) {
  table.add("pixel_shuffle", "pixel_shuffle.copy", claims(spec::Order::any), bind_shuffle<float>, bind_shuffle<double>);
}

}  // namespace plumbline::runtime
