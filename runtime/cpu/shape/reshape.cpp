// reshape flatten squeeze expand_dims: the same elements; broadcast_to and full.
#include <string>

#include "runtime/core/attribute.h"
#include "runtime/cpu/elementwise.h"

namespace plumbline::runtime {
namespace {

template <class T>
BoundKernel bind_full(const spec::Op& op, const Shapes&, const Shape& out) {
  BoundKernel bound;
  bound.run = [n = out.size(), value = static_cast<T>(attribute<double>(op, "value"))](const KernelArgs& args) {
    std::fill_n(args.out.as<T>(), n, value);
  };
  return bound;
}

BoundKernel same_elements(const spec::Op&, const Shapes&, const Shape&) {
  BoundKernel bound;
  bound.alias = true;
  return bound;
}

}  // namespace

void register_reshape(KernelTable& table) {
  table.add("full", "full.copy", claims(), bind_full<float>, bind_full<double>);
  table.add(elementwise<1>("broadcast_to", [](auto x) { return x; }));
  for (const char* op : {"reshape", "expand_dims", "squeeze", "flatten"})
    table.add(op, std::string(op) + ".copy", claims(), same_elements, same_elements);
}

}  // namespace plumbline::runtime
