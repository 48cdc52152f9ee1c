// Steps on the mean of several gradients, taken at one point: g = (Σ w_k g_k) / Σ w_k, clipped.
#include "runtime/train/train_step.h"

namespace plumbline::runtime {

namespace {
constexpr Index elements_per_part = 32768;
}

// Sums lie in the order of the params that learn.
template <class T>
void TrainStep::lay_out_sums() {
  List<T>& l = list<T>();
  if (!l.sums.empty() || l.learning.empty()) return;
  if (held_->sums.size() == 0) held_->sums = Buffer(held_->memory.size());
  T* at = reinterpret_cast<T*>(held_->sums.data());
  for (std::size_t i = 0; i < sizes_.size(); ++i) {
    if (gradients_[i] < 0) continue;
    l.sums.emplace_back(at, static_cast<std::size_t>(sizes_[i]));
    l.summed.push_back(at);
    at += sizes_[i];
  }
}

template <class T>
void TrainStep::add_gradients(T weight) {
  lay_out_sums<T>();
  const List<T>& l = list<T>();
  const bool first = held_->weight == 0;
  for (std::size_t p = 0; p < l.sums.size(); ++p) {
    T* sum = l.sums[p].data();
    const T* g = l.gradients[p];
    parallel_for(program_.workers(), static_cast<Index>(l.sums[p].size()), elements_per_part,
                 [&](Index begin, Index end, int) {
                   if (first)
                     for (Index i = begin; i < end; ++i) sum[i] = weight * g[i];
                   else
                     for (Index i = begin; i < end; ++i) sum[i] += weight * g[i];
                 });
  }
}

void TrainStep::accumulate(double weight) {
  widen_gradients();
  kept([&]<class T>(T) { add_gradients<T>(static_cast<T>(weight)); });
  held_->weight += weight;
  advance();
}

template <class T>
void TrainStep::apply_sums() {
  lay_out_sums<T>();
  List<T>& l = list<T>();
  const T weight = static_cast<T>(held_->weight);
  if (weight != 1)
    for (const std::span<T> sum : l.sums)
      parallel_for(program_.workers(), static_cast<Index>(sum.size()), elements_per_part,
                   [&](Index begin, Index end, int) {
                     for (Index i = begin; i < end; ++i) sum[static_cast<std::size_t>(i)] /= weight;
                   });
  if (held_->clip) clip_gradients(*held_->clip, l.sums);
  held_->optimiser.step(program_.workers(), std::span<T* const>(l.learning), l.summed);
}

void TrainStep::apply() {
  if (held_->weight == 0) return;
  kept([&]<class T>(T) { apply_sums<T>(); });
  held_->weight = 0;
}

}  // namespace plumbline::runtime
