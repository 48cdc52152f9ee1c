// Calls as planted bugs see them.
#include "crosscheck/mutants/call.h"

#include <algorithm>

namespace plumbline::crosscheck {

using spec::Axes;
using spec::Index;

namespace {

template <class T>
T parsed(const std::string& text) {
  T value{};
  if (!spec::parse_value(text, value)) return T{};
  return value;
}

}  // namespace

std::optional<spec::Op> OpCall::make(std::string_view name, const spec::Attributes& attributes) const {
  auto made = catalogue.parse(name, attributes);
  if (!made) return std::nullopt;
  return std::move(*made);
}

spec::Op OpCall::with(std::string_view name, const std::string& value) const {
  spec::Attributes attributes = op->attributes();
  for (spec::Attribute& a : attributes)
    if (a.name == name) a.value = value;
  return make(op.name(), attributes).value_or(op);
}

std::string OpCall::attribute(std::string_view name) const {
  for (const spec::Attribute& a : op->attributes())
    if (a.name == name) return a.value;
  return {};
}

Index OpCall::integer(std::string_view name) const { return parsed<Index>(attribute(name)); }
double OpCall::number(std::string_view name) const { return parsed<double>(attribute(name)); }
Axes OpCall::list(std::string_view name) const { return parsed<Axes>(attribute(name)); }

Values KernelCall::compute(const spec::Op& other, const std::vector<Values>& inputs) const {
  const auto y = correct(other, inputs);
  return y && y->size() == right.size() ? y->reshaped(right.shape()) : right;
}

Values KernelCall::compute(const std::optional<spec::Op>& other, const std::vector<Values>& inputs) const {
  return other ? compute(*other, inputs) : right;
}

Values KernelCall::of_other_data() const { return compute(op, other_data(op, in)); }

std::vector<Values> other_data(const spec::Op& op, const std::vector<Values>& in) {
  spec::Shapes shapes;
  for (const Values& x : in) shapes.push_back(x.shape());
  std::vector<Values> out;
  for (std::size_t k = 0; k < in.size(); ++k) {
    const Values& x = in[k];
    const auto elements = x.elements();
    const bool whole = op->index_extent(k, shapes) >= 0 ||
                       std::all_of(elements.begin(), elements.end(), [](double v) { return v == 0 || v == 1; });
    out.push_back(Values::generate(x.shape(), [&](Index i) {
      const double v = x[x.size() - 1 - i];
      return whole ? v : static_cast<double>(static_cast<float>(v / 2 + 1));
    }));
  }
  return out;
}

}  // namespace plumbline::crosscheck
