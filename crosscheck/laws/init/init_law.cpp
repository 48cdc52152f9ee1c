// Drawing plans of initial values, and running the laws on them.
#include "crosscheck/laws/init/init_law.h"

#include "crosscheck/audit/runner.h"
#include "crosscheck/laws/cell_count.h"
#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/init/init_laws.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

const std::vector<double> gains{1, 0.5, 1.4142135623730951, 5.0 / 3, 0.1};
const std::vector<std::pair<double, double>> ranges{{-0.1, 0.1},  {0, 1},        {-1, 2},
                                                    {0.25, 0.75}, {-0.02, 0.02}, {-1e-3, 1e3}};

// Of truncated laws, in deviations: around the mean, on one side, in a tail, narrow, wide.
const std::vector<std::pair<double, double>> windows{{-2, 2}, {-1, 3}, {0.5, 2}, {-6, -3}, {-0.01, 0.01}, {-5, 5}};

// The same scheme with other attributes.
spec::Initialiser vary(const spec::Initialiser& scheme, const spec::Shape& shape, RandomChoices& random) {
  spec::Initialiser out = scheme;
  if (auto* s = std::get_if<spec::ConstantInit>(&out)) s->value = random.normal();
  if (auto* s = std::get_if<spec::UniformInit>(&out)) std::tie(s->lo, s->hi) = random.one_of(ranges);
  if (auto* s = std::get_if<spec::NormalInit>(&out))
    s->mean = random.coin() ? random.normal() : 0, s->std = random.one_of(gains);
  if (auto* s = std::get_if<spec::XavierUniformInit>(&out)) s->gain = random.one_of(gains);
  if (auto* s = std::get_if<spec::KaimingUniformInit>(&out))
    s->gain = random.one_of(gains), s->mode = random.coin() ? "fan_out" : "fan_in";
  if (auto* s = std::get_if<spec::XavierNormalInit>(&out)) s->gain = random.one_of(gains);
  if (auto* s = std::get_if<spec::KaimingNormalInit>(&out))
    s->gain = random.one_of(gains), s->mode = random.coin() ? "fan_out" : "fan_in";
  if (auto* s = std::get_if<spec::OrthogonalInit>(&out)) s->gain = random.one_of(gains);
  if (auto* s = std::get_if<spec::TruncatedNormalInit>(&out)) {
    s->mean = random.coin() ? random.normal() : 0, s->std = random.one_of(gains);
    const auto [from, to] = random.one_of(windows);
    s->a = s->mean + from * s->std, s->b = s->mean + to * s->std;
  }
  if (auto* s = std::get_if<spec::FlatInit>(&out)) {
    for (Index i = 0; i < shape.size(); ++i)
      s->values.push_back(draw_float(random, static_cast<FloatClass>(random.pick(0, 6))));
  }
  return out;
}

// Large weights, whose distribution shows, or awkward ones; fans differ.
spec::Shape draw_shape(bool large, RandomChoices& random) {
  static const std::vector<spec::Shape> wide{{64, 32}, {16, 96}, {24, 8, 3, 3}, {128, 10}, {10, 256}, {32, 4, 9}};
  static const std::vector<spec::Shape> awkward{{1, 1}, {1, 7}, {5, 3}, {3, 0}, {2, 3, 1, 5}, {17, 9}, {33, 2}};
  return random.one_of(large ? wide : awkward);
}

Outcome guarded(const InitLaw& law, const InitCase& c, InitSubject& subject, const JudgeOptions& options,
                double tests) {
  try {
    return law.check(c, subject, options, tests);
  } catch (const std::exception& e) {
    Outcome o;
    o.verdict = Verdict::crash, o.message = spec::concat("exception: ", e.what());
    return o;
  }
}

}  // namespace

InitCase draw_init_case(const spec::Initialiser& scheme, std::uint64_t seed, std::uint64_t number, bool large) {
  RandomChoices random(seed, "init", name_of(scheme), number);
  InitCase c;
  c.number = number;
  c.plan.seed = number % 4 == 3 ? number / 4 : random.word();  // neighbouring seeds too
  if (number % 8 == 5) c.plan.streams = spec::StreamScheme::torchlean;
  const Index parameters = random.pick(2, 4);
  for (Index i = 0; i < parameters; ++i) {
    spec::Shape shape = draw_shape(large || number % 2 == 0, random);
    if (std::holds_alternative<spec::IdentityInit>(scheme)) shape = {shape[0], shape[1]};
    c.plan.add(spec::concat("layer.", i, ".weight"), shape, vary(scheme, shape, random));
  }
  return c;
}

std::vector<std::unique_ptr<InitLaw>> all_init_laws() {
  std::vector<std::unique_ptr<InitLaw>> laws;
  laws.push_back(init_values_law());
  laws.push_back(init_distribution_law());
  laws.push_back(init_independence_law());
  laws.push_back(init_plan_law());
  return laws;
}

void run_init_laws(const StepOptions& options, InitSubject& subject, Report& report) {
  const auto laws = all_init_laws();
  const auto schemes = spec::all_initialisers();
  const double tests = static_cast<double>(options.cases * schemes.size() * laws.size());
  for (const spec::Initialiser& scheme : schemes)
    for (const auto& law : laws) {
      if (!matches(options.op, name_of(scheme)) || !matches(options.law, law->name()) || !law->applies(scheme))
        continue;
      CellCount count(std::string(name_of(scheme)), std::string(law->name()), subject.name(), "init");
      for (std::uint64_t number = 0; number < options.cases; ++number) {
        const InitCase c = draw_init_case(scheme, options.seed, number, law->statistical());
        count.add(guarded(*law, c, subject, options.judge, tests),
                  spec::concat("case ", number, " of seed ", options.seed, ": "), report);
      }
      count.close(report);
    }
}

}  // namespace plumbline::crosscheck
