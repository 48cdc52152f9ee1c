// Progress for people: a bar on a terminal, lines anywhere.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "runtime/train/callbacks.h"
#include "spec/lang/result.h"

namespace plumbline::runtime::train {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto least_pause = std::chrono::milliseconds(100);  // between two drawings
constexpr int width = 30;

class Bar {
 public:
  void start(const StartEvent& e) {
    total_ = e.total, batches_ = e.batches, first_ = e.epoch * e.batches + e.batch;
    begun_ = Clock::now(), drawn_ = begun_ - least_pause;
  }
  void step(const StepEvent& e) {
    const auto now = Clock::now();
    if (now - drawn_ < least_pause) return;
    drawn_ = now;
    const Index done = e.epoch * batches_ + e.batch + 1;
    const double share = total_ > 0 ? std::min(1.0, static_cast<double>(done) / static_cast<double>(total_)) : 0;
    const double passed = std::chrono::duration<double>(now - begun_).count();
    const double left = done > first_ ? passed / static_cast<double>(done - first_) * static_cast<double>(total_ - done)
                                      : 0;
    const int full = static_cast<int>(share * width);
    std::fprintf(stderr, "\r\033[K[%s%s] %3d%%  epoch %lld  loss %.4g  %.0f s left",
                 std::string(static_cast<std::size_t>(full), '#').c_str(),
                 std::string(static_cast<std::size_t>(width - full), '.').c_str(), static_cast<int>(share * 100),
                 static_cast<long long>(e.epoch + 1), e.loss, std::max(0.0, left));
    std::fflush(stderr);
  }
  static void end() {
    std::fprintf(stderr, "\r\033[K");
    std::fflush(stderr);
  }

 private:
  Index total_ = 0, batches_ = 0, first_ = 0;
  Clock::time_point begun_, drawn_;
};

}  // namespace

Callbacks progress_bar() {
  if (isatty(STDERR_FILENO) == 0) return {};
  const auto bar = std::make_shared<Bar>();
  return {.on_train_start = [bar](const StartEvent& e) { bar->start(e); },
          .on_step = [bar](const StepEvent& e) { bar->step(e); },
          .on_train_end = [](const EndEvent&) { Bar::end(); }};
}

Callbacks epoch_lines() {
  return at_epoch_end([](const EpochEvent& e) {
    std::string line = spec::concat("epoch ", e.epoch + 1, ": loss ", e.loss);
    if (e.validation_loss) line += spec::concat(", validation loss ", *e.validation_loss);
    if (e.validation_accuracy) line += spec::concat(", accuracy ", *e.validation_accuracy);
    std::printf("%s\n", line.c_str());
  });
}

}  // namespace plumbline::runtime::train
