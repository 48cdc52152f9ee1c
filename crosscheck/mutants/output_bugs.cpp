// What any kernel can do wrong with its output: not write it, write something else, write it in too few bits.
#include "crosscheck/mutants/values.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

constexpr Index vector_width = 8;

Values zeros(const KernelCall& c) { return Values::full(c.right.shape(), 0); }
Values ones(const KernelCall& c) { return Values::full(c.right.shape(), 1); }
Values input_copy(const KernelCall& c) {
  for (const Values& x : c.in)
    if (x.size() == c.right.size()) return x.reshaped(c.right.shape());
  return zeros(c);
}
Values vector_tail(const KernelCall& c) {
  return changed(c.right, [&](Index i, double y) { return i >= c.right.size() / vector_width * vector_width ? 0 : y; });
}
Values uninitialised_tail(const KernelCall& c) {
  const double held = static_cast<double>(c.options.poison) + 0.5;
  return changed(c.right, [&](Index i, double y) { return i + 1 == c.right.size() ? held : y; });
}
Values last_repeated(const KernelCall& c) {
  const Index n = c.right.size();
  return changed(c.right, [&](Index i, double y) { return n > 1 && i == n - 1 ? c.right[n - 2] : y; });
}
Values stale(const KernelCall& c) { return c.of_other_data(); }
Values half_stale(const KernelCall& c) {
  const Values old = c.of_other_data();
  return changed(c.right, [&](Index i, double y) { return 2 * i >= c.right.size() ? old[i] : y; });
}
Values negated(const KernelCall& c) { return scaled(c.right, -1); }
Values rotated(const KernelCall& c) { return c.right.size() > 0 ? shifted_by(c.right, 1) : c.right; }
Values bf16_output(const KernelCall& c) { return narrowed(c.right, spec::bfloat16); }
Values fp16_output(const KernelCall& c) { return narrowed(c.right, spec::binary16); }
Values truncated(const KernelCall& c) {
  return changed(c.right, [](Index, double y) {
    return spec::round_to(y * (1 - std::ldexp(1.0, -24)), spec::binary32, spec::Direction::toward_zero);
  });
}
Values flushed(const KernelCall& c) {
  return changed(c.right, [](Index, double y) {
    return std::abs(y) < spec::binary32.smallest_normal() ? std::copysign(0.0, y) : y;
  });
}
Values saturated(const KernelCall& c) {
  return changed(c.right,
                 [](Index, double y) { return std::isinf(y) ? std::copysign(spec::binary32.largest(), y) : y; });
}
// An ulp or two more where `when` holds: what another order of summation, or a fused product, leaves behind.
template <class When>
KernelBug ulps_more(When when) {
  return [=](const KernelCall& c) {
    return changed(c.right, [&](Index i, double y) { return when(c.options, i) ? y * (1 + std::ldexp(1.0, -22)) : y; });
  };
}
Values nan_swallowed(const KernelCall& c) {
  return changed(c.right, [](Index, double y) { return std::isnan(y) ? 0 : y; });
}

Values last_wrong(const KernelCall& c) {
  return changed(c.right, [&](Index i, double y) { return i + 1 < c.right.size() ? y : y == 0 ? 1 : 0; });
}
Values grown(const KernelCall& c) { return scaled(c.right, 1 + std::ldexp(1.0, -10)); }

// Bugs that need no knowledge of an op are planted in every op of the list.
void plant_everywhere(std::vector<Mutant>& list) {
  const auto catalogue = spec::Catalogue::builtin();
  for (const spec::OpEntry* entry : catalogue.entries()) {
    plant(list, entry->name, "last_wrong", "the last element is 0, or 1 where it should be 0", last_wrong);
    plant(list, entry->name, "grown", "every element is 1/1024 too large", grown);
  }
}

void plant_memory_bugs(std::vector<Mutant>& list) {
  for (std::string_view op : {"add", "softmax", "matmul", "conv2d"}) {
    Mutant in = kernel_mutant(op, "inputs_modified", "takes its input for scratch space", {});
    in.modifies_inputs = true;
    list.push_back(in);
    Mutant pad = kernel_mutant(op, "padding_overwritten", "writes past the end of its output", {});
    pad.overwrites_padding = true;
    list.push_back(pad);
  }
}

// Refusing is the plan's duty; a kernel behind a plan that does not refuses nothing either.
void plant_unchecked(std::vector<Mutant>& list) {
  for (std::string_view op : {"matmul", "conv2d", "concat", "gather", "embedding", "softmax", "cross_entropy_index"}) {
    Mutant m = kernel_mutant(op, "unchecked", "what does not fit is not refused", {});
    m.unchecked = true;
    list.push_back(m);
  }
}

}  // namespace

void add_output_bugs(std::vector<Mutant>& list) {
  plant(list,
        {"exp", "tanh", "gelu", "softmax", "log_softmax", "layer_norm", "matmul", "conv2d", "sum", "logsumexp", "mse"},
        {{"zeros", "the output stays zero", zeros},
         {"ones", "a constant", ones},
         {"input_copy", "a copy of the input", input_copy}});
  plant(list, {"add", "mul", "relu", "softmax", "matmul", "avg_pool2d", "where"},
        {{"vector_tail", "the tail of the vector width is not computed", vector_tail},
         {"uninitialised_tail", "the last element keeps what memory held", uninitialised_tail},
         {"stale", "the result of the call before", stale},
         {"half_stale", "half of the result is that of the call before", half_stale}});
  plant(list, {"concat", "max_pool2d", "embedding", "permute", "gather", "slice"},
        {{"last_repeated", "the last element is the one before it", last_repeated},
         {"rotated", "off by one element", rotated}});
  plant(list, {"sub", "tanh", "mean", "linear", "silu"}, {{"negated", "the wrong sign", negated}});
  plant(
      list, {"mul", "exp", "sigmoid", "matmul", "layer_norm", "softmax", "sum", "conv2d"},
      {{"bf16_output", "the result in bfloat16", bf16_output}, {"fp16_output", "the result in binary16", fp16_output}});
  plant(list, {"add", "mul", "div"}, {{"truncated", "rounds toward zero, one ulp low", truncated}});
  plant(list, {"add", "mul", "neg", "exp", "relu"}, {{"flushed", "subnormal results are flushed to zero", flushed}});
  plant(list, {"exp", "mul", "div"}, {{"saturated", "overflow ends at the largest number", saturated}});
  plant(list, {"sum", "matmul", "layer_norm"},
        {{"by_threads", "the bits depend on the number of threads",
          ulps_more([](const RunOptions& o, Index) { return o.threads > 1; })},
         {"by_alignment", "the bits depend on where the buffer lies",
          ulps_more([](const RunOptions& o, Index i) { return o.misalign % 4 != 0 && i == 0; })},
         {"by_plan", "the bits differ between eager and compiled",
          ulps_more([](const RunOptions& o, Index) { return o.compiled; })}});
  plant(list, {"relu", "maximum", "max", "clamp", "max_pool2d", "add", "sum", "softmax"},
        {{"nan_swallowed", "NaN becomes 0", nan_swallowed}});
  plant_everywhere(list);
  plant_memory_bugs(list);
  plant_unchecked(list);
}

}  // namespace plumbline::crosscheck
