// Whatever tensor is written as NPY is read back bit for bit; cut anywhere, the file is refused.
#include <cmath>

#include "crosscheck/io/npy.h"
#include "tests/property/round_trips.h"

namespace plumbline::crosscheck {
namespace {

bool same(const Values& a, const Values& b) {
  if (a.shape() != b.shape()) return false;
  for (spec::Index i = 0; i < a.size(); ++i)
    if (std::isnan(a[i]) ? !std::isnan(b[i]) : std::bit_cast<std::uint64_t>(a[i]) != std::bit_cast<std::uint64_t>(b[i]))
      return false;
  return true;
}

void round_trip(Dtype dtype) {
  RapidChoices choices;
  const Values x = Values::generate(any_shape(choices), [&](spec::Index) {
    return dtype == Dtype::f4 ? any_float(choices) : any_double(choices);
  });
  const std::string bytes = print_npy(x, dtype);
  const auto back = parse_npy(bytes, "x.npy");
  if (!back) RC_FAIL(back.error().what());
  RC_ASSERT(back->dtype == dtype);
  RC_ASSERT(same(back->values, x));
  const auto cut = static_cast<std::size_t>(choices.pick(0, static_cast<std::int64_t>(bytes.size()) - 1));
  RC_ASSERT(!parse_npy(std::string_view(bytes).substr(0, cut), "x.npy").has_value());
}

RC_GTEST_PROP(Npy, RoundTripsDoubles, ()) { round_trip(Dtype::f8); }
RC_GTEST_PROP(Npy, RoundTripsFloats, ()) { round_trip(Dtype::f4); }

}  // namespace
}  // namespace plumbline::crosscheck
