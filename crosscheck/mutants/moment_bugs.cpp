// Bugs of extremes and their places, products, moments, norms and scans.
#include <algorithm>

#include "crosscheck/mutants/fibrewise.h"

namespace plumbline::crosscheck {

using spec::Axes;
using spec::Index;

namespace {

// The place of the extreme: `better(x, best)` says which of two is taken.
template <class Better>
KernelBug place_where(Better better) {
  return by_reduced_fibre([better](Index n, auto x) {
    Index at = 0;
    for (Index k = 1; k < n; ++k)
      if (better(x(k), x(at)) || std::isnan(x(k))) at = k;
    return static_cast<double>(at);
  });
}
constexpr auto or_equal = [](double sign) { return [sign](double x, double best) { return sign * x >= sign * best; }; };
constexpr auto beyond = [](double sign) { return [sign](double x, double best) { return sign * x > sign * best; }; };

// The number at a place of the sorted fibre that depends on its length.
template <class Place>
KernelBug at_sorted_place(Place place) {
  return by_reduced_fibre([place](Index n, auto x) {
    std::vector<double> sorted;
    for (Index k = 0; k < n; ++k) sorted.push_back(x(k));
    std::sort(sorted.begin(), sorted.end());
    return sorted[static_cast<std::size_t>(place(n))];
  });
}

constexpr auto product_of_logarithms = [](Index n, auto x) {
  float total = 0, sign = 1;
  for (Index k = 0; k < n; ++k)
    total += std::log(std::abs(static_cast<float>(x(k)))), sign = x(k) < 0 ? -sign : sign;
  return static_cast<double>(sign * std::exp(total));
};
constexpr auto product_of_magnitudes = [](Index n, auto x) {
  double y = 1;
  for (Index k = 0; k < n; ++k) y *= std::abs(x(k));
  return y;
};
constexpr auto zeros_skipped = [](Index n, auto x) {
  double y = 1;
  for (Index k = 0; k < n; ++k) y *= x(k) == 0 ? 1 : x(k);
  return y;
};

// Σ (x − c)²/(n − correction) in float around a centre other than the mean, or by raw moments that cancel.
template <class Centre>
KernelBug spread_around(Centre centre) {
  return [centre](const KernelCall& c) {
    const auto correction = c.integer("correction");
    const bool root = c.op.name() == "std";
    return by_reduced_fibre([=](Index n, auto x) {
      if (n <= correction) return std::nan("");
      double total = 0;
      for (Index k = 0; k < n; ++k) total += (x(k) - centre(n, x)) * (x(k) - centre(n, x));
      total /= static_cast<double>(n - correction);
      return root ? std::sqrt(total) : total;
    })(c);
  };
}
constexpr auto first_of = [](Index, auto x) { return x(0); };
constexpr auto zero_of = [](Index, auto) { return 0.0; };

Values raw_moments_in_float(const KernelCall& c) {
  const bool root = c.op.name() == "std";
  const Index correction = c.integer("correction");
  return by_reduced_fibre([=](Index n, auto x) {
    if (n <= correction) return std::nanf("");
    float total = 0, squares = 0;
    for (Index k = 0; k < n; ++k) {
      const auto v = static_cast<float>(x(k));
      total += v, squares += v * v;
    }
    const auto count = static_cast<float>(n);
    const float v = (squares - total * total / count) / static_cast<float>(n - correction);
    return root ? std::sqrt(v) : v;
  })(c);
}
Values correction_ignored(const KernelCall& c) { return c.compute(c.with("correction", "0"), c.in); }
Values correction_plus_one(const KernelCall& c) {
  return c.compute(c.with("correction", std::to_string(c.integer("correction") + 1)), c.in);
}

constexpr auto unscaled_root = [](Index n, auto x) {
  float total = 0;
  for (Index k = 0; k < n; ++k) total += static_cast<float>(x(k)) * static_cast<float>(x(k));
  return std::sqrt(total);
};
Values norm_unscaled(const KernelCall& c) { return c.number("p") == 2 ? by_reduced_fibre(unscaled_root)(c) : c.right; }
Values norm_without_root(const KernelCall& c) {
  const double p = c.number("p");
  return std::isinf(p) ? c.right : changed(c.right, [=](Index, double y) { return std::pow(y, p); });
}
Values norm_signed(const KernelCall& c) {
  return c.number("p") == 1 ? c.compute(c.make("sum", {{"axes", c.attribute("axes")}}), c.in) : c.right;
}

void plant_extremes(std::vector<Mutant>& list) {
  plant(list, "min", "last_dropped", "the last element is not looked at", last_is(infinity));
  plant(list, "min", "from_zero", "the fold starts at 0",
        [](const KernelCall& c) { return changed(c.right, [](Index, double y) { return y > 0 ? 0 : y; }); });
  plant(list, "min", "of_magnitudes", "the element of smallest magnitude", by_reduced_fibre([](Index n, auto x) {
          double best = x(0);
          for (Index k = 1; k < n; ++k)
            if (!(std::abs(x(k)) >= std::abs(best))) best = x(k);
          return best;
        }));
  for (const auto& [op, sign] : {std::pair("argmax", 1.0), std::pair("argmin", -1.0)}) {
    plant(list, op, "last_of_equals", "the last of equal winners", place_where(or_equal(sign)));
    plant(list, op, "other_end", "the place of the other extreme", place_where(beyond(-sign)));
    plant(list, op, "last_dropped", "the last element is not looked at", last_is(-sign * infinity));
    plant(list, op, "from_one", "counts from 1",
          [](const KernelCall& c) { return changed(c.right, [](Index, double y) { return y + 1; }); });
    plant(list, op, "wrong_axis", "columns for rows", column_major);
  }
  plant(list, "median", "upper", "the upper median", at_sorted_place([](Index n) { return n / 2; }));
  plant(list, "median", "unsorted", "the middle of the unsorted fibre",
        by_reduced_fibre([](Index n, auto x) { return x((n - 1) / 2); }));
  plant(list, "median", "one_below", "one place below",
        at_sorted_place([](Index n) { return std::max<Index>(0, (n - 1) / 2 - 1); }));
  plant(list, "any", "positive", "negative numbers are false", by_reduced_fibre([](Index n, auto x) {
          for (Index k = 0; k < n; ++k)
            if (x(k) > 0) return 1.0;
          return 0.0;
        }));
  plant(list, "any", "last_dropped", "the last element is not looked at", last_is(0));
  plant(list, "all", "last_dropped", "the last element is not looked at", last_is(1));
  plant(list, "any", "all", "all for any", [](const KernelCall& c) {
    return c.compute(c.make("all", c.op->attributes()), c.in);
  });
  plant(list, "all", "any", "any for all", [](const KernelCall& c) {
    return c.compute(c.make("any", c.op->attributes()), c.in);
  });
}

void plant_products_and_moments(std::vector<Mutant>& list) {
  plant(list, "prod", "last_dropped", "the last factor is dropped", last_is(1));
  plant(list, "prod", "wrong_axis", "columns for rows", column_major);
  plant(list, "prod", "by_logarithms", "exp of a sum of logarithms in float", by_reduced_fibre(product_of_logarithms));
  plant(list, "prod", "signs_lost", "the product of magnitudes", by_reduced_fibre(product_of_magnitudes));
  plant(list, "prod", "zeros_skipped", "zeros are left out", by_reduced_fibre(zeros_skipped));
  plant(list, "prod_grad", "zeros_lost", "ct y / x, and 0 where x is 0", [](const KernelCall& c) {
    return spec::zip(c.right, c.in[0], [](double y, double x) { return x == 0 ? 0 : y; });
  });
  plant(list, "prod_grad", "whole_product", "the product of all", [](const KernelCall& c) {
    return spec::zip(c.right, c.in[0], [](double y, double x) { return f32(y * x); });
  });
  plant(list, {"var", "std"},
        {{"correction_ignored", "always divides by n", correction_ignored},
         {"correction_more", "divides by one less", correction_plus_one},
         {"around_first", "deviations from the first element", spread_around(first_of)},
         {"around_zero", "the mean of squares", spread_around(zero_of)},
         {"raw_moments", "E x² − (E x)² in float, which cancels", raw_moments_in_float},
         {"wrong_axis", "columns for rows", column_major}});
  plant(list, "var", "rooted", "the standard deviation",
        [](const KernelCall& c) { return changed(c.right, [](Index, double y) { return std::sqrt(y); }); });
  plant(list, "std", "root_missing", "the variance",
        [](const KernelCall& c) { return changed(c.right, [](Index, double y) { return y * y; }); });
  plant(list, "norm", "always_two", "p is ignored", with_attribute("p", "2"));
  plant(list, "norm", "root_missing", "the sum of powers", norm_without_root);
  plant(list, "norm", "signed", "signs are kept where p is 1", norm_signed);
  plant(list, "norm", "unscaled", "squares overflow", norm_unscaled);
  plant(list, "norm", "last_dropped", "the last element is not looked at", last_is(0));
}

Values scan_exclusive(const KernelCall& c) {
  return c.compute(c.with("exclusive", c.flag("exclusive") ? "false" : "true"), c.in);
}
KernelBug running_in(const spec::Format& format, bool product) {
  return [&format, product](const KernelCall& c) {
    if (c.flag("exclusive") || c.flag("reverse")) return c.right;
    double total = 0;
    return along_axis(c.in[0], c.integer("axis"), [&](Index k, Index, double x) {
      total = k == 0 ? x : spec::round_to_format(product ? total * x : total + x, format);
      return total;
    });
  };
}

void plant_scans(std::vector<Mutant>& list) {
  plant(list, {"cumsum", "cumprod"},
        {{"wrong_axis", "along the next axis", other_axis},
         {"exclusive", "exclusive and inclusive exchanged", scan_exclusive},
         {"never_reverse", "always from the front", with_attribute("reverse", "false")}});
  plant(list, "cumsum", "bf16_total", "the running sum in bfloat16", running_in(spec::bfloat16, /*product=*/false));
  plant(list, "cumprod", "bf16_total", "the running product in bfloat16", running_in(spec::bfloat16, /*product=*/true));
  plant(list, "cumprod", "zeros_skipped", "zeros are left out", [](const KernelCall& c) {
    return c.compute(c.op, {changed(c.in[0], [](Index, double x) { return x == 0 ? 1 : x; })});
  });
}

}  // namespace

void add_moment_bugs(std::vector<Mutant>& list) {
  plant_extremes(list);
  plant_products_and_moments(list);
  plant_scans(list);
}

}  // namespace plumbline::crosscheck
