// Steps on parameter lists.
#include "runtime/optim/optim.h"

namespace plumbline::runtime::optim {

template <class T>
Result<Optimiser<T>> Optimiser<T>::create(const Config& config, const TensorList<T>& params, const Options& options) {
  const tlist::Signature like = tlist::signature(params);
  auto groups = OptimiserGroups::create(config, options.groups, like.names, like.shapes, dtype_of<T>);
  if (!groups) return tl::unexpected(groups.error());
  Optimiser out(std::move(*groups));
  out.like_ = like, out.clip_ = options.clip;
  if (options.clip)
    if (auto ok = spec::validate(*options.clip); !ok) return tl::unexpected(ok.error());
  if (options.schedule) {
    auto schedule = ScheduleState::create(*options.schedule);
    if (!schedule) return tl::unexpected(schedule.error());
    out.schedule_ = std::move(*schedule);
    out.groups_.set_lr(out.schedule_->rate());
  }
  out.workers_ = std::make_shared<Workers>(options.threads);
  return out;
}

template <class T>
Result<void> Optimiser<T>::step(TensorList<T>& params, const TensorList<T>& gradients, double metric) {
  if (auto ok = tlist::check_alike(like_, params); !ok) return ok;
  if (auto ok = tlist::check_alike(like_, gradients); !ok) return ok;
  TensorList<T> clipped;
  if (clip_) {
    clipped = gradients;
    std::vector<std::span<T>> spans;
    for (auto& item : clipped) spans.push_back(item.value.mutable_elements());
    clip_gradients(*clip_, spans);
  }
  std::vector<T*> p;
  std::vector<const T*> g;
  for (auto& item : params) p.push_back(item.value.mutable_elements().data());
  for (const auto& item : clip_ ? clipped : gradients) g.push_back(item.value.elements().data());
  if (schedule_) groups_.set_lr(schedule_->rate());
  groups_.step(*workers_, std::span<T* const>(p), g);
  if (schedule_) schedule_->step(metric);
  return {};
}

template <class T>
State<T> Optimiser<T>::state() {
  return {groups_.template state<T>(), groups_.steps(), schedule_ ? schedule_->position() : std::vector<double>()};
}

template <class T>
Result<void> Optimiser<T>::set_state(const State<T>& state) {
  if (state.schedule.empty() != !schedule_)
    return spec::fail("[optim] expected ", schedule_ ? "a" : "no", " position of a schedule");
  auto schedule = schedule_;
  if (schedule)
    if (auto ok = schedule->set_position(state.schedule); !ok) return ok;
  if (auto ok = groups_.template set_state<T>(state.moments, state.steps); !ok) return ok;
  schedule_ = schedule;
  return {};
}

template class Optimiser<float>;
template class Optimiser<double>;

}  // namespace plumbline::runtime::optim
