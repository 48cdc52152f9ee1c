// Sources: tensors, samples, functions, and views of other data sets.
#include "runtime/data/dataset.h"

#include "runtime/rand/rand.h"

namespace plumbline::runtime::data {

using spec::fail;

namespace {

class Tensors final : public Source {
 public:
  Tensors(AnyTensor x, AnyTensor y) : x_(std::move(x)), y_(std::move(y)) {}
  Index size() const override { return shape_of(x_)[0]; }
  Result<Sample> at(Index i) const override { return Sample{row(x_, i), row(y_, i)}; }
  Result<Sample> gather(std::span<const Index> which) const override {
    return Sample{rows(x_, which), rows(y_, which)};
  }

 private:
  AnyTensor x_, y_;
};

class Function final : public Source {
 public:
  Function(Index size, std::function<Result<Sample>(Index)> read) : size_(size), read_(std::move(read)) {}
  Index size() const override { return size_; }
  Result<Sample> at(Index i) const override { return read_(i); }

 private:
  Index size_;
  std::function<Result<Sample>(Index)> read_;
};

class Subset final : public Source {
 public:
  Subset(Dataset of, std::vector<Index> which) : of_(std::move(of)), which_(std::move(which)) {}
  Index size() const override { return static_cast<Index>(which_.size()); }
  Result<Sample> at(Index i) const override { return of_.at(which_[static_cast<std::size_t>(i)]); }
  Result<Sample> gather(std::span<const Index> which) const override {
    std::vector<Index> there;
    for (const Index i : which) there.push_back(which_[static_cast<std::size_t>(i)]);
    return of_.gather(there);
  }

 private:
  Dataset of_;
  std::vector<Index> which_;
};

}  // namespace

Result<Sample> Source::gather(std::span<const Index> which) const {
  std::vector<Sample> samples;
  for (const Index i : which) {
    auto sample = at(i);
    if (!sample) return sample;
    samples.push_back(std::move(*sample));
  }
  return collate(samples);
}

Result<Dataset> Dataset::from_tensors(AnyTensor x, AnyTensor y) {
  const Shape &at_x = shape_of(x), &at_y = shape_of(y);
  if (at_x.rank() == 0 || at_y.rank() == 0)
    return fail("data set: found shapes ", at_x, " and ", at_y, ", expected a first axis for the samples");
  if (at_x[0] != at_y[0])
    return fail("data set: found ", at_x[0], " rows of x and ", at_y[0], " of y, expected as many");
  return Dataset(std::make_shared<Tensors>(std::move(x), std::move(y)));
}

Dataset Dataset::from_samples(std::vector<Sample> samples) {
  const auto n = static_cast<Index>(samples.size());
  return lazy(n, [all = std::make_shared<const std::vector<Sample>>(std::move(samples))](Index i) -> Result<Sample> {
    return (*all)[static_cast<std::size_t>(i)];
  });
}

Dataset Dataset::lazy(Index size, std::function<Result<Sample>(Index)> read) {
  return Dataset(std::make_shared<Function>(size, std::move(read)));
}

Result<Sample> Dataset::at(Index i) const {
  if (i < 0 || i >= size()) return fail("data set: found no sample ", i, ", expected 0 to ", size() - 1);
  return source_->at(i);
}

Result<Sample> Dataset::gather(std::span<const Index> which) const {
  for (const Index i : which)
    if (i < 0 || i >= size()) return fail("data set: found no sample ", i, ", expected 0 to ", size() - 1);
  return source_->gather(which);
}

Dataset Dataset::map(std::function<Result<Sample>(Sample, Index)> f) const {
  return lazy(size(), [of = *this, f = std::move(f)](Index i) -> Result<Sample> {
    auto sample = of.at(i);
    return sample ? f(std::move(*sample), i) : sample;
  });
}

Result<Dataset> Dataset::subset(std::vector<Index> which) const {
  for (const Index i : which)
    if (i < 0 || i >= size()) return fail("subset: found no sample ", i, ", expected 0 to ", size() - 1);
  return Dataset(std::make_shared<Subset>(*this, std::move(which)));
}

Result<Dataset> Dataset::range(Index begin, Index end) const {
  if (begin < 0 || end < begin || end > size())
    return fail("subset: found samples ", begin, " to ", end, ", expected a range within 0 to ", size());
  std::vector<Index> which;
  for (Index i = begin; i < end; ++i) which.push_back(i);
  return subset(std::move(which));
}

Result<std::vector<Dataset>> Dataset::split(const std::vector<Index>& sizes, std::uint64_t seed) const {
  Index left = size();
  for (const Index n : sizes) {
    if (n < 0 || n > left) return fail("split: found a part of ", n, " samples, expected at most ", left, " left");
    left -= n;
  }
  if (left != 0) return fail("split: found parts of ", size() - left, " samples, expected all ", size());
  const auto order = rand::permutation(size(), seed);
  std::vector<Dataset> parts;
  auto from = order.begin();
  for (const Index n : sizes) {
    parts.push_back(Dataset(std::make_shared<Subset>(*this, std::vector<Index>(from, from + n))));
    from += n;
  }
  return parts;
}

Dataset concat(std::vector<Dataset> parts) {
  std::vector<Index> ends;
  for (const Dataset& part : parts) ends.push_back((ends.empty() ? 0 : ends.back()) + part.size());
  const Index total = ends.empty() ? 0 : ends.back();
  return Dataset::lazy(total, [parts = std::move(parts), ends = std::move(ends)](Index i) {
    const auto part = static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), i) - ends.begin());
    return parts[part].at(i - (part == 0 ? 0 : ends[part - 1]));
  });
}

}  // namespace plumbline::runtime::data
