// LoRA: y = W x + b + (alpha / rank) B A x: low-rank adapters beside linear layers whose own weights rest.
//
//   const auto tuned = adapters::attach(model, {784}, {.rank = 4, .layers = {"*"}});   // only A and B learn
//   auto runner = train::Runner<float>::create(train::Task::classification(*tuned, {784}, 10));
//   runner->set_params(*adapters::overlay(runner->params(), pretrained));
//   … fit …
//   const auto merged = adapters::merge(*tuned, runner->params());                      // a plain model again
#pragma once

#include <algorithm>
#include <optional>

#include "runtime/core/tensor_list.h"
#include "runtime/nn/sequential.h"
#include "runtime/tlist/tlist.h"

namespace plumbline::runtime::adapters {

using spec::Index;
using spec::Result;
using spec::Shape;
using spec::Tensor;
using spec::Var;

struct LoraConfig {
  Index rank = 8;
  double alpha = 16;                        // the adapter's output is scaled by alpha / rank
  std::vector<std::string> layers = {"*"};  // places of linear layers, as `0`, `2.fc`, `layers.*.linear1`
  double dropout = 0;                       // of the adapter's input
  std::uint64_t seed = 0;                   // of A; each place draws from a stream of its own
  double scale() const { return alpha / static_cast<double>(rank); }
};
Result<void> validate(const LoraConfig& config);

// A layer whose params rest, and in which the linear layers at chosen places, however deep, have adapters: params
// `lora_A` [rank, in], by Kaiming's scheme, and `lora_B` [out, rank], zeros, beside weight and bias.
struct Adapted {
  nn::Layer inner;
  LoraConfig config;
  static constexpr std::string_view name = "adapted";
  std::string describe() const;
  Var operator()(const nn::Scope& scope, const Var& x) const;
};

// The model with adapters; names of params stay. As B begins with zeros, outputs are those of the model, bit for bit
// but for the sign of a zero. Errors: attributes, a pattern that no linear layer matches, what the model refuses.
Result<nn::Sequential> attach(const nn::Sequential& model, const nn::InputType& input, const LoraConfig& config);
// The model without them; it is an error if it has none.
Result<nn::Sequential> detach(const nn::Sequential& model);

// Whether a name is that of an adapter's param.
bool is_adapter(std::string_view name);
// Only the adapters' params: all that a fine-tuned model has to save. And only the others.
template <class T>
TensorList<T> adapter_params(const TensorList<T>& params) {
  TensorList<T> out;
  for (const auto& item : params)
    if (is_adapter(item.name)) out.push_back(item);
  return out;
}
template <class T>
TensorList<T> base_params(const TensorList<T>& params) {
  TensorList<T> out;
  for (const auto& item : params)
    if (!is_adapter(item.name)) out.push_back(item);
  return out;
}

// `onto` with the tensors of `from` in place of its own of the same names. Errors: a name that it lacks, another shape.
template <class T>
Result<TensorList<T>> overlay(TensorList<T> onto, const TensorList<T>& from) {
  for (const auto& [name, value] : from) {
    auto at = onto.begin();
    while (at != onto.end() && at->name != name) ++at;
    if (at == onto.end()) return spec::fail("[lora] found a param ", name, ", expected those of the model");
    if (at->value.shape() != value.shape())
      return spec::fail("[lora] param ", name, ": expected shape ", at->value.shape(), ", found ", value.shape());
    at->value = value;
  }
  return onto;
}

// W + (alpha / rank) B A, the sums left to right in double where T is float; exactly over the rationals.
template <class T>
Tensor<T> merged_weight(const Tensor<T>& w, const Tensor<T>& a, const Tensor<T>& b, double scale) {
  using S = tlist::Sum<T>;
  const Index rank = a.shape()[0], in = a.shape()[1];
  const S s(scale);
  return Tensor<T>::generate(w.shape(), [&](Index i) {
    S sum(0);
    for (Index r = 0; r < rank; ++r) sum = sum + S(b[i / in * rank + r]) * S(a[r * in + i % in]);
    return static_cast<T>(S(w[i]) + s * sum);
  });
}

// A plain model with the adapters in its weights. The weights that they were added to are kept aside, so that unmerging
// gives back the very bits of before; what is learned after the merge stays with the plain model.
template <class T>
struct Merged {
  nn::Sequential model;
  TensorList<T> params;                 // of the plain model
  nn::Sequential attached;
  TensorList<T> unmerged;               // of the attached one
};

// The scale of the adapters of a model; an error if it has none, or if they differ.
Result<double> scale_of(const nn::Sequential& attached);

template <class T>
Result<Merged<T>> merge(const nn::Sequential& attached, const TensorList<T>& params) {
  const auto scale = scale_of(attached);
  auto plain = detach(attached);
  if (!scale) return tl::unexpected(scale.error());
  Merged<T> out{std::move(*plain), base_params(params), attached, params};
  for (const auto& [name, a] : params) {
    if (!name.ends_with("lora_A")) continue;
    const std::string place = name.substr(0, name.size() - std::string_view("lora_A").size());
    const Tensor<T>* b = tlist::find(params, place + "lora_B");
    const Tensor<T>* w = tlist::find(params, place + "weight");
    if (b == nullptr || w == nullptr)
      return spec::fail("[lora] found ", name, " without ", place, b == nullptr ? "lora_B" : "weight");
    if (a.shape().rank() != 2 || w->shape().rank() != 2 || w->shape()[1] != a.shape()[1] ||
        b->shape() != Shape{w->shape()[0], a.shape()[0]})
      return spec::fail("[lora] ", place, ": shapes do not fit: weight ", w->shape(), ", A ", a.shape(), ", B ",
                        b->shape());
    for (auto& item : out.params)
      if (item.name == place + "weight") item.value = merged_weight(*w, a, *b, *scale);
  }
  return out;
}

// What was merged, as it was. It is an error if the params are no longer those of the merge, by name, shape or number:
// what was learned since would be lost.
template <class T>
Result<TensorList<T>> unmerge(const Merged<T>& merged) {
  const auto then = merge(merged.attached, merged.unmerged);
  if (!then) return tl::unexpected(then.error());
  if (auto ok = tlist::check_alike(then->params, merged.params); !ok) return tl::unexpected(ok.error());
  const auto same = [](const T& x, const T& y) { return x == y || (x != x && y != y); };
  for (std::size_t i = 0; i < merged.params.size(); ++i)
    if (!std::ranges::equal(then->params[i].value.elements(), merged.params[i].value.elements(), same))
      return spec::fail("[lora] param ", merged.params[i].name, ": found other numbers, expected those of the merge");
  return merged.unmerged;
}

}  // namespace plumbline::runtime::adapters
