// Best fit with gaps that are merged when their neighbours end.
#include "runtime/core/arena.h"

#include <map>
#include <queue>
#include <set>

#include "runtime/core/buffer.h"

namespace plumbline::runtime {
namespace {

class Gaps {
 public:
  std::size_t take(std::size_t bytes) {
    const auto fit = by_size_.lower_bound({bytes, 0});
    if (fit == by_size_.end()) return grow(bytes);
    const auto [size, at] = *fit;
    erase(at, size);
    if (size > bytes) insert(at + bytes, size - bytes);
    return at;
  }
  void give(std::size_t at, std::size_t bytes) {
    auto next = by_place_.lower_bound(at);
    if (next != by_place_.end() && next->first == at + bytes) {
      const std::size_t more = next->second;
      erase(at + bytes, more);
      bytes += more;
    }
    auto before = by_place_.lower_bound(at);
    if (before != by_place_.begin() && (--before, before->first + before->second == at)) {
      const auto [start, size] = *before;
      erase(start, size);
      at = start, bytes += size;
    }
    insert(at, bytes);
  }
  std::size_t end() const { return end_; }

 private:
  std::size_t grow(std::size_t bytes) {
    std::size_t at = end_;
    if (!by_place_.empty())
      if (const auto [start, size] = *by_place_.rbegin(); start + size == end_) erase(start, size), at = start;
    end_ = at + bytes;
    return at;
  }
  void insert(std::size_t at, std::size_t size) { by_place_[at] = size, by_size_.insert({size, at}); }
  void erase(std::size_t at, std::size_t size) { by_place_.erase(at), by_size_.erase({size, at}); }

  std::map<std::size_t, std::size_t> by_place_;
  std::set<std::pair<std::size_t, std::size_t>> by_size_;
  std::size_t end_ = 0;
};

}  // namespace

Layout lay_out(const std::vector<Lifetime>& buffers) {
  using Ending = std::pair<int, std::size_t>;
  std::priority_queue<Ending, std::vector<Ending>, std::greater<>> endings;
  Gaps gaps;
  Layout out;
  out.offsets.reserve(buffers.size());
  for (std::size_t b = 0; b < buffers.size(); ++b) {
    while (!endings.empty() && endings.top().first < buffers[b].first) {
      const std::size_t gone = endings.top().second;
      endings.pop();
      gaps.give(out.offsets[gone], aligned(buffers[gone].bytes));
    }
    const std::size_t bytes = aligned(buffers[b].bytes);
    if (bytes == 0) {
      out.offsets.push_back(0);
      continue;
    }
    out.offsets.push_back(gaps.take(bytes));
    endings.push({buffers[b].last, b});
  }
  out.bytes = gaps.end();
  return out;
}

}  // namespace plumbline::runtime
