// All laws in the order of reports.
#include "crosscheck/laws/list.h"

namespace plumbline::crosscheck {

Laws all_laws() { return all_laws(std::make_shared<const spec::Catalogue>(spec::Catalogue::builtin())); }

Laws all_laws(CataloguePointer catalogue) {
  Laws laws;
  laws.push_back(forward_law());
  laws.push_back(backward_law());
  laws.push_back(end_to_end_law());
  laws.push_back(adjoint_law());
  laws.push_back(methods_law());
  laws.push_back(special_values_law());
  laws.push_back(special_gradients_law());
  laws.push_back(shapes_law(catalogue));
  laws.push_back(determinism_law());
  laws.push_back(memory_law());
  laws.push_back(compiled_equals_eager_law());
  laws.push_back(linked_session_law());
  laws.push_back(replay_round_trip_law(catalogue));
  laws.push_back(text_round_trip_law(catalogue));
  return laws;
}

const Law* law_named(const Laws& laws, std::string_view name) {
  for (const auto& law : laws)
    if (law->name() == name) return law.get();
  return nullptr;
}

}  // namespace plumbline::crosscheck
