// group_norm, its gradient, and instance_norm.
#include "runtime/cpu/norm/rows.h"

namespace plumbline::runtime {
namespace {

NormRows groups_of(const spec::Op& op, const Shape& x, Index groups) {
  Index space = 1;
  for (Index a = 2; a < x.rank(); ++a) space *= x[a];
  const double eps = attribute<double>(op, "eps");
  if (x.size() == 0) return {0, 0, 1, 1, eps};
  return {x[1] / groups * space, x[0] * groups, space, x[1], eps};
}

template <class T>
BoundKernel bind_group_norm(const spec::Op& op, const Shapes& in, const Shape&) {
  return bind_rows<true, T>(groups_of(op, in[0], attribute<Index>(op, "num_groups")));
}
template <class T>
BoundKernel bind_group_norm_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  return bind_gradient<true, T>(groups_of(op, in[0], attribute<Index>(op, "num_groups")), in[0].size());
}
template <class T>
BoundKernel bind_instance_norm(const spec::Op& op, const Shapes& in, const Shape&) {
  return bind_rows<true, T>(groups_of(op, in[0], in[0][1]));
}

}  // namespace

void register_group_norm(KernelTable& table) {
  const auto add = [&](const std::string& op, Bind f32, Bind f64) {
    table.add(op, op + ".two_pass", norm_claims(), std::move(f32), std::move(f64));
  };
  add("group_norm", bind_group_norm<float>, bind_group_norm<double>);
  add("group_norm_grad", bind_group_norm_grad<float>, bind_group_norm_grad<double>);
  add("instance_norm", bind_instance_norm<float>, bind_instance_norm<double>);
}

}  // namespace plumbline::runtime
