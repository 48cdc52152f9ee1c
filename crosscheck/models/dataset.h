// A table of labelled rows, split into training and held-out ones, and handed out in batches.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crosscheck/sample/case.h"
#include "crosscheck/sample/choices.h"
#include "spec/lang/result.h"

namespace plumbline::crosscheck {

// Rows as a model sees them: x [rows, features] in binary32, labels [rows].
struct Rows {
  Values x, labels;
};

class DataSet {
 public:
  // Reads a CSV file whose last column is the label, an integer in [0, classes); the others are multiplied by `scale`
  // and rounded to binary32. The seed chooses a fifth of the rows to hold out.
  static spec::Result<DataSet> read(const std::string& file, spec::Index features, spec::Index classes, double scale,
                                    std::uint64_t seed);

  spec::Index rows() const { return static_cast<spec::Index>(labels_.size()); }
  const std::vector<spec::Index>& training() const { return training_; }
  const std::vector<spec::Index>& held_out() const { return held_out_; }
  Rows take(const std::vector<spec::Index>& rows) const;

 private:
  spec::Index features_ = 0;
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

// The shipped data set of a name, such as `digits.csv`.
std::string shipped_data(const std::string& name);

}  // namespace plumbline::crosscheck
