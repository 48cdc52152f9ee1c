// Samples per second of the certified gradient check: output and cotangents of an op, each element within its proven
// bound, beside gradcheck_rate.py on the same shapes. Seconds of processor time. Arguments: seconds, an op's name.
#include <cstdio>
#include <ctime>
#include <string>

#include "crosscheck/laws/law.h"
#include "crosscheck/sample/choices.h"
#include "spec/graph/catalogue.h"

using namespace plumbline;
using namespace plumbline::crosscheck;
using spec::Index;
using spec::Shape;

namespace {

struct Sample {
  std::string op;
  spec::Attributes attributes;
  spec::Shapes shapes;
};

// The kind of shapes that gradcheck is asked about, and that gradcheck_rate.py asks it about.
const std::vector<Sample> samples{
    {"exp", {}, {{2, 8}}},
    {"tanh", {}, {{2, 8}}},
    {"gelu", {}, {{2, 8}}},
    {"silu", {}, {{2, 8}}},
    {"mul", {}, {{2, 8}, {2, 8}}},
    {"div", {}, {{2, 8}, {2, 8}}},
    {"softmax", {}, {{2, 8}}},
    {"log_softmax", {}, {{2, 8}}},
    {"logsumexp", {{"axes", "[-1]"}}, {{2, 8}}},
    {"layer_norm", {{"normalized_shape", "[8]"}}, {{2, 8}, {8}, {8}}},
    {"mse", {}, {{2, 8}, {2, 8}}},
    {"linear", {}, {{2, 8}, {4, 8}, {4}}},
    {"matmul", {}, {{8, 8}, {8, 8}}},
    {"conv2d", {}, {{2, 2, 5, 5}, {3, 2, 3, 3}, {3}}},
    {"attention", {}, {{4, 8, 8}, {4, 8, 8}, {4, 8, 8}}},
};

Case case_of(const spec::Catalogue& catalogue, const Sample& sample, const spec::Format& format, std::uint64_t number) {
  RandomChoices random(1, "gradcheck", sample.op, number);
  const auto normal = [&](const Shape& shape) {
    return Values::generate(shape, [&](Index) {
      const double x = random.normal();
      return format == spec::binary64 ? x : static_cast<float>(x);
    });
  };
  Case c;
  const spec::Op op = spec::value_or_throw(catalogue.parse(sample.op, sample.attributes));
  c.graph = spec::value_or_throw(spec::graph_of(op, sample.shapes));
  for (const Shape& shape : sample.shapes) c.data.push_back(normal(shape));
  c.cotangent = normal(c.graph.node(c.output()).shape);
  c.seed = 1, c.number = 4 * number;  // compiled
  return c;
}

struct Rate {
  double samples = 0, seconds = 0;
  int others = 0;  // verdicts other than pass
};

Rate measure(const spec::Catalogue& catalogue, const Laws& laws, const Sample& sample, Subject& subject,
             double seconds) {
  const Law &forward = *law_named(laws, "forward"), &backward = *law_named(laws, "backward");
  std::vector<Case> cases;
  for (std::uint64_t i = 0; i < 16; ++i) cases.push_back(case_of(catalogue, sample, subject.format(), i));
  Rate rate;
  const std::clock_t begin = std::clock();
  for (std::size_t i = 0; rate.seconds < seconds; ++i) {
    const Case& c = cases[i % cases.size()];
    for (const Law* law : {&forward, &backward}) {
      const Outcome outcome = law->check(c, subject, {});
      if (outcome.verdict == Verdict::pass) continue;
      if (rate.others++ == 0) std::printf("%s: %s\n", sample.op.c_str(), outcome.message.c_str());
    }
    ++rate.samples;
    rate.seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  }
  return rate;
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::strtod(argv[1], nullptr) : 1;
  const std::string only = argc > 2 ? argv[2] : "";
  const auto catalogue = spec::Catalogue::builtin();
  const Laws laws = all_laws();
  for (const spec::Format& format : {spec::binary64, spec::binary32}) {
    const auto subject = cpu_subject(format);
    double each = 0, ops = 0;  // seconds that one sample of each op takes together
    for (const Sample& sample : samples) {
      if (!only.empty() && only != sample.op) continue;
      const Rate rate = measure(catalogue, laws, sample, *subject, seconds);
      std::printf("%-10s %-12s %9.1f samples/s%s\n", std::string(format.name).c_str(), sample.op.c_str(),
                  rate.samples / rate.seconds, rate.others > 0 ? "  NOT ALL PASS" : "");
      std::fflush(stdout);
      each += rate.seconds / rate.samples, ++ops;
    }
    std::printf("%-10s %-12s %9.1f samples/s\n", std::string(format.name).c_str(), "together", ops / each);
  }
}
