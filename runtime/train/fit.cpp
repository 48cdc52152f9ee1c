// The loop, and what a run keeps besides its params: schedule, sums of the epoch, early stopping.
#include "runtime/train/fit.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "runtime/io/checkpoint.h"

namespace plumbline::runtime::train {

using spec::fail;

namespace {

// Numbers as text that gives their very bits back.
std::string hex_floats(const std::vector<double>& numbers) {
  std::string out;
  for (const double x : numbers) {
    char text[40];
    std::snprintf(text, sizeof text, "%a ", x);
    out += text;
  }
  return out;
}
std::vector<double> from_hex_floats(const std::string& text) {
  std::vector<double> out;
  const char* at = text.c_str();
  for (char* end = nullptr;; at = end) {
    const double x = std::strtod(at, &end);
    if (end == at) return out;
    out.push_back(x);
  }
}

template <Element T>
class Fit {
 public:
  Fit(Runner<T>& runner, const data::DataLoader& loader, const FitOptions& options, Stepper<T> stepper)
      : runner_(runner), loader_(loader), options_(options), stepper_(std::move(stepper)) {}

  Result<FitReport> run() {
    if (auto ok = resume(); !ok) return tl::unexpected(ok.error());
    if (options_.report_loss)
      if (auto ok = measure(report_.before); !ok) return tl::unexpected(ok.error());
    runner_.train();
    options_.callbacks.train_start({runner_.task().model.describe(), runner_.parameter_count(), epochs_expected(),
                                    loader_.batches(), epoch_, batch_});
    while (!done()) {
      if (auto ok = one_epoch(); !ok) return tl::unexpected(ok.error());
    }
    report_.steps = stepper_.updates(), report_.epochs = epoch_;
    if (best_params_) {
      if (auto ok = runner_.set_params(*best_params_); !ok) return tl::unexpected(ok.error());
      if (auto ok = runner_.set_buffers(best_buffers_); !ok) return tl::unexpected(ok.error());
    }
    if (options_.report_loss)
      if (auto ok = measure(report_.after); !ok) return tl::unexpected(ok.error());
    options_.callbacks.train_end({epoch_, report_.steps, seconds(), report_.stopped_early});
    return report_;
  }

 private:
  using Clock = std::chrono::steady_clock;
  double seconds() const { return std::chrono::duration<double>(Clock::now() - begun_).count(); }
  bool enough_steps() const { return options_.steps > 0 && stepper_.updates() >= options_.steps; }
  bool done() const {
    return stop_ || report_.stopped_early || enough_steps() || (options_.steps == 0 && epoch_ >= options_.epochs);
  }
  Index epochs_expected() const {
    if (options_.steps == 0) return options_.epochs;
    const Index updates = (loader_.batches() + options_.accumulate - 1) / options_.accumulate;
    return updates > 0 ? (options_.steps + updates - 1) / updates : 0;
  }
  Result<void> measure(double& to) {
    const auto loss = mean_loss(runner_, loader_);
    if (!loss) return tl::unexpected(loss.error());
    to = *loss;
    return {};
  }

  Result<void> one_epoch() {
    const data::Epoch batches = loader_.epoch(epoch_, batch_);
    for (; batch_ < batches.size() && !enough_steps();) {
      if (auto ok = one_batch(batches[batch_]); !ok)
        return fail("[fit] epoch ", epoch_, ", batch ", batch_ - 1, ": ", ok.error().what());
    }
    if (stepper_.flush())
      if (auto ok = updated(); !ok) return ok;
    if (batch_ < batches.size()) return {};  // enough steps in mid-epoch
    return end_epoch();
  }

  Result<void> one_batch(const Result<data::Sample>& batch) {
    const Index k = batch_++;
    if (!batch) return tl::unexpected(batch.error());
    const auto result = stepper_.step(*batch);
    if (!result) return tl::unexpected(result.error());
    const Index n = shape_of(batch->x)[0];
    loss_sum_ += result->loss * static_cast<double>(n), examples_ += n;
    options_.callbacks.step({epoch_, k, stepper_.updates(), result->updated, result->loss, result->lr, n});
    return result->updated ? updated() : Result<void>();
  }

  Result<void> end_epoch() {
    EpochEvent event{epoch_, stepper_.updates(), 0, {}, {}, 0, {}};
    event.loss = report_.last_loss = examples_ > 0 ? loss_sum_ / static_cast<double>(examples_) : 0;
    if (options_.validation) {
      const auto e = train::evaluate(runner_, *options_.validation);
      if (!e) return fail("[fit] validation of epoch ", epoch_, ": ", e.error().what());
      event.validation_loss = e->loss;
      if (e->total > 0) event.validation_accuracy = e->accuracy();
    }
    event.seconds = seconds(), event.stop = [this] { stop_ = true; };
    const double metric = event.validation_loss.value_or(event.loss);
    stepper_.end_epoch(metric);
    watch_for_stop(metric);
    options_.callbacks.epoch_end(event);
    ++epoch_, batch_ = 0, loss_sum_ = 0, examples_ = 0;
    return options_.checkpoint ? save() : Result<void>();
  }

