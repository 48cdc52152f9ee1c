// erf, sixteen at a time.
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/function/erf.h"
#include "runtime/cpu/function/packs.h"

namespace plumbline::runtime {

void register_erf(KernelTable& table) {
  table.add("erf", "erf.simd", function_claims({{spec::Function::erf, math::erf_ulps}}),
            of_block(block_of_packs([](const Pack& x) { return runtime::erf(x); })),
            of_block(block_of<1, double>([](double x) { return math::erf(x); })));
}

}  // namespace plumbline::runtime
