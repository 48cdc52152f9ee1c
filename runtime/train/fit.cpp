// The loop, and what a run keeps besides its params: schedule, sums of the epoch, early stopping.
#include "runtime/train/fit.h"

#include <algorithm>
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

  // Whoever was told of the start is told of the end, after an error, too.
  Result<FitReport> run() {
    if (auto ok = resume(); !ok) return tl::unexpected(ok.error());
    if (options_.report_loss)
      if (auto ok = measure(report_.before); !ok) return tl::unexpected(ok.error());
    runner_.train();
    options_.callbacks.train_start({runner_.task().model.describe(), runner_.parameter_count(), epochs_expected(),
                                    loader_.batches(), epoch_, batch_, batches_expected()});
    const auto ended = all_epochs();
    report_.steps = stepper_.updates(), report_.epochs = epoch_;
    options_.callbacks.train_end({epoch_, report_.steps, seconds(), report_.stopped_early});
    if (!ended) return tl::unexpected(ended.error());
    return report_;
  }

 private:
  using Clock = std::chrono::steady_clock;
  double seconds() const { return std::chrono::duration<double>(Clock::now() - begun_).count(); }
  bool enough_steps() const { return options_.steps > 0 && stepper_.updates() >= options_.steps; }
  bool done() const {
    return stop_ || report_.stopped_early || enough_steps() || (options_.steps == 0 && epoch_ >= options_.epochs);
  }
  Index updates_an_epoch() const {
    const Index batches = std::min(options_.accumulate, loader_.batches());  // for each
    return (loader_.batches() + batches - 1) / batches;
  }
  Index epochs_expected() const {
    return options_.steps == 0 ? options_.epochs : (options_.steps + updates_an_epoch() - 1) / updates_an_epoch();
  }
  // With `steps` the last epoch is a part of one.
  Index batches_expected() const {
    if (options_.steps == 0) return options_.epochs * loader_.batches();
    const Index rest = options_.steps % updates_an_epoch();
    return options_.steps / updates_an_epoch() * loader_.batches() +
           rest * std::min(options_.accumulate, loader_.batches());
  }
  Result<void> all_epochs() {
    while (!done())
      if (auto ok = one_epoch(); !ok) return ok;
    if (best_params_ && options_.early_stopping && options_.early_stopping->restore_best) {
      if (auto ok = runner_.set_params(*best_params_); !ok) return ok;
      if (auto ok = runner_.set_buffers(best_buffers_); !ok) return ok;
    }
    return options_.report_loss ? measure(report_.after) : Result<void>();
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
    const auto weight = runner_.weighing().of(batch->y, n);
    loss_sum_ += result->loss * weight.share, count_ += weight.count;
    options_.callbacks.step({epoch_, k, stepper_.updates(), result->updated, result->loss, result->lr, n});
    return result->updated ? updated() : Result<void>();
  }

  Result<void> end_epoch() {
    EpochEvent event{epoch_, stepper_.updates(), 0, {}, {}, 0, {}};
    event.loss = report_.last_loss = count_ > 0 ? loss_sum_ / count_ : 0;
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
    ++epoch_, batch_ = 0, loss_sum_ = 0, count_ = 0;
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

  // What the batches of a run are made from, and what draws in it: `22 examples in batches of 4, …`
  std::string data_text() const {
    const data::LoaderOptions& o = loader_.options();
    return spec::concat(loader_.data().size(), " examples in batches of ", o.batch_size,
                        o.drop_last ? ", whole ones only" : "",
                        o.shuffle ? spec::concat(", shuffled by seed ", o.seed) : ", in order", ", ",
                        options_.accumulate, " for each update; a model of seed ", runner_.options().seed);
  }
  // The best params and running state as tensors of the file.
  std::vector<NamedView> best_views() {
    std::vector<NamedView> out;
    const auto add = [&]<class U>(TensorList<U>& list) {
      for (auto& [name, value] : list)
        out.push_back({"best/" + name, {value.mutable_elements().data(), value.shape(), dtype_of<U>}});
    };
    if (best_params_) add(*best_params_), add(best_buffers_);
    return out;
  }

  Result<void> save() {
    io::Progress progress{stepper_.updates(), epoch_, batch_, {{"loader", loader_.options().seed}}, {}};
    const auto& schedule = stepper_.schedule();
    progress.notes["data"] = data_text();
    progress.notes["schedule"] = hex_floats(schedule ? schedule->position() : std::vector<double>());
    progress.notes["epoch"] = hex_floats({loss_sum_, count_, report_.last_loss});
    progress.notes["early_stopping"] = hex_floats({best_, static_cast<double>(bad_), best_params_ ? 1.0 : 0.0});
    return io::save_checkpoint(options_.checkpoint->path, runner_.train_step(), progress, best_views());
  }

  // All is checked before the model changes.
  Result<void> resume() {
    const auto& c = options_.checkpoint;
    if (!c || !c->resume || !std::filesystem::exists(c->path)) return {};
    const auto file = io::SafetensorsFile::open(c->path);
    if (!file) return tl::unexpected(file.error());
    const auto progress = io::progress_in(*file);
    if (!progress) return tl::unexpected(progress.error());
    const auto note = [&](const char* name) {
      const auto at = progress->notes.find(name);
      return at == progress->notes.end() ? std::string() : at->second;
    };
    if (note("data") != data_text())
      return fail(c->path, ": run: found ", note("data").empty() ? "none" : note("data"), ", expected ", data_text());
    if (progress->batch > loader_.batches())
      return fail(c->path, ": found batch ", progress->batch, " of epoch ", progress->epoch, ", expected 0 to ",
                  loader_.batches());
    const auto sums = from_hex_floats(note("epoch")), stop = from_hex_floats(note("early_stopping"));
    if (sums.size() != 3 || stop.size() != 3)
      return fail(c->path, ": metadata: found no sums of an epoch, expected a file of fit's");
    if (auto ok = stepper_.set_schedule_position(from_hex_floats(note("schedule"))); !ok)
      return fail(c->path, ": ", ok.error().what());
    if (stop[2] != 0) best_params_ = runner_.params(), best_buffers_ = runner_.buffers();
    if (auto ok = io::load_checkpoint(*file, runner_.train_step(), best_views()); !ok)
      return tl::unexpected(ok.error());
    epoch_ = progress->epoch, batch_ = progress->batch;
    loss_sum_ = sums[0], count_ = sums[1], report_.last_loss = sums[2];
    best_ = stop[0], bad_ = static_cast<Index>(stop[1]);
    report_.stopped_early = options_.early_stopping && bad_ > options_.early_stopping->patience;
    return {};
  }

  Runner<T>& runner_;
  const data::DataLoader& loader_;
  const FitOptions& options_;
  Stepper<T> stepper_;
  FitReport report_;
  Index epoch_ = 0, batch_ = 0, bad_ = 0;
  double loss_sum_ = 0, count_ = 0, best_ = std::numeric_limits<double>::infinity();
  bool stop_ = false;
  std::optional<TensorList<Kept<T>>> best_params_;
  TensorList<T> best_buffers_;
  Clock::time_point begun_ = Clock::now();
};

}  // namespace

