// layer_norm, rms_norm and their gradients over the last axes.
#include "runtime/cpu/norm/rows.h"

namespace plumbline::runtime {
namespace {

NormRows last_axes(const spec::Op& op, const Shape& x) {
  const auto axes = attribute<spec::Axes>(op, "normalized_shape");
  const Index n = axes.empty() ? x.back(0) : Shape(axes).size();
  return {n, n == 0 ? 0 : x.size() / n, 1, n, attribute<double>(op, "eps")};
}

template <bool centred, class T>
BoundKernel bind_last(const spec::Op& op, const Shapes& in, const Shape&) {
  return bind_rows<centred, T>(last_axes(op, in[0]));
}
template <bool centred, class T>
BoundKernel bind_last_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  return bind_gradient<centred, T>(last_axes(op, in[0]), in[0].size());
}

}  // namespace

void register_layer_norm(KernelTable& table) {
  const auto add = [&](const std::string& op, Bind f32, Bind f64) {
    table.add(op, op + ".two_pass", norm_claims(), std::move(f32), std::move(f64));
  };
  add("layer_norm", bind_last<true, float>, bind_last<true, double>);
  add("layer_norm_grad", bind_last_grad<true, float>, bind_last_grad<true, double>);
  add("rms_norm", bind_last<false, float>, bind_last<false, double>);
  add("rms_norm_grad", bind_last_grad<false, float>, bind_last_grad<false, double>);
}

}  // namespace plumbline::runtime
