// Allocation of buffers.
#include "runtime/core/buffer.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace plumbline::runtime {
namespace {

constexpr std::size_t huge_page = std::size_t{1} << 21;

}  // namespace

Buffer::Buffer(std::size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  const std::align_val_t align{bytes < huge_page ? alignment : huge_page};
  data_ = {static_cast<std::byte*>(::operator new(bytes, align)), Free{align}};
#ifdef __linux__
  // A wish, whose refusal changes nothing but speed.
  if (bytes >= huge_page) static_cast<void>(madvise(data_.get(), bytes / huge_page * huge_page, MADV_HUGEPAGE));
#endif
}

}  // namespace plumbline::runtime
