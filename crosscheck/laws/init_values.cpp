// init_values: the bits of each scheme; for `normal`, values within the bound of the exact image.
#include "crosscheck/judge/formula.h"
#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/init_laws.h"
#include "spec/num/binary.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::PlannedParameter;

namespace {

// Equality of bits as a judgement: each element is of zero tolerance.
Judgement judge_bits(const spec::InitPlan& plan, const PlannedParameter& p, const Values& got) {
  using Number = spec::Binary<spec::binary32>;
  const auto exact = spec::initialise(p.scheme, p.shape, plan.stream_of(p), Number(0.0));
  Values expected = Values::generate(p.shape, [&](Index i) { return exact[i].value(); });
  Judgement out;
  out.elements = out.zero_tolerance = got.size();
  if (same_bits(expected, got)) return out;
  out.verdict = Verdict::fail;
  out.note = spec::concat("parameter ", p.name, ", ", print(p.scheme), ": expected vs got at ",
                          first_difference(expected, got));
  out.max_ratio = spec::upward::infinity;
  return out;
}

Judgement judge_normal(const spec::InitPlan& plan, const PlannedParameter& p, const Values& got,
                       const spec::Claims& claims, const JudgeOptions& options) {
  const spec::DrawStream stream = plan.stream_of(p);
  return judge_formula(got, options, [&]<class C>(Index i, const C& like) {
    using Number = spec::Rounded<C>;
    const Number base(like, &claims);
    return std::visit(spec::InitialElement<Number>{p.shape, stream, base, i}, p.scheme).adopted(&claims);
  });
}

class InitValues final : public InitLaw {
 public:
  std::string_view name() const override { return "init_values"; }
  std::string_view summary() const override {
    return "initial values are the bits of the scheme; normal ones lie within the derived bound";
  }
  bool applies(const spec::Initialiser&) const override { return true; }

  Outcome check(const InitCase& c, InitSubject& subject, const JudgeOptions& options, double) const override {
    const auto values = subject.initialise(c.plan);
    if (!values) return failed(spec::concat("refused: ", values.error().what()));
    if (values->size() != c.plan.parameters.size())
      return failed(spec::concat(values->size(), " parameters instead of ", c.plan.parameters.size()));
    Outcome out;
    for (std::size_t i = 0; i < values->size(); ++i) {
      const PlannedParameter& p = c.plan.parameters[i];
      const Judgement one = judge_initial(c.plan, p, (*values)[i], subject.claims(), options);
      if (one.verdict != Verdict::pass && out.verdict == Verdict::pass)
        out.node = p.name, out.message = one.note.empty() ? message_of(one) : one.note;
      join(out.judgement, one);
      out.verdict = graver(out.verdict, one.verdict);
    }
    return out;
  }
};

}  // namespace

Judgement judge_initial(const spec::InitPlan& plan, const PlannedParameter& p, const Values& got,
                        const spec::Claims& claims, const JudgeOptions& options) {
  if (got.shape() != p.shape) {
    Judgement out;
    out.verdict = Verdict::fail;
    out.note = spec::concat("parameter ", p.name, " has shape ", got.shape(), " instead of ", p.shape);
    return out;
  }
  if (std::holds_alternative<spec::NormalInit>(p.scheme)) return judge_normal(plan, p, got, claims, options);
  return judge_bits(plan, p, got);
}

std::unique_ptr<InitLaw> init_values_law() { return std::make_unique<InitValues>(); }

}  // namespace plumbline::crosscheck
