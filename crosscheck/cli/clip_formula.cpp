// Gradient clipping on the command line: all gradients of one step together, and what is left of each.
#include <algorithm>
#include <cmath>

#include "crosscheck/cli/formulas.h"
#include "crosscheck/cli/usage.h"
#include "crosscheck/judge/formula.h"
#include "crosscheck/laws/optim/optim_law.h"
#include "spec/eval/refine.h"
#include "spec/layers/clip.h"

namespace plumbline::crosscheck {

using spec::Ball;
using spec::Index;

namespace {

class Clip final : public Formula {
 public:
  Clip(spec::GradientClip how, const OpWords& words, Sixteen sixteen) : how_(std::move(how)) {
    for (const spec::Attribute& a : words.attributes)
      checked(std::visit([&](auto& c) { return spec::set_attribute(c, a.name, a.value); }, how_));
    checked(spec::validate(how_));
    if (words.files.empty()) refuse('[', words.op, "] inputs: found no file, expected the gradients of a step");
    for (const std::string& file : words.files) {
      Array array = checked(read_npy(file, sixteen));
      wide_ = wide_ || array.dtype == Dtype::f8;
      gradients_.push_back(std::move(array.values));
    }
  }
  std::vector<Part> results() const override {
    std::vector<Part> out;
    for (std::size_t k = 0; k < gradients_.size(); ++k)
      out.push_back({spec::concat("clipped gradient ", k), gradients_[k].shape()});
    return out;
  }
  std::string_view law() const override { return "clip_gradients"; }
  std::vector<spec::ExactValues> exact() const override {
    if (spec::has_infinity(gradients_))
      refuse("--as: found exact for infinite gradients, expected cpu: clipping is a formula of real numbers");
    std::vector<spec::ExactValues> out;
    for (std::size_t k = 0; k < gradients_.size(); ++k)
      out.push_back(spec::refine([&](int precision) {
        return clipped<Ball>(Ball::exact(0, precision), [&](double x) { return Ball::exact(x, precision); })[k];
      }));
    return out;
  }
  std::vector<Values> on_cpu() const override { return checked(cpu_clip_subject()->clip(how_, gradients_)); }
  spec::Format cpu_format() const override {
    if (wide_) refuse("--as: found cpu for float64 gradients, expected exact: the program clips float32 ones");
    return spec::binary32;
  }
  std::vector<Judgement> judge(const std::vector<Values>& got, const spec::Claims& claims,
                               const JudgeOptions& options) const override {
    JudgeOptions judging = options;
    judging.tier = Tier::proof;  // one factor for all: errors are not independent
    const auto all = read(claims, spec::Approx());
    std::vector<Judgement> out;
    for (std::size_t k = 0; k < got.size(); ++k)
      out.push_back(judge_formula(got[k], judging, [&]<class C>(Index i, const C& like) {
        if constexpr (std::is_same_v<C, spec::Approx>) return all[k][i].adopted(&claims);
        else return read(claims, like)[k][i].adopted(&claims);
      }));
    return out;
  }

 private:
  template <class N, class Leaf>
  spec::Tensors<N> clipped(const N& like, Leaf&& leaf) const {
    spec::Tensors<N> in;
    for (const Values& g : gradients_)
      in.push_back(spec::Tensor<N>::generate(g.shape(), [&](Index i) { return leaf(g[i]); }));
    return spec::clip(how_, in, like);
  }
  template <class C>
  spec::Tensors<spec::Rounded<C>> read(const spec::Claims& claims, const C& like) const {
    return clipped<spec::Rounded<C>>({like, &claims},
                                     [&](double x) { return spec::Rounded<C>::leaf(x, claims, like); });
  }

  spec::GradientClip how_;
  std::vector<Values> gradients_;
  bool wide_ = false;
};

}  // namespace

std::unique_ptr<Formula> load_clip(const OpWords& words, Sixteen sixteen) {
  for (const spec::GradientClip& how : spec::all_clips())
    if (name_of(how) == words.op) return std::make_unique<Clip>(how, words, sixteen);
  return nullptr;
}

}  // namespace plumbline::crosscheck
