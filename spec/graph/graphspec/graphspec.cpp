// Building GraphSpecs: names, shapes, occurrences.
#include "spec/graph/graphspec/graphspec.h"

#include <algorithm>
#include <cctype>

namespace plumbline::spec {

namespace {

bool is_word(std::string_view text) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front()))) return false;
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.'; });
}

bool same_places(const ParameterSpecs& a, const ParameterSpecs& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const ParameterSpec& x, const ParameterSpec& y) {
    return x.name == y.name && x.shape == y.shape;
  });
}

// A leaf of the type of each name, in a graph of their own.
std::vector<Var> leaves_like(Graph& graph, const std::vector<Shape>& shapes, const std::vector<Index>& extents) {
  std::vector<Var> out;
  for (std::size_t i = 0; i < shapes.size(); ++i)
    out.push_back(extents[i] >= 0 ? graph.index_input(concat('x', i), shapes[i], extents[i])
                                  : graph.input(concat('x', i), shapes[i]));
  return out;
}

}  // namespace

GraphSpec GraphSpec::of(std::string input, Shape shape, const Chain& chain) {
  GraphSpec spec;
  const Term x = spec.input(std::move(input), std::move(shape));
  spec.output(x >> chain);
  return spec;
}

Result<void> GraphSpec::check_name(const std::string& name) const {
  if (!is_word(name))
    return fail("[graphspec] found the name ", name.substr(0, 60), ", expected letters, digits, _ and .");
  if (name == "output") return fail("[graphspec] found the name output, which the text form keeps for itself");
  if (names_.contains(name)) return fail("[graphspec] the name ", name, " is taken");
  return {};
}

Result<TermId> GraphSpec::try_input(SpecInput input) {
  if (auto ok = check_name(input.name); !ok) return tl::unexpected(ok.error());
  if (!bindings_.empty()) return fail("[graphspec] input ", input.name, " comes after a binding: inputs come first");
  if (!input.shape.valid()) return fail("[graphspec] input ", input.name, ": shape ", input.shape, " is not valid");
  names_.emplace(input.name, size());
  inputs_.push_back(std::move(input));
  return size() - 1;
}

Term GraphSpec::input(std::string name, Shape shape) {
  return {this, value_or_throw(try_input({std::move(name), std::move(shape), -1}))};
}

Term GraphSpec::index_input(std::string name, Shape shape, Index extent) {
  if (extent < 0) throw Error(concat("[graphspec] input ", name, ": extent is negative: ", extent));
  return {this, value_or_throw(try_input({std::move(name), std::move(shape), extent}))};
}

// The shape is that of the meaning, recorded on leaves of the inputs' types.
Result<void> GraphSpec::infer(Binding& binding) const {
  Shapes shapes;
  std::vector<Index> extents;
  for (const TermId id : binding.inputs) {
    if (id < 0 || id >= size()) return fail("[", binding.primitive->name(), "] input ", id, " is no earlier name");
    shapes.push_back(shape(id)), extents.push_back(extent(id));
  }
  const int least = binding.primitive->least_inputs(), most = binding.primitive->most_inputs();
  if (static_cast<int>(shapes.size()) < least || static_cast<int>(shapes.size()) > most)
    return fail("[", binding.primitive->name(), "] expects ", least, least == most ? "" : " or more",
                most == 1 ? " input" : " inputs", ", got ", shapes.size());
  try {
    binding.parameters = binding.primitive->parameters(shapes);
    Graph scratch;
    const std::vector<Var> in = leaves_like(scratch, shapes, extents);
    Site site;
    for (const ParameterSpec& p : binding.parameters) {
      const Result<void> ok = p.shape.valid() ? validate(p.init, p.shape) : Result<void>(fail("not a valid shape"));
      if (!ok)
        return fail("[", binding.primitive->name(), "] parameter ", p.name, " of shape ", p.shape, ": ",
                    ok.error().what());
      site.parameters.push_back(scratch.param(p.name, p.shape));
    }
    const bool draws = std::ranges::any_of(binding.parameters, [](const ParameterSpec& p) {
      return draws_of(p.init, p.shape) > 0;
    });
    if (draws && !binding.primitive->counts_as_layer())
      return fail("[", binding.primitive->name(), "] draws initial values, so it has to count as a layer");
    binding.shape = binding.primitive->meaning(in, site).shape();
  } catch (const Error& e) {
    return tl::unexpected(e);
  }
  return {};
}

