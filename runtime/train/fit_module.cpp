// Modules over loaders: their own steps, batch by batch.
#include <chrono>
#include <cmath>
#include <utility>

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

// Of a loss that reads labels last.
template <class T>
Weighing weighing_in(const ScalarModule<T>& module) {
  const spec::ScalarModuleDef& def = module.definition();
  return def.inputs.empty() ? Weighing{} : weighing_of(def.graph, def.loss, def.inputs.back());
}

// `module of 0.weight [4, 2], 0.bias [4]`, and how many numbers those are.
template <class T>
StartEvent start_of(const ScalarModule<T>& module, Index epochs, Index batches) {
  StartEvent out{"module of", 0, epochs, batches, 0, 0, epochs * batches};
  for (const Parameter<T>& p : module.parameters()) {
    out.model += spec::concat(out.parameters > 0 ? ", " : " ", p.name(), ' ', p.shape());
    out.parameters += p.size();
  }
  return out;
}

template <class T>
class ModuleFit {
 public:
  ModuleFit(ScalarModule<T>& module, const data::DataLoader& loader, const ModuleFitOptions& options,
            OptimiserState optimiser, std::optional<ScheduleState> schedule)
      : module_(module), loader_(loader), options_(options), optimiser_(std::move(optimiser)),
        schedule_(std::move(schedule)), weighing_(weighing_in(module)) {
    take_rate();
  }

  Result<FitReport> run() {
    options_.callbacks.train_start(start_of(module_, options_.epochs, loader_.batches()));
    Result<void> ended;
    while (ended && report_.epochs < options_.epochs && !stop_) ended = one_epoch();
    options_.callbacks.train_end({report_.epochs, report_.steps, seconds(), false});
    if (!ended) return tl::unexpected(ended.error());
    return report_;
  }

 private:
  using Clock = std::chrono::steady_clock;
  double seconds() const { return std::chrono::duration<double>(Clock::now() - begun_).count(); }

  Result<void> one_epoch() {
    const Index epoch = report_.epochs;
    double sum = 0, count = 0;
    Index k = 0;
    for (const Result<data::Sample>& batch : loader_.epoch(epoch)) {
      const auto xs = inputs_of<T>(batch);
      const auto loss = xs ? module_.step_with(optimiser_, *xs) : tl::unexpected(xs.error());
      if (!loss) return spec::fail("[fit] epoch ", epoch, ", batch ", k, ": ", loss.error().what());
      const Index n = shape_of(batch->x)[0];
      const auto weight = weighing_.of(batch->y, n);
      sum += static_cast<double>(*loss) * weight.share, count += weight.count;
      options_.callbacks.step({epoch, k++, ++report_.steps, true, static_cast<double>(*loss),
                               rate_of(optimiser_.optimiser()), n});
      advance(Per::update, static_cast<double>(*loss));
    }
    report_.last_loss = count > 0 ? sum / count : 0;
    return end_epoch();
  }

  Result<void> end_epoch() {
    EpochEvent event{report_.epochs++, report_.steps, report_.last_loss, {}, {}, 0, [this] { stop_ = true; }};
    if (options_.validation) {
      const auto loss = mean_loss_module_loader(module_, *options_.validation);
      if (!loss) return spec::fail("[fit] validation of epoch ", event.epoch, ": ", loss.error().what());
      event.validation_loss = *loss;
    }
    event.seconds = seconds();
    advance(Per::epoch, event.validation_loss.value_or(event.loss));
    options_.callbacks.epoch_end(event);
    return {};
  }

  void advance(Per per, double metric) {
    if (schedule_ && options_.schedule_per == per) schedule_->step(metric), take_rate();
  }
  void take_rate() {
    if (schedule_) optimiser_.set_lr(schedule_->rate());
  }

  ScalarModule<T>& module_;
  const data::DataLoader& loader_;
  const ModuleFitOptions& options_;
  OptimiserState optimiser_;
  std::optional<ScheduleState> schedule_;
  Weighing weighing_;
  FitReport report_;
  bool stop_ = false;
  Clock::time_point begun_ = Clock::now();
};

}  // namespace

template <class T>
Result<double> mean_loss_module_loader(ScalarModule<T>& module, const data::DataLoader& loader) {
  const Weighing weighing = weighing_in(module);
  double sum = 0, count = 0;
  Index examples = 0;
  for (const Result<data::Sample>& batch : loader.in_order().epoch(0)) {
    const auto xs = inputs_of<T>(batch);
    if (!xs) return tl::unexpected(xs.error());
    const Index n = shape_of(batch->x)[0], first = std::exchange(examples, examples + n);
    const auto weight = weighing.of(batch->y, n);
    if (weight.count == 0) continue;
    const auto loss = module.forward(*xs);
    if (!loss) return tl::unexpected(loss.error());
    if (std::isnan(*loss)) return spec::fail("[evaluate] examples ", first, " to ", examples - 1, ": the loss is nan");
    sum += static_cast<double>(*loss) * weight.share, count += weight.count;
  }
  return count > 0 ? sum / count : 0;
}

template <class T>
Result<FitReport> fit_module_loader(ScalarModule<T>& module, const data::DataLoader& loader,
                                    const ModuleFitOptions& options) {
  if (options.epochs < 0) return spec::fail("[fit] expects no negative number of epochs, found ", options.epochs);
  auto optimiser = module.init_optim(options.optimiser);
  if (!optimiser) return tl::unexpected(optimiser.error());
  std::optional<ScheduleState> schedule;
  if (options.schedule) {
    auto made = ScheduleState::create(*options.schedule);
    if (!made) return tl::unexpected(made.error());
    schedule = std::move(*made);
  }
  return ModuleFit<T>(module, loader, options, std::move(*optimiser), std::move(schedule)).run();
}

template Result<double> mean_loss_module_loader(ScalarModule<float>&, const data::DataLoader&);
template Result<double> mean_loss_module_loader(ScalarModule<double>&, const data::DataLoader&);
template Result<FitReport> fit_module_loader(ScalarModule<float>&, const data::DataLoader&, const ModuleFitOptions&);
template Result<FitReport> fit_module_loader(ScalarModule<double>&, const data::DataLoader&, const ModuleFitOptions&);

}  // namespace plumbline::runtime::train
