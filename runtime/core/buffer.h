// Buffer: memory aligned to cache lines, owned, not initialised.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace plumbline::runtime {

inline constexpr std::size_t alignment = 64;

constexpr std::size_t aligned(std::size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

// Large buffers ask the system for huge pages.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t bytes);
  std::byte* data() const { return data_.get(); }
  float* f32() const { return reinterpret_cast<float*>(data_.get()); }
  std::size_t size() const { return bytes_; }

 private:
  struct Free {
    std::align_val_t align;
    void operator()(std::byte* p) const { ::operator delete(p, align); }
  };
  std::size_t bytes_ = 0;
  std::unique_ptr<std::byte, Free> data_{nullptr, Free{std::align_val_t{alignment}}};
};

}  // namespace plumbline::runtime
