// Running the law of layers.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "crosscheck/audit/atomic_file.h"
#include "crosscheck/audit/cells.h"
#include "crosscheck/audit/guard.h"
#include "crosscheck/audit/replay.h"
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
  CheckedLayer found;
  double seconds = 0;
};

Timed check_timed(const Layer& layer, const StepOptions& options, std::uint64_t number, Subject& subject,
                  LayerPart part) {
  const auto begin = std::chrono::steady_clock::now();
  Timed out;
  if (const auto problem = run_guarded([&] {
        out.found = examine_layer(layer, options.seed, number, subject, options.judge, part);
      })) {
    out.found = {};
    out.found.outcome.verdict = Verdict::crash, out.found.outcome.message = *problem;
  }
  if (!is_finding(out.found.outcome.verdict)) out.found.pair.reset();
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return out;
}

// Every layer, subject and case, a layer's subjects one after another.
std::vector<Timed> check_all(const std::vector<Layer>& layers, const std::vector<std::shared_ptr<Subject>>& subjects,
                             const StepOptions& options, int jobs) {
  const std::uint64_t cases = options.cases, of_layer = subjects.size() * cases;
  std::vector<Timed> results(layers.size() * of_layer);
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < results.size(); i = next++) {
      const std::size_t subject = i % of_layer / cases;
      results[i] = check_timed(layers[i / of_layer], options, i % cases, *subjects[subject],
                               subject == 0 ? LayerPart::all : LayerPart::floats);
    }
  };
  if (jobs <= 0) jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  std::vector<std::thread> threads;
  for (int j = 1; j < jobs; ++j) threads.emplace_back(work);
  work();
  for (std::thread& t : threads) t.join();
  return results;
}

// The finding's replay file; a note says why where it cannot be written.
void write_replay(const Timed& one, Subject& subject, const std::string& folder, Finding& finding, Report& report) {
  Replay replay;
  replay.law = layer_law_name, replay.subject = finding.subject, replay.verdict = finding.verdict;
  replay.message = one.found.outcome.message, replay.note = spec::concat("found by law layer on ", finding.op);
  replay.c = *one.found.pair, replay.claims = claims_of(replay.c, subject);
  const std::filesystem::path path = std::filesystem::path(folder) / (finding.id + ".replay");
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  if (const auto written = write_file_atomically(path.string(), print(replay))) finding.replay = path.string();
  else report.notes.push_back(written.error().what());
}

}  // namespace

void run_layer_laws(const StepOptions& options, const std::vector<std::shared_ptr<Subject>>& subjects, int jobs,
                    const std::string& out, Report& report) {
  if (!matches(options.law, layer_law_name)) return;
  std::vector<Layer> layers = all_layers();
  std::erase_if(layers, [&](const Layer& l) { return !matches(options.op, l.name); });
  const FaultHandlers handlers;
  const std::vector<Timed> results = check_all(layers, subjects, options, jobs);
  std::size_t at = 0;
  for (const Layer& layer : layers)
    for (const auto& subject : subjects) {
      CellCount count(std::string(layer.name), std::string(layer_law_name), subject->name(), "graph");
      double seconds = 0;
      for (std::uint64_t number = 0; number < options.cases; ++number) {
        const Timed& one = results[at++];
        seconds += one.seconds;
        const std::size_t before = report.findings.size();
        count.add(one.found.outcome, spec::concat("case ", number, " of seed ", options.seed, ": "), report);
        const bool listed = report.findings.size() > before;
        if (listed && one.found.pair && !out.empty()) write_replay(one, *subject, out, report.findings.back(), report);
      }
      count.close(report, seconds);
    }
}

}  // namespace plumbline::crosscheck
