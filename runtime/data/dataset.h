// Dataset: n samples by number, held in memory or made when asked for; a value that shares what it reads.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/data/collate.h"

namespace plumbline::runtime::data {

// Where samples come from. at() and gather() are pure functions: they may be called in any order and again.
class Source {
 public:
  virtual ~Source() = default;
  virtual Index size() const = 0;
  virtual Result<Sample> at(Index i) const = 0;  // 0 ≤ i < size()
  // The batch of these samples; sources that hold tensors copy rows.
  virtual Result<Sample> gather(std::span<const Index> which) const;
};

class Dataset {
 public:
  // Sample i is row i of x and of y, whose first axes must agree: [n, …] and [n, …].
  static Result<Dataset> from_tensors(AnyTensor x, AnyTensor y);
  static Dataset from_samples(std::vector<Sample> samples);
  // Sample i is read(i), made anew each time it is asked for.
  static Dataset lazy(Index size, std::function<Result<Sample>(Index)> read);
  static Dataset from_source(std::shared_ptr<const Source> source) { return Dataset(std::move(source)); }

  Index size() const { return source_->size(); }
  bool empty() const { return size() == 0; }
  // An error if there is no sample i, or if it cannot be read.
  Result<Sample> at(Index i) const;
  Result<Sample> gather(std::span<const Index> which) const;

  // Sample i of the result is f(sample i), computed when it is asked for. f is given the number, too, so that a random
  // transformation can be a pure function of it.
  Dataset map(std::function<Result<Sample>(Sample, Index)> f) const;
  // Samples by their numbers, in that order, repeats included; an error if one is out of range.
  Result<Dataset> subset(std::vector<Index> which) const;
  Result<Dataset> range(Index begin, Index end) const;
  // Parts of the given sizes, which must sum to size(), cut from one random order of the samples.
  Result<std::vector<Dataset>> split(const std::vector<Index>& sizes, std::uint64_t seed) const;

 private:
  explicit Dataset(std::shared_ptr<const Source> source) : source_(std::move(source)) {}
  std::shared_ptr<const Source> source_;
};

// One after another.
Dataset concat(std::vector<Dataset> parts);

}  // namespace plumbline::runtime::data
