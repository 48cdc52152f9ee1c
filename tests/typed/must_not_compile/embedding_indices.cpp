// Indices that the table has no rows for.
// expects: embedding: indices reach beyond the vocabulary
// expects: indices_below<12>::vocabulary_is<9>
#include "runtime/typed/sequential.h"

namespace embedding_indices {
using namespace plumbline::runtime::typed;
const auto model = input<Indices<12, 2, 5>>() >> Embedding<9, 4>{};
}  // namespace embedding_indices
