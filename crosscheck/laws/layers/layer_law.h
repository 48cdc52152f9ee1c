// Law `layer`: what the runtime records for a layer is the textbook's formula, exactly, and its floats keep the bound.
#pragma once

#include <any>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crosscheck/laws/init/init_law.h"
#include "crosscheck/subjects/subject.h"
#include "runtime/nn/scope.h"
#include "spec/lang/choices.h"
#include "spec/layers/weights.h"

namespace plumbline::crosscheck {

using Vars = std::vector<spec::Var>;

// One layer of the registry. A configuration is drawn; `record` adds the leaves of the inputs and the runtime's layer;
// `textbook` computes the same results from leaves by name: inputs, params and running state.
struct Layer {
  std::string_view name, summary;
  std::function<std::any(spec::Choices&)> draw;
  std::function<Vars(const std::any&, const runtime::nn::Scope&)> record;
  std::function<Vars(const std::any&, const spec::Weights<spec::Var>&)> textbook;
};

// A configuration of L with the shapes of its inputs; the others are for the layers that have them.
template <class L>
struct Drawn {
  L layer;
  spec::Shape x, memory = {}, mask = {};
  bool training = true, masked = false, given = false;  // given: initial states
};

template <class C>
Layer layer_of(std::string_view name, std::string_view summary, C (*draw)(spec::Choices&),
               Vars (*record)(const C&, const runtime::nn::Scope&),
               Vars (*textbook)(const C&, const spec::Weights<spec::Var>&)) {
  return {name, summary, [draw](spec::Choices& choices) { return std::any(draw(choices)); },
          [record](const std::any& c, const runtime::nn::Scope& scope) {
            return record(std::any_cast<const C&>(c), scope);
          },
          [textbook](const std::any& c, const spec::Weights<spec::Var>& w) {
            return textbook(std::any_cast<const C&>(c), w);
          }};
}

// Every layer, by family.
std::vector<Layer> all_layers();
void add_image_layers(std::vector<Layer>& list);     // convolution, pools, their norms and blocks
void add_dense_layers(std::vector<Layer>& list);     // linear, mlp, norms of rows, dropout, branches, heads
void add_token_layers(std::vector<Layer>& list);     // embedding, positions
void add_sequence_layers(std::vector<Layer>& list);  // recurrent layers, state spaces
void add_attention_layers(std::vector<Layer>& list);

// A mistake planted in what the runtime records; each part may be empty.
struct LayerBug {
  std::string layer = {};
  std::function<void(std::any&)> config = {};               // another configuration is recorded than was drawn
  std::function<spec::Graph(const spec::Graph&)> graph = {};  // leaves stay as they are
  std::function<void(runtime::Initialisation&)> plan = {};
};

// A drawn case: both graphs over the same leaves, each with one output: all results one after another.
struct LayerCase {
  runtime::Initialisation plan;
  spec::Graph recorded, textbook;
  std::vector<Values> data;  // of the leaves
  Values cotangent;
  std::uint64_t seed = 0, number = 0;
};
// An error where the textbook finds a leaf missing or of another shape.
spec::Result<LayerCase> draw_layer_case(const Layer& layer, std::uint64_t seed, std::uint64_t number,
                                        std::uint64_t attempt, const LayerBug* bug = nullptr);

// All results one after another, flat.
spec::Var one_after_another(const Vars& list);

// Both with their gradients as the two outputs of one graph over the same leaves: a case that a replay file can hold.
// An error where their shapes differ, or only one of them has a gradient.
spec::Result<Case> layer_pair(const LayerCase& c);

enum class LayerPart : std::uint8_t { all, floats };  // floats: without the comparison of exact values
Outcome check_pair(const Case& pair, Subject& subject, const JudgeOptions& options, LayerPart part);
// The same as a law on such cases, for replay files.
std::unique_ptr<Law> layer_law();

// The law on case `number`, drawn again while it proves nothing; `pair` where one could be made.
struct CheckedLayer {
  Outcome outcome;
  std::optional<Case> pair;
};
CheckedLayer examine_layer(const Layer& layer, std::uint64_t seed, std::uint64_t number, Subject& subject,
                           const JudgeOptions& options, LayerPart part, const LayerBug* bug = nullptr);
Outcome check_layer(const Layer& layer, std::uint64_t seed, std::uint64_t number, Subject& subject,
                    const JudgeOptions& options, const LayerBug* bug = nullptr);

inline constexpr std::string_view layer_law_name = "layer", layer_law_summary =
    "what a layer records is the textbook's formula, values and gradients exactly, and its floats keep the bound";

// Adds a cell for each layer and subject, and what was found; `jobs` cases at a time. Exact values are compared once,
// with the first subject's. `out`: a folder for the findings' replay files; empty: none are written.
void run_layer_laws(const StepOptions& options, const std::vector<std::shared_ptr<Subject>>& subjects, int jobs,
                    const std::string& out, Report& report);

}  // namespace plumbline::crosscheck
