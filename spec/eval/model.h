// OpModel<O>: an op definition behind the erased interface of spec/graph/op.h, readable under every number type.
#pragma once

#include <span>

#include "spec/graph/catalogue.h"
#include "spec/graph/graph.h"
#include "spec/lang/number.h"
#include "spec/num/compiled.h"
#include "spec/ops/apply.h"

namespace plumbline::spec {

template <class O>
constexpr bool has_methods = requires { O::methods; };
template <class O>
constexpr bool has_vjp = requires(const O& op, const std::vector<Var>& in, const Var& y) { op.vjp(in, y, y); };

template <class O>
constexpr int most_inputs = [] {
  if constexpr (requires { O::most_inputs; }) return O::most_inputs;
  else return O::arity;
}();

// What does not depend on the definition (spec/eval/model.cpp): the number of inputs and their shapes, the method that
// a name means, empty for the textbook, and an op's fields from text.
Result<void> check_inputs(std::string_view op, int least, int most, const Shapes& in);
std::string_view chosen_method(std::span<const std::string_view> methods, std::string_view name);
Result<void> set_fields(std::string_view op, const Fields& fields, const Attributes& attributes);

// The reading of O under one number type: overrides Reading<N>::read of Base.
template <class O, class Base, class List>
struct ModelReadings;
template <class O, class Base>
struct ModelReadings<O, Base, NumberList<>> : Base {
  explicit ModelReadings(O o) : definition(std::move(o)) {}
  O definition;
};
template <class O, class Base, class N, class... Rest>
struct ModelReadings<O, Base, NumberList<N, Rest...>> : ModelReadings<O, Base, NumberList<Rest...>> {
  using ModelReadings<O, Base, NumberList<Rest...>>::ModelReadings;
  using Base::read;
  Tensor<N> read(const Tensors<N>& in, std::string_view method) const final {
    if constexpr (has_methods<O>)
      if (const auto way = chosen_method(O::methods, method); !way.empty()) return this->definition.method(way, in);
    return this->definition.template eval<N>(in);
  }
};

template <class O>
struct OpModel final : ModelReadings<O, OpInterface, Numbers> {
  using ModelReadings<O, OpInterface, Numbers>::ModelReadings;

  std::string_view name() const final { return O::name; }
  Attributes attributes() const final { return attributes_of(this->definition); }
  bool equals(const OpInterface& other) const final {
    const auto* same = dynamic_cast<const OpModel*>(&other);
    return same != nullptr && same->definition == this->definition;
  }
  Result<Shape> shape(const Shapes& in) const final {
    if (auto checked = check_inputs(O::name, O::arity, most_inputs<O>, in); !checked)
      return tl::unexpected(std::move(checked).error());
    return this->definition.shape(in);
  }
  Index index_extent(std::size_t input, const Shapes& in) const final {
    if constexpr (requires { this->definition.index_extent(input, in); })
      return this->definition.index_extent(input, in);
    else return -1;
  }
  std::optional<Index> ignored_index() const final {
    if constexpr (requires { this->definition.ignored_index(); }) return this->definition.ignored_index();
    else return std::nullopt;
  }
  bool differentiable(std::size_t input) const final {
    if constexpr (!has_vjp<O>) return false;
    else if constexpr (requires { this->definition.differentiable(input); })
      return this->definition.differentiable(input);
    else return true;
  }
  std::vector<Var> vjp(const std::vector<Var>& in, const Var& y, const Var& ct) const final {
    if constexpr (has_vjp<O>) return this->definition.vjp(in, y, ct);
    else return {};
  }
  std::vector<std::string_view> methods() const final {
    if constexpr (has_methods<O>) return {O::methods.begin(), O::methods.end()};
    else return {};
  }
  std::vector<std::string_view> methods_by_claim() const final {
    if constexpr (requires { O::methods_by_claim; }) return {O::methods_by_claim.begin(), O::methods_by_claim.end()};
    else return {};
  }
  std::vector<Words> words() const final { return words_of<O>(); }
  bool ieee_zero_sign() const final {
    if constexpr (requires { O::ieee_zero_sign; }) return O::ieee_zero_sign;
    else return false;
  }
  std::vector<Tri> among_ties(const Tensors<double>& in, const Tensor<double>& got) const final {
    if constexpr (requires { this->definition.among_ties(in, got); }) return this->definition.among_ties(in, got);
    else return {};
  }
};

// The definition behind the erased interface: what each op's make_op calls.
template <class O>
Op erase(const O& definition) {
  return Op(std::make_shared<const OpModel<O>>(definition));
}

// The catalogue's row of a definition: what each op's make_entry calls, and how a new op is added by hand:
// `catalogue.add(entry_of<MyOp>())`.
template <class O>
OpEntry entry_of() {
  OpEntry entry{O::name, O::summary, O::arity, most_inputs<O>, attributes_of(O{}), {}, has_vjp<O>, {}, {}, {}};
  entry.words = words_of<O>();
  if constexpr (has_methods<O>) entry.methods = {O::methods.begin(), O::methods.end()};
  entry.parse = [](const Attributes& attributes) -> Result<Op> {
    O op;
    if (auto set = set_fields(O::name, fields_of(op), attributes); !set) return tl::unexpected(std::move(set).error());
    return erase(op);
  };
  entry.sample = [](Choices& choices) {
    Sample<O> sample = O::sample(choices);
    sample.domains.resize(sample.shapes.size());
    return OpSample{erase(sample.op), std::move(sample.shapes), std::move(sample.domains)};
  };
  return entry;
}

}  // namespace plumbline::spec
