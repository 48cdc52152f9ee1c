// Functions of Approx at points by MPFR, correctly rounded to 107 bits [approx B2].
#pragma once

#include <mpfr.h>

#include "spec/num/approx.h"

namespace plumbline::spec {

using MpfrFunction = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
using MpfrFunctionOfTwo = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);

// Of a point of at most 107 bits; the state is nan or nothing where the result is.
Approx by_mpfr(MpfrFunction f, const Approx& x);
Approx by_mpfr(MpfrFunctionOfTwo f, const Approx& x, const Approx& y);

// The point of at most 107 bits nearest to centre + tail, and what it leaves out is in its error.
Approx shortened(const Approx& x);

}  // namespace plumbline::spec
