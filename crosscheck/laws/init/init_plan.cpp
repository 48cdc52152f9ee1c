// init_plan: plans that do not fit are refused as a whole, and lists from outside name what differs.
#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/init/init_laws.h"

namespace plumbline::crosscheck {

using spec::InitPlan;
using spec::NamedShape;

namespace {

struct Broken {
  std::string what;
  InitPlan plan;
};

// The plan with one mistake in its last parameter, so that whoever checks while filling has already filled the others.
std::vector<Broken> broken_plans(const InitPlan& good) {
  std::vector<Broken> out;
  const auto with = [&](std::string what, auto&& change) {
    InitPlan plan = good;
    change(plan, plan.parameters.back());
    out.push_back({std::move(what), std::move(plan)});
  };
  with("a flat payload that is one short", [](InitPlan&, auto& p) {
    p.scheme = spec::FlatInit{std::vector<float>(static_cast<std::size_t>(p.shape.size()) + 1)};
  });
  with("fans of a vector", [](InitPlan&, auto& p) { p.shape = {3}, p.scheme = spec::XavierUniformInit{}; });
  with("bounds in the wrong order", [](InitPlan&, auto& p) { p.scheme = spec::UniformInit{1, 0}; });
  with("an infinite bound", [](InitPlan&, auto& p) {
    p.scheme = spec::UniformInit{0, std::numeric_limits<double>::infinity()};
  });
  with("a constant that is no number",
       [](InitPlan&, auto& p) { p.scheme = spec::ConstantInit{std::numeric_limits<double>::quiet_NaN()}; });
  with("a negative deviation", [](InitPlan&, auto& p) { p.scheme = spec::NormalInit{0, -1}; });
  with("a name that is taken", [](InitPlan& plan, auto& p) { p.name = plan.parameters.front().name; });
  with("a stream that is taken", [](InitPlan& plan, auto& p) {
    p.scheme = plan.parameters.front().scheme = spec::UniformInit{};
    p.shape = plan.parameters.front().shape = {5};
    p.stream = plan.parameters.front().stream;
  });
  return out;
}

struct Given {
  std::string what, names;
  std::vector<NamedShape> list;
};

std::vector<NamedShape> shapes_of(const InitPlan& plan) {
  std::vector<NamedShape> out;
  for (const auto& p : plan.parameters) out.push_back({p.name, p.shape});
  return out;
}

std::vector<Given> wrong_lists(const InitPlan& plan) {
  const auto good = shapes_of(plan);
  std::vector<Given> out{{"a list that is one short", good.back().name, {good.begin(), good.end() - 1}}};
  auto longer = good;
  longer.push_back({"extra", {1}});
  out.push_back({"a list that is one too long", "extra", longer});
  auto other = good;
  other.back().shape.push_back(2);
  out.push_back({"another shape", good.back().name, other});
  other.back().shape = spec::Shape{good.back().shape.size(), 1, 1, 1, 1};
  out.push_back({"as many elements under another shape", good.back().name, other});
  if (good.size() > 1) {
    auto both = good;
    both.front().shape.push_back(3), both.back().shape.push_back(3);
    out.push_back({"two other shapes", good.front().name, both});
  }
  return out;
}

class InitPlans final : public InitLaw {
 public:
  std::string_view name() const override { return "init_plan"; }
  std::string_view summary() const override {
    return "plans and lists that do not fit are refused, naming the first parameter that differs";
  }
  bool applies(const spec::Initialiser&) const override { return true; }

  Outcome check(const InitCase& c, InitSubject& subject, const JudgeOptions&, double) const override {
    for (const Broken& b : broken_plans(c.plan)) {
      const auto values = subject.initialise(b.plan);
      if (values) return failed("accepted a plan with " + b.what);
      if (std::string_view(values.error().what()).find(b.plan.parameters.back().name) == std::string_view::npos)
        return failed(spec::concat("does not name the parameter with ", b.what, ": ", values.error().what()));
    }
    if (auto ok = subject.check(c.plan, shapes_of(c.plan)); !ok)
      return failed(spec::concat("refused its own list: ", ok.error().what()));
    for (const Given& g : wrong_lists(c.plan)) {
      const auto ok = subject.check(c.plan, g.list);
      if (ok) return failed("accepted " + g.what);
      if (std::string_view(ok.error().what()).find(g.names) == std::string_view::npos)
        return failed(spec::concat("does not name parameter ", g.names, " for ", g.what, ": ", ok.error().what()));
    }
    return {};
  }
};

}  // namespace

std::unique_ptr<InitLaw> init_plan_law() { return std::make_unique<InitPlans>(); }

}  // namespace plumbline::crosscheck