namespace {

// What would end a run after its first epoch: a folder that is not there, examples for validation that do not fit.
template <Element T>
Result<void> check_ends(Runner<T>& runner, const FitOptions& options) {
  if (options.checkpoint) {
    const std::filesystem::path folder = std::filesystem::path(options.checkpoint->path).parent_path();
    std::error_code error;
    if (!folder.empty() && !std::filesystem::is_directory(folder, error))
      return fail("[fit] checkpoint ", options.checkpoint->path, ": found no folder ", folder.string(),
                  ", expected one to write to");
  }
  if (!options.validation) return {};
  const auto batch = options.validation->in_order().epoch(0)[0];
  if (!batch) return fail("[fit] validation: ", batch.error().what());
  if (const auto e = runner.evaluate(*batch); !e) return fail("[fit] validation: ", e.error().what());
  return {};
}

}  // namespace

std::string FitReport::text() const {
  return spec::concat(epochs, " epochs, ", steps, " updates: loss ", before, " -> ", after,
                      stopped_early ? ", stopped early" : "");
}

template <Element T>
Result<FitReport> fit_loader(Runner<T>& runner, const data::DataLoader& loader, const FitOptions& options) {
  if (options.epochs < 0 || options.steps < 0)
    return fail("[fit] expects no negative numbers, found epochs ", options.epochs, " and steps ", options.steps);
  if (loader.batches() == 0) return fail("[fit] loader: found no batches, expected at least one");
  if (options.checkpoint && options.checkpoint->every < 0)
    return fail("[fit] expects a checkpoint every 0 or more updates, found ", options.checkpoint->every);
  if (auto ok = check_ends(runner, options); !ok) return tl::unexpected(ok.error());
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
