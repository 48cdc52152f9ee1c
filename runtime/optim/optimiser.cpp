// An optimiser with its state: parameters cut into parts that workers share.
#include "runtime/optim/optimiser.h"

#include <algorithm>

#include "spec/lang/check.h"

namespace plumbline::runtime {
namespace {

constexpr Index elements_per_part = 16384;

}  // namespace

Result<OptimiserState> OptimiserState::create(const spec::Optimiser& optimiser, const std::vector<Index>& sizes) {
  std::vector<Shape> shapes;
  for (const Index n : sizes) shapes.push_back({n});
  return create(optimiser, shapes);
}

Result<OptimiserState> OptimiserState::create(const spec::Optimiser& optimiser, const std::vector<Shape>& shapes) {
  if (auto ok = spec::validate(optimiser); !ok) return tl::unexpected(ok.error());
  for (const Shape& shape : shapes)
    if (auto ok = spec::validate(optimiser, shape); !ok) return tl::unexpected(ok.error());
  return OptimiserState(optimiser, shapes);
}

OptimiserState::OptimiserState(const spec::Optimiser& optimiser, const std::vector<Shape>& shapes)
    : optimiser_(optimiser), shapes_(shapes), names_(spec::state_names(optimiser)) {
  const bool whole = spec::steps_matrices(optimiser);
  Index total = 0, scratch = 0;
  for (std::size_t p = 0; p < shapes_.size(); total += sizes_[p++]) {
    offsets_.push_back(total), sizes_.push_back(shapes_[p].size());
    if (whole) {
      parts_.push_back({p, 0, sizes_[p], scratch});
      scratch += matrix_scratch(shapes_[p][0], shapes_[p][1]);
      continue;
    }
    for (Index begin = 0; begin < sizes_[p]; begin += elements_per_part)
      parts_.push_back({p, begin, std::min(sizes_[p], begin + elements_per_part)});
  }
  scratch_.resize(static_cast<std::size_t>(scratch));
  for (std::size_t s = 0; s < names_.size(); ++s) {
    states_.emplace_back(static_cast<std::size_t>(total) * sizeof(float));
    std::fill_n(states_.back().f32(), total, 0.0f);
  }
}

std::span<float> OptimiserState::state(std::string_view name, std::size_t parameter) {
  const auto at = std::find(names_.begin(), names_.end(), name);
  if (at == names_.end()) return {};
  float* all = states_[static_cast<std::size_t>(at - names_.begin())].f32();
  return {all + offsets_[parameter], static_cast<std::size_t>(sizes_[parameter])};
}

void OptimiserState::step(Workers& workers, std::span<float* const> parameters,
                          std::span<const float* const> gradients) {
  check(parameters.size() == sizes_.size() && gradients.size() == sizes_.size(),
        "a step has all parameters and gradients");
  ++t_;
  workers.run(static_cast<Index>(parts_.size()), [&](Index part, int) {
    const auto& [p, begin, end, scratch] = parts_[static_cast<std::size_t>(part)];
    OptimView x;
    x.p = parameters[p] + begin, x.g = gradients[p] + begin;
    if (spec::steps_matrices(optimiser_)) x.rows = shapes_[p][0], x.scratch = scratch_.data() + scratch;
    for (std::size_t s = 0; s < names_.size(); ++s) {
      float* at = states_[s].f32() + offsets_[p] + begin;
      (names_[s] == "buf" ? x.buf : names_[s] == "m" ? x.m : names_[s] == "v" ? x.v : x.top) = at;
    }
    optimiser_step(optimiser_, t_, x, end - begin);
  });
}

}  // namespace plumbline::runtime
