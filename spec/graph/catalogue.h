// The catalogue: every op by name, with how to parse and how to sample it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "spec/graph/op.h"
#include "spec/lang/sample.h"

namespace plumbline::spec {

struct OpSample {
  Op op;
  Shapes shapes;
  std::vector<Domain> domains;  // one for each input
};

// One row: an op definition without particular attributes.
struct OpEntry {
  std::string_view name;
  std::string_view summary;  // one line, the equation
  int least_inputs, most_inputs;
  Attributes defaults;
  std::vector<std::string_view> methods;
  bool has_vjp;
  std::function<Result<Op>(const Attributes&)> parse;  // unset attributes take their defaults
  std::function<OpSample(Choices&)> sample;
  std::vector<Words> words;  // that each text attribute takes
};

// The row of a definition; specialised once for each op, beside make_op.
template <class O>
OpEntry make_entry();

class Catalogue {
 public:
  // The ops of spec/ops/all.h.
  static Catalogue builtin();

  // Adds a row: `catalogue.add(entry_of<MyOp>())` (spec/eval/model.h) for an op outside the list.
  void add(OpEntry entry);
  const OpEntry* find(std::string_view name) const;
  // The row, or `unknown op sofmax; did you mean softmax?`
  Result<const OpEntry*> get(std::string_view name) const;
  // In alphabetical order.
  std::vector<const OpEntry*> entries() const;
  // `softmax axis=-1`
  Result<Op> parse(std::string_view name, const Attributes& attributes) const;

 private:
  std::map<std::string, OpEntry, std::less<>> entries_;
};

}  // namespace plumbline::spec
