// Times the runtime on the workloads that it shares with PyTorch: one line each, median and spread.
//
// Usage: runtime_bench [--threads 2] [--seconds 2] [--only NAME,...] [--json FILE] [--profile] [--memory]
// --profile: where the time of a step goes, by the ops of its planned steps. --memory: the peak of resident memory that
// making a workload and five runs of it add, each in a process of its own.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <map>

#include "tests/benchmarks/workloads.h"

namespace {

using namespace plumbline;
using Clock = std::chrono::steady_clock;

struct Options {
  int threads = 2;
  double seconds = 2;
  std::string only, json;
  bool profile = false, memory = false;
};

struct Timing {
  double median, p10, p90, cpu;  // cpu: processor seconds of all threads for one run
  int runs;
};

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

Timing measure(const bench::Workload& workload, double seconds) {
  for (int i = 0; i < 3; ++i) workload.run();
  std::vector<double> times;
  const auto begin = Clock::now();
  const std::clock_t cpu = std::clock();
  while ((seconds_since(begin) < seconds && times.size() < 2000) || times.size() < 5) {
    const auto start = Clock::now();
    workload.run();
    times.push_back(seconds_since(start));
  }
  const double spent = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC / static_cast<double>(times.size());
  std::sort(times.begin(), times.end());
  const auto at = [&](std::size_t tenths) { return times[times.size() * tenths / 10]; };
  return {at(5), at(1), at(9), spent, static_cast<int>(times.size())};
}

// The ops of each planned step, in the order in which they are first computed: `add+relu`.
std::vector<std::string> names_of_steps(const runtime::Program& program) {
  std::vector<std::map<std::string, int>> ops(static_cast<std::size_t>(program.steps()));
  for (spec::NodeId id = 0; id < program.graph().size(); ++id) {
    const spec::Node& node = program.graph().node(id);
    if (const int step = program.node(id).step; step >= 0 && node.leaf == spec::Leaf::none)
      ++ops[static_cast<std::size_t>(step)][std::string(node.op.name())];
  }
  std::vector<std::string> names;
  for (const auto& step : ops) {
    std::string name;
    for (const auto& [op, count] : step) name += spec::concat(name.empty() ? "" : "+", op);
    names.push_back(name.size() > 60 ? spec::concat(name.substr(0, 57), "...") : name);
  }
  return names;
}

// Milliseconds and share of each kind of planned step and of the optimiser, the largest first.
void profile(const bench::Workload& workload, double seconds) {
  const std::vector<std::string> names = names_of_steps(workload.planned());
  std::vector<double> times(names.size(), 0.0);
  double update = 0;
  int runs = 0;
  for (const auto begin = Clock::now(); seconds_since(begin) < seconds || runs < 5; ++runs) {
    bench::must(workload.planned().run(times));
    const auto start = Clock::now();
    if (workload.step) workload.step->update();
    update += seconds_since(start);
  }
  std::map<std::string, std::pair<double, int>> kinds;
  double total = update;
  for (std::size_t s = 0; s < names.size(); ++s) {
    kinds[names[s]].first += times[s], ++kinds[names[s]].second;
    total += times[s];
  }
  if (workload.step) kinds["(optimiser)"] = {update, 1};
  std::vector<std::pair<std::string, std::pair<double, int>>> sorted(kinds.begin(), kinds.end());
  std::ranges::sort(sorted, [](const auto& a, const auto& b) { return a.second.first > b.second.first; });
  std::size_t shown = 0;
  for (const auto& [name, kind] : sorted)
    if (shown++ < 14)
      std::printf("    %-62s x%-5d %9.3f ms %5.1f %%\n", name.c_str(), kind.second, kind.first / runs * 1e3,
                  100 * kind.first / total);
}

// VmRSS or VmHWM of this process, in MiB.
double resident(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (double kib = 0; word == field + ":" && status >> kib) return kib / 1024;
  return 0;
}

void print_memory(const bench::Named& workload, const Options& options, const runtime::KernelTable& kernels) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    const double before = resident("VmRSS");
    const bench::Workload made = workload.make(kernels, options.threads);
    for (int i = 0; i < 5; ++i) made.run();
    const double peak = resident("VmHWM");
    std::printf("%-36s %9.1f MiB   peak %9.1f\n", workload.name.c_str(), peak - before, peak);
    std::fflush(stdout);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
}

bool parse(int argc, char** argv, Options& o) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--profile" || name == "--memory") {
      (name == "--profile" ? o.profile : o.memory) = true;
      continue;
    }
    if (++i >= argc) return false;
    if (name == "--threads") o.threads = std::atoi(argv[i]);
    else if (name == "--seconds") o.seconds = std::atof(argv[i]);
    else if (name == "--only") o.only = argv[i];
    else if (name == "--json") o.json = argv[i];
    else return false;
  }
  return o.threads > 0;
}

bool listed(const std::string& name, const std::string& only) {
  return only.empty() || ("," + only + ",").find("," + name + ",") != std::string::npos;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr,
                 "usage: runtime_bench [--threads N] [--seconds S] [--only NAME,...] [--json FILE] [--profile] "
                 "[--memory]\n");
    return 2;
  }
  const runtime::KernelTable kernels = runtime::KernelTable::builtin();
  std::string json;
  std::vector<bench::Named> workloads = bench::training_workloads();
  if (!options.memory) std::ranges::move(bench::op_workloads(), std::back_inserter(workloads));
  for (const bench::Named& workload : workloads) {
    if (!listed(workload.name, options.only)) continue;
    if (options.memory) {
      print_memory(workload, options, kernels);
      continue;
    }
    const bench::Workload made = workload.make(kernels, options.threads);
    const Timing t = measure(made, options.seconds);
    std::printf("%-36s %10.3f ms   p10 %9.3f  p90 %9.3f  cpu %9.3f  n=%d\n", workload.name.c_str(), t.median * 1e3,
                t.p10 * 1e3, t.p90 * 1e3, t.cpu * 1e3, t.runs);
    if (options.profile) profile(made, options.seconds);
    std::fflush(stdout);
    json += spec::concat(json.empty() ? "" : ",\n", "  \"", workload.name, "\": {\"median_s\": ", t.median,
                         ", \"p10_s\": ", t.p10, ", \"p90_s\": ", t.p90, ", \"cpu_s\": ", t.cpu, "}");
  }
  if (!options.json.empty()) std::ofstream(options.json) << "{\"results\": {\n" << json << "\n}}\n";
}
