// The kernel table and the fallback: an op's own definition read in float.
#include "runtime/core/kernel.h"

#include <algorithm>
#include <cstring>

#include "runtime/core/storage.h"
#include "spec/lang/check.h"

namespace plumbline::runtime {
namespace {

// Integers above 2^24 are not exact in float: such indices are read in double.
constexpr Index float_exact = Index{1} << 24;

template <class N, class T>
void read(const spec::Op& op, const KernelArgs& args) {
  spec::Tensors<N> in;
  for (const View& v : args.in) {
    const auto n = static_cast<std::size_t>(v.size());
    std::vector<N> data(n);
    for (std::size_t i = 0; i < n; ++i)
      data[i] = v.dtype == DType::i64 ? static_cast<N>(v.i64()[i]) : static_cast<N>(v.as<T>()[i]);
    in.emplace_back(v.shape, std::move(data));
  }
  const auto methods = op->methods();
  const spec::Reading<N>& reading = *op;
  const spec::Tensor<N> y = reading.read(in, methods.empty() ? std::string_view{} : methods.front());
  check(y.shape() == args.out.shape, "a definition yields the shape that its rule says");
  for (Index i = 0; i < y.size(); ++i) args.out.as<T>()[i] = static_cast<T>(y[i]);
}

template <class T>
BoundKernel bind_definition(const spec::Op& op, const Shapes& in, const Shape&) {
  Index extent = 0;
  for (std::size_t i = 0; i < in.size(); ++i) extent = std::max(extent, op->index_extent(i, in));
  BoundKernel bound;
  bound.run = [op, wide = extent > float_exact](const KernelArgs& args) {
    wide ? read<double, T>(op, args) : read<T, T>(op, args);
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

// Largest known errors of glibc's double functions in ulps, rounded up (Zimmermann et al., Accuracy of Mathematical
// Functions; by search): [kernel B2].
spec::Claims in_float64(spec::Claims c) {
  struct Known {
    std::string_view function;
    double ulps;
  };
  constexpr Known known[] = {{"exp", 1},   {"expm1", 1}, {"log", 1},   {"log1p", 1},  {"sin", 1},   {"cos", 1},
                             {"tanh", 3},  {"erf", 2},   {"erfc", 6},  {"pow", 1},    {"sinh", 2},  {"cosh", 2},
                             {"tan", 1},   {"asin", 1},  {"acos", 1},  {"atan", 1},   {"atan2", 1}, {"asinh", 2},
                             {"acosh", 3}, {"atanh", 2}, {"exp2", 1},  {"log2", 1},   {"log10", 2}, {"cbrt", 4}};
  c.operands = c.intermediate = c.accumulator = c.output = spec::binary64;
  for (std::size_t f = 0; f < c.ulps.size(); ++f)
    for (const Known& k : known)
      if (spec::function_names[f] == k.function) c.ulps[f] = k.ulps;
  return c;
}

spec::Format format_of(DType dtype) {
  switch (dtype) {
    case DType::f64: return spec::binary64;
    case DType::f16: return spec::binary16;
    case DType::bf16: return spec::bfloat16;
    default: return spec::binary32;
  }
}

std::vector<Kernel> KernelTable::read_definitions() {
  const Kernel single{"*",  "definition",          Device::cpu, DType::f32, definition_claims(), /*fallback=*/true,
                      {}, bind_definition<float>};
  Kernel wide = single;
  wide.dtype = DType::f64, wide.claims = in_float64(wide.claims), wide.bind = bind_definition<double>;
  return {single, wide, stored_in(DType::f16, single), stored_in(DType::bf16, single)};
}

void KernelTable::add(Kernel kernel) {
  check(static_cast<bool>(kernel.bind), "a kernel binds");
  auto& list = kernels_[kernel.op];
  if (kernel.dtype == DType::f32 && kernel.device == Device::cpu)
    for (DType stored : {DType::bf16, DType::f16}) list.push_front(stored_in(stored, kernel));
  list.push_front(std::move(kernel));
}

void KernelTable::add(std::vector<Kernel> kernels) {
  for (std::size_t i = kernels.size(); i-- > 0;) add(std::move(kernels[i]));
}

void KernelTable::add(std::string op, std::string name, spec::Claims claims, Bind f32, Bind f64, Supports supports) {
  add({op, name, Device::cpu, DType::f64, in_float64(claims), false, supports, std::move(f64)});
  add({op, name, Device::cpu, DType::f32, claims, false, supports, std::move(f32)});
}

const Kernel& KernelTable::find(const spec::Op& op, const Shapes& in, Device device, DType dtype) const {
  if (const auto at = kernels_.find(op.name()); at != kernels_.end())
    for (const Kernel& k : at->second)
      if (k.device == device && k.dtype == dtype && (!k.supports || k.supports(op, in))) return k;
  check(device == Device::cpu, "a device without kernels is refused before its kernels are sought");
  return fallback(dtype);
}

spec::Result<void> check_device(std::string_view place, Device found) {
  if (found == Device::cpu) return {};
  return spec::fail("[", place, "] found device ", name_of(found), ", expected cpu: this build has no CUDA kernels");
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
