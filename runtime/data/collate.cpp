// Stacking, taking rows, checking numbers.
#include "runtime/data/collate.h"

#include <cmath>

#include "spec/lang/check.h"
#include "spec/lang/floats.h"

namespace plumbline::runtime::data {

using spec::fail;
using spec::Tensor;

namespace {

Shape with_rows(Index n, const Shape& item) {
  Shape out{n};
  for (Index d : item.dims()) out.push_back(d);
  return out;
}

Shape without_rows(const Shape& shape) {
  return Shape(std::vector<Index>(shape.dims().begin() + 1, shape.dims().end()));
}

// The place of the first element of which `bad` holds; −1: of none.
template <class T, class Bad>
Index first(const Tensor<T>& x, Bad&& bad) {
  const auto elements = x.elements();
  const auto at = std::find_if(elements.begin(), elements.end(), bad);
  return at == elements.end() ? -1 : static_cast<Index>(at - elements.begin());
}

// `x: row 17, column 3: `, the column counted within the row.
std::string place(const Shape& shape, Index element, std::string_view name, std::span<const Index> which) {
  if (shape.rank() == 0) return spec::concat(name, ": ");
  const Index width = shape.size() / shape[0], row = element / width;
  const auto at = static_cast<std::size_t>(row);
  const Index number = at < which.size() ? which[at] : row;
  if (width == 1) return spec::concat(name, ": row ", number, ": ");
  return spec::concat(name, ": row ", number, ", column ", element % width, ": ");
}

}  // namespace

Result<AnyTensor> stack(std::span<const AnyTensor> items, std::string_view name) {
  if (items.empty()) return fail(name, ": found no samples to stack, expected at least one");
  const Shape& item = shape_of(items[0]);
  for (std::size_t i = 1; i < items.size(); ++i)
    if (shape_of(items[i]) != item || type_of(items[i]) != type_of(items[0]))
      return fail(name, ": sample ", i, " of the batch: found ", name_of(type_of(items[i])), ' ', shape_of(items[i]),
                  ", expected ", name_of(type_of(items[0])), ' ', item, " as sample 0");
  const Shape shape = with_rows(static_cast<Index>(items.size()), item);
  if (!shape.valid()) return fail(name, ": shape ", shape, " is too large");
  return std::visit(
      [&]<class T>(const Tensor<T>&) -> AnyTensor {
        std::vector<T> all;
        all.reserve(static_cast<std::size_t>(shape.size()));
        for (const AnyTensor& x : items) {
          const auto elements = std::get<Tensor<T>>(x).elements();
          all.insert(all.end(), elements.begin(), elements.end());
        }
        return Tensor<T>(shape, std::move(all));
      },
      items[0]);
}

Result<Sample> collate(std::span<const Sample> samples) {
  std::vector<AnyTensor> xs, ys;
  for (const Sample& s : samples) xs.push_back(s.x), ys.push_back(s.y);
  auto x = stack(xs, "x");
  if (!x) return tl::unexpected(x.error());
  auto y = stack(ys, "y");
  if (!y) return tl::unexpected(y.error());
  return Sample{std::move(*x), std::move(*y)};
}

AnyTensor rows(const AnyTensor& x, std::span<const Index> which) {
  return std::visit(
      [&]<class T>(const Tensor<T>& t) -> AnyTensor {
        check(t.shape().rank() >= 1, "rows of a tensor that has some");
        const Shape item = without_rows(t.shape());
        const Index width = item.size();
        std::vector<T> out;
        out.reserve(which.size() * static_cast<std::size_t>(width));
        for (const Index i : which) {
          check(i >= 0 && i < t.shape()[0], "a row that exists");
          const auto begin = t.elements().begin() + i * width;
          out.insert(out.end(), begin, begin + width);
        }
        return Tensor<T>(with_rows(static_cast<Index>(which.size()), item), std::move(out));
      },
      x);
}

AnyTensor row(const AnyTensor& x, Index which) {
  return std::visit(
      [&](const auto& t) -> AnyTensor { return t.reshaped(without_rows(t.shape())); },
      rows(x, {&which, 1}));
}

Result<AnyTensor> cast(const AnyTensor& x, DType dtype) {
  if (type_of(x) == dtype) return x;
  if (dtype != DType::i64)
    return with_type(dtype, [&]<class T>(T) -> AnyTensor {
      return std::visit(
          []<class From>(const Tensor<From>& t) -> AnyTensor {
            return Tensor<T>::generate(t.shape(), [&](Index i) {
              if constexpr (std::is_integral_v<From> && std::is_floating_point_v<T>) return static_cast<T>(t[i]);
              else return rounded<T>(exact(t[i]));
            });
          },
          x);
    });
  return std::visit(
      []<class T>(const Tensor<T>& t) -> Result<AnyTensor> {
        if constexpr (std::is_integral_v<T>) return t;
        else {
          const Index bad = first(t, [](T v) { return !spec::to_index(exact(v)); });
          if (bad >= 0)
            return fail(place(t.shape(), bad, "tensor", {}), "found ", exact(t[bad]), ", expected an integer");
          return Tensor<std::int64_t>::generate(t.shape(), [&](Index i) { return *spec::to_index(exact(t[i])); });
        }
      },
      x);
}

Result<void> check_finite(const AnyTensor& x, std::string_view name, std::span<const Index> which) {
  return std::visit(
      [&]<class T>(const Tensor<T>& t) -> Result<void> {
        if constexpr (std::is_integral_v<T>) return {};
        else {
          const Index bad = first(t, [](T v) { return !std::isfinite(exact(v)); });
          if (bad < 0) return {};
          return fail(place(t.shape(), bad, name, which), "found ", exact(t[bad]), ", expected a finite number");
        }
      },
      x);
}

Result<void> check_labels(const AnyTensor& labels, Index classes, std::string_view name,
                          std::span<const Index> which) {
  const auto* t = std::get_if<Tensor<std::int64_t>>(&labels);
  if (!t) return fail(name, ": found ", name_of(type_of(labels)), ", expected i64 labels");
  const Index bad = first(*t, [&](std::int64_t v) { return v < 0 || v >= classes; });
  if (bad < 0) return {};
  return fail(place(t->shape(), bad, name, which), "found label ", (*t)[bad], ", expected 0 to ", classes - 1);
}

template <class T>
Result<Tensor<T>> one_hot(const Tensor<std::int64_t>& labels, Index classes) {
  if (auto ok = check_labels(labels, classes, "labels"); !ok) return tl::unexpected(ok.error());
  Shape shape = labels.shape();
  shape.push_back(classes);
  if (!shape.valid()) return fail("labels: shape ", shape, " is too large");
  auto out = Tensor<T>::full(shape, T(0));
  const auto elements = out.mutable_elements();
  for (Index i = 0; i < labels.size(); ++i) elements[static_cast<std::size_t>(i * classes + labels[i])] = T(1);
  return out;
}

template Result<Tensor<float>> one_hot(const Tensor<std::int64_t>&, Index);
template Result<Tensor<double>> one_hot(const Tensor<std::int64_t>&, Index);

}  // namespace plumbline::runtime::data
