// Signs of exact zeros.
#include "crosscheck/judge/zero_sign.h"

#include <cmath>
#include <limits>

#include "crosscheck/audit/hex.h"

namespace plumbline::crosscheck {

using spec::Index;

// A sum or product of two binary32 numbers is zero in binary64 only if it is zero: nothing underflows there.
void judge_zero_signs(const spec::Op& op, const std::vector<Values>& in, const Values& got, Judgement& judgement) {
  if (judgement.verdict != Verdict::pass || !op->ieee_zero_sign()) return;  // what failed is worse than a sign
  const Values right = static_cast<const spec::Reading<double>&>(*op).read(in, {});
  for (Index i = 0; i < got.size(); ++i) {
    if (got[i] != 0 || right[i] != 0 || std::signbit(got[i]) == std::signbit(right[i])) continue;
    constexpr double infinite = std::numeric_limits<double>::infinity();
    judgement.verdict = Verdict::fail, judgement.max_ratio = infinite;
    if (++judgement.mismatched == 1)
      judgement.worst = ElementReport{i, hex(right[i]), hex(right[i]), 0, got[i], infinite, 0, "the sign of zero", {}};
  }
}

}  // namespace plumbline::crosscheck
