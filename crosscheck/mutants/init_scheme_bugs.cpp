// Bugs of normal schemes with fans, truncated laws, orthogonal matrices and identities.
#include "crosscheck/mutants/init_call.h"

namespace plumbline::crosscheck {

namespace {

// The normal law of Xavier's or Kaiming's deviation times a factor.
template <class S, class F>
void plant_deviation(std::vector<Mutant>& list, std::string_view name, std::string_view bug, F factor) {
  plant(list, S::name, name, bug, rescaled<S>(factor));
}

void plant_scaled_normals(std::vector<Mutant>& list) {
  using spec::KaimingNormalInit, spec::XavierNormalInit;
  plant_deviation<XavierNormalInit>(list, "uniform_scale", "√6 for √2", [](const InitCall&) { return std::sqrt(3.0); });
  plant_deviation<XavierNormalInit>(list, "fan_in_only", "fan_in for the sum of the fans", [](const InitCall& c) {
    return root_ratio(c.fans().in + c.fans().out, c.fans().in);
  });
  plant_deviation<XavierNormalInit>(list, "gain_missing", "gain 1", [](const InitCall& c) {
    return 1 / c.scheme<XavierNormalInit>().gain;
  });
  plant_deviation<KaimingNormalInit>(list, "root_missing", "1/√fan: for linear layers",
                                     [](const InitCall&) { return std::sqrt(0.5); });
  plant_deviation<KaimingNormalInit>(list, "gain_missing", "gain 1", [](const InitCall& c) {
    return 1 / c.scheme<KaimingNormalInit>().gain;
  });
  plant(list, "kaiming_normal", "other_fan", "fan_in for fan_out, and the reverse", [](const InitCall& c) {
    auto s = c.scheme<KaimingNormalInit>();
    s.mode = s.mode == "fan_in" ? "fan_out" : "fan_in";
    return c.with(s);
  });
  for (const std::string_view op : {"xavier_normal", "kaiming_normal", "truncated_normal", "orthogonal"}) {
    plant(list, op, "shared_stream", "every parameter draws from the same stream",
          [](const InitCall& c) { return c.with_stream(1); });
    plant(list, op, "seed_ignored", "always seed 0", [](const InitCall& c) { return c.with(c.parameter(), 0); });
    plant(list, op, "last_zero", "the last element stays 0",
          each([](const InitCall& c, Index i, double x) { return i + 1 == c.right.size() ? 0 : x; }));
    plant(list, op, "in_bf16", "values in bfloat16",
          [](const InitCall& c) { return narrowed(c.right, spec::bfloat16); });
    plant(list, op, "negated", "the wrong sign", [](const InitCall& c) { return scaled(c.right, -1); });
  }
}

void plant_truncated(std::vector<Mutant>& list) {
  using spec::TruncatedNormalInit;
  const auto changed_scheme = [&](std::string_view name, std::string_view bug, auto change) {
    plant(list, "truncated_normal", name, bug, [=](const InitCall& c) {
      auto s = c.scheme<TruncatedNormalInit>();
      change(s);
      return c.with(s);
    });
  };
  changed_scheme("mean_missing", "mean 0", [](auto& s) { s.mean = 0; });
  changed_scheme("variance", "√std for std", [](auto& s) { s.std = std::sqrt(s.std); });
  changed_scheme("wider", "the window is one deviation wider", [](auto& s) { s.b += s.std; });
  plant(list, "truncated_normal", "clipped", "a normal law that is cut, so that its ends are common",
        [](const InitCall& c) {
          const auto& s = c.scheme<TruncatedNormalInit>();
          const Values z = c.with(spec::NormalInit{s.mean, s.std});
          return changed(z, [&](Index, double x) { return std::min(std::max(x, s.a), s.b); });
        });
  plant(list, "truncated_normal", "uniform", "uniform in the window", [](const InitCall& c) {
    const auto& s = c.scheme<TruncatedNormalInit>();
    return c.with(spec::UniformInit{s.a, s.b});
  });
  plant(list, "truncated_normal", "from_above", "quantiles of 1 − u",
        each([](const InitCall& c, Index, double x) {
          const auto& s = c.scheme<TruncatedNormalInit>();
          return s.a + s.b - x;
        }));
}

void plant_matrices(std::vector<Mutant>& list) {
  using spec::OrthogonalInit;
  plant(list, "orthogonal", "gain_missing", "gain 1", rescaled<OrthogonalInit>([](const InitCall& c) {
          return 1 / c.scheme<OrthogonalInit>().gain;
        }));
  plant(list, "orthogonal", "gain_squared", "the square of the gain", rescaled<OrthogonalInit>([](const InitCall& c) {
          return c.scheme<OrthogonalInit>().gain;
        }));
  plant(list, "orthogonal", "normal_matrix", "the normal matrix itself, over the root of its height",
        [](const InitCall& c) {
          const double n = static_cast<double>(std::max(c.fans().in, c.fans().out));
          return c.with(spec::NormalInit{0, c.scheme<OrthogonalInit>().gain / std::sqrt(n)});
        });
  plant(list, "orthogonal", "first_column_sign", "a sign that is not R's",
        each([](const InitCall& c, Index i, double x) {
          const Index rows = c.parameter().shape[0], columns = c.right.size() / std::max<Index>(1, rows);
          return (rows >= columns ? i % columns : i / columns) == 0 ? -x : x;
        }));
  plant(list, "orthogonal", "rows_for_columns", "filled column by column",
        [](const InitCall& c) { return read_transposed(c.right); });
  plant(list, "identity", "ones", "1 everywhere", each([](const InitCall&, Index, double) { return 1; }));
  plant(list, "identity", "first_only", "only the first 1",
        each([](const InitCall&, Index i, double x) { return i == 0 ? x : 0; }));
  plant(list, "identity", "row_stride", "steps by the number of rows", each([](const InitCall& c, Index i, double) {
          return i % (c.parameter().shape[0] + 1) == 0 ? 1 : 0;
        }));
}

}  // namespace

void add_init_scheme_bugs(std::vector<Mutant>& list) {
  plant_scaled_normals(list);
  plant_truncated(list);
  plant_matrices(list);
}

}  // namespace plumbline::crosscheck
