// A chain of elementwise ops over one shape, run block by block so that what passes between them stays in cache.
#pragma once

#include <span>
#include <vector>

#include "runtime/core/broadcast.h"
#include "runtime/core/kernel.h"

namespace plumbline::runtime {

// Members are computed in order, each on one block before the next block begins; the bits are those of running them
// one after another, because a Block gives the same bits on any run.
class Fused {
 public:
  // Where a member reads an input: the result of an earlier member, or an operand from outside.
  struct Source {
    int member = -1, operand = -1;
  };
  static constexpr std::size_t most_members = 48, most_inputs = 8;

  explicit Fused(Shape shape, DType dtype = DType::f32)
      : shape_(std::move(shape)), n_(shape_.size()), width_(size_of(dtype)) {}
  const Shape& shape() const { return shape_; }
  bool full() const { return members_.size() >= most_members; }

  int add_operand(const Shape& from);
  int add_member(Block block, std::span<const Source> in);
  // The member's result is wanted outside and gets a buffer.
  void store(int member) { members_[static_cast<std::size_t>(member)].stored = true; }
  // Once all members are added: gives the others a place in scratch.
  void plan();

  void set_operand(int operand, const void* data) {
    operands_[static_cast<std::size_t>(operand)].data = static_cast<const std::byte*>(data);
  }
  void set_result(int member, void* data) {
    members_[static_cast<std::size_t>(member)].data = static_cast<std::byte*>(data);
  }
  std::size_t local_scratch() const { return aligned(slots_ * slot_bytes()); }
  void run(Workers& workers, std::byte* scratch) const;

 private:
  struct Operand {
    Broadcast broadcast;
    const std::byte* data = nullptr;
    std::size_t slot = 0;
  };
  struct Member {
    Block block;
    std::byte* data = nullptr;
    std::uint32_t slot = 0;
    std::uint16_t first = 0;  // of its sources
    std::uint8_t arity = 0;
    bool stored = false;
  };
  std::span<const Source> sources(const Member& m) const { return std::span(sources_).subspan(m.first, m.arity); }
  static std::size_t aligned(std::size_t bytes) { return (bytes + 63) / 64 * 64; }
  bool in_slot(const Member& m) const { return streamed_ || !m.stored; }
  std::size_t slot_bytes() const { return static_cast<std::size_t>(block_) * width_; }
  void run_block(Index begin, Index n, std::byte* scratch) const;

  Shape shape_;
  Index n_;
  std::size_t width_;  // bytes of an element
  std::vector<Operand> operands_;
  std::vector<Member> members_;
  std::vector<Source> sources_;  // of the members, one after another
  std::size_t slots_ = 0;
  Index block_ = 0, grain_ = 0;
  bool streamed_ = false;  // results are computed in slots and then written past the caches
};

}  // namespace plumbline::runtime
