// Any bytes as the params of a GraphSpec: a refusal that names the file, or a finite value for each that learns.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "crosscheck/models/graphspec_params.h"
#include "fuzz/memory_file.h"

using namespace plumbline;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const spec::PlacedParameter expected[] = {
      {.name = "fc.weight", .spec = {.name = "weight", .shape = {1, 2}, .init = spec::ZerosInit{}}},
      {.name = "fc.bias", .spec = {.name = "bias", .shape = {1}, .init = spec::ZerosInit{}}},
      {.name = "bn.mean", .spec = {.name = "mean", .shape = {2}, .init = spec::ZerosInit{}, .trained = false}}};
  const fuzz::MemoryFile file({reinterpret_cast<const char*>(bytes), size});
  const auto params = crosscheck::read_spec_params(file.path(), expected);
  if (!params) {
    check(std::string_view(params.error().what()).starts_with(file.path() + ": "), "a refusal names the file");
    return 0;
  }
  check(params->values.size() == std::size(expected), "each param has its place");
  check(params->prefix.empty() || params->prefix.ends_with('.'), "a prefix ends in a dot");
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    check(params->values[i] || !expected[i].spec.trained, "each that learns has a value");
    if (!params->values[i]) continue;
    check(params->values[i]->shape() == expected[i].spec.shape, "of its shape");
    for (const double v : params->values[i]->elements()) check(std::isfinite(v), "finite numbers");
  }
  return 0;
}