Result<TermId> GraphSpec::try_let(Binding binding) {
  if (!binding.primitive) return fail("[graphspec] a binding without a primitive");
  if (!binding.name.empty())
    if (auto ok = check_name(binding.name); !ok) return tl::unexpected(ok.error());
  if (auto ok = infer(binding); !ok) return tl::unexpected(ok.error());
  binding.occurrence = -1;
  if (binding.shares) {
    const TermId owner = *binding.shares;
    if (owner < 0 || owner >= size() || is_input(owner) || this->binding(owner).shares)
      return fail("[", binding.primitive->name(), "] shares: expected an earlier binding with parameters of its own");
    if (!same_places(this->binding(owner).parameters, binding.parameters))
      return fail("[", binding.primitive->name(), "] shares the parameters of ", name(owner),
                  ", whose names or shapes differ");
  } else if (const Index taken = occurrences(binding.primitive, binding.parameters); taken > 0) {
    binding.occurrence = occurrences_;
    occurrences_ += taken;
  }
  if (!binding.name.empty()) names_.emplace(binding.name, size());
  bindings_.push_back(std::move(binding));
  return size() - 1;
}

namespace {

std::vector<TermId> ids_of(const GraphSpec& spec, const std::vector<Term>& terms) {
  std::vector<TermId> ids;
  for (const Term& t : terms) {
    if (&t.spec() != &spec) throw Error("[graphspec] a term belongs to another spec");
    ids.push_back(t.id());
  }
  return ids;
}

}  // namespace

Term GraphSpec::let(const Primitive& primitive, const std::vector<Term>& in, std::string name) {
  return {this, value_or_throw(try_let({std::move(name), primitive, ids_of(*this, in), std::nullopt}))};
}

Term GraphSpec::let_shared(Term owner, const Primitive& primitive, const std::vector<Term>& in, std::string name) {
  return {this, value_or_throw(try_let({std::move(name), primitive, ids_of(*this, in), owner.id()}))};
}

Result<void> GraphSpec::try_output(TermId id) {
  if (id < 0 || id >= size()) return fail("[graphspec] output ", id, " is no name of this spec");
  if (extent(id) >= 0) return fail("[graphspec] output ", name(id), " is an index input, expected real numbers");
  outputs_.push_back(id);
  return {};
}

void GraphSpec::output(Term term) {
  if (auto ok = try_output(term.id()); !ok) throw ok.error();
}

const Shape& GraphSpec::shape(TermId id) const {
  return is_input(id) ? inputs_[static_cast<std::size_t>(id)].shape : binding(id).shape;
}

std::string GraphSpec::name(TermId id) const {
  const std::string& own = is_input(id) ? inputs_[static_cast<std::size_t>(id)].name : binding(id).name;
  return own.empty() ? concat('%', id) : own;
}

std::string GraphSpec::position(TermId id) const {
  return std::to_string(static_cast<std::size_t>(id) - inputs_.size());
}

std::string GraphSpec::path(TermId id) const {
  const std::string& own = binding(id).name;
  return own.empty() ? position(id) : own;
}

std::optional<TermId> GraphSpec::find(std::string_view name) const {
  const auto at = names_.find(name);
  return at == names_.end() ? std::nullopt : std::optional(at->second);
}

std::vector<PlacedParameter> GraphSpec::parameters() const {
  std::vector<PlacedParameter> out;
  for (auto id = static_cast<TermId>(inputs_.size()); id < size(); ++id) {
    const Binding& b = binding(id);
    if (b.shares) continue;
    for (std::size_t k = 0; k < b.parameters.size(); ++k)
      out.push_back({concat(path(id), '.', b.parameters[k].name), b.parameters[k], id,
                     b.occurrence >= 0 ? seed_of(b.occurrence, k) : 0});
  }
  return out;
}

Result<GraphSpec> GraphSpec::with_inputs(const Shapes& shapes) const {
  if (shapes.size() != inputs_.size())
    return fail("[graphspec] found ", shapes.size(), " shapes, expected ", inputs_.size());
  GraphSpec out;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    SpecInput input = inputs_[i];
    input.shape = shapes[i];
    if (auto ok = out.try_input(std::move(input)); !ok) return tl::unexpected(ok.error());
  }
  for (const Binding& b : bindings_)
    if (auto ok = out.try_let(b); !ok) return tl::unexpected(ok.error());
  out.outputs_ = outputs_;
  return out;
}

Term operator>>(Term x, const Primitive& primitive) { return x.spec().let(primitive, {x}); }

Term operator>>(Term x, const Chain& chain) {
  for (const Primitive& link : chain.links()) x = x >> link;
  return x;
}

}  // namespace plumbline::spec
