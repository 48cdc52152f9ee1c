// Looking primitives up by name.
#include "spec/graph/graphspec/table.h"

#include "spec/graph/graphspec/builtin.h"

namespace plumbline::spec {

PrimitiveTable PrimitiveTable::builtin() { return builtin(Catalogue::builtin()); }

PrimitiveTable PrimitiveTable::builtin(const Catalogue& catalogue) {
  PrimitiveTable table;
  for (const OpEntry* entry : catalogue.entries())
    table.add({std::string(entry->name), std::string(entry->summary), entry->defaults, false, false,
               [parse = entry->parse, defaults = entry->defaults](const Attributes& attributes) -> Result<Primitive> {
                 auto op = parse(attributes);
                 if (!op) return tl::unexpected(op.error());
                 return Primitive::of(std::move(*op), defaults);
               }});
  graphspec::add_primitives(table);
  return table;
}

void PrimitiveTable::add(PrimitiveEntry entry) {
  std::string name = entry.name;
  entries_.insert_or_assign(std::move(name), std::move(entry));
}

const PrimitiveEntry* PrimitiveTable::find(std::string_view name) const {
  const auto at = entries_.find(name);
  return at == entries_.end() ? nullptr : &at->second;
}

std::vector<const PrimitiveEntry*> PrimitiveTable::entries() const {
  std::vector<const PrimitiveEntry*> out;
  for (const auto& [name, entry] : entries_) out.push_back(&entry);
  return out;
}

Result<Primitive> PrimitiveTable::parse(std::string_view name, const Attributes& attributes) const {
  if (const PrimitiveEntry* entry = find(name)) return entry->parse(attributes);
  std::vector<std::string> known;
  for (const auto& [key, entry] : entries_) known.push_back(key);
  return fail("unknown primitive ", name, did_you_mean(name, known));
}

}  // namespace plumbline::spec