  void watch_for_stop(double metric) {
    if (!options_.early_stopping) return;
    const EarlyStopping& e = *options_.early_stopping;
    if (metric < best_ - e.min_delta) {
      best_ = metric, bad_ = 0;
      if (e.restore_best) best_params_ = runner_.params(), best_buffers_ = runner_.buffers();
    } else if (++bad_ > e.patience) {
      report_.stopped_early = true;
    }
  }

  Result<void> updated() {
    const auto& c = options_.checkpoint;
    return c && c->every > 0 && stepper_.updates() % c->every == 0 ? save() : Result<void>();
  }

  Result<void> save() {
    io::Progress progress{stepper_.updates(), epoch_, batch_, {{"loader", loader_.options().seed}}, {}};
    const auto& schedule = stepper_.schedule();
    progress.notes["schedule"] = hex_floats(schedule ? schedule->position() : std::vector<double>());
    progress.notes["epoch"] = hex_floats({loss_sum_, static_cast<double>(examples_), report_.last_loss});
    progress.notes["early_stopping"] = hex_floats({best_, static_cast<double>(bad_)});
    return io::save_checkpoint(options_.checkpoint->path, runner_.train_step(), progress);
  }

  Result<void> resume() {
    const auto& c = options_.checkpoint;
    if (!c || !c->resume || !std::filesystem::exists(c->path)) return {};
    const auto progress = io::load_checkpoint(c->path, runner_.train_step());
    if (!progress) return tl::unexpected(progress.error());
    const auto note = [&](const char* name) {
      const auto at = progress->notes.find(name);
      return at == progress->notes.end() ? std::vector<double>() : from_hex_floats(at->second);
    };
    if (auto ok = stepper_.set_schedule_position(note("schedule")); !ok)
      return fail(c->path, ": ", ok.error().what());
    if (progress->epoch < 0 || progress->batch < 0 || progress->batch > loader_.batches())
      return fail(c->path, ": found batch ", progress->batch, " of epoch ", progress->epoch, ", expected 0 to ",
                  loader_.batches());
    epoch_ = progress->epoch, batch_ = progress->batch;
    if (const auto sums = note("epoch"); sums.size() == 3)
      loss_sum_ = sums[0], examples_ = static_cast<Index>(sums[1]), report_.last_loss = sums[2];
    if (const auto stop = note("early_stopping"); stop.size() == 2)
      best_ = stop[0], bad_ = static_cast<Index>(stop[1]);
    return {};
  }

  Runner<T>& runner_;
  const data::DataLoader& loader_;
  const FitOptions& options_;
  Stepper<T> stepper_;
  FitReport report_;
  Index epoch_ = 0, batch_ = 0, examples_ = 0, bad_ = 0;
  double loss_sum_ = 0, best_ = std::numeric_limits<double>::infinity();
  bool stop_ = false;
  std::optional<TensorList<Kept<T>>> best_params_;
  TensorList<T> best_buffers_;
  Clock::time_point begun_ = Clock::now();
};

}  // namespace

std::string FitReport::text() const {
  return spec::concat(epochs, " epochs, ", steps, " updates: loss ", before, " -> ", after,
                      stopped_early ? ", stopped early" : "");
}

template <Element T>
Result<FitReport> fit_loader(Runner<T>& runner, const data::DataLoader& loader, const FitOptions& options) {
  if (options.epochs < 0 || options.steps < 0)
    return fail("[fit] expects no negative numbers, found epochs ", options.epochs, " and steps ", options.steps);
  if (loader.batches() == 0) return fail("[fit] the loader has no batches");
  if (options.checkpoint && options.checkpoint->every < 0)
    return fail("[fit] expects a checkpoint every 0 or more updates, found ", options.checkpoint->every);
  auto stepper = Stepper<T>::create(runner, {options.optimiser, options.learning, options.schedule,
                                             options.schedule_per, options.accumulate});
  if (!stepper) return tl::unexpected(stepper.error());
  return Fit<T>(runner, loader, options, std::move(*stepper)).run();
}

template <Element T>
Result<std::vector<spec::Tensor<T>>> TaskRunner<T>::predict(std::span<const AnyTensor> xs) {
  std::vector<spec::Tensor<T>> out;
  for (const AnyTensor& x : xs) {
    auto y = runner_.predict(x);
    if (!y) return tl::unexpected(y.error());
    out.push_back(std::move(*y));
  }
  return out;
}

template Result<FitReport> fit_loader(Runner<float>&, const data::DataLoader&, const FitOptions&);
template Result<FitReport> fit_loader(Runner<double>&, const data::DataLoader&, const FitOptions&);
template Result<FitReport> fit_loader(Runner<Half>&, const data::DataLoader&, const FitOptions&);
template Result<FitReport> fit_loader(Runner<BFloat16>&, const data::DataLoader&, const FitOptions&);
template class TaskRunner<float>;
template class TaskRunner<double>;

}  // namespace plumbline::runtime::train
