// Recent: the values of the keys that were asked for last; of more than `most` the least recently used is dropped.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace plumbline::runtime::train {

template <class Key, class Value>
class Recent {
 public:
  explicit Recent(std::size_t most) : most_(most) {}

  // The value of a key, which is now the last one used; null if there is none. Allocates nothing.
  Value* use(const Key& key) {
    const auto at = std::ranges::find(kept_, key, &Kept::first);
    if (at == kept_.end()) return nullptr;
    std::rotate(kept_.begin(), at, at + 1);
    return kept_.front().second.get();
  }
  // The same, without having been used.
  Value* find(const Key& key) const {
    const auto at = std::ranges::find(kept_, key, &Kept::first);
    return at == kept_.end() ? nullptr : at->second.get();
  }
  // The key is new. Pointers to the other values stay valid, except to the one that is dropped.
  Value* insert(const Key& key, Value value) {
    if (kept_.size() == most_) kept_.pop_back();
    kept_.emplace(kept_.begin(), key, std::make_unique<Value>(std::move(value)));
    return kept_.front().second.get();
  }
  std::size_t size() const { return kept_.size(); }

 private:
  using Kept = std::pair<Key, std::unique_ptr<Value>>;
  std::vector<Kept> kept_;  // the last one used comes first
  std::size_t most_;
};

}  // namespace plumbline::runtime::train
