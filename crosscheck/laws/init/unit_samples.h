// Initial values seen as samples of the unit interval, and the bounds of the statistical tests on them.
#pragma once

#include <optional>
#include <vector>

#include "crosscheck/sample/case.h"
#include "spec/lang/claims.h"
#include "spec/layers/init_plan.h"
#include "spec/num/approx.h"

namespace plumbline::crosscheck {

// F(x), F the distribution that the scheme names: the draw u that gave x, to within `radius`.
struct UnitSample {
  double at = 0, radius = 0;
};

// The samples of one parameter. `quantum` bounds how far the distribution of a generator of 24-bit draws lies from the
// continuous one, and how likely one value is [init B3].
struct UnitSamples {
  std::vector<UnitSample> samples;
  double quantum = 0;
  bool shows_bits = false;  // the draws are multiples of 2^-24 that can be told apart where the radius is small
};

// How far a kernel may lie from the quantile x of a truncated law: double arithmetic, rounded once [init B7].
double truncated_error(const spec::TruncatedNormalInit& s, double x);

// F of a truncated law, from enclosures of the error functions.
class TruncatedShare {
 public:
  explicit TruncatedShare(const spec::TruncatedNormalInit& s);
  // F(x) times the mass of the window, and that mass.
  spec::Approx mass_below(double x) const;
  const spec::Approx& mass() const { return mass_; }
  // The slope of F at x, a double that is right to many digits.
  double slope(double x) const;

 private:
  spec::TruncatedNormalInit law_;
  int side_;
  spec::Approx root_half_, at_alpha_, mass_;
};

// Whether each element of the scheme is a sample of its own.
bool has_unit_samples(const spec::Initialiser& scheme);

// nullopt where the scheme draws nothing, or its range is a point.
std::optional<UnitSamples> unit_samples(const spec::PlannedParameter& p, spec::StreamScheme streams, const Values& x,
                                        const spec::Claims& claims);

// ε with P(sup |F_n − F| > ε) ≤ α for n independent samples: Dvoretzky, Kiefer and Wolfowitz, with Massart's constant
// [init B1].
double dkw_bound(double n, double alpha);
// The smallest m with P(X ≥ m) ≤ α for a sum X of n indicators, each of probability at most p whatever the others
// were: Chernoff [init B2].
double most_hits(double n, double p, double alpha);
// c with P(no sample of n lies in an interval of probability c) ≤ α: (1 − c)^n = α [init B4].
double widest_gap(double n, double alpha);
// δ with P(|share of n fair bits − ½| > δ) ≤ α: Hoeffding [init B5].
double bit_bound(double n, double alpha);

}  // namespace plumbline::crosscheck
