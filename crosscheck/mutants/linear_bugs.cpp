// Bugs of matrix products: operands, accumulators, terms, batches and the bias.
#include "crosscheck/mutants/values.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Shape;

namespace {

// Where the terms of each output lie: row · column over the inner extent.
struct Product {
  Index m = 1, k = 1, n = 1;
  std::vector<Index> a, b;        // the first element of A and B of each batch
  Index b_row = 1, b_column = 1;  // steps in B along the inner axis and from column to column

  static Product of(const KernelCall& c) { return c.op.name() == "linear" ? linear(c) : matmul(c); }
  static Product linear(const KernelCall& c) {
    Product p;
    p.n = c.in[1].shape()[0], p.k = c.in[1].shape()[1];
    p.m = p.n == 0 ? 0 : c.right.size() / p.n;
    p.a = p.b = {0};
    p.b_column = p.k;
    return p;
  }
  static Product matmul(const KernelCall& c) {
    const Shape &x = c.in[0].shape(), &y = c.in[1].shape();
    Product p;
    p.k = x.back(0), p.m = x.rank() > 1 ? x.back(1) : 1, p.n = y.rank() > 1 ? y.back(0) : 1;
    const auto prefix = [](const Shape& s) {
      return s.rank() < 2 ? Shape{} : Shape(std::vector<Index>(s.dims().begin(), s.dims().end() - 2));
    };
    const Shape batch = *spec::broadcast(prefix(x), prefix(y));
    p.a = spec::broadcast_offsets(prefix(x), batch), p.b = spec::broadcast_offsets(prefix(y), batch);
    for (Index& at : p.a) at *= p.m * p.k;
    for (Index& at : p.b) at *= p.k * p.n;
    p.b_row = p.n;
    return p;
  }
};

// C = fold(k, p ↦ (a_p, b_p)) for each output, then the bias.
template <class F>
KernelBug folded(F fold) {
  return [fold](const KernelCall& c) {
    const Product p = Product::of(c);
    return changed(c.right, [&](Index i, double) {
      const auto s = static_cast<std::size_t>(i / (p.m * p.n));
      const Index row = p.a[s] + i / p.n % p.m * p.k, column = p.b[s] + i % p.n * p.b_column;
      const double y = fold(p.k, [&](Index q) { return std::pair(c.in[0][row + q], c.in[1][column + q * p.b_row]); });
      return c.in.size() > 2 ? y + c.in[2][i % p.n] : y;
    });
  };
}
KernelBug accumulated_in(const spec::Format& format) {
  return folded([&format](Index k, auto term) {
    double total = 0;
    for (Index q = 0; q < k; ++q) total = spec::round_to_format(total + term(q).first * term(q).second, format);
    return total;
  });
}
KernelBug products_in(const spec::Format& format) {
  return folded([&format](Index k, auto term) {
    float total = 0;
    for (Index q = 0; q < k; ++q)
      total += static_cast<float>(spec::round_to_format(term(q).first * term(q).second, format));
    return double{total};
  });
}

template <class F>
KernelBug left_operand(F f) {
  return [f](const KernelCall& c) { return c.compute(c.op, with_input(c.in, 0, along_axis(c.in[0], -1, f))); };
}
constexpr auto last_zero = [](Index k, Index n, double v) { return k + 1 == n ? 0 : v; };
constexpr auto first_twice = [](Index k, Index, double v) { return k == 0 ? 2 * v : v; };
constexpr auto tail_zero = [](Index k, Index n, double v) { return k >= n / 8 * 8 ? 0 : v; };
constexpr auto beyond_a_tile_zero = [](Index k, Index, double v) { return k >= 64 ? 0 : v; };
constexpr auto inner_swapped = [](Index k, Index, double v) { return k == 1 ? -v : v; };

template <std::size_t Input>
Values transposed(const KernelCall& c) {
  return c.compute(c.op, with_input(c.in, Input, read_transposed(c.in[Input])));
}
template <std::size_t Input>
KernelBug input_in(const spec::Format& format) {
  return [&format](const KernelCall& c) {
    return c.compute(c.op, with_input(c.in, Input, narrowed(c.in[Input], format)));
  };
}

// Every batch reads the first matrix of an operand.
template <std::size_t Input>
Values first_batch(const KernelCall& c) {
  const Shape& s = c.in[Input].shape();
  if (s.rank() < 3 || c.in[Input].size() == 0) return c.right;
  const Index plane = s.back(0) * s.back(1);
  return c.compute(c.op, with_input(c.in, Input, Values::generate(s, [&](Index i) { return c.in[Input][i % plane]; })));
}
Values result_transposed(const KernelCall& c) { return read_transposed(c.right); }
Values accumulates_twice(const KernelCall& c) { return scaled(c.right, 2); }
Values over_old_result(const KernelCall& c) {  // C += A B
  const Values old = c.of_other_data();
  return changed(c.right, [&](Index i, double y) { return y + old[i]; });
}

Values bias_missing(const KernelCall& c) { return c.in.size() > 2 ? c.compute(c.op, {c.in[0], c.in[1]}) : c.right; }
Values bias_twice(const KernelCall& c) {
  return c.in.size() > 2 ? c.compute(c.op, {c.in[0], c.in[1], scaled(c.in[2], 2)}) : c.right;
}
Values bias_along_rows(const KernelCall& c) {
  if (c.in.size() < 3 || c.in[2].size() == 0) return c.right;
  const Index n = c.in[2].size();
  return changed(bias_missing(c), [&](Index i, double y) { return y + c.in[2][i / n % n]; });
}
Values bias_subtracted(const KernelCall& c) {
  return c.in.size() > 2 ? c.compute(c.op, {c.in[0], c.in[1], scaled(c.in[2], -1)}) : c.right;
}
Values last_column_missing(const KernelCall& c) { return with_last(c.right, -1, 0); }

}  // namespace

