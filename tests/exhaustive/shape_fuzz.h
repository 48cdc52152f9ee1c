// Fuzzing the shape rules alone: every op's own struct, without graphs, readings or kernels.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "crosscheck/sample/choices.h"
#include "crosscheck/sample/misfit.h"
#include "spec/lang/attributes.h"
#include "spec/lang/result.h"
#include "spec/lang/sample.h"
#include "spec/lang/shape.h"

namespace plumbline::test {

// What one call came to.
enum class Met { accepted, refused, unreadable };

struct FuzzedOp {
  std::string_view name;
  std::function<Met(crosscheck::RandomChoices&)> once;  // throws std::logic_error where a rule is broken
};
using FuzzedOps = std::vector<FuzzedOp>;
// Every op of the list: made by the build.
FuzzedOps fuzzed_ops();

// Bytes that were asked for since the last call.
std::size_t allocated_bytes();
// No shape rule may ask for more in one call, whatever it is told: enough for lists of axes, and no tensor.
inline constexpr std::size_t allocation_cap = std::size_t{1} << 16;

[[noreturn]] void broken(std::string_view op, const crosscheck::LooseCall& call, const std::string& what);

// The number of inputs and the validity of their shapes, and then the op's own rule.
template <class O>
spec::Result<spec::Shape> shape_of(const O& op, const spec::Shapes& in) {
  int most = O::arity;
  if constexpr (requires { O::most_inputs; }) most = O::most_inputs;
  const auto n = static_cast<int>(in.size());
  if (n < O::arity || n > most) return spec::fail("[", O::name, "] got ", n, " inputs [", O::name, " C0]");
  for (const spec::Shape& s : in)
    if (!s.valid()) return spec::fail("[", O::name, "] shape ", s, " is not valid [", O::name, " C0]");
  return op.shape(in);
}

template <class O>
Met fuzz_shape(crosscheck::RandomChoices& random) {
  const spec::Sample<O> sample = O::sample(random);
  crosscheck::LooseCall call{spec::attributes_of(sample.op), sample.shapes};
  crosscheck::spoil(random, call, spec::words_of<O>());
  O op;
  for (const spec::Attribute& a : call.attributes)
    if (!spec::set_attribute(op, a.name, a.value)) return Met::unreadable;
  allocated_bytes();
  const auto shape = shape_of(op, call.shapes);
  if (shape) {
    if constexpr (requires { op.index_extent(std::size_t{}, call.shapes); })
      for (std::size_t i = 0; i < call.shapes.size(); ++i)
        if (op.index_extent(i, call.shapes) < -1) broken(O::name, call, "the extent of an index is negative");
    if constexpr (requires { op.ignored_index(); }) static_cast<void>(op.ignored_index());
  }
  if (const std::size_t bytes = allocated_bytes(); bytes > allocation_cap)
    broken(O::name, call, spec::concat("asked for ", bytes, " bytes"));
  if (shape && !shape->valid()) broken(O::name, call, spec::concat("accepted the shape ", *shape));
  if (shape) return Met::accepted;
  const std::string_view message = shape.error().what();
  if (!message.starts_with(spec::concat('[', O::name, "] ")) ||
      message.find(spec::concat(" [", O::name, " C")) == std::string_view::npos)
    broken(O::name, call, spec::concat("refused without a label: ", message));
  return Met::refused;
}

}  // namespace plumbline::test
