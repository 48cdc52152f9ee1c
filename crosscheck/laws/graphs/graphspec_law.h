// Law `graphspec`: interpreter, compiled program and lowered Sequential of a model agree, exactly and bit for bit.
#pragma once

#include <functional>
#include <string_view>

#include "crosscheck/laws/init/init_law.h"
#include "crosscheck/sample/random_graphspec.h"
#include "runtime/nn/graphspec_lowering.h"
#include "spec/graph/graphspec/compile.h"

namespace plumbline::crosscheck {

// A mistake planted in the compiler or in the lowering; each part may be empty.
struct GraphSpecBug {
  SpecKind kind = SpecKind::chain;                                     // where it can be seen
  std::function<spec::GraphSpec(const spec::GraphSpec&)> spec = {};    // what is compiled in place of the spec
  std::function<void(spec::SpecProgram&)> program = {};
  std::function<void(runtime::nn::LoweringTable&)> table = {};
};

// What is held for a random spec, in training and not [graphspec B1..B5]:
// B1 what `print` writes is read back to an equal spec;
// B2 parameters: names by position or name, and the seeds of the i-th counted layer from 2i on;
// B3 the interpreter and the compiled graph give the same rational numbers, and as double the same bits;
// B4 the compiled program and the eager session give the same bits;
// B5 a Sequential is lowered exactly where every binding offers a layer and reads the one before it, else the error
//    names the first that does not; its graph has the same params, seeds and initialisers, and gives the same bits, of
//    results and of the running state.
Outcome check_graphspec(SpecKind kind, std::uint64_t seed, std::uint64_t number, Subject& subject,
                        const GraphSpecBug* bug = nullptr);

inline constexpr std::string_view graphspec_law_name = "graphspec", graphspec_law_summary =
    "interpreter, compiled program, eager session and lowered Sequential of a model agree, exactly and bit for bit";
inline constexpr std::uint64_t specs_per_case = 4;  // of a cell: a spec is checked in no time, and there are many kinds
std::string_view name_of(SpecKind kind);  // graphspec_chain, graphspec_dag

// Adds a cell for each kind, and what was found.
void run_graphspec_laws(const StepOptions& options, Subject& subject, Report& report);

}  // namespace plumbline::crosscheck
