// Prints the derived bounds of the methods that state their polynomial, in ulps: the largest and the mean over a range.
#include <cmath>
#include <cstdio>
#include <string>

#include "spec/graph/catalogue.h"
#include "spec/num/approx.h"
#include "spec/num/rounded.h"

namespace {

using plumbline::spec::Approx;
using plumbline::spec::Index;
using Number = plumbline::spec::Rounded<Approx>;

struct Range {
  std::string op, method;
  double from, to;
};

void print_bounds(const Range& r) {
  namespace spec = plumbline::spec;
  constexpr Index points = 200000;
  spec::Claims claims;
  claims.fma = false;
  claims.ulps[static_cast<std::size_t>(spec::Function::exp2)] = 0.5;
  const spec::Op op = spec::value_or_throw(spec::Catalogue::builtin().parse(r.op, {}));
  const auto x = spec::Tensor<Number>::generate({points}, [&](Index i) {
    const double at = r.from + (r.to - r.from) * static_cast<double>(i) / static_cast<double>(points - 1);
    return Number::leaf(static_cast<float>(at), claims);
  });
  const auto y = op->read(spec::Tensors<Number>{x}, r.method);
  double most = 0, total = 0;
  for (Index i = 0; i < points; ++i) {
    const Number& value = y[i];
    const double ulp = std::ldexp(1.0, std::max(std::ilogb(value.magnitude()), spec::binary32.emin) - 23);
    most = std::max(most, value.finished().d / ulp), total += value.finished().d / ulp;
  }
  std::printf("%-5s %-20s on [%g, %g]: at most %.2f ulp, %.2f on average\n", r.op.c_str(), r.method.c_str(), r.from,
              r.to, most, total / static_cast<double>(points));
}

}  // namespace

int main() {
  print_bounds({"exp", "cody_waite_binary32", -87, 88.7});
  print_bounds({"tanh", "reduced_binary32", 0x1p-20, 0.624});
  print_bounds({"tanh", "reduced_binary32", 0.626, 12});
}
