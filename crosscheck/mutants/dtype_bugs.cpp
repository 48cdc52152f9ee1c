// Bugs of single dtypes: double kernels that compute in float, 16-bit kernels that accumulate, truncate or saturate.
#include <array>

#include "crosscheck/mutants/values.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

// y_i = f(i, right_i), in the format.
template <class F>
Values bent(const KernelCall& c, const spec::Format& format, F f) {
  return Values::generate(c.right.shape(), [&](Index i) { return spec::round_to_format(f(i, c.right[i]), format); });
}

// The definition in float, on operands that were rounded to it.
Values in_float(const KernelCall& c) {
  spec::Tensors<float> in;
  for (const Values& x : c.in)
    in.push_back(spec::Tensor<float>::generate(x.shape(), [&](Index i) { return static_cast<float>(x[i]); }));
  const auto methods = c.op->methods();
  const auto method = methods.empty() ? std::string_view() : std::string_view(methods.front());
  const auto y = static_cast<const spec::Reading<float>&>(*c.op).read(in, method);
  return Values::generate(y.shape(), [&](Index i) { return static_cast<double>(y[i]); });
}
Values stored_in_float(const KernelCall& c) {
  return bent(c, spec::binary32, [](Index, double y) { return y; });
}
Values operands_in_float(const KernelCall& c) { return c.compute(c.op, narrowed(c.in, spec::binary32)); }

// A running sum that is stored in 16 bits after each term, over the axes of a sum or mean.
KernelBug short_accumulator(const spec::Format& format) {
  return [format](const KernelCall& c) {
    const auto axes = spec::normal_axes(c.list("axes"), c.in[0].shape().rank());
    if (!axes || c.in[0].size() == 0) return c.right;
    const spec::Fibres fibre = spec::fibres(c.in[0].shape(), *axes);
    const double n = c.op.name() == "mean" ? static_cast<double>(fibre.length()) : 1;
    return Values::generate(c.right.shape(), [&](Index o) {
      double sum = 0;
      for (const Index step : fibre.step)
        sum = spec::round_to_format(sum + c.in[0][fibre.start[static_cast<std::size_t>(o)] + step], format);
      return spec::round_to_format(sum / n, format);
    });
  };
}

// The same in the product of two matrices.
KernelBug short_product(const spec::Format& format) {
  return [format](const KernelCall& c) {
    const Values &a = c.in[0], &b = c.in[1];
    if (a.shape().rank() != 2 || b.shape().rank() != 2) return c.right;
    const Index depth = a.shape()[1], width = b.shape()[1];
    return Values::generate(c.right.shape(), [&](Index i) {
      double sum = 0;
      for (Index p = 0; p < depth; ++p)
        sum = spec::round_to_format(sum + a[i / width * depth + p] * b[p * width + i % width], format);
      return sum;
    });
  };
}

// The sum or product of two operands without rounding to nearest: the lower bits are cut off.
KernelBug truncating(const spec::Format& format) {
  return [format](const KernelCall& c) {
    const bool sum = c.op.name() == "add";
    return spec::zip(c.in[0], c.in[1], [&](double x, double y) {
      return spec::round_to(sum ? x + y : x * y, format, spec::Direction::toward_zero);
    });
  };
}
KernelBug saturating(const spec::Format& format) {
  return [format](const KernelCall& c) {
    return bent(c, format, [&](Index, double y) { return std::isinf(y) ? std::copysign(format.largest(), y) : y; });
  };
}
KernelBug flushing(const spec::Format& format) {
  return [format](const KernelCall& c) {
    return bent(c, format, [&](Index, double y) { return std::abs(y) < format.smallest_normal() ? y * 0 : y; });
  };
}
KernelBug next_above(const spec::Format& format) {
  return [format](const KernelCall& c) {
    return bent(c, format, [&](Index, double y) { return y * (1 + std::ldexp(1.0, 1 - format.precision)); });
  };
}

void plant_in(std::vector<Mutant>& list, const spec::Format& format, std::initializer_list<std::string_view> ops,
              std::string_view name, std::string_view bug, const KernelBug& kernel) {
  for (const std::string_view op : ops) {
    list.push_back(kernel_mutant(op, name, bug, kernel));
    list.back().format = format;
  }
}

}  // namespace

void add_dtype_bugs(std::vector<Mutant>& list) {
  plant_in(list, spec::binary64, {"add", "matmul", "sum", "exp", "softmax", "layer_norm", "conv2d", "gelu", "tanh"},
           "in_f64_by_float", "float64 computed in float32", in_float);
  plant_in(list, spec::binary64, {"mul", "permute", "gather", "mean", "linear", "log"}, "in_f64_stored_in_float",
           "the result passes through a float32", stored_in_float);
  plant_in(list, spec::binary64, {"sub", "erf", "sqrt", "cross_entropy", "avg_pool2d"}, "in_f64_operands_in_float",
           "the operands are rounded to float32", operands_in_float);
  for (const spec::Format& format : {spec::binary16, spec::bfloat16}) {
    const std::string kind = format == spec::binary16 ? "in_f16_" : "in_bf16_";
    const std::string name = kind + "accumulator", bug = "a running sum in 16 bits";
    plant_in(list, format, {"sum", "mean"}, name, bug, short_accumulator(format));
    plant_in(list, format, {"matmul"}, name, bug, short_product(format));
    plant_in(list, format, {"add", "mul"}, kind + "truncates", "the lower bits are cut off", truncating(format));
    plant_in(list, format, {"exp", "softmax", "matmul"}, kind + "one_above", "an ulp too large", next_above(format));
  }
  plant_in(list, spec::binary16, {"square", "mul", "sum"}, "in_f16_saturates", "65504 for what is larger",
           saturating(spec::binary16));
  plant_in(list, spec::binary16, {"mul", "div", "exp"}, "in_f16_flushes", "subnormal results are zero",
           flushing(spec::binary16));
}

}  // namespace plumbline::crosscheck
