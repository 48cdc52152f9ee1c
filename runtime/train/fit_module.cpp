// Modules over loaders: their own steps, batch by batch.
#include <chrono>

#include "runtime/train/fit.h"

namespace plumbline::runtime::train {

namespace {

// The batch as the module reads it: real numbers in T.
template <class T>
Result<std::vector<AnyTensor>> inputs_of(const Result<data::Sample>& batch) {
  if (!batch) return tl::unexpected(batch.error());
  std::vector<AnyTensor> out;
  for (const AnyTensor* part : {&batch->x, &batch->y}) {
    auto cast = data::cast(*part, type_of(*part) == DType::i64 ? DType::i64 : dtype_of<T>);
    if (!cast) return tl::unexpected(cast.error());
    out.push_back(std::move(*cast));
  }
  return out;
}

}  // namespace

template <class T>
Result<double> mean_loss_module_loader(ScalarModule<T>& module, const data::DataLoader& loader) {
  double sum = 0;
  Index examples = 0;
  for (const Result<data::Sample>& batch : loader.in_order().epoch(0)) {
    const auto xs = inputs_of<T>(batch);
    if (!xs) return tl::unexpected(xs.error());
    const auto loss = module.forward(*xs);
    if (!loss) return tl::unexpected(loss.error());
    const Index n = shape_of(batch->x)[0];
    sum += static_cast<double>(*loss) * static_cast<double>(n), examples += n;
  }
  return examples > 0 ? sum / static_cast<double>(examples) : 0;
}

template <class T>
Result<FitReport> fit_module_loader(ScalarModule<T>& module, const data::DataLoader& loader,
                                    const ModuleFitOptions& options) {
  auto optimiser = module.init_optim(options.optimiser);
  if (!optimiser) return tl::unexpected(optimiser.error());
  const auto begun = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count(); };
  FitReport report;
  bool stop = false;
  options.callbacks.train_start({"module", 0, options.epochs, loader.batches(), 0, 0});
  for (Index epoch = 0; epoch < options.epochs && !stop; ++epoch) {
    double sum = 0;
    Index examples = 0, k = 0;
    for (const Result<data::Sample>& batch : loader.epoch(epoch)) {
      const auto xs = inputs_of<T>(batch);
      if (!xs) return spec::fail("[fit] epoch ", epoch, ", batch ", k, ": ", xs.error().what());
      const auto loss = module.step_with(*optimiser, *xs);
      if (!loss) return spec::fail("[fit] epoch ", epoch, ", batch ", k, ": ", loss.error().what());
      const Index n = shape_of(batch->x)[0];
      sum += static_cast<double>(*loss) * static_cast<double>(n), examples += n;
      options.callbacks.step({epoch, k++, ++report.steps, true, static_cast<double>(*loss),
                              rate_of(optimiser->optimiser()), n});
    }
    report.last_loss = examples > 0 ? sum / static_cast<double>(examples) : 0;
    ++report.epochs;
    options.callbacks.epoch_end({epoch, report.steps, report.last_loss, {}, {}, seconds(), [&stop] { stop = true; }});
  }
  options.callbacks.train_end({report.epochs, report.steps, seconds(), stop});
  return report;
}

template Result<double> mean_loss_module_loader(ScalarModule<float>&, const data::DataLoader&);
template Result<double> mean_loss_module_loader(ScalarModule<double>&, const data::DataLoader&);
template Result<FitReport> fit_module_loader(ScalarModule<float>&, const data::DataLoader&, const ModuleFitOptions&);
template Result<FitReport> fit_module_loader(ScalarModule<double>&, const data::DataLoader&, const ModuleFitOptions&);

}  // namespace plumbline::runtime::train
