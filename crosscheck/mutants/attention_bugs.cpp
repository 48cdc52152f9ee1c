// Bugs of attention, einsum and bilinear forms: masks, scales, caches, heads, axes.
#include "crosscheck/mutants/values.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Shape;

namespace {

// Which input the mask is; past the end where there is none.
std::size_t mask_of(const OpCall& c) {
  return c.op.name() == "attention" ? 3 : c.op.name() == "attention_weights" ? 2 : 4;
}

// The correct kernel with another mask, m ↦ f(m), where there is one of that kind.
template <class F>
KernelBug mask_changed(std::string kind, F f) {
  return [=](const KernelCall& c) {
    const std::size_t at = mask_of(c);
    if (at >= c.in.size() || c.attribute("mask") != kind) return c.right;
    return c.compute(c.op, with_input(c.in, at, changed(c.in[at], [&](Index, double m) { return f(m); })));
  };
}
Values mask_missing(const KernelCall& c) {
  if (mask_of(c) >= c.in.size()) return c.right;
  return c.compute(c.op, std::vector<Values>(c.in.begin(), c.in.end() - 1));
}
Values mask_kind(const KernelCall& c) {
  return c.compute(c.with("mask", c.attribute("mask") == "boolean" ? "additive" : "boolean"), c.in);
}
Values mask_transposed(const KernelCall& c) {
  const std::size_t at = mask_of(c);
  return at < c.in.size() ? c.compute(c.op, with_input(c.in, at, read_transposed(c.in[at]))) : c.right;
}

std::optional<spec::Op> with_all(const KernelCall& c, std::initializer_list<spec::Attribute> changes) {
  spec::Attributes all = c.op->attributes();
  for (spec::Attribute& a : all)
    for (const spec::Attribute& change : changes)
      if (a.name == change.name) a.value = change.value;
  return c.make(c.op.name(), all);
}
Values not_causal(const KernelCall& c) {
  return c.compute(with_all(c, {{"is_causal", "false"}, {"start", "0"}}), c.in);
}
Values causal_strict(const KernelCall& c) {  // a query does not see itself, or sees one key more where it is the first
  if (!c.flag("is_causal")) return c.right;
  const Index start = c.integer("start");
  return c.compute(with_all(c, {{"start", std::to_string(start > 0 ? start - 1 : 1)}}), c.in);
}
Values cache_ignored(const KernelCall& c) { return c.compute(with_all(c, {{"start", "0"}}), c.in); }
Values bottom_right(const KernelCall& c) {
  if (!c.flag("is_causal")) return c.right;
  const Index behind = c.in[1].shape().back(1) - c.in[0].shape().back(1);
  return c.compute(with_all(c, {{"start", std::to_string(std::max<Index>(0, behind))}}), c.in);
}

double scale_of(const KernelCall& c) {
  const double scale = c.number("scale");
  return scale != 0 ? scale : 1 / std::sqrt(static_cast<double>(c.in[0].shape().back(0)));
}
KernelBug scale_becomes(double (*f)(double scale, double keys)) {
  return [=](const KernelCall& c) {
    const double keys = static_cast<double>(c.in[1].shape().back(1)), to = f(scale_of(c), keys);
    return std::isfinite(to) && to != 0 ? c.compute(c.with("scale", spec::print_value(to)), c.in) : c.right;
  };
}

template <std::size_t Input>
KernelBug rows_of_input(spec::Index by) {
  return [=](const KernelCall& c) { return c.compute(c.op, with_input(c.in, Input, rolled(c.in[Input], -2, by))); };
}
template <std::size_t Input>
Values last_row_zero(const KernelCall& c) {
  return c.compute(c.op, with_input(c.in, Input, with_last(c.in[Input], -2, 0)));
}
template <std::size_t Input>
Values first_head(const KernelCall& c) {
  const Values& x = c.in[Input];
  if (x.shape().rank() < 3 || x.size() == 0) return c.right;
  const Index plane = x.shape().back(0) * x.shape().back(1);
  return c.compute(c.op, with_input(c.in, Input, Values::generate(x.shape(), [&](Index i) { return x[i % plane]; })));
}
template <std::size_t Input>
Values heads_interleaved(const KernelCall& c) {
  return c.compute(c.op, with_input(c.in, Input, read_transposed(c.in[Input])));
}
Values blocked_rows_uniform(const KernelCall& c) {  // a row of zeros where there are values
  return along_axis(c.right, -1, [](Index, Index n, double y) { return y == 0 ? 1 / static_cast<double>(n) : y; });
}
Values not_normalised(const KernelCall& c) { return scaled(c.right, 1.0009765625); }
Values in_half(const KernelCall& c) { return narrowed(c.right, spec::binary16); }
Values wrong_operand(const KernelCall& c) {
  const std::string wrt = c.attribute("wrt");
  return c.compute(c.with("wrt", wrt == "key" ? "value" : "key"), c.in);
}

void plant_attention(std::vector<Mutant>& list) {
  plant(list, {"attention", "attention_weights", "attention_grad"},
        {{"mask_inverted", "true blocks", mask_changed("boolean", [](double m) { return m == 0; })},
         {"mask_missing", "the mask is not read", mask_missing},
         {"mask_kind", "an additive mask for a boolean one", mask_kind},
         {"mask_transposed", "the mask is read by columns", mask_transposed},
         {"mask_scaled", "the mask is scaled", mask_changed("additive", [](double m) { return m / 2; })},
         {"not_causal", "later keys are seen", not_causal},
         {"causal_off", "the diagonal is one off", causal_strict},
         {"cache_ignored", "positions are counted from the first query", cache_ignored},
         {"bottom_right", "the causal mask ends at the last key", bottom_right},
         {"unscaled", "scores are not scaled", scale_becomes([](double, double) { return 1.0; })},
         {"scale_squared", "1/d for 1/sqrt(d)", scale_becomes([](double s, double) { return s * s; })},
         {"scale_by_keys", "scaled by the number of keys",
          scale_becomes([](double, double keys) { return 1 / std::sqrt(keys); })},
         {"keys_rolled", "keys are one place off", rows_of_input<1>(1)},
         {"last_key", "the last key is 0", last_row_zero<1>},
         {"first_head", "every head reads the keys of the first", first_head<1>},
         {"keys_transposed", "keys are read by columns", heads_interleaved<1>},
         {"bf16_operands", "operands in bfloat16", operands_in(spec::bfloat16)},
         {"in_half", "the result in binary16", in_half},
         {"not_normalised", "weights do not add up to 1", not_normalised}});
  plant(list, {"attention", "attention_grad"},
        {{"values_rolled", "values are one place off", rows_of_input<2>(1)},
         {"last_value", "the last value is 0", last_row_zero<2>},
         {"values_of_first_head", "every head reads the values of the first", first_head<2>}});
  plant(list, {"attention", "attention_weights"},
        {{"blocked_uniform", "a fully blocked row is uniform", blocked_rows_uniform}});
  plant(list, "attention_grad", "wrong_operand", "the cotangent of another operand", wrong_operand);
}

Values axes_reversed(const KernelCall& c) {
  return c.right.shape().rank() < 2 ? c.right : read_transposed(c.right);
}
template <std::size_t Input>
KernelBug operand_transposed() {
  return [](const KernelCall& c) {
    return Input < c.in.size() ? c.compute(c.op, with_input(c.in, Input, read_transposed(c.in[Input]))) : c.right;
  };
}
template <std::size_t Input>
KernelBug operand_last_zero() {
  return [](const KernelCall& c) {
    return Input < c.in.size() ? c.compute(c.op, with_input(c.in, Input, with_last(c.in[Input], -1, 0))) : c.right;
  };
}
// A diagonal that is written, or read, everywhere: the sum over the axis in place of the diagonal.
Values diagonal_filled(const KernelCall& c) {
  return changed(c.right, [&](Index, double y) { return y == 0 ? c.in[0][0] : y; });
}

void plant_products(std::vector<Mutant>& list) {
  plant(list, {"einsum", "einsum_grad"},
        {{"axes_reversed", "the output's axes in another order", axes_reversed},
         {"left_transposed", "the first operand is read by columns", operand_transposed<0>()},
         {"right_transposed", "the second operand is read by columns", operand_transposed<1>()},
         {"last_term", "the last term of the first operand is dropped", operand_last_zero<0>()},
         {"bf16_operands", "operands in bfloat16", operands_in(spec::bfloat16)},
         {"in_half", "the result in binary16", in_half},
         {"doubled", "accumulates twice", [](const KernelCall& c) { return scaled(c.right, 2); }}});
  plant(list, "einsum_grad", "diagonal_filled", "places beside the diagonal are written", diagonal_filled);
  plant(list, {"bilinear"},
        {{"weight_transposed", "the weight is read by columns", operand_transposed<2>()},
         {"last_term", "the last term is dropped", operand_last_zero<0>()},
         {"last_of_second", "the last term of x2 is dropped", operand_last_zero<1>()},
         {"bf16_operands", "operands in bfloat16", operands_in(spec::bfloat16)},
         {"bias_missing", "the bias is not added",
          [](const KernelCall& c) {
            return c.in.size() > 3 ? c.compute(c.op, {c.in[0], c.in[1], c.in[2]}) : c.right;
          }},
         {"rolled", "outputs are one place off", [](const KernelCall& c) { return rolled(c.right, -1, 1); }}});
}

// The cotangents of the first two operands exchanged; a longer one takes the shorter one's elements in turn.
void first_two_swapped(const BackwardCall&, std::vector<Values>& g) {
  if (g.size() < 2 || g[0].size() == 0 || g[1].size() == 0) return;
  const Values first = g[0], second = g[1];
  g[0] = Values::generate(first.shape(), [&](Index i) { return second[i % second.size()]; });
  g[1] = Values::generate(second.shape(), [&](Index i) { return first[i % first.size()]; });
}
BackwardBug of_operand(std::size_t k, double factor) {
  return [=](const BackwardCall&, std::vector<Values>& g) {
    if (k < g.size()) g[k] = scaled(g[k], factor);
  };
}

void plant_backward(std::vector<Mutant>& list) {
  for (std::string_view op : {"attention", "attention_weights", "einsum", "bilinear"}) {
    const auto add = [&](std::string_view name, std::string_view bug, BackwardBug backward) {
      list.push_back(backward_mutant(op, name, bug, std::move(backward)));
    };
    add("grad_operands_swapped", "the gradients of the first two operands exchanged", first_two_swapped);
    add("grad_second_missing", "the second operand gets no gradient", of_operand(1, 0));
    add("grad_unscaled", "the gradient of the first operand is scaled twice", of_operand(0, 0.5));
  }
  list.push_back(backward_mutant("rope", "grad_forwards", "the gradient is rotated the same way",
                                 [](const BackwardCall& c, std::vector<Values>& g) {
                                   if (const auto y = c.correct(c.op, {c.ct})) g[0] = *y;
                                 }));
}

}  // namespace

void add_attention_bugs(std::vector<Mutant>& list) {
  plant_attention(list);
  plant_products(list);
  plant_backward(list);
}

}  // namespace plumbline::crosscheck
