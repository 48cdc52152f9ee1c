// Bugs in compiling and lowering models: sharing, branches, order, occurrences, configurations.
#include <algorithm>

#include "crosscheck/laws/graphs/graphspec_law.h"
#include "crosscheck/mutants/mutant.h"

namespace plumbline::crosscheck {

using spec::Binding;
using spec::GraphSpec;
using spec::LayerView;
using spec::TermId;

namespace {

// The same spec with one binding changed, the first that `change` changes and that still fits.
using Change = std::function<bool(const GraphSpec& before, Binding& binding)>;

GraphSpec changed(const GraphSpec& spec, const Change& change) {
  GraphSpec out;
  for (const spec::SpecInput& x : spec.inputs())
    if (!out.try_input(x)) return spec;
  bool done = false;
  for (const Binding& original : spec.bindings()) {
    Binding other = original;
    if (!done && change(out, other)) {
      GraphSpec trial = out;
      const auto id = trial.try_let(other);
      if (id && trial.shape(*id) == original.shape) {
        out = std::move(trial);
        done = true;
        continue;
      }
    }
    if (!out.try_let(original)) return spec;
  }
  for (const TermId id : spec.outputs())
    if (!out.try_output(id)) return spec;
  return out;
}

Mutant planted(SpecKind kind, std::string_view name, std::string_view bug, GraphSpecBug how) {
  Mutant m;
  m.op = name_of(kind), m.name = spec::concat(m.op, '/', name), m.bug = bug, m.stage = Stage::layer;
  how.kind = kind;
  m.graphspec = std::make_shared<const GraphSpecBug>(std::move(how));
  return m;
}
Mutant in_spec(SpecKind kind, std::string_view name, std::string_view bug, Change change) {
  return planted(kind, name, bug, {.spec = [change](const GraphSpec& spec) { return changed(spec, change); }});
}
Mutant in_seeds(SpecKind kind, std::string_view name, std::string_view bug,
                std::function<void(std::vector<spec::PlacedParameter>&, const spec::SpecProgram&)> change) {
  return planted(kind, name, bug, {.program = [change](spec::SpecProgram& p) { change(p.parameters, p); }});
}
// The view that a layer is made of, changed, for one kind or, where that is empty, for every layer with parameters.
Mutant in_view(std::string_view name, std::string_view bug, const std::string& kind,
               std::function<void(LayerView&)> change) {
  return planted(SpecKind::chain, name, bug, {.table = [=](runtime::nn::LoweringTable& table) {
                   for (const char* each :
                        {"linear", "conv1d", "conv2d", "embedding", "learned_positions", "layer_norm", "batch_norm",
                         "multihead_attention", "recurrent", "gelu", "softmax"}) {
                     if (!kind.empty() && kind != each) continue;
                     const auto make = *table.find(each);
                     table.add(each, [make, change](const LayerView& view) {
                       LayerView other = view;
                       change(other);
                       return make(other);
                     });
                   }
                 }});
}

bool set(spec::Attributes& config, std::string_view name, const std::string& value) {
  for (spec::Attribute& a : config)
    if (a.name == name) return a.value = value, true;
  return false;
}

// Another earlier name of the same type; false if there is none.
bool reads_another(const GraphSpec& before, Binding& b, std::size_t i) {
  for (TermId id = before.size() - 1; id >= 0; --id)
    if (id != b.inputs[i] && before.extent(id) < 0 && before.extent(b.inputs[i]) < 0 &&
        before.shape(id) == before.shape(b.inputs[i]))
      return b.inputs[i] = id, true;
  return false;
}

GraphSpec with_first_as_last_output(const GraphSpec& spec) {
  GraphSpec out;
  for (const spec::SpecInput& x : spec.inputs())
    if (!out.try_input(x)) return spec;
  for (const Binding& b : spec.bindings())
    if (!out.try_let(b)) return spec;
  std::vector<TermId> outputs = spec.outputs();
  outputs.back() = static_cast<TermId>(spec.inputs().size());
  for (const TermId id : outputs)
    if (!out.try_output(id)) return spec;
  return out;
}

void add_dag(std::vector<Mutant>& list) {
  const SpecKind dag = SpecKind::dag;
  list.push_back(in_spec(dag, "branches_swapped", "the two operands of a join exchanged",
                         [](const GraphSpec&, Binding& b) {
                           const auto name = b.primitive->name();
                           if (b.inputs.size() != 2 || b.inputs[0] == b.inputs[1]) return false;
                           if (name != "sub" && name != "concat") return false;
                           std::swap(b.inputs[0], b.inputs[1]);
                           return true;
                         }));
  list.push_back(in_spec(dag, "wrong_branch", "a join reads another name of the same shape",
                         [](const GraphSpec& before, Binding& b) {
                           return b.inputs.size() == 2 && reads_another(before, b, 1);
                         }));
  list.push_back(in_spec(dag, "shortcut_lost", "a join reads one of its operands twice",
                         [](const GraphSpec&, Binding& b) {
                           if (b.inputs.size() != 2 || b.inputs[0] == b.inputs[1]) return false;
                           b.inputs[1] = b.inputs[0];
                           return true;
                         }));
  list.push_back(in_spec(dag, "skipped", "a binding reads what was before the binding that it should read",
                         [](const GraphSpec& before, Binding& b) {
                           return b.inputs.size() == 1 && reads_another(before, b, 0);
                         }));
}

void add_sharing(std::vector<Mutant>& list) {
  const SpecKind dag = SpecKind::dag;
  list.push_back(in_spec(dag, "sharing_lost", "shared parameters become parameters of their own",
                         [](const GraphSpec&, Binding& b) {
                           const bool shared = b.shares.has_value();
                           b.shares.reset();
                           return shared;
                         }));
  list.push_back(in_spec(dag, "shared_with_another", "the parameters of another binding of the same shapes are shared",
                         [](const GraphSpec& before, Binding& b) {
                           if (b.primitive->counts_as_layer() && !b.shares)
                             for (auto id = static_cast<TermId>(before.inputs().size()); id < before.size(); ++id)
                               if (!before.binding(id).shares && before.binding(id).primitive == b.primitive)
                                 return b.shares = id, true;
                           return false;
                         }));
  list.push_back(planted(dag, "output_first", "the first binding in place of the last output",
                         {.spec = [](const GraphSpec& s) { return with_first_as_last_output(s); }}));
}

void add_occurrences(std::vector<Mutant>& list) {
  const SpecKind chain = SpecKind::chain;
  list.push_back(in_spec(chain, "link_reads_input", "a link reads what came before the link before it",
                         [](const GraphSpec& before, Binding& b) { return reads_another(before, b, 0); }));
  list.push_back(in_seeds(chain, "occurrence_from_one", "layers are counted from one",
                          [](auto& parameters, const auto&) {
                            for (auto& p : parameters) p.seed += 2;
                          }));
  list.push_back(in_seeds(chain, "occurrence_by_position", "every binding is counted, relu too",
                          [](auto& parameters, const auto&) {
                            for (auto& p : parameters)
                              p.seed = 2 * static_cast<std::uint64_t>(p.binding - 1) + p.seed % 2;
                          }));
  list.push_back(in_seeds(chain, "bias_has_weights_seed", "the bias draws from its weight's seed",
                          [](auto& parameters, const auto&) {
                            for (auto& p : parameters) p.seed -= p.seed % 2;
                          }));
  list.push_back(in_view("lowered_occurrence_off_by_one", "the lowering counts one layer more", "", [](LayerView& v) {
    for (auto& p : v.parameters) p.seed += 2;
  }));
  list.push_back(in_view("lowered_seeds_swapped", "weight and bias have each other's seeds", "", [](LayerView& v) {
    for (auto& p : v.parameters) p.seed ^= 1;
  }));
}

void add_lowered(std::vector<Mutant>& list) {
  list.push_back(in_view("lowered_without_bias", "the lowering drops the bias", "linear", [](LayerView& v) {
    set(v.config, "bias", "false");
  }));
  list.push_back(in_view("lowered_init_ignored", "the lowering initialises by default", "linear", [](LayerView& v) {
    v.parameters.front().parameter.init = spec::KaimingUniformInit{};
  }));
  list.push_back(in_view("lowered_stride_ignored", "the lowering ignores the stride", "conv2d", [](LayerView& v) {
    set(v.config, "stride", "1");
  }));
  list.push_back(in_view("lowered_padding_ignored", "the lowering ignores the padding", "conv2d", [](LayerView& v) {
    set(v.config, "padding", "0");
  }));
  list.push_back(in_view("lowered_not_causal", "the lowering ignores is_causal", "multihead_attention",
                         [](LayerView& v) { set(v.config, "is_causal", "false"); }));
  list.push_back(in_view("lowered_gelu_exact", "the lowering ignores approximate", "gelu", [](LayerView& v) {
    set(v.config, "approximate", "none");
  }));
  list.push_back(in_view("lowered_without_affine", "the lowering drops weight and bias of a norm", "layer_norm",
                         [](LayerView& v) { set(v.config, "affine", "false"); }));
}

}  // namespace

void add_graphspec_bugs(std::vector<Mutant>& list) {
  add_dag(list);
  add_sharing(list);
  add_occurrences(list);
  add_lowered(list);
}

}  // namespace plumbline::crosscheck
