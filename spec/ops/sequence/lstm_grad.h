// dc_t = f_{t+1} dc_{t+1} + o_t (1 − tanh² c_t) dh_t: the cotangents of lstm's gates i f g o, back through time
#pragma once

#include "spec/ops/sequence/steps.h"

namespace plumbline::spec {

inline constexpr std::array<Words, 1> lstm_words{{{"output", {"hidden", "cell"}}}};

// [op C9] output is a known word.
template <class O>
Result<void> check_output(const O& op) {
  if (op.output == "hidden" || op.output == "cell") return {};
  return refuse(op, 9, "output is hidden or cell, got ", op.output);
}

// i, f, o = σ(a), g = tanh(a), c_t = f c_{t−1} + i g, h_t = o tanh(c_t); h and c begin with the initial states.
template <Number N>
struct LstmTrace {
  std::vector<N> i, f, g, o, c, h;

  LstmTrace(const Recurrence& r, const Tensors<N>& in, bool split) : c(initial(r, in, 1)), h(initial(r, in)) {
    h.reserve(h.size() * static_cast<std::size_t>(r.steps + 1));
    for (Index row = 0; r.hidden > 0 && row < r.rows(); ++row) {
      const N *x = in[0].elements().data() + row * r.in, *before = h.data() + row * r.hidden;
      const auto a = [&](Index gate, Index u) { return preactivation(r, in, gate * r.hidden + u, x, before); };
      for (Index u = 0; u < r.hidden; ++u) {
        i.push_back(gate_of(a(0, u), split)), f.push_back(gate_of(a(1, u), split));
        g.push_back(tanh(a(2, u))), o.push_back(gate_of(a(3, u), split));
        c.push_back(f.back() * c[static_cast<std::size_t>(row * r.hidden + u)] + i.back() * g.back());
        h.push_back(o.back() * tanh(c.back()));
      }
    }
  }
};

struct LstmGrad {
  std::string output = "hidden";  // or cell: what ct is the cotangent of
  bool bias = true;

  static constexpr std::string_view
      name = "lstm_grad",
      summary = "the cotangents of lstm's gates i f g o and of c_{t-1}, [T, .., 5 h]; inputs ct, then those of lstm";
  static constexpr int arity = 4, most_inputs = 8;
  static constexpr Index gates = 4, states = 2;
  static constexpr std::array<std::string_view, 1> methods{"split"};
  static constexpr auto words = lstm_words;
  bool operator==(const LstmGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto r = recurrence_behind(*this, in);  // [lstm_grad C1..C8]
    if (!r) return tl::unexpected(r.error());
    if (const auto known = check_output(*this); !known) return tl::unexpected(known.error());  // [lstm_grad C9]
    return r->sequence(5 * r->hidden);
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return back_through_time(in, /*split=*/false);
  }
  // split: gates with exponentials that never overflow.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return back_through_time(in, /*split=*/true);
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    return pulled_back(in, ct, [&](const std::vector<T>& copies) { return by_steps(copies, y.shape()); });
  }
  static Sample<LstmGrad> sample(Choices& choices) {
    auto sample = sample_recurrence<LstmGrad>(choices, /*with_ct=*/true);
    sample.op.output = choices.pick(0, 2) == 2 ? "cell" : "hidden";
    return sample;
  }

 private:
  template <Number N>
  Tensor<N> back_through_time(const Tensors<N>& all, bool split) const {
    const Tensors<N> in(all.begin() + 1, all.end());
    const Recurrence r = *recurrence_of(*this, shapes_of(in));
    const LstmTrace<N> y(r, in, split);
    const Index h = r.hidden, step = r.batch * h;
    std::vector<N> out(static_cast<std::size_t>(5 * r.rows() * h));  // da_i da_f da_g da_o dc_{t−1} of each row
    for (Index row = r.rows(); h > 0 && row-- > 0;)
      for (Index u = 0; u < h; ++u) {
        const auto k = static_cast<std::size_t>(row * h + u), after = k + static_cast<std::size_t>(step);
        const bool last = row + r.batch >= r.rows();
        const N* next = out.data() + 5 * (row + r.batch) * h;
        const N &ct = all[0][row * h + u], t = tanh(y.c[after]), none(Index{0});
        const std::vector<N> own(output == "hidden" ? 1 : 0, ct);
        const N dh = carried_back(r, in, u, 0, last ? 0 : 4 * h, [=](Index n) -> const N& { return next[n]; }, own);
        const N kept = last ? none : next[4 * h + u];
        const N dc = (output == "cell" ? N(ct + kept) : kept) + dh * y.o[k] * slope_of_tanh(t);
        N* da = out.data() + 5 * row * h + u;
        da[0] = dc * y.g[k] * slope_of_gate(y.i[k]);
        da[h] = dc * y.c[k] * slope_of_gate(y.f[k]);
        da[2 * h] = dc * y.i[k] * slope_of_tanh(y.g[k]);
        da[3 * h] = dh * t * slope_of_gate(y.o[k]);
        da[4 * h] = dc * y.f[k];
      }
    return Tensor<N>(r.sequence(5 * h), std::move(out));
  }
  template <TensorLike T>
  T by_steps(const std::vector<T>& all, const Shape& shape) const {
    const std::vector<T> in(all.begin() + 1, all.end());
    const Recurrence r = *recurrence_of(*this, shapes_of(in));
    if (r.steps == 0) return full_like(all[0], shape, 0);
    const std::vector<T> x = steps_of(in[0], r.steps, r.batch), ct = steps_of(all[0], r.steps, r.batch);
    struct Step {
      T i, f, g, o, before, tanh_c;
    };
    std::vector<Step> steps;
    T h = first_state(r, in), c = first_state(r, in, 1);
    for (const T& x_t : x) {
      const T a = add(from_input(r, in, x_t), from_state(r, in, h));
      const auto gate = [&](Index k) { return call(Sigmoid{}, block(a, k, r.hidden)); };
      Step s{gate(0), gate(1), call(Tanh{}, block(a, 2, r.hidden)), gate(3), c, {}};
      c = add(mul(s.f, c), mul(s.i, s.g));
      s.tanh_c = call(Tanh{}, c), h = mul(s.o, s.tanh_c);
      steps.push_back(s);
    }
    std::vector<T> out(x.size());
    const T none = full_like(h, h.shape(), 0);
    T from_later = none, kept = none;  // the cotangents of h_t and c_t that later steps leave
    for (std::size_t t = x.size(); t-- > 0;) {
      const Step& s = steps[t];
      const T dh = output == "hidden" ? add(ct[t], from_later) : from_later;
      const T dc = add(output == "cell" ? add(ct[t], kept) : kept, mul(mul(dh, s.o), tanh_slope(s.tanh_c)));
      const T da = call(Concat{-1}, std::vector<T>{mul(mul(dc, s.g), gate_slope(s.i)),
                                                   mul(mul(dc, s.before), gate_slope(s.f)),
                                                   mul(mul(dc, s.i), tanh_slope(s.g)),
                                                   mul(mul(dh, s.tanh_c), gate_slope(s.o))});
      from_later = matmul(da, in[2]), kept = mul(dc, s.f);
      out[t] = call(Concat{-1}, std::vector<T>{da, kept});
    }
    return sequence_of(out, shape);
  }
};
BOOST_DESCRIBE_STRUCT(LstmGrad, (), (output, bias))

}  // namespace plumbline::spec
