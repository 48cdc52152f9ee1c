// PrimitiveTable: primitives by name, those of the user among them: what readers of GraphSpecs look up.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "spec/graph/graphspec/primitive.h"

namespace plumbline::spec {

struct PrimitiveEntry {
  std::string name, summary;
  Attributes defaults;
  bool counts_as_layer = false, has_parameters = false;
  std::function<Result<Primitive>(const Attributes&)> parse;  // unset attributes take their defaults
};

// The row of a definition: `table.add(primitive_entry<MyPrimitive>())`.
template <PrimitiveDefinition P>
PrimitiveEntry primitive_entry() {
  const PrimitiveModel<P> model{P{}};
  return {std::string(P::name), std::string(model.summary()), model.defaults(), model.counts_as_layer(), true,
          [](const Attributes& attributes) -> Result<Primitive> {
            P definition;
            for (const Attribute& a : attributes)
              if (auto ok = set_attribute(definition, a.name, a.value); !ok) return tl::unexpected(ok.error());
            return Primitive(definition);
          }};
}

class PrimitiveTable {
 public:
  // Those of builtin.h, and every op of the catalogue whose name is not taken as a primitive without parameters.
  static PrimitiveTable builtin();
  static PrimitiveTable builtin(const Catalogue& catalogue);

  // Replaces a row of the same name.
  void add(PrimitiveEntry entry);
  const PrimitiveEntry* find(std::string_view name) const;
  std::vector<const PrimitiveEntry*> entries() const;  // in alphabetical order
  // `unknown primitive lineer; did you mean linear?`
  Result<Primitive> parse(std::string_view name, const Attributes& attributes) const;

 private:
  std::map<std::string, PrimitiveEntry, std::less<>> entries_;
};

}  // namespace plumbline::spec
