// Jacobians from one plan: the point is set once, the directions one after another.
#include "runtime/autograd/autograd.h"

namespace plumbline::runtime::autograd {

template <Element T>
Result<PlannedJacobian<T>> PlannedJacobian<T>::create(const Recorded& f, Way way, std::size_t argument,
                                                      const Options& options) {
  if (f.results.size() != 1)
    return spec::fail("[jacobian] expects a function of one result, found ", f.results.size());
  const auto product = way == Way::reverse ? vjp(f, {argument}) : jvp(f, {argument});
  if (!product) return tl::unexpected(product.error());
  if (auto fits = jacobian_shape(f.result_shape(0), f.argument_shape(argument)); !fits)
    return tl::unexpected(fits.error());
  auto planned = Planned<T>::create(*product, options);
  if (!planned) return tl::unexpected(planned.error());
  return PlannedJacobian(std::move(*planned), way, argument);
}

template <Element T>
Result<Tensor<T>> PlannedJacobian<T>::operator()(const std::vector<Value<T>>& arguments) {
  const Recorded& f = planned_.function();
  const std::size_t direction = f.arguments.size() - 1;
  if (arguments.size() != direction)
    return spec::fail("[jacobian] expects ", direction, " arguments, found ", arguments.size());
  for (std::size_t i = 0; i < direction; ++i)
    if (auto ok = planned_.set(i, arguments[i]); !ok) return tl::unexpected(ok.error());
  const auto along = [&](const Tensor<T>& d) -> Result<Tensor<T>> {
    if (auto ok = planned_.set(direction, d); !ok) return tl::unexpected(ok.error());
    if (auto ok = planned_.run(); !ok) return tl::unexpected(ok.error());
    return planned_.result(1);
  };
  const Shape &y = f.result_shape(0), &x = f.argument_shape(argument_);
  return way_ == Way::reverse ? jacobian_by_rows<T>(y, x, along) : jacobian_by_columns<T>(y, x, along);
}

template class PlannedJacobian<float>;
template class PlannedJacobian<double>;

}  // namespace plumbline::runtime::autograd
