// GraphSpecs in files: JSON beside the text form; what is written is read back to an equal spec.
#pragma once

#include <string>
#include <string_view>

#include "spec/graph/graphspec/graphspec.h"

namespace plumbline::runtime::io {

// {"schema": "plumbline.graphspec/1",
//  "inputs": [{"name": "x", "shape": [32, 64]}, {"name": "i", "shape": [32], "extent": 10}],
//  "bindings": [{"name": "h", "primitive": "linear", "inputs": ["x"], "attributes": {"out_features": 10}}, …],
//  "outputs": ["h"]}
// Names are left out where there are none: a binding is then `%3`, its number among inputs and bindings. Attributes are
// left out where they have their default; "shares" names a binding whose parameters are used.
std::string to_json(const spec::GraphSpec& spec);

// Errors name the file, the place within it, what was found and what was expected. Unknown keys are refused.
spec::Result<spec::GraphSpec> graphspec_from_json(std::string_view json, const spec::PrimitiveTable& table,
                                                  std::string_view file = "graphspec");

// A file in either form: JSON if it begins with a brace.
spec::Result<spec::GraphSpec> read_graphspec(const std::string& path, const spec::PrimitiveTable& table);
// JSON where the path ends in .json, else text; the file appears whole or not at all.
spec::Result<void> write_graphspec(const std::string& path, const spec::GraphSpec& spec);

}  // namespace plumbline::runtime::io
