// Sums over batches.
#include "runtime/train/evaluate.h"

#include <cmath>
#include <utility>

namespace plumbline::runtime::train {

using spec::fail;
using spec::Tensor;

template <Element T>
Tensor<std::int64_t> classes_of(const Tensor<T>& logits) {
  const Shape& shape = logits.shape();
  check(shape.rank() > 0 && shape.back(0) > 0, "logits have a last axis of classes");
  const Index classes = shape.back(0);
  spec::Axes dims = shape.dims();
  dims.pop_back();
  return Tensor<std::int64_t>::generate(Shape(dims), [&](Index place) {
    Index best = 0;
    for (Index c = 1; c < classes; ++c)
      if (exact(logits[place * classes + c]) > exact(logits[place * classes + best])) best = c;
    return best;
  });
}

namespace {

// Of the first element that is NaN, the number along the first axis; −1: there is none.
template <class T>
Index first_nan(const Tensor<T>& x) {
  for (Index i = 0; i < x.size(); ++i)
    if (std::isnan(exact(x[i]))) return x.shape().rank() == 0 ? 0 : i / (x.size() / x.shape()[0]);
  return -1;
}
Index first_nan(const AnyTensor& x) {
  return std::visit([](const auto& t) { return first_nan(t); }, x);
}

// A batch whose first example is the data set's `first`.
template <Element T>
Result<void> check_numbers(const typename Runner<T>::Evaluation& e, const data::Sample& batch, Index first) {
  const auto refuse = [&](std::string_view what, Index row) {
    return fail("[evaluate] example ", first + row, ": found nan in ", what, ", expected numbers");
  };
  const bool bad = std::isnan(e.loss);
  if (const Index row = bad ? first_nan(batch.x) : -1; row >= 0) return refuse("x", row);
  if (const Index row = bad ? first_nan(batch.y) : -1; row >= 0) return refuse("y", row);
  if (const Index row = first_nan(e.output); row >= 0) return refuse("the model's output", row);
  if (bad) return fail("[evaluate] examples ", first, " on: found a loss of nan, though data and output have none");
  return {};
}

}  // namespace

template <Element T>
Result<Correct> count_correct(const Tensor<T>& logits, const AnyTensor& target, std::optional<Index> ignored) {
  const Shape &shape = logits.shape(), &given = shape_of(target);
  if (shape.rank() == 0 || shape.back(0) < 2)
    return fail("[accuracy] output: found shape ", shape, ", expected scores of at least 2 classes on the last axis");
  for (const Index row : {first_nan(logits), first_nan(target)})
    if (row >= 0) return fail("[accuracy] example ", row, ": found nan, expected numbers");
  const Tensor<std::int64_t> predicted = classes_of(logits);
  const bool labels = type_of(target) == DType::i64;
  if (given != (labels ? predicted.shape() : shape))
    return fail("[accuracy] expected targets of shape ", labels ? predicted.shape() : shape, ", found ", given);
  const Tensor<std::int64_t> expected = std::visit(
      [&]<class U>(const Tensor<U>& t) {
        if constexpr (std::same_as<U, std::int64_t>) return t;
        else return classes_of<U>(t);
      },
      target);
  Correct out;
  for (Index i = 0; i < predicted.size(); ++i) {
    if (expected[i] < 0 || (labels && expected[i] == ignored)) continue;
    ++out.total;
    out.correct += predicted[i] == expected[i] ? 1 : 0;
  }
  return out;
}

template <Element T>
Result<Evaluated> evaluate(Runner<T>& runner, const data::DataLoader& loader, bool classes) {
  Evaluated out;
  const bool counted = classes || runner.task().target.extent >= 0;
  double sum = 0, count = 0;
  for (const Result<data::Sample>& batch : loader.in_order().epoch(0)) {
    if (!batch) return tl::unexpected(batch.error());
    const auto e = runner.evaluate(*batch);
    if (!e) return tl::unexpected(e.error());
    const Index n = shape_of(batch->x)[0], first = std::exchange(out.examples, out.examples + n);
    const auto weight = runner.weighing().of(batch->y, n);
    if (weight.count == 0) continue;
    if (auto ok = check_numbers<T>(*e, *batch, first); !ok) return tl::unexpected(ok.error());
    sum += e->loss * weight.share, count += weight.count;
    if (!counted) continue;
    const auto c = count_correct(e->output, batch->y, runner.weighing().ignored);
    if (!c) return tl::unexpected(c.error());
    out.correct += c->correct, out.total += c->total;
  }
  out.loss = count > 0 ? sum / count : 0;
  return out;
}

template <Element T>
Result<Evaluated> evaluate(Runner<T>& runner, const data::Dataset& data, Index batch, bool classes) {
  const auto loader = data::DataLoader::create(data, {.batch_size = batch});
  if (!loader) return tl::unexpected(loader.error());
  return evaluate(runner, *loader, classes);
}

std::string report(std::string_view label, const Evaluated& e) {
  std::string out = spec::concat(label, ": loss ", e.loss);
  if (e.total > 0) out += spec::concat(", accuracy ", e.accuracy(), " (", e.correct, " of ", e.total, ")");
  return out;
}

template <Element T>
Result<std::string> report_probes(Runner<T>& runner, std::span<const Probe> probes, bool logits) {
  std::string out;
  for (const Probe& probe : probes) {
    const auto y = runner.in_eval_mode([&] { return runner.predict_one(probe.x); });
    if (!y) return fail("[probe] ", probe.name, ": ", y.error().what());
    if (first_nan(*y) >= 0) return fail("[probe] ", probe.name, ": found nan in its output, expected numbers");
    if (y->shape().rank() != 1 || y->size() == 0)
      return fail("[probe] ", probe.name, ": expected an output of classes, found shape ", y->shape());
    out += spec::concat(probe.name, ": predicted ", classes_of(*y)[0]);
    if (probe.expected >= 0) out += spec::concat(", expected ", probe.expected);
    if (logits) {
      out += ", logits";
      for (const T& v : y->elements()) out += spec::concat(' ', exact(v));
    }
    out += '\n';
  }
  return out;
}

template <Element T>
Statistics statistics(std::span<const T> x) {
  Statistics out;
  out.count = static_cast<Index>(x.size());
  double sum = 0, squares = 0;
  Index n = 0;
  for (const T& v : x) {
    const double d = exact(v);
    if (!std::isfinite(d)) {
      ++out.not_finite;
      continue;
    }
    out.least = n == 0 ? d : std::min(out.least, d), out.most = n == 0 ? d : std::max(out.most, d);
    ++n, sum += d;
  }
  if (n == 0) return out;
  out.mean = sum / static_cast<double>(n);
  for (const T& v : x)
    if (const double d = exact(v) - out.mean; std::isfinite(d)) squares += d * d;
  out.deviation = std::sqrt(squares / static_cast<double>(n));
  return out;
}

std::string Statistics::text() const {
  return spec::concat(count, " numbers, mean ", mean, ", deviation ", deviation, ", from ", least, " to ", most,
                      not_finite > 0 ? spec::concat(", ", not_finite, " not finite") : std::string());
}

template Tensor<std::int64_t> classes_of(const Tensor<float>&);
template Tensor<std::int64_t> classes_of(const Tensor<double>&);
template Tensor<std::int64_t> classes_of(const Tensor<Half>&);
template Tensor<std::int64_t> classes_of(const Tensor<BFloat16>&);
template Result<Correct> count_correct(const Tensor<float>&, const AnyTensor&, std::optional<Index>);
template Result<Correct> count_correct(const Tensor<double>&, const AnyTensor&, std::optional<Index>);
template Result<Correct> count_correct(const Tensor<Half>&, const AnyTensor&, std::optional<Index>);
template Result<Correct> count_correct(const Tensor<BFloat16>&, const AnyTensor&, std::optional<Index>);
template Result<Evaluated> evaluate(Runner<float>&, const data::DataLoader&, bool);
template Result<Evaluated> evaluate(Runner<double>&, const data::DataLoader&, bool);
template Result<Evaluated> evaluate(Runner<Half>&, const data::DataLoader&, bool);
template Result<Evaluated> evaluate(Runner<BFloat16>&, const data::DataLoader&, bool);
template Result<Evaluated> evaluate(Runner<float>&, const data::Dataset&, Index, bool);
template Result<Evaluated> evaluate(Runner<double>&, const data::Dataset&, Index, bool);
template Result<std::string> report_probes(Runner<float>&, std::span<const Probe>, bool);
template Result<std::string> report_probes(Runner<double>&, std::span<const Probe>, bool);
template Statistics statistics(std::span<const float>);
template Statistics statistics(std::span<const double>);
template Statistics statistics(std::span<const Half>);
template Statistics statistics(std::span<const BFloat16>);

}  // namespace plumbline::runtime::train
