// Reading, splitting and shuffling rows.
#include "crosscheck/models/dataset.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "spec/lang/floats.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

void shuffle(std::vector<Index>& list, RandomChoices& random) {
  for (std::size_t i = list.size(); i > 1; --i)
    std::swap(list[i - 1], list[static_cast<std::size_t>(random.pick(0, static_cast<Index>(i) - 1))]);
}

}  // namespace

spec::Result<DataSet> DataSet::read(const std::string& file, Feature x, Feature label, double scale,
                                    std::uint64_t seed) {
  const auto table = runtime::data::read_table(file);
  if (!table) return tl::unexpected(table.error());
  const Index features = x.shape.size();
  if (table->columns != features + 1)
    return spec::fail(file, ": line ", table->line_of(0), ": found ", table->columns, " columns, expected ", features,
                      " numbers and a label");
  if (table->rows < 5) return spec::fail(file, ": found ", table->rows, " rows, expected at least 5");
  auto out = of(*table, file, std::move(x), std::move(label), scale);
  if (out) out->split(seed);
  return out;
}

spec::Result<DataSet> DataSet::of(const runtime::data::Table& table, const std::string& file, Feature x, Feature label,
                                  double scale) {
  DataSet out(std::move(x), std::move(label));
  out.rows_ = table.rows;
  const Index features = out.x_feature_.shape.size();
  for (Index row = 0; row < table.rows; ++row)
    for (Index c = 0; c < table.columns; ++c) {
      const bool is_x = c < features;
      const Feature& f = is_x ? out.x_feature_ : out.label_feature_;
      const double found = table.at(row, c);
      const auto refused = [&](const auto&... expected) {
        return spec::fail(file, ": line ", table.line_of(row), ": column ", c + 1, ": found ",
                          is_x ? "" : f.is_index() ? "label " : "target ", found, ", expected ", expected...);
      };
      std::vector<double>& to = is_x ? out.x_ : out.labels_;
      if (f.is_index()) {
        const auto index = spec::to_index(found);
        if (!index || *index < 0 || *index >= f.extent) return refused("an integer from 0 to ", f.extent - 1);
        to.push_back(found);
        continue;
      }
      const auto value = static_cast<float>(is_x ? scale * found : found);
      if (!std::isfinite(value)) return refused("a number within float32");
      to.push_back(value);
    }
  out.training_.resize(static_cast<std::size_t>(out.rows_));
  std::iota(out.training_.begin(), out.training_.end(), Index{0});
  return out;
}

DataSet DataSet::made(Index rows, Feature x, Feature label, MakeRow make, std::uint64_t seed) {
  DataSet out(std::move(x), std::move(label));
  out.rows_ = rows;
  std::vector<double> item(static_cast<std::size_t>(out.x_feature_.shape.size()));
  std::vector<double> target(static_cast<std::size_t>(out.label_feature_.shape.size()));
  const auto store = [](const std::vector<double>& from, const Feature& f, std::vector<double>& to) {
    for (const double v : from) to.push_back(f.is_index() ? v : static_cast<double>(static_cast<float>(v)));
  };
  for (Index row = 0; row < rows; ++row) {
    RandomChoices random(seed, "model", "row", static_cast<std::uint64_t>(row));
    make(random, item, target);
    store(item, out.x_feature_, out.x_), store(target, out.label_feature_, out.labels_);
  }
  out.split(seed);
  return out;
}

void DataSet::split(std::uint64_t seed) {
  std::vector<Index> order(static_cast<std::size_t>(rows_));
  std::iota(order.begin(), order.end(), Index{0});
  RandomChoices random(seed, "model", "split", 0);
  shuffle(order, random);
  const auto cut = order.end() - rows_ / 5;
  training_.assign(order.begin(), cut), held_out_.assign(cut, order.end());
}

Rows DataSet::take(const std::vector<Index>& rows) const {
  const auto gather = [&](const Feature& f, const std::vector<double>& all) {
    const Index size = f.shape.size();
    std::vector<double> data;
    for (const Index row : rows) data.insert(data.end(), all.begin() + row * size, all.begin() + (row + 1) * size);
    spec::Shape shape{static_cast<Index>(rows.size())};
    for (Index a = 0; a < f.shape.rank(); ++a) shape.push_back(f.shape[a]);
    return Values(std::move(shape), std::move(data));
  };
  return {gather(x_feature_, x_), gather(label_feature_, labels_)};
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

double accuracy(const Values& output, const Values& labels) {
  const auto classes = static_cast<std::size_t>(output.shape().back(0));
  Index right = 0;
  for (Index row = 0; row < labels.size(); ++row) {
    const auto logits = output.elements().subspan(static_cast<std::size_t>(row) * classes, classes);
    right += std::max_element(logits.begin(), logits.end()) - logits.begin() == static_cast<Index>(labels[row]);
  }
  return static_cast<double>(right) / static_cast<double>(labels.size());
}

std::string shipped_data(const std::string& name) { return std::string(PLUMBLINE_DATA_DIR "/") + name; }

}  // namespace plumbline::crosscheck
