// Looking ops up by name.
#include "spec/graph/catalogue.h"

namespace plumbline::spec {

void Catalogue::add(OpEntry entry) {
  std::string name(entry.name);
  entries_.insert_or_assign(std::move(name), std::move(entry));
}

const OpEntry* Catalogue::find(std::string_view name) const {
  const auto at = entries_.find(name);
  return at == entries_.end() ? nullptr : &at->second;
}

Result<const OpEntry*> Catalogue::get(std::string_view name) const {
  if (const OpEntry* entry = find(name)) return entry;
  std::vector<std::string> known;
  for (const auto& [key, entry] : entries_) known.push_back(key);
  return fail("unknown op ", name, did_you_mean(name, known));
}

std::vector<const OpEntry*> Catalogue::entries() const {
  std::vector<const OpEntry*> out;
  for (const auto& [key, entry] : entries_) out.push_back(&entry);
  return out;
}

Result<Op> Catalogue::parse(std::string_view name, const Attributes& attributes) const {
  const auto entry = get(name);
  if (!entry) return tl::unexpected(entry.error());
  return (*entry)->parse(attributes);
}

}  // namespace plumbline::spec
