// The laws one by one; each is made in the file of its name.
#pragma once

#include "crosscheck/laws/law.h"

namespace plumbline::crosscheck {

using CataloguePointer = std::shared_ptr<const spec::Catalogue>;

std::unique_ptr<Law> forward_law();
std::unique_ptr<Law> backward_law();
std::unique_ptr<Law> end_to_end_law();
std::unique_ptr<Law> adjoint_law();
std::unique_ptr<Law> methods_law();
std::unique_ptr<Law> special_values_law();  // forward.cpp
std::unique_ptr<Law> special_gradients_law();  // backward.cpp
std::unique_ptr<Law> shapes_law(CataloguePointer catalogue);
std::unique_ptr<Law> determinism_law();
std::unique_ptr<Law> memory_law();
std::unique_ptr<Law> compiled_equals_eager_law();
std::unique_ptr<Law> linked_session_law();
std::unique_ptr<Law> replay_round_trip_law(CataloguePointer catalogue);
std::unique_ptr<Law> text_round_trip_law(CataloguePointer catalogue);

}  // namespace plumbline::crosscheck
