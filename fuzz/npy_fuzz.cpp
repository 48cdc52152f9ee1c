// Any bytes as an NPY file: a clear refusal, or an array no larger than the file that survives being written.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "crosscheck/io/npy.h"
#include "spec/lang/check.h"

namespace {

using namespace plumbline;

// The same numbers, −0 apart from 0, any NaN for a NaN.
bool same(const crosscheck::Values& x, const crosscheck::Values& y) {
  if (x.shape() != y.shape()) return false;
  for (spec::Index i = 0; i < x.size(); ++i) {
    const bool both_nan = x[i] != x[i] && y[i] != y[i];
    if (!both_nan && std::bit_cast<std::uint64_t>(x[i]) != std::bit_cast<std::uint64_t>(y[i])) return false;
  }
  return true;
}

void read(std::string_view bytes, crosscheck::Sixteen sixteen) {
  const auto array = crosscheck::parse_npy(bytes, "fuzz.npy", sixteen);
  if (!array) {
    check(std::string_view(array.error().what()).starts_with("fuzz.npy: "), "a refusal names the file");
    return;
  }
  check(array->values.size() <= static_cast<spec::Index>(bytes.size()), "each element has its byte");
  const std::string written = crosscheck::print_npy(array->values);
  const auto again = crosscheck::parse_npy(written, "again.npy");
  check(again && same(again->values, array->values), "what is written reads back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  read(text, crosscheck::Sixteen::refuse);
  read(text, crosscheck::Sixteen::bfloat16);
  return 0;
}
