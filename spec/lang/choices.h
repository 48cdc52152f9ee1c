// One source of choices: property tests, fuzzers and replay files each implement it.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace plumbline::spec {

// `pick(lo, hi)` is an integer in [lo, hi]; lo is the simplest answer, towards which a failure shrinks.
struct Choices {
  virtual ~Choices() = default;
  virtual std::int64_t pick(std::int64_t lo, std::int64_t hi) = 0;

  bool coin() { return pick(0, 1) == 1; }
  template <class T>
  const T& one_of(const std::vector<T>& list) {
    return list[static_cast<std::size_t>(pick(0, static_cast<std::int64_t>(list.size()) - 1))];
  }
};

}  // namespace plumbline::spec
