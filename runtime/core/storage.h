// 16-bit storage for a float32 kernel: operands are widened, exactly, the kernel runs, its result is rounded once.
#pragma once

#include "runtime/core/kernel.h"

namespace plumbline::runtime {

// The kernel on elements of f16 or bf16. Its claims: as before, and the output in the storage's format. Blocks stay
// blocks, whose members' results are rounded one by one; an alias stays one [kernel B1].
Kernel stored_in(DType dtype, const Kernel& kernel);

}  // namespace plumbline::runtime
