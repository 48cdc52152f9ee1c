// Slots by liveness within a block, and the loop over blocks.
#include "runtime/core/fused.h"

#include "runtime/core/stream.h"
#include "spec/lang/check.h"

namespace plumbline::runtime {
namespace {

constexpr Index least_block = 256, most_block = 2048;
constexpr Index block_bytes = 65536;    // what the slots of a block may fill
constexpr Index work_per_part = 32768;  // member·elements: below it a part is not worth handing to a thread

}  // namespace

int Fused::add_operand(const Shape& from) {
  operands_.push_back({Broadcast(from, shape_), nullptr, 0});
  return static_cast<int>(operands_.size()) - 1;
}

int Fused::add_member(Block block, std::span<const Source> in) {
  check(in.size() <= most_inputs, "an elementwise op has few inputs");
  check(!full(), "a chain has few members");
  members_.push_back({std::move(block), nullptr, 0, static_cast<std::uint16_t>(sources_.size()),
                      static_cast<std::uint8_t>(in.size()), false});
  sources_.insert(sources_.end(), in.begin(), in.end());
  return static_cast<int>(members_.size()) - 1;
}

void Fused::plan() {
  const auto stored = std::ranges::count_if(members_, &Member::stored);
  const auto direct = std::ranges::count_if(operands_, [](const Operand& o) { return o.broadcast.direct(); });
  streamed_ = n_ * (stored + direct) * static_cast<Index>(width_) > cached_bytes;
  for (Operand& o : operands_)
    if (!o.broadcast.direct()) o.slot = slots_++;
  std::vector<std::size_t> last(members_.size(), 0);
  std::vector<std::uint32_t> free;
  std::vector<int> ended;
  for (std::size_t m = 0; m < members_.size(); ++m)
    for (const Source& s : sources(members_[m]))
      if (s.member >= 0) last[static_cast<std::size_t>(s.member)] = m;
  for (std::size_t m = 0; m < members_.size(); ++m) {
    if (in_slot(members_[m])) {
      if (free.empty()) free.push_back(static_cast<std::uint32_t>(slots_++));
      members_[m].slot = free.back();
      free.pop_back();
    }
    ended.clear();
    for (const Source& s : sources(members_[m])) {
      if (s.member < 0 || !in_slot(members_[static_cast<std::size_t>(s.member)])) continue;
      if (last[static_cast<std::size_t>(s.member)] != m || std::count(ended.begin(), ended.end(), s.member)) continue;
      ended.push_back(s.member);
      free.push_back(members_[static_cast<std::size_t>(s.member)].slot);
    }
  }
  block_ = block_bytes / static_cast<Index>(std::max<std::size_t>(1, slots_) * width_) / least_block * least_block;
  if (streamed_) block_ = least_block;  // reads and such writes alternate in short spells
  block_ = std::min(std::clamp(block_, least_block, most_block), (std::max<Index>(n_, 1) + 15) / 16 * 16);
  const Index blocks = work_per_part / (block_ * static_cast<Index>(members_.size()));
  grain_ = block_ * std::max<Index>(1, blocks);
}

void Fused::run(Workers& workers, std::byte* scratch) const {
  parallel_for(workers, n_, grain_, [&](Index begin, Index end, int worker) {
    std::byte* local = scratch + static_cast<std::size_t>(worker) * local_scratch();
    for (Index b = begin; b < end; b += block_) run_block(b, std::min(block_, end - b), local);
    if (streamed_) stream_fence();
  });
}

void Fused::run_block(Index begin, Index n, std::byte* scratch) const {
  const auto slot = [&](std::size_t s) { return scratch + s * slot_bytes(); };
  const std::size_t at = static_cast<std::size_t>(begin) * width_;
  for (const Operand& o : operands_)
    if (!o.broadcast.direct()) o.broadcast.read(o.data, width_, begin, n, slot(o.slot));
  for (const Member& m : members_) {
    const void* in[most_inputs];
    const std::span<const Source> read = sources(m);
    for (std::size_t i = 0; i < m.arity; ++i) {
      if (read[i].member >= 0) {
        const Member& from = members_[static_cast<std::size_t>(read[i].member)];
        in[i] = in_slot(from) ? slot(from.slot) : from.data + at;
      } else {
        const Operand& from = operands_[static_cast<std::size_t>(read[i].operand)];
        in[i] = from.broadcast.direct() ? from.data + at : slot(from.slot);
      }
    }
    m.block(in, in_slot(m) ? slot(m.slot) : m.data + at, n);
    if (streamed_ && m.stored) stream_copy(slot(m.slot), m.data + at, n * static_cast<Index>(width_));
  }
}

}  // namespace plumbline::runtime
