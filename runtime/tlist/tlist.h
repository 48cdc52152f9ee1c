// Typed parameter lists: what is done to all tensors of a TensorList at once, over any number type.
#pragma once

#include <cmath>
#include <span>
#include <type_traits>

#include "runtime/core/tensor_list.h"
#include "runtime/core/view.h"
#include "spec/lang/result.h"

namespace plumbline::runtime::tlist {

using spec::Index;
using spec::Result;
using spec::Shape;
using spec::Tensor;

// Names and shapes, without the values.
struct Signature {
  std::vector<std::string> names;
  std::vector<Shape> shapes;
};
template <class T>
Signature signature(const TensorList<T>& list) {
  Signature out;
  for (const auto& [name, value] : list) out.names.push_back(name), out.shapes.push_back(value.shape());
  return out;
}

// The same names and shapes in the same order; the error names the first that differs.
template <class B>
Result<void> check_alike(const Signature& expected, const TensorList<B>& found) {
  for (std::size_t i = 0; i < std::min(expected.names.size(), found.size()); ++i)
    if (expected.names[i] != found[i].name || expected.shapes[i] != found[i].value.shape())
      return spec::fail("[tlist] tensor ", i, ": expected ", expected.names[i], ' ', expected.shapes[i], ", found ",
                        found[i].name, ' ', found[i].value.shape());
  if (expected.names.size() != found.size())
    return spec::fail("[tlist] expected ", expected.names.size(), " tensors, found ", found.size());
  return {};
}
template <class A, class B>
Result<void> check_alike(const TensorList<A>& expected, const TensorList<B>& found) {
  return check_alike(signature(expected), found);
}

// The tensor of a name; null if there is none.
template <class T>
const Tensor<T>* find(const TensorList<T>& list, std::string_view name) {
  for (const auto& item : list)
    if (item.name == name) return &item.value;
  return nullptr;
}

// f of each element; the names stay. f may give another type: `map(list, [](float x) { return double(x); })`.
template <class T, class F>
auto map(const TensorList<T>& list, F&& f) {
  using U = std::remove_cvref_t<std::invoke_result_t<F, const T&>>;
  TensorList<U> out;
  out.reserve(list.size());
  for (const auto& [name, value] : list)
    out.push_back({name, Tensor<U>::generate(value.shape(), [&](Index i) -> U { return f(value[i]); })});
  return out;
}

// f of each pair of elements of two lists that are alike.
template <class A, class B, class F>
auto zip(const TensorList<A>& a, const TensorList<B>& b, F&& f) {
  using U = std::remove_cvref_t<std::invoke_result_t<F, const A&, const B&>>;
  Result<TensorList<U>> out;
  if (auto ok = check_alike(a, b); !ok) return Result<TensorList<U>>(tl::unexpected(ok.error()));
  for (std::size_t k = 0; k < a.size(); ++k)
    out->push_back({a[k].name, Tensor<U>::generate(a[k].value.shape(),
                                                   [&](Index i) -> U { return f(a[k].value[i], b[k].value[i]); })});
  return out;
}

template <class T>
Result<TensorList<T>> add(const TensorList<T>& a, const TensorList<T>& b) {
  return zip(a, b, [](const T& x, const T& y) -> T { return x + y; });
}
template <class T>
Result<TensorList<T>> sub(const TensorList<T>& a, const TensorList<T>& b) {
  return zip(a, b, [](const T& x, const T& y) -> T { return x - y; });
}
template <class T>
TensorList<T> scale(const TensorList<T>& a, const std::type_identity_t<T>& c) {
  return map(a, [&](const T& x) -> T { return x * c; });
}
// a + c b
template <class T>
Result<TensorList<T>> add_scaled(const TensorList<T>& a, const std::type_identity_t<T>& c, const TensorList<T>& b) {
  return zip(a, b, [&](const T& x, const T& y) -> T { return x + c * y; });
}
// Zeros beside a list.
template <class T>
TensorList<T> zeros_like(const TensorList<T>& a) {
  return map(a, [](const T&) { return T(0); });
}

// What sums of T are kept in: double for float.
template <class T>
using Sum = std::conditional_t<std::same_as<T, float>, double, T>;

// Σ a b, left to right.
template <class T>
Result<Sum<T>> dot(const TensorList<T>& a, const TensorList<T>& b) {
  if (auto ok = check_alike(a, b); !ok) return tl::unexpected(ok.error());
  Sum<T> total(0);
  for (std::size_t k = 0; k < a.size(); ++k)
    for (Index i = 0; i < a[k].value.size(); ++i) total = total + Sum<T>(a[k].value[i]) * Sum<T>(b[k].value[i]);
  return total;
}
// √Σ a², of all elements together.
template <class T>
Sum<T> norm(const TensorList<T>& a) {
  using std::sqrt;
  return sqrt(*dot(a, a));
}

template <class T>
Index size(const TensorList<T>& list) {
  Index n = 0;
  for (const auto& item : list) n += item.value.size();
  return n;
}
// All elements one after another, and back into the names and shapes of `like`.
template <class T>
Tensor<T> flatten(const TensorList<T>& list) {
  std::vector<T> out;
  out.reserve(static_cast<std::size_t>(size(list)));
  for (const auto& item : list) out.insert(out.end(), item.value.elements().begin(), item.value.elements().end());
  const Index n = static_cast<Index>(out.size());
  return Tensor<T>(Shape{n}, std::move(out));
}
template <class T, class U>
Result<TensorList<T>> unflatten(const Tensor<T>& flat, const TensorList<U>& like) {
  if (flat.size() != size(like))
    return spec::fail("[tlist] unflatten: expected ", size(like), " elements, found ", flat.size());
  TensorList<T> out;
  std::span<const T> rest = flat.elements();
  for (const auto& [name, value] : like) {
    const auto n = static_cast<std::size_t>(value.size());
    out.push_back({name, Tensor<T>(value.shape(), std::vector<T>(rest.begin(), rest.begin() + value.size()))});
    rest = rest.subspan(n);
  }
  return out;
}

}  // namespace plumbline::runtime::tlist
