// Energies and magnitudes of partial sums, by adding in each order.
#include "spec/num/partial_sums.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace plumbline::spec {

namespace {

struct Fold {
  double total = 0, energy = 0;
  void add(double x) { total += x, energy += total * total; }
};

// Left folds of `lanes` interleaved sequences, their totals folded.
double interleaved(std::span<const double> terms, std::size_t lanes) {
  Fold over;
  double energy = 0;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    Fold fold;
    for (std::size_t k = lane; k < terms.size(); k += lanes) fold.add(terms[k]);
    over.add(fold.total);
    energy += fold.energy;
  }
  return energy + over.energy;
}

double blocked(std::span<const double> terms, std::size_t block) {
  Fold over;
  double energy = 0;
  for (std::size_t start = 0; start < terms.size(); start += block) {
    Fold fold;
    for (double x : terms.subspan(start, std::min(block, terms.size() - start))) fold.add(x);
    over.add(fold.total);
    energy += fold.energy;
  }
  return energy + over.energy;
}

double pairwise(std::span<const double> terms) {
  std::vector<double> level(terms.begin(), terms.end());
  double energy = 0;
  while (level.size() > 1) {
    for (std::size_t k = 0; k + 1 < level.size(); k += 2) {
      level[k / 2] = level[k] + level[k + 1];
      energy += level[k / 2] * level[k / 2];
    }
    if (level.size() % 2 == 1) level[level.size() / 2] = level.back();
    level.resize((level.size() + 1) / 2);
  }
  return energy;
}

}  // namespace

LaneMagnitudes lane_magnitudes(std::span<const double> terms, std::size_t lanes) {
  std::vector<double> total(lanes);
  LaneMagnitudes out;
  for (std::size_t k = 0; k < terms.size(); ++k) {
    double& sum = total[k % lanes];
    sum += terms[k];
    out.partials += std::abs(sum);
  }
  for (double t : total) out.totals += std::abs(t);
  return out;
}

double worst_energy(std::span<const double> terms) {
  double worst = pairwise(terms);
  for (std::size_t lanes = 1; lanes <= 64; lanes *= 2) worst = std::max(worst, interleaved(terms, lanes));
  for (std::size_t block = 2; block <= 512 && block < terms.size(); block *= 2)
    worst = std::max(worst, blocked(terms, block));
  const std::vector<double> backwards(terms.rbegin(), terms.rend());
  return std::max(worst, interleaved(backwards, 1));
}

}  // namespace plumbline::spec
