// Reading, splitting and shuffling rows.
#include "crosscheck/models/dataset.h"

#include <numeric>

#include "crosscheck/io/csv.h"
#include "spec/lang/floats.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

void shuffle(std::vector<Index>& list, RandomChoices& random) {
  for (std::size_t i = list.size(); i > 1; --i)
    std::swap(list[i - 1], list[static_cast<std::size_t>(random.pick(0, static_cast<Index>(i) - 1))]);
}

}  // namespace

spec::Result<DataSet> DataSet::read(const std::string& file, Index features, Index classes, double scale,
                                    std::uint64_t seed) {
  const auto table = read_table(file);
  if (!table) return tl::unexpected(table.error());
  const Index first_line = table->header.empty() ? 1 : 2;
  if (table->columns != features + 1)
    return spec::fail(file, ": line ", first_line, ": found ", table->columns, " columns, expected ", features,
                      " numbers and a label");
  if (table->rows < 5) return spec::fail(file, ": found ", table->rows, " rows, expected at least 5");
  DataSet out;
  out.features_ = features;
  for (Index row = 0; row < table->rows; ++row) {
    for (Index c = 0; c < features; ++c) out.x_.push_back(static_cast<float>(scale * table->at(row, c)));
    const double label = table->at(row, features);
    const auto index = spec::to_index(label);
    if (!index || *index < 0 || *index >= classes)
      return spec::fail(file, ": line ", first_line + row, ": found label ", label, ", expected an integer from 0 to ",
                        classes - 1);
    out.labels_.push_back(label);
  }
  std::vector<Index> order(static_cast<std::size_t>(table->rows));
  std::iota(order.begin(), order.end(), Index{0});
  RandomChoices random(seed, "model", "split", 0);
  shuffle(order, random);
  const auto cut = order.end() - table->rows / 5;
  out.training_.assign(order.begin(), cut), out.held_out_.assign(cut, order.end());
  return out;
}

Rows DataSet::take(const std::vector<Index>& rows) const {
  std::vector<double> x, labels;
  for (const Index row : rows) {
    const auto at = x_.begin() + row * features_;
    x.insert(x.end(), at, at + features_);
    labels.push_back(labels_[static_cast<std::size_t>(row)]);
  }
  const auto n = static_cast<Index>(rows.size());
  return {Values({n, features_}, std::move(x)), Values({n}, std::move(labels))};
}

Rows Batches::next() {
  std::vector<Index> rows;
  while (static_cast<Index>(rows.size()) < batch_) {
    if (left_.empty()) {
      left_ = data_.training();
      RandomChoices random(seed_, "model", "order", pass_++);
      shuffle(left_, random);
    }
    rows.push_back(left_.back());
    left_.pop_back();
  }
  return data_.take(rows);
}

std::string shipped_data(const std::string& name) { return std::string(PLUMBLINE_DATA_DIR "/") + name; }

}  // namespace plumbline::crosscheck
