// Recording layers one after another, with the place of an error.
#include "runtime/nn/sequential.h"

namespace plumbline::runtime::nn {

namespace {

// An error that says already where it is.
struct PlacedError : spec::Error {
  using spec::Error::Error;
};

}  // namespace

std::string field_text(const Initialiser& scheme) {
  if (const auto* flat = std::get_if<spec::FlatInit>(&scheme)) return spec::concat("(flat ", flat->values.size(), ")");
  return "(" + spec::print(scheme) + ")";
}

std::string field_text(const Seed& seed) { return seed ? spec::print_value(*seed) : std::string(); }

std::string field_text(const BlockSeeds& seeds) {
  if (seeds.base) return spec::print_value(*seeds.base) + "+";
  std::string out;
  for (const std::uint64_t s : seeds.list) out += (out.empty() ? "[" : ",") + spec::print_value(s);
  return out.empty() ? out : out + "]";
}

std::string field_text(const spec::Tensor<float>& value) { return spec::print_value(value.shape().dims()); }

Sequential Sequential::then(Layer layer) const {
  Sequential out = *this;
  out.layers_.push_back(std::move(layer));
  return out;
}

Sequential Sequential::then(const Sequential& other) const {
  Sequential out = *this;
  out.layers_.insert(out.layers_.end(), other.layers_.begin(), other.layers_.end());
  return out;
}

Sequential operator>>(const Sequential& f, const Sequential& g) { return f.then(g); }
Sequential operator>>(const Sequential& f, const Layer& g) { return f.then(g); }

std::string Sequential::describe() const {
  std::string out = "sequential(";
  for (std::size_t i = 0; i < layers_.size(); ++i) out += (i > 0 ? ", " : "") + layers_[i].describe();
  return out + ")";
}

void Sequential::take_seeds(SeedStream& stream) {
  for (Layer& layer : layers_) layer = layer.seeded(stream);
}

Var Sequential::operator()(const Scope& scope, const Var& x) const {
  Var y = x;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Scope at = scope / static_cast<Index>(i);
    try {
      y = layers_[i](at, y);
    } catch (const PlacedError&) {
      throw;
    } catch (const spec::Error& e) {
      throw PlacedError(spec::concat(e.what(), " at layer ", at.path()));
    }
  }
  return y;
}

Result<RecordedModel> record(const Layer& layer, const InputType& input, const RecordOptions& options) {
  if (!input.shape.valid())
    return spec::fail("[", layer.kind(), "] input: found shape ", input.shape, ", expected one that a tensor can have");
  RecordedModel out;
  Recording& r = out.recording;
  r.training = options.training, r.seed = options.seed;
  r.plan.seed = options.seed, r.plan.streams = options.streams;
  try {
    const Var x = input.extent < 0 ? r.graph.input("x", input.shape)
                                   : r.graph.index_input("x", input.shape, input.extent);
    const Var y = layer(Scope(r), x);
    out.input = x.id(), out.output = y.id();
    r.graph.output(y);
  } catch (const spec::Error& e) {
    return tl::unexpected(e);
  }
  return out;
}

Result<RecordedModel> Sequential::record(const InputType& input, const RecordOptions& options) const {
  return nn::record(*this, input, options);
}

Result<Shape> Sequential::output_shape(const InputType& input) const {
  return record(input).map([](const RecordedModel& m) { return m.output_shape(); });
}

Result<Initialisation> Sequential::parameters(const InputType& input, const RecordOptions& options) const {
  return record(input, options).map([](const RecordedModel& m) { return m.recording.plan; });
}

Result<std::vector<RunningState>> Sequential::state(const InputType& input) const {
  return record(input).map([](const RecordedModel& m) { return m.recording.state.states; });
}

}  // namespace plumbline::runtime::nn
