// Evaluation in eval mode, batch by batch: mean loss, accuracy, predicted classes; no two batches are held at once.
#pragma once

#include <string>

#include "runtime/data/loader.h"
#include "runtime/train/runner.h"

namespace plumbline::runtime::train {

struct Evaluated {
  double loss = 0;                             // mean over the examples, or the labels that count (weighing.h)
  Index examples = 0, correct = 0, total = 0;  // total: places with a label; 0 where targets are no classes
  double accuracy() const { return total > 0 ? static_cast<double>(correct) / static_cast<double>(total) : 0; }
};

// The classes of logits [.., C]: the index of the first largest of the last axis, [..]; of no NaN.
template <Element T>
spec::Tensor<std::int64_t> classes_of(const spec::Tensor<T>& logits);

// Correct places of predictions [.., C] among labels [..] (negative or `ignored`: no label) or one-hot or soft targets
// [.., C]. A NaN is an error that names the example.
struct Correct {
  Index correct = 0, total = 0;
};
template <Element T>
Result<Correct> count_correct(const spec::Tensor<T>& logits, const AnyTensor& target,
                              std::optional<Index> ignored = {});

// All of the loader's data in order, whatever its shuffling, and whole. Classes are counted where the targets are
// labels, or of the output's shape under a loss of classes (`classes` = true). Batches count as their weighing says.
// A NaN in the data that makes the loss one, or in the model's output, is an error that names the example.
template <Element T>
Result<Evaluated> evaluate(Runner<T>& runner, const data::DataLoader& loader, bool classes = false);
template <Element T>
Result<Evaluated> evaluate(Runner<T>& runner, const data::Dataset& data, Index batch = 1, bool classes = false);

template <Element T>
Result<double> mean_loss(Runner<T>& runner, const data::DataLoader& loader) {
  return evaluate(runner, loader).map([](const Evaluated& e) { return e.loss; });
}
template <Element T>
Result<double> accuracy(Runner<T>& runner, const data::DataLoader& loader) {
  return evaluate(runner, loader, /*classes=*/true).map([](const Evaluated& e) { return e.accuracy(); });
}

// `label: loss 0.25, accuracy 0.93 (186 of 200)`
std::string report(std::string_view label, const Evaluated& e);

// An example with a name and the class that it should have.
struct Probe {
  std::string name;
  AnyTensor x;  // without the batch's axis
  Index expected = -1;
};
// A line for each: `seven: predicted 7, expected 7`, with the logits where they are asked for.
template <Element T>
Result<std::string> report_probes(Runner<T>& runner, std::span<const Probe> probes, bool logits = false);

// What numbers look like: of a layer's output, a param or a gradient.
struct Statistics {
  Index count = 0, not_finite = 0;
  double mean = 0, deviation = 0, least = 0, most = 0;  // of the finite ones
  std::string text() const;
};
template <Element T>
Statistics statistics(std::span<const T> x);
// Of what leaves a layer for a batch, in eval mode.
template <Element T>
Result<Statistics> watch(Runner<T>& runner, std::size_t layer, const AnyTensor& x) {
  return runner.activation(x, layer).map([](const spec::Tensor<T>& y) { return statistics<T>(y.elements()); });
}

}  // namespace plumbline::runtime::train
