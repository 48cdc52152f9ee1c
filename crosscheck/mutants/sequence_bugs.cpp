// Bugs of recurrent cells, scans and positions: states, gates, layouts, steps and angles.
#include "crosscheck/mutants/values.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Shape;

namespace {

// The correct kernel on inputs that f has bent: f(call, inputs).
template <class F>
KernelBug on_inputs(F f) {
  return [f](const KernelCall& c) {
    std::vector<Values> in = c.in;
    f(c, in);
    return c.compute(c.op, in);
  };
}
template <std::size_t Input>
KernelBug input_scaled(double factor) {
  return on_inputs([factor](const KernelCall&, std::vector<Values>& in) {
    if (Input < in.size()) in[Input] = scaled(in[Input], factor);
  });
}
template <std::size_t Input>
KernelBug input_transposed() {
  return on_inputs([](const KernelCall&, std::vector<Values>& in) { in[Input] = read_transposed(in[Input]); });
}

// How many inputs there are with biases and without states; `first`: those in front of x.
std::size_t weights_of(const OpCall& c) {
  const std::size_t first = c.op.name().ends_with("_grad") ? 1 : 0;
  if (c.op.name().starts_with("gated")) return first + (c.flag("bias") ? 7 : 4);
  return first + (c.flag("bias") ? 5 : 3);
}
void states_scaled(const KernelCall& c, std::vector<Values>& in, std::size_t which, double factor) {
  const std::size_t at = weights_of(c) + which;
  if (at < in.size()) in[at] = scaled(in[at], factor);
}
template <std::size_t Which>
KernelBug state_ignored() {
  return on_inputs([](const KernelCall& c, std::vector<Values>& in) { states_scaled(c, in, Which, 0); });
}
KernelBug states_swapped() {
  return on_inputs([](const KernelCall& c, std::vector<Values>& in) {
    const std::size_t at = weights_of(c);
    if (at + 1 < in.size()) std::swap(in[at], in[at + 1]);
  });
}
// The bias of the state, or of x.
KernelBug bias_scaled(std::size_t which, double factor) {
  return on_inputs([=](const KernelCall& c, std::vector<Values>& in) {
    const std::size_t at = weights_of(c) - (c.op.name().starts_with("gated") ? 3 : 2) + which;
    if (c.flag("bias")) in[at] = scaled(in[at], factor);
  });
}

// Weights and biases with their blocks of rows in another order: block k is the old block order[k].
Values blocks_of_rows(const Values& w, const std::vector<Index>& order) {
  const auto n = static_cast<Index>(order.size()), block = w.size() / n;
  return Values::generate(w.shape(), [&](Index i) {
    return w[order[static_cast<std::size_t>(i / std::max<Index>(1, block))] * block + i % std::max<Index>(1, block)];
  });
}
KernelBug gates_ordered(std::vector<Index> order) {
  return on_inputs([order](const KernelCall& c, std::vector<Values>& in) {
    const std::size_t first = c.op.name().ends_with("_grad") ? 2 : 1;
    for (std::size_t k = first; k < weights_of(c); ++k) in[k] = blocks_of_rows(in[k], order);
  });
}

// Sequences begin with their time axis.
Values last_step_repeated(const KernelCall& c) {
  const Index steps = c.right.shape()[0], unit = steps > 0 ? c.right.size() / steps : 0;
  const Index last = (steps - 1) * unit;
  return changed(c.right, [&](Index i, double y) { return steps > 1 && i >= last ? c.right[i - unit] : y; });
}
Values steps_late(const KernelCall& c) {
  const Index steps = c.right.shape()[0], unit = steps > 0 ? c.right.size() / steps : 0;
  return changed(c.right, [&](Index i, double) { return i >= unit ? c.right[i - unit] : 0; });
}
Values in_reversed_time(const KernelCall& c) {
  std::vector<Values> in = c.in;
  in[0] = rolled(in[0], 0, 1);
  return c.compute(c.op, in);
}
Values batch_mixed(const KernelCall& c) {
  return c.right.shape().rank() < 3 ? c.right : rolled(c.right, 1, 1);
}
Values state_bf16(const KernelCall& c) { return narrowed(c.right, spec::bfloat16); }

KernelBug flipped(std::string name) {
  return [=](const KernelCall& c) { return c.compute(c.with(name, c.flag(name) ? "false" : "true"), c.in); };
}
KernelBug word_swapped(std::string name, std::string a, std::string b) {
  return [=](const KernelCall& c) { return c.compute(c.with(name, c.attribute(name) == a ? b : a), c.in); };
}

KernelBug start_moved(Index by) {
  return [=](const KernelCall& c) {
    return c.compute(c.with("start", std::to_string(std::max<Index>(0, c.integer("start") + by))), c.in);
  };
}
KernelBug base_changed(double (*f)(double)) {
  return [=](const KernelCall& c) { return c.compute(c.with("base", spec::print_value(f(c.number("base")))), c.in); };
}
Values positions_along_the_first_axis(const KernelCall& c) {
  return c.compute(c.with("axis", c.integer("axis") == 0 ? "-2" : "0"), c.in);
}
// What is added, or rotated by, in few bits.
Values table_bf16(const KernelCall& c) {
  return changed(c.right, [&](Index i, double y) {
    return c.in[0][i] + spec::round_to_format(y - c.in[0][i], spec::bfloat16);
  });
}
Values last_coordinate_plain(const KernelCall& c) {
  return along_axis(c.right, -1, [&](Index k, Index n, double v) { return k + 1 == n && n > 1 ? 0 : v; });
}

void plant_positions(std::vector<Mutant>& list) {
  plant(list, {"rope", "sinusoidal_encoding"},
        {{"start_ignored", "counts positions from 0", with_attribute("start", "0")},
         {"start_after", "off by one position", start_moved(1)},
         {"half_rate", "the exponent is i/d in place of 2i/d", base_changed([](double b) { return std::sqrt(b); })},
         {"base_500", "another base", base_changed([](double b) { return b * 1.0009765625; })},
         {"first_axis", "positions run along another axis", positions_along_the_first_axis},
         {"half_table", "the table in bfloat16", table_bf16},
         {"last_coordinate", "the last coordinate stays 0", last_coordinate_plain}});
  plant(list, "rope", "other_pairs", "interleaved for half-split pairs", flipped("interleaved"));
  plant(list, "rope", "backwards", "rotates the other way", flipped("inverse"));
}

void plant_cells(std::vector<Mutant>& list) {
  plant(list, {"rnn", "gru", "lstm"},
        {{"state_ignored", "the initial state is not read", state_ignored<0>()},
         {"hidden_bias_missing", "b_hh is not added", bias_scaled(1, 0)},
         {"input_bias_twice", "b_ih is added twice", bias_scaled(0, 2)},
         {"recurrent_transposed", "W_hh is read by columns", input_transposed<2>()},
         {"recurrent_missing", "the state is not fed back", input_scaled<2>(0)},
         {"last_step", "the last step repeats the one before", last_step_repeated},
         {"late", "the states are those before each step", steps_late},
         {"time_rolled", "begins at the second step", in_reversed_time},
         {"batch_mixed", "sequences of a batch are exchanged", batch_mixed},
         {"states_bf16", "states in bfloat16", state_bf16},
         {"bf16_operands", "operands in bfloat16", operands_in(spec::bfloat16)}});
  plant(list, "rnn", "other_function", "relu for tanh", word_swapped("nonlinearity", "tanh", "relu"));
  plant(list, {"lstm"},
        {{"gates_ifog", "gates in the order i f o g", gates_ordered({0, 1, 3, 2})},
         {"gates_fico", "input and forget gates exchanged", gates_ordered({1, 0, 2, 3})},
         {"cell_ignored", "c0 is not read", state_ignored<1>()},
         {"states_swapped", "h0 and c0 exchanged", states_swapped()},
         {"other_output", "cells for hidden states", word_swapped("output", "hidden", "cell")}});
  plant(list, {"gru"},
        {{"gates_zrn", "gates in the order z r n", gates_ordered({1, 0, 2})},
         {"reset_moved", "the reset gate on the other side of the product", flipped("reset_after")},
         {"hidden_bias_negated", "b_hh is subtracted", bias_scaled(1, -1)}});
  plant(list, {"rnn_grad", "gru_grad", "lstm_grad"},
        {{"recurrent_transposed", "W_hh is read by columns", input_transposed<3>()},
         {"state_ignored", "the initial state is not read", state_ignored<0>()},
         {"late", "cotangents a step late", steps_late},
         {"not_through_time", "no cotangent comes from later steps", input_scaled<3>(0)},
         {"bf16_operands", "operands in bfloat16", operands_in(spec::bfloat16)}});
}

void plant_selective_scans(std::vector<Mutant>& list) {
  plant(list, {"selective_scan"},
        {{"skip_missing", "D u is not added",
          on_inputs([](const KernelCall& c, std::vector<Values>& in) {
            if (c.flag("skip")) in[5] = scaled(in[5], 0);
          })},
         {"read_and_write", "B and C exchanged",
          on_inputs([](const KernelCall&, std::vector<Values>& in) { std::swap(in[3], in[4]); })},
         {"decay_sign", "exp(-delta A)", input_scaled<2>(-1)},
         {"no_softplus", "softplus is left out, or put in", flipped("delta_softplus")},
         {"input_undiscretised", "B is not multiplied by delta",
          on_inputs([](const KernelCall& c, std::vector<Values>& in) {
            in[3] = changed(in[3], [&](Index, double v) { return c.flag("delta_softplus") ? v * 1.5 : v; });
          })},
         {"states_bf16", "the result in bfloat16", state_bf16},
         {"last_step", "the last step repeats the one before", last_step_repeated},
         {"state_ignored", "the initial state is not read",
          on_inputs([](const KernelCall& c, std::vector<Values>& in) {
            const auto given = std::size_t{5} + c.flag("skip") + c.flag("gate") + c.flag("delta_bias");
            if (in.size() > given) in.back() = scaled(in.back(), 0);
          })}});
}

void plant_scans(std::vector<Mutant>& list) {
  plant(list, {"gated_diagonal_ssm"},
        {{"state_ignored", "the initial state is not read", state_ignored<0>()},
         {"gate_bias_missing", "b_d is not added", bias_scaled(1, 0)},
         {"recurrent_missing", "the gate does not see the state", input_scaled<2>(0)},
         {"projections_swapped", "W_u and W_z exchanged",
          on_inputs([](const KernelCall&, std::vector<Values>& in) { std::swap(in[1], in[3]); })},
         {"ungated", "the state for the output", word_swapped("output", "gated", "state")},
         {"late", "a step late", steps_late}});
  plant(list, {"gated_diagonal_ssm_grad"},
        {{"late", "cotangents a step late", steps_late},
         {"not_through_time", "the gate's way back is left out", input_scaled<3>(0)}});
  plant(list, {"linear_scan"},
        {{"forwards", "the other direction", flipped("reverse")},
         {"late", "a step late", steps_late},
         {"decay_late", "multiplies by the decay of the step before",
          on_inputs([](const KernelCall&, std::vector<Values>& in) { in[0] = rolled(in[0], 0, -1); })},
         {"state_ignored", "the state before is not read",
          on_inputs([](const KernelCall&, std::vector<Values>& in) {
            if (in.size() > 2) in[2] = scaled(in[2], 0);
          })},
         {"bf16_operands", "operands in bfloat16", operands_in(spec::bfloat16)}});
}

// The cotangent of input k counted from x, or from the end where k is negative, times a factor.
BackwardBug cotangent_scaled(int k, double factor) {
  return [=](const BackwardCall&, std::vector<Values>& g) {
    const int at = k < 0 ? static_cast<int>(g.size()) + k : k;
    if (at >= static_cast<int>(g.size())) return;
    Values& x = g[static_cast<std::size_t>(at)];
    x = scaled(x, factor);
  };
}
// The gradient of the first step of x only.
void one_step_of_x(const BackwardCall& c, std::vector<Values>& g) {
  const Index steps = g[0].shape()[0], unit = steps > 0 ? g[0].size() / steps : 0;
  if (c.y.size() > 0) g[0] = changed(g[0], [&](Index i, double v) { return i >= unit ? 0 : v; });
}

void plant_backward(std::vector<Mutant>& list) {
  for (std::string_view op : {"rnn", "gru", "lstm", "gated_diagonal_ssm", "selective_scan", "linear_scan"}) {
    const auto add = [&](std::string_view name, std::string_view bug, BackwardBug backward) {
      list.push_back(backward_mutant(op, name, bug, std::move(backward)));
    };
    add("grad_one_step", "only the first step has a gradient", one_step_of_x);
    add("grad_second_missing", "the second input gets no gradient", cotangent_scaled(1, 0));
    add("grad_last_doubled", "the last input's gradient is accumulated twice", cotangent_scaled(-1, 2));
    add("grad_negated", "the gradient of x has the wrong sign", cotangent_scaled(0, -1));
  }
}

}  // namespace

void add_sequence_bugs(std::vector<Mutant>& list) {
  plant_positions(list);
  plant_cells(list);
  plant_selective_scans(list);
  plant_scans(list);
  plant_backward(list);
}

}  // namespace plumbline::crosscheck
