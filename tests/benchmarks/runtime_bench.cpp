// Times the runtime on the workloads that it shares with PyTorch: one line each, median and spread.
//
// Usage: runtime_bench [--threads 2] [--seconds 2] [--only NAME,...] [--json FILE]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <string>

#include "runtime/train/train_step.h"
#include "spec/ops/activation/gelu.h"
#include "spec/ops/activation/relu.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/conv/conv2d.h"
#include "spec/ops/function/exp.h"
#include "spec/ops/linalg/linear.h"
#include "spec/ops/linalg/matmul.h"
#include "spec/ops/loss/cross_entropy_index.h"
#include "spec/ops/norm/layer_norm.h"
#include "spec/ops/norm/softmax.h"
#include "spec/ops/pool/max_pool2d.h"
#include "spec/ops/reduce/sum.h"
#include "spec/ops/shape/embedding.h"
#include "spec/ops/shape/permute.h"

namespace {

using namespace plumbline;
using runtime::Index;
using spec::Shape;
using spec::Var;

struct Options {
  int threads = 2;
  double seconds = 2;
  std::string only, json;
};

struct Timing {
  double median, p10, p90;
  int runs;
};

Timing measure(const std::function<void()>& run, double seconds) {
  using Clock = std::chrono::steady_clock;
  for (int i = 0; i < 3; ++i) run();
  std::vector<double> times;
  const auto stop = Clock::now() + std::chrono::duration<double>(seconds);
  while ((Clock::now() < stop && times.size() < 2000) || times.size() < 5) {
    const auto start = Clock::now();
    run();
    times.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  const auto at = [&](std::size_t tenths) { return times[times.size() * tenths / 10]; };
  return {at(5), at(1), at(9), static_cast<int>(times.size())};
}

std::vector<float> normal(std::size_t n, float scale = 1) {
  static std::mt19937 random(0);
  std::vector<float> x(n);
  for (float& v : x) v = scale * std::normal_distribution<float>()(random);
  return x;
}

void must(const spec::Result<void>& result) {
  if (!result) throw result.error();
}

// A workload is built on demand and then run many times.
using Workload = std::function<std::function<void()>(const runtime::KernelTable&, const Options&)>;

// The outputs that `build` makes of inputs of the given shapes.
template <class Build>
Workload forward(std::vector<Shape> shapes, Build build) {
  return [=](const runtime::KernelTable& kernels, const Options& options) -> std::function<void()> {
    spec::Graph graph;
    std::vector<Var> in;
    for (const Shape& s : shapes) in.push_back(graph.input(spec::concat('x', in.size()), s));
    for (const Var& y : build(in)) graph.output(y);
    auto program =
        std::make_shared<runtime::Program>(spec::value_or_throw(compile(graph, kernels, {.threads = options.threads})));
    for (const Var& x : in)
      must(program->set(x.id(), std::span<const float>(normal(static_cast<std::size_t>(x.shape().size())))));
    for (spec::NodeId id : graph.leaves())
      if (graph.node(id).name == "seed")
        must(program->set(id, std::span<const float>(
                                  std::vector<float>(static_cast<std::size_t>(graph.node(id).shape.size()), 1.0f))));
    return [program] { must(program->run()); };
  };
}

// The gradients of an op with respect to all its inputs, given that of its output.
template <class O>
Workload backward(std::vector<Shape> shapes, O op) {
  return forward(shapes, [op](const std::vector<Var>& in) {
    const Var y = in.front().graph().apply(spec::make_op(op), in), seed = in.front().graph().input("seed", y.shape());
    std::vector<spec::NodeId> wrt;
    for (const Var& x : in) wrt.push_back(x.id());
    auto out = spec::append_grad(in.front().graph(), y.id(), seed, wrt);
    out.push_back(y);
    return out;
  });
}

// Linear layers with relu between them, cross entropy of class indices, Adam.
std::function<void()> train_mlp(const runtime::KernelTable& kernels, const Options& options) {
  spec::Graph graph;
  const std::vector<Index> sizes{784, 256, 128, 10};
  Var h = graph.input("x", {64, sizes[0]});
  const Var labels = graph.index_input("y", {64}, 10);
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
    const Var w = graph.param(spec::concat('w', i), {sizes[i + 1], sizes[i]}),
              b = graph.param(spec::concat('b', i), {sizes[i + 1]});
    h = spec::call(spec::Linear{}, h, w, b);
    if (i + 2 < sizes.size()) h = spec::call(spec::Relu{}, h);
  }
  const Var loss = spec::call(spec::CrossEntropyIndex{}, h, labels);
  auto step = std::make_shared<runtime::TrainStep>(spec::value_or_throw(
      runtime::TrainStep::create(graph, loss.id(), spec::Adam{}, kernels, {.threads = options.threads})));
  for (std::size_t p = 0; p < step->parameters().size(); ++p) {
    const auto values = normal(step->parameter(p).size(), 0.05f);
    std::copy(values.begin(), values.end(), step->parameter(p).begin());
  }
  std::vector<std::int64_t> classes(64);
  for (std::size_t i = 0; i < classes.size(); ++i) classes[i] = static_cast<std::int64_t>(i % 10);
  must(step->program().set(0, std::span<const float>(normal(64 * 784))));
  must(step->program().set(1, std::span<const std::int64_t>(classes)));
  return [step] { must(step->step()); };
}

std::vector<std::pair<std::string, Workload>> workloads() {
  const Shape big{4096, 1024};
  const auto op = [](auto o) {
    return [o](const std::vector<Var>& in) { return std::vector<Var>{in.front().graph().apply(spec::make_op(o), in)}; };
  };
  spec::Conv2d conv;
  conv.padding = {1};
  const std::vector<Shape> images{{16, 64, 32, 32}, {64, 64, 3, 3}};
  return {
      {"train_mlp_784_256_128_10_b64", train_mlp},
      {"matmul_1024", forward({{1024, 1024}, {1024, 1024}}, op(spec::Matmul{}))},
      {"matmul_64x784x256", forward({{64, 784}, {784, 256}}, op(spec::Matmul{}))},
      {"bmm_64x128x32x128", forward({{64, 128, 32}, {64, 32, 128}}, op(spec::Matmul{}))},
      {"conv2d_16x64x32x32_64_3x3", forward(images, op(conv))},
      {"conv2d_grad_16x64x32x32_64_3x3", backward(images, conv)},
      {"softmax_4096x1024", forward({big}, op(spec::Softmax{}))},
      {"layer_norm_4096x1024", forward({big}, op(spec::LayerNorm{}))},
      {"layer_norm_grad_4096x1024", backward({big}, spec::LayerNorm{})},
      {"gelu_4096x1024", forward({big}, op(spec::Gelu{}))},
      {"exp_4096x1024", forward({big}, op(spec::Exp{}))},
      {"add_4096x1024", forward({big, big}, op(spec::Add{}))},
      {"sum_rows_4096x1024", forward({big}, op(spec::Sum{{-1}, false}))},
      {"transpose_copy_2048x2048", forward({{2048, 2048}}, op(spec::Permute{}))},
      {"max_pool_16x64x32x32", forward({{16, 64, 32, 32}}, op(spec::MaxPool2d{}))},
  };
}

bool parse(int argc, char** argv, Options& o) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--threads") o.threads = std::atoi(argv[i + 1]);
    else if (name == "--seconds") o.seconds = std::atof(argv[i + 1]);
    else if (name == "--only") o.only = argv[i + 1];
    else if (name == "--json") o.json = argv[i + 1];
    else return false;
  }
  return argc % 2 == 1 && o.threads > 0;
}

bool listed(const std::string& name, const std::string& only) {
  return only.empty() || ("," + only + ",").find("," + name + ",") != std::string::npos;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr, "usage: runtime_bench [--threads N] [--seconds S] [--only NAME,...] [--json FILE]\n");
    return 2;
  }
  const runtime::KernelTable kernels = runtime::KernelTable::builtin();
  std::string json;
  for (const auto& [name, make] : workloads()) {
    if (!listed(name, options.only)) continue;
    const Timing t = measure(make(kernels, options), options.seconds);
    std::printf("%-36s %10.3f ms   p10 %9.3f  p90 %9.3f  n=%d\n", name.c_str(), t.median * 1e3, t.p10 * 1e3,
                t.p90 * 1e3, t.runs);
    std::fflush(stdout);
    json += spec::concat(json.empty() ? "" : ",\n", "  \"", name, "\": {\"median_s\": ", t.median,
                         ", \"p10_s\": ", t.p10, ", \"p90_s\": ", t.p90, "}");
  }
  if (!options.json.empty()) std::ofstream(options.json) << "{\"results\": {\n" << json << "\n}}\n";
}
