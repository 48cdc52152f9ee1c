// Bugs of initialisers: wrong fans, gains, streams and samples; plans that are not checked.
#include "crosscheck/mutants/init_call.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

// Fills each parameter before it looks at the next: a plan whose schemes fit one by one is never refused as a whole.
class Unplanned final : public Spoilt {
 public:
  Unplanned() : Spoilt("", {}) {}
  spec::Result<std::vector<Values>> initialise(const InitPlan& plan) override {
    std::vector<Values> out;
    for (std::size_t i = 0; i < plan.parameters.size(); ++i) {
      InitPlan one = plan;
      one.parameters = {plan.parameters[i]};
      auto values = base_->initialise(one);
      if (!values) return values;
      out.push_back(std::move(values->front()));
    }
    return out;
  }
};

// Reads as many values as the shape needs and leaves the rest.
class LengthUnchecked final : public Spoilt {
 public:
  LengthUnchecked() : Spoilt("", {}) {}
  spec::Result<std::vector<Values>> initialise(const InitPlan& plan) override {
    InitPlan cut = plan;
    for (PlannedParameter& p : cut.parameters)
      if (auto* flat = std::get_if<spec::FlatInit>(&p.scheme))
        flat->values.resize(static_cast<std::size_t>(p.shape.size()));
    return base_->initialise(cut);
  }
};

// Compares numbers of elements, or only as many parameters as both lists have.
class ListsHalfChecked final : public Spoilt {
 public:
  explicit ListsHalfChecked(bool sizes) : Spoilt("", {}), sizes_(sizes) {}
  spec::Result<void> check(const InitPlan& plan, const std::vector<spec::NamedShape>& given) override {
    std::vector<spec::NamedShape> seen;
    for (std::size_t i = 0; i < plan.parameters.size(); ++i) {
      const PlannedParameter& p = plan.parameters[i];
      const bool excused = i >= given.size() || (sizes_ && given[i].shape.size() == p.shape.size());
      seen.push_back(excused ? spec::NamedShape{p.name, p.shape} : given[i]);
    }
    return base_->check(plan, seen);
  }

 private:
  bool sizes_;
};

// The range [lo, hi) that a uniform scheme has for the parameter of the call.
std::pair<double, double> range_of(const InitCall& c) {
  const auto& p = c.parameter();
  if (const auto* s = std::get_if<spec::UniformInit>(&p.scheme)) return {s->lo, s->hi};
  const double a = std::holds_alternative<spec::XavierUniformInit>(p.scheme)
                       ? spec::limit_of(c.scheme<spec::XavierUniformInit>(), p.shape)
                       : spec::limit_of(c.scheme<spec::KaimingUniformInit>(), p.shape);
  return {-a, a};
}
// lo + (hi − lo) u with other unit samples.
InitBug with_units(std::function<double(const InitCall&, Index)> unit) {
  return [=](const InitCall& c) {
    const auto [lo, hi] = range_of(c);
    const auto low = static_cast<float>(lo), high = static_cast<float>(hi);
    return changed(c.right,
                   [&, low, high](Index i, double) { return low + (high - low) * static_cast<float>(unit(c, i)); });
  };
}
std::uint64_t word(const InitCall& c, Index i) {
  return spec::draw(c.plan.stream_of(c.parameter()).key, static_cast<std::uint64_t>(i));
}

// mean + std z for another z of two unit samples; the angle counts turns.
InitBug box_muller(std::function<double(double radius, double turn, Index i)> z, Index step = 2) {
  return [=](const InitCall& c) {
    const auto& s = c.scheme<spec::NormalInit>();
    constexpr double turn = 6.283185307179586;
    return changed(c.right, [&](Index i, double) {
      return s.mean + s.std * z(std::sqrt(-2 * std::log(1 - c.unit(step * i))), turn * c.unit(step * i + 1), i);
    });
  };
}

