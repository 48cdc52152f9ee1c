// Arguments at which sin, cos and tan are hard: zeros, extrema and poles, and the float that lies closest to one.
#pragma once

#include "spec/ops/apply.h"

namespace plumbline::spec {

// 16367173·2^72 is the float closest to a multiple of π/2 (Kahan, Minimizing q·m − n, 1983).
inline Domain angles() {
  return Domain::near({0, 1.5707963267948966, 3.141592653589793, -4.71238898038469, 11, 1e5, 16367173 * 0x1p72});
}

}  // namespace plumbline::spec
