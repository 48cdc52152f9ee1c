// DataLoader and BatchLoader: the batches of each epoch, a pure function of (seed, epoch), read one at a time.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "runtime/data/dataset.h"

namespace plumbline::runtime::data {

struct LoaderOptions {
  Index batch_size = 1;
  bool shuffle = false;
  std::uint64_t seed = 0;
  bool drop_last = false;  // of a partial batch at the end of an epoch; else it is a batch of its own size
  bool finite = false;     // refuse NaN and infinities, by sample and column
  Index classes = 0;       // > 0: y must be labels in [0, classes)
  std::function<Result<Sample>(std::span<const Sample>)> collate = nullptr;  // null: stacking
};

// One pass over the data: batch k is read when it is asked for and nothing is kept.
//   for (Result<Sample> batch : loader.epoch(e)) …
class Epoch {
 public:
  using Read = std::function<Result<Sample>(std::span<const Index>)>;
  Epoch(Read read, std::vector<Index> order, Index batch_size, Index batches, Index first)
      : read_(std::move(read)), order_(std::move(order)), batch_size_(batch_size), batches_(batches), first_(first) {}

  Index size() const { return batches_; }                    // batches in the whole epoch
  Index first() const { return first_; }                     // where iteration begins
  const std::vector<Index>& order() const { return order_; }
  std::span<const Index> samples(Index batch) const;         // numbers of its samples; 0 ≤ batch < size()
  Result<Sample> operator[](Index batch) const { return read_(samples(batch)); }

  struct Iterator {
    const Epoch* epoch;
    Index batch;
    Result<Sample> operator*() const { return (*epoch)[batch]; }
    Iterator& operator++() { return ++batch, *this; }
    bool operator==(const Iterator& other) const { return batch == other.batch; }
  };
  Iterator begin() const { return {this, first_}; }
  Iterator end() const { return {this, std::max(first_, batches_)}; }

 private:
  Read read_;
  std::vector<Index> order_;
  Index batch_size_, batches_, first_;
};

class DataLoader {
 public:
  // Errors: an empty data set, a batch size below 1, a batch larger than the data set.
  static Result<DataLoader> create(Dataset data, LoaderOptions options = {});

  Index batches() const;  // in each epoch
  // The samples of an epoch in order: 0, 1, … or, shuffled, a permutation by (seed, epoch) alone.
  std::vector<Index> order(Index epoch) const;
  // Batches from `first` on: where a run was interrupted.
  Epoch epoch(Index epoch, Index first = 0) const;
  // The batch of these samples, collated and checked.
  Result<Sample> read(std::span<const Index> which) const;
  // The same data in order and whole, for evaluation.
  DataLoader in_order() const;

  const Dataset& data() const { return data_; }
  const LoaderOptions& options() const { return options_; }

 private:
  DataLoader(Dataset data, LoaderOptions options) : data_(std::move(data)), options_(std::move(options)) {}
  Result<Sample> gather(std::span<const Index> which) const;
  Dataset data_;
  LoaderOptions options_;
};

// Batches of one static shape, for programs compiled once: each is [batch_size, …] of the shapes of sample 0. With
// drop_last the partial batch at the end of an epoch is dropped; without, it is kept with its own first extent.
class BatchLoader {
 public:
  // Errors: those of DataLoader; a first batch that cannot be read.
  static Result<BatchLoader> create(Dataset data, LoaderOptions options);

  const Shape& x_shape() const { return x_; }
  const Shape& y_shape() const { return y_; }
  DType x_dtype() const { return x_dtype_; }
  DType y_dtype() const { return y_dtype_; }
  Index batches() const { return loader_.batches(); }
  // A batch of another item shape or dtype is an error that names both.
  Epoch epoch(Index epoch, Index first = 0) const;
  BatchLoader in_order() const;
  const DataLoader& loader() const { return loader_; }

 private:
  explicit BatchLoader(DataLoader loader) : loader_(std::move(loader)) {}
  Result<Sample> checked(Sample batch) const;
  DataLoader loader_;
  Shape x_, y_;
  DType x_dtype_ = DType::f32, y_dtype_ = DType::f32;
};

}  // namespace plumbline::runtime::data
