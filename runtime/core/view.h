// View: a buffer of elements with its shape and dtype; what kernels read and write.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <ranges>
#include <span>
#include <string_view>

#include "runtime/core/half.h"
#include "spec/lang/shape.h"

namespace plumbline::runtime {

using spec::Index;
using spec::Shape;
using spec::Shapes;

// i64 is for indices; the others are real.
enum class DType : std::uint8_t { f32, f64, f16, bf16, i64 };
enum class Device : std::uint8_t { cpu, cuda };
inline constexpr std::array real_dtypes{DType::f32, DType::f64, DType::f16, DType::bf16};

// The type of one element, and back.
template <class T>
inline constexpr DType dtype_of = std::same_as<T, float>      ? DType::f32
                                  : std::same_as<T, double>   ? DType::f64
                                  : std::same_as<T, Half>     ? DType::f16
                                  : std::same_as<T, BFloat16> ? DType::bf16
                                                              : DType::i64;
// The types of elements.
template <class T>
concept Element = std::same_as<T, float> || std::same_as<T, double> || std::same_as<T, Half> ||
                  std::same_as<T, BFloat16> || std::same_as<T, std::int64_t>;

// f(T{}) with the type of a real dtype's elements.
template <class F>
decltype(auto) with_type(DType d, F&& f) {
  switch (d) {
    case DType::f64: return f(double{});
    case DType::f16: return f(Half{});
    case DType::bf16: return f(BFloat16{});
    default: return f(float{});
  }
}

constexpr std::size_t size_of(DType d) {
  return d == DType::f32 ? 4 : d == DType::f16 || d == DType::bf16 ? 2 : 8;
}
constexpr std::string_view name_of(DType d) {
  constexpr std::string_view names[] = {"f32", "f64", "f16", "bf16", "i64"};
  return names[static_cast<std::size_t>(d)];
}
constexpr std::string_view name_of(Device d) { return d == Device::cpu ? "cpu" : "cuda"; }

// Elements in row-major order at `data`, aligned to their own size at least. An input's elements are never written.
struct View {
  void* data = nullptr;
  Shape shape;
  DType dtype = DType::f32;
  bool transposed = false;  // of a matrix: its elements lie in the order of its transpose [kernel: reads_transposed]

  Index size() const { return shape.size(); }
  // The elements as those of T, which is the type of the dtype.
  template <class T>
    requires Element<std::remove_const_t<T>>
  T* as() const {
    return static_cast<T*>(data);
  }
  float* f32() const { return as<float>(); }
  std::int64_t* i64() const { return as<std::int64_t>(); }
  std::span<float> floats() const { return {f32(), static_cast<std::size_t>(size())}; }
  std::span<const std::int64_t> integers() const { return {i64(), static_cast<std::size_t>(size())}; }
};

// Someone's elements of one dtype: what a vector, span or array of them converts to. Only for the duration of a call.
struct Elements {
  const void* data = nullptr;
  std::size_t count = 0;
  DType dtype = DType::f32;

  template <std::ranges::contiguous_range R>
    requires Element<std::ranges::range_value_t<R>>
  Elements(const R& r)
      : data(std::ranges::data(r)), count(std::ranges::size(r)), dtype(dtype_of<std::ranges::range_value_t<R>>) {}
  std::size_t bytes() const { return count * size_of(dtype); }
};

}  // namespace plumbline::runtime
