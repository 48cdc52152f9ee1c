// The table that is made once.
#include "runtime/core/kernels.h"

namespace plumbline::runtime {

const KernelTable& builtin_kernels() {
  static const KernelTable all = KernelTable::builtin();
  return all;
}

}  // namespace plumbline::runtime
