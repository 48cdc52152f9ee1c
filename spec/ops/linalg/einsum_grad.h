// dx_p[i] = Σ ct Π_{q≠p} x_q over all terms of an einsum that read x_p[i]
#pragma once

#include "spec/ops/linalg/contraction.h"

namespace plumbline::spec {

// An equation with the shapes of its operands: products, traces, diagonals, broadcasts, all kinds of outputs.
struct EquationSample {
  std::string equation;
  Shapes shapes;
};

inline EquationSample pick_equation(Choices& choices) {
  static const std::vector<std::string> equations{
      "ij,jk->ik", "ij,jk",   "i,i->",       "ij->ji",          "ii->i",           "ii",          "ij->",
      "i,j->ij",   "bij,bjk->bik", "...ij,...jk->...ik", "ij,jk,kl->il", "i,ij,j->",  "bi,oij,bj->bo", "ba",
      "...i->...", "...i,j->j",    "iij,j->i",  "ij,ij->j",  "bhid,bhjd->bhij", "a,b,c,d->dcba", "iji,jj->j",
      "ij,kj,lk,ml->im", "i...,i...->...", "ij,k->i", "Ab,bA"};
  const std::string text = choices.one_of(equations);
  const Equation equation = *parse_equation(text);
  static const std::vector<Index> extents{1, 2, 3, 4, 5, 7, 8, 9, 16, 17};
  const bool small = equation.in.size() > 2 || text.size() > 14;
  std::vector<Index> extent(128);
  for (Index& d : extent) d = small ? choices.pick(1, 5) : choices.one_of(extents);
  if (choices.pick(0, 15) == 15) extent[static_cast<std::size_t>(choices.pick('a', 'm'))] = 0;
  const Shape open = pick_shape(choices, 0, 2, 6);
  EquationSample sample{text, {}};
  for (const AxisNames& names : equation.in) {
    Shape shape;
    const bool once = choices.pick(0, 5) == 5;  // an axis of extent 1 that broadcasts
    for (std::size_t a = 0; a < names.size(); ++a) {
      const bool diagonal = std::count(names.begin(), names.end(), names[a]) > 1;
      if (names[a] != Equation::ellipsis) {
        shape.push_back(once && a == 0 && !diagonal ? 1 : extent[static_cast<std::size_t>(names[a])]);
        continue;
      }
      const Shape spread_axes = pick_broadcastable(choices, open);
      for (Index d : spread_axes.dims()) shape.push_back(d);
    }
    sample.shapes.push_back(shape);
  }
  return sample;
}

struct EinsumGrad {
  std::string equation = "ij,jk->ik";  // of the einsum
  Index wrt = 0;                       // which operand
  Axes dims = {};                      // the shape of that operand

  static constexpr Aliases<1> aliases{{{"dims", "shape"}}};
  static constexpr std::string_view name = "einsum_grad",
                                    summary = "the cotangent of einsum's operand wrt; inputs ct, the other operands";
  static constexpr int arity = 1, most_inputs = 4;
  bool operator==(const EinsumGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto n = static_cast<Index>(in.size());
    if (wrt < 0 || wrt >= n) return refuse(*this, 7, "wrt is out of range for ", n, " operands: ", wrt);
    if (!Shape(dims).valid()) return refuse(*this, 8, "shape ", Shape(dims), " is not valid");
    const auto names = named_axes(*this, operands(in));  // [einsum_grad C1..C6]
    if (!names) return tl::unexpected(names.error());
    const Shape out = contract(names->in, operands(in), names->out).out;
    if (in[0] != out) return refuse(*this, 9, "ct differs from the einsum's shape: ", in[0], " vs ", out);
    return Shape(dims);
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shapes shapes = operands(shapes_of(in));
    const NamedAxes names = *named_axes(*this, shapes);
    const Contraction c = contract(names.in, shapes, names.out);
    const auto p = static_cast<std::size_t>(wrt);
    const Index terms = c.summed.size();
    std::vector<std::vector<Index>> readers(static_cast<std::size_t>(Shape(dims).size())), base, step;
    for (std::size_t q = 0; q < shapes.size(); ++q) {
      base.push_back(Contraction::offsets(c.out, c.out_steps[q]));
      step.push_back(Contraction::offsets(c.summed, c.summed_steps[q]));
    }
    for (Index i = 0; i < c.out.size() * terms; ++i)
      readers[static_cast<std::size_t>(base[p][static_cast<std::size_t>(i / terms)] +
                                       step[p][static_cast<std::size_t>(i % terms)])].push_back(i);
    return Tensor<N>::generate(Shape(dims), [&](Index e) {
      const auto& places = readers[static_cast<std::size_t>(e)];
      return sum<N>(static_cast<Index>(places.size()), [&](Index k) {
        const Index place = places[static_cast<std::size_t>(k)];
        const auto o = static_cast<std::size_t>(place / terms), t = static_cast<std::size_t>(place % terms);
        N product = in[0][place / terms];
        for (std::size_t q = 0; q < shapes.size(); ++q)
          if (q != p) product = product * in[q < p ? q + 1 : q][base[q][o] + step[q][t]];
        return product;
      });
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const;  // einsum.h

  static Sample<EinsumGrad> sample(Choices& choices) {
    auto [equation, shapes] = pick_equation(choices);
    EinsumGrad op{equation, choices.pick(0, static_cast<Index>(shapes.size()) - 1), {}};
    const auto names = named_axes(op, shapes);
    const Shape ct = contract(names->in, shapes, names->out).out;
    op.dims = shapes[static_cast<std::size_t>(op.wrt)].dims();
    shapes.erase(shapes.begin() + op.wrt);
    shapes.insert(shapes.begin(), ct);
    return {op, shapes, {}};
  }

 private:
  // The operands' shapes, with `dims` in place of ct.
  Shapes operands(const Shapes& in) const {
    Shapes out(in.begin() + 1, in.end());
    out.insert(out.begin() + wrt, Shape(dims));
    return out;
  }
};
BOOST_DESCRIBE_STRUCT(EinsumGrad, (), (equation, wrt, dims))

}  // namespace plumbline::spec

#include "spec/ops/linalg/einsum.h"
