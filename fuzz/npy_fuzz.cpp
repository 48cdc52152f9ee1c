// Any bytes as an NPY file: a clear refusal, or an array no larger than the file that survives being written.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/data/npy.h"
#include "spec/lang/check.h"

namespace {

using namespace plumbline;
namespace data = plumbline::runtime::data;

// The same numbers, −0 apart from 0, any NaN for a NaN.
bool same(const spec::Tensor<double>& x, const spec::Tensor<double>& y) {
  if (x.shape() != y.shape()) return false;
  for (spec::Index i = 0; i < x.size(); ++i) {
    const bool both_nan = x[i] != x[i] && y[i] != y[i];
    if (!both_nan && std::bit_cast<std::uint64_t>(x[i]) != std::bit_cast<std::uint64_t>(y[i])) return false;
  }
  return true;
}

void read(std::string_view bytes, data::Sixteen sixteen) {
  const auto array = data::parse_npy(bytes, "fuzz.npy", sixteen);
  if (!array) {
    check(std::string_view(array.error().what()).starts_with("fuzz.npy: "), "a refusal names the file");
    return;
  }
  check(array->values.size() <= static_cast<spec::Index>(bytes.size()), "each element has its byte");
  const std::string written = data::print_npy(array->values);
  const auto again = data::parse_npy(written, "again.npy");
  check(again && same(again->values, array->values), "what is written reads back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  for (const data::Sixteen sixteen : {data::Sixteen::refuse, data::Sixteen::integers, data::Sixteen::bfloat16}) {
    read(text, sixteen);
    const auto tensor = data::parse_npy_tensor(text, "fuzz.npy", sixteen);
    if (!tensor) continue;
    const std::string written = data::print_npy(*tensor);
    const auto again = data::parse_npy_tensor(written, "again.npy", data::Sixteen::bfloat16);
    check(again && data::print_npy(*again) == written, "a tensor reads back in its own dtype");
  }
  return 0;
}
