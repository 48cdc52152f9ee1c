// View: a buffer of elements with its shape and dtype; what kernels read and write.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "spec/lang/shape.h"

namespace plumbline::runtime {

using spec::Index;
using spec::Shape;
using spec::Shapes;

enum class DType : std::uint8_t { f32, i64 };
enum class Device : std::uint8_t { cpu, cuda };

constexpr std::size_t size_of(DType d) { return d == DType::f32 ? 4 : 8; }
constexpr std::string_view name_of(DType d) { return d == DType::f32 ? "f32" : "i64"; }
constexpr std::string_view name_of(Device d) { return d == Device::cpu ? "cpu" : "cuda"; }

// Elements in row-major order at `data`, aligned to their own size at least. An input's elements are never written.
struct View {
  void* data = nullptr;
  Shape shape;
  DType dtype = DType::f32;

  Index size() const { return shape.size(); }
  float* f32() const { return static_cast<float*>(data); }
  std::int64_t* i64() const { return static_cast<std::int64_t*>(data); }
  std::span<float> floats() const { return {f32(), static_cast<std::size_t>(size())}; }
  std::span<const std::int64_t> integers() const { return {i64(), static_cast<std::size_t>(size())}; }
};

}  // namespace plumbline::runtime
