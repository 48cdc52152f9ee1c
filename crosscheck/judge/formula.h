// Judging floats against a formula that is no op: a step of an optimiser, an image of random bits.
#pragma once

#include <algorithm>
#include <vector>

#include "crosscheck/audit/hex.h"
#include "crosscheck/judge/gravity.h"
#include "crosscheck/judge/judge.h"
#include "spec/num/verdict.h"

namespace plumbline::crosscheck {

// What many elements come to: counts, extremes, and the worst one.
class JudgedElements {
 public:
  template <class C>
  void add(spec::Index element, const spec::Rounded<C>& exact, double got, const spec::Judged& j) {
    ++all_.elements;
    all_.unjudged += j.unjudged, all_.zero_tolerance += j.zero_tolerance;
    all_.mismatched += j.verdict == Verdict::fail || j.verdict == Verdict::suspect;
    if (!j.unjudged) {
      ratios_.push_back(j.ratio);
      all_.max_ratio = std::max(all_.max_ratio, j.ratio), all_.max_ulp = std::max(all_.max_ulp, j.ulps);
    }
    const bool graver = gravity(j.verdict) > gravity(all_.verdict);
    if (!all_.worst || graver || (j.verdict == all_.verdict && !j.unjudged && j.ratio > all_.worst->ratio))
      all_.worst = ElementReport{element, hex(lower(exact.exact)), hex(upper(exact.exact)), exact.d, got,
                                 j.ratio, j.ulps, {}, {}};
    if (graver) all_.verdict = j.verdict;
  }
  void refined() { ++all_.refined; }
  Judgement summary() {
    if (!ratios_.empty()) {
      const auto middle = ratios_.begin() + static_cast<std::ptrdiff_t>(ratios_.size() / 2);
      std::nth_element(ratios_.begin(), middle, ratios_.end());
      all_.median_ratio = *middle;
    }
    return all_;
  }

 private:
  Judgement all_;
  std::vector<double> ratios_;
};

// `read(i, like)` is element i as a Rounded<C> for like of type C: Approx first, balls of growing precision where the
// filter leaves it open.
template <class Read>
Judgement judge_formula(const Values& got, const JudgeOptions& options, Read&& read) {
  constexpr int first_precision = 128;
  const double lambda = options.lambda();
  JudgedElements all;
  for (spec::Index i = 0; i < got.size(); ++i) {
    const auto filtered = read(i, spec::Approx()).finished();
    spec::Judged judged = spec::judge(filtered, got[i], lambda);
    if (judged.verdict != Verdict::undecided) {
      all.add(i, filtered, got[i], judged);
      continue;
    }
    all.refined();
    for (int precision = first_precision; judged.verdict == Verdict::undecided; precision *= 2) {
      const auto certified = read(i, spec::Ball::exact(0, precision)).finished();
      judged = spec::judge(certified, got[i], lambda);
      if (judged.verdict != Verdict::undecided || 2 * precision > options.most_precision) {
        all.add(i, certified, got[i], judged);
        break;
      }
    }
  }
  Judgement out = all.summary();
  if (out.worst) out.worst->shape = got.shape();
  return out;
}

}  // namespace plumbline::crosscheck
