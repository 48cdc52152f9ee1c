// Gradients of y = x g(x) by the product rule: another formula, whose two terms may cancel [formula B1].
#pragma once

#include <optional>

#include "crosscheck/judge/judge.h"

namespace plumbline::crosscheck {

// ct g(x) = ct y/x of each element, where the graph is one op that maps one real input element by element: the first
// term of ct (g + x g′), whatever composition of ops an automatic differentiation has met. nullopt for other graphs;
// 0 where x is 0.
std::optional<Values> first_term_of_product_rule(const spec::Graph& graph, const std::vector<Values>& data,
                                                 const Values& ct);

}  // namespace plumbline::crosscheck
