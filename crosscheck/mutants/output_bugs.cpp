// What any kernel can do wrong with its output: not write it, write something else, write it in too few bits.
#include "crosscheck/mutants/values.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

struct OutputBug {
  std::string_view name, bug;
  Values (*kernel)(const KernelCall&);
};

Values zeros(const KernelCall& c) { return Values::full(c.right.shape(), 0); }
Values ones(const KernelCall& c) { return Values::full(c.right.shape(), 1); }
Values input_copy(const KernelCall& c) {
  for (const Values& x : c.in)
    if (x.size() == c.right.size()) return x.reshaped(c.right.shape());
  return zeros(c);
}
Values vector_tail(const KernelCall& c) {  // the scalar loop after the vector loop is missing
  return changed(c.right, [&](Index i, double y) { return i >= c.right.size() / 8 * 8 ? 0 : y; });
}
Values uninitialised_tail(const KernelCall& c) {
  return changed(c.right, [&](Index i, double y) { return i + 1 == c.right.size() ? static_cast<double>(c.options.poison) + 0.5 : y; });
}
Values last_repeated(const KernelCall& c) {
  const Index n = c.right.size();
  return changed(c.right, [&](Index i, double y) { return n > 1 && i == n - 1 ? c.right[n - 2] : y; });
}
Values stale(const KernelCall& c) {
  return changed(c.right, [&](Index i, double y) { return i < c.before.size() ? c.before[i] : y; });
}
Values negated(const KernelCall& c) {
  return changed(c.right, [](Index, double y) { return -y; });
}
Values rotated(const KernelCall& c) { return c.right.size() > 0 ? shifted(c.right, 1) : c.right; }
Values bf16_output(const KernelCall& c) { return narrowed(c.right, spec::bfloat16); }
Values fp16_output(const KernelCall& c) { return narrowed(c.right, spec::binary16); }
Values flushed(const KernelCall& c) {
  return changed(c.right, [](Index, double y) { return std::abs(y) < spec::binary32.smallest_normal() ? std::copysign(0.0, y) : y; });
}
Values by_threads(const KernelCall& c) {  // another summation order for another number of threads
  return changed(c.right, [&](Index, double y) { return c.options.threads > 1 ? y * (1 + std::ldexp(1.0, -22)) : y; });
}
Values by_alignment(const KernelCall& c) {
  return changed(c.right, [&](Index i, double y) { return c.options.misalign % 4 != 0 && i == 0 ? y * (1 + std::ldexp(1.0, -21)) : y; });
}
Values nan_swallowed(const KernelCall& c) {
  return changed(c.right, [](Index, double y) { return std::isnan(y) ? 0 : y; });
}

void plant(std::vector<Mutant>& list, std::initializer_list<std::string_view> ops, std::initializer_list<OutputBug> bugs) {
  for (std::string_view op : ops)
    for (const OutputBug& b : bugs)
      list.push_back({spec::concat(op, '/', b.name), std::string(op), Stage::forward, std::string(b.bug), b.kernel, {}, {}, {}});
}

void plant_memory_bugs(std::vector<Mutant>& list) {
  for (std::string_view op : {"add", "softmax", "matmul"}) {
    Mutant in{spec::concat(op, "/inputs_modified"), std::string(op), Stage::forward, "scratch space in its input", {}, {}, {}, {}};
    in.modifies_inputs = true;
    list.push_back(in);
    Mutant pad{spec::concat(op, "/padding_overwritten"), std::string(op), Stage::forward, "writes past the end", {}, {}, {}, {}};
    pad.overwrites_padding = true;
    list.push_back(pad);
  }
}

}  // namespace

void add_output_bugs(std::vector<Mutant>& list) {
  const OutputBug idle_zeros{"zeros", "the output stays zero", zeros}, idle_ones{"ones", "a constant", ones},
      idle_copy{"input_copy", "a copy of the input", input_copy};
  plant(list, {"exp", "tanh", "gelu", "softmax", "log_softmax", "layer_norm", "matmul", "conv2d", "sum", "logsumexp", "mse"},
        {idle_zeros, idle_ones, idle_copy});
  plant(list, {"add", "mul", "relu", "softmax", "matmul", "avg_pool2d", "where"},
        {{"vector_tail", "the tail of the vector width is not computed", vector_tail},
         {"uninitialised_tail", "the last element keeps what memory held", uninitialised_tail},
         {"stale", "the buffer of the call before", stale}});
  plant(list, {"concat", "max_pool2d", "embedding", "permute"},
        {{"last_repeated", "the last element is the one before it", last_repeated}, {"rotated", "off by one element", rotated}});
  plant(list, {"sub", "tanh", "mean", "linear"}, {{"negated", "the wrong sign", negated}});
  plant(list, {"mul", "exp", "sigmoid", "matmul", "layer_norm", "softmax"},
        {{"bf16_output", "the result in bfloat16", bf16_output}, {"fp16_output", "the result in binary16", fp16_output}});
  plant(list, {"add", "mul", "neg", "exp"}, {{"flushed", "subnormal results are flushed to zero", flushed}});
  plant(list, {"sum", "matmul", "layer_norm"},
        {{"by_threads", "the bits depend on the number of threads", by_threads},
         {"by_alignment", "the bits depend on where the buffer lies", by_alignment}});
  plant(list, {"relu", "maximum", "max", "clamp", "max_pool2d", "add"}, {{"nan_swallowed", "NaN becomes 0", nan_swallowed}});
  plant_memory_bugs(list);
}

}  // namespace plumbline::crosscheck
