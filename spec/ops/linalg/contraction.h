// What einsum and its gradient share: an equation that fits its operands, and plain gradients as equations.
#pragma once

#include "spec/ops/linalg/equation.h"

namespace plumbline::spec {

// The names of all axes, `...` spread, of an equation that fits the operands.
struct NamedAxes {
  std::vector<AxisNames> in;
  AxisNames out;
};

// [op C1] the equation reads, [op C2] it has a term for each operand, [op C3] of its rank, [op C4] extents agree,
// [op C5] the output names each axis once, one that an operand has, [op C6] nothing is too large.
template <class O>
Result<NamedAxes> named_axes(const O& op, const Shapes& operands) {
  const auto equation = parse_equation(op.equation);
  if (!equation) return refuse(op, 1, equation.error().what(), " in ", op.equation);
  if (equation->in.size() != operands.size())
    return refuse(op, 2, "the equation has ", equation->in.size(), " terms for ", operands.size(), " operands");
  NamedAxes names;
  Index spread_axes = 0;
  for (std::size_t p = 0; p < operands.size(); ++p) {
    auto axes = spread(equation->in[p], operands[p].rank());
    if (!axes) return refuse(op, 3, "operand ", p, ": ", axes.error().what());
    for (int name : *axes) spread_axes = std::max<Index>(spread_axes, Equation::ellipsis - name + 1);
    names.in.push_back(std::move(*axes));
  }
  const bool open = has_name(equation->out, Equation::ellipsis);
  names.out = *spread(equation->out, static_cast<Index>(equation->out.size()) - (open ? 1 - spread_axes : 0));
  Shape places;  // of all terms of all sums
  AxisNames seen;
  for (const AxisNames& operand : names.in)
    for (int name : operand) {
      if (has_name(seen, name)) continue;
      seen.push_back(name);
      const auto extent = extent_of(name, names.in, operands);
      if (!extent) return refuse(op, 4, extent.error().what());
      places.push_back(*extent);
    }
  for (int name : names.out) {
    const auto times = std::count(names.out.begin(), names.out.end(), name);
    const std::string text = name < 0 ? "..." : std::string(1, static_cast<char>(name));
    if (times > 1) return refuse(op, 5, "the output names ", text, " ", times, " times, expected 1, in ", op.equation);
    if (!has_name(seen, name))
      return refuse(op, 5, "the output names ", text, ", which is in 0 operands of ", op.equation);
  }
  if (!places.valid()) return refuse(op, 6, "the sums run over ", places, ", which is too large");
  return names;
}

template <class T>
Shapes shapes_of(const std::vector<T>& in) {
  Shapes shapes;
  for (const T& x : in) shapes.push_back(x.shape());
  return shapes;
}

// y = Σ Π_p x_p over the axes that `out` lacks.
template <Number N>
Tensor<N> contracted(const Tensors<N>& in, const std::vector<AxisNames>& names, const AxisNames& out) {
  const Contraction c = contract(names, shapes_of(in), out);
  std::vector<std::vector<Index>> base, step;
  for (std::size_t p = 0; p < in.size(); ++p) {
    base.push_back(Contraction::offsets(c.out, c.out_steps[p]));
    step.push_back(Contraction::offsets(c.summed, c.summed_steps[p]));
  }
  return Tensor<N>::generate(c.out, [&](Index i) {
    const auto o = static_cast<std::size_t>(i);
    const auto at = [&](std::size_t p, std::size_t k) -> const N& { return in[p][base[p][o] + step[p][k]]; };
    return sum<N>(c.summed.size(), [&](Index term) {
      const auto k = static_cast<std::size_t>(term);
      N product = at(0, k);
      for (std::size_t p = 1; p < in.size(); ++p) product = product * at(p, k);
      return product;
    });
  });
}

// The equation of `names` -> `out`, with a letter of its own for each name; empty where the letters do not suffice.
inline std::string spelled(const std::vector<AxisNames>& names, const AxisNames& out) {
  static constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  AxisNames known;
  std::string text;
  const auto append = [&](const AxisNames& term) {
    for (int name : term) {
      if (!has_name(known, name)) known.push_back(name);
      const auto at = std::find(known.begin(), known.end(), name) - known.begin();
      text += letters[static_cast<std::size_t>(at) % letters.size()];
    }
  };
  for (std::size_t p = 0; p < names.size(); ++p) text += p > 0 ? "," : "", append(names[p]);
  text += "->", append(out);
  return known.size() <= letters.size() ? text : std::string();
}

// The cotangent of operand `wrt` as an equation over ct and the other operands, in order; empty where there is none,
// as on diagonals, for axes that only that operand has, and where it was broadcast.
inline std::string gradient_equation(const NamedAxes& axes, std::size_t wrt, const Shapes& operands, const Shape& ct) {
  std::vector<AxisNames> names{axes.out};
  Shapes shapes{ct};
  for (std::size_t q = 0; q < operands.size(); ++q)
    if (q != wrt) names.push_back(axes.in[q]), shapes.push_back(operands[q]);
  const AxisNames& target = axes.in[wrt];
  for (std::size_t a = 0; a < target.size(); ++a) {
    const bool known = std::any_of(names.begin(), names.end(), [&](auto& n) { return has_name(n, target[a]); });
    if (!known || std::count(target.begin(), target.end(), target[a]) > 1) return {};
    if (*extent_of(target[a], names, shapes) != operands[wrt][static_cast<Index>(a)]) return {};
  }
  return spelled(names, target);
}

}  // namespace plumbline::spec
