// triu and tril.
#include <algorithm>

#include "runtime/core/attribute.h"
#include "runtime/cpu/shape/copy.h"

namespace plumbline::runtime {
namespace {

// Row by row: the part of each row from, or up to, the diagonal.
template <class T, bool upper>
BoundKernel bind_triangle(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Index diagonal = attribute<Index>(op, "diagonal"), rows = in[0].back(1), columns = in[0].back(0);
  const Index count = columns == 0 ? 0 : out.size() / columns;
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    parallel_for(args.workers, count, std::max<Index>(1, copy_work / std::max<Index>(1, columns)),
                 [&](Index begin, Index end, int) {
                   for (Index r = begin; r < end; ++r) {
                     const T* x = args.in[0].as<T>() + r * columns;
                     T* y = args.out.as<T>() + r * columns;
                     const Index reach = std::clamp<Index>(diagonal, -rows - 1, columns + 1);
                     const Index cut = std::clamp<Index>(r % rows + reach + (upper ? 0 : 1), 0, columns);
                     std::fill_n(upper ? y : y + cut, upper ? cut : columns - cut, T(0));
                     upper ? copy(x + cut, y + cut, columns - cut) : copy(x, y, cut);
                   }
                 });
  };
  return bound;
}

}  // namespace

void register_triu(KernelTable& table) {
  table.add("triu", "triu.rows", claims(spec::Order::left), bind_triangle<float, true>, bind_triangle<double, true>);
  table.add("tril", "tril.rows", claims(spec::Order::left), bind_triangle<float, false>, bind_triangle<double, false>);
}

}  // namespace plumbline::runtime