void plant_fans(std::vector<Mutant>& list) {
  using spec::KaimingUniformInit, spec::XavierUniformInit;
  plant(list, "kaiming_uniform", "other_fan", "fan_in for fan_out, and the reverse", [](const InitCall& c) {
    auto s = c.scheme<KaimingUniformInit>();
    s.mode = s.mode == "fan_in" ? "fan_out" : "fan_in";
    return c.with(s);
  });
  plant(list, "kaiming_uniform", "kernel_not_counted", "the fan without the kernel's area",
        rescaled<KaimingUniformInit>([](const InitCall& c) {
          const Index area =
              c.parameter().shape.size() / std::max<Index>(1, c.parameter().shape[0] * c.parameter().shape[1]);
          return std::sqrt(static_cast<double>(std::max<Index>(1, area)));
        }));
  plant(list, "kaiming_uniform", "gain_missing", "gain 1",
        rescaled<KaimingUniformInit>([](const InitCall& c) { return 1 / c.scheme<KaimingUniformInit>().gain; }));
  plant(list, "kaiming_uniform", "root_3", "√3 for √6",
        rescaled<KaimingUniformInit>([](const InitCall&) { return std::sqrt(0.5); }));
  plant(list, "kaiming_uniform", "root_missing", "6/fan", rescaled<KaimingUniformInit>([](const InitCall& c) {
          const Index fan = c.scheme<KaimingUniformInit>().mode == "fan_in" ? c.fans().in : c.fans().out;
          return std::sqrt(6 / static_cast<double>(std::max<Index>(1, fan)));
        }));
  plant(list, "xavier_uniform", "fan_in_only", "fan_in for the sum of the fans",
        rescaled<XavierUniformInit>(
            [](const InitCall& c) { return root_ratio(c.fans().in + c.fans().out, c.fans().in); }));
  plant(list, "xavier_uniform", "fan_out_twice", "2 fan_out for the sum of the fans",
        rescaled<XavierUniformInit>(
            [](const InitCall& c) { return root_ratio(c.fans().in + c.fans().out, 2 * c.fans().out); }));
  plant(list, "xavier_uniform", "gain_missing", "gain 1",
        rescaled<XavierUniformInit>([](const InitCall& c) { return 1 / c.scheme<XavierUniformInit>().gain; }));
  plant(list, "xavier_uniform", "gain_squared", "the gain inside the root too",
        rescaled<XavierUniformInit>([](const InitCall& c) { return c.scheme<XavierUniformInit>().gain; }));
  plant(list, "xavier_uniform", "normal_scale", "√2 for √6: the deviation taken for the limit",
        rescaled<XavierUniformInit>([](const InitCall&) { return std::sqrt(1.0 / 3); }));
}

void plant_streams(std::vector<Mutant>& list) {
  for (std::string_view scheme : {"uniform", "normal", "xavier_uniform", "kaiming_uniform"}) {
    plant(list, scheme, "shared_stream", "every parameter draws from the same stream",
          [](const InitCall& c) { return c.with_stream(1); });
    plant(list, scheme, "seed_ignored", "always seed 0", [](const InitCall& c) { return c.with(c.parameter(), 0); });
    plant(list, scheme, "next_stream", "the stream of the next parameter",
          [](const InitCall& c) { return c.with_stream(c.parameter().stream + 1); });
  }
  plant(list, "uniform", "aliased_key", "seed + stream as one number", [](const InitCall& c) {
    PlannedParameter p = c.parameter();
    p.stream = 0;
    return c.with(p, c.plan.seed + c.parameter().stream);
  });
  plant(list, "uniform", "one_draw_on", "element i takes draw i + 1",
        with_units([](const InitCall& c, Index i) { return c.unit(i + 1); }));
  plant(list, "uniform", "one_draw_for_all", "one draw for the whole tensor",
        with_units([](const InitCall& c, Index) { return c.unit(0); }));
}

