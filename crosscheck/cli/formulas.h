// What eval and check compute that is no op: an optimiser's step, clipped gradients, initial values, the rates of a
// schedule.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crosscheck/cli/arguments.h"
#include "spec/eval/exact.h"

namespace plumbline::crosscheck {

class Formula {
 public:
  virtual ~Formula() = default;
  struct Part {
    std::string what;  // `the parameter after step 3`
    spec::Shape shape;
  };
  virtual std::vector<Part> results() const = 0;  // in the order of --out and --got
  virtual std::string_view law() const = 0;       // what a verdict on it is about
  // The real values of each result, correctly rounded; refuses what is known by a property only.
  virtual std::vector<spec::ExactValues> exact() const = 0;
  // What our CPU runtime computes, and the format of that.
  virtual std::vector<Values> on_cpu() const = 0;
  virtual spec::Format cpu_format() const = 0;
  // One verdict for each result.
  virtual std::vector<Judgement> judge(const std::vector<Values>& got, const spec::Claims& claims,
                                       const JudgeOptions& options) const = 0;
};

// `adam lr=0.1 t=3 p.npy g.npy m.npy v.npy`, moments in the order of the optimiser's state, left out at t=1 where they
// are 0; `kaiming_uniform shape=[3,4] seed=1 stream=0`; `cosine lr=0.1 steps=9`, reduce_on_plateau with metrics.npy.
// Null where the words name an op or nothing. Refuses attributes and files that do not fit.
std::unique_ptr<Formula> load_formula(const OpWords& words, Sixteen sixteen);

// `clip_grad_norm max_norm=1 g1.npy g2.npy`: the gradients of one step together. Null for other words.
std::unique_ptr<Formula> load_clip(const OpWords& words, Sixteen sixteen);

// Every optimiser, way of clipping, initialiser and schedule.
std::vector<std::string> formula_names();

}  // namespace plumbline::crosscheck
