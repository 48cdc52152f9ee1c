// to_sequential: a GraphSpec as a Sequential, where each of its primitives offers a layer.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "runtime/nn/sequential.h"
#include "spec/graph/graphspec/graphspec.h"

namespace plumbline::runtime::nn {

// Which layer a primitive's view becomes, by its kind; those of the user among them.
class LoweringTable {
 public:
  using Make = std::function<Result<Layer>(const spec::LayerView&)>;
  // The primitives that come with GraphSpec, and every op of one input as itself.
  static LoweringTable builtin();
  // Replaces what was there for the kind.
  void add(std::string kind, Make make);
  // nullptr where no layer is known for it.
  const Make* find(std::string_view kind) const;

 private:
  std::map<std::string, Make, std::less<>> makers_;
};

// Partial. The parameters of the i-th counted layer take the seeds 2i, 2i + 1, …; the Sequential's parameters are those
// of spec.parameters(), in order, and are named by position. Errors name the first binding that is in the way:
// `[to_sequential] %7 = add(%2, %6): add offers no layer`; so do a binding that reads anything but the result before
// it, one that shares parameters, and several inputs or outputs.
Result<Sequential> to_sequential(const spec::GraphSpec& spec, const LoweringTable& table);
Result<Sequential> to_sequential(const spec::GraphSpec& spec);

}  // namespace plumbline::runtime::nn
