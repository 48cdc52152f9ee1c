// Initial values drawn by many threads.
#pragma once

#include "runtime/core/workers.h"
#include "runtime/init/initialise.h"

namespace plumbline::runtime {

// `initialise` (initialise.h) in pieces: an element depends on its key and index only, so that the bits are the same
// for any number of threads. Orthogonal matrices are made by one.
Result<void> initialise(const Initialisation& plan, std::span<const std::span<float>> out, Workers& workers);

}  // namespace plumbline::runtime
