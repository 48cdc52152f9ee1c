// Correct float32 sums of products in the orders that kernels use, and the data they add.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <random>
#include <string_view>
#include <vector>

namespace plumbline::test {

using Floats = std::vector<float>;
using Generator = std::mt19937_64;

inline float fold(const Floats& t) {
  float s = 0;
  for (float x : t) s += x;
  return s;
}
inline float right_fold(const Floats& t) {
  float s = 0;
  for (std::size_t i = t.size(); i-- > 0;) s += t[i];
  return s;
}
inline float lanes(const Floats& t, std::size_t k) {
  std::array<float, 64> lane{};
  for (std::size_t i = 0; i < t.size(); ++i) lane[i % k] += t[i];
  for (std::size_t half = k / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) lane[i] += lane[i + half];
  return lane[0];
}
inline float pairwise(const float* t, std::size_t n) {
  if (n <= 2) return n == 0 ? 0 : n == 1 ? t[0] : t[0] + t[1];
  return pairwise(t, n / 2) + pairwise(t + n / 2, n - n / 2);
}
inline float blocks(const Floats& t, std::size_t size) {
  float s = 0;
  for (std::size_t start = 0; start < t.size(); start += size) {
    float block = 0;
    for (std::size_t i = start; i < std::min(t.size(), start + size); ++i) block += t[i];
    s += block;
  }
  return s;
}
inline float random_tree(Floats t, Generator& random) {
  while (t.size() > 1) {
    std::swap(t[random() % t.size()], t.back());
    const float x = t.back();
    t.pop_back();
    t[random() % t.size()] += x;
  }
  return t.empty() ? 0 : t[0];
}

struct DotOrder {
  std::string_view name;
  float (*dot)(const Floats& a, const Floats& b, const Floats& products, Generator& random);
};
inline constexpr std::array dot_orders{
    DotOrder{"left", [](const Floats&, const Floats&, const Floats& t, Generator&) { return fold(t); }},
    DotOrder{"right", [](const Floats&, const Floats&, const Floats& t, Generator&) { return right_fold(t); }},
    DotOrder{"fma",
             [](const Floats& a, const Floats& b, const Floats&, Generator&) {
               float s = 0;
               for (std::size_t i = 0; i < a.size(); ++i) s = std::fma(a[i], b[i], s);
               return s;
             }},
    DotOrder{"8 lanes", [](const Floats&, const Floats&, const Floats& t, Generator&) { return lanes(t, 8); }},
    DotOrder{"64 lanes", [](const Floats&, const Floats&, const Floats& t, Generator&) { return lanes(t, 64); }},
    DotOrder{"pairwise",
             [](const Floats&, const Floats&, const Floats& t, Generator&) { return pairwise(t.data(), t.size()); }},
    DotOrder{"blocks of 128", [](const Floats&, const Floats&, const Floats& t, Generator&) { return blocks(t, 128); }},
    DotOrder{"random tree",
             [](const Floats&, const Floats&, const Floats& t, Generator& random) { return random_tree(t, random); }}};

struct Distribution {
  std::string_view name;
  double (*draw)(Generator& random);
};
inline constexpr std::array distributions{
    Distribution{"normal", [](Generator& r) { return std::normal_distribution<double>()(r); }},
    Distribution{"uniform", [](Generator& r) { return std::uniform_real_distribution<double>()(r); }},
    Distribution{"lognormal", [](Generator& r) { return std::lognormal_distribution<double>(0, 2)(r); }},
    Distribution{"cauchy", [](Generator& r) { return std::cauchy_distribution<double>()(r); }}};

inline Floats drawn(std::size_t n, const Distribution& distribution, Generator& random) {
  Floats x(n);
  for (float& v : x) v = static_cast<float>(distribution.draw(random));
  return x;
}

}  // namespace plumbline::test
