// An optimiser with its state: parameters cut into parts that workers share.
#include "runtime/optim/optimiser.h"

#include <algorithm>

#include "spec/lang/check.h"

namespace plumbline::runtime {
namespace {

constexpr Index elements_per_part = 16384;

}  // namespace

Result<OptimiserState> OptimiserState::create(const spec::Optimiser& optimiser, const std::vector<Index>& sizes,
                                              DType dtype) {
  std::vector<Shape> shapes;
  for (const Index n : sizes) shapes.push_back({n});
  return create(optimiser, shapes, dtype);
}

Result<OptimiserState> OptimiserState::create(const spec::Optimiser& optimiser, const std::vector<Shape>& shapes,
                                              DType dtype) {
  check(dtype == DType::f32 || dtype == DType::f64, "steps are computed in float32 or float64");
  if (auto ok = spec::validate(optimiser); !ok) return tl::unexpected(ok.error());
  for (const Shape& shape : shapes)
    if (auto ok = spec::validate(optimiser, shape); !ok) return tl::unexpected(ok.error());
  return OptimiserState(optimiser, shapes, dtype);
}

OptimiserState::OptimiserState(const spec::Optimiser& optimiser, const std::vector<Shape>& shapes, DType dtype)
    : optimiser_(optimiser), dtype_(dtype), shapes_(shapes), names_(spec::state_names(optimiser)) {
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
    states_.emplace_back(static_cast<std::size_t>(total) * size_of(dtype));
    std::fill_n(states_.back().data(), states_.back().size(), std::byte{0});  // all elements are +0
  }
}

void* OptimiserState::state_at(std::string_view name, std::size_t parameter, DType asked) {
  check(asked == dtype_, "a state is read in its own dtype");
  const auto at = std::find(names_.begin(), names_.end(), name);
  if (at == names_.end()) return nullptr;
  return states_[static_cast<std::size_t>(at - names_.begin())].data() +
         static_cast<std::size_t>(offsets_[parameter]) * size_of(dtype_);
}

std::size_t OptimiserState::size_of_state(std::string_view name, std::size_t parameter) const {
  const bool kept = std::find(names_.begin(), names_.end(), name) != names_.end();
  return kept ? static_cast<std::size_t>(sizes_[parameter]) : 0;
}

template <class T>
void OptimiserState::step_all(Workers& workers, std::span<T* const> parameters, std::span<const T* const> gradients) {
  check(dtype_of<T> == dtype_, "a step is taken in the dtype of its state");
  check(parameters.size() == sizes_.size() && gradients.size() == sizes_.size(),
        "a step has all parameters and gradients");
  ++t_;
  workers.run(static_cast<Index>(parts_.size()), [&](Index part, int) {
    const auto& [p, begin, end, scratch] = parts_[static_cast<std::size_t>(part)];
    OptimViewOf<T> x;
    x.p = parameters[p] + begin, x.g = gradients[p] + begin;
    if (spec::steps_matrices(optimiser_)) x.rows = shapes_[p][0], x.scratch = scratch_.data() + scratch;
    for (std::size_t s = 0; s < names_.size(); ++s) {
      T* at = reinterpret_cast<T*>(states_[s].data()) + offsets_[p] + begin;
      (names_[s] == "buf" ? x.buf : names_[s] == "m" ? x.m : names_[s] == "v" ? x.v : x.top) = at;
    }
    optimiser_step(optimiser_, t_, x, end - begin);
  });
}

template void OptimiserState::step_all(Workers&, std::span<float* const>, std::span<const float* const>);
template void OptimiserState::step_all(Workers&, std::span<double* const>, std::span<const double* const>);

}  // namespace plumbline::runtime
