// clip_gradients: clipped gradients lie within the bound of the exact formula, however large they are.
#include <cmath>
#include <limits>

#include "crosscheck/audit/runner.h"
#include "crosscheck/judge/formula.h"
#include "crosscheck/laws/cell_count.h"
#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/optim/optim_law.h"
#include "spec/layers/clip.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Rounded;

namespace {

struct ClipCase {
  spec::GradientClip how;
  std::vector<Values> gradients;
};

// Norms below the bound, near it, far above it, with squares that overflow or vanish in float32.
ClipCase draw_clip_case(const spec::GradientClip& kind, std::uint64_t seed, std::uint64_t number) {
  RandomChoices r(seed, "clip", name_of(kind), number);
  static const std::vector<double> bounds{1, 0.5, 0.1, 0, 3}, scales{1, 1e-3, 1, 1e25, 1e-30, 10};
  static const std::vector<spec::Shape> shapes{{17}, {3, 5}, {1}, {2, 3, 4}, {0}, {64}};
  ClipCase c{kind, {}};
  if (auto* norm = std::get_if<spec::ClipGradNorm>(&c.how)) {
    norm->max_norm = r.one_of(bounds);
    norm->norm_type = r.one_of(std::vector<double>{2, 1, std::numeric_limits<double>::infinity()});
  } else {
    std::get<spec::ClipGradValue>(c.how).clip_value = r.one_of(bounds);
  }
  const double scale = r.one_of(scales);
  for (Index i = r.pick(1, 3); i > 0; --i)
    c.gradients.push_back(
        Values::generate(r.one_of(shapes), [&](Index) { return static_cast<float>(r.normal() * scale); }));
  return c;
}

template <class C>
spec::Tensors<Rounded<C>> clipped(const ClipCase& c, const spec::Claims& claims, const C& like) {
  spec::Tensors<Rounded<C>> in;
  for (const Values& g : c.gradients)
    in.push_back(spec::Tensor<Rounded<C>>::generate(
        g.shape(), [&](Index i) { return Rounded<C>::leaf(g[i], claims, like); }));
  return spec::clip(c.how, in, Rounded<C>(like, &claims));
}

Outcome check(const ClipCase& c, ClipSubject& subject, const JudgeOptions& options) {
  spec::GradientClip bad = spec::ClipGradValue{-1};
  if (subject.clip(bad, c.gradients)) return failed("accepted " + print(bad));
  bad = spec::ClipGradNorm{std::numeric_limits<double>::quiet_NaN(), 2};
  if (subject.clip(bad, c.gradients)) return failed("accepted " + print(bad));
  bad = spec::ClipGradNorm{1, 0.5};
  if (subject.clip(bad, c.gradients)) return failed("accepted " + print(bad));
  const auto got = subject.clip(c.how, c.gradients);
  if (!got) return failed(spec::concat(print(c.how), ": refused: ", got.error().what()));
  Outcome out;
  const spec::Claims claims = subject.claims();
  JudgeOptions judging = options;
  judging.tier = Tier::proof;  // one factor for all: errors are not independent
  for (std::size_t k = 0; k < c.gradients.size(); ++k) {
    if ((*got)[k].shape() != c.gradients[k].shape()) return failed("another shape");
    const auto exact = clipped(c, claims, spec::Approx());
    const Judgement one = judge_formula((*got)[k], judging, [&]<class C>(Index i, const C& like) {
      if constexpr (std::is_same_v<C, spec::Approx>) return exact[k][i].adopted(&claims);
      else return clipped(c, claims, like)[k][i].adopted(&claims);
    });
    if (one.verdict != Verdict::pass && out.verdict == Verdict::pass)
      out.message = spec::concat(print(c.how), ": gradient ", k, ": ", message_of(one));
    join(out.judgement, one);
    out.verdict = graver(out.verdict, one.verdict);
  }
  return out;
}

}  // namespace

Outcome check_clip(const spec::GradientClip& kind, std::uint64_t seed, std::uint64_t number, ClipSubject& subject,
                   const JudgeOptions& options) {
  return check(draw_clip_case(kind, seed, number), subject, options);
}

void run_clip_laws(const StepOptions& options, ClipSubject& subject, Report& report) {
  for (const spec::GradientClip& kind : spec::all_clips()) {
    if (!matches(options.op, name_of(kind)) || !matches(options.law, "clip_gradients")) continue;
    CellCount count(std::string(name_of(kind)), "clip_gradients", subject.name(), std::string(name_of(kind)));
    for (std::uint64_t number = 0; number < options.cases; ++number) {
      Outcome outcome;
      try {
        outcome = check_clip(kind, options.seed, number, subject, options.judge);
      } catch (const std::exception& e) {
        outcome.verdict = Verdict::crash, outcome.message = spec::concat("exception: ", e.what());
      }
      count.add(outcome, spec::concat("case ", number, " of seed ", options.seed, ": "), report);
    }
    count.close(report);
  }
}

}  // namespace plumbline::crosscheck
