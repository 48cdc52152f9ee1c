// The kernel table and the fallback: an op's own definition read in float.
#include "runtime/core/kernel.h"

#include <algorithm>
#include <cstring>

#include "spec/lang/check.h"

namespace plumbline::runtime {
namespace {

// Integers above 2^24 are not exact in float: such indices are read in double.
constexpr Index float_exact = Index{1} << 24;

template <class N>
void read(const spec::Op& op, const KernelArgs& args) {
  spec::Tensors<N> in;
  for (const View& v : args.in) {
    const auto n = static_cast<std::size_t>(v.size());
    std::vector<N> data(n);
    for (std::size_t i = 0; i < n; ++i)
      data[i] = v.dtype == DType::i64 ? static_cast<N>(v.i64()[i]) : static_cast<N>(v.f32()[i]);
    in.emplace_back(v.shape, std::move(data));
  }
  const auto methods = op->methods();
  const spec::Reading<N>& reading = *op;
  const spec::Tensor<N> y = reading.read(in, methods.empty() ? std::string_view{} : methods.front());
  check(y.shape() == args.out.shape, "a definition yields the shape that its rule says");
  for (Index i = 0; i < y.size(); ++i) args.out.f32()[i] = static_cast<float>(y[i]);
}

BoundKernel bind_definition(const spec::Op& op, const Shapes& in, const Shape&) {
  Index extent = 0;
  for (std::size_t i = 0; i < in.size(); ++i) extent = std::max(extent, op->index_extent(i, in));
  BoundKernel bound;
  bound.run = [op, wide = extent > float_exact](const KernelArgs& args) {
    wide ? read<double>(op, args) : read<float>(op, args);
  };
  return bound;
}

// Largest known errors of glibc's float functions in ulps, rounded up (Zimmermann et al., Accuracy of Mathematical
// Functions, exhaustive over binary32; pow by search).
spec::Claims definition_claims() {
  using F = spec::Function;
  spec::Claims c = claims(spec::Order::left);
  const auto set = [&](F f, double ulps) { c.ulps[static_cast<std::size_t>(f)] = ulps; };
  for (F f : {F::exp, F::log, F::sin, F::cos, F::erf, F::pow, F::expm1}) set(f, 1);
  set(F::log1p, 2);
  set(F::tanh, 3);
  return c;
}

}  // namespace

spec::Claims claims(spec::Order order, Index lanes) {
  spec::Claims c = spec::Claims::in(spec::binary32);
  c.order = order;
  c.lanes = lanes;
  c.fma = false;
  return c;
}

Kernel KernelTable::read_definition() {
  Kernel k;
  k.op = "*";
  k.name = "definition";
  k.claims = definition_claims();
  k.fallback = true;
  k.bind = bind_definition;
  return k;
}

void KernelTable::add(Kernel kernel) {
  check(static_cast<bool>(kernel.bind), "a kernel binds");
  auto& list = kernels_[kernel.op];
  list.insert(list.begin(), std::move(kernel));
}

const Kernel& KernelTable::find(const spec::Op& op, const Shapes& in, Device device, DType dtype) const {
  if (const auto at = kernels_.find(op.name()); at != kernels_.end())
    for (const Kernel& k : at->second)
      if (k.device == device && k.dtype == dtype && (!k.supports || k.supports(op, in))) return k;
  return fallback_;
}

std::vector<const Kernel*> KernelTable::kernels() const {
  std::vector<const Kernel*> all;
  for (const auto& [op, list] : kernels_)
    for (const Kernel& k : list) all.push_back(&k);
  return all;
}

std::vector<const Kernel*> KernelTable::kernels(std::string_view op) const {
  std::vector<const Kernel*> all;
  if (const auto at = kernels_.find(op); at != kernels_.end())
    for (const Kernel& k : at->second) all.push_back(&k);
  return all;
}

}  // namespace plumbline::runtime