void plant_samples(std::vector<Mutant>& list) {
  plant(list, "uniform", "short_samples", "samples of 16 bits",
        with_units([](const InitCall& c, Index i) { return std::ldexp(std::floor(std::ldexp(c.unit(i), 16)), -16); }));
  plant(list, "uniform", "from_above", "samples in (0, 1]",
        with_units([](const InitCall& c, Index i) { return 1 - c.unit(i); }));
  plant(list, "uniform", "low_bits", "the low bits of the draw", with_units([](const InitCall& c, Index i) {
          return std::ldexp(static_cast<double>(word(c, i) & 0xffffff), -24);
        }));
  plant(list, "uniform", "in_double", "evaluated in double, rounded once", each([](const InitCall& c, Index i, double) {
          const auto [lo, hi] = range_of(c);
          return lo + (hi - lo) * c.unit(i);
        }));
  plant(list, "uniform", "ends_mirrored", "hi + (lo − hi) u", each([](const InitCall& c, Index i, double) {
          const auto [lo, hi] = range_of(c);
          return static_cast<float>(hi) +
                 (static_cast<float>(lo) - static_cast<float>(hi)) * static_cast<float>(c.unit(i));
        }));
  plant(list, "uniform", "width_for_end", "lo + hi u", each([](const InitCall& c, Index i, double) {
          const auto [lo, hi] = range_of(c);
          return static_cast<float>(lo) + static_cast<float>(hi) * static_cast<float>(c.unit(i));
        }));
  for (std::string_view scheme : {"uniform", "normal", "flat"}) {
    plant(list, scheme, "transposed", "filled column by column",
          [](const InitCall& c) { return read_transposed(c.right); });
    plant(list, scheme, "last_zero", "the last element stays 0",
          each([](const InitCall& c, Index i, double x) { return i + 1 == c.right.size() ? 0 : x; }));
  }
}

void plant_normals(std::vector<Mutant>& list) {
  plant(list, "normal", "std_as_variance", "√std", [](const InitCall& c) {
    auto s = c.scheme<spec::NormalInit>();
    s.std = std::sqrt(s.std);
    return c.with(s);
  });
  plant(list, "normal", "mean_missing", "mean 0", [](const InitCall& c) {
    return c.with(spec::NormalInit{0, c.scheme<spec::NormalInit>().std});
  });
  plant(list, "normal", "magnitudes", "|z|",
        box_muller([](double r, double a, Index) { return std::abs(r * std::cos(a)); }));
  plant(list, "normal", "pairs", "cosine and sine of the same two draws",
        box_muller([](double r, double a, Index i) { return i % 2 == 0 ? r * std::cos(a) : r * std::sin(a); }, 0));
  plant(list, "normal", "sine", "the sine for the cosine",
        box_muller([](double r, double a, Index) { return r * std::sin(a); }));
  plant(list, "normal", "overlapping_draws", "element i takes draws i and i + 1",
        box_muller([](double r, double a, Index) { return r * std::cos(a); }, 1));
  plant(list, "normal", "clipped", "cut at two deviations",
        box_muller([](double r, double a, Index) { return std::min(std::max(r * std::cos(a), -2.0), 2.0); }));
  plant(list, "normal", "uniform_instead", "a uniform distribution of the same deviation",
        each([](const InitCall& c, Index i, double) {
          return c.scheme<spec::NormalInit>().mean +
                 c.scheme<spec::NormalInit>().std * std::sqrt(12.0) * (c.unit(i) - 0.5);
        }));
}

void plant_constants(std::vector<Mutant>& list) {
  plant(list, "constant", "in_bf16", "the constant in bfloat16",
        [](const InitCall& c) { return narrowed(c.right, spec::bfloat16); });
  plant(list, "zeros", "ones", "1", each([](const InitCall&, Index, double) { return 1; }));
  plant(list, "ones", "zeros", "0", each([](const InitCall&, Index, double) { return 0; }));
  plant(list, "zeros", "tail_uninitialised", "the last element keeps what memory held",
        each([](const InitCall& c, Index i, double x) {
          return i + 1 == c.right.size() ? static_cast<double>(c.at) + 0.5 : x;
        }));
}

}  // namespace

void add_init_bugs(std::vector<Mutant>& list) {
  plant_fans(list);
  plant_streams(list);
  plant_samples(list);
  plant_normals(list);
  plant_constants(list);
  plant(list, "uniform", "plan_unchecked", "parameters are filled one by one, the plan is never seen as a whole",
        std::make_shared<Unplanned>());
  plant(list, "flat", "length_unchecked", "a payload of another length is cut or filled up",
        std::make_shared<LengthUnchecked>());
  plant(list, "xavier_uniform", "list_unchecked", "a shorter list is accepted",
        std::make_shared<ListsHalfChecked>(false));
  plant(list, "xavier_uniform", "sizes_for_shapes", "a shape of the same size is accepted",
        std::make_shared<ListsHalfChecked>(true));
}

}  // namespace plumbline::crosscheck