void add_linear_bugs(std::vector<Mutant>& list) {
  plant(list, {"matmul", "linear"},
        {{"bf16_operands", "operands in bfloat16", operands_in(spec::bfloat16)},
         {"tf32_operands", "operands in tf32", operands_in(spec::tf32)},
         {"fp16_operands", "operands in binary16", operands_in(spec::binary16)},
         {"bf16_weight", "the right operand in bfloat16", input_in<1>(spec::bfloat16)},
         {"fp16_accumulator", "accumulates in binary16", accumulated_in(spec::binary16)},
         {"bf16_accumulator", "accumulates in bfloat16", accumulated_in(spec::bfloat16)},
         {"fp16_products", "products in binary16", products_in(spec::binary16)},
         {"last_dropped", "the last term of each sum is dropped", left_operand(last_zero)},
         {"first_doubled", "the first term counts twice", left_operand(first_twice)},
         {"tail_dropped", "the terms after the last whole vector are dropped", left_operand(tail_zero)},
         {"one_tile", "only the first 64 terms", left_operand(beyond_a_tile_zero)},
         {"sign_of_second", "the second term has the wrong sign", left_operand(inner_swapped)},
         {"left_transposed", "the left operand is read by columns", transposed<0>},
         {"right_transposed", "the right operand is read by columns", transposed<1>},
         {"result_transposed", "the result is written by columns", result_transposed},
         {"accumulates_twice", "runs twice over one accumulator", accumulates_twice},
         {"over_old_result", "adds to what the buffer held", over_old_result},
         {"last_column_missing", "the last column stays 0", last_column_missing}});
  plant(list, "matmul", "left_batch", "every batch reads the first left matrix", first_batch<0>);
  plant(list, "matmul", "right_batch", "every batch reads the first right matrix", first_batch<1>);
  plant(list, "linear", "bias_missing", "the bias is not added", bias_missing);
  plant(list, "linear", "bias_twice", "the bias is added twice", bias_twice);
  plant(list, "linear", "bias_along_rows", "the bias runs along the rows", bias_along_rows);
  plant(list, "linear", "bias_subtracted", "the bias is subtracted", bias_subtracted);
}

}  // namespace plumbline::crosscheck
