// Every kernel of the runtime, for callers that choose none.
#pragma once

#include "runtime/core/kernel.h"

namespace plumbline::runtime {

// The same table each time; it is never changed.
const KernelTable& builtin_kernels();
inline const KernelTable& kernels_or_builtin(const KernelTable* table) {
  return table != nullptr ? *table : builtin_kernels();
}

}  // namespace plumbline::runtime
