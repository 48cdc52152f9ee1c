// Orders of epochs and their batches.
#include "runtime/data/loader.h"

#include <numeric>

#include "runtime/rand/rand.h"

namespace plumbline::runtime::data {

using spec::fail;

std::span<const Index> Epoch::samples(Index batch) const {
  const std::size_t begin = static_cast<std::size_t>(batch * batch_size_);
  return std::span(order_).subspan(begin, std::min(static_cast<std::size_t>(batch_size_), order_.size() - begin));
}

Result<DataLoader> DataLoader::create(Dataset data, LoaderOptions options) {
  if (data.empty()) return fail("loader: found an empty data set, expected at least one sample");
  if (options.batch_size < 1) return fail("loader: found batch size ", options.batch_size, ", expected at least 1");
  if (options.batch_size > data.size())
    return fail("loader: found batch size ", options.batch_size, ", expected at most the ", data.size(),
                " samples of the data set");
  return DataLoader(std::move(data), std::move(options));
}

Index DataLoader::batches() const {
  const Index whole = data_.size() / options_.batch_size;
  return whole + (options_.drop_last || data_.size() % options_.batch_size == 0 ? 0 : 1);
}

std::vector<Index> DataLoader::order(Index epoch) const {
  if (options_.shuffle) return rand::permutation(data_.size(), options_.seed, static_cast<std::uint64_t>(epoch));
  std::vector<Index> order(static_cast<std::size_t>(data_.size()));
  std::iota(order.begin(), order.end(), Index{0});
  return order;
}

Result<Sample> DataLoader::gather(std::span<const Index> which) const {
  if (!options_.collate) return data_.gather(which);
  std::vector<Sample> samples;
  for (const Index i : which) {
    auto sample = data_.at(i);
    if (!sample) return sample;
    samples.push_back(std::move(*sample));
  }
  return options_.collate(samples);
}

Result<Sample> DataLoader::read(std::span<const Index> which) const {
  auto batch = gather(which);
  if (!batch) return batch;
  if (options_.finite) {
    if (auto ok = check_finite(batch->x, "x", which); !ok) return tl::unexpected(ok.error());
    if (auto ok = check_finite(batch->y, "y", which); !ok) return tl::unexpected(ok.error());
  }
  if (options_.classes > 0)
    if (auto ok = check_labels(batch->y, options_.classes, "y", which); !ok) return tl::unexpected(ok.error());
  return batch;
}

Epoch DataLoader::epoch(Index epoch, Index first) const {
  return Epoch([whole = *this](std::span<const Index> which) { return whole.read(which); }, order(epoch),
               options_.batch_size, batches(), first);
}

DataLoader DataLoader::in_order() const {
  DataLoader out = *this;
  out.options_.shuffle = out.options_.drop_last = false;
  return out;
}

Result<BatchLoader> BatchLoader::create(Dataset data, LoaderOptions options) {
  auto loader = DataLoader::create(std::move(data), std::move(options));
  if (!loader) return tl::unexpected(loader.error());
  BatchLoader out(std::move(*loader));
  const Epoch first = out.loader_.in_order().epoch(0);
  const auto batch = first[0];
  if (!batch) return tl::unexpected(batch.error());
  out.x_ = shape_of(batch->x), out.y_ = shape_of(batch->y);
  out.x_dtype_ = type_of(batch->x), out.y_dtype_ = type_of(batch->y);
  return out;
}

Result<Sample> BatchLoader::checked(Sample batch) const {
  const auto fits = [](const AnyTensor& found, const Shape& expected, DType dtype) {
    Shape shape = shape_of(found);
    if (type_of(found) != dtype || shape.rank() != expected.rank()) return false;
    if (shape.rank() > 0 && shape[0] <= expected[0]) shape[0] = expected[0];
    return shape == expected;
  };
  const auto refused = [](std::string_view name, const AnyTensor& found, const Shape& expected, DType dtype) {
    return fail("batch: ", name, ": found ", name_of(type_of(found)), ' ', shape_of(found), ", expected ",
                name_of(dtype), ' ', expected);
  };
  if (!fits(batch.x, x_, x_dtype_)) return refused("x", batch.x, x_, x_dtype_);
  if (!fits(batch.y, y_, y_dtype_)) return refused("y", batch.y, y_, y_dtype_);
  return batch;
}

Epoch BatchLoader::epoch(Index epoch, Index first) const {
  return Epoch(
      [whole = *this](std::span<const Index> which) -> Result<Sample> {
        auto batch = whole.loader_.read(which);
        return batch ? whole.checked(std::move(*batch)) : batch;
      },
      loader_.order(epoch), loader_.options().batch_size, loader_.batches(), first);
}

BatchLoader BatchLoader::in_order() const {
  BatchLoader out = *this;
  out.loader_ = loader_.in_order();
  return out;
}

}  // namespace plumbline::runtime::data
