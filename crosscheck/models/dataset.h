// Labelled rows of any shape, read from a table or made from a seed, split, and handed out in batches.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "crosscheck/sample/case.h"
#include "crosscheck/sample/choices.h"
#include "runtime/data/csv.h"
#include "spec/lang/result.h"

namespace plumbline::crosscheck {

// One side of a row: real numbers, or integers below an extent.
struct Feature {
  spec::Shape shape;
  spec::Index extent = -1;
  bool is_index() const { return extent >= 0; }
};

// Rows as a model sees them: x and labels [rows, …], real ones in binary32.
struct Rows {
  Values x, labels;
};

// Writes one row, given its source of randomness.
using MakeRow = void (*)(RandomChoices& random, std::span<double> x, std::span<double> label);

class DataSet {
 public:
  // Reads a CSV file whose last column is the label, an integer in [0, label.extent); the others are x, multiplied by
  // `scale` and rounded to binary32. The seed chooses a fifth of the rows to hold out.
  static spec::Result<DataSet> read(const std::string& file, Feature x, Feature label, double scale,
                                    std::uint64_t seed);
  // All rows of a table, each x and then its label or labels; none is held out. What is no integer below its extent,
  // or beyond binary32, is refused with its line and column.
  static spec::Result<DataSet> of(const runtime::data::Table& table, const std::string& file, Feature x,
                                  Feature label, double scale);
  // Rows that are pure functions of the seed.
  static DataSet made(spec::Index rows, Feature x, Feature label, MakeRow make, std::uint64_t seed);

  spec::Index rows() const { return rows_; }
  const std::vector<spec::Index>& training() const { return training_; }
  const std::vector<spec::Index>& held_out() const { return held_out_; }
  Rows take(const std::vector<spec::Index>& rows) const;

 private:
  DataSet(Feature x, Feature label) : x_feature_(std::move(x)), label_feature_(std::move(label)) {}
  void split(std::uint64_t seed);
  Feature x_feature_, label_feature_;
  spec::Index rows_ = 0;
  std::vector<double> x_, labels_;
  std::vector<spec::Index> training_, held_out_;
};

// The training rows in an order that is shuffled anew for each pass, a pure function of the seed.
class Batches {
 public:
  Batches(const DataSet& data, spec::Index batch, std::uint64_t seed) : data_(data), batch_(batch), seed_(seed) {}
  Rows next();

 private:
  const DataSet& data_;
  spec::Index batch_;
  std::uint64_t seed_, pass_ = 0;
  std::vector<spec::Index> left_;
};

// The share of labels at which the output's last axis is largest.
double accuracy(const Values& output, const Values& labels);

// The shipped data set of a name, such as `digits.csv`.
std::string shipped_data(const std::string& name);

}  // namespace plumbline::crosscheck
