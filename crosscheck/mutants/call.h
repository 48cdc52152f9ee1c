// One call of an op as a planted bug sees it: what went in, what should come out, and the correct kernel for anything
// else.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crosscheck/subjects/subject.h"

namespace plumbline::crosscheck {

struct OpCall {
  const spec::Catalogue& catalogue;
  const spec::Op& op;
  const std::vector<Values>& in;
  const RunOptions& options;
  // The correct kernel of any op on any inputs; nullopt where it refuses.
  std::function<std::optional<Values>(const spec::Op&, const std::vector<Values>&)> correct;

  // Another op by name; nullopt where the attributes do not read.
  std::optional<spec::Op> make(std::string_view name, const spec::Attributes& attributes) const;
  // The op with one attribute changed; the op itself where that does not read.
  spec::Op with(std::string_view attribute, const std::string& value) const;
  std::string attribute(std::string_view name) const;  // empty where there is none
  spec::Index integer(std::string_view name) const;
  double number(std::string_view name) const;
  spec::Axes list(std::string_view name) const;
  bool flag(std::string_view name) const { return attribute(name) == "true"; }
};

// A forward call.
struct KernelCall : OpCall {
  const Values& right;  // the correct output
  // The correct kernel on something else, under the output's shape; `right` where it refuses or has another size.
  Values compute(const spec::Op& other, const std::vector<Values>& inputs) const;
  Values compute(const std::optional<spec::Op>& other, const std::vector<Values>& inputs) const;
  // The correct output for other data of the same shapes: what a buffer may hold from the call before.
  Values of_other_data() const;
};

// A backward pass of one op: the cotangents of its differentiable inputs are to be spoilt.
struct BackwardCall : OpCall {
  const Values& y;                         // the forward output
  const Values& ct;                        // its cotangent
  const std::vector<std::size_t>& leaves;  // which input each cotangent belongs to
  // The correct cotangents for other inputs or another cotangent of the output; the right ones where that is refused.
  std::function<std::vector<Values>(const std::vector<Values>&, const Values&)> again;
};

// The inputs with other real numbers in them; indices and masks keep their values, in reverse order.
std::vector<Values> other_data(const spec::Op& op, const std::vector<Values>& in);

}  // namespace plumbline::crosscheck
