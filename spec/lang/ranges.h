// Formats of intermediate results that do not overflow where binary32 would.
#pragma once

#include "spec/lang/format.h"

namespace plumbline::spec {

// The digits of binary32 and its subnormals, without its overflow; wide32 has no subnormals of binary32 either.
inline constexpr Format tall32{"tall32", 24, -126, 1023, 64};

}  // namespace plumbline::spec
