// Arguments into leaves, a run, results out.
#include "runtime/autograd/planned.h"

#include <algorithm>

#include "runtime/core/kernels.h"
#include "runtime/session/session.h"

namespace plumbline::runtime::autograd {

template <Element T>
Argument argument_for(const Value<T>& x) {
  if (const auto* index = std::get_if<Tensor<std::int64_t>>(&x)) {
    const auto all = index->elements();
    const std::int64_t most = all.empty() ? 0 : *std::ranges::max_element(all);
    return {index->shape(), std::clamp<Index>(most, 0, spec::max_elements - 1) + 1};
  }
  return {shape_of<T>(x)};
}

template <Element T>
Result<Planned<T>> Planned<T>::create(Recorded f, const Options& options) {
  Planned out(std::move(f), options);
  out.values_.resize(out.f_.arguments.size());
  if (options.mode == Mode::eager) return out;
  PlanOptions plan{.threads = options.threads, .wanted = out.f_.results, .dtype = dtype_of<T>};
  auto program = compile(out.f_.graph, options.kernels, plan);
  if (!program) return tl::unexpected(program.error());
  out.program_ = std::make_shared<Program>(std::move(*program));
  out.plans_ = 1;
  return out;
}

template <Element T>
Result<void> Planned<T>::set(std::size_t argument, const Value<T>& value) {
  if (argument >= f_.arguments.size())
    return spec::fail("[call] argument ", argument, " is none of the ", f_.arguments.size(), " of the function");
  const spec::Node& node = f_.graph.node(f_.arguments[argument]);
  if (shape_of<T>(value) != node.shape)
    return spec::fail("[call] argument ", argument, ": expected shape ", node.shape, ", found ", shape_of<T>(value));
  const bool indices = std::holds_alternative<Tensor<std::int64_t>>(value);
  if (indices != (node.extent >= 0))
    return spec::fail("[call] argument ", argument, ": expected ", node.extent >= 0 ? "indices" : "real numbers",
                      ", found ", indices ? "indices" : "real numbers");
  if (program_ == nullptr) {
    values_[argument] = value;
    return {};
  }
  return std::visit([&](const auto& t) { return program_->set(f_.arguments[argument], t.elements()); }, value);
}

template <Element T>
Result<void> Planned<T>::run() {
  if (program_ == nullptr) return run_eagerly();
  if (auto ok = program_->run(); !ok) return ok;
  results_.clear();
  for (const NodeId id : f_.results) {
    const auto data = program_->value<T>(id);
    results_.emplace_back(f_.graph.node(id).shape, std::vector<T>(data.begin(), data.end()));
  }
  return {};
}

template <Element T>
Result<void> Planned<T>::run_eagerly() {
  std::vector<char> needed(static_cast<std::size_t>(f_.graph.size()), 0);
  const auto at = [](NodeId id) { return static_cast<std::size_t>(id); };
  for (const NodeId id : f_.results) needed[at(id)] = 1;
  for (NodeId id = f_.graph.size(); id-- > 0;)
    for (const NodeId i : f_.graph.node(id).inputs) needed[at(i)] |= needed[at(id)];
  Session session(options_.kernels, {.threads = options_.threads, .dtype = dtype_of<T>});
  ++plans_;
  std::vector<Var> vars(static_cast<std::size_t>(f_.graph.size()));
  try {
    for (std::size_t i = 0; i < f_.arguments.size(); ++i) {
      const spec::Node& leaf = f_.graph.node(f_.arguments[i]);
      if (!needed[at(f_.arguments[i])]) continue;
      if (!values_[i]) return spec::fail("input ", leaf.name, ": found no data, expected ", leaf.shape);
      Var& var = vars[at(f_.arguments[i])];
      if (const auto* index = std::get_if<Tensor<std::int64_t>>(&*values_[i]))
        var = session.input(leaf.name, leaf.shape, leaf.extent, index->elements());
      else var = session.input(leaf.name, leaf.shape, std::get<Tensor<T>>(*values_[i]).elements());
    }
    for (NodeId id = 0; id < f_.graph.size(); ++id) {
      const spec::Node& node = f_.graph.node(id);
      if (node.leaf != spec::Leaf::none || !needed[at(id)]) continue;
      std::vector<Var> in;
      for (const NodeId i : node.inputs) in.push_back(vars[at(i)]);
      vars[at(id)] = session.apply(node.op, in);
    }
    results_.clear();
    for (const NodeId id : f_.results) {
      const auto data = session.value<T>(vars[at(id)]);
      results_.emplace_back(f_.graph.node(id).shape, std::vector<T>(data.begin(), data.end()));
    }
  } catch (const spec::Error& error) {
    return tl::unexpected(error);
  }
  return {};
}

template <Element T>
Tensor<T> Planned<T>::result(std::size_t k) const {
  check(k < results_.size(), "a result is read after a run");
  return results_[k];
}

template <Element T>
Result<Tensors<T>> Planned<T>::operator()(const std::vector<Value<T>>& arguments) {
  if (arguments.size() != f_.arguments.size())
    return spec::fail("[call] expects ", f_.arguments.size(), " arguments, found ", arguments.size());
  for (std::size_t i = 0; i < arguments.size(); ++i)
    if (auto ok = set(i, arguments[i]); !ok) return tl::unexpected(ok.error());
  if (auto ok = run(); !ok) return tl::unexpected(ok.error());
  return results_;
}

template class Planned<float>;
template class Planned<double>;
template class Planned<Half>;
template class Planned<BFloat16>;
template Argument argument_for<float>(const Value<float>&);
template Argument argument_for<double>(const Value<double>&);
template Argument argument_for<Half>(const Value<Half>&);
template Argument argument_for<BFloat16>(const Value<BFloat16>&);

}  // namespace plumbline::runtime::autograd
