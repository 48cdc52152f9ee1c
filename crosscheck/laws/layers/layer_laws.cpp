// Running the law of layers.
#include <atomic>
#include <chrono>
#include <thread>

#include "crosscheck/audit/guard.h"
#include "crosscheck/audit/runner.h"
#include "crosscheck/laws/cell_count.h"
#include "crosscheck/laws/layers/layer_law.h"

namespace plumbline::crosscheck {

std::vector<Layer> all_layers() {
  std::vector<Layer> list;
  for (const auto add :
       {add_dense_layers, add_image_layers, add_token_layers, add_sequence_layers, add_attention_layers})
    add(list);
  return list;
}

namespace {

struct Timed {
  Outcome outcome;
  double seconds = 0;
};

Timed check_timed(const Layer& layer, const StepOptions& options, std::uint64_t number, Subject& subject) {
  const auto begin = std::chrono::steady_clock::now();
  Timed out;
  if (const auto problem = run_guarded(
          [&] { out.outcome = check_layer(layer, options.seed, number, subject, options.judge); })) {
    out.outcome = {};
    out.outcome.verdict = Verdict::crash, out.outcome.message = *problem;
  }
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return out;
}

}  // namespace

void run_layer_laws(const StepOptions& options, Subject& subject, int jobs, Report& report) {
  if (!matches(options.law, layer_law_name)) return;
  std::vector<Layer> layers = all_layers();
  std::erase_if(layers, [&](const Layer& l) { return !matches(options.op, l.name); });
  const FaultHandlers handlers;
  std::vector<Timed> results(layers.size() * options.cases);
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < results.size(); i = next++)
      results[i] = check_timed(layers[i / options.cases], options, i % options.cases, subject);
  };
  if (jobs <= 0) jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  std::vector<std::thread> threads;
  for (int j = 1; j < jobs; ++j) threads.emplace_back(work);
  work();
  for (std::thread& t : threads) t.join();
  for (std::size_t l = 0; l < layers.size(); ++l) {
    CellCount count(std::string(layers[l].name), std::string(layer_law_name), subject.name(), "graph");
    double seconds = 0;
    for (std::uint64_t number = 0; number < options.cases; ++number) {
      const Timed& one = results[l * options.cases + number];
      seconds += one.seconds;
      count.add(one.outcome, spec::concat("case ", number, " of seed ", options.seed, ": "), report);
    }
    count.close(report, seconds);
  }
}

}  // namespace plumbline::crosscheck
