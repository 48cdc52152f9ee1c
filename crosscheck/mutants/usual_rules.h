// |got − expected| ≤ atol + rtol |expected|: the chosen tolerances that other tools publish, as data.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "spec/lang/format.h"

namespace plumbline::crosscheck {

struct Tolerances {
  double rtol, atol;
};

// One tool's rule for two tensors, and on how many inputs it is asked.
struct UsualRule {
  std::string_view name;
  std::string_view source;
  std::uint64_t inputs;  // random ones for each bug; 0: as many as our own laws get
  Tolerances binary16, bfloat16, binary32, binary64;

  constexpr Tolerances of(const spec::Format& f) const {
    if (f == spec::binary16) return binary16;
    if (f == spec::bfloat16) return bfloat16;
    return f == spec::binary64 ? binary64 : binary32;
  }
};

inline constexpr std::size_t usual_rule_count = 4;
inline constexpr std::array<UsualRule, usual_rule_count> usual_rules{{
    {"assert_close", "torch.testing.assert_close, the defaults of each dtype", 0,
     {1e-3, 1e-5}, {1.6e-2, 1e-5}, {1.3e-6, 1e-5}, {1e-7, 1e-7}},
    {"ONNX", "the node tests of ONNX: rtol 1e-3, atol 1e-7", 0,
     {1e-3, 1e-7}, {1e-3, 1e-7}, {1e-3, 1e-7}, {1e-3, 1e-7}},
    {"KernelBench 1e-2", "KernelBench: five normal inputs, rtol = atol = 1e-2", 5,
     {1e-2, 1e-2}, {1e-2, 1e-2}, {1e-2, 1e-2}, {1e-2, 1e-2}},
    {"KernelBench 1e-4", "KernelBench for float32: five normal inputs, rtol = atol = 1e-4", 5,
     {1e-4, 1e-4}, {1e-4, 1e-4}, {1e-4, 1e-4}, {1e-4, 1e-4}},
}};

}  // namespace plumbline::crosscheck
