// Every op's textbook definition read by two engines: the enclosures of MPFI and of Arb must meet.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "spec/lang/attributes.h"
#include "spec/lang/tensor.h"
#include "tests/engines/arb.h"

namespace plumbline::test {

// The definitions by name, read over Arb. The build makes the list from spec/ops/all.h.
using ArbReading = std::function<spec::Tensor<Arb>(const spec::Attributes&, const spec::Tensors<Arb>&)>;
using ArbReadings = std::map<std::string, ArbReading, std::less<>>;
ArbReadings arb_readings();

template <class O>
spec::Tensor<Arb> read_over_arb(const spec::Attributes& attributes, const spec::Tensors<Arb>& in) {
  O op;
  for (const spec::Attribute& a : attributes)
    if (const auto set = spec::set_attribute(op, a.name, a.value); !set) throw set.error();
  return op.template eval<Arb>(in);
}

struct EngineCount {
  std::string op;
  std::uint64_t elements = 0;    // that both engines enclose
  std::uint64_t elementary = 0;  // of these, computed through an elementary function
  std::uint64_t silent = 0;      // that one engine at least says nothing of: undefined, or out of reach
  std::vector<std::string> disagreements;
};

// Cases of an op from a seed until so many elements were compared, or the op's cases have no more.
EngineCount compare_engines(std::string_view op, const ArbReading& reading, std::uint64_t seed, std::uint64_t elements);

}  // namespace plumbline::test
