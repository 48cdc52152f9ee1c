// Kernels: which table of kernels to use; where none is chosen, every kernel of the runtime.
#pragma once

#include "runtime/core/kernel.h"

namespace plumbline::runtime {

// The same table each time; it is never changed.
const KernelTable& builtin_kernels();

// What everything that plans or runs ops takes. A table that is given must outlive whatever uses it: a temporary does
// not compile. Null is none.
class Kernels {
 public:
  Kernels() = default;
  Kernels(const KernelTable& table) : table_(&table) {}
  Kernels(const KernelTable&&) = delete;
  Kernels(const KernelTable* table) : table_(table) {}
  const KernelTable& operator*() const { return table_ != nullptr ? *table_ : builtin_kernels(); }
  const KernelTable* operator->() const { return &**this; }

 private:
  const KernelTable* table_ = nullptr;
};

}  // namespace plumbline::runtime
